"""The curvature around a point: stable learning rates, conditioning, distance to the minimum.

Gradient descent on a quadratic with Hessian H moves along each eigenvector of H independently:
every step multiplies the distance along it by `1 - lr * eigenvalue`. So the steepest direction
limits the learning rate, and the flattest one sets the pace (Boyd and Vandenberghe, "Convex
Optimization", 2004, section 9.3; Goh, "Why Momentum Really Works", Distill, 2017). For other losses
this holds near the point alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from gdanim.analysis.curvature import (
    DIFFERENCES,
    MOST_DENSE,
    extreme_spectrum,
    graded_spectrum,
    hessian,
    hessian_product,
    spectrum,
)
from gdanim.analysis.search import find_minimum
from gdanim.analysis.smoothness import has_curvature
from gdanim.core.arrays import Floats, check_finite, check_int, check_params
from gdanim.errors import GdanimError, expect, listed
from gdanim.problems.objective import KnownMinimum, Objective
from gdanim.problems.problem import Problem

# This many Newton steps are taken from near a minimum; at their end the smallest eigenvalue changes
# by less than this share.
NEWTON_STEPS, AT_REST = 8, 0.01


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """The loss around a point: curvature, stable learning rates, distance to the minimum.

    `diagnose` makes it.

    Parameters
    ----------
    names : tuple of str
        The names of the P parameters.
    params : (P,) array
        The point.
    loss : float
        The loss there.
    gradient : (P,) array
        The gradient there.
    quadratic : bool
        Whether the Hessian is the same everywhere. If not, all that follows holds near the point
        alone.
    eigenvalues : (K,) array
        The eigenvalues of the Hessian in ascending order; those that are 0 up to rounding are 0.
        All P of them, or for a loss that is not quadratic and has more than 100 parameters the
        smallest and the largest.
    directions : (K, P) array
        Their eigenvectors of length 1, one in each row.
    minimum : KnownMinimum or None
        The lowest loss that is known or was found, and where it is; None where there is none.
    has_curvature : bool, default True
        Whether the eigenvalues mean anything: not where the gradient jumps.

    See Also
    --------
    diagnose : Make a diagnosis.

    Examples
    --------
    >>> from gdanim import Linear, Problem, datasets, diagnose
    >>> found = diagnose(Problem(datasets.linear(), Linear()), (-2.0, -1.5))
    >>> found.names
    ('slope', 'intercept')
    >>> print(f"{found.condition:.1f} {found.largest_stable_rate:.4f} {found.fastest_rate:.4f}")
    33.4 0.0300 0.0291
    >>> found.steps(found.fastest_rate, accuracy=0.01).round()
    array([77., 77.])
    """

    names: tuple[str, ...]
    params: Floats
    loss: float
    gradient: Floats
    quadratic: bool
    eigenvalues: Floats
    directions: Floats
    minimum: KnownMinimum | None
    has_curvature: bool = True

    @property
    def condition(self) -> float:
        """The condition number: the largest over the smallest eigenvalue.

        Infinite unless all eigenvalues are positive.
        """
        low, high = self.eigenvalues[[0, -1]]
        return float(high / low) if low > 0 else np.inf

    @property
    def largest_stable_rate(self) -> float:
        """The largest stable learning rate of gradient descent: 2 over the largest eigenvalue."""
        return _over(2.0, float(self.eigenvalues[-1]))

    @property
    def fastest_rate(self) -> float:
        """The learning rate that converges fastest.

        2 over the sum of the smallest and the largest eigenvalue; NaN where one is negative
        (Polyak, "Introduction to Optimization", 1987, section 1.4).
        """
        low, high = self.eigenvalues[[0, -1]]
        return _over(2.0, float(low + high)) if low >= 0 else np.nan

    @property
    def excess(self) -> Floats:
        """`[K]`: the part of the loss above the minimum that each direction contributes.

        `eigenvalue * distance^2 / 2`. For a quadratic these add up to the loss above the minimum,
        elsewhere to what a Newton step promises. 0 along directions without curvature, negative
        along those of negative curvature.
        """
        if self.quadratic and self.minimum is not None and self.minimum.params is not None:
            distance = self.directions @ (self.params - self.minimum.params)
            return self.eigenvalues * distance**2 / 2
        slopes = self.directions @ self.gradient
        flat = self.eigenvalues == 0
        excess: Floats = slopes**2 / (2 * np.where(flat, 1.0, self.eigenvalues))
        return np.where(flat, 0.0, excess)

    def factors(self, lr: float) -> Floats:
        """`[K]`: by how much a step of gradient descent multiplies each direction's distance."""
        return 1 - lr * self.eigenvalues

    def steps(self, lr: float, accuracy: float) -> Floats:
        """`[K]`: the steps of gradient descent until each distance has shrunk by a factor.

        Parameters
        ----------
        lr : float
            The learning rate.
        accuracy : float
            The factor, between 0 and 1: 0.5 for the steps that halve the distance.

        Returns
        -------
        (K,) array
            The number of steps for each direction; infinite where the distance does not shrink.

        Raises
        ------
        GdanimError
            Where `lr` is not a finite number or `accuracy` does not lie between 0 and 1.
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
    """Diagnose the loss around a point: curvature, stable learning rates, the minimum.

    Parameters
    ----------
    problem : Objective
        A Problem, or an objective without data.
    params : (P,) array_like
        The point, such as `run.params[-1]`.
    restarts : int, default 10
        How many searches look for a minimum that has no closed form; 0 for none.
    seed : int, default 0
        Of the random starts of these searches; the first starts at `params`.

    Returns
    -------
    Diagnosis
        What was found.

    Raises
    ------
    GdanimError
        For parameters of another number, and where the loss, its gradient or its curvature is not
        finite.
    SearchError
        When the minimum has to be searched for and SciPy is not installed
        (`pip install 'gdanim[explain]'`).

    See Also
    --------
    gdanim.narration.explain.explain : The same in words, for a run.

    Notes
    -----
    The Hessian is exact where it is the same everywhere, as for a model that is linear in its
    parameters under the mean squared error; small eigenvalues then have as many digits as large
    ones. Elsewhere it comes from differences of the gradient at `params`, with about ten digits of
    the largest.

    Examples
    --------
    >>> from gdanim import Linear, Problem, datasets, diagnose
    >>> found = diagnose(Problem(datasets.linear(), Linear()), (-2.0, -1.5))
    >>> found.quadratic, round(found.largest_stable_rate, 6)
    (True, 0.029994)
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
        found = spectrum(problem, here)
    if not np.isfinite(found.eigenvalues).all():
        raise GdanimError(f"params: the loss has no finite curvature at {params!r:.80}")
    return Diagnosis(
        problem.names,
        here,
        float(loss),
        gradient,
        problem.hessian is not None,
        found.eigenvalues,
        found.directions,
        find_minimum(problem, here, restarts, seed),
        has_curvature(problem, here, found.directions[-1]),
    )


