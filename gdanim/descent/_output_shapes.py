"""Check the shapes of what a user's own model, loss, penalty or objective returns.

NumPy broadcasts most wrong shapes in silence, so that a run would only look odd. The check is made
once a run, on at most four points.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import Floats
from gdanim.errors import GdanimError
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem


def expect_shape(method: str, value: ArrayLike, shape: tuple[int, ...], given: str) -> None:
    """Raise GdanimError unless what `method` returned for arguments as `given` has the shape."""
    if np.shape(value) != shape:
        raise GdanimError(f"{method} must return shape {shape} for {given}, got {np.shape(value)}")


def check_output_shapes(problem: Objective, params: Floats) -> None:
    """Raise GdanimError where the output for two rows of `params` has another shape."""
    rows = np.stack([params, params])
    with np.errstate(all="ignore"):
        if isinstance(problem, Problem):
            _check_parts(problem, rows)
        else:
            given, name = f"params {rows.shape}", type(problem).__name__
            expect_shape(f"{name}.loss_at", problem.loss_at(rows), rows.shape[:-1], given)
            expect_shape(f"{name}.gradient_at", problem.gradient_at(rows), rows.shape, given)


def _check_parts(problem: Problem, rows: Floats) -> None:
    # Another number of points than of parameters tells a matrix from its transpose.
    points = 4 if rows.shape[-1] == 3 else 3
    x, y = problem.data.x[:points], problem.data.y[:points]
    loss, penalty = problem.loss_function, problem.penalty
    model = loss.scored_model(problem.model, y)
    name, given = type(model).__name__, f"params {rows.shape} and x {x.shape}"
    prediction = model.predict(rows, x)
    outputs = (len(x),) if model.outputs == 1 else (len(x), model.outputs)
    expect_shape(f"{name}.predict", prediction, (*rows.shape[:-1], *outputs), given)
    gradient = model.vjp(rows, x, np.ones_like(prediction))
    expect_shape(f"{name}.vjp", gradient, rows.shape, given)
    name, given = type(loss).__name__, f"prediction {prediction.shape} and y {y.shape}"
    expect_shape(f"{name}.value", loss.value(prediction, y), rows.shape[:-1], given)
    expect_shape(f"{name}.gradient", loss.gradient(prediction, y), prediction.shape, given)
    if penalty is not None:
        name, given = type(penalty).__name__, f"params {rows.shape}"
        expect_shape(f"{name}.value", penalty.value(rows), rows.shape[:-1], given)
        expect_shape(f"{name}.gradient", penalty.gradient(rows), rows.shape, given)
