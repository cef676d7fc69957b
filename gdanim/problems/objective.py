"""What a descent needs to know of what it minimises: a loss over parameters, and its gradient."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import Floats, Ints, check_indices, check_params, in_blocks
from gdanim.errors import GdanimError


@dataclass(frozen=True, eq=False)
class KnownMinimum:
    """The lowest loss that is known.

    Fields: `name` (`best fit`, `true curve`, `minimum`, `best of several searches`), the loss, and
    the parameters `[P]` where they are known, else None.
    """

    name: str
    loss: float
    params: Floats | None = None


class Objective(ABC):
    """A loss over P parameters: of data and a model (Problem), or a bare function of them.

    The loop, the Recorder, Run and the views that need no data ask nothing else. Shapes are gufunc
    signatures: every axis before the core axes broadcasts. Overflow gives inf or nan, without
    a warning: a run that diverges is no error.
    """

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The P parameters' names."""

    @property
    @abstractmethod
    def formula(self) -> str:
        """What is minimised or fitted, in mathtext, without dollar signs."""

    @property
    @abstractmethod
    def loss_name(self) -> str:
        """As a sentence would have it: `mean squared error`."""

    @property
    @abstractmethod
    def loss_symbol(self) -> str:
        """As a label has it: `MSE`."""

    @property
    @abstractmethod
    def points(self) -> int:
        """N, the number of points that a batch can choose from; 0 where there is no data."""

    @property
    @abstractmethod
    def workspace(self) -> int:
        """How many numbers one evaluation of the loss holds at a time."""

    @property
    def convex(self) -> bool:
        """Whether it is known that all its minima are equally low."""
        return False

    @abstractmethod
    def init(self, rng: np.random.Generator) -> Floats:
        """A random start `[P]`."""

    @abstractmethod
    def loss_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """`(p)->()`: `loss`, unchecked, for loops; takes float64 alone, and overflow may warn."""

    @abstractmethod
    def gradient_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """`(p)->(p)`: `gradient`, unchecked, for loops, as `loss_at`."""

    def loss_and_gradient_at(self, params: Floats) -> tuple[Floats, Floats]:
        """Both over all points, unchecked; where they have much in common, it is computed once."""
        return self.loss_at(params), self.gradient_at(params)

    @abstractmethod
    def minimum(self) -> KnownMinimum | None:
        """The lowest loss that is known without a search; None where none is."""

    @abstractmethod
    def hessian(self) -> Floats | None:
        """The second derivative `[P, P]` where it is the same everywhere; None where it is not."""

    @final
    def loss(self, params: ArrayLike, batch: ArrayLike | None = None) -> Floats:
        """`(p)->()`: the loss over the data, or over the points that `batch (b)` numbers.

        Raises GdanimError for another number of parameters, and for points that there are not.
        """
        checked, points = check_params("params", params, self.names), self._batch(batch)
        with np.errstate(all="ignore"):
            return self.loss_at(checked, points)

    @final
    def gradient(self, params: ArrayLike, batch: ArrayLike | None = None) -> Floats:
        """`(p)->(p)`: the derivative of `loss` by the parameters.

        Raises GdanimError as `loss` does.
        """
        checked, points = check_params("params", params, self.names), self._batch(batch)
        with np.errstate(all="ignore"):
            return self.gradient_at(checked, points)

    def _batch(self, batch: ArrayLike | None) -> Ints | None:
        if batch is None:
            return None
        if not self.points:
            raise GdanimError("batch: there is no data to choose from; leave it out")
        return check_indices("batch", batch, self.points)

    @final
    def losses(self, params: Floats) -> Floats:
        """`(p)->()`: `loss` over long stacks of parameters `[S, ..., P]`, in bounded memory."""
        return in_blocks(self.loss, params, params[:1].size // params.shape[-1] * self.workspace)
