"""Why a run is not there yet: its learning rate, or the conditioning, by the pace of its rule.

Along a direction of curvature c, a step of the rule multiplies the distance to the minimum by its
convergence factor r(rate c) in the long run, and the slowest direction sets the pace, -log max r
(Polyak, "Introduction to Optimization", 1987, chapter 3). The same factors say what another rate
would do, and that of the steepest direction what better conditioning would do.
"""

from __future__ import annotations

import numpy as np

from gdanim.analysis._evidence import Evidence
from gdanim.analysis.judgement import Reason
from gdanim.core.arrays import Floats

# A rate is too small, or too large, where another stable one would be this many times as fast.
FASTER = 5.0
# The number of rates tried, from this share of the run's to the largest stable one. With batches,
# whose largest stable rate may be much smaller than that with full ones, to this share of it.
RATES, LEAST, OF_BATCHES = 400, 0.05, 0.1
# Curvatures that differ by this factor are ill-conditioned.
ILL_CONDITIONED = 10.0
# Paces are told apart beyond this share of them, and beyond rounding.
SAME, TINY = 1e-6, 1e-15
# A gap of this share of the way down is nothing, where the infimum is not known.
NOTHING = 1e-6


def rate_reason(evidence: Evidence) -> Reason | None:
    """Return why a run is not there yet, where the pace of its rule shows it; else None.

    - CONDITIONING: along the steepest direction the run has arrived, and along the flattest, a
      tenth as steep, no stable rate would be five times as fast, or get there in as many steps. If
      momentum swings even there, where twice the curvature would not double the pace, it is the
      momentum that is slow, and there is no reason.
    - SMALL_RATE, LARGE_RATE: another stable rate would be five times as fast. A rate is too large
      on quadratics alone: elsewhere the curvature gives way.

    None after fewer than two steps, and for a run that would have converged from a closer start.
    """
    steps, found = evidence.record.steps, evidence.paces
    if steps < 2 or found is None or not evidence.constant_rate:
        return None
    bent, paces = found
    ours, (near, far) = paces.min(), _distances(evidence)
    large = evidence.swings.any and evidence.record.problem.hessian is not None
    if ours < 0:
        return Reason.LARGE_RATE if large else None
    if ours * steps >= near:
        return None
    share, times = _fastest(evidence, bent, float(ours))
    apart = bent[-1] > ILL_CONDITIONED * bent[0] > 0
    limited = apart and paces[0] == ours and paces[-1] * steps >= far
    if limited and (times < FASTER or times * ours * steps < near):
        return Reason.CONDITIONING if _doubles(evidence, float(bent[0]), float(ours)) else None
    if times < FASTER:
        return None
    return Reason.SMALL_RATE if share > 1 else Reason.LARGE_RATE if large else None


def _doubles(evidence: Evidence, bent: float, pace: float) -> bool:
    """Whether twice the curvature would at least double the pace."""
    assert evidence.record.factor is not None
    factor = evidence.record.factor(np.array([2 * bent]))
    return factor is not None and bool(-np.log(factor[0]) >= 2 * pace * (1 - SAME) - TINY)


def slow_reason(evidence: Evidence) -> Reason | None:
    """Return why a run hardly moves: the same, or a rate that has died out.

    Where no pace is known, the rate of a convex loss, or of a rule whose steps do not shrink with
    the slope: a larger one makes larger steps.
    """
    record, largest = evidence.record, evidence.record.largest_stable_rate
    if not evidence.rate_acts:
        return None
    if evidence.decays:
        return Reason.SMALL_RATE
    if evidence.paces is not None:
        return rate_reason(evidence)
    free = largest is None or largest(1.0) is None
    return Reason.SMALL_RATE if record.problem.convex or free else None


def _distances(evidence: Evidence) -> tuple[float, float]:
    """By how much the distance has to shrink, from an ordinary start and from the run's, as a log.

    The loss goes with its square.
    """
    target, start = evidence.target, evidence.start
    if not np.isfinite(target):
        return -0.5 * np.log(NOTHING), -0.5 * np.log(NOTHING)
    nothing = max(evidence.tolerance(target), 1e-300)
    ways = evidence.way(target), abs(start - target)
    near, far = (0.5 * float(np.log(max(way / nothing, 1.0))) for way in ways)
    return near, far


def _fastest(evidence: Evidence, bent: Floats, ours: float) -> tuple[float, float]:
    """The fastest stable rate, as a multiple of the run's, and how many times as fast it is."""
    record = evidence.record
    assert record.factor is not None
    most = (OF_BATCHES if record.batch_size is not None else 1.0) / evidence.largest_share
    rates = np.geomspace(min(LEAST, most), most, RATES)
    found = record.factor(rates[:, np.newaxis] * abs(bent))
    assert found is not None
    paces = -np.log(found.max(axis=1))
    # Where a step shrinks the distance by less than rounding, the pace goes with the rate.
    times = paces / ours if ours > 0 else rates
    best = int(times.argmax())
    return float(rates[best]), float(times[best])
