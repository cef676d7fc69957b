"""Losses from formulas: any function of the prediction and y."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from gdanim.core.arrays import Floats, read_only, set_fields
from gdanim.errors import GdanimError
from gdanim.problems._formula_errors import evaluated, explained
from gdanim.problems.losses import Loss
from gdanim.problems.model import Model

Method = Callable[[Floats, Floats], Floats]

_ARRAYS = "the predictions and y, each of shape [N]"
_ARRAYS_OF_CLASSES = (
    "the predictions [N, K] of K classes, and y [N], the numbers of classes as floats "
    "(as an index, y.astype(int))"
)


@dataclass(frozen=True)
class LossFormula(Loss):
    """A loss from a formula `f(prediction, y)` in plain NumPy.

    `f` returns the loss of each point, of which the mean is taken, or one number for all points.
    Where it understands predictions `[..., N]` of many steps, as elementwise formulas and
    `np.mean(..., axis=-1)` do, it is called once for all of them, otherwise once for each.
    `outputs` is how many numbers the model predicts at a point. If `gradient_needed`, mistakes that
    keep autograd from differentiating `f` are found early.
    """

    f: Callable[..., Any]
    outputs: int = 1
    gradient_needed: bool = True
    name: str = ""
    additive: bool = field(default=False, init=False, repr=False)
    by_point: bool = field(default=False, init=False, repr=False)
    takes_steps: bool = field(default=False, init=False, repr=False)

    def __post_init__(self) -> None:
        # A field, so that keys follow the name, which the header shows.
        set_fields(self, name=self.name or _name_in_words(self.f))
        self._try()

    def scored_model(self, model: Model, y: Floats) -> Model:
        """Return the model, whatever it predicts."""
        return model

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return the number for all points, or the mean over them, `(n),(n)->()`."""
        by_step = self._by_step(self._value, "()")
        return (self._value if self.takes_steps else by_step)(prediction, y)

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return the derivative of the value by the prediction, `(n),(n)->(n)`."""
        by_step = self._by_step(self._gradient, self._signature)
        return (self._gradient if self.takes_steps else by_step)(prediction, y)

    def _value(self, prediction: Floats, y: Floats) -> Floats:
        costs = evaluated(self.f(prediction, y), self._shape(prediction, y))
        return np.array(costs.mean(axis=-1) if self.by_point else costs)

    def _gradient(self, prediction: Floats, y: Floats) -> Floats:
        # Imported late, as most commands need no autograd.
        from gdanim.problems._tracing import pull

        shape = self._shape(prediction, y)
        weights = np.full(shape, 1 / y.shape[-1] if self.by_point else 1.0)
        # The loss of a step depends on its own prediction only, so one pass serves all steps.
        (gradient,) = pull(lambda found: self.f(found, y), [prediction], weights)
        return np.asarray(gradient)

    def _shape(self, prediction: Floats, y: Floats) -> tuple[int, ...]:
        """Return the shape of what `f` returns."""
        of_points = prediction.shape[:-1] if self.outputs > 1 else prediction.shape
        lead = np.broadcast_shapes(of_points, y.shape)
        return lead if self.by_point else lead[:-1]

    @property
    def _signature(self) -> str:
        return "(n,k)" if self.outputs > 1 else "(n)"

    def _by_step(self, method: Method, result: str) -> Method:
        """Return the method, called once for each step."""
        return np.vectorize(method, [np.float64], signature=f"{self._signature},(n)->{result}")

    def _try(self) -> None:
        """Evaluate and differentiate `f` once, to learn what it returns and find mistakes."""
        several = self.outputs > 1
        # Read-only, so that assignments in place fail; numbers that could be probabilities.
        y = read_only(np.arange(5.0) % max(self.outputs, 2))
        shape = (3, 5, self.outputs) if several else (3, 5)
        rows = read_only(np.linspace(0.3, 0.7, 15 * self.outputs).reshape(shape)[:, ::-1].copy())
        where, arrays = f"loss_function: {self.name}", _ARRAYS_OF_CLASSES if several else _ARRAYS
        with explained(where, arrays):
            alone = [evaluated(self.f(row, y)) for row in rows]
            twice = self.f(np.concatenate([rows[0], rows[0]]), np.concatenate([y, y]))
        if alone[0].shape not in ((), (5,)):
            raise GdanimError(
                f"{where}: must return one number for each point, or one for all; "
                f"for 5 points it returned shape {alone[0].shape}"
            )
        set_fields(
            self,
            by_point=alone[0].ndim == 1,
            additive=alone[0].ndim == 0 and bool(np.isclose(twice, 2 * alone[0]).all()),
            takes_steps=self._agrees(rows, y, np.array(alone)),
        )
        if self.gradient_needed:
            with explained(where, arrays):
                self.gradient(rows, y)

    def _agrees(self, rows: Floats, y: Floats, alone: Floats) -> bool:
        """Return whether `f` says of many steps at once what it says of each."""
        try:
            with np.errstate(all="ignore"):
                found = np.asarray(self.f(rows, y), dtype=np.float64)
        # Whatever it raises, it does not take them.
        except Exception:
            return False
        return found.shape == alone.shape and np.allclose(found, alone, equal_nan=True)


def _name_in_words(f: Callable[..., Any]) -> str:
    """Return the name of the function in words; `loss` if it has none."""
    while isinstance(f, partial):
        f = f.func
    name = getattr(f, "__name__", type(f).__name__)
    return "loss" if name == "<lambda>" else name.replace("_", " ").strip()


def as_loss(loss: Any, outputs: int, gradient_needed: bool) -> Any:
    """Return a function of (prediction, y) as a loss, and anything else as it is."""
    if isinstance(loss, LossFormula):
        loss = loss.f
    if isinstance(loss, Loss | type) or not callable(loss):
        return loss
    return LossFormula(loss, outputs, gradient_needed)
