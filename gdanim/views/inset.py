"""The view that puts a small view into a corner of another one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.views._drawing.card import Card, card_size, draw_inset
from gdanim.views._drawing.samples import evenly_spaced
from gdanim.views.base import Clip, Update, View

_CORNERS = ("upper right", "upper left", "lower right", "lower left")
# The number of frames in which the emptiest corner is looked for.
_SAMPLES = 16


@dataclass(frozen=True)
class Inset(View):
    """A view with a smaller one in a corner.

    Parameters
    ----------
    view : View
        The view that fills the panel.
    inset : View
        The view in the corner.
    corner : {"upper right", "upper left", "lower right", "lower left"}, optional
        The corner; by default the one with the fewest points of lines in it over the whole run.

    Raises
    ------
    GdanimError
        If `corner` is not one of the four.

    See Also
    --------
    Fit : Has an inset of its own and keeps the data clear of it.

    Examples
    --------
    >>> from gdanim import views
    >>> views.Inset(views.Contour(), views.LossCurve(scale="log"), corner="upper left").corner
    'upper left'
    """

    view: View
    inset: View
    corner: str | None = None

    def __post_init__(self) -> None:
        if self.corner not in (None, *_CORNERS):
            raise GdanimError(
                f"Inset: corner must be one of {', '.join(_CORNERS)} or None, got {self.corner!r}"
            )

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw the panel, then the card."""
        update = self.view.draw(ax, clip)
        corner = self.corner or _emptiest_corner(ax, update, len(clip.timeline))
        card = Card("right" in corner, "upper" in corner, card_size(ax, clip.theme))
        above = draw_inset(ax, card, self.inset, clip)
        return lambda frame: [*update(frame), *above(frame)]

    def frame_key(self, clip: Clip, frame: int) -> Hashable:
        """Return the keys of both views."""
        return self.view.frame_key(clip, frame), self.inset.frame_key(clip, frame)

    def describe(self, clip: Clip) -> str:
        """Describe both views."""
        return f"{self.view.describe(clip)}, with {self.inset.describe(clip)} in an inset"

    def describe_step(self, run: Run, step: int) -> str:
        """Describe the step as the view does, or else the inset."""
        return self.view.describe_step(run, step) or self.inset.describe_step(run, step)


def _emptiest_corner(ax: Axes, update: Update, frames: int) -> str:
    """Return the corner with the fewest points of lines in it, in frames spread over all."""
    sampled = evenly_spaced(frames - 1, _SAMPLES)
    places = [np.empty((0, 2))]
    for frame in sampled:
        update(int(frame))
        for line in ax.lines:
            pixels = line.get_transform().transform(line.get_xydata())
            places.append(ax.transAxes.inverted().transform(pixels))
    x, y = np.nan_to_num(np.concatenate(places)).T

    def near(corner: str) -> int:
        across = x > 0.5 if "right" in corner else x < 0.5
        up = y > 0.5 if "upper" in corner else y < 0.5
        return int((across & up).sum())

    return min(_CORNERS, key=near)
