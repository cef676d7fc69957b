"""Descent with inertia: momentum, and Nesterov's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_fraction, set_fields
from gdanim.descent.optimizer import Optimizer, State, Step
from gdanim.descent.schedule import Rate


@dataclass(frozen=True, eq=False)
class Momentum(Optimizer):
    """Gradient descent with momentum, also called the heavy ball.

    Parameters
    ----------
    lr : float, array, mapping or Schedule
        Learning rate, finite and above 0, or "auto"; see Optimizer for its forms.
    momentum : float, default 0.9
        The part of the velocity that is kept from step to step, at least 0 and below 1.

    Raises
    ------
    GdanimError
        If `lr` or `momentum` is out of its bounds.

    See Also
    --------
    Nesterov : Takes the gradient where the momentum leads.

    Notes
    -----
    With a velocity v that starts at 0, each step is `v = momentum * v + gradient`,
    `params = params - lr * v`; `torch.optim.SGD(momentum=...)`. Polyak, "Some methods of speeding
    up the convergence of iteration methods" (1964), whose velocity is `-lr * v`.

    Examples
    --------
    >>> from gdanim import Linear, Momentum, Problem, datasets, descend
    >>> problem = Problem(datasets.linear(2.0, 1.0), Linear())
    >>> descend(problem, Momentum(0.001), start=(0, 0), steps=300).params[-1].round(1)
    array([2., 1.])
    """

    lr: Rate
    momentum: float = 0.9
    name = "momentum"

    def __post_init__(self) -> None:
        super().__post_init__()
        set_fields(self, momentum=check_fraction("momentum", self.momentum))

    def init(self, params: Floats) -> State:
        """Return the velocity v = 0."""
        return np.zeros_like(params)

    def memory(self, state: State, steps: int) -> Mapping[str, Floats]:
        """Return the velocity v."""
        return {"velocity": state}

    def largest_stable_rate(self, curvature: float) -> float:
        """Return `2 (1 + momentum) / curvature`."""
        return 2 * (1 + self.momentum) / curvature

    def convergence_factor(self, scaled_curvature: Floats) -> Floats:
        """Return the largest root of `r^2 - (1 + momentum - scaled_curvature) r + momentum`."""
        return _largest_root(
            1 + self.momentum - scaled_curvature, np.full_like(scaled_curvature, self.momentum)
        )

    def direction(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """Return v as the direction and as the state."""
        v = self.momentum * state + gradient
        return v, v


@dataclass(frozen=True, eq=False)
class Nesterov(Optimizer):
    """Gradient descent with Nesterov's momentum.

    Parameters
    ----------
    lr : float, array, mapping or Schedule
        Learning rate, finite and above 0, or "auto"; see Optimizer for its forms.
    momentum : float, default 0.9
        The part of the velocity that is kept from step to step, at least 0 and below 1.

    Raises
    ------
    GdanimError
        If `lr` or `momentum` is out of its bounds.

    See Also
    --------
    Momentum : Takes the gradient where the parameters are.

    Notes
    -----
    With a velocity v that starts at 0, each step is `v = momentum * v + gradient`,
    `params = params - lr * (gradient + momentum * v)`; `torch.optim.SGD(nesterov=True)`. Nesterov,
    "A method of solving a convex programming problem with convergence rate O(1/k^2)" (1983), as
    rewritten by Sutskever et al., "On the importance of initialization and momentum in deep
    learning" (2013).

    Examples
    --------
    >>> from gdanim import Linear, Nesterov, Problem, datasets, descend
    >>> problem = Problem(datasets.linear(2.0, 1.0), Linear())
    >>> descend(problem, Nesterov(0.001), start=(0, 0), steps=300).params[-1].round(1)
    array([2., 1.])
    """

    lr: Rate
    momentum: float = 0.9
    name = "Nesterov momentum"

    def __post_init__(self) -> None:
        super().__post_init__()
        set_fields(self, momentum=check_fraction("momentum", self.momentum))

    def init(self, params: Floats) -> State:
        """Return the velocity v = 0."""
        return np.zeros_like(params)

    def memory(self, state: State, steps: int) -> Mapping[str, Floats]:
        """Return the velocity v."""
        return {"velocity": state}

    def largest_stable_rate(self, curvature: float) -> float:
        """Return `2 (1 + momentum) / (1 + 2 momentum) / curvature`."""
        return 2 * (1 + self.momentum) / (1 + 2 * self.momentum) / curvature

    def convergence_factor(self, scaled_curvature: Floats) -> Floats:
        """Return the largest root of `r^2 - (1 + momentum) (1 - s) r + momentum (1 - s)`."""
        left = 1 - scaled_curvature
        return _largest_root((1 + self.momentum) * left, self.momentum * left)

    def direction(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """Return `gradient + momentum * v`, and v as the state."""
        v = self.momentum * state + gradient
        return gradient + self.momentum * v, v


def _largest_root(b: Floats, c: Floats) -> Floats:
    """Return the size of the largest root of `r^2 - b r + c`."""
    square = b * b - 4 * c
    real = (abs(b) + np.sqrt(np.maximum(square, 0.0))) / 2
    return np.asarray(np.where(square < 0, np.sqrt(abs(c)), real))
