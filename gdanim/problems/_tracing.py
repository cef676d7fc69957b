"""Derivatives of formulas in plain NumPy, through autograd.

autograd differentiates functions that call its own `autograd.numpy`. In a formula that calls
`numpy`, `Traced` takes the place of the arrays: NumPy passes every ufunc and function to it (NEP 13
and NEP 18), and it calls autograd's function of the same name. So the same formula takes plain
arrays for predictions and traced ones for derivatives, and need not import autograd.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import autograd.numpy as anp
import numpy as np
from autograd import make_vjp
from autograd.tracer import isbox
from numpy.lib.mixins import NDArrayOperatorsMixin

from gdanim.core.arrays import Floats
from gdanim.problems._formula_errors import BRANCH, IN_PLACE, SCALAR, FormulaError
from gdanim.problems._substitutes import SUBSTITUTES

Formula = Callable[..., Any]
# The modules of NumPy that autograd has, too.
PARTS = {"numpy": anp, "numpy.linalg": anp.linalg, "numpy.fft": anp.fft}


def pull(formula: Formula, columns: Sequence[Floats], cotangent: Floats) -> list[Floats]:
    """Return the derivative of `formula(*columns)` by each column, times `cotangent`.

    The cotangent has the shape of the formula's value. Raises FormulaError if autograd cannot
    differentiate the formula.
    """

    def traced(boxes: Any) -> Any:
        value = formula(*map(Traced, boxes))
        value = value.box if isinstance(value, Traced) else value
        # autograd warns if a value depends on no parameter at all; formally, this one does.
        return np.zeros(cotangent.shape) + value + anp.sum(anp.where(False, boxes[0], 0.0))

    derivative, _ = make_vjp(traced)(tuple(columns))
    return list(derivative(cotangent))


class Traced(NDArrayOperatorsMixin):
    """An array for NumPy whose operations autograd records."""

    def __init__(self, box: Any) -> None:
        self.box = box

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if "out" in kwargs:
            raise FormulaError(IN_PLACE)
        name = ufunc.__name__ + ("" if method == "__call__" else f".{method}")
        return _followed(name, getattr(anp, name, None), inputs, kwargs)

    def __array_function__(
        self, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if kwargs.get("out") is not None:
            raise FormulaError(IN_PLACE)
        name, part = function.__name__, PARTS.get(function.__module__)
        return _followed(name, getattr(part, name, None), args, kwargs)

    def __getitem__(self, key: Any) -> Traced:
        return Traced(self.box[key])

    def __setitem__(self, key: Any, value: Any) -> NoReturn:
        raise FormulaError(IN_PLACE)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = getattr(self.box, name)
        if not callable(found):
            return _wrapped(found)
        return lambda *args, **kwargs: _followed(name, found, args, kwargs)

    def clip(self, *args: Any, **kwargs: Any) -> Any:
        # The method of autograd takes bounds only by position, and no traced ones.
        return np.clip(self, *args, **kwargs)

    def __len__(self) -> int:
        return len(self.box)

    def __bool__(self) -> NoReturn:
        raise FormulaError(BRANCH)

    def __float__(self) -> NoReturn:
        raise FormulaError(SCALAR)

    __int__ = __index__ = __complex__ = __float__

    def __array__(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise FormulaError(
            "np.array(...), a list in place of an array, and assigning to parts of an array lose "
            "the derivative; use np.stack([...]) or np.where(condition, a, b)"
        )


def _followed(name: str, follow: Callable[..., Any] | None, args: Any, kwargs: Any) -> Any:
    """Call the function `name` with traced arguments: a substitute, or autograd's `follow`."""
    follow = SUBSTITUTES.get(name, follow)
    plain, named = _unwrapped(args), {key: _unwrapped(value) for key, value in kwargs.items()}
    try:
        value = None if follow is None else follow(*plain, **named)
    except NotImplementedError:
        value = None
    # An array of objects comes from a function whose list arguments autograd does not unpack.
    if value is None or getattr(value, "dtype", None) == np.object_:
        raise FormulaError(f"autograd has no derivative of {name}; write the formula without it")
    return _wrapped(value)


def _unwrapped(value: Any) -> Any:
    if isinstance(value, Traced):
        return value.box
    if isinstance(value, tuple | list):
        return type(value)(_unwrapped(item) for item in value)
    return value


def _wrapped(value: Any) -> Any:
    """Trace what depends on the parameters; conditions and shapes stay plain."""
    if type(value) in (tuple, list):
        return type(value)(map(_wrapped, value))
    return Traced(value) if isbox(value) else value
