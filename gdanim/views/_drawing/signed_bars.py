"""Bars from zero to either side, as long as the logarithm of the number that is beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from gdanim.core.arrays import Floats
from gdanim.core.numbers import quantity
from gdanim.views.theme import Theme

# The longest bar stands for a number this many powers of ten larger than a bar of no length.
_DECADES = 4.0
# Larger numbers are drawn and written as this one.
_LARGEST = 1e300


def draw_bars(
    ax: Axes, theme: Theme, values: Floats, largest: float, colour: str, up: float, size: float = 1
) -> Callable[[int], Sequence[Artist]]:
    """Draw bars of `values [K, P]`, one for each parameter, `up` above the middle of its name.

    `largest` is the number that the longest bar of the panel stands for, and `size` makes bars and
    numbers smaller. Returns what shows a row.
    """
    values, largest = finite(values), min(largest, _LARGEST)
    lengths = _signed_log(values, largest)
    heights = up - np.arange(values.shape[1])
    bars = LineCollection([], colors=colour, linewidths=2.6 * size * theme.line_width, zorder=3)
    bars.set_capstyle("butt")
    ax.add_collection(bars, autolim=False)
    texts: list[Text] = [
        ax.text(0, height, "", color=colour, fontsize=0.9 * size * theme.tick_size, va="center",
                zorder=4, in_layout=False)
        for height in heights
    ]  # fmt: skip

    def show(row: int) -> list[Artist]:
        bars.set_segments([[(0, y), (x, y)] for x, y in zip(lengths[row], heights, strict=True)])
        for text, length, value, height in zip(
            texts, lengths[row], values[row], heights, strict=True
        ):
            ahead = length >= 0
            text.set_text(quantity(float(value)))
            text.set_position((length + (0.04 if ahead else -0.04), height))
            text.set_horizontalalignment("left" if ahead else "right")
        return [bars, *texts]

    return show


def finite(values: Floats) -> Floats:
    """Return numbers that can be drawn."""
    some = np.nan_to_num(values, nan=0.0, posinf=np.inf, neginf=-np.inf)
    return np.clip(some, -_LARGEST, _LARGEST)


def _signed_log(values: Floats, largest: float) -> Floats:
    """`(...)->(...)`: ±1 for the largest size, 0 for sizes `_DECADES` powers of ten smaller."""
    if largest == 0:
        return np.zeros_like(values)
    with np.errstate(divide="ignore"):
        share = 1 + np.log10(np.abs(values) / largest) / _DECADES
    lengths: Floats = np.sign(values) * np.clip(share, 0, 1)
    return lengths
