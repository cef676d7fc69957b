"""Pictures of what becomes of every start: one of where it ends, and one of its loss so far."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from gdanim.core.arrays import Floats, Ints
from gdanim.problems.grids import grid_points
from gdanim.views._drawing.bands import loss_colours, loss_scale, mix_colours
from gdanim.views._drawing.class_map import interpolation
from gdanim.views._drawing.every_start import NOWHERE
from gdanim.views._drawing.painted import Painted, as_pixels
from gdanim.views.theme import Theme

# How strong a basin's colour is where the way is short, and where it takes all steps.
_SOON, _LATE = 0.9, 0.25
# Shorter and longer ways than these quantiles have the same shades as they.
_MOST = (0.02, 0.98)
# The shades of losses, and how wide a picture of them is at most (cells).
_SHADES, _ACROSS = 64, 640


def refined(
    codes: Callable[[Floats], Ints],
    low: Floats,
    high: Floats,
    coarse: int,
    times: int,
    most: int,
    length: int,
) -> Ints:
    """Return the `codes` of the middles of `S x S` cells, `[S, S]`, with S = coarse 2^times.

    They are computed for the coarse cells first, and then, each time they are divided by four, only
    where neighbours differ; the last time only where these differ in their basin, which is the code
    over `length`. Where more than `most` would be computed at once, cells stay as they are.
    """
    table = codes(middles(low, high, coarse)).reshape(coarse, coarse)
    for left in reversed(range(times)):
        differs = _differs(table if left else table // length)
        split = np.repeat(np.repeat(differs, 2, axis=0), 2, axis=1)
        table = np.repeat(np.repeat(table, 2, axis=0), 2, axis=1)
        if 0 < np.count_nonzero(split) <= most:
            table[split] = codes(middles(low, high, len(table))[split.ravel()])
    return table


def middles(low: Floats, high: Floats, side: int) -> Floats:
    """Return the middles of the cells, from the bottom up, `[side^2, 2]`."""
    share = (np.arange(side) + 0.5) / side
    x, y = (low[k] + share * (high[k] - low[k]) for k in range(2))
    return grid_points((x, y))


def _differs(table: Ints) -> NDArray[np.bool_]:
    """Return which cells differ from one of their eight neighbours."""
    padded = np.pad(table, 1, "edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    return np.asarray((around != table[..., np.newaxis, np.newaxis]).any(axis=(-2, -1)))


class EndPicture(Painted):
    """The basin of every start, coloured from the step on at which its descent arrives.

    The longer the way, the paler the colour.
    """

    def __init__(
        self, ax: Axes, theme: Theme, codes: Ints, length: int, colours: Sequence[str]
    ) -> None:
        """Take `codes [S, S]`: the number of the basin times `length`, plus the step."""
        super().__init__(ax, "basins")
        self.step = 0
        known = codes != NOWHERE
        ways = np.log1p(codes[known] % length) if known.any() else np.zeros(1)
        short, long = np.quantile(ways, _MOST)
        shares = np.clip((np.log1p(np.arange(length)) - short) / max(long - short, 1e-9), 0, 1)
        strengths = (_SOON + (_LATE - _SOON) * shares).tolist()
        shades = [mix_colours(theme.paper, colour, s) for colour in colours for s in strengths]
        # The last colour is that of nothing.
        self._table = as_pixels([*shades, to_rgb(theme.paper)])
        self._arrivals = np.append(np.tile(np.arange(length), len(colours)), 0)
        self._cells = np.where(known, codes, len(shades)).astype(np.int32)
        self._shown = self._cells[:0]

    def fill(self, pixels: NDArray[np.uint32]) -> None:
        """Set the pixels `[height, width]`, from the bottom up."""
        height, width = pixels.shape
        if self._shown.shape != pixels.shape:
            side = len(self._cells)
            rows, columns = (np.arange(length) * side // length for length in (height, width))
            self._shown = self._cells[rows][:, columns]
        table = np.where(self._arrivals <= self.step, self._table, self._table[-1])
        pixels[...] = table[self._shown]


class LossPicture(Painted):
    """The loss of every start at a step, deep where it is low."""

    def __init__(self, ax: Axes, theme: Theme, losses: Floats, lowest: float) -> None:
        """Take `losses [G^2, S+1]` on a map_grid, and the lowest that is known."""
        super().__init__(ax, "losses")
        self.step = 0
        self._side = math.isqrt(len(losses))
        # No descent that diverges may make all others look alike.
        highest = losses[np.isfinite(losses[:, 0]), 0].max(initial=-np.inf)
        shares = loss_scale(np.minimum(losses[:, -1], highest), lowest)(losses)
        self._shares = np.ascontiguousarray(shares.T.astype(np.float32))
        self._table = as_pixels(loss_colours(theme, _SHADES))

    def fill(self, pixels: NDArray[np.uint32]) -> None:
        """Set the pixels `[height, width]`, from the bottom up."""
        height, width = pixels.shape
        cell = max(1, round(width / _ACROSS))
        up, across = (
            interpolation(self._side, -(-length // cell), False) for length in (height, width)
        )
        shares = up @ self._shares[self.step].reshape(self._side, -1) @ across.T
        shades = np.clip(shares * _SHADES, 0, _SHADES - 1).astype(np.uint8)
        wide = np.repeat(self._table[shades], cell, axis=1)[:, :width]
        for row in range(cell):
            part = pixels[row::cell]
            part[...] = wide[: len(part)]
