"""What a Recorder computes of its snapshots."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdanim.core.arrays import Floats, Ints, blocks
from gdanim.descent._rows import Rows
from gdanim.descent.run import per_step
from gdanim.errors import GdanimError

# Parameters below this leave room for points and their powers, before a square overflows at 1e308.
LARGE = 1e30


def large_rows(params: Floats) -> NDArray[np.bool_]:
    """Return whether a square of a prediction might overflow, `(p)->()`."""
    return np.asarray((abs(params) > LARGE).any(axis=-1))


def finite_rows(params: Floats) -> NDArray[np.bool_]:
    """Return whether all parameters are finite, `(p)->()`."""
    finite = np.isfinite(params)
    # This is nearly always so, and much faster than along the short last axis.
    if finite.all():
        return np.ones(params.shape[:-1], dtype=bool)
    return np.asarray(finite.all(axis=-1))


def hold_ends(params: Floats, last: Ints, memory: int | None) -> Floats:
    """Return `params [S, *R, P]` with each run standing still from row `last [*R]` on."""
    if (last == len(params) - 1).all():
        return params
    held = Rows(params.shape[1:], len(params), limit=memory)
    held.grow(len(params))[...] = params
    last = last[..., np.newaxis]
    end = np.take_along_axis(params, last[np.newaxis], axis=0)
    steps = np.arange(len(params)).reshape(-1, *[1] * last.ndim)
    for block in blocks(len(params), params[0].size):
        np.copyto(held.array[block], end, where=steps[block] > last)
    return held.array


def rates_of_steps(rates: ArrayLike, steps: int, params: Floats) -> Floats:
    """Return `rates [S, ...]` as `[S, *R, P]`; GdanimError unless they are finite and fit."""
    array = rows_of_steps("rates", rates, steps)
    if not np.isfinite(array[:steps]).all():
        raise GdanimError("rates: must be finite; leave them out when they are unknown")
    try:
        return per_step(array.astype(np.float64, copy=False), params)
    except ValueError:
        raise GdanimError(
            f"rates: shape {array.shape} does not fit parameters of shape {params.shape[1:]}; "
            f"give one number for each step, or one for each step and parameter"
        ) from None


def rows_of_steps(name: str, values: ArrayLike, steps: int) -> NDArray[Any]:
    """Return `values [S, ...]` as an array; GdanimError unless it has a row for each step."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise GdanimError(f"{name}: expected rows of one length, got {values!r:.80}") from None
    if array.dtype.kind not in "iuf":
        raise GdanimError(
            f"{name}: expected numbers for each of the {steps} steps, got {values!r:.80}"
        )
    if array.ndim < 1 or len(array) < steps:
        raise GdanimError(
            f"{name}: expected one for each of the {steps} steps, got shape {array.shape}"
        )
    return array
