"""The rules that find the events of a run, a function for each kind of event.

The height of a loss is how far it is above the lowest loss that is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gdanim.analysis._oscillation import Swing, swing
from gdanim.analysis._overfitting import overfitting
from gdanim.analysis.curvature import hessian
from gdanim.analysis.events import Event, EventKind
from gdanim.analysis.record import Record
from gdanim.core.arrays import Floats
from gdanim.core.numbers import count, quantity, setting
from gdanim.problems.objective import Objective

# A learning rate changes by more than RATE_CHANGE of itself, and by ISOLATED times as much as one
# step earlier and later.
RATE_CHANGE, ISOLATED = 0.1, 10.0
# A rise is more than this share of the loss's height above the lowest known loss...
RISE = 0.01
# ... and the first one in this number of steps.
QUIET = 10
# A loss that turns at more than this share of the steps is noisy...
NOISY = 1 / 3
# ... and rises only where it exceeds SPIKE times the highest loss of the last RECENT steps.
SPIKE, RECENT = 2.0, 50
# On a plateau at most FLAT of the height is lost in at least SHORTEST_PLATEAU steps.
FLAT, SHORTEST_PLATEAU = 0.01, 10
# A run that ends at its highest loss, this many times the height at the start, is not coming back.
GROWN = 1e3
# Converged: above the lowest known loss by at most WITHIN of it, or NEGLIGIBLE of the height at the
# start.
WITHIN, NEGLIGIBLE = 0.01, 1e-6
# Stuck: above the lowest known loss by at least FAR_ABOVE of it and HIGH of the height at the
# start, with at most LITTLE_LEFT of that still to gain from here.
FAR_ABOVE, HIGH, LITTLE_LEFT = 0.1, 1e-3, 0.01
# The Hessian of more parameters than this costs too much for one event.
MOST_PARAMETERS = 1000
# At most this many events of a kind are found, the first ones.
MOST_EVENTS = 20


def find_events(record: Record) -> tuple[Event, ...]:
    """Find all events of a run, sorted by step."""
    if len(record.losses) < 2:
        return ()
    with np.errstate(all="ignore"):
        swinging = swing(record.params, record.irregular)
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


def heights_of(record: Record) -> Floats:
    """Return how far each loss is above the lowest known one."""
    best, reached = record.problem.minimum, float(record.losses.min())
    return record.losses - (reached if best is None else min(best.loss, reached))


def rate_changes(rates: Floats | None) -> Iterator[Event]:
    """Find the steps that take another learning rate than the one before.

    It differs by more than 10 %, and by ten times as much as one step earlier and one later, so
    that a schedule that always moves is not an event at every step. The event lasts until the next
    change.
    """
    if rates is None:
        return
    with np.errstate(all="ignore"):
        larger = np.maximum(abs(rates[1:]), abs(rates[:-1]))
        change = np.nan_to_num(abs(np.diff(rates, axis=0)) / larger).max(axis=1, initial=0.0)
    around = np.pad(change, 1)
    isolated = change > ISOLATED * np.maximum(around[:-2], around[2:])
    steps = np.flatnonzero((change > RATE_CHANGE) & isolated) + 1
    for s, following in list(pairwise([*steps, len(rates) + 1]))[:MOST_EVENTS]:
        before, after = float(rates[s - 1].max()), float(rates[s].max())
        kind = EventKind.LEARNING_RATE
        text = kind.caption.format(before=setting(before), after=setting(after))
        yield Event(kind, int(s), int(following) - 1, text, {"before": before, "after": after})


def oscillation(record: Record, found: Swing | None) -> Iterator[Event]:
    """Tell the oscillation of the parameters that `swing` found."""
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
    """Find the steps at which the loss rises by more than 1 % of its height.

    Ten steps without a rise come before. A rise within an oscillation does not count, nor one from
    step `until` on, where the run has arrived or diverges. In a noisy run the height has to exceed
    twice the highest of the last fifty steps. The event lasts until the peak.
    """
    heights, losses = heights_of(record), record.losses
    rises = np.diff(heights) > RISE * heights[:-1] + NEGLIGIBLE * heights[0]
    free = np.ones(len(rises), dtype=bool)
    if swinging is not None:
        free[swinging.first : swinging.last + 1] = False
    free[until - 1 :] = False
    if record.irregular and (record.random or swinging is None):
        padded = np.pad(heights, (RECENT, 0), mode="edge")
        recent = np.lib.stride_tricks.sliding_window_view(padded, RECENT)[1:-1].max(axis=1)
        rises &= heights[1:] > SPIKE * recent
    steps = np.flatnonzero(rises)
    starts = steps[np.diff(steps, prepend=-QUIET - 1) > QUIET]
    ends = steps[np.diff(steps, append=len(losses) + QUIET) > QUIET]
    counted = free[starts]
    for s, end in list(zip(starts[counted], ends[counted], strict=True))[:MOST_EVENTS]:
        top = int(s + losses[s : end + 1 + QUIET].argmax())
        kind, before, after = EventKind.OVERSHOOT, float(losses[s]), float(losses[top])
        text = kind.caption.format(before=quantity(before), after=quantity(after))
        numbers = {"before": before, "after": after}
        yield Event(kind, int(s) + 1, top, text, numbers)


def plateaus(record: Record, until: int) -> Iterator[Event]:
    """Find the stretches in which the loss hardly falls.

    Less than 1 % of its height is lost in at least ten steps, and at least as many as came before,
    while the height is more than a thousandth of that at the start. Stretches that meet are one.
    Steps from `until` on, where the run has arrived or diverges, do not count.
    """
    heights = np.minimum.accumulate(heights_of(record)[:until])
    steps = np.arange(len(heights))
    ends = np.searchsorted(-heights, -(1 - FLAT) * heights, side="right") - 1
    flat = (ends - steps >= np.maximum(steps, SHORTEST_PLATEAU)) & (heights > HIGH * heights[:1])
    last = -1
    while len(candidates := steps[flat & (steps > last)]):
        first = int(candidates[0])
        last = int(ends[first])
        while last < len(ends) - 1 and flat[last] and ends[last] > last:
            last = int(ends[last])
        if (heights_of(record)[first : last + 1] <= (1 + FLAT) * heights[first]).all():
            text = EventKind.PLATEAU.caption.format(step=count(first), last=count(last))
            yield Event(EventKind.PLATEAU, first, last, text, {"loss": float(record.losses[first])})


def divergence(record: Record) -> tuple[Event, ...]:
    """Tell whether the run diverges, and since when.

    It became infinite, or it ends at its highest loss and more than a thousand times the height at
    the start. The event begins where the loss exceeds that height for good.
    """
    heights, last = heights_of(record), len(record.losses) - 1
    grown = heights[-1] > GROWN * max(heights[0], 0.0) and heights[-1] == heights.max()
    if not (record.infinite or grown):
        return ()
    first = min(int(np.flatnonzero(heights <= heights[0])[-1]) + 1, last)
    return (Event(EventKind.DIVERGENCE, first, last, EventKind.DIVERGENCE.caption),)


def arrival(record: Record) -> tuple[Event, ...]:
    """Tell whether the run ends at a minimum: converged, or stuck above the lowest known loss.

    Converged: the loss is, to the end, within 1 % of the lowest known one (or within a millionth of
    the height at the start); where none is known, of the minimum that gradient and Hessian at the
    end point to. Stuck: the loss is not convex, more than a tenth above the lowest known one, and
    gradient and Hessian say that less than a hundredth of that can still be gained from here.
    """
    problem, losses = record.problem, record.losses
    best, end = problem.minimum, float(losses[-1])
    target = best.loss if best else end - gain_left(problem, record.params[-1])
    margin = WITHIN * abs(target) + NEGLIGIBLE * (losses[0] - target)
    if np.isfinite(target) and end - target <= margin:
        step = _since(losses - target <= margin)
        text = EventKind.CONVERGENCE.caption.format(loss=quantity(end))
        return (Event(EventKind.CONVERGENCE, step, len(losses) - 1, text, {"lowest": target}),)
    gap = end - target
    # A convex loss has no local minima, only directions so flat that they look level.
    if (
        best is None
        or problem.convex
        or gap < FAR_ABOVE * abs(target) + HIGH * (losses[0] - target)
    ):
        return ()
    if gain_left(problem, record.params[-1]) > LITTLE_LEFT * gap:
        return ()
    step = _since(abs(losses - end) <= LITTLE_LEFT * gap)
    text = EventKind.STUCK.caption.format(
        loss=quantity(end), best=best.name, lowest=quantity(target)
    )
    numbers = {"loss": end, "lowest": target}
    return (Event(EventKind.STUCK, step, len(losses) - 1, text, numbers),)


def gain_left(problem: Objective, params: Floats) -> float:
    """`(p)->()`: how much lower the minimum of the loss's quadratic approximation is.

    Half the squared Newton decrement, 1/2 g' H^-1 g (Boyd and Vandenberghe, Convex Optimization,
    9.5.1). Infinite where the curvature is negative somewhere, where the loss slopes without
    curvature, and where there are too many parameters.
    """
    if len(params) > MOST_PARAMETERS:
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


def _since(holds: NDArray[np.bool_]) -> int:
    """Find the first step from which it holds until the end."""
    return int(len(holds) - np.argmin(np.append(holds[::-1], False)))
