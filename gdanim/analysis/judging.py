"""How a run ends, why, and how sure that is: the single judgement that all texts are based on.

f is the loss, f0 the first, f* its infimum where that is known, and the way down is h = f0 - f*.
Quarters are those of the steps; an end that is irregular (mini-batches, noise, or a loss that turns
at every third step) counts by the mean of its last quarter. The rules, in this order:

1. **Infinite.** No finite loss follows the last one: DIVERGED, or UNBOUNDED where it fell. A run
   without a step is NOT_STARTED.
2. **Unbounded.** The loss has no lower bound (a quadratic with negative curvature, or with a slope
   without curvature; a function that falls on along the run's ray over 280 powers of ten), the run
   is below any critical point near by, and the last quarter falls at least half as much as the one
   before.
3. **Diverging.** On a quadratic the rate is larger than the largest stable one, and it shows: the
   highest loss of the last quarter is above that of the one before, and the end above f0 (DIVERGED;
   GROWING where it is still below). Elsewhere a thousand times h (a million, where the loss is not
   convex), and twice the quarter before (DIVERGED); or the peaks grow at least half as fast as they
   did before (GROWING). So does a run that has come to rest a million times h above the floor. With
   batches the medians of the quarters count, and the last half has to stay above f0. Between
   the rate with which the mean square of the distance grows, max eig E[(I - rate H_b) x (I - rate
   H_b)] = 1 over batches b, and that with which a typical run does, `E log |growth| = 0`, bursts of
   any height come and go (Kesten, "Random difference equations and renewal theory", 1973): no run
   has diverged there, and it is the noise of the batches that it moves by.
4. **At the floor.** `f - f* <= max(1e-6 h, 0.01 f*)`: CONVERGED. f* counts for losses over data
   alone, whose zero has a meaning; there h is at most what the best constant prediction loses
   above f*. Without a finite optimum, the reason is NO_MINIMUM. PROVEN where theory says too that
   the run stays: no noise, and a stable rate for the curvature at the end. LIKELY, "so far", of
   rules that scale steps by past gradients, and of unstable rates: they leave a minimum again.
   Noise that shows has to have had time to spread along the slowest direction; of such rules it has
   none.
5. **Settled.** Newton's method from the end comes to rest near by, and the gap to the loss there
   is nothing, as in 4: CONVERGED, at a minimum, a local one if a lower loss is known; without that
   reason where looking for one costs too much. Where it is an inflection, a maximum, or a saddle
   point, the gap is at most 1e-6 h, and the run does not leave within ten times as many steps.
   Newton's steps that promise less and less without becoming shorter lead to infinity: NO_MINIMUM.
   So does a way without curvature on which the loss falls on far beyond the run.
   Without slope all around it is a minimum only if no lower loss is known; else HARDLY_MOVING, on a
   PLATEAU.
6. **Random or irregular.** FALLING (or 9) where levels and peaks of the last three quarters fall,
   the last level by more than 2.5 standard errors, and by more than 5 % of the gap in ten times as
   many steps; if steps are not random, the same of the quartiles, whatever the peaks. So it is
   where the swings will end: the rate decays and the noise is less than 0.3 of the gap; all batches
   agree on a loss of 0; momentum has had less than three times the steps in which its swings
   shrink to 1/e; or peaks shrink by 30 % from quarter to quarter. Else OSCILLATING, for the noise.
7. **Swinging.** Parameters go back and forth (a path of three times their range), their ranges are
   no smaller than a quarter earlier by more than 2 %, and levels do not fall as in 6: OSCILLATING.
   So does a run that ends in a cycle whose mean loss does not fall, however long. Without a reason
   and LIKELY, in 6 and 7, where parameters may drift to where it is less steep: the loss is not
   convex, there are several parameters, and no cycle's mean loss stays within 0.1 % of the gap.
8. **At rest.** Of losses whose curvature costs too much: no loss of the second half differs from
   the last by more than what counts as nothing, and the fall between a quarter, a half and all of
   the steps forecasts next to nothing for ten times as many: CONVERGED.
9. **Hardly moving.** Less than 5 % of h was gained, and at this pace ten times as many steps would
   gain less than half of it; or they would gain less than 5 % of what is left. Where the rate
   decays, the steps to come are as long as their rates; one that has died out counts wherever the
   infimum is.
10. **Falling**, otherwise.

The reasons of 9 and 10 that are the rate's or the conditioning's come from `_rate_reasons`. A rate
is no reason where it is not known, nor in Newton's method, unless it is larger than 2.
A stopping rule that ended a run before one of 1 to 5 or 8 held makes it STOPPED; so does one that
ended it while it was GROWING.

Long because the rules hold in their order, which is read here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gdanim.analysis._evidence import OF_FALL, Evidence
from gdanim.analysis._growth import diverging, infinite
from gdanim.analysis._moments import (
    batches_agree,
    endless,
    escapes,
    first_arrived,
    first_of,
    first_within,
    gap_below,
    gap_of,
)
from gdanim.analysis._multistart import lowest_of_many
from gdanim.analysis._neighbourhood import PointKind
from gdanim.analysis._rate_reasons import rate_reason, slow_reason
from gdanim.analysis._tail import STEADY, forecast, quarters
from gdanim.analysis.judgement import Certainty, Ending, Judgement, Reason
from gdanim.analysis.record import Record

# Hardly moving: this share of the way down was gained...
GAINED = 0.05
# ... and ten times as many steps gain less than this share of what is left.
SOON = 0.05
# The noise of a rate that decays is what is seen if it is more than this share of the gap, unless
# next to nothing is to come: this share of the last quarter's rates.
NOISY, OVER = 0.3, 0.1
# Noise of more than this share of what counts as nothing shows, once it has spread.
CALM = 0.1
# A run is near a saddle where this share of the way down to it is left.
NEAR = 0.02
# A run is at rest where its tail forecasts this share of what counts as nothing.
REST = 0.25
# Places that a run leaves in the end, unless it is exactly there.
LEFT = (PointKind.MAXIMUM, PointKind.SADDLE)
REASONS = {
    PointKind.MAXIMUM: Reason.MAXIMUM,
    PointKind.SADDLE: Reason.SADDLE,
    PointKind.INFLECTION: Reason.INFLECTION,
    PointKind.MINIMUM: Reason.MINIMUM,
    PointKind.INFINITY: Reason.NO_MINIMUM,
}


def judge(record: Record) -> Judgement:
    """Judge how a run ends, by the first rule that holds."""
    evidence = Evidence(record)
    with np.errstate(all="ignore"):
        found = next(found for rule in RULES if (found := rule(evidence)) is not None)
        if record.stopped and not _stands(found):
            found = replace(found, ending=Ending.STOPPED, reason=None, certainty=Certainty.PROVEN)
            found = replace(found, since=record.steps)
        return replace(found, numbers={**found.numbers, **_numbers(evidence, found.reason)})


def _stands(found: Judgement) -> bool:
    """Whether a run had come to its end before a rule stopped it."""
    if found.ending == Ending.DIVERGED:
        return True
    return found.ending in (Ending.CONVERGED, Ending.UNBOUNDED)


def _numbers(evidence: Evidence, reason: Reason | None) -> dict[str, float]:
    """What the judgement rests on.

    The largest stable rate is that of full batches by the curvature at the end, which says nothing
    of mini-batches, nor of a run that a smaller rate keeps from coming to rest.
    """
    record, floor = evidence.record, evidence.floor
    numbers = {"loss": float(record.losses[-1])}
    if floor.exact and np.isfinite(floor.loss):
        numbers["minimum"] = floor.loss
        numbers["gain"] = float(record.losses[-1]) - floor.loss
    if record.rate is not None and not np.ptp(record.rate):
        last = float(record.rate[0])
        # A schedule has no one rate.
        if evidence.constant_rate:
            numbers["rate"] = last
        # Not worth a Hessian where no rule asked for it.
        share = evidence.rate_share if "rate_share" in evidence.__dict__ else None
        if share and record.batch_size is None and (reason != Reason.LARGE_RATE or share > 1):
            numbers["largest_stable_rate"] = last / share
    return numbers


def not_started(evidence: Evidence) -> Judgement | None:
    """Before all rules but the first: nothing can be said of a run without a step."""
    if evidence.record.steps:
        return None
    return Judgement(Ending.NOT_STARTED, None, Certainty.PROVEN, 0)


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
    place, level = evidence.place, (PointKind.SADDLE, PointKind.INFLECTION, PointKind.MINIMUM)
    if place is not None and place.place in level and losses[-1] >= place.loss - evidence.rounding:
        return None
    certainty = Certainty.PROVEN if evidence.floor.exact else Certainty.LIKELY
    since = first_of(losses <= np.minimum.accumulate(losses))
    return Judgement(Ending.UNBOUNDED, Reason.NO_MINIMUM, certainty, since)


def at_the_floor(evidence: Evidence) -> Judgement | None:
    """Rule 4: the gap to the infimum is nothing."""
    floor = evidence.floor
    if not np.isfinite(floor.loss):
        return None
    margin = evidence.tolerance(floor.loss)
    spread = float(evidence.trend.high[3] - evidence.trend.low[3])
    shows = evidence.record.random and spread > CALM * margin
    if shows and (evidence.drifts or evidence.forgets):
        return None
    if (since := first_arrived(evidence, floor.loss, margin)) is None:
        return None
    attained = floor.attained is not False
    certainty = _arrived(evidence)
    if floor.proven and evidence.stays:
        certainty = Certainty.PROVEN
    reason = Reason.MINIMUM if attained else Reason.NO_MINIMUM
    return Judgement(Ending.CONVERGED, reason, certainty, since)


def _arrived(evidence: Evidence) -> Certainty:
    """How sure it is that it stays: from very near, an unstable rate takes long to lead away."""
    leaves = evidence.forgets or evidence.unstable
    return Certainty.LIKELY if leaves else Certainty.MEASURED


def settled(evidence: Evidence) -> Judgement | None:
    """Rule 5: it has come to a place where the gradient vanishes."""
    record, place = evidence.record, evidence.place
    if place is None or place.place == PointKind.SLOPE:
        return None
    margin = evidence.tolerance(place.loss)
    if place.place != PointKind.MINIMUM:
        # The loss there is not a floor, so nothing is measured against it.
        margin = min(margin, OF_FALL * abs(evidence.start - place.loss) + evidence.rounding)
    since = first_arrived(evidence, place.loss, margin)
    if place.place == PointKind.PLATEAU:
        return _on_a_plateau(evidence, margin)
    if since is None or (place.place in LEFT and (record.random or escapes(evidence))):
        return None
    ending, sure = Ending.CONVERGED, _arrived(evidence)
    reason: Reason | None = REASONS[place.place]
    if reason == Reason.MINIMUM:
        found = lowest_of_many(record.problem)
        if (lower := min(evidence.lower, found)) < place.loss - margin:
            return Judgement(ending, Reason.LOCAL_MINIMUM, sure, since, {"lower": lower})
        if found == np.inf and evidence.floor.loss < place.loss - margin:
            reason = None
    return Judgement(ending, reason, sure, since)


def _on_a_plateau(evidence: Evidence, margin: float) -> Judgement:
    """A level place is a minimum only if no loss is known to be lower."""
    losses, sure = evidence.record.losses, Certainty.MEASURED
    since = first_of(abs(losses - losses[-1]) <= evidence.rounding)
    if min(evidence.lower, lowest_of_many(evidence.record.problem)) < losses[-1] - margin:
        return Judgement(Ending.HARDLY_MOVING, Reason.PLATEAU, sure, since)
    return Judgement(Ending.CONVERGED, Reason.MINIMUM, Certainty.LIKELY, since)


def random(evidence: Evidence) -> Judgement | None:
    """Rule 6: an irregular run falls by more than its noise, or moves about a level."""
    record, trend = evidence.record, evidence.trend
    if not record.irregular or record.steps < 8:
        return None
    spread = float(trend.high[3] - trend.low[3])
    gap = gap_below(evidence)
    if spread <= 1e-3 * gap and not evidence.swings.any:
        return None
    down = (np.diff(trend.level[1:]) < 0).all() and (np.diff(trend.high[1:]) < 0).all()
    falls = trend.falls and down and evidence.more * trend.drop > SOON * gap
    falls = falls or (not record.random and _falls(evidence))
    if falls or _dies_out(evidence, spread):
        return hardly_moving(evidence) or falling(evidence)
    if not record.random:
        return _oscillating(evidence)
    reason = Reason.ADDED_NOISE if record.batch_size is None else Reason.NOISE
    return Judgement(Ending.OSCILLATING, reason, Certainty.MEASURED, first_within(evidence))


def _dies_out(evidence: Evidence, spread: float) -> bool:
    """Whether what looks like noise will end: with the rate, with momentum, or with the loss."""
    record, floor, typical = evidence.record, evidence.floor, evidence.typical
    rests = evidence.more < OVER or (evidence.decays and spread < NOISY * gap_below(evidence))
    # Where all batches agree on a loss of 0, the noise vanishes with the loss.
    falls = evidence.trend.drop > 0 or typical.drop > 0
    vanishes = floor.loss == 0 and falls and (floor.attained is False or batches_agree(evidence))
    if record.random:
        still = evidence.paces is None and not evidence.swings.any
        return rests or vanishes or still or (evidence.transient and typical.drop > 0)
    return rests or vanishes or not evidence.swings.any or evidence.transient or evidence.damped


def _oscillating(evidence: Evidence) -> Judgement:
    """It swings; where nobody knows whether it will go on to, nothing is to blame."""
    since = first_within(evidence)
    if not evidence.steady:
        return Judgement(Ending.OSCILLATING, None, Certainty.LIKELY, since)
    reason = Reason.LARGE_RATE if evidence.rate_acts else None
    return Judgement(Ending.OSCILLATING, reason, Certainty.MEASURED, since)


def swinging(evidence: Evidence) -> Judgement | None:
    """Rule 7: the parameters swing, and do not come to rest."""
    record, trend = evidence.record, evidence.trend
    if record.steps < 8 or not evidence.swings.any:
        return None
    if (cycle := evidence.cycle) is not None:
        falls = 9 * record.steps * cycle.fall > SOON * gap_below(evidence)
        return None if falls else _oscillating(evidence)
    if evidence.swings.growth(record.units) < 1 - STEADY:
        return None
    calmer = evidence.more * trend.drop > SOON * gap_below(evidence)
    calmer = calmer and trend.high[3] < trend.high[2]
    on_its_way = calmer or evidence.transient or _falls(evidence)
    return None if on_its_way else _oscillating(evidence)


def _falls(evidence: Evidence) -> bool:
    """Whether the quartiles of the last three quarters fall, beyond doubt and not by little."""
    typical, losses = evidence.typical, evidence.record.losses
    spread = [np.quantile(losses[part], (0.25, 0.5, 0.75)) for part in quarters(len(losses) - 1)]
    falls = typical.falls and (np.diff(spread[1:], axis=0) < 0).all()
    return bool(falls and evidence.more * typical.drop > SOON * gap_below(evidence))


def at_rest(evidence: Evidence) -> Judgement | None:
    """Rule 8: where curvature costs too much, the tail of the run has nothing left to gain."""
    record = evidence.record
    if evidence.place is not None or (record.problem.convex and evidence.floor.exact):
        return None
    left, end = forecast(record.losses), float(record.losses[-1])
    margin = evidence.tolerance(end)
    if record.steps < 8 or not left <= REST * margin:
        return None
    since = first_of(abs(record.losses - end) <= margin)
    if since > record.steps // 2:
        return None
    reason = Reason.MINIMUM if record.problem.convex else None
    return Judgement(Ending.CONVERGED, reason, Certainty.LIKELY, since)


def hardly_moving(evidence: Evidence) -> Judgement | None:
    """Rule 9: next to nothing of what could be gained is."""
    record, trend = evidence.record, evidence.trend
    gap, losses = gap_of(evidence), record.losses
    if record.steps < 2:
        return None
    if evidence.swings.any and not record.random and not evidence.decays:
        return None
    # Whatever moves at all in the last quarter counts: a slow swing does not stand still.
    soon = evidence.more * float(np.ptp(losses[-1 - max(1, record.steps // 4) :]))
    if record.irregular and evidence.decays:
        soon = evidence.more * max(trend.drop, 0.0)
    if not np.isfinite(gap) or gap <= 0:
        fall = evidence.start - evidence.end
        if not (evidence.more < OVER and soon <= SOON * fall):
            return None
        since = first_of(losses - evidence.end <= SOON * fall)
        return Judgement(Ending.HARDLY_MOVING, None, Certainty.MEASURED, since)
    way = evidence.start - evidence.target
    little = evidence.start - evidence.end < GAINED * way and soon < 0.5 * way
    # Of a bound alone, nobody knows whether a run can come near it, unless its rate has died out.
    known = evidence.floor.exact or evidence.place is not None or evidence.more < OVER
    if not (little or (known and soon < SOON * gap)):
        return None
    since = first_of(losses - evidence.end <= SOON * gap)
    # A rule without a known pace has gained what it could: what is left may be no rate's fault.
    reason = None if evidence.forgets and not little else slow_reason(evidence)
    if reason != Reason.SMALL_RATE and endless(evidence):
        reason = Reason.NO_MINIMUM
    return Judgement(Ending.HARDLY_MOVING, reason, Certainty.MEASURED, since)


def falling(evidence: Evidence) -> Judgement:
    """Rule 10: it is on its way."""
    losses, place = evidence.record.losses, evidence.place
    reason = rate_reason(evidence)
    if place is not None and place.place == PointKind.SADDLE:
        near = abs(evidence.end - place.loss) < NEAR * (evidence.start - place.loss)
        reason = Reason.SADDLE if near else reason
    elif endless(evidence):
        reason = Reason.NO_MINIMUM
    # The step after which the loss is never higher, or where only levels fall, a quarter.
    highest_after = np.maximum.accumulate(losses[::-1])[::-1]
    since = first_of(losses >= highest_after)
    since = min(since, len(losses) - 1 - evidence.record.steps // 4)
    return Judgement(Ending.FALLING, reason, Certainty.MEASURED, since)


Rule = Callable[[Evidence], Judgement | None]
RULES: tuple[Rule, ...] = (
    infinite,
    not_started,
    unbounded,
    diverging,
    at_the_floor,
    settled,
    random,
    swinging,
    at_rest,
    hardly_moving,
    falling,
)
