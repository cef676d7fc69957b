"""Whether a loss has a curvature at a point: where its gradient jumps, there is none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gdanim.analysis.curvature import STEP
from gdanim.core.arrays import Floats
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

# Over an eighth of a small distance a smooth gradient changes by about an eighth as much, and one
# that jumps within it by more than half, or, if it jumps beyond it, not at all.
SHORTER, JUMPS = 8.0, 0.5
# If curvatures at the two distances differ by more than this fraction, the curvature is undefined.
UNLIKE = 0.1


def has_curvature(problem: Objective, params: Floats, steepest: Floats) -> bool:
    """Whether differences of the gradient at `params [P]` are a curvature.

    They are not where the gradient jumps a small step away along the `steepest [P]` direction, as
    that of a network of rectified units can; nor anywhere if it jumps where a prediction is right
    (mean absolute error) or where a parameter is 0 (L1), as runs end there.
    """
    if problem.hessian is not None:
        return True
    if isinstance(problem, Problem) and _has_kinks(problem, params):
        return False
    h = STEP * max(1.0, float(abs(params).max())) / max(float(np.linalg.norm(steepest)), 1e-300)
    wide, narrow = _changes(lambda by: problem.gradient(params + by * h * steepest))
    return abs(wide - SHORTER * narrow) <= UNLIKE * wide


def _has_kinks(problem: Problem, params: Floats) -> bool:
    """Whether the loss has one where the prediction of the first point is right, or the penalty."""
    y, loss, penalty = problem.data.y, problem.loss_function, problem.penalty
    gradients: list[Callable[[float], Floats]] = []
    # No score of a class is the right one.
    if problem.scored.outputs == 1:
        prediction = problem.scored.forward(params, problem.data.x)[0]
        first, h = np.arange(len(y)) == 0, STEP * max(1.0, float(abs(y).max()))
        gradients.append(lambda by: loss.gradient(np.where(first, y + by * h, prediction), y))
    if penalty is not None:
        gradients.append(lambda by: penalty.gradient(np.full(len(params), by * STEP)))
    return any(narrow > JUMPS * wide for wide, narrow in map(_changes, gradients))


def _changes(gradient: Callable[[float], Floats]) -> tuple[float, float]:
    """How much a gradient changes from one side to the other, and from an eighth as far away."""
    with np.errstate(all="ignore"):
        wide, narrow = (
            float(np.linalg.norm(gradient(by) - gradient(-by))) for by in (1.0, 1.0 / SHORTER)
        )
    return wide, narrow
