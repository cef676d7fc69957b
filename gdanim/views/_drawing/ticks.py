"""As many ticks as there is room for: axes get smaller with the frame, their labels do not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import FixedLocator, MaxNLocator, ScalarFormatter

from gdanim.core.arrays import Floats
from gdanim.core.numbers import count
from gdanim.views._drawing.units import size_in_points

# The width that a number may have, and that of a digit, in heights of the text.
_NUMBER, LETTER = 3.0, 0.65
# The width of a label that matplotlib's Axis.get_tick_space assumes.
_MATPLOTLIBS = 3.0
# The distance that two numbers above each other need, in heights of the text.
_ABOVE = 1.4
# Where a spacing leaves a single tick in view, this many finer ones are tried.
_FINER = 4

# What matplotlib makes of a number where its powers of ten are mathematics.
_MATHTEXT = re.compile(r"\$\\mathdefault\{(.*)\}\$")
# If a number on an axis has this size, the thousands of all are set apart.
_LONG = 10_000


class TickNumbers(ScalarFormatter):
    """matplotlib's numbers as plain text, the thousands of long ones set apart by thin spaces.

    To set a number as mathematics takes many times as long.
    """

    def __init__(self) -> None:
        super().__init__(useMathText=True)
        self.set_powerlimits((-4, 6))

    def format_ticks(self, values: Any) -> list[str]:
        """Return the texts of all ticks."""
        texts = [_MATHTEXT.sub(r"\1", text) for text in super().format_ticks(values)]
        if max(map(abs, values), default=0) < _LONG or self.get_offset():
            return texts
        return [re.sub(r"\d+", lambda found: count(int(found[0])), text, count=1) for text in texts]


class FewTicks(MaxNLocator):
    """At most `most` intervals between round numbers, fewer where labels would collide.

    A single tick says little about an axis. Where there would be only one, two that are further
    apart than evenly spaced ones would be are taken, if there is room for them.
    """

    def __init__(self, most: int, label: float = _NUMBER, **kwargs: Any) -> None:
        # One tick is better than two that collide.
        super().__init__(most, steps=[1, 2, 2.5, 5, 10], min_n_ticks=1, **kwargs)
        self._most, self._label = most, label

    def tick_values(self, vmin: float, vmax: float) -> Sequence[float]:
        """Return the ticks between the limits, and one beyond each."""
        intervals = max(1, min(self._most, label_room(self.axis, self._label)))
        ticks = self._spaced(intervals, vmin, vmax)
        if len(_in_view(ticks, vmin, vmax)) < 2:
            for finer in range(intervals + 1, intervals + 1 + _FINER):
                more = _in_view(self._spaced(finer, vmin, vmax), vmin, vmax)
                for some in (more, more[[0, -1]]) if len(more) > 1 else ():
                    if self._have_room(some, vmin, vmax):
                        return list(some)
        return list(ticks)

    def _spaced(self, intervals: int, vmin: float, vmax: float) -> Floats:
        self.set_params(nbins=intervals)
        return np.asarray(super().tick_values(vmin, vmax))

    def _have_room(self, ticks: Floats, vmin: float, vmax: float) -> bool:
        """Return whether the labels of ticks as far apart as the first two do not touch."""
        axis: Any = self.axis
        across = axis.axis_name == "x"
        letters = (
            size_in_points(axis.axes)[0 if across else 1] / axis.get_tick_params()["labelsize"]
        )
        share = (ticks[1] - ticks[0]) / abs(vmax - vmin)
        return bool(letters * share >= (self._label if across else _ABOVE))


def _in_view(ticks: Floats, vmin: float, vmax: float) -> Floats:
    """Return the ticks between the limits, give or take a rounding error."""
    low, high = min(vmin, vmax), max(vmin, vmax)
    trifle = 1e-10 * (high - low)
    return ticks[(ticks >= low - trifle) & (ticks <= high + trifle)]


class FewOf(FixedLocator):
    """At most `most` of the given places, evenly thinned, fewer where labels would collide."""

    def __init__(self, places: Sequence[float], most: int) -> None:
        super().__init__(places)
        self._places, self._most = places, most

    def tick_values(self, vmin: Any, vmax: Any) -> Sequence[float]:
        """Return the ticks, whatever the limits."""
        most = max(1, min(self._most, label_room(self.axis, _NUMBER)))
        return self._places[:: max(1, -(-len(self._places) // most))]


def label_room(axis: Any, label: float) -> int:
    """Return how many labels of this width, in heights of their text, fit on an axis."""
    space = int(axis.get_tick_space())
    return int(space * _MATPLOTLIBS / label) if axis.axis_name == "x" else space
