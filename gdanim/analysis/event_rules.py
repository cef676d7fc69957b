"""The rules that find the events of a run, a function for each kind of event.

The height of a loss is how far it is above the lowest loss that is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from gdanim.analysis._evidence import Evidence
from gdanim.analysis._floor import floor_of
from gdanim.analysis._oscillation import Swing, swing
from gdanim.analysis._overfitting import overfitting
from gdanim.analysis.events import Event, EventKind
from gdanim.analysis.judgement import Ending, Judgement
from gdanim.analysis.record import Record
from gdanim.core.arrays import Floats
from gdanim.core.numbers import count, quantity, setting

# A learning rate changes by more than RATE_CHANGE of itself, and by ISOLATED times as much as one
# step earlier and later.
RATE_CHANGE, ISOLATED = 0.1, 10.0
# A rise is more than this share of the loss's height above the lowest known loss, and more than
# what counts as nothing at the end of a run...
RISE = 0.01
# ... and the first one in this number of steps.
QUIET = 10
# A loss that turns at more than this share of the steps is noisy...
NOISY = 1 / 3
# ... and rises only where it exceeds SPIKE times the highest loss of the last RECENT steps.
SPIKE, RECENT = 2.0, 50
# On a plateau at most FLAT of the height is lost in at least SHORTEST_PLATEAU steps, at more than
# HIGH of the height at the start.
FLAT, SHORTEST_PLATEAU, HIGH = 0.01, 10, 1e-3
# A swing that moves the loss by less than this share of it is rounding.
INVISIBLE = 1e-12
# At most this many events of a kind are found, the first ones.
MOST_EVENTS = 20


def find_events(record: Record, judgement: Judgement) -> tuple[Event, ...]:
    """Find all events of a run, sorted by step.

    How a run ends comes from its judgement: that event lasts from the step at which it first holds.
    """
    with np.errstate(all="ignore"):
        end = list(ending(record, judgement))
        if len(record.losses) < 2:
            return tuple(end)
        swinging = visible(record, swing(record.moves, record.irregular))
        until = min((event.step for event in end), default=len(record.losses))
        heights = _heights_of(record, judgement.ending == Ending.CONVERGED)
        found = [
            *rate_changes(record.rates),
            *oscillation(record, swinging),
            *overshoots(record, heights, swinging, until),
            *plateaus(record.losses, heights, until),
            *end,
            *overfitting(record),
        ]
    return tuple(sorted(found, key=lambda event: event.step))


def ending(record: Record, judgement: Judgement) -> Iterator[Event]:
    """Tell an arrival, or a loss without bound; other endings are not events."""
    if judgement.caption:
        arrives = judgement.ending == Ending.CONVERGED
        kind = EventKind.ARRIVAL if arrives else EventKind.DIVERGENCE
        yield Event(kind, judgement.since, record.steps, judgement.caption, judgement.numbers)


def _heights_of(record: Record, arrives: bool) -> Floats:
    """Return how far each loss is above the lowest of the run, or of the infimum if it is known.

    A run that `arrives`, be it at a local minimum, goes no lower.
    """
    floor, reached = floor_of(record.problem), float(record.losses.min())
    known = floor.exact and np.isfinite(floor.loss) and not arrives
    return record.losses - (min(floor.loss, reached) if known else reached)


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


def visible(record: Record, found: Swing | None) -> Swing | None:
    """Return a swing that moves the loss by more than rounding does, else None."""
    if found is None:
        return None
    if not record.problem.differentiable:
        moved = record.losses[found.first : found.last + 1]
        return found if np.ptp(moved) > INVISIBLE * abs(moved).max() else None
    part = record.params[found.first : found.last + 1, found.parameter]
    here = record.params[found.last]
    aside = np.tile(here, (2, 1))
    aside[:, found.parameter] = part.min(), part.max()
    effect = abs(record.problem.loss(aside) - record.problem.loss(here)).max()
    size = abs(record.losses[found.first : found.last + 1]).max()
    return found if effect > INVISIBLE * size + float(record.problem.rounding(here)) else None


def oscillation(record: Record, found: Swing | None) -> Iterator[Event]:
    """Tell the oscillation of the parameters that `swing` found."""
    if found is None:
        return
    known = record.problem.differentiable
    name = record.problem.names[found.parameter] if known else "the prediction"
    trends = {1: " and growing amplitude", -1: " and shrinking amplitude", 0: ""}
    kind, period = EventKind.OSCILLATION, f"{found.period:.3g}"
    text = kind.caption.format(parameter=name, period=period, trend=trends[found.trend])
    numbers = {"period": found.period, "growth": found.growth}
    yield Event(kind, found.first, found.last, text, numbers)


def overshoots(
    record: Record, heights: Floats, swinging: Swing | None, until: int
) -> Iterator[Event]:
    """Find the steps at which the loss rises by more than 1 % of its height, `heights [S+1]`.

    Ten steps without a rise come before. A rise within an oscillation does not count, nor one from
    step `until` on, where the run has arrived or diverges. In a noisy run the height has to exceed
    twice the highest of the last fifty steps. The event lasts until the peak, before which the loss
    does not come back to where it rose from.
    """
    losses = record.losses
    nothing = Evidence(record).tolerance(float(losses[0] - heights[0]))
    rises = np.diff(heights) > RISE * heights[:-1] + nothing
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
        after_it = losses[s + 1 : end + 1 + QUIET]
        back = int(np.argmin(np.append(after_it > losses[s], False)))
        top = int(s + 1 + after_it[:back].argmax())
        kind, before, after = EventKind.OVERSHOOT, float(losses[s]), float(losses[top])
        text = kind.caption.format(before=quantity(before), after=quantity(after))
        numbers = {"before": before, "after": after}
        yield Event(kind, int(s) + 1, top, text, numbers)


def plateaus(losses: Floats, above: Floats, until: int) -> Iterator[Event]:
    """Find the stretches in which the loss hardly falls.

    Less than 1 % of its height, `above [S+1]`, is lost in at least ten steps, and at least as many
    as came before, while the height is more than a thousandth of that at the start. Stretches that
    meet are one. Steps from `until` on, where the run has arrived or diverges, do not count.
    """
    heights = np.minimum.accumulate(above[:until])
    steps = np.arange(len(heights))
    ends = np.searchsorted(-heights, -(1 - FLAT) * heights, side="right") - 1
    flat = (ends - steps >= np.maximum(steps, SHORTEST_PLATEAU)) & (heights > HIGH * heights[:1])
    last = -1
    while len(candidates := steps[flat & (steps > last)]):
        first = int(candidates[0])
        last = int(ends[first])
        while last < len(ends) - 1 and flat[last] and ends[last] > last:
            last = int(ends[last])
        if (above[first : last + 1] <= (1 + FLAT) * heights[first]).all():
            text = EventKind.PLATEAU.caption.format(step=count(first), last=count(last))
            yield Event(EventKind.PLATEAU, first, last, text, {"loss": float(losses[first])})
