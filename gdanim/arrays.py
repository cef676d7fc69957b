"""Arrays as values: float64, read-only, checked where they enter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdanim.errors import GdanimError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Rows are evaluated in blocks of about this many numbers (16 MiB of float64).
BLOCK = 2_097_152


def floats(name: str, values: ArrayLike) -> Floats:
    """A read-only float64 copy of `values`; GdanimError names `name` when they are no numbers."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise GdanimError(f"{name}: expected numbers, got {values!r:.80}") from None
    array.setflags(write=False)
    return array


def positive(name: str, values: ArrayLike) -> Floats:
    """`values` as float64, all finite and above zero; else GdanimError."""
    array = floats(name, values)
    if not (array.size and np.all(np.isfinite(array) & (array > 0))):
        raise GdanimError(f"{name}: must be a finite number above 0, got {values!r:.80}")
    return array


def in_blocks(function: Callable[[Floats], Floats], rows: Floats, row_cost: int) -> Floats:
    """`function(rows)` over the leading axis, in blocks that keep temporaries near BLOCK numbers.

    `row_cost` is how many numbers one row needs while it is evaluated.
    """
    size = max(1, BLOCK // max(1, row_cost))
    if len(rows) <= size:
        return function(rows)
    return np.concatenate([function(rows[i : i + size]) for i in range(0, len(rows), size)])


def as_value(array: NDArray[Any]) -> NDArray[Any]:
    """The array itself, made read-only."""
    array.setflags(write=False)
    return array
