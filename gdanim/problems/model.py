"""The base classes of models."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from gdanim.core.arrays import Floats, check_int, check_params, set_fields
from gdanim.problems.unit import Unit


class Model(ABC):
    r"""A prediction that depends on P parameters: the base class of all models.

    A subclass gives `names`, `predict` and `vjp`; the rest has defaults. Make it a frozen
    dataclass, so that its runs can be saved and cached. For a formula in plain NumPy there is
    `Formula`, which needs no derivative.

    Long because it is all that a `Problem` asks of a model and the views write about it; most
    members have defaults.

    See Also
    --------
    LinearInParameters : A model that needs only its design matrix.
    Formula : A model from a function, with its derivative from automatic differentiation.

    Notes
    -----
    Parameters are arrays whose last axis is P, and points are arrays `[..., N, D]`. All axes before
    these broadcast, so that one call predicts one step, a whole run, or a hundred runs side by
    side. Therefore take a parameter as `params[..., 0:1]`: it keeps an axis of length 1, which
    broadcasts against the N points. In shape signatures such as `(p),(n,d)->(n)` the leading axes
    are left out.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from gdanim import Dataset, Problem
    >>> from gdanim.problems.model import Model
    >>> @dataclass(frozen=True)
    ... class Exponential(Model):
    ...     names = ("a", "b")
    ...     formula = r"\hat{y} = a\,e^{b x}"
    ...
    ...     def predict(self, params, x):
    ...         a, b = params[..., 0:1], params[..., 1:2]
    ...         return a * np.exp(b * x[..., 0])
    ...
    ...     def vjp(self, params, x, cotangent):
    ...         a, b = params[..., 0:1], params[..., 1:2]
    ...         growth = np.exp(b * x[..., 0])
    ...         columns = growth, a * growth * x[..., 0]
    ...         return np.stack([np.vecdot(cotangent, column) for column in columns], axis=-1)
    >>> problem = Problem(Dataset([0, 1, 2], [1, 2, 4]), Exponential())
    >>> bool(problem.loss((1, np.log(2))) < 1e-30)
    True
    >>> problem.gradient((1.0, 0.0))
    array([-2.66666667, -4.66666667])
    """

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The names of the P parameters, in their order in the formula."""

    @property
    def formula(self) -> str:
        """The prediction in mathtext, without dollar signs."""
        return rf"\hat{{y}} = f({', '.join(map(math_name, ('x', *self.names)))})"

    @property
    def features(self) -> int | None:
        """The number D of features of a point; None to take it from the data."""
        return 1

    @property
    def outputs(self) -> int:
        """The number K of numbers predicted at a point: for K classes their probabilities.

        With more than one, predictions and cotangents have shape `(..., n, k)`, not `(..., n)`.
        """
        return 1

    @property
    def symbols(self) -> tuple[str, ...]:
        """The parameters as `formula` writes them; by default their names."""
        return self.names

    @property
    def intercepts(self) -> tuple[str, ...]:
        """The names of parameters that only shift the prediction; penalties leave these alone."""
        return ()

    @property
    def logits(self) -> Model | None:
        """The model whose sigmoid or softmax this one is, if it predicts probabilities."""
        return None

    @property
    def is_linear(self) -> bool:
        """Whether the prediction is known to be linear in the parameters."""
        return False

    @property
    def shape_name(self) -> str:
        """What the prediction over one feature looks like: a noun for the alternative text."""
        return "curve"

    @property
    def workspace(self) -> int:
        """The temporary floats that a prediction needs for each point."""
        return 1

    def sized(self, features: int, classes: int) -> Model:
        """Return the model with the sizes that it leaves to the data; a `Problem` calls this.

        Parameters
        ----------
        features : int
            The data's number of features.
        classes : int
            The number of classes that the data's y numbers; 0 if it numbers none.

        Returns
        -------
        Model
            By default the model itself.
        """
        return self

    def init(self, rng: np.random.Generator) -> Floats:
        """Draw random parameters to start from: uniform on (-2.5, 2.5).

        Parameters
        ----------
        rng : numpy.random.Generator
            The source of randomness.

        Returns
        -------
        (p,) array
            The parameters.
        """
        return rng.uniform(-2.5, 2.5, len(self.names))

    @abstractmethod
    def predict(self, params: Floats, x: Floats) -> Floats:
        """Return the prediction at each point, `(p),(n,d)->(n)`.

        Parameters
        ----------
        params : (..., p) array
            Parameters.
        x : (..., n, d) array
            Points.

        Returns
        -------
        (..., n) array
            The predictions.
        """

    @abstractmethod
    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """Return the cotangent times the derivative of the prediction, `(p),(n,d),(n)->(p)`.

        With the gradient of a loss as cotangent, this is the gradient by the parameters.

        Parameters
        ----------
        params : (..., p) array
            Parameters.
        x : (..., n, d) array
            Points.
        cotangent : (..., n) array
            One factor for each prediction.

        Returns
        -------
        (..., p) array
            `sum_n cotangent[n] * d prediction[n] / d params`.
        """

    def forward(self, params: Floats, x: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
        """Return `predict`, and `vjp` there as a function of the cotangent.

        Override it where both share work: each step of a descent needs both.

        Parameters
        ----------
        params : (..., p) array
            Parameters.
        x : (..., n, d) array
            Points.

        Returns
        -------
        tuple
            The predictions `(..., n)`, which the caller may overwrite, and the function, which may
            overwrite the cotangent it is given.
        """
        return np.array(self.predict(params, x)), lambda cotangent: self.vjp(params, x, cotangent)

    def residual(
        self, params: Floats, x: Floats, y: Floats
    ) -> tuple[Floats, Callable[[Floats], Floats]]:
        """Return the prediction minus `y`, and `vjp` there, as `forward` does.

        Parameters
        ----------
        params : (..., p) array
            Parameters.
        x : (..., n, d) array
            Points.
        y : (..., n) array
            The observed values.

        Returns
        -------
        tuple
            The residuals `(..., n)`, and the function of the cotangent.
        """
        residual, vjp = self.forward(params, x)
        residual -= y
        return residual, vjp

    def in_units(self, params: Floats, x_units: Sequence[Unit], y_unit: Unit) -> Floats | None:
        """Return the equivalent parameters for data in measured units, `(p)->(p)`.

        Views show these if the model was fitted to standardised data.

        Parameters
        ----------
        params : (..., p) array
            The parameters for standardised features and values.
        x_units : sequence of Unit
            The shift and scale of each feature.
        y_unit : Unit
            The shift and scale of the values.

        Returns
        -------
        (..., p) array or None
            The parameters of the same prediction; None, as by default, if the model has none.
        """
        return None


def math_name(name: str) -> str:
    """Return a name in mathtext: italic if it is one letter, else upright."""
    return name if len(name) == 1 else rf"\mathrm{{{name}}}".replace("_", r"\_")


def sigmoid(z: Floats) -> Floats:
    """Return `1 / (1 + exp(-z))`, elementwise, without overflow."""
    small = np.exp(-np.abs(z))
    probability: Floats = np.where(z >= 0, 1.0, small) / (1.0 + small)
    return probability


def check_sizes(model: Model, features: int | None, classes: int | None = None) -> None:
    """GdanimError unless there are at least one feature and two classes; None leaves one out."""
    for name, number, least in (("features", features, 1), ("classes", classes, 2)):
        if number is not None:
            check_int(f"{type(model).__name__}: {name}", number, least)


def softmax(z: Floats) -> Floats:
    """Return `exp(z) / sum(exp(z))` over the last axis, without overflow, `(k)->(k)`."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    probability: Floats = powers / powers.sum(axis=-1, keepdims=True)
    return probability


class LinearInParameters(Model):
    r"""A model whose prediction is `design(x) @ params`; under squared error, its loss is a bowl.

    A subclass gives `names` and `design`. Everything else follows: the prediction, its derivative,
    the exact minimum and the Hessian.

    See Also
    --------
    Linear, Polynomial : Models of this kind.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from gdanim import Dataset, Problem
    >>> from gdanim.problems.model import LinearInParameters
    >>> @dataclass(frozen=True)
    ... class Harmonic(LinearInParameters):
    ...     names = ("a", "b")
    ...     formula = r"\hat{y} = a\,\sin x + b\,\cos x"
    ...
    ...     def design(self, x):
    ...         return np.concatenate([np.sin(x), np.cos(x)], axis=-1)
    >>> x = np.linspace(0, 6, 20)
    >>> Problem(Dataset(x, 3 * np.sin(x)), Harmonic()).minimum.params.round(6) + 0.0
    array([3., 0.])
    """

    is_linear = True

    @abstractmethod
    def design(self, x: Floats) -> Floats:
        """Return the design matrix, `(n,d)->(n,p)`: the derivative of the prediction.

        Parameters
        ----------
        x : (..., n, d) array
            Points.

        Returns
        -------
        (..., n, p) array
            One row for each point, one column for each parameter.
        """

    @final
    def predict(self, params: Floats, x: Floats) -> Floats:
        """Return `design(x) @ params`, `(p),(n,d)->(n)`."""
        if x.ndim == 2:
            return params @ self.design(x).T
        column: Floats = np.matmul(self.design(x), params[..., np.newaxis])
        return column[..., 0]

    @final
    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """Return `cotangent @ design(x)`, `(p),(n,d),(n)->(p)`."""
        # The derivative does not depend on the parameters, but their axes broadcast all the same.
        if cotangent.shape[:-1] != params.shape[:-1]:
            axes = np.broadcast_shapes(cotangent.shape[:-1], params.shape[:-1])
            cotangent = np.broadcast_to(cotangent, (*axes, cotangent.shape[-1]))
        if x.ndim == 2:
            return cotangent @ self.design(x)
        row: Floats = np.matmul(cotangent[..., np.newaxis, :], self.design(x))
        return row[..., 0, :]


@dataclass(frozen=True, eq=False)
class ModelCurve:
    """The curve `(n,d)->(n)` of a model with fixed parameters."""

    model: Model
    params: Floats

    def __post_init__(self) -> None:
        set_fields(self, params=check_params("params", self.params, self.model.names))

    def __call__(self, x: Floats) -> Floats:
        """Return the prediction at each point."""
        return self.model.predict(self.params, x)
