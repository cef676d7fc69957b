"""What a descent is up against: curvature, stable rates, the floor, and how far each direction is.

Gradient descent on a quadratic with Hessian H moves along each eigenvector of H by itself: every
step multiplies the distance along it by `1 - lr eigenvalue`. So the steepest direction limits the
rate and the flattest one sets the pace (Boyd and Vandenberghe, "Convex Optimization", 2004,
section 9.3; Goh, "Why Momentum Really Works", Distill, 2017). Elsewhere it holds near a point.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from gdanim.analysis.search import lowest
from gdanim.core.arrays import Floats, check_finite, check_int, check_params, read_only
from gdanim.descent.curvature import hessian
from gdanim.errors import GdanimError, expect, listed
from gdanim.problems.objective import KnownMinimum, Objective
from gdanim.problems.problem import Problem

# An eigenvalue this much smaller than the largest is a rounding error: P times the precision of
# float64, or of the differences that the Hessian comes from.
EXACT, DIFFERENCES = 4e-16, 1e-9
# So many Newton steps from near a minimum change its least curvature in the end by less than this.
NEWTON, AT_REST = 8, 0.01


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """The loss around `params [P]`, where a descent stands.

    Fields: the parameters' names, `loss` and `gradient [P]` there, `quadratic`: whether the Hessian
    is the same everywhere (else all that follows is local), its `eigenvalues [P]` from small to
    large and, in rows, their `directions [P, P]`, each of length 1; the `optimum` (None where none
    is known). An eigenvalue that is 0 but for rounding is 0.
    """

    names: tuple[str, ...]
    params: Floats
    loss: float
    gradient: Floats
    quadratic: bool
    eigenvalues: Floats
    directions: Floats
    optimum: KnownMinimum | None

    @property
    def condition(self) -> float:
        """The largest over the smallest eigenvalue; infinite where one is not positive."""
        low, high = self.eigenvalues[[0, -1]]
        return float(high / low) if low > 0 else np.inf

    @property
    def max_stable_lr(self) -> float:
        """The edge of stability of gradient descent, 2 over the largest eigenvalue."""
        return _over(2.0, float(self.eigenvalues[-1]))

    @property
    def optimal_lr(self) -> float:
        """The rate that is fastest in the end, 2 over the sum of smallest and largest eigenvalue.

        Polyak, "Introduction to Optimization", 1987, section 1.4. NaN where an eigenvalue is
        negative.
        """
        low, high = self.eigenvalues[[0, -1]]
        return _over(2.0, float(low + high)) if low >= 0 else np.nan

    @property
    def excess(self) -> Floats:
        """`[P]`: how much of the loss is each direction's distance to the (local) optimum.

        `eigenvalue distance^2 / 2`; their sum is the loss above the optimum's for a quadratic, and
        what a Newton step promises elsewhere. 0 along directions without curvature, negative where
        the curvature is.
        """
        if self.quadratic and self.optimum is not None and self.optimum.params is not None:
            distance = self.directions @ (self.params - self.optimum.params)
            return self.eigenvalues * distance**2 / 2
        slopes = self.directions @ self.gradient
        flat = self.eigenvalues == 0
        excess: Floats = slopes**2 / (2 * np.where(flat, 1.0, self.eigenvalues))
        return np.where(flat, 0.0, excess)

    def factors(self, lr: float) -> Floats:
        """`[P]`: what a step of gradient descent multiplies each direction's distance by."""
        return 1 - lr * self.eigenvalues

    def steps(self, lr: float, accuracy: float) -> Floats:
        """`[P]`: the steps of gradient descent until each direction's distance has shrunk to
        `accuracy` times its own; infinite where it does not shrink.

        Raises GdanimError unless `lr` is one number and `accuracy` lies between 0 and 1.
        """
        if not 0 < check_finite("accuracy", accuracy) < 1:
            raise GdanimError(f"accuracy: must lie between 0 and 1, got {accuracy!r}")
        size = np.abs(self.factors(check_finite("lr", lr)))
        with np.errstate(divide="ignore"):
            steps = np.log(accuracy) / np.log(np.where(size < 1, size, 1.0))
        return np.where(size < 1, np.abs(steps), np.inf)


