"""What parameters cost, whatever they predict: regularisation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_positive, set_fields


class Penalty(ABC):
    """A cost of the size of parameters, added to the loss.

    A Problem penalises all parameters but the model's `intercepts`, as is usual: a penalty shall
    make the curve simpler, not move it towards 0.
    """

    @property
    @abstractmethod
    def symbol(self) -> str:
        """As a label has it: `L2`."""

    @property
    @abstractmethod
    def curvature(self) -> float | None:
        """The second derivative, for a penalty that is `curvature / 2 sum(params^2)`; else None."""

    @abstractmethod
    def value(self, params: Floats) -> Floats:
        """`(p)->()`."""

    @abstractmethod
    def gradient(self, params: Floats) -> Floats:
        """`(p)->(p)`."""


@dataclass(frozen=True)
class L2(Penalty):
    """`weight` times the sum of squares: ridge regression. torch's `weight_decay` is `2 weight`.

    Hoerl and Kennard, "Ridge regression", Technometrics 12, 1970. Raises GdanimError unless
    `weight` is finite and positive.
    """

    weight: float

    def __post_init__(self) -> None:
        set_fields(self, weight=check_positive("L2: weight", self.weight))

    @property
    def symbol(self) -> str:
        """`L2`."""
        return "L2"

    @property
    def curvature(self) -> float:
        """`2 weight`."""
        return 2 * self.weight

    def value(self, params: Floats) -> Floats:
        """`(p)->()`: `weight sum(params^2)`."""
        return np.asarray(self.weight * np.sum(params * params, axis=-1))

    def gradient(self, params: Floats) -> Floats:
        """`(p)->(p)`: `2 weight params`."""
        return 2 * self.weight * params


@dataclass(frozen=True)
class L1(Penalty):
    """`weight` times the sum of sizes: the lasso, which leaves few parameters at all.

    Tibshirani, "Regression shrinkage and selection via the lasso", Journal of the Royal Statistical
    Society B 58, 1996. Raises GdanimError unless `weight` is finite and positive.
    """

    weight: float

    def __post_init__(self) -> None:
        set_fields(self, weight=check_positive("L1: weight", self.weight))

    @property
    def symbol(self) -> str:
        """`L1`."""
        return "L1"

    @property
    def curvature(self) -> None:
        """None: there is an edge at 0."""
        return None

    def value(self, params: Floats) -> Floats:
        """`(p)->()`: `weight sum(|params|)`."""
        return np.asarray(self.weight * np.sum(np.abs(params), axis=-1))

    def gradient(self, params: Floats) -> Floats:
        """`(p)->(p)`: `weight sign(params)`; 0 at 0."""
        return self.weight * np.sign(params)
