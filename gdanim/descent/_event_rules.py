"""The rules that find the events of a run in what was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gdanim.core.arrays import Floats
from gdanim.core.numbers import count, quantity, setting
from gdanim.descent._oscillation import Swing, swing, turning_points
from gdanim.descent.curvature import hessian
from gdanim.descent.events import Event, EventKind
from gdanim.problems.objective import Objective

# A learning rate changes by more than this fraction, and ten times as much as before and after.
RATE_CHANGE, ISOLATED = 0.1, 10.0
# A loss rises by more than this fraction of its height; a rise counts after so many steps without.
RISE, QUIET = 0.01, 10
# A loss that turns at more than this share of the steps is noisy: then only one of more than twice
# the highest of the last so many counts as a rise.
NOISY, RECENT = 1 / 3, 50
# A plateau: no more than this fraction of the height is lost in at least so many steps.
FLAT, SHORTEST = 0.01, 10
# A loss of a thousand times the start's, still rising, is not coming back.
BEYOND = 1e3
# Converged: within 1 % of the lowest loss, or a millionth of the height at the start.
WITHIN, TRIFLE = 0.01, 1e-6
# Stuck: at least a tenth above the lowest loss and a thousandth of the height at the start, and no
# more than a hundredth of it left to fall from here.
FAR, HIGH, LEFT = 0.1, 1e-3, 0.01
# The Hessian of more parameters than these is too much to ask for the sake of one event.
CURVED = 1000
# Overfitting: the held-out points' loss ends so much above its lowest.
WORSE = 1.05
# No more events of a kind than these, the first ones.
MOST = 20


@dataclass(frozen=True, eq=False)
class Record:
    """What events are found in: a single run of S steps.

    `params [S+1, P]`, `losses [S+1]`, `rates [S, P]` (None: unknown), whether it became infinite,
    whether each step saw a batch of the points, and the loss over held-out points `[S+1]` where
    there are some.
    """

    problem: Objective
    params: Floats
    losses: Floats
    rates: Floats | None
    diverged: bool
    batches: bool = False
    held_out: Floats | None = None

    @cached_property
    def noisy(self) -> bool:
        """Whether steps go astray at random: of batches, or the loss turns at most steps."""
        return self.batches or len(turning_points(self.losses)) > NOISY * len(self.losses)

    @cached_property
    def lowest(self) -> float:
        """The lowest loss that is known: of the problem, or of the run."""
        best, reached = self.problem.minimum, float(self.losses.min())
        return reached if best is None else min(best.loss, reached)

    @cached_property
    def heights(self) -> Floats:
        """How far each loss is above the lowest that is known, `[S+1]`."""
        return self.losses - self.lowest


def find_events(record: Record) -> tuple[Event, ...]:
    """All events of a run, by step; each function below has the rule for its kind."""
    if len(record.losses) < 2:
        return ()
    with np.errstate(all="ignore"):
        swinging = swing(record.params, record.noisy)
        diverging = divergence(record)
        ending = () if diverging else arrival(record)
        until = min((event.step for event in (*diverging, *ending)), default=len(record.losses))
        found = [
            *rate_changes(record.rates),
            *oscillation(record, swinging),
            *overshoots(record, swinging, until),
            *plateaus(record, until),
            *diverging,
            *ending,
            *overfitting(record),
        ]
    return tuple(sorted(found, key=lambda event: event.step))


def rate_changes(rates: Floats | None) -> Iterator[Event]:
    """A step takes another learning rate than the one before: by more than 10 %, and by ten times
    as much as the rate changed a step earlier and a step later, so that a schedule that always
    moves is not an event at every step. The event lasts to the next change.
    """
    if rates is None:
        return
    with np.errstate(all="ignore"):
        larger = np.maximum(abs(rates[1:]), abs(rates[:-1]))
        change = np.nan_to_num(abs(np.diff(rates, axis=0)) / larger).max(axis=1, initial=0.0)
    around = np.pad(change, 1)
    isolated = change > ISOLATED * np.maximum(around[:-2], around[2:])
    steps = np.flatnonzero((change > RATE_CHANGE) & isolated) + 1
    for s, following in list(pairwise([*steps, len(rates) + 1]))[:MOST]:
        before, after = float(rates[s - 1].max()), float(rates[s].max())
        kind = EventKind.LEARNING_RATE
        text = kind.caption.format(before=setting(before), after=setting(after))
        yield Event(kind, int(s), int(following) - 1, text, {"before": before, "after": after})


def oscillation(record: Record, found: Swing | None) -> Iterator[Event]:
    """The parameters swing: see `descent.oscillation.swing`."""
    if found is None:
        return
    name = record.problem.names[found.parameter]
    trend = (
        " and growing amplitude"
        if found.growth > 1 + FLAT
        else " and shrinking amplitude"
        if found.growth < 1 - FLAT
        else ""
    )
    kind, period = EventKind.OSCILLATION, f"{found.period:.3g}"
    text = kind.caption.format(parameter=name, period=period, trend=trend)
    numbers = {"period": found.period, "growth": found.growth}
    yield Event(kind, found.first, found.last, text, numbers)


def overshoots(record: Record, swinging: Swing | None, until: int) -> Iterator[Event]:
    """The loss rises by more than 1 % of its height above the lowest known loss, after ten steps
    without a rise, not within an oscillation, nor from `until` on, where the run has arrived or
    diverges.

    In a noisy run, one of batches or whose loss turns at more than a third of the steps, it has to
    rise to more than twice the highest of the last fifty. The event lasts to the peak.
    """
    heights, losses = record.heights, record.losses
    rises = np.diff(heights) > RISE * heights[:-1] + TRIFLE * heights[0]
    free = np.ones(len(rises), dtype=bool)
    if swinging is not None:
        free[swinging.first : swinging.last + 1] = False
    free[until - 1 :] = False
    if record.noisy and (record.batches or swinging is None):
        padded = np.pad(heights, (RECENT, 0), mode="edge")
        recent = np.lib.stride_tricks.sliding_window_view(padded, RECENT)[1:-1].max(axis=1)
        rises &= heights[1:] > 2 * recent
    steps = np.flatnonzero(rises)
    starts = steps[np.diff(steps, prepend=-QUIET - 1) > QUIET]
    ends = steps[np.diff(steps, append=len(losses) + QUIET) > QUIET]
    counted = free[starts]
    for s, end in list(zip(starts[counted], ends[counted], strict=True))[:MOST]:
        top = int(s + losses[s : end + 1 + QUIET].argmax())
        kind, before, after = EventKind.OVERSHOOT, float(losses[s]), float(losses[top])
        text = kind.caption.format(before=quantity(before), after=quantity(after))
        numbers = {"before": before, "after": after}
        yield Event(kind, int(s) + 1, top, text, numbers)


def plateaus(record: Record, until: int) -> Iterator[Event]:
    """The loss hardly falls: less than 1 % of its height above the lowest known loss, in at least
    ten steps and at least as many as came before, while that height is more than a thousandth of
    the start's. Stretches that meet are one. Steps from `until` on, where the run has arrived or
    diverges, are none.
    """
    heights = np.minimum.accumulate(record.heights[:until])
    steps = np.arange(len(heights))
    ends = np.searchsorted(-heights, -(1 - FLAT) * heights, side="right") - 1
    flat = (ends - steps >= np.maximum(steps, SHORTEST)) & (heights > HIGH * heights[:1])
    last = -1
    while len(candidates := steps[flat & (steps > last)]):
        first = int(candidates[0])
        last = int(ends[first])
        while last < len(ends) - 1 and flat[last] and ends[last] > last:
            last = int(ends[last])
        if (record.heights[first : last + 1] <= (1 + FLAT) * heights[first]).all():
            text = EventKind.PLATEAU.caption.format(step=count(first), last=count(last))
            yield Event(EventKind.PLATEAU, first, last, text, {"loss": float(record.losses[first])})


def divergence(record: Record) -> tuple[Event, ...]:
    """The run became infinite, or ends at its highest loss, over a thousand times the start's
    height: from the step at which the loss left the start's height for good.
    """
    heights, last = record.heights, len(record.losses) - 1
    grown = heights[-1] > BEYOND * max(heights[0], 0.0) and heights[-1] == heights.max()
    if not (record.diverged or grown):
        return ()
    first = min(int(np.flatnonzero(heights <= heights[0])[-1]) + 1, last)
    return (Event(EventKind.DIVERGENCE, first, last, EventKind.DIVERGENCE.caption),)


def arrival(record: Record) -> tuple[Event, ...]:
    """The run ends at a minimum: converged, or stuck above the lowest known loss.

    Converged where the loss is, to the end, within 1 % of the lowest known loss (or a millionth of
    the height at the start); where none is known, of the minimum that the gradient and the Hessian
    at the end point to. Stuck where the loss is not convex, more than a tenth above the lowest
    known loss remains, and gradient and Hessian say that less than a hundredth of that can still be
    gained from here.
    """
    problem, losses = record.problem, record.losses
    best, end = problem.minimum, float(losses[-1])
    target = best.loss if best else end - gain_left(problem, record.params[-1])
    margin = WITHIN * abs(target) + TRIFLE * (losses[0] - target)
    if np.isfinite(target) and end - target <= margin:
        step = _since(losses - target <= margin)
        text = EventKind.CONVERGENCE.caption.format(loss=quantity(end))
        return (Event(EventKind.CONVERGENCE, step, len(losses) - 1, text, {"lowest": target}),)
    gap = end - target
    # A convex loss has no local minimum, only directions too flat to be told from level ones.
    if best is None or problem.convex or gap < FAR * abs(target) + HIGH * (losses[0] - target):
        return ()
    if gain_left(problem, record.params[-1]) > LEFT * gap:
        return ()
    step = _since(abs(losses - end) <= LEFT * gap)
    text = EventKind.STUCK.caption.format(
        loss=quantity(end), best=best.name, lowest=quantity(target)
    )
    numbers = {"loss": end, "lowest": target}
    return (Event(EventKind.STUCK, step, len(losses) - 1, text, numbers),)


def gain_left(problem: Objective, params: Floats) -> float:
    """`(p)->()`: how much lower the minimum is of the paraboloid that touches the loss here.

    Half the Newton decrement squared, 1/2 g' H^-1 g (Boyd and Vandenberghe, Convex Optimization,
    9.5.1); infinite where the loss bends down, or slopes without bending, and where there are too
    many parameters to tell.
    """
    if len(params) > CURVED:
        return np.inf
    gradient, curvature = problem.gradient(params), hessian(problem, params)
    if not (np.isfinite(gradient).all() and np.isfinite(curvature).all()):
        return np.inf
    values, vectors = np.linalg.eigh(curvature)
    along = vectors.T @ gradient
    bent = values > 1e-9 * abs(values).max()
    if (values < -1e-6 * abs(values).max()).any():
        return np.inf
    gain = float(0.5 * np.sum(along[bent] ** 2 / values[bent]))
    return gain if (abs(along[~bent]) <= 1e-6 * np.sqrt(abs(values).max())).all() else np.inf


def overfitting(record: Record) -> Iterator[Event]:
    """The loss of the held-out points was lowest before the end, and ends (the mean of the last
    tenth of the steps) more than 5 % above that, while the training loss fell further.
    """
    if (held_out := record.held_out) is None:
        return
    losses = record.losses
    best = int(held_out.argmin())
    end = float(held_out[-max(1, len(held_out) // 10) :].mean())
    if end > WORSE * held_out[best] and losses[-1] < losses[best]:
        kind, lowest = EventKind.OVERFITTING, float(held_out[best])
        text = kind.caption.format(lowest=quantity(lowest), step=count(best))
        numbers = {"lowest": lowest, "end": end}
        yield Event(kind, best, len(losses) - 1, text, numbers)


def _since(holds: NDArray[np.bool_]) -> int:
    """The first step from which it holds to the end."""
    return int(len(holds) - np.argmin(np.append(holds[::-1], False)))
