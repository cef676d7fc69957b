"""A quantity over the steps: a line up to the step that a frame shows, with a dot at its end."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from gdanim.core.arrays import Floats, Ints, between
from gdanim.views._drawing.axes import clip_near
from gdanim.views.theme import Theme

# The most vertices of a line; a wide screen cannot show more.
VERTICES = 2000


def draw_trace(
    ax: Axes, theme: Theme, values: Floats, colour: str, style: str = "-"
) -> Callable[[float], tuple[Line2D, Line2D]]:
    """Draw the line of `values [S+1]` and its dot.

    Return a function that moves both to a step, or to a position between two.
    """
    steps = extremes(values)
    heights = values[steps]
    (line,) = ax.plot(
        [],
        [],
        color=colour,
        linewidth=theme.line_width,
        linestyle=style,
        solid_capstyle="round",
        zorder=3,
        gid="trace",
    )
    (dot,) = ax.plot(
        [],
        [],
        "o",
        color=colour,
        markersize=theme.point_size,
        markeredgecolor=theme.paper,
        zorder=4,
        gid="step",
    )
    clip_near(dot, ax, theme.point_size)

    def show(position: float) -> tuple[Line2D, Line2D]:
        count, height = int(np.searchsorted(steps, position)), height_at(ax, values, position)
        line.set_data(np.append(steps[:count], position), np.append(heights[:count], height))
        dot.set_data([position], [height])
        return line, dot

    return show


def height_at(ax: Axes, values: Floats, position: float) -> float:
    """Return how high the line of `values [S+1]` is at a position in steps; straight on screen."""
    if position == int(position):
        return float(values[int(position)])
    scale = ax.yaxis.get_transform()
    ends = scale.transform(values[[int(position), int(position) + 1]])
    return float(scale.inverted().transform([between(ends, position % 1)])[0])


def extremes(values: Floats) -> Ints:
    """Return the steps at which a line of `values [S+1]` has its vertices.

    All of them, or in each of many stretches the lowest and the highest: a long line takes no
    longer to draw than a short one, and no spike is lost.
    """
    if len(values) <= VERTICES:
        return np.arange(len(values))
    length = math.ceil(2 * len(values) / VERTICES)
    padded = np.pad(values, (0, -len(values) % length), "edge").reshape(-1, length)
    starts = length * np.arange(len(padded))
    ends = np.union1d(starts + padded.argmin(axis=1), starts + padded.argmax(axis=1))
    return np.unique(np.minimum(ends, len(values) - 1))


def line_vertices(last: int, shown: Ints) -> Ints:
    """Return the steps at which a path has its vertices: those shown, and evenly spaced ones."""
    even = np.linspace(0, last, min(last + 1, VERTICES)).astype(np.int64)
    return np.union1d(even, shown)
