"""As many ticks as there is room for: axes shrink with the frame, their labels do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.ticker import FixedLocator, MaxNLocator

# How wide a number is at most, and a digit, in heights of its text.
NUMBER, LETTER = 3.0, 0.65
# The width that matplotlib's Axis.get_tick_space counts on.
MATPLOTLIBS = 3.0


class FewTicks(MaxNLocator):
    """At most `most` intervals between nice numbers, fewer where labels would collide."""

    def __init__(self, most: int, label: float = NUMBER, **kwargs: Any) -> None:
        # Rather one tick than two that collide.
        super().__init__(most, steps=[1, 2, 2.5, 5, 10], min_n_ticks=1, **kwargs)
        self._most, self._label = most, label

    def tick_values(self, vmin: float, vmax: float) -> Sequence[float]:
        """The ticks between the limits."""
        self.set_params(nbins=max(1, min(self._most, room(self.axis, self._label))))
        return super().tick_values(vmin, vmax)


class FewOf(FixedLocator):
    """At most `most` of the given places, evenly thinned, fewer where labels would collide."""

    def __init__(self, places: Sequence[float], most: int) -> None:
        super().__init__(places)
        self._places, self._most = places, most

    def tick_values(self, vmin: Any, vmax: Any) -> Sequence[float]:
        """The ticks, whatever the limits."""
        most = max(1, min(self._most, room(self.axis, NUMBER)))
        return self._places[:: max(1, -(-len(self._places) // most))]


def room(axis: Any, label: float) -> int:
    """How many labels of that width, in heights of their text, have room on an axis."""
    space = int(axis.get_tick_space())
    return int(space * MATPLOTLIBS / label) if axis.axis_name == "x" else space
