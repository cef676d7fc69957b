"""What a user's own class returns has the documented shape, or the error says which one has not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from cases import LINE

from gdanim.core.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.optimizer import Optimizer, Step
from gdanim.descent.recorder import Recorder
from gdanim.errors import GdanimError
from gdanim.problems.linear import Linear
from gdanim.problems.losses import Loss
from gdanim.problems.model import Model
from gdanim.problems.objective import Objective
from gdanim.problems.penalties import Penalty
from gdanim.problems.problem import Problem


@dataclass(frozen=True)
class Way(Optimizer):
    lr: float = 0.01
    kind: str = "right"

    def direction(self, gradient: Floats, state: Any, step: Step) -> tuple[Floats, Any]:
        if self.kind == "array alone":
            # Two parameters unpack as a direction and a state.
            return gradient  # type: ignore[return-value]
        if self.kind == "sum":
            return gradient.sum(axis=-1), state
        return (gradient[np.newaxis] if self.kind == "extra axis" else gradient), state


@dataclass(frozen=True)
class Line(Model):
    kind: str = "right"
    names = ("a", "b")

    def predict(self, params: Floats, x: Floats) -> Any:
        rows = params[..., :1] + params[..., 1:] * x[..., 0]
        if self.kind == "column":
            return rows[..., np.newaxis]
        return np.swapaxes(rows, -1, 0) if self.kind == "transposed" else rows

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Any:
        if self.kind == "sums of all":
            return np.array([cotangent.sum(), (cotangent * x[..., 0]).sum()])
        return np.stack([cotangent.sum(axis=-1), (cotangent * x[..., 0]).sum(axis=-1)], axis=-1)


@dataclass(frozen=True)
class Squares(Loss):
    kind: str = "right"
    name = symbol = "S"

    def value(self, prediction: Floats, y: Floats) -> Any:
        squares = (prediction - y) ** 2
        return squares.mean() if self.kind == "mean of all" else squares.mean(axis=-1)

    def gradient(self, prediction: Floats, y: Floats) -> Any:
        slopes = 2 * (prediction - y) / y.shape[-1]
        return slopes.sum(axis=-1) if self.kind == "summed" else slopes


@dataclass(frozen=True)
class Ridge(Penalty):
    kind: str = "right"
    symbol = "R"

    def value(self, params: Floats) -> Any:
        return (params**2).sum() if self.kind == "sum of all" else (params**2).sum(axis=-1)

    def gradient(self, params: Floats) -> Any:
        return 2 * params if self.kind == "right" else 2 * params.sum(axis=-1)


@dataclass(frozen=True)
class Bowl(Objective):
    kind: str = "right"
    names = ("a", "b")

    def loss_at(self, params: Floats, batch: object = None) -> Any:
        return (params**2).sum() if self.kind == "sum of all" else (params**2).sum(axis=-1)

    def gradient_at(self, params: Floats, batch: object = None) -> Any:
        return 2 * params if self.kind != "summed" else 2 * params.sum(axis=-1)


DATA = LINE.data
WRONG = [
    (Problem(DATA, Line("column")), "Line.predict", (2, 3), (2, 3, 1)),
    (Problem(DATA, Line("transposed")), "Line.predict", (2, 3), (3, 2)),
    (Problem(DATA, Line("sums of all")), "Line.vjp", (2, 2), (2,)),
    (Problem(DATA, Linear(), Squares("mean of all")), "Squares.value", (2,), ()),
    (Problem(DATA, Linear(), Squares("summed")), "Squares.gradient", (2, 3), (2,)),
    (Problem(DATA, Linear(), penalty=Ridge("sum of all")), "Ridge.value", (2,), ()),
    (Problem(DATA, Linear(), penalty=Ridge("summed")), "Ridge.gradient", (2, 2), (2,)),
    (Bowl("sum of all"), "Bowl.loss_at", (2,), ()),
    (Bowl("summed"), "Bowl.gradient_at", (2, 2), (2,)),
]


@pytest.mark.parametrize(("problem", "method", "shape", "got"), WRONG, ids=[w[1] for w in WRONG])
def test_the_error_names_the_method_and_the_shapes(
    problem: Objective, method: str, shape: tuple[int, ...], got: tuple[int, ...]
) -> None:
    with pytest.raises(GdanimError, match=rf"^{method} must") as raised:
        descend(problem, GradientDescent(0.01), (0.0, 0.0), 3)
    message = str(raised.value)
    assert f"shape {shape} for" in message and message.endswith(f"got {got}")
    with pytest.raises(GdanimError, match=rf"^{method} must"):
        Recorder(problem).snapshot((0.0, 0.0))


@pytest.mark.parametrize(
    ("kind", "got"), [("array alone", "()"), ("sum", "()"), ("extra axis", "(1, 2)")]
)
def test_a_direction_has_the_shape_of_the_parameters(kind: str, got: str) -> None:
    with pytest.raises(GdanimError, match=r"^Way\.direction must") as raised:
        descend(LINE, Way(kind=kind), (0.0, 0.0), 3)
    assert "shape (2,)" in str(raised.value) and str(raised.value).endswith(f"got {got}")


@pytest.mark.parametrize("start", [(0.0, 0.0), [(0.0, 0.0), (1.0, 2.0), (3.0, 4.0)]])
@pytest.mark.parametrize(
    "problem", [Problem(DATA, Line(), Squares(), Ridge()), Bowl()], ids=["problem", "objective"]
)
def test_right_shapes_are_no_error(problem: Objective, start: Any) -> None:
    assert descend(problem, Way(), start, 3).steps == 3
