"""Data, model and loss joined: a function of the parameters, with its gradient."""

from __future__ import annotations

from dataclasses import dataclass, field

from numpy.typing import ArrayLike

from gdanim.arrays import Floats, Ints, in_blocks, parameters
from gdanim.errors import GdanimError
from gdanim.problems.dataset import Dataset
from gdanim.problems.losses import Loss, MeanSquaredError
from gdanim.problems.model import Model


@dataclass(frozen=True, eq=False)
class Problem:
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
        """The parameters' names."""
        return self.model.names

    def loss(self, params: ArrayLike, batch: Ints | None = None) -> Floats:
        """`(p)->()`: the loss over the data, or over the points that `batch (b)` numbers."""
        params = parameters("params", params, self.names)
        x, y = self._points(batch)
        return self.loss_function.value(self.model.predict(params, x), y)

    def gradient(self, params: ArrayLike, batch: Ints | None = None) -> Floats:
        """`(p)->(p)`: the derivative of `loss` by the parameters."""
        params = parameters("params", params, self.names)
        x, y = self._points(batch)
        cotangent = self.loss_function.gradient(self.model.predict(params, x), y)
        return self.model.vjp(params, x, cotangent)

    def losses(self, params: Floats) -> Floats:
        """`loss` over long stacks of parameters `[S, ..., P] -> [S, ...]`, in bounded memory."""
        row_cost = params[:1].size // params.shape[-1] * len(self.data)
        return in_blocks(self.loss, params, row_cost)

    def _points(self, batch: Ints | None) -> tuple[Floats, Floats]:
        if batch is None:
            return self.data.x, self.data.y
        return self.data.x[batch], self.data.y[batch]
