"""What can go wrong in a formula that someone has written, in words.

Apart from `tracing`, so that autograd is loaded only where a formula's derivative is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.errors import GdanimError

BRANCH = (
    "it cannot branch on values (if, and, or, min, max): it is called with arrays of many steps; "
    "write np.where(condition, a, b), np.minimum, np.maximum"
)
SCALAR = (
    "float(...) and the functions of math take one number, but it gets those of many steps at "
    "once; use NumPy's functions, such as np.exp"
)

IN_PLACE = (
    "it cannot assign in place (y[...] = ..., y += ..., out=...); "
    "write y = y + ..., or np.where(condition, a, b)"
)


class FormulaError(GdanimError):
    """A formula does what is not allowed; the message says what to write instead."""


def evaluated(value: Any, shape: tuple[int, ...] | None = None) -> Floats:
    """Return the result of a formula as read-only float64; FormulaError unless it is numeric."""
    if value is None:
        raise FormulaError("it returns None; end it with `return ...`")
    if np.iscomplexobj(value):
        raise FormulaError(
            "its values are complex numbers; write it with real ones, or take "
            "np.real(...) or np.abs(...) of them"
        )
    values = np.asarray(value, dtype=np.float64)
    return values if shape is None else np.broadcast_to(values, shape)


def slopes(
    derivative: Callable[..., Sequence[Any]],
    arguments: Sequence[Floats],
    names: Sequence[str],
    shape: tuple[int, ...],
) -> list[Floats]:
    """Return `derivative(*arguments)`; FormulaError unless it is one array for each of `names`."""
    given = derivative(*arguments)
    count = len(given) if isinstance(given, Sequence) or np.ndim(given) else 0
    if count != len(names):
        array = isinstance(given, np.ndarray)
        got = (
            f"an array of shape {np.shape(given)}" if array else f"{count or type(given).__name__}"
        )
        raise FormulaError(
            f"derivative must return a tuple with one array for each of {', '.join(names)}; "
            f"it returned {got}"
        )
    return [evaluated(slope, shape) for slope in given]


@contextmanager
def explained(where: str, arrays: str, hint: str = "") -> Iterator[None]:
    """Turn whatever a formula raises into a GdanimError that says what to write instead.

    `where` names the formula, `arrays` says what it receives, and `hint` is added at the end.
    """
    try:
        with np.errstate(all="ignore"):
            yield
    except Exception as error:
        raise GdanimError(f"{where}: {_advice(error, arrays)}{hint}") from error


def _advice(error: Exception, arrays: str) -> str:
    """Say what to write instead of the expression that raised `error`."""
    if isinstance(error, FormulaError):
        return f"{error}"
    if "read-only" in f"{error}":
        return IN_PLACE
    if "truth value" in f"{error}":
        return BRANCH
    if "converted to Python scalars" in f"{error}" or "must be real number" in f"{error}":
        return SCALAR
    return f"{type(error).__name__}: {error}; it receives {arrays}; write it elementwise, in NumPy"
