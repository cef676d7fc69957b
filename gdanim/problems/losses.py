"""Loss functions: how far a prediction is from the data.

Longer than other modules because most of it is documentation of public names.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_positive, set_fields
from gdanim.errors import GdanimError
from gdanim.problems.model import Model, sigmoid
from gdanim.problems.quadratic import Quadratic


class Loss(ABC):
    """The distance from a prediction to the data, as one number: the base class of all losses.

    A subclass gives `value` and `gradient`; the rest has defaults. Make it a frozen dataclass, so
    that its runs can be saved and cached.

    See Also
    --------
    MeanSquaredError, SumOfSquaredErrors, RootMeanSquaredError : Squared residuals.
    MeanAbsoluteError, Huber : Less moved by outliers.
    LogLoss, NegativeLogLikelihood : For models that predict a probability.
    CrossEntropy : For models that predict the probability of each of several classes.
    Penalty : A cost of the parameters themselves.

    Notes
    -----
    Predictions and values are arrays whose last axis is the N points; all axes before it broadcast.
    Predictions of several numbers at a point have a further axis, `(..., n, k)`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from gdanim import Linear, Problem, datasets
    >>> from gdanim.problems.losses import Loss
    >>> @dataclass(frozen=True)
    ... class LogCosh(Loss):
    ...     name = "log-cosh loss"
    ...     convex = True
    ...
    ...     def value(self, prediction, y):
    ...         return np.mean(np.log(np.cosh(prediction - y)), axis=-1)
    ...
    ...     def gradient(self, prediction, y):
    ...         return np.tanh(prediction - y) / y.shape[-1]
    >>> problem = Problem(datasets.linear(noise=0), Linear(), LogCosh())
    >>> float(problem.loss((2, 1)))
    0.0
    """

    @property
    def name(self) -> str:
        """The loss in a sentence, such as `mean squared error`; by default the class's name."""
        return type(self).__name__

    @property
    def symbol(self) -> str:
        """The loss in a label, such as `MSE`; by default its name."""
        return self.name

    @property
    def convex(self) -> bool:
        """Whether the loss is known to be a convex function of the prediction."""
        return False

    @property
    def additive(self) -> bool:
        """Whether the loss of many points is the sum of theirs, and grows with their number."""
        return False

    @property
    def monotone_of(self) -> Loss:
        """A loss that this one is an increasing function of, so that both have one minimum."""
        return self

    def scored_model(self, model: Model, y: Floats) -> Model:
        """Return the model whose output the loss takes: for most losses the model itself.

        Parameters
        ----------
        model : Model
            The model that is fitted.
        y : (n,) array
            The observed values.

        Returns
        -------
        Model
            The model whose predictions `value` compares with `y`.

        Raises
        ------
        GdanimError
            If the loss is not defined for the model or for `y`.
        """
        if model.outputs > 1:
            raise GdanimError(
                f"{type(self).__name__}: compares one number at a point, and "
                f"{type(model).__name__} predicts {model.outputs}; use CrossEntropy()"
            )
        return model

    @abstractmethod
    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return the loss, `(n),(n)->()`.

        Parameters
        ----------
        prediction : (..., n) array
            The predictions.
        y : (..., n) array
            The observed values.

        Returns
        -------
        (...) array
            The losses.
        """

    @abstractmethod
    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return the derivative of the loss by the prediction, `(n),(n)->(n)`.

        Parameters
        ----------
        prediction : (..., n) array
            The predictions.
        y : (..., n) array
            The observed values.

        Returns
        -------
        (..., n) array
            The derivatives.
        """

    def value_and_gradient(
        self, model: Model, params: Floats, x: Floats, y: Floats
    ) -> tuple[Floats, Floats]:
        """Return the loss and its derivative by the model's parameters, from one prediction.

        Parameters
        ----------
        model : Model
            The model whose output the loss takes.
        params : (..., p) array
            Parameters.
        x : (..., n, d) array
            Points.
        y : (..., n) array
            The observed values.

        Returns
        -------
        tuple of arrays
            The losses `(...)` and the gradients `(..., p)`.
        """
        prediction, vjp = model.forward(params, x)
        return self.value(prediction, y), vjp(self.gradient(prediction, y))

    def quadratic_form(self, design: Floats, y: Floats) -> Quadratic | None:
        """Return the loss of `design @ params` as a quadratic, if it is one.

        Parameters
        ----------
        design : (n, p) array
            The design matrix.
        y : (n,) array
            The observed values.

        Returns
        -------
        Quadratic or None
            The loss as a function of the parameters.
        """
        return None


