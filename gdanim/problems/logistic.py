"""Logistic regression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.problems.linear import Linear
from gdanim.problems.model import Model, check_sizes, sigmoid
from gdanim.problems.unit import Unit


@dataclass(frozen=True)
class Logistic(Model):
    """Logistic regression: the probability that y is 1, the sigmoid of a linear function.

    Parameters
    ----------
    features : int, optional
        The number of features, at least 1; by default that of the problem's data, or 1 without.

    Raises
    ------
    GdanimError
        If `features` is not a whole number of at least 1.

    See Also
    --------
    LogLoss : The usual loss for it.
    NegativeLogLikelihood : Its sum over the points.
    Softmax : The same for several classes.
    Linear : The linear function.

    Notes
    -----
    The prediction is `1 / (1 + exp(-(w x + b)))` [1]_, with the parameters of `Linear`.

    References
    ----------
    .. [1] D. R. Cox, "The regression analysis of binary sequences", Journal of the Royal
       Statistical Society B 20, 1958.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import Logistic
    >>> Logistic().predict(np.array([1.0, 0.0]), np.array([[0.0], [2.0]])).round(6)
    array([0.5     , 0.880797])
    """

    shape_name = "S-shaped curve"

    features: int | None = None

    def __post_init__(self) -> None:
        check_sizes(self, self.features)

    def sized(self, features: int, classes: int) -> Logistic:
        """Return the model with the data's number of features, unless it has one."""
        return replace(self, features=features) if self.features is None else self

    @property
    def logits(self) -> Linear:
        """The linear function: the logarithm of the odds."""
        return Linear(self.features)

    @property
    def names(self) -> tuple[str, ...]:
        """The slopes, then the intercept."""
        return self.logits.names

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols `w, b`, or `w_1, w_2, ..., b`."""
        return self.logits.symbols

    @property
    def intercepts(self) -> tuple[str, ...]:
        """The intercept."""
        return self.logits.intercepts

    @property
    def formula(self) -> str:
        """The formula `sigma(w x + b)`, in mathtext."""
        linear = self.logits.formula.removeprefix(r"\hat{y} = ")
        return rf"\hat{{y}} = \sigma({linear})"

    def init(self, rng: np.random.Generator) -> Floats:
        """Draw parameters as `Linear` does, `[P]`."""
        return self.logits.init(rng)

    def predict(self, params: Floats, x: Floats) -> Floats:
        """Return the probability at each point, `(p),(n,d)->(n)`."""
        return sigmoid(self.logits.predict(params, x))

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """Return the cotangent times the derivative, `(p),(n,d),(n)->(p)`."""
        z = self.logits.predict(params, x)
        # The sigmoid's derivative is p (1 - p), but 1 - p would round to 0 where p is near 1.
        return self.logits.vjp(params, x, cotangent * sigmoid(z) * sigmoid(-z))

    def in_units(self, params: Floats, x_units: Sequence[Unit], y_unit: Unit) -> Floats | None:
        """Return the slopes and the intercept of measured features; None if y is standardised."""
        return None if y_unit.standardised else self.logits.in_units(params, x_units, Unit())
