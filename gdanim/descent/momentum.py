"""Descent with inertia: momentum, and Nesterov's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gdanim.core.arrays import Floats, check_fraction, set_fields
from gdanim.descent.optimizer import Optimizer, State, Step
from gdanim.descent.schedule import Rate, learning_rate


@dataclass(frozen=True, eq=False)
class Momentum(Optimizer):
    """`v = momentum * v + gradient`, then `params - lr * v`.

    torch.optim.SGD with momentum; Polyak, "Some methods of speeding up the convergence of iteration
    methods" (1964), whose velocity is -lr * v. Raises GdanimError unless 0 <= momentum < 1.
    """

    lr: Rate
    momentum: float = 0.9
    linear: ClassVar[bool] = True

    def __post_init__(self) -> None:
        set_fields(
            self, lr=learning_rate(self.lr), momentum=check_fraction("momentum", self.momentum)
        )

    @property
    def name(self) -> str:
        """`momentum`."""
        return "momentum"

    def init(self, params: Floats) -> State:
        """`v = 0`."""
        return np.zeros_like(params)

    def update(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """`(p)->(p)`: `-lr * v`; v."""
        v = self.momentum * state + gradient
        return -step.lr * v, v


@dataclass(frozen=True, eq=False)
class Nesterov(Optimizer):
    """`v = momentum * v + gradient`, then `params - lr * (gradient + momentum * v)`.

    torch.optim.SGD with nesterov=True: the gradient is taken where the step would lead. Nesterov,
    "A method of solving a convex programming problem with convergence rate O(1/k^2)" (1983), as
    rewritten by Sutskever et al. (2013). Raises GdanimError unless 0 <= momentum < 1.
    """

    lr: Rate
    momentum: float = 0.9
    linear: ClassVar[bool] = True

    def __post_init__(self) -> None:
        set_fields(
            self, lr=learning_rate(self.lr), momentum=check_fraction("momentum", self.momentum)
        )

    @property
    def name(self) -> str:
        """`Nesterov momentum`."""
        return "Nesterov momentum"

    def init(self, params: Floats) -> State:
        """`v = 0`."""
        return np.zeros_like(params)

    def update(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """`(p)->(p)`: `-lr * (gradient + momentum * v)`; v."""
        v = self.momentum * state + gradient
        return -step.lr * (gradient + self.momentum * v), v
