"""What is known of the infimum of a loss, without a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdanim.analysis._convex import convex_infimum
from gdanim.core.arrays import Floats
from gdanim.core.identity import PerObject
from gdanim.problems.model import ModelCurve
from gdanim.problems.objective import ROUNDING, Objective
from gdanim.problems.problem import Problem

# An eigenvalue below this share of the largest is a rounding error.
EXACT = 1e-12


@dataclass(frozen=True)
class Floor:
    """The infimum of a loss, where `exact`, else a lower bound of it, -inf where none is known.

    `attained` says whether it is the loss of some finite parameters (None where that is not known),
    `proven` whether mathematics says so; a declared minimum is what somebody said. `null` is what
    the best constant prediction loses, for a loss over data: the scale of losses that mean
    something. None for bare functions, and where it is not known.
    """

    loss: float
    exact: bool
    attained: bool | None = None
    proven: bool = True
    null: float | None = None


def floor_of(problem: Objective) -> Floor:
    """Return what is known of the infimum; found once for each problem.

    In this order: the minimum of a quadratic, by its Hessian; least squares and what is monotone in
    it, in closed form; convex losses of linear models, by a solver with a certificate; a minimum
    that the objective declares; 0 for a loss that cannot be negative. The data's true curve is no
    bound: a model can follow the noise below it.
    """
    return _known_floor(problem)


@PerObject
@np.errstate(all="ignore")
def _known_floor(problem: Objective) -> Floor:
    if isinstance(problem, Problem):
        return _of_data(problem)
    if problem.hessian is not None:
        return _of_quadratic(problem, problem.hessian)
    best = problem.minimum
    return Floor(-np.inf, False) if best is None else Floor(best.loss, True, True, proven=False)


def _of_quadratic(problem: Objective, matrix: Floats) -> Floor:
    """Negative curvature, or a slope without curvature, leads down for ever."""
    origin = np.zeros(len(matrix))
    values, vectors = np.linalg.eigh(matrix)
    along = vectors.T @ problem.gradient(origin)
    curved = abs(values) > EXACT * abs(values).max()
    sloping = abs(along) > EXACT * abs(along).max(initial=0.0)
    if (curved & (values < 0)).any() or (~curved & sloping).any():
        return Floor(-np.inf, True, False)
    step = vectors @ np.where(curved, along / np.where(curved, values, 1.0), 0.0)
    return Floor(float(problem.loss(origin - step)), True, True)


def _of_data(problem: Problem) -> Floor:
    null, best = _null_loss(problem), problem.minimum
    if best is not None and best.params is not None:
        noise = float(problem.rounding(best.params))
        return Floor(best.loss if best.loss > noise else 0.0, True, True, null=null)
    if problem.convex and (found := convex_infimum(problem)) is not None:
        loss = found.loss if found.loss > _rounding(problem) else 0.0
        return Floor(loss, True, found.attained, found.proven, null)
    return Floor(_bound(problem), False, null=null)


def _bound(problem: Problem) -> float:
    """Return a lower bound of a loss over data.

    A convex loss whose derivative is 0 at a perfect prediction is nowhere lower; the log loss of
    outcomes between 0 and 1 is positive. Penalties are at least 0 where theirs is 0 at 0.
    """
    loss, y, penalty = problem.loss_function, problem.data.y, problem.penalty
    if penalty is not None:
        nothing = np.zeros(len(problem.names))
        if not penalty.convex or penalty.gradient(nothing).any() or penalty.value(nothing) != 0:
            return -np.inf
    if problem.scored is not problem.model:
        outcomes = problem.scored.outputs > 1 or bool(((y >= 0) & (y <= 1)).all())
        return 0.0 if loss.convex and outcomes else -np.inf
    perfect = loss.convex and not loss.gradient(y, y).any()
    return float(loss.value(y, y)) if perfect else -np.inf


def _rounding(problem: Problem) -> float:
    """Return what predictions lose that are right up to rounding; 0 for those of classes."""
    if problem.scored is not problem.model:
        return 0.0
    y = problem.data.y
    return float(problem.loss_function.value(y + ROUNDING * float(abs(y).max()), y))


def _null_loss(problem: Problem) -> float | None:
    """Return what the best constant prediction loses; None where that is not finite."""
    y, classes = problem.data.y, problem.scored.outputs
    if classes > 1:
        shares = np.bincount(y.astype(np.int64), minlength=classes) / len(y)
        if shares.max() == 1:
            return None
        guess = np.broadcast_to(np.log(np.maximum(shares, 1e-300)), (len(y), classes))
    elif problem.scored is not problem.model:
        share = float(np.clip(y.mean(), 1e-12, 1 - 1e-12))
        guess = np.full_like(y, np.log(share / (1 - share)))
        if y.min() == y.max():
            return None
    else:
        guess = np.full_like(y, y.mean())
    lost = float(problem.loss_function.value(guess, y))
    return lost if np.isfinite(lost) and lost > 0 else None


def lower_points(problem: Objective) -> list[Floats]:
    """Return parameters that may have a low loss: the declared minimum, the data's own."""
    best = problem.minimum
    points = [] if best is None or best.params is None else [best.params]
    truth = problem.data.truth if isinstance(problem, Problem) else None
    if (
        isinstance(problem, Problem)
        and isinstance(truth, ModelCurve)
        and truth.model == problem.model
    ):
        points.append(truth.params)
    return points


def linear_in_parameters(problem: Objective) -> bool:
    """Whether what the loss takes is linear in the parameters."""
    return isinstance(problem, Problem) and problem.scored.is_linear
