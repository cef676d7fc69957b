"""The contract of a view."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.descent.run import Run
from gdanim.timeline import Timeline
from gdanim.views.theme import Theme

Update = Callable[[int], Sequence[Artist]]


@dataclass(frozen=True, eq=False)
class Clip:
    """What there is to show: a run, the step of each frame, and the look."""

    run: Run
    timeline: Timeline
    theme: Theme
    title: str = ""


class View(ABC):
    """How a panel looks: configuration only, no artists inside.

    `draw` fixes the limits once, creates all artists, and returns `update`. `update(frame)` sets
    what that frame shows and returns the artists that move, always the same ones. It depends on
    the clip and the frame's number alone, so frames can be drawn in any order. What never moves
    has a lower zorder than what moves, unless it has to lie above it.
    """

    @abstractmethod
    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Create the panel's artists on `ax`."""