@dataclass(frozen=True)
class MeanSquaredError(Loss):
    """The mean of the squared residuals, without a factor 1/2 unless `factor` says so.

    Parameters
    ----------
    factor : float, default 1.0
        What the mean is multiplied by; above 0. 0.5 for textbooks that divide by 2 N.

    Raises
    ------
    GdanimError
        If `factor` is not finite and positive.

    See Also
    --------
    RootMeanSquaredError : The square root of the mean, in the units of y.
    SumOfSquaredErrors : Not divided by N.

    Notes
    -----
    `factor / N * sum((prediction - y)^2)`. The factor multiplies losses, gradients and Hessians
    alike, and leaves the minimum where it is; the largest stable learning rate is divided by it.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import MeanSquaredError
    >>> float(MeanSquaredError().value(np.array([1.0, 4.0]), np.array([1.0, 2.0])))
    2.0
    >>> half = MeanSquaredError(factor=0.5)
    >>> half.symbol, float(half.value(np.array([1.0, 4.0]), np.array([1.0, 2.0])))
    ('half MSE', 1.0)
    """

    convex = True

    factor: float = 1.0

    def __post_init__(self) -> None:
        set_fields(self, factor=check_positive("MeanSquaredError: factor", self.factor))

    @property
    def name(self) -> str:
        """The name `mean squared error`, with the factor."""
        return _multiple_name(self.factor, "mean squared error")

    @property
    def symbol(self) -> str:
        """The symbol `MSE`, after the factor."""
        return _multiple_symbol(self.factor, "MSE")

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return `factor mean((prediction - y)^2)`."""
        return np.asarray(self.factor * _mean_square(prediction - y))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return `2 factor (prediction - y) / n`."""
        gradient: Floats = (prediction - y) * (2.0 * self.factor / y.shape[-1])
        return gradient

    def value_and_gradient(
        self, model: Model, params: Floats, x: Floats, y: Floats
    ) -> tuple[Floats, Floats]:
        """Return both from one residual."""
        residual, vjp = model.residual(params, x, y)
        # Arrays of many runs are long: they are scaled at the end, where few numbers are left.
        value = np.asarray(self.factor * _mean_square(residual))
        return value, (2.0 * self.factor / y.shape[-1]) * vjp(residual)

    def quadratic_form(self, design: Floats, y: Floats) -> Quadratic:
        """Return `factor mean((design @ params - y)^2)`."""
        return Quadratic(design, y, self.factor)


@dataclass(frozen=True)
class SumOfSquaredErrors(Loss):
    """The sum of the squared residuals, not divided by the number of points.

    Parameters
    ----------
    factor : float, default 1.0
        What the sum is multiplied by; above 0. 0.5 for textbooks with a factor 1/2.

    Raises
    ------
    GdanimError
        If `factor` is not finite and positive.

    See Also
    --------
    MeanSquaredError : Divided by N.

    Notes
    -----
    `factor * sum((prediction - y)^2)`; with a factor of 0.5 it is Bishop's sum-of-squares error
    [1]_. It grows with the number of points, so that the largest stable learning rate is N times
    smaller than for the mean. Over a mini-batch it is the sum over its points alone: an epoch then
    moves about as far as a single step of all points. Over a validation set of another size it
    cannot be compared with the training loss.

    References
    ----------
    .. [1] C. M. Bishop, "Pattern Recognition and Machine Learning", 2006, equation 1.2.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import SumOfSquaredErrors
    >>> float(SumOfSquaredErrors().value(np.array([1.0, 4.0]), np.array([1.0, 2.0])))
    4.0
    >>> SumOfSquaredErrors(factor=0.5).name
    'half sum of squared errors'
    """

    convex = True
    additive = True

    factor: float = 1.0

    def __post_init__(self) -> None:
        set_fields(self, factor=check_positive("SumOfSquaredErrors: factor", self.factor))

    @property
    def name(self) -> str:
        """The name `sum of squared errors`, with the factor."""
        return _multiple_name(self.factor, "sum of squared errors")

    @property
    def symbol(self) -> str:
        """The symbol `SSE`, after the factor."""
        return _multiple_symbol(self.factor, "SSE")

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return `factor sum((prediction - y)^2)`."""
        return self._mean(y).value(prediction, y)

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return `2 factor (prediction - y)`."""
        return self._mean(y).gradient(prediction, y)

    def value_and_gradient(
        self, model: Model, params: Floats, x: Floats, y: Floats
    ) -> tuple[Floats, Floats]:
        """Return both from one residual."""
        return self._mean(y).value_and_gradient(model, params, x, y)

    def quadratic_form(self, design: Floats, y: Floats) -> Quadratic:
        """Return `factor sum((design @ params - y)^2)`."""
        return self._mean(y).quadratic_form(design, y)

    def _mean(self, y: Floats) -> MeanSquaredError:
        """The mean with a factor that makes it the sum over the points of `y`."""
        return MeanSquaredError(self.factor * y.shape[-1])


