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
    "it cannot branch on values (if, and, or, min, max), for it gets those of many steps at once; "
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
    """A formula does what it must not; the message says what, and what to write instead."""


def evaluated(value: Any, shape: tuple[int, ...]) -> Floats:
    """What a formula gave as float64 of `shape`, read-only; FormulaError for what is no number."""
    if value is None:
        raise FormulaError("it gives None; end it with `return ...`")
    if np.iscomplexobj(value):
        raise FormulaError(
            "the formula's values are complex numbers; write it with real ones, or take "
            "np.real(...) or np.abs(...) of them"
        )
    return np.broadcast_to(np.asarray(value, dtype=np.float64), shape)


def slopes(
    derivative: Callable[..., Sequence[Any]],
    arguments: Sequence[Floats],
    names: Sequence[str],
    shape: tuple[int, ...],
) -> list[Floats]:
    """`derivative(*arguments)`: for each of `names` one array of `shape`; else FormulaError."""
    given = derivative(*arguments)
    count = len(given) if isinstance(given, Sequence) or np.ndim(given) else 0
    if count != len(names):
        array = isinstance(given, np.ndarray)
        got = (
            f"an array of shape {np.shape(given)}" if array else f"{count or type(given).__name__}"
        )
        raise FormulaError(
            f"derivative must give one array for each of {', '.join(names)}, in a tuple; "
            f"it gave {got}"
        )
    return [evaluated(slope, shape) for slope in given]


@contextmanager
def explained(where: str, arrays: str, hint: str = "") -> Iterator[None]:
    """Whatever a formula raises becomes a GdanimError: `where`, what to write instead, a hint.

    `arrays` says what it gets.
    """
    try:
        with np.errstate(all="ignore"):
            yield
    except Exception as error:
        raise GdanimError(f"{where}: {_advice(error, arrays)}{hint}") from error


def _advice(error: Exception, arrays: str) -> str:
    """What to write instead of what raised `error` when a formula got arrays, or traced ones."""
    if isinstance(error, FormulaError):
        return f"{error}"
    if "read-only" in f"{error}":
        return IN_PLACE
    if "truth value" in f"{error}":
        return BRANCH
    if "converted to Python scalars" in f"{error}" or "must be real number" in f"{error}":
        return SCALAR
    return f"{type(error).__name__}: {error}; it gets {arrays}; write it elementwise, in NumPy"
