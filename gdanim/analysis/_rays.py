"""Whether a loss has no lower bound: it falls on along a ray, however far one goes."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.problems.objective import Objective

# How many powers of ten far.
DECADES = 280
# So many of the points may lie before the fall begins.
NEAR = 10


def falls_for_ever(problem: Objective, point: Floats, ray: Floats) -> bool:
    """Whether the loss falls on from `point [P]` along `ray [P]`, no slower per power of ten.

    After at most 10 of 140 points it falls at each, and in the second half of the powers at least
    half as much as in the first.
    """
    far = 10.0 ** np.arange(0, DECADES, 2)[:, np.newaxis] * ray
    with np.errstate(all="ignore"):
        losses = problem.loss(point + far)
        if np.isnan(losses).any():
            losses = losses[: int(np.isnan(losses).argmax())]
        rises = np.flatnonzero(~(np.diff(losses[: NEAR + 1]) < 0))
        losses = losses[int(rises[-1]) + 1 if len(rises) else 0 :]
        if len(losses) < 3 or not (np.diff(losses)[np.isfinite(losses[1:])] < 0).all():
            return False
        first, middle, last = losses[0], losses[len(losses) // 2], losses[-1]
        return bool(last == -np.inf or middle - last >= 0.5 * (first - middle) > 0)
