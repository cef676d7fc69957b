"""A loss that was computed over a plane, and is interpolated between the points of its grid."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np

from gdanim.core.arrays import Floats, Ints, read_only
from gdanim.problems.objective import Objective

# The grid reaches this share of the range beyond it on each side: as far as panels draw.
BEYOND = 0.1
# The step of differences, as a share of a cell.
_STEP = 1e-3
# What is this share of a cell beyond the grid is rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Landscape(Objective):
    """The loss of a network over a plane of its parameters: a function of two coordinates.

    `losses [B, A]` are those at the coordinates `across [A]` and `up [B]`, `range [2, 2]` is the
    part worth seeing. What lies between is interpolated by cubic convolution (R. Keys, "Cubic
    convolution interpolation for digital image processing", 1981), and beyond it is not known.
    """

    across: Floats
    up: Floats
    losses_on_grid: Floats
    range: Floats
    names: tuple[str, ...] = ("a", "b")
    loss_name = "loss in the plane"
    loss_symbol = "in the plane"
    formula = r"\mathrm{loss\ of\ a\ network}"

    def __post_init__(self) -> None:
        for array in (self.across, self.up, self.losses_on_grid, self.range):
            read_only(array)

    @property
    def workspace(self) -> int:
        """The neighbours of a point."""
        return 16

    def loss_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """Return the loss, NaN beyond the grid, `(p)->()`."""
        sides = [_weights(axis, params[..., k]) for k, axis in enumerate((self.across, self.up))]
        (columns, across), (rows, up) = sides
        loss = np.zeros(params.shape[:-1])
        for i, j in product(range(4), repeat=2):
            loss += across[j] * up[i] * self.losses_on_grid[rows + i, columns + j]
        return loss

    def gradient_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        """Return the slope along each coordinate, from differences, `(p)->(p)`."""
        slopes = []
        for k, axis in enumerate((self.across, self.up)):
            move = np.eye(2)[k] * _STEP * (axis[1] - axis[0])
            change = self.loss_at(params + move) - self.loss_at(params - move)
            slopes.append(change / (2 * move[k]))
        return np.stack(slopes, axis=-1)


def _weights(axis: Floats, values: Floats) -> tuple[Ints, list[Floats]]:
    """Return the first of the four grid lines around each value, and their weights.

    NaN for values outside.
    """
    place = (values - axis[0]) / (axis[1] - axis[0])
    outside = ~((place >= -_ROUNDING) & (place <= len(axis) - 1 + _ROUNDING))
    place = np.where(outside, 0.0, np.clip(place, 0, len(axis) - 1))
    first = np.clip(place.astype(np.int64) - 1, 0, len(axis) - 4)
    weights = []
    for k in range(4):
        away = abs(place - first - k)
        near = 1.5 * away**3 - 2.5 * away**2 + 1
        far = -0.5 * away**3 + 2.5 * away**2 - 4 * away + 2
        inside = np.where(away <= 1, near, np.where(away < 2, far, 0.0))
        weights.append(np.where(outside, np.nan, inside))
    return first, weights
