"""The infimum of a convex loss of a prediction that is linear in the parameters.

A majorising quadratic (iteratively reweighted least squares) for losses of residuals, Newton's
method for losses of logits. Each answer says whether a certificate proves it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.problems.losses import Huber, MeanAbsoluteError
from gdanim.problems.model import LinearInParameters, Model
from gdanim.problems.problem import Problem

# At most this many steps, until one gains less than this share of the loss.
STEPS, ENOUGH = 300, 1e-12
# A residual below this share of the largest counts as so large, so that weights stay finite.
SMALLEST = 1e-9
# The duality gap, or half the squared Newton decrement, that proves a loss: its share of the loss.
GAP = 1e-3
# A Newton step of this many units of logits that gains next to nothing leads to infinity.
FAR = 0.1
# More numbers than this in the derivative of all classes' scores are not worth the time.
MOST = 2**23


@dataclass(frozen=True)
class Infimum:
    """The infimum of a loss; whether it is attained, and whether that is proven."""

    loss: float
    attained: bool
    proven: bool


def convex_infimum(problem: Problem) -> Infimum | None:
    """Find the infimum of a convex problem; None where no method here is right for it."""
    design = _design(problem)
    if design is None:
        return None
    scale = np.linalg.norm(design, axis=0)
    scaled = design / np.where(scale > 0, scale, 1.0)
    with np.errstate(all="ignore"):
        if problem.scored is problem.model:
            return _of_residuals(problem, scaled, scale)
        return _of_logits(problem, scaled, scale)


def _design(problem: Problem) -> Floats | None:
    """The design matrix of what the loss takes: `[N, P]`, of the scores of K classes `[NK, P]`."""
    scored, x = problem.scored, problem.data.x
    if isinstance(scored, LinearInParameters):
        return scored.design(x)
    size = len(x) * scored.outputs * len(problem.names)
    return _slopes(scored, x, len(problem.names)) if scored.is_linear and size <= MOST else None


def _slopes(scores: Model, x: Floats, parameters: int) -> Floats:
    """The derivative of the scores of K classes that are linear in the parameters, `[NK, P]`."""
    anywhere, each = np.zeros(parameters), x[:, np.newaxis]
    units = np.eye(scores.outputs)[:, np.newaxis, np.newaxis]
    by_class = [
        scores.vjp(anywhere, each, np.broadcast_to(unit, (len(x), 1, len(units)))) for unit in units
    ]
    return np.stack(by_class, axis=1).reshape(-1, parameters)


def _penalty(problem: Problem, params: Floats) -> tuple[float, Floats, Floats]:
    """The penalty at `params [P]`, its gradient, and the curvature of a quadratic above it."""
    if problem.penalty is None:
        return 0.0, np.zeros_like(params), np.zeros_like(params)
    held = problem.penalised * params
    slopes = problem.penalised * problem.penalty.gradient(held)
    size = np.maximum(abs(held), SMALLEST * max(1.0, float(abs(held).max(initial=0.0))))
    bends = np.where(held == 0, problem.penalised * abs(problem.penalty.gradient(size)), slopes)
    return float(problem.penalty.value(held)), slopes, abs(bends) / size


def _of_residuals(problem: Problem, design: Floats, scale: Floats) -> Infimum | None:
    """Iteratively reweighted least squares, from the least squares fit."""
    loss, y = problem.loss_function, problem.data.y
    units = np.where(scale > 0, scale, 1.0)
    here = np.linalg.lstsq(design, y)[0]
    best, dual = np.inf, -np.inf
    for _ in range(STEPS):
        residual = design @ here - y
        value, _, bends = _penalty(problem, here / units)
        now = float(loss.value(design @ here, y)) + value
        least = SMALLEST * max(float(abs(residual).max()), float(np.ptp(y)), 1e-300)
        held = np.where(abs(residual) > least, residual, least)
        weights = abs(loss.gradient(y + held, y) / held)
        dual = max(dual, _dual_bound(problem, design, loss.gradient(design @ here, y)))
        if not now < best - ENOUGH * abs(best) and np.isfinite(best):
            break
        best = min(best, now)
        root = np.sqrt(weights)
        rows = np.vstack([root[:, np.newaxis] * design, np.diag(np.sqrt(bends) / units)])
        here = np.linalg.lstsq(rows, np.append(root * y, np.zeros(len(here))))[0]
        dual = max(dual, _dual_bound(problem, design, weights * (design @ here - y)))
    if not np.isfinite(best):
        return None
    return Infimum(best, True, best - dual <= GAP * abs(best))


def _dual_bound(problem: Problem, design: Floats, forces: Floats) -> float:
    """A lower bound of the loss, from forces on the points `[N]` that hold each other.

    Fenchel duality: for u with X^T u = 0 the loss is at least -L*(u), with L*(u) = u y for the mean
    absolute error and u y + N u^2 / 2 for Huber's, where |u| is at most delta / N.
    """
    loss, y = problem.loss_function, problem.data.y
    if problem.penalty is not None or not isinstance(loss, MeanAbsoluteError | Huber):
        return -np.inf
    most = (loss.delta if isinstance(loss, Huber) else 1.0) / len(y)
    held = forces - design @ np.linalg.lstsq(design, forces)[0]
    held = held / max(1.0, float(abs(held).max()) / most)
    bend = len(y) * float(held @ held) / 2 if isinstance(loss, Huber) else 0.0
    return -float(held @ y) - bend


def _of_logits(problem: Problem, design: Floats, scale: Floats) -> Infimum | None:
    """Newton's method with backtracking; separable classes have no finite optimum.

    All margins above 0 prove that they are separable: the loss then falls to 0 along that ray. A
    step that keeps its length while it gains nothing shows that they nearly are: some points are on
    the border for ever.
    """
    loss, y = problem.loss_function, problem.data.y
    units = np.where(scale > 0, scale, 1.0)
    classes = problem.scored.outputs
    shape = y.shape if classes == 1 else (len(y), classes)
    outcomes = classes > 1 or bool(((y == 0) | (y == 1)).all())
    here, total = np.zeros(design.shape[1]), _total(problem, design, units)
    first = now = total(here)
    gain = np.inf
    step: Floats = np.zeros(design.shape[1])
    for _ in range(60):
        logits = (design @ here).reshape(shape)
        if problem.penalty is None and outcomes and (_margins(logits, y) > 0).all():
            return Infimum(0.0, False, True)
        _, slopes, bends = _penalty(problem, here / units)
        gradient = design.T @ loss.gradient(logits, y).ravel() + slopes / units
        matrix = _hessian(problem, design, logits) + np.diag(bends / units**2)
        step = -np.asarray(np.linalg.lstsq(matrix, gradient, rcond=1e-14)[0], dtype=np.float64)
        gain = -0.5 * float(gradient @ step)
        length = 1.0
        while not total(here + length * step) <= now and length > 1e-6:
            length /= 2
        if length <= 1e-6 or gain <= ENOUGH * first:
            break
        here, now = here + length * step, total(here + length * step)
    away = float(abs(design @ step).max()) > FAR
    return Infimum(now - max(gain, 0.0), not away, bool(gain <= GAP * abs(now)) and not away)


def _margins(logits: Floats, y: Floats) -> Floats:
    """How far each point is on the right side, `[N]`, for logits `[N]` or scores `[N, K]`."""
    if logits.ndim == 1:
        return np.where(y == 1, 1.0, -1.0) * logits
    observed = y[:, np.newaxis] == np.arange(logits.shape[1])
    others = np.where(observed, -np.inf, logits).max(axis=1)
    return np.asarray(np.where(observed, logits, -np.inf).max(axis=1) - others)


def _hessian(problem: Problem, design: Floats, logits: Floats) -> Floats:
    """The second derivative of the loss by the parameters, by differences in the logits."""
    loss, y, h = problem.loss_function, problem.data.y, 1e-4
    if logits.ndim == 1:
        curve = (loss.gradient(logits + h, y) - loss.gradient(logits - h, y)) / (2 * h)
        return np.asarray(design.T @ (np.maximum(curve, 0)[:, np.newaxis] * design))
    rows = design.reshape(*logits.shape, -1)
    bent = np.zeros_like(rows)
    for k, move in enumerate(h * np.eye(logits.shape[1])):
        curve = (loss.gradient(logits + move, y) - loss.gradient(logits - move, y)) / (2 * h)
        bent += curve[..., np.newaxis] * rows[:, [k]]
    return np.asarray(design.T @ bent.reshape(design.shape))


def _total(problem: Problem, design: Floats, units: Floats) -> Callable[[Floats], float]:
    """The loss and the penalty as a function of parameters in these units."""
    loss, y, classes = problem.loss_function, problem.data.y, problem.scored.outputs

    def total(here: Floats) -> float:
        logits = (design @ here).reshape(*y.shape, -1) if classes > 1 else design @ here
        return float(loss.value(logits, y)) + _penalty(problem, here / units)[0]

    return total