@dataclass(frozen=True)
class RootMeanSquaredError(Loss):
    """The square root of the mean squared error, in the units of y.

    The loss of a mini-batch is the root of its own mean.

    See Also
    --------
    MeanSquaredError : Its square.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import RootMeanSquaredError
    >>> float(RootMeanSquaredError().value(np.array([3.0, 5.0]), np.array([0.0, 2.0])))
    3.0
    """

    name = "root mean squared error"
    symbol = "RMSE"
    convex = True

    @property
    def monotone_of(self) -> Loss:
        """The mean squared error."""
        return MeanSquaredError()

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return `sqrt(mean((prediction - y)^2))`."""
        return np.asarray(np.sqrt(MeanSquaredError().value(prediction, y)))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return `(prediction - y) / (n RMSE)`; 0 at a perfect prediction."""
        residual = prediction - y
        root = self.value(prediction, y)[..., np.newaxis]
        # The cone has no derivative at its tip; 0 is one of its subgradients.
        gradient: Floats = residual / (y.shape[-1] * np.where(root == 0, 1.0, root))
        return gradient


@dataclass(frozen=True)
class MeanAbsoluteError(Loss):
    """The mean of the absolute residuals: an outlier weighs no more than its distance.

    See Also
    --------
    Huber : Smooth at 0.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import MeanAbsoluteError
    >>> float(MeanAbsoluteError().value(np.array([1.0, 4.0]), np.array([1.0, 2.0])))
    1.0
    """

    name = "mean absolute error"
    symbol = "MAE"
    convex = True

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return `mean(|prediction - y|)`."""
        return np.asarray(np.mean(np.abs(prediction - y), axis=-1))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return `sign(prediction - y) / n`; 0 where the residual is 0."""
        gradient: Floats = np.sign(prediction - y) / y.shape[-1]
        return gradient


@dataclass(frozen=True)
class Huber(Loss):
    """The Huber loss: quadratic for small residuals, linear for large ones.

    Parameters
    ----------
    delta : float, default 1.0
        Where the quadratic ends, in the units of y; above 0.

    Raises
    ------
    GdanimError
        If `delta` is not finite and positive.

    See Also
    --------
    MeanAbsoluteError : Linear everywhere.

    Notes
    -----
    The mean of `r^2 / 2` for residuals `|r| <= delta`, and of `delta (|r| - delta / 2)` for larger
    ones [1]_, as in `torch.nn.HuberLoss`.

    References
    ----------
    .. [1] P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical
       Statistics 35, 1964.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import Huber
    >>> float(Huber(delta=1.0).value(np.array([1.0, 10.0]), np.array([0.0, 0.0])))
    5.0
    """

    name = "Huber loss"
    symbol = "Huber"
    convex = True

    delta: float = 1.0

    def __post_init__(self) -> None:
        set_fields(self, delta=check_positive("Huber: delta", self.delta))

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return the mean of the quadratic or linear costs."""
        size = np.abs(prediction - y)
        inside = np.minimum(size, self.delta)
        # inside (size - inside / 2) is both branches, and overflows in neither.
        return np.asarray(np.mean(inside * (size - 0.5 * inside), axis=-1))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return the residual, clipped to `delta`, over n."""
        gradient: Floats = np.clip(prediction - y, -self.delta, self.delta) / y.shape[-1]
        return gradient


