"""What a prediction costs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from gdanim.arrays import Floats


class Loss(ABC):
    """The distance from a prediction to the data, one number."""

    @property
    @abstractmethod
    def name(self) -> str:
        """As a sentence would have it: `mean squared error`."""

    @property
    @abstractmethod
    def symbol(self) -> str:
        """As a label has it: `MSE`."""

    @abstractmethod
    def value(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->()`."""

    @abstractmethod
    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->(n)`: the derivative by the prediction."""


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """The mean of the squared residuals over the points, without a factor 1/2."""

    @property
    def name(self) -> str:
        """`mean squared error`."""
        return "mean squared error"

    @property
    def symbol(self) -> str:
        """`MSE`."""
        return "MSE"

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->()`: `mean((prediction - y)^2)`."""
        residual = prediction - y
        return np.asarray(np.mean(residual * residual, axis=-1))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->(n)`: `2 (prediction - y) / n`."""
        gradient: Floats = (prediction - y) * (2.0 / y.shape[-1])
        return gradient
