"""The single neuron with a sigmoid: logistic regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, check_int
from gdanim.problems.linear import Linear
from gdanim.problems.model import Model, sigmoid


@dataclass(frozen=True)
class Logistic(Model):
    """The probability that y is 1: the sigmoid of a linear function; usually with LogLoss.

    Cox, "The regression analysis of binary sequences", Journal of the Royal Statistical Society
    B 20, 1958. Raises GdanimError for fewer than one feature.
    """

    features: int = 1

    def __post_init__(self) -> None:
        check_int("Logistic: features", self.features, least=1)

    @property
    def logits(self) -> Linear:
        """The linear function: the logarithm of the odds."""
        return Linear(self.features)

    @property
    def names(self) -> tuple[str, ...]:
        """`slope, intercept`, or `slope1, slope2, ..., intercept`."""
        return self.logits.names

    @property
    def symbols(self) -> tuple[str, ...]:
        """`w, b`, or `w_1, w_2, ..., b`."""
        return self.logits.symbols

    @property
    def intercepts(self) -> tuple[str, ...]:
        """`intercept`."""
        return self.logits.intercepts

    @property
    def formula(self) -> str:
        """Mathtext: `sigma(w x + b)`."""
        linear = self.logits.formula.removeprefix(r"\hat{y} = ")
        return rf"\hat{{y}} = \sigma({linear})"

    @property
    def shape_name(self) -> str:
        """`S-shaped curve`."""
        return "S-shaped curve"

    def init(self, rng: np.random.Generator) -> Floats:
        """Uniform on (-2.5, 2.5), `[P]`."""
        return self.logits.init(rng)

    def predict(self, params: Floats, x: Floats) -> Floats:
        """`(p),(n,d)->(n)`: the probability."""
        return sigmoid(self.logits.predict(params, x))

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """`(p),(n,d),(n)->(p)`; the sigmoid's derivative is `p (1 - p)`."""
        z = self.logits.predict(params, x)
        # 1 - p would round to 0 where the probability is near 1.
        return self.logits.vjp(params, x, cotangent * sigmoid(z) * sigmoid(-z))
