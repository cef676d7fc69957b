"""How a run ends, why, and how sure that is: the one judgement that all words speak from.

f is the loss, f0 the first, f* its infimum where that is known, and the way down is h = f0 - f*.
Quarters are those of the steps; an end that is irregular (mini-batches, noise, or a loss that turns
at every third step) counts by the mean of its last quarter. The rules, in this order:

1. **Infinite.** No finite loss follows the last one: DIVERGED, or UNBOUNDED where it fell.
2. **Unbounded.** The loss has no lower bound (a quadratic with negative curvature, or with a slope
   without curvature; a function that falls on along the run's ray over 280 powers of ten), the run
   is below any critical point near by, and the last quarter falls at least half as much as the one
   before.
3. **Diverging.** On a quadratic the rate is larger than the largest stable one, and it shows: the
   highest loss of the last quarter is above that of the one before, and the end above f0 (DIVERGED;
   GROWING where it is still below). Elsewhere a thousand times h, and twice the quarter before
   (DIVERGED); or the peaks grow at least half as fast as they did before (GROWING).
4. **At the floor.** `f - f* <= max(1e-6 h, 0.01 f*)`: CONVERGED. f* counts for losses over data
   alone, whose zero has a meaning; there h is at most what the best constant prediction loses
   above f*. Without a finite optimum, the reason is NO_MINIMUM.
5. **Random or irregular.** The level falls by more than 2.5 standard errors, and would take more
   than 5 % of the gap in ten times as many steps: FALLING. Else OSCILLATING, for the noise.
6. **Swinging.** Parameters go back and forth (a path of three times their range), and their ranges
   are no smaller than a quarter earlier by more than 2 %: OSCILLATING.
7. **Settled.** Newton's method from the end comes to rest near by, and the gap to the loss there is
   nothing, as in 4: CONVERGED, at a minimum, a local one if a lower loss is known, at a saddle
   point or an inflection. A saddle that the run leaves within ten times as many steps: FALLING.
8. **Hardly moving.** Less than 5 % of h was gained, and at this pace ten times as many steps would
   gain less than half of it; or they would gain less than 5 % of what is left.
9. **Falling**, otherwise.

A stopping rule that ended a run before 1, 2, 4 or 7, or before a proven divergence, makes it
STOPPED.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gdanim.analysis._evidence import Evidence
from gdanim.analysis._multistart import lowest_of_many
from gdanim.analysis._neighbourhood import Place, scaled_hessian
from gdanim.analysis._tail import STEADY, forecast
from gdanim.analysis.judgement import Certainty, Ending, Judgement, Reason
from gdanim.analysis.record import Record

# A run that diverges has grown to so many times the way down.
GROWN = 1e3
# Hardly moving: this share of the way down was gained...
GAINED = 0.05
# ... and ten times as many steps gain less than this share of what is left.
SOON, MORE = 0.05, 36.0
# A rate below this share of the largest stable one is small; one above that is nearly too large.
SMALL, LARGE = 0.1, 0.9
# Curvatures that differ by this factor are ill-conditioned.
ILL_CONDITIONED = 10.0


def judge(record: Record) -> Judgement:
    """Judge how a run ends, by the first rule that holds."""
    evidence = Evidence(record)
    with np.errstate(all="ignore"):
        found = next(found for rule in RULES if (found := rule(evidence)) is not None)
        if record.stopped and not _stands(found):
            found = replace(found, ending=Ending.STOPPED, reason=None, certainty=Certainty.PROVEN)
            found = replace(found, since=record.steps)
        return replace(found, numbers=_numbers(evidence))


def _stands(found: Judgement) -> bool:
    """Whether a run had come to its end before a rule stopped it."""
    if found.ending == Ending.DIVERGED:
        return True
    return found.ending in (Ending.CONVERGED, Ending.UNBOUNDED)


def _numbers(evidence: Evidence) -> dict[str, float]:
    record, floor = evidence.record, evidence.floor
    numbers = {"loss": float(record.losses[-1])}
    if floor.exact and np.isfinite(floor.loss):
        numbers["minimum"] = floor.loss
        numbers["gain"] = float(record.losses[-1]) - floor.loss
    if record.rate is not None and (record.rate == record.rate[0]).all():
        numbers["rate"] = float(record.rate[0])
        if "rate_share" in evidence.__dict__ and evidence.rate_share:
            numbers["largest_rate"] = numbers["rate"] / evidence.rate_share
    return numbers


def infinite(evidence: Evidence) -> Judgement | None:
    """Rule 1: it became infinite."""
    record, losses = evidence.record, evidence.record.losses
    if not record.infinite:
        return None
    if record.steps and losses[-1] < evidence.start and losses[-1] == losses.min():
        since = _since(losses <= np.minimum.accumulate(losses))
        return Judgement(Ending.UNBOUNDED, Reason.NO_MINIMUM, Certainty.MEASURED, since)
    return Judgement(Ending.DIVERGED, Reason.LARGE_RATE, Certainty.MEASURED, _left(evidence))


def unbounded(evidence: Evidence) -> Judgement | None:
    """Rule 2: it falls along a way that has no end."""
    losses, steps = evidence.record.losses, evidence.record.steps
    if steps < 2 or not losses[-1] < evidence.start:
        return None
    quarter = max(1, steps // 4)
    now = float(losses[-1 - quarter] - losses[-1])
    before = float(losses[max(-1 - 2 * quarter, -len(losses))] - losses[-1 - quarter])
    if not now > max(0.5 * before, evidence.rounding) or not evidence.bottomless:
        return None
    place, level = evidence.place, (Place.SADDLE, Place.INFLECTION, Place.MINIMUM)
    if place is not None and place.place in level and losses[-1] >= place.loss - evidence.rounding:
        return None
    certainty = Certainty.PROVEN if evidence.floor.exact else Certainty.LIKELY
    since = _since(losses <= np.minimum.accumulate(losses))
    return Judgement(Ending.UNBOUNDED, Reason.NO_MINIMUM, certainty, since)


def diverging(evidence: Evidence) -> Judgement | None:
    """Rule 3: the loss grows, and will go on to."""
    record = evidence.record
    if record.steps < 2 or evidence.unstable is False:
        return None
    reference = evidence.floor.loss if evidence.floor.exact else float(record.losses.min())
    if not np.isfinite(reference):
        reference = float(record.losses.min())
    high = evidence.trend.high - reference
    if not high[3] > high[2] or high[3] <= evidence.tolerance(reference):
        return None
    way = max(evidence.start - reference, 0.0)
    end = max(evidence.end, float(record.losses[-1])) if record.irregular else evidence.end
    above, rising = end - reference > way, evidence.trend.level[3] > evidence.trend.level[2]
    if evidence.unstable and rising:
        ending = Ending.DIVERGED if above else Ending.GROWING
        return Judgement(ending, Reason.LARGE_RATE, Certainty.PROVEN, _left(evidence))
    if high[3] > GROWN * max(way, evidence.tolerance(reference)) and high[3] > 2 * high[2]:
        return Judgement(Ending.DIVERGED, Reason.LARGE_RATE, Certainty.MEASURED, _left(evidence))
    now, before = np.log(high[3] / high[2]), np.log(high[2] / high[1])
    if rising and above and now > STEADY and now > 0.5 * before > 0:
        return Judgement(Ending.GROWING, Reason.LARGE_RATE, Certainty.MEASURED, _left(evidence))
    return None


def at_the_floor(evidence: Evidence) -> Judgement | None:
    """Rule 4: the gap to the infimum is nothing."""
    floor = evidence.floor
    if not np.isfinite(floor.loss):
        return None
    margin = evidence.tolerance(floor.loss)
    if (since := _arrived(evidence, floor.loss, margin)) is None:
        return None
    attained = floor.attained is not False
    certainty = Certainty.PROVEN if floor.proven else Certainty.LIKELY
    reason = Reason.MINIMUM if attained else Reason.NO_MINIMUM
    return Judgement(Ending.CONVERGED, reason, certainty, since)


def random(evidence: Evidence) -> Judgement | None:
    """Rule 5: an irregular run falls by more than its noise, or moves about a level."""
    record, trend = evidence.record, evidence.trend
    if not record.irregular or record.steps < 8:
        return None
    spread = float(trend.high[3] - trend.low[3])
    gap = _gap(evidence)
    if spread <= 1e-3 * gap and not evidence.swings.any:
        return None
    if trend.falls and trend.level[2] < trend.level[1] and MORE * trend.drop > SOON * gap:
        return _on_its_way(evidence)
    reason = Reason.NOISE if record.random else Reason.LARGE_RATE
    return Judgement(Ending.OSCILLATING, reason, Certainty.MEASURED, _within(evidence))


def swinging(evidence: Evidence) -> Judgement | None:
    """Rule 6: the parameters swing, and do not come to rest."""
    record, trend = evidence.record, evidence.trend
    if record.steps < 8 or not evidence.swings.any:
        return None
    if evidence.swings.growth(record.units) < 1 - STEADY:
        return None
    if MORE * trend.drop > SOON * _gap(evidence) and trend.high[3] < trend.high[2]:
        return None
    return Judgement(Ending.OSCILLATING, Reason.LARGE_RATE, Certainty.MEASURED, _within(evidence))


def settled(evidence: Evidence) -> Judgement | None:
    """Rule 7: it has come to a place where the gradient vanishes."""
    record, place = evidence.record, evidence.place
    if place is None:
        return _settled_by_tail(evidence)
    if place.place == Place.SLOPE:
        return None
    margin = evidence.tolerance(place.loss)
    since = _arrived(evidence, place.loss, margin)
    if place.place == Place.INFINITY:
        if since is None:
            return _on_its_way(evidence, Reason.NO_MINIMUM)
        return Judgement(Ending.CONVERGED, Reason.NO_MINIMUM, Certainty.LIKELY, since)
    if place.place == Place.SADDLE and (since is None or _escapes(evidence)):
        near = evidence.end - place.loss < 0.1 * (evidence.start - place.loss)
        return _on_its_way(evidence, Reason.SADDLE) if near else None
    if since is None:
        return None
    reason = {
        Place.SADDLE: Reason.SADDLE,
        Place.INFLECTION: Reason.INFLECTION,
        Place.MINIMUM: Reason.MINIMUM,
    }[place.place]
    lower = min(evidence.lower, lowest_of_many(record.problem))
    if place.place == Place.MINIMUM and lower < place.loss - margin:
        reason = Reason.LOCAL_MINIMUM
    return Judgement(Ending.CONVERGED, reason, Certainty.MEASURED, since)


def _settled_by_tail(evidence: Evidence) -> Judgement | None:
    """Of a loss whose curvature costs too much: its own tail has nothing left to gain."""
    record = evidence.record
    if record.problem.convex and evidence.floor.exact:
        return None
    left, end = forecast(record.losses), float(record.losses[-1])
    margin = evidence.tolerance(end - left) / 4
    if record.steps < 8 or left > margin:
        return None
    since = _since(abs(record.losses - end) <= 4 * margin)
    reason = Reason.MINIMUM if record.problem.convex else None
    return Judgement(Ending.CONVERGED, reason, Certainty.LIKELY, since)


def hardly_moving(evidence: Evidence) -> Judgement | None:
    """Rule 8: next to nothing of what could be gained is."""
    record, trend = evidence.record, evidence.trend
    gap, losses = _gap(evidence), record.losses
    if record.steps < 2 or not np.isfinite(gap) or gap <= 0:
        return None
    quarter = max(1, record.steps // 4)
    fell = float(losses[-1 - quarter] - losses[-1])
    if record.irregular and record.steps >= 8:
        fell = trend.drop
    soon = max(fell, 0.0) * 9 * record.steps / quarter
    way = evidence.start - evidence.target
    little = evidence.start - evidence.end < GAINED * way and soon < 0.5 * way
    # Of a bound alone, nobody knows whether a run can come near it.
    known = evidence.floor.exact or evidence.place is not None
    if not (little or (known and soon < SOON * gap)):
        return None
    reason = _rate_reason(evidence)
    if known and reason is None:
        reason = Reason.SMALL_RATE
    since = _since(losses - evidence.end <= SOON * gap)
    return Judgement(Ending.HARDLY_MOVING, reason, Certainty.MEASURED, since)


def falling(evidence: Evidence) -> Judgement:
    """Rule 9: it is on its way."""
    return _on_its_way(evidence)


Rule = Callable[[Evidence], Judgement | None]
RULES: tuple[Rule, ...] = (
    infinite,
    unbounded,
    diverging,
    at_the_floor,
    random,
    swinging,
    settled,
    hardly_moving,
    falling,
)


def _on_its_way(evidence: Evidence, reason: Reason | None = None) -> Judgement:
    losses, floor = evidence.record.losses, evidence.floor
    if reason is None and floor.exact and floor.attained is False:
        reason = Reason.NO_MINIMUM
    # From the last step on that was followed by none higher.
    highest_after = np.maximum.accumulate(losses[::-1])[::-1]
    since = _since(losses >= highest_after)
    reason = reason or _rate_reason(evidence)
    return Judgement(Ending.FALLING, reason, Certainty.MEASURED, since)


def _rate_reason(evidence: Evidence) -> Reason | None:
    """Why a run is not there yet, by its rate and the curvature at the end."""
    if (share := evidence.rate_share) is None:
        return None
    if share < SMALL:
        return Reason.SMALL_RATE
    if share > LARGE and evidence.swings.any:
        return Reason.LARGE_RATE
    return Reason.CONDITIONING if evidence.condition > ILL_CONDITIONED else None


def _gap(evidence: Evidence) -> float:
    """What can still be gained; of an unknown infimum, at most what was."""
    return evidence.end - evidence.target


def _arrived(evidence: Evidence, target: float, margin: float) -> int | None:
    """Return since when the gap to `target` is within `margin`, None if it is not.

    A run that swings or is irregular has to stay so for its last quarter, any other for its last
    tenth, unless it falls all the time.
    """
    record = evidence.record
    gaps = abs(record.losses - target)
    if record.irregular and record.steps >= 8:
        if not evidence.end - target <= margin:
            return None
        return min(_since(gaps <= 3 * margin), record.steps)
    since, steps = _since(gaps <= margin), record.steps
    if since > steps:
        return None
    quarter = record.losses[-1 - steps // 4 :]
    smooth = bool((np.diff(quarter) <= evidence.rounding).all())
    stays = steps // 4 if evidence.swings.any else steps // 10
    return since if smooth or since <= steps - stays else None


def _escapes(evidence: Evidence) -> bool:
    """Whether the run leaves a saddle within ten times as many steps.

    Along a direction of curvature -c a step multiplies the distance by 1 + rate c.
    """
    record, place = evidence.record, evidence.place
    assert place is not None
    units = record.units
    values, vectors = np.linalg.eigh(scaled_hessian(record.problem, place.params, units))
    along = abs(vectors.T @ ((record.params[-1] - place.params) / units))
    down = values < -1e-6 * abs(values).max()
    found = evidence.curvatures
    if found is None or not found[0] < 0:
        return bool((along[down] > 0).any())
    growth = 9 * record.steps * np.log1p(-found[0])
    return bool((np.log(along[down]) + growth > np.log(1e-3)).any())


def _left(evidence: Evidence) -> int:
    """Return the first step from which the loss is above its start, or its lowest, to the end."""
    losses = evidence.record.losses
    above = losses > evidence.start + evidence.rounding
    since = _since(above)
    return since if since < len(losses) else int(losses.argmin())


def _within(evidence: Evidence) -> int:
    """Return the first step from which the loss stays in the bounds of the last half."""
    losses, trend = evidence.record.losses, evidence.trend
    low, high = min(trend.low[2:]), max(trend.high[2:])
    return min(_since((losses >= low) & (losses <= high)), evidence.record.steps)


def _since(holds: NDArray[np.bool_]) -> int:
    """Return the first step from which it holds until the end; one past it where it does not."""
    return int(len(holds) - np.argmin(np.append(holds[::-1], False)))
