"""Noise on the gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_int, check_non_negative, set_fields
from gdanim.descent.optimizer import Optimizer, State, Step
from gdanim.descent.schedule import Rate
from gdanim.errors import expect


@dataclass(frozen=True, eq=False)
class Noisy(Optimizer):
    """Another optimizer, with normal noise added to each gradient.

    Parameters
    ----------
    optimizer : Optimizer
        What turns the noisy gradients into steps; its learning rate is used.
    scale : float
        The standard deviation of the noise on each component of the gradient, at least 0.
    seed : int, default 0
        The seed of the noise, at least 0.

    Raises
    ------
    GdanimError
        If `scale` or `seed` is out of its bounds.

    Notes
    -----
    With gradient descent of a learning rate lr this is Langevin dynamics at the temperature
    `lr * scale^2 / 2` (Welling and Teh, "Bayesian learning via stochastic gradient Langevin
    dynamics", 2011); a schedule that lowers the rate cools it down. The noise depends on the seed
    and the step's number alone, and is the same for runs side by side, so that each is the run that
    it would be alone.

    Examples
    --------
    >>> from gdanim import GradientDescent, Noisy
    >>> optimizer = Noisy(GradientDescent(0.01), scale=0.5)
    >>> optimizer.name, optimizer.lr
    ('gradient descent + noise', 0.01)
    """

    optimizer: Optimizer
    scale: float
    seed: int = 0

    def __post_init__(self) -> None:
        expect("Noisy: optimizer", self.optimizer, Optimizer, "GradientDescent(0.01)")
        check_int("seed", self.seed)
        set_fields(self, scale=check_non_negative("scale", self.scale))

    @property
    def lr(self) -> Rate:  # type: ignore[override]
        """The learning rate of the optimizer."""
        return self.optimizer.lr

    @property
    def name(self) -> str:
        """The optimizer's name, with `+ noise`."""
        return f"{self.optimizer.name} + noise"

    def init(self, params: Floats) -> State:
        """Return the optimizer's state."""
        return self.optimizer.init(params)

    def memory(self, state: State, steps: int) -> Mapping[str, Floats]:
        """Return what the optimizer remembers."""
        return self.optimizer.memory(state, steps)

    def largest_stable_rate(self, curvature: float) -> float | None:
        """Return the optimizer's: noise that is added does not grow by itself."""
        return self.optimizer.largest_stable_rate(curvature)

    def convergence_factor(self, scaled_curvature: Floats) -> Floats | None:
        """Return the optimizer's, of the mean over the noise."""
        return self.optimizer.convergence_factor(scaled_curvature)

    def direction(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """Return the optimizer's direction for `gradient + scale * normal`, and its state."""
        rng = np.random.default_rng((self.seed, step.number))
        noise = self.scale * rng.standard_normal(gradient.shape[-1])
        return self.optimizer.direction(gradient + noise, state, step)
