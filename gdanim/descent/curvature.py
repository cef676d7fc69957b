"""The second derivative of a loss."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats, Ints
from gdanim.problems.objective import Objective

# The cube root of float64's precision: the step at which the errors of a central difference, from
# rounding and from the third derivative, are about equal.
STEP = 6e-6


def hessian(problem: Objective, params: Floats, batch: Ints | None = None) -> Floats:
    """`(p)->(p,p)`: the Hessian of the loss, over the points of `batch (b)` or all of them.

    Where it is the same everywhere, the problem's own; else by central differences of the
    gradient, symmetric, to about ten digits.
    """
    constant = problem.hessian if batch is None else None
    if constant is not None:
        return np.broadcast_to(constant, (*params.shape, params.shape[-1]))
    h = STEP * np.maximum(abs(params), 1.0)
    moves = h[..., np.newaxis, :] * np.eye(params.shape[-1])
    here = params[..., np.newaxis, :]
    ahead, behind = here + moves, here - moves
    change = problem.gradient_at(ahead, batch) - problem.gradient_at(behind, batch)
    # What was moved is what is left after rounding, not h.
    moved = np.diagonal(ahead - behind, axis1=-2, axis2=-1)
    rows = change / moved[..., np.newaxis]
    return (rows + np.swapaxes(rows, -2, -1)) / 2
