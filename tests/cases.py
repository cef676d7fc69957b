"""The tables of models, losses and optimizers that tests run over; a new one adds its row here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdanim.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.optimizer import Optimizer
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.losses import Loss, MeanSquaredError
from gdanim.problems.model import Model
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid


@dataclass(frozen=True, eq=False)
class ModelCase:
    """A model, parameters that are typical of it, and how far x reaches."""

    name: str
    model: Model
    params: tuple[float, ...]
    reach: float = 2.0

    def __str__(self) -> str:
        return self.name

    def x(self, *shape: int) -> Floats:
        """Points of that shape and the model's number of features."""
        rng = np.random.default_rng(0)
        return rng.uniform(-self.reach, self.reach, (*shape, self.model.features))


MODELS = [
    ModelCase("linear", Linear(), (1.5, -0.5)),
    ModelCase("linear in 3 features", Linear(3), (1.5, -0.5, 0.25, 2.0)),
    ModelCase("constant", Polynomial(0), (1.5,)),
    ModelCase("quadratic", Polynomial(2), (0.5, -1.0, 2.0)),
    ModelCase("sextic", Polynomial(6), (0.1, -0.2, 0.3, 0.5, -0.5, 1.0, 2.0)),
    ModelCase("sinusoid", Sinusoid(), (2.2, 1.05, 1.36, -4.7), reach=10.0),
]

LOSSES: list[Loss] = [MeanSquaredError()]


@dataclass(frozen=True, eq=False)
class OptimizerCase:
    """How an optimizer is made from a learning rate, and one that is stable on LINE."""

    name: str
    make: type[GradientDescent]
    lr: float

    def __str__(self) -> str:
        return self.name

    def optimizer(self) -> Optimizer:
        """With the stable rate."""
        return self.make(self.lr)


OPTIMIZERS = [OptimizerCase("gradient descent", GradientDescent, 0.01)]

LINE = Problem(datasets.linear(2.0, 1.0), Linear())
WAVE = Problem(datasets.sinusoid(), Sinusoid())