def diagnose(
    problem: Objective, params: ArrayLike, *, restarts: int = 10, seed: int = 0
) -> Diagnosis:
    """`(p)->()`: curvature and optimum of `problem`, seen from `params [P]`.

    The Hessian is the problem's own where it is the same everywhere, else it comes from differences
    of the gradient at `params`. The optimum is the one in closed form, or the known one, else the
    best of `restarts` searches, from `params` and from starts drawn from `seed`. Raises GdanimError
    for parameters that do not fit or where the loss is not finite, and SearchError when it has to
    search and scipy is not installed (`pip install 'gdanim[explain]'`); with no `restarts` it
    never searches.
    """
    expect("problem", problem, Objective, "Problem(datasets.linear(), Linear())")
    check_int("restarts", restarts)
    check_int("seed", seed)
    here = check_params("params", params, problem.names)
    loss, gradient = problem.loss(here), problem.gradient(here)
    if here.ndim != 1 or not (np.isfinite(loss).all() and np.isfinite(gradient).all()):
        raise GdanimError(
            f"params: must be {len(problem.names)} numbers ({listed(problem.names)}) "
            f"with a finite loss and gradient, got {params!r:.80}"
        )
    with np.errstate(all="ignore"):
        matrix = hessian(problem, here)
    if not np.isfinite(matrix).all():
        raise GdanimError(f"params: the loss has no finite curvature at {params!r:.80}")
    quadratic = problem.hessian is not None
    eigenvalues, vectors = np.linalg.eigh(matrix)
    rounding = (EXACT if quadratic else DIFFERENCES) * len(here) * abs(eigenvalues).max()
    return Diagnosis(
        problem.names,
        here,
        float(loss),
        gradient,
        quadratic,
        read_only(np.where(abs(eigenvalues) > rounding, eigenvalues, 0.0)),
        read_only(vectors.T.copy()),
        lowest(problem, here, restarts, seed),
    )


def in_minimum(problem: Objective, params: Floats) -> bool:
    """`(p)->()`: whether Newton's method goes from here to a minimum, through positive curvature.

    Before a point of inflection, or on a slope that only flattens, curvature is positive too, but
    there each step halves it or so, while at a minimum it comes to rest.
    """
    low = last = np.inf
    for _ in range(NEWTON):
        matrix, slopes = hessian(problem, params), problem.gradient(params)
        if not (np.isfinite(matrix).all() and np.isfinite(slopes).all()):
            return False
        values, vectors = np.linalg.eigh(matrix)
        low, last = float(values[0]), low
        if low <= DIFFERENCES * len(params) * values[-1]:
            return False
        params = params - vectors @ (vectors.T @ slopes / values)
    return abs(low - last) < AT_REST * low


def sharpness(problem: Objective, params: Floats, lr: Floats) -> Floats:
    """`(p),(p)->()`: the largest eigenvalue of rates times Hessian, stable below 2.

    For gradient descent with a learning rate of its own for each parameter, or one for all.
    """
    root = np.sqrt(np.broadcast_to(lr, (*np.shape(lr)[:-1], *params.shape)))
    scaled = root[..., np.newaxis, :] * hessian(problem, params) * root[..., np.newaxis]
    return np.asarray(np.linalg.eigvalsh(scaled)[..., -1])


def standardised_condition(problem: Objective) -> float | None:
    """The condition number with every feature standardised, where the loss is quadratic."""
    if not isinstance(problem, Problem):
        return None
    other = replace(problem, data=problem.data.standardised(), validation=None).hessian
    return None if other is None else float(np.linalg.cond(other))


def _over(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else np.inf
