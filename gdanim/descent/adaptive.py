"""Rules that scale every parameter's step by the gradients that it has seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_fraction, check_non_negative, set_fields
from gdanim.descent.optimizer import Optimizer, State, Step
from gdanim.descent.schedule import Rate, learning_rate


@dataclass(frozen=True, eq=False)
class AdaGrad(Optimizer):
    """`v = v + gradient^2`, then `params - lr * gradient / (sqrt(v) + eps)`.

    torch.optim.Adagrad; Duchi, Hazan and Singer, "Adaptive subgradient methods" (2011), diagonal.
    Raises GdanimError for an eps below 0.
    """

    lr: Rate
    eps: float = 1e-10

    def __post_init__(self) -> None:
        set_fields(self, lr=learning_rate(self.lr), eps=check_non_negative("eps", self.eps))

    @property
    def name(self) -> str:
        """`AdaGrad`."""
        return "AdaGrad"

    def init(self, params: Floats) -> State:
        """`v = 0`."""
        return np.zeros_like(params)

    def update(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """`(p)->(p)`: `-lr * gradient / (sqrt(v) + eps)`; v."""
        v = state + gradient * gradient
        return -step.lr * gradient / (np.sqrt(v) + self.eps), v


@dataclass(frozen=True, eq=False)
class RMSProp(Optimizer):
    """`v = decay * v + (1 - decay) * gradient^2`, then `params - lr * gradient / (sqrt(v) + eps)`.

    torch.optim.RMSprop, whose alpha is the decay; Hinton, "Neural networks for machine learning",
    lecture 6e (2012). Raises GdanimError unless 0 <= decay < 1 and eps >= 0.
    """

    lr: Rate
    decay: float = 0.99
    eps: float = 1e-8

    def __post_init__(self) -> None:
        set_fields(self, lr=learning_rate(self.lr), eps=check_non_negative("eps", self.eps))
        set_fields(self, decay=check_fraction("decay", self.decay))

    @property
    def name(self) -> str:
        """`RMSProp`."""
        return "RMSProp"

    def init(self, params: Floats) -> State:
        """`v = 0`."""
        return np.zeros_like(params)

    def update(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """`(p)->(p)`: `-lr * gradient / (sqrt(v) + eps)`; v."""
        v = self.decay * state + (1 - self.decay) * gradient * gradient
        return -step.lr * gradient / (np.sqrt(v) + self.eps), v


@dataclass(frozen=True, eq=False)
class Adam(Optimizer):
    """Means of the gradient and of its square, freed of the bias of their start at 0.

    `m = beta1 * m + (1 - beta1) * gradient`, `v = beta2 * v + (1 - beta2) * gradient^2`, and after
    t steps `params - lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)`. torch.optim.Adam;
    Kingma and Ba, "Adam" (2015), algorithm 1. Raises GdanimError unless 0 <= beta < 1 and eps >= 0.
    """

    lr: Rate
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        set_fields(self, lr=learning_rate(self.lr), eps=check_non_negative("eps", self.eps))
        set_fields(
            self,
            beta1=check_fraction("beta1", self.beta1),
            beta2=check_fraction("beta2", self.beta2),
        )

    @property
    def name(self) -> str:
        """`Adam`."""
        return "Adam"

    def init(self, params: Floats) -> State:
        """`m = 0, v = 0`."""
        return np.zeros_like(params), np.zeros_like(params)

    def update(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """`(p)->(p)`: `-lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)`; m and v."""
        direction, state = _adam(self, gradient, state, step.number + 1)
        return -step.lr * direction, state


@dataclass(frozen=True, eq=False)
class AdamW(Optimizer):
    """Adam, and apart from it every parameter shrinks by `lr * decay` of itself.

    torch.optim.AdamW, whose weight_decay is the decay; Loshchilov and Hutter, "Decoupled weight
    decay regularization" (2019), algorithm 2. Raises GdanimError unless 0 <= beta < 1, eps >= 0
    and decay >= 0.
    """

    lr: Rate
    decay: float = 0.01
    beta1: float = 0.9
    beta2: float = 0.999
    eps: float = 1e-8

    def __post_init__(self) -> None:
        set_fields(self, lr=learning_rate(self.lr), eps=check_non_negative("eps", self.eps))
        set_fields(
            self,
            beta1=check_fraction("beta1", self.beta1),
            beta2=check_fraction("beta2", self.beta2),
        )
        set_fields(self, decay=check_non_negative("decay", self.decay))

    @property
    def name(self) -> str:
        """`AdamW`."""
        return "AdamW"

    def init(self, params: Floats) -> State:
        """`m = 0, v = 0`."""
        return np.zeros_like(params), np.zeros_like(params)

    def update(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """`(p)->(p)`: Adam's step `- lr * decay * params`; Adam's state."""
        direction, state = _adam(self, gradient, state, step.number + 1)
        return -step.lr * (direction + self.decay * step.params), state


def _adam(rule: Adam | AdamW, gradient: Floats, state: State, t: int) -> tuple[Floats, State]:
    """`(p)->(p)`: Adam's direction at its t-th step, counted from 1; the means m and v."""
    m = rule.beta1 * state[0] + (1 - rule.beta1) * gradient
    v = rule.beta2 * state[1] + (1 - rule.beta2) * gradient * gradient
    spread = np.sqrt(v / (1 - rule.beta2**t)) + rule.eps
    return m / (1 - rule.beta1**t) / spread, (m, v)
