"""Gradient descent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from gdanim.core.arrays import Floats, set_fields
from gdanim.descent.optimizer import Optimizer, State, Step
from gdanim.descent.schedule import Rate, learning_rate


@dataclass(frozen=True, eq=False)
class GradientDescent(Optimizer):
    """`params - lr * gradient` (Cauchy, 1847); torch.optim.SGD without momentum.

    `lr` is a number; an array that broadcasts against the parameters `[*R, P]`: shape `[P]` gives
    every parameter its own rate, shape `[R, 1]` every run; rates by the parameters' names; or a
    Schedule. Raises GdanimError unless it is finite and positive.
    """

    lr: Rate
    linear: ClassVar[bool] = True

    def __post_init__(self) -> None:
        set_fields(self, lr=learning_rate(self.lr))

    @property
    def name(self) -> str:
        """`gradient descent`."""
        return "gradient descent"

    def init(self, params: Floats) -> State:
        """No state."""
        return ()

    def update(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """`(p)->(p)`: `-lr * gradient`."""
        return -step.lr * gradient, state
