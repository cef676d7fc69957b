"""The minimum of an objective: known, or the best of several searches by a stronger method."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gdanim.analysis._floor import floor_of
from gdanim.analysis._rays import falls_for_ever
from gdanim.core.arrays import Floats, read_only
from gdanim.errors import GdanimError
from gdanim.problems.objective import KnownMinimum, Objective

# What the search is told where the loss is not finite.
WALL = 1e300
# A network's loss can fall forever; a search follows it for this many iterations.
ITERATIONS = 500
# Parameters this many times as large show whether the loss falls on.
FARTHER = 2.0 ** np.arange(21)


class SearchError(GdanimError):
    """Raised when the minimum has to be searched for and SciPy is not installed."""


def find_minimum(
    problem: Objective, params: ArrayLike, restarts: int = 10, seed: int = 0
) -> KnownMinimum | None:
    """Find the minimum: the one that is known, else the best of `restarts` searches.

    Each search is SciPy's L-BFGS-B (Byrd, Lu, Nocedal and Zhu, SIAM Journal on Scientific Computing
    16, 1995); the first starts from `params [P]`, the others from random starts drawn from `seed`.
    None for a loss that falls forever, if only towards a bound. With `restarts=0` nothing is
    searched for: the result is what the problem knows, or None. Raises SearchError when it has to
    search and SciPy is missing.
    """
    known = problem.minimum
    if not restarts or (known is not None and known.params is not None):
        return known
    rng = np.random.default_rng(seed)
    starts = [np.array(params, dtype=np.float64), *(problem.init(rng) for _ in range(restarts - 1))]
    # A search would find the end of its own range.
    if _bottomless(problem, starts):
        return None
    found = min(_searches(problem, starts), key=lambda best: best.loss)
    assert found.params is not None
    if not np.isfinite(found.loss) or _falls_on(problem, found.params):
        return None
    return found


def _bottomless(problem: Objective, starts: list[Floats]) -> bool:
    """Whether the loss is known to have no lower bound, or falls for ever from a start."""
    floor = floor_of(problem)
    if floor.exact or floor.loss > -np.inf:
        return floor.loss == -np.inf
    with np.errstate(all="ignore"):
        slopes = [problem.gradient(start) for start in starts]
    return any(
        falls_for_ever(problem, start, -slope / abs(slope).max())
        for start, slope in zip(starts, slopes, strict=True)
        if np.isfinite(slope).all() and slope.any()
    )


def _falls_on(problem: Objective, params: Floats) -> bool:
    """Whether the loss falls on along the ray through `params [P]`: it has no finite optimum."""
    with np.errstate(all="ignore"):
        losses = problem.loss(params * FARTHER[:, np.newaxis])
    # A sum of infinite terms is not a number.
    losses = losses[: int(np.isnan(np.append(losses, np.nan)).argmax())]
    return bool((losses[1:] <= losses[:-1]).all() and losses[-1] < losses[0])


def _searches(problem: Objective, starts: list[Floats]) -> list[KnownMinimum]:
    """Where a search from each start ends."""
    try:
        from scipy.optimize import minimize
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise SearchError(
            "searching for the minimum of this problem needs scipy: pip install 'gdanim[explain]'"
        ) from None

    def loss_and_gradient(params: Floats) -> tuple[float, Floats]:
        with np.errstate(all="ignore"):
            value, gradient = problem.loss_and_gradient_at(params)
        loss = float(value)
        if not (np.isfinite(loss) and np.isfinite(gradient).all()):
            return WALL, np.zeros_like(gradient)
        return loss, gradient

    options = {"ftol": 1e-15, "gtol": 1e-10, "maxiter": ITERATIONS, "maxfun": 4 * ITERATIONS}
    # The systems are so small that threads of the BLAS wait for each other longer than they work.
    with threadpool_limits(1, user_api="blas"):
        ends = [
            minimize(loss_and_gradient, start, jac=True, method="L-BFGS-B", options=options).x
            for start in starts
        ]
    points = [read_only(np.asarray(end, dtype=np.float64)) for end in ends]
    return [
        KnownMinimum("best of several searches", float(problem.loss(params)), params)
        for params in points
    ]
