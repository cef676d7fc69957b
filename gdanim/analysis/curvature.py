"""The second derivative of a loss."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats, Ints
from gdanim.problems.objective import Objective

# The cube root of float64's precision: at this step the two errors of a central difference, from
# rounding and from the third derivative, are about equal.
STEP = 6e-6


def hessian(problem: Objective, params: Floats, batch: Ints | None = None) -> Floats:
    """Return the Hessian of the loss over the points of `batch (b)`, or all of them, `(p)->(p,p)`.

    If it is constant, it is the problem's own; otherwise it comes from central differences of the
    gradient, made symmetric, and has about ten digits.
    """
    constant = problem.hessian if batch is None else None
    if constant is not None:
        return np.broadcast_to(constant, (*params.shape, params.shape[-1]))
    h = STEP * np.maximum(abs(params), 1.0)
    moves = h[..., np.newaxis, :] * np.eye(params.shape[-1])
    here = params[..., np.newaxis, :]
    ahead, behind = here + moves, here - moves
    change = problem.gradient_at(ahead, batch) - problem.gradient_at(behind, batch)
    # Rounding makes the actual move differ from h.
    moved = np.diagonal(ahead - behind, axis1=-2, axis2=-1)
    rows = change / moved[..., np.newaxis]
    return (rows + np.swapaxes(rows, -2, -1)) / 2