@dataclass(frozen=True)
class LogLoss(Loss):
    """The mean of `-log p` of the observed outcomes: binary cross-entropy.

    The model must predict a probability, as `Logistic` and `MLP(output="logistic")` do, and y must
    be 0 or 1, or a probability in between.

    See Also
    --------
    Logistic : Logistic regression.
    NegativeLogLikelihood : The sum instead of the mean.
    CrossEntropy : The same for several classes.

    Notes
    -----
    For the logit z of the probability `p = 1 / (1 + exp(-z))`, the loss of a point is
    `log(1 + exp(z)) - y z`. Since it takes z and not p, it is exact where p rounds to 0 or 1.

    Examples
    --------
    >>> from gdanim import Dataset, LogLoss, Logistic, Problem
    >>> problem = Problem(Dataset([-1, 2], [0, 1]), Logistic(), LogLoss())
    >>> round(float(problem.loss((0, 0))), 6)
    0.693147
    """

    name = "log loss"
    symbol = "log loss"
    convex = True

    def scored_model(self, model: Model, y: Floats) -> Model:
        """Return the model of the logits; GdanimError if there are none, or y is not in [0, 1]."""
        return _logits("LogLoss", model, y)

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return `mean(log(1 + exp(z)) - y z)` for logits z."""
        return np.asarray(np.mean(_minus_log_probability(prediction, y), axis=-1))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return `(p - y) / n`, exact where p is close to y."""
        gradient: Floats = _excess_probability(prediction, y) / y.shape[-1]
        return gradient


@dataclass(frozen=True)
class NegativeLogLikelihood(Loss):
    """The sum of `-log p` of the observed outcomes, for textbooks that do not divide by N.

    The model must predict a probability, as `Logistic` and `MLP(output="logistic")` do, and y must
    be 0 or 1, or a probability in between.

    See Also
    --------
    LogLoss : The mean, which does not depend on the number of points.

    Notes
    -----
    `sum(log(1 + exp(z)) - y z)` for logits z [1]_: minus what statistics packages report as the
    log-likelihood, and half of their deviance. Over a mini-batch it is the sum over its points
    alone.

    References
    ----------
    .. [1] T. Hastie, R. Tibshirani, J. Friedman, "The Elements of Statistical Learning", 2009,
       equation 4.20.

    Examples
    --------
    >>> from gdanim import Dataset, Logistic, NegativeLogLikelihood, Problem
    >>> problem = Problem(Dataset([-1, 2], [0, 1]), Logistic(), NegativeLogLikelihood())
    >>> round(float(problem.loss((0, 0))), 6)
    1.386294
    """

    name = "negative log-likelihood"
    symbol = "NLL"
    convex = True
    additive = True

    def scored_model(self, model: Model, y: Floats) -> Model:
        """Return the model of the logits; GdanimError if there are none, or y is not in [0, 1]."""
        return _logits("NegativeLogLikelihood", model, y)

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return `sum(log(1 + exp(z)) - y z)` for logits z."""
        return np.asarray(np.sum(_minus_log_probability(prediction, y), axis=-1))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return `p - y`, exact where p is close to y."""
        return _excess_probability(prediction, y)


def _logits(loss: str, model: Model, y: Floats) -> Model:
    """Return the model of the logits; GdanimError if there are none, or y is not in [0, 1]."""
    if model.logits is None:
        raise GdanimError(
            f"{loss}: {type(model).__name__} does not predict a probability; "
            'use Logistic or MLP(output="logistic"), or another loss'
        )
    if model.outputs > 1:
        raise GdanimError(
            f"{loss}: takes the probability of one of two classes, and {type(model).__name__} "
            f"predicts that of each of {model.outputs}; use CrossEntropy()"
        )
    if outside := np.flatnonzero((y < 0) | (y > 1)).tolist():
        raise GdanimError(
            f"{loss}: y must be 0 or 1, or a probability in between, but point {outside[0]} "
            f"is {y[outside[0]]}"
        )
    return model.logits


def _minus_log_probability(z: Floats, y: Floats) -> Floats:
    """`log(1 + exp(z)) - y z`, elementwise, without overflow."""
    loss: Floats = np.maximum(z, 0.0) - y * z + np.log1p(np.exp(-np.abs(z)))
    return loss


def _excess_probability(z: Floats, y: Floats) -> Floats:
    """`p - y` for `p = sigmoid(z)`, elementwise, exact where p is close to y."""
    difference: Floats = (1 - y) * sigmoid(z) - y * sigmoid(-z)
    return difference


def _multiple_name(factor: float, name: str) -> str:
    """Name a loss that is multiplied: `half mean squared error`."""
    if factor == 1:
        return name
    return f"half {name}" if factor == 0.5 else f"{name} times {factor:g}"


def _multiple_symbol(factor: float, symbol: str) -> str:
    """Abbreviate a loss that is multiplied: `half MSE`."""
    return {1.0: symbol, 0.5: f"half {symbol}"}.get(factor, f"{factor:g} {symbol}")


def _mean_square(residual: Floats) -> Floats:
    """`(n)->()`."""
    return np.asarray(np.vecdot(residual, residual) / residual.shape[-1])
