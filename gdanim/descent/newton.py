"""Newton's method, damped."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_non_negative, set_fields
from gdanim.descent.curvature import hessian
from gdanim.descent.optimizer import Optimizer, State, Step
from gdanim.descent.schedule import Rate, learning_rate


@dataclass(frozen=True, eq=False)
class Newton(Optimizer):
    """`params - lr * (H + damping I)^-1 gradient`, H the Hessian.

    A rate of 1 is Newton's own step, a smaller one is damped; `damping` bends it towards gradient
    descent, where H is nearly singular or not positive (Nocedal and Wright, "Numerical
    Optimization", 2006, sections 3.3 and 3.4). A direction without curvature is left alone: the
    inverse is the pseudo-inverse. Where the Hessian is not positive, the step can go up: to a
    saddle, or to a maximum. Where the Hessian is not the same everywhere, it comes from differences
    of the gradient and has about ten digits; so runs side by side agree with each alone to no more,
    and to less where it is nearly singular. Raises GdanimError for a damping below 0.
    """

    lr: Rate = 1.0
    damping: float = 0.0

    def __post_init__(self) -> None:
        set_fields(
            self, lr=learning_rate(self.lr), damping=check_non_negative("damping", self.damping)
        )

    @property
    def name(self) -> str:
        """`Newton's method`."""
        return "Newton's method"

    def init(self, params: Floats) -> State:
        """No state."""
        return ()

    def update(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """`(p)->(p)`: `-lr * (H + damping I)^-1 gradient`; nan where H is not finite."""
        unit = np.eye(gradient.shape[-1])
        h = hessian(step.problem, step.params, step.batch) + self.damping * unit
        finite = np.asarray(np.isfinite(h).all(axis=(-2, -1)))
        inverse = np.linalg.pinv(np.where(finite[..., None, None], h, unit), hermitian=True)
        direction = np.matmul(inverse, gradient[..., None])[..., 0]
        return -step.lr * np.where(finite[..., None], direction, np.nan), state
