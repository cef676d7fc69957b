"""Arrays as values: float64, read-only, checked when they come from the user."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from numbers import Real
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdanim.errors import GdanimError, listed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Scalar = TypeVar("Scalar", bound=np.generic)

# Rows are evaluated in blocks of about this many numbers, so that temporaries (256 KiB of float64
# each) stay in the processor's cache, which is worth more than longer calls.
BLOCK = 32_768


def floats(name: str, values: ArrayLike) -> Floats:
    """Return a read-only float64 copy of `values`; GdanimError if they are not numbers.

    Strings and None are refused, although numpy would turn "1" into 1 and None into nan. Errors
    of this and the following checks begin with `name`.
    """
    try:
        raw = np.asarray(values)
        if raw.dtype.kind == "O" and all(isinstance(item, Real) for item in raw.flat):
            raw = raw.astype(np.float64)
        if raw.dtype.kind not in "biuf":
            raise TypeError(raw.dtype)
        array = np.array(raw, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise GdanimError(f"{name}: expected numbers, got {values!r:.80}") from None
    return read_only(array)


def check_positive_array(name: str, values: ArrayLike) -> Floats:
    """Return `values` as float64; GdanimError unless all are finite and above 0."""
    array = floats(name, values)
    good = array.size and np.all(np.isfinite(array) & (array > 0))
    if not good or np.asarray(values).dtype == bool:
        raise GdanimError(f"{name}: must be a finite number above 0, got {values!r:.80}")
    return array


def check_finite(name: str, value: float) -> float:
    """Return `value` as a float; GdanimError unless it is one finite number."""
    array = floats(name, value)
    if array.ndim or not np.isfinite(array) or np.asarray(value).dtype == bool:
        raise GdanimError(f"{name}: must be one finite number, got {value!r:.80}")
    return float(array)


def check_positive(name: str, value: float) -> float:
    """Return `value` as a float; GdanimError unless it is finite and above 0."""
    if check_finite(name, value) <= 0:
        raise GdanimError(f"{name}: must be a finite number above 0, got {value!r:.80}")
    return float(value)


def check_non_negative(name: str, value: float) -> float:
    """Return `value` as a float; GdanimError unless it is finite and at least 0."""
    if check_finite(name, value) < 0:
        raise GdanimError(f"{name}: must be at least 0, got {value!r:.80}")
    return float(value)


def check_fraction(name: str, value: float) -> float:
    """Return `value` as a float; GdanimError unless it is at least 0 and below 1."""
    if not 0 <= check_finite(name, value) < 1:
        raise GdanimError(f"{name}: must be at least 0 and below 1, got {value!r:.80}")
    return float(value)


def check_interval(name: str, values: tuple[float, float]) -> tuple[float, float]:
    """Return `values` as two floats; GdanimError unless they are finite and increasing."""
    array = floats(name, values)
    if array.shape != (2,) or not np.isfinite(array).all() or not array[0] < array[1]:
        raise GdanimError(f"{name}: must be two numbers, the lower one first, got {values!r:.80}")
    return float(array[0]), float(array[1])


def check_int(name: str, value: int, least: int = 0) -> int:
    """Return `value` as an int; GdanimError unless it is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise GdanimError(f"{name}: must be a whole number of at least {least}, got {value!r:.80}")
    return int(value)


def check_indices(name: str, values: ArrayLike, count: int, least: int = 0) -> Ints:
    """Return `values`; GdanimError unless they are whole numbers from `least` to below `count`."""
    try:
        array = np.asarray(values)
        good = array.dtype.kind in "iu" and least <= array.min(initial=least)
        good = good and array.max(initial=least) < count
    except ValueError:
        good = False
    if not good:
        raise GdanimError(
            f"{name}: must be whole numbers from {least} to {count - 1}, got {values!r:.80}"
        )
    return array


def check_params(name: str, values: ArrayLike, names: Sequence[str]) -> Floats:
    """Return `values [..., P]` as float64; GdanimError unless there is one for each of `names`."""
    array = floats(name, values)
    if array.ndim < 1 or array.shape[-1] != len(names):
        got = array.shape[-1] if array.ndim else "a single number"
        raise GdanimError(f"{name}: {len(names)} numbers expected ({listed(names)}), got {got}")
    return array


def in_blocks(
    function: Callable[[Floats], NDArray[Scalar]], rows: Floats, row_cost: int
) -> NDArray[Scalar]:
    """Return `function(rows)`, evaluated in `blocks` of the leading axis."""
    parts = [function(rows[block]) for block in blocks(len(rows), row_cost)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def blocks(count: int, row_cost: int, times: int = 1) -> Iterator[slice]:
    """Yield slices of `count` rows whose temporaries stay near `times` BLOCK numbers.

    `row_cost` is the number of temporary floats per row. Larger `times` suit calculations that
    consist of many short calls. There is at least one slice.
    """
    size = max(1, times * BLOCK // max(1, row_cost))
    return (slice(i, i + size) for i in range(0, max(1, count), size))


def between(values: Floats, positions: ArrayLike) -> Floats:
    """Return `values [S+1, ...]` at positions from 0 to S, linear between two of them."""
    places = np.asarray(positions)
    rows = places.astype(np.int64)
    share = (places - rows).reshape(places.shape + (1,) * (values.ndim - 1))
    here = values[rows]
    if not share.any():
        return here
    after = values[np.minimum(rows + 1, len(values) - 1)]
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(share > 0, here * (1 - share) + after * share, here))


def set_fields(value: object, **fields: object) -> None:
    """Set fields of a frozen dataclass to their checked values; only for `__post_init__`."""
    for name, content in fields.items():
        object.__setattr__(value, name, content)


def read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """Make the array read-only, and return it."""
    array.setflags(write=False)
    return array