def is_near_minimum(problem: Objective, params: Floats) -> bool:
    """`(p)->()`: whether Newton's method goes from here to a minimum, through positive curvature.

    Before a point of inflection, or on a slope that only flattens, the curvature is positive too,
    but there each step roughly halves it, while at a minimum it comes to rest.
    """
    low = last = np.inf
    for _ in range(NEWTON_STEPS):
        matrix, slopes = hessian(problem, params), problem.gradient(params)
        if not (np.isfinite(matrix).all() and np.isfinite(slopes).all()):
            return False
        values, vectors = np.linalg.eigh(matrix)
        low, last = float(values[0]), low
        if low <= DIFFERENCES * len(params) * values[-1]:
            return False
        params = params - vectors @ (vectors.T @ slopes / values)
    return abs(low - last) < AT_REST * low


def scaled_curvature(problem: Objective, params: Floats, lr: Floats) -> Floats:
    """`(p),(p)->()`: the largest eigenvalue of learning rates times Hessian, stable below 2.

    For gradient descent with one learning rate, or with one for each parameter.
    """
    root = np.sqrt(np.broadcast_to(lr, (*np.shape(lr)[:-1], *params.shape)))
    if problem.hessian is None and len(params) > MOST_DENSE:

        def largest(row: Floats) -> float:
            """From products with vectors, for learning rates whose root is `row [P]`."""
            found = extreme_spectrum(
                lambda v: row * hessian_product(problem, params, row * v), len(row)
            )
            return float(found.eigenvalues[-1])

        return np.apply_along_axis(largest, -1, root)
    scaled = root[..., np.newaxis, :] * hessian(problem, params) * root[..., np.newaxis]
    return np.asarray(np.linalg.eigvalsh(scaled)[..., -1])


def standardised_condition(problem: Objective) -> float | None:
    """Give the condition number for standardised features; None unless the loss is quadratic."""
    if not isinstance(problem, Problem):
        return None
    rows = replace(problem, data=problem.data.standardised(), validation=None).curvature_rows
    if rows is None:
        return None
    low, high = graded_spectrum(rows).eigenvalues[[0, -1]]
    return float(high / low) if low > 0 else np.inf


def _over(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else np.inf
