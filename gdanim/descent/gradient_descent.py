"""Gradient descent."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from gdanim.arrays import Floats, positive
from gdanim.descent.optimizer import Optimizer, State, Step


@dataclass(frozen=True, eq=False)
class GradientDescent(Optimizer):
    """`params - lr * gradient` (Cauchy, 1847); torch.optim.SGD without momentum.

    `lr` is a number, or an array that broadcasts against the parameters `[*R, P]`: shape `[P]`
    gives every parameter its own rate, shape `[R, 1]` every run. Raises GdanimError unless it is
    finite and positive.
    """

    lr: ArrayLike

    def __post_init__(self) -> None:
        lr = positive("lr", self.lr)
        object.__setattr__(self, "lr", lr if lr.ndim else float(lr))

    @property
    def name(self) -> str:
        """`gradient descent`."""
        return "gradient descent"

    def init(self, params: Floats) -> State:
        """No state."""
        return ()

    def update(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """`-lr * gradient`."""
        return -step.lr * gradient, state
