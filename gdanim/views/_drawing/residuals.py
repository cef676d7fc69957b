"""Residuals as lines from the points to the prediction, and their squares as squares."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, LineCollection, PolyCollection
from matplotlib.colors import to_rgba

from gdanim.core.arrays import Floats
from gdanim.problems.dataset import Dataset
from gdanim.views._drawing.samples import evenly_spaced
from gdanim.views.theme import Theme

KINDS = ("lines", "squares")
# At most this many points have residuals drawn, spread evenly over the order of the data.
MOST = 200
# The opacity of a square if there are few, and if there are many, and that of its edge.
_FEW, _MANY, _EDGE = 0.2, 0.03, 0.45

_Show = Callable[[Floats], Collection]


def chosen(data: Dataset) -> tuple[Floats, Floats]:
    """Return the points `x [K, 1]`, `y [K]` whose residuals are drawn."""
    which = evenly_spaced(len(data) - 1, MOST)
    return data.x[which], data.y[which]


def draw_lines(ax: Axes, theme: Theme, colour: str, x: Floats, y: Floats) -> _Show:
    """Draw lines from the points `x [K]`, `y [K]` to the prediction there."""
    lines = LineCollection([], colors=colour, alpha=0.4, linewidths=0.6 * theme.line_width)
    lines.set(zorder=1.8, gid="residuals")
    ax.add_collection(lines, autolim=False)
    ends = np.stack([np.stack([x, y], axis=1)] * 2, axis=1)

    def show(prediction: Floats) -> LineCollection:
        ends[:, 1, 1] = prediction
        lines.set_segments(list(ends.copy()))
        return lines

    return show


def draw_squares(ax: Axes, theme: Theme, colour: str, x: Floats, y: Floats) -> _Show:
    """Draw squares on the residuals, with sides of equal length on screen.

    They are to the right of their points, or to the left where the panel ends.
    """
    opacity = float(np.clip(3 / len(x), _MANY, _FEW))
    squares = PolyCollection(
        [], facecolors=[to_rgba(colour, opacity)], edgecolors=[to_rgba(colour, _EDGE)], linewidths=1
    )
    squares.set(zorder=1.8, gid="residuals")
    ax.add_collection(squares, autolim=False)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()

    def show(prediction: Floats) -> PolyCollection:
        # Measured at each frame, as the panel gets its size only after the limits are fixed.
        scale = (ax.bbox.height / (high - low)) / (ax.bbox.width / (right - left))
        side = np.abs(prediction - y) * scale
        other = np.where(x + side <= right, x + side, x - side)
        corners = [(x, y), (other, y), (other, prediction), (x, prediction)]
        squares.set_verts(list(np.stack([np.stack(corner, axis=1) for corner in corners], axis=1)))
        return squares

    return show
