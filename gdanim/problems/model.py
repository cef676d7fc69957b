"""What a model is, and the two things that many models share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np

from gdanim.core.arrays import Floats, check_params, set_fields


class Model(ABC):
    """A prediction that depends on P parameters.

    Shapes are gufunc signatures: every axis before the core axes broadcasts, so one call serves
    one step, a whole run, or a hundred runs side by side.
    """

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The P parameters' names, in the order in which people write the formula."""

    @property
    @abstractmethod
    def formula(self) -> str:
        """The prediction in mathtext, without dollar signs."""

    @property
    @abstractmethod
    def features(self) -> int:
        """D, the number of features of a point."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """The P parameters as `formula` writes them; their names, where it writes those."""
        return self.names

    @property
    def intercepts(self) -> tuple[str, ...]:
        """The parameters that only move the prediction as a whole; penalties leave them alone."""
        return ()

    @property
    def logits(self) -> Model | None:
        """The model of the logits, where the prediction is a probability: its `sigmoid`."""
        return None

    @property
    def shape_name(self) -> str:
        """What the prediction looks like over one feature: a noun for the alternative text."""
        return "curve"

    @property
    def workspace(self) -> int:
        """How many numbers a prediction holds for each point while it is computed."""
        return 1

    @abstractmethod
    def init(self, rng: np.random.Generator) -> Floats:
        """A random start `[P]`."""

    @abstractmethod
    def predict(self, params: Floats, x: Floats) -> Floats:
        """`(p),(n,d)->(n)`: the prediction at each point."""

    @abstractmethod
    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """`(p),(n,d),(n)->(p)`: the cotangent times the derivative of the prediction.

        With the loss's gradient as cotangent this is the gradient over the parameters.
        """

    def forward(self, params: Floats, x: Floats) -> tuple[Floats, Callable[[Floats], Floats]]:
        """`predict`, and `vjp` there as a function of the cotangent.

        For a descent, which needs both; models override it where they have much in common. Arrays
        of many runs are long, so what is handed over may be overwritten: the prediction by the
        caller, the cotangent by `vjp`.
        """
        return np.array(self.predict(params, x)), lambda cotangent: self.vjp(params, x, cotangent)

    def residual(
        self, params: Floats, x: Floats, y: Floats
    ) -> tuple[Floats, Callable[[Floats], Floats]]:
        """`(p),(n,d),(n)->(n)`: the prediction less `y`, and `vjp` there; as `forward`."""
        residual, vjp = self.forward(params, x)
        residual -= y
        return residual, vjp


def sigmoid(z: Floats) -> Floats:
    """`()->()`: `1 / (1 + exp(-z))`, without overflow."""
    small = np.exp(-np.abs(z))
    probability: Floats = np.where(z >= 0, 1.0, small) / (1.0 + small)
    return probability


class LinearInParameters(Model):
    """A model whose prediction is `design(x) @ params`; its loss surface is a bowl."""

    @abstractmethod
    def design(self, x: Floats) -> Floats:
        """`(n,d)->(n,p)`: the design matrix, the derivative of the prediction."""

    @final
    def predict(self, params: Floats, x: Floats) -> Floats:
        """`(p),(n,d)->(n)`: `design(x) @ params`."""
        if x.ndim == 2:
            return params @ self.design(x).T
        column: Floats = np.matmul(self.design(x), params[..., np.newaxis])
        return column[..., 0]

    @final
    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        """`(p),(n,d),(n)->(p)`: `cotangent @ design(x)`."""
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
    """A model with its parameters fixed: a curve, `(n,d)->(n)`."""

    model: Model
    params: Floats

    def __post_init__(self) -> None:
        set_fields(self, params=check_params("params", self.params, self.model.names))

    def __call__(self, x: Floats) -> Floats:
        return self.model.predict(self.params, x)
