"""Which losses are next to nothing: as a share of what an ordinary start loses."""

from __future__ import annotations

import numpy as np

from gdanim.analysis._floor import floor_of
from gdanim.core.arrays import Floats
from gdanim.problems.objective import Objective

# A loss below this share of an ordinary start's is 0, but for rounding or for where a search stops.
NOTHING = 1e-12
# The number of random starts whose median is ordinary, and the seed that they are drawn with.
STARTS, SEED = 11, 0


def constant_loss(problem: Objective) -> float | None:
    """Return what the best constant prediction loses; None without data, or where unknown."""
    return floor_of(problem).null


def nothing(problem: Objective, first: float) -> float:
    """Return the largest loss that is next to nothing, for a run whose first loss is `first`.

    Measured by the first loss, but a start far away excuses nothing: of a loss over data at most by
    what the best constant prediction loses, of any other by what random starts do.
    """
    ordinary = constant_loss(problem)
    if ordinary is None:
        rng = np.random.default_rng(SEED)
        starts = np.array([problem.init(rng) for _ in range(STARTS)])
        with np.errstate(all="ignore"):
            ordinary = float(np.median(abs(problem.loss(starts))))
    return NOTHING * min([abs(first), *([ordinary] if np.isfinite(ordinary) else [])])


def without_traces(problem: Objective, params: Floats, start: Floats, small: float) -> Floats:
    """Return `params [P]` with those that are next to 0 set to 0.

    They are less than `small` of their first value, and the loss does not notice.
    """
    candidates = np.flatnonzero((abs(params) <= small * abs(start)) & (params != 0))
    if not candidates.size:
        return params
    rounded = np.tile(params, (len(candidates), 1))
    rounded[np.arange(len(candidates)), candidates] = 0.0
    with np.errstate(all="ignore"):
        change = abs(problem.loss(rounded) - problem.loss(params))
    cleared = params.copy()
    cleared[candidates[change <= nothing(problem, float(problem.loss(start)))]] = 0.0
    return cleared
