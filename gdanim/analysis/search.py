"""The lowest loss that can be found: known, or the best of many descents by a stronger method."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import Floats, read_only
from gdanim.errors import GdanimError
from gdanim.problems.objective import KnownMinimum, Objective

# A loss that is not finite, as the search sees it.
WALL = 1e300
# A network's loss can fall for ever; so far a search follows it.
ITERATIONS = 500


class SearchError(GdanimError):
    """The optimum takes a search, and there is no scipy for it."""


def lowest(
    problem: Objective, params: ArrayLike, restarts: int = 10, seed: int = 0
) -> KnownMinimum | None:
    """The optimum: what the problem knows in closed form, else the best of `restarts` searches.

    Each is L-BFGS-B of scipy (Byrd, Lu, Nocedal and Zhu, SIAM Journal on Scientific Computing 16,
    1995), from `params [P]` and from starts that are drawn from `seed`. None for a loss that falls
    for ever. No `restarts`, no search: then the optimum that the problem knows, or None. Raises
    SearchError when it has to search and there is no scipy.
    """
    known, constant = problem.minimum, problem.hessian
    if not restarts or (known is not None and known.params is not None):
        return known
    # A quadratic with a direction downhill has no minimum; a search would find the range's end.
    if constant is not None and np.linalg.eigvalsh(constant)[0] < 0:
        return None
    rng = np.random.default_rng(seed)
    starts = [np.array(params, dtype=np.float64), *(problem.init(rng) for _ in range(restarts - 1))]
    found = min((_search(problem, start) for start in starts), key=lambda best: best.loss)
    return found if np.isfinite(found.loss) else None


def _search(problem: Objective, start: Floats) -> KnownMinimum:
    try:
        from scipy.optimize import minimize
    except ImportError:
        raise SearchError(
            "to search for the optimum of this problem needs scipy: pip install 'gdanim[explain]'"
        ) from None

    def both(params: Floats) -> tuple[float, Floats]:
        with np.errstate(all="ignore"):
            value, gradient = problem.loss_and_gradient_at(params)
        loss = float(value)
        if not (np.isfinite(loss) and np.isfinite(gradient).all()):
            return WALL, np.zeros_like(gradient)
        return loss, gradient

    options = {"ftol": 1e-15, "gtol": 1e-10, "maxiter": ITERATIONS}
    found = minimize(both, start, jac=True, method="L-BFGS-B", options=options)
    params = read_only(np.asarray(found.x, dtype=np.float64))
    return KnownMinimum("best of several searches", float(problem.loss(params)), params)
