"""Marks on a picture of the loss: ball, star, arrows, and a legend of runs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.offsetbox import AnchoredOffsetbox, TextArea, VPacker
from matplotlib.patches import FancyArrowPatch

from gdanim.core.arrays import Floats
from gdanim.core.words import drawn
from gdanim.views._drawing.units import dpi
from gdanim.views.base import Clip
from gdanim.views.theme import Theme

# How far inside the panel a triangle at its edge stands (pixels of a picture 720 pixels high).
_INSIDE = 13.0
# An arrow shorter than this would be hidden by its ball (pixels of a picture 720 pixels high).
_SHORTEST = 21.0
# A place further outside than this many panels is taken to be this far: its direction is the same.
_FAR = 1e6


def ball(ax: Axes, theme: Theme, colour: str) -> Line2D:
    """Draw a ball for where a run is now."""
    (line,) = ax.plot(
        [],
        [],
        "o",
        color=colour,
        markersize=1.5 * theme.point_size,
        markeredgecolor=theme.paper,
        markeredgewidth=1.6,
        zorder=6,
        gid="ball",
    )
    return line


def star(ax: Axes, theme: Theme, places: Floats) -> Line2D:
    """Draw stars at the minima `[K, 2]`."""
    (line,) = ax.plot(
        places[:, 0],
        places[:, 1],
        "*",
        color=theme.points,
        markersize=2.3 * theme.point_size,
        markeredgecolor=theme.paper,
        markeredgewidth=1.2,
        zorder=3,
        gid="optimum",
    )
    return line


def arrow(ax: Axes, theme: Theme, colour: str) -> FancyArrowPatch:
    """Draw an arrow, to be placed with `place_arrow`."""
    patch = FancyArrowPatch(
        (0, 0),
        (1, 0),
        arrowstyle="-|>,head_length=0.55,head_width=0.3",
        shrinkA=0,
        shrinkB=0,
        mutation_scale=1.9 * theme.point_size,
        linewidth=0.75 * theme.line_width,
        color=colour,
        joinstyle="miter",
        zorder=5,
        gid="arrow",
    )
    patch.set_visible(False)
    ax.add_patch(patch)
    return patch


def place_arrow(patch: FancyArrowPatch, start: Floats, end: Floats) -> None:
    """Place an arrow; hide it if it is too short to be seen or starts outside the panel."""
    ax = patch.axes
    assert isinstance(ax, Axes)
    ends = ax.transData.transform([start, end])
    length = math.dist(ends[0], ends[1]) / _pixel(ax)
    inside = ax.viewLim.contains(start[0], start[1])
    patch.set_visible(bool(inside and np.isfinite(length) and length > _SHORTEST))
    if patch.get_visible():
        patch.set_positions(tuple(start), tuple(end))


def _pixel(ax: Axes) -> float:
    """Return the size of a pixel of a picture 720 pixels high, in pixels."""
    return dpi(ax) / 100


class EdgeMark:
    """A triangle at a panel's edge that points to a place outside."""

    def __init__(self, ax: Axes, theme: Theme, colour: str) -> None:
        self.ax = ax
        (self.line,) = ax.plot(
            [],
            [],
            color=colour,
            markersize=1.9 * theme.point_size,
            linestyle="none",
            markeredgecolor=theme.paper,
            markeredgewidth=1.2,
            zorder=6,
            gid="outside",
            transform=ax.transAxes,
        )

    def show(self, x: float, y: float) -> Artist:
        """Point to (x, y) if that is outside the panel; else show nothing."""
        place = np.array([_share(x, self.ax.xaxis), _share(y, self.ax.yaxis)])
        if not np.isfinite(place).all() or (np.abs(place - 0.5) <= 0.5).all():
            self.line.set_data([], [])
            return self.line
        box = self.ax.get_window_extent()
        size = np.array([box.width, box.height])
        margin = _INSIDE * _pixel(self.ax) / size
        at = np.clip(place, margin, 1 - margin)
        across, up = (np.clip(place, -_FAR, _FAR) - at) * size
        # A tuple, as matplotlib would make a deep copy of a MarkerStyle at every frame.
        triangle = (3, 0, math.degrees(math.atan2(up, across)) - 90)
        self.line.set_marker(triangle)  # type: ignore[arg-type]  # the stubs lack tuples
        self.line.set_data([at[0]], [at[1]])
        return self.line


def _share(value: float, axis: Any) -> float:
    """Return where a value is along an axis, 0 at its lower end and 1 at its upper one."""
    low, high = axis.get_view_interval()
    if axis.get_scale() == "log":
        value, low, high = np.log10([value, low, high]).tolist()
    return float((value - low) / (high - low))


def run_legend(ax: Axes, clip: Clip, paths: list[Floats]) -> None:
    """Write the runs' labels in their colours, in the corner furthest from their paths `[S, 2]`."""
    if len(clip.drawn_runs) < 2:
        return
    theme = clip.theme
    texts: list[Artist] = [
        TextArea(drawn(label), textprops={"color": clip.colour(label), "size": theme.tick_size})
        for label in clip.drawn_runs
    ]
    points = ax.transLimits.transform(np.concatenate(paths))
    corners = {
        "upper right": (1, 1),
        "upper left": (0, 1),
        "lower left": (0, 0),
        "lower right": (1, 0),
    }
    emptiest = max(
        corners, key=lambda name: float(np.min(np.sum((points - corners[name]) ** 2, axis=1)))
    )
    box = AnchoredOffsetbox(
        emptiest, child=VPacker(children=texts, sep=3, pad=0), pad=0.4, borderpad=0.4, frameon=True
    )
    # On whole pixels and opaque, so that it is drawn once and put back as a picture at each frame.
    box.patch.set(facecolor=theme.paper, edgecolor="none", snap=True)
    box.set_zorder(7)
    ax.add_artist(box)
