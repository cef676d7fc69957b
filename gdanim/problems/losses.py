"""What a prediction costs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_positive, set_fields
from gdanim.errors import GdanimError
from gdanim.problems.model import Model, sigmoid


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

    def scored_model(self, model: Model, y: Floats) -> Model:
        """The model whose prediction `value` takes to compare with `y`: for most losses the model
        itself. Raises GdanimError where this loss has no meaning for the model or for `y`.
        """
        return model

    @abstractmethod
    def value(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->()`."""

    @abstractmethod
    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->(n)`: the derivative by the prediction."""


def mean_square(residual: Floats) -> Floats:
    """`(n)->()`."""
    return np.asarray(np.vecdot(residual, residual) / residual.shape[-1])


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
        return mean_square(prediction - y)

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->(n)`: `2 (prediction - y) / n`."""
        gradient: Floats = (prediction - y) * (2.0 / y.shape[-1])
        return gradient


@dataclass(frozen=True)
class RootMeanSquaredError(Loss):
    """The root of the mean squared error, in the units of y. For a batch it is the batch's own."""

    @property
    def name(self) -> str:
        """`root mean squared error`."""
        return "root mean squared error"

    @property
    def symbol(self) -> str:
        """`RMSE`."""
        return "RMSE"

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->()`: `sqrt(mean((prediction - y)^2))`."""
        return np.asarray(np.sqrt(MeanSquaredError().value(prediction, y)))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->(n)`: `(prediction - y) / (n RMSE)`; 0 at a perfect prediction."""
        residual = prediction - y
        root = self.value(prediction, y)[..., np.newaxis]
        # The cone has no derivative at its tip; 0 is one of its subgradients.
        gradient: Floats = residual / (y.shape[-1] * np.where(root == 0, 1.0, root))
        return gradient


@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    """The mean of the residuals' sizes: outliers weigh no more than their distance."""

    @property
    def name(self) -> str:
        """`mean absolute error`."""
        return "mean absolute error"

    @property
    def symbol(self) -> str:
        """`MAE`."""
        return "MAE"

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->()`: `mean(|prediction - y|)`."""
        return np.asarray(np.mean(np.abs(prediction - y), axis=-1))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->(n)`: `sign(prediction - y) / n`; 0 where the residual is 0."""
        gradient: Floats = np.sign(prediction - y) / y.shape[-1]
        return gradient


@dataclass(frozen=True)
class Huber(Loss):
    """Squares for residuals up to `delta`, straight lines beyond; torch.nn.HuberLoss.

    `delta` is in the units of y. Huber, "Robust estimation of a location parameter", Annals of
    Mathematical Statistics 35, 1964. Raises GdanimError unless `delta` is finite and positive.
    """

    delta: float = 1.0

    def __post_init__(self) -> None:
        set_fields(self, delta=check_positive("Huber: delta", self.delta))

    @property
    def name(self) -> str:
        """`Huber loss`."""
        return "Huber loss"

    @property
    def symbol(self) -> str:
        """`Huber`."""
        return "Huber"

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->()`: the mean of `r^2 / 2`, r the residual, and of
        `delta (|r| - delta / 2)` where `|r| > delta`.
        """
        size = np.abs(prediction - y)
        inside = np.minimum(size, self.delta)
        # inside (size - inside / 2) is both branches, and overflows in neither.
        return np.asarray(np.mean(inside * (size - 0.5 * inside), axis=-1))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->(n)`: the residual, no larger than `delta`, over n."""
        gradient: Floats = np.clip(prediction - y, -self.delta, self.delta) / y.shape[-1]
        return gradient


@dataclass(frozen=True)
class LogLoss(Loss):
    """The mean of `-log p` of what was observed: cross-entropy for outcomes of 0 and 1.

    It reads the logit z rather than the probability `p = 1 / (1 + exp(-z))`, so it is exact where p
    rounds to 0 or 1. So the model must have logits, as Logistic and MLP(output="logistic") have;
    their `predict` stays the probability. `y` may be any probability from 0 to 1.
    """

    @property
    def name(self) -> str:
        """`log loss`."""
        return "log loss"

    @property
    def symbol(self) -> str:
        """`log loss`."""
        return "log loss"

    def scored_model(self, model: Model, y: Floats) -> Model:
        """The model of the logits; GdanimError for a model without, or y beyond 0 and 1."""
        if model.logits is None:
            raise GdanimError(
                f"LogLoss: {type(model).__name__} predicts no probability; "
                'use Logistic or MLP(output="logistic"), or another loss'
            )
        if outside := np.flatnonzero((y < 0) | (y > 1)).tolist():
            raise GdanimError(
                f"LogLoss: y must be 0 or 1, or a probability between, but point {outside[0]} is "
                f"{y[outside[0]]}"
            )
        return model.logits

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->()`: `mean(log(1 + exp(z)) - y z)` for logits z, without overflow."""
        z = prediction
        linear = np.maximum(z, 0.0) - y * z
        return np.asarray(np.mean(linear + np.log1p(np.exp(-np.abs(z))), axis=-1))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """`(n),(n)->(n)`: `(p - y) / n`, exact where p is near to y."""
        difference = (1 - y) * sigmoid(prediction) - y * sigmoid(-prediction)
        gradient: Floats = difference / y.shape[-1]
        return gradient
