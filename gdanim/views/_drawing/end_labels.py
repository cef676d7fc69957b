"""Labels at the ends of lines, instead of legends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Text

from gdanim.core.arrays import Floats
from gdanim.core.words import drawn
from gdanim.views._drawing.units import dpi, size_in_points
from gdanim.views.theme import Theme

# Lines have names at their ends if there are at most this many; up to _IN_A_KEY have a key.
_MOST, _IN_A_KEY = 8, 24
# How far to the right of its line's end a label stands, in points, and the distance between labels,
# in heights of their letters.
_AWAY, _LEADING = 9.0, 1.1
# The width of a letter, as a fraction of its height, from which the room in an inset is estimated.
_LETTER = 0.62


class EndLabels:
    """A name at the end of each line, kept apart from the others and within the panel's height.

    In a layout the names take room to the right of the panel, in an inset within it. Those of many
    lines stand one below the other there.
    """

    def __init__(
        self, ax: Axes, theme: Theme, names: Sequence[str], colours: Sequence[str]
    ) -> None:
        self._ax = ax
        self._size = 1.05 * theme.tick_size
        named = names if len(names) <= _MOST else ()
        # A line under a name must not strike it out.
        ground = {"facecolor": theme.paper, "edgecolor": "none", "alpha": 0.8, "pad": 0.8}
        look: dict[str, Any] = {"fontsize": self._size, "va": "center", "bbox": ground}
        self.texts: list[Text] = [
            ax.text(1, 0.5, drawn(name), color=colour, transform=ax.transAxes, zorder=5, **look)
            for name, colour in zip(named, colours, strict=False)
        ]
        if _MOST < len(names) <= _IN_A_KEY and ax.get_subplotspec() is not None:
            self._draw_key(names, colours, look)
        for text in self.texts:
            text.set_x(1 + self._away())
        if self.texts and ax.get_subplotspec() is None:
            longest = _LETTER * self._size * max(map(len, named)) + _AWAY
            left, right = ax.get_xlim()
            ax.set_xticks([tick for tick in ax.get_xticks() if left <= tick <= right])
            share = min(0.5, longest * self._point() / ax.bbox.width)
            ax.set_xlim(left, left + (right - left) / (1 - share))

    def _draw_key(self, names: Sequence[str], colours: Sequence[str], look: dict[str, Any]) -> None:
        """Write the names to the right of the panel, from the top down, as large as fits."""
        # The layout is not settled yet; the panel will be about this high.
        room = 0.8 * float(size_in_points(self._ax)[1]) / len(names)
        look["fontsize"] = min(self._size, room / _LEADING)
        line = _LEADING * look["fontsize"] / (room * len(names))
        for number, (name, colour) in enumerate(zip(names, colours, strict=True)):
            at = (1 + self._away(), 1 - (number + 0.5) * line)
            self._ax.text(*at, drawn(name), color=colour, transform=self._ax.transAxes, **look)

    def show(self, x: Floats, y: Floats) -> list[Text]:
        """Put each label to the right of its line's end: `x [K]`, `y [K]` in the axes' own data."""
        if not self.texts:
            return []
        ax = self._ax
        place = (ax.transScale + ax.transLimits).transform(np.column_stack([x, y]))
        gap = _LEADING * self._size * self._point() / ax.bbox.height
        heights = spaced_apart(np.clip(np.nan_to_num(place[:, 1]), 0, 1), gap, gap / 2, 1 - gap / 2)
        # The renderer puts each letter on whole pixels; this moves all letters of a name together.
        across, up = ax.bbox.size
        x = np.rint((place[:, 0] + self._away()) * across) / across
        y = np.rint(heights * up) / up
        for text, *corner in zip(self.texts, x.tolist(), y.tolist(), strict=True):
            if text.get_position() != tuple(corner):
                text.set_position((corner[0], corner[1]))
        return self.texts

    def _away(self) -> float:
        return _AWAY * self._point() / self._ax.bbox.width

    def _point(self) -> float:
        """Return the number of pixels in a point."""
        return dpi(self._ax) / 72


def spaced_apart(wanted: Floats, gap: float, low: float, high: float) -> Floats:
    """`(k)->(k)`: the places nearest to `wanted` that lie `gap` apart, between `low` and `high`.

    They keep their order and have the least sum of squared displacements (isotonic regression, by
    its max-min formula). If there are too many for the room, the last go beyond `high`.
    """
    order = np.argsort(wanted, kind="stable")
    rank = np.arange(len(wanted))
    sums = np.concatenate([[0.0], np.cumsum(wanted[order] - gap * rank)])
    first, last = rank[:, np.newaxis], rank
    means = np.where(
        last >= first, (sums[last + 1] - sums[first]) / np.maximum(last - first + 1, 1), np.inf
    )
    # The least mean of all stretches that start at `first` and end at or after each place.
    least = np.minimum.accumulate(means[:, ::-1], axis=1)[:, ::-1]
    pooled = np.where(last >= first, least, -np.inf).max(axis=0)
    placed = np.empty(len(wanted))
    placed[order] = np.clip(pooled, low, max(low, high - gap * rank[-1])) + gap * rank
    return placed
