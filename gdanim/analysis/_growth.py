"""Rules 1 and 3 of a judgement: the loss becomes infinite, or is growing and will keep growing."""

from __future__ import annotations

import numpy as np

from gdanim.analysis._evidence import Evidence
from gdanim.analysis._moments import first_above, first_of
from gdanim.analysis._tail import STEADY
from gdanim.analysis.judgement import Certainty, Ending, Judgement, Reason

# A run that diverges has grown to this many times the way down, and is growing; or to the second
# number of times, and stays there.
GROWN, LOST = 1e3, 1e6


def infinite(evidence: Evidence) -> Judgement | None:
    """Rule 1: it became infinite."""
    record, losses = evidence.record, evidence.record.losses
    if not record.infinite:
        return None
    if record.steps and losses[-1] < evidence.start and losses[-1] == losses.min():
        since = first_of(losses <= np.minimum.accumulate(losses))
        return Judgement(Ending.UNBOUNDED, Reason.NO_MINIMUM, Certainty.MEASURED, since)
    return _growing(evidence, Ending.DIVERGED)


def diverging(evidence: Evidence) -> Judgement | None:
    """Rule 3: the loss is growing and will keep growing."""
    record, floor = evidence.record, evidence.floor
    if not record.steps:
        return None
    known = floor.exact and np.isfinite(floor.loss)
    reference = floor.loss if known else float(record.losses.min())
    way, scale = max(evidence.start - reference, 0.0), evidence.scale(reference)
    level = (evidence.trend if record.batch_size is None else evidence.typical).level - reference
    last, before = record.losses[[-1, -1 - max(1, record.steps // 10)]] - reference
    rests = last > 0.1 * before or level[3] > max(GROWN * level[0], 0.1 * level[2])
    # Without a floor, a run that is nowhere lower than at its start has no way down to measure by.
    measured = known or way > 0
    lost = measured and min(level[3], last) > LOST * scale and rests
    if record.batch_size is not None:
        # Between the rates with which the mean square and a typical run grow, bursts come and go.
        back = float(record.losses[record.steps // 2 :].min()) - reference <= way
        grows = lost or (level[3] > GROWN * scale and level[3] > 2 * level[2])
        return _growing(evidence, Ending.DIVERGED) if grows and not back else None
    if lost:
        return _growing(evidence, Ending.DIVERGED)
    high = evidence.trend.high - reference
    if evidence.unstable is False or high[3] <= max(high[2], evidence.tolerance(reference)):
        return None
    end = max(evidence.end, float(record.losses[-1])) if record.irregular else evidence.end
    above, rising = end - reference > way, evidence.trend.level[3] > evidence.trend.level[2]
    now, before = np.log(high[3] / high[2]), np.log(high[2] / high[1])
    if evidence.unstable and (rising or record.steps < 4) and now > STEADY:
        return _growing(evidence, Ending.DIVERGED if above else Ending.GROWING)
    if record.steps < 4:
        return None
    # On a non-convex loss, a rise may end as suddenly as it began.
    grown = GROWN if record.problem.convex else LOST
    if high[3] > grown * scale and high[3] > 2 * high[2]:
        return _growing(evidence, Ending.DIVERGED)
    if rising and above and now > STEADY and now > 0.5 * before > 0:
        return _growing(evidence, Ending.GROWING)
    return None


def _growing(evidence: Evidence, ending: Ending) -> Judgement:
    certainty = Certainty.PROVEN if evidence.unstable else Certainty.MEASURED
    acts = evidence.rate_acts or evidence.unstable
    reason = Reason.LARGE_RATE if acts else None
    return Judgement(ending, reason, certainty, first_above(evidence))
