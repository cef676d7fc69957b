"""Noise on the gradient."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gdanim.core.arrays import Floats, check_int, check_non_negative, set_fields
from gdanim.descent.optimizer import Optimizer, State, Step
from gdanim.descent.schedule import Rate
from gdanim.errors import expect


@dataclass(frozen=True, eq=False)
class Noisy(Optimizer):
    """`optimizer` on the gradient plus normal noise, `scale` its standard deviation.

    With gradient descent of a rate lr this is Langevin dynamics at the temperature `lr scale^2 / 2`
    (Welling and Teh, "Bayesian learning via stochastic gradient Langevin dynamics", 2011). A
    schedule that lowers the rate cools it down. The noise of a step follows from `seed` and the
    step's number alone, and is the same in all runs side by side, so each is the run that it would
    be alone. Raises GdanimError for a scale below 0 or a seed that is no whole number.
    """

    optimizer: Optimizer
    scale: float
    seed: int = 0
    lr: Rate = field(init=False, repr=False)

    def __post_init__(self) -> None:
        expect("Noisy: optimizer", self.optimizer, Optimizer, "GradientDescent(0.01)")
        check_int("seed", self.seed)
        set_fields(self, lr=self.optimizer.lr, scale=check_non_negative("scale", self.scale))

    @property
    def name(self) -> str:
        """As `gradient descent + noise`."""
        return f"{self.optimizer.name} + noise"

    def init(self, params: Floats) -> State:
        """The optimizer's."""
        return self.optimizer.init(params)

    def update(self, gradient: Floats, state: State, step: Step) -> tuple[Floats, State]:
        """`(p)->(p)`: the optimizer's step for `gradient + scale * normal`; its state."""
        rng = np.random.default_rng((self.seed, step.number))
        noise = self.scale * rng.standard_normal(gradient.shape[-1])
        return self.optimizer.update(gradient + noise, state, step)
