"""Data, model and loss joined: a function of the parameters, with its gradient."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gdanim.arrays import Floats, Ints, floats
from gdanim.errors import GdanimError
from gdanim.problems.dataset import Dataset
from gdanim.problems.landscape import Best, Landscape
from gdanim.problems.losses import Loss, MeanSquaredError
from gdanim.problems.model import LinearInParameters, Model


@dataclass(frozen=True, eq=False)
class Problem(Landscape):
    """Fit `model` to `data` by minimising `loss_function`.

    Raises GdanimError when the model takes another number of features than the data has, and
    `loss` and `gradient` when they get another number of parameters than the model has.
    """

    data: Dataset
    model: Model
    loss_function: Loss = field(default_factory=MeanSquaredError)

    def __post_init__(self) -> None:
        if self.data.features != self.model.features:
            raise GdanimError(
                f"Problem: the model takes {self.model.features} feature(s) and the data has "
                f"{self.data.features} ({', '.join(self.data.x_names)}); change one of them"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """The model's parameters."""
        return self.model.names

    @property
    def formula(self) -> str:
        """The model's."""
        return self.model.formula

    @property
    def loss_name(self) -> str:
        """The loss function's."""
        return self.loss_function.name

    @property
    def loss_symbol(self) -> str:
        """The loss function's."""
        return self.loss_function.symbol

    @property
    def points(self) -> int:
        """N."""
        return len(self.data)

    @property
    def cost(self) -> int:
        """One number a point."""
        return len(self.data)

    def init(self, rng: np.random.Generator) -> Floats:
        """As the model suggests, `[P]`."""
        return self.model.init(rng)

    def loss_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """`(p)->()`: the loss of the model's prediction."""
        x, y = self._points(batch)
        return self.loss_function.value(self.model.predict(params, x), y)

    def gradient_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """`(p)->(p)`: the model's vjp of the loss's gradient."""
        x, y = self._points(batch)
        cotangent = self.loss_function.gradient(self.model.predict(params, x), y)
        return self.model.vjp(params, x, cotangent)

    def best(self) -> Best | None:
        """The least squares solution of a model that is linear in its parameters, else the loss of
        the true curve of generated data.
        """
        data = self.data
        with np.errstate(all="ignore"):
            if self._design is not None:
                fit = floats("params", np.linalg.lstsq(self._design, data.y)[0])
                return _finite(Best("best fit", float(self.loss(fit)), fit))
            if data.truth is not None:
                loss = self.loss_function.value(data.truth(data.x), data.y)
                return _finite(Best("true curve", float(loss)))
        return None

    def hessian(self) -> Floats | None:
        """`2 X^T X / n` for the design X of a model that is linear in its parameters."""
        if self._design is None:
            return None
        return floats("hessian", 2 * self._design.T @ self._design / len(self.data))

    @property
    def _design(self) -> Floats | None:
        """The design matrix `[N, P]` where the loss is the mean of squares that are linear."""
        if isinstance(self.model, LinearInParameters) and isinstance(
            self.loss_function, MeanSquaredError
        ):
            return self.model.design(self.data.x)
        return None

    def _points(self, batch: Ints | None) -> tuple[Floats, Floats]:
        if batch is None:
            return self.data.x, self.data.y
        return self.data.x[batch], self.data.y[batch]


def _finite(best: Best) -> Best | None:
    return best if np.isfinite(best.loss) else None
