"""Where predictions were recorded: at points, and over a grid between whose points they follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from gdanim.core.arrays import Floats, Ints
from gdanim.errors import GdanimError
from gdanim.problems.grids import grid_points

# Points outside the grid by no more than this share of its length are rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Places:
    """Points `x [M, D]`, and a grid with these axes, one for each feature or none."""

    x: Floats
    axes: tuple[Floats, ...]

    def rows_of(self, x: Floats) -> Ints | None:
        """Return the numbers of these points among the points, `(n,d)->(n)`; None if new."""
        # Data and validation set as a whole are asked for most.
        for first in (0, len(self.x) - len(x)) if x.ndim == 2 else ():
            if first >= 0 and np.array_equal(x, self.x[first : first + len(x)]):
                return np.arange(first, first + len(x))
        found: list[int] = []
        for row in np.ascontiguousarray(x).reshape(-1, self.x.shape[1]):
            if (number := self._numbers.get(row.tobytes())) is None:
                return None
            found.append(number)
        return np.array(found, np.int64).reshape(x.shape[:-1])

    def around(self, x: Floats) -> Iterator[tuple[Ints, Floats]]:
        """Yield the grid points around each of `x` and their weights, `(n,d)->(n),(n,1)`.

        They are those of linear interpolation; of the whole grid, the points alone. Raises
        GdanimError for places beyond the grid, or without one.
        """
        if not self.axes:
            raise GdanimError(
                f"predictions of {self.x.shape[1]} features were recorded at the points alone"
            )
        if np.array_equal(x, self._grid):
            yield np.arange(len(x)), np.ones((len(x), 1))
            return
        sides = [_between(axis, x[..., k]) for k, axis in enumerate(self.axes)]
        for corner in product((0, 1), repeat=len(sides)):
            number, weight, stride = np.zeros(x.shape[:-1], int), np.ones(x.shape[:-1]), 1
            for (first, share), axis, upper in zip(sides, self.axes, corner, strict=True):
                number = number + stride * (first + upper)
                weight = weight * (share if upper else 1 - share)
                stride *= len(axis)
            yield number, weight[..., np.newaxis]

    @cached_property
    def _grid(self) -> Floats:
        return grid_points(self.axes)

    @cached_property
    def _numbers(self) -> dict[bytes, int]:
        return {row.tobytes(): number for number, row in enumerate(self.x)}


def _between(axis: Floats, x: Floats) -> tuple[Ints, Floats]:
    """Return the number of the grid line below each of `x`, and the share of the way to the next.

    Raises GdanimError for places beyond the grid.
    """
    slack = _ROUNDING * (axis[-1] - axis[0])
    if x.size and (axis[0] - x.min() > slack or x.max() - axis[-1] > slack):
        raise GdanimError(
            f"predictions were recorded from {axis[0]:g} to {axis[-1]:g}, and {x.min():g} to "
            f"{x.max():g} are asked for; show runs of other data each in its own panel"
        )
    place = np.interp(x, axis, np.arange(len(axis)))
    first = np.minimum(place.astype(np.int64), len(axis) - 2)
    return first, place - first
