"""A quantity over the steps: a line up to the step that a frame shows, a dot at its end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from gdanim.arrays import Floats, Ints
from gdanim.views.axes import clip_near
from gdanim.views.theme import Theme

# As many vertices as a line can show on a wide screen.
VERTICES = 2000


def draw_trace(
    ax: Axes, theme: Theme, values: Floats, shown: Ints, colour: str, style: str = "-"
) -> Callable[[int], tuple[Line2D, Line2D]]:
    """The line of `values [S+1]` and its dot; what returns them as they are at a step.

    `shown` are the steps that any frame shows, where the line needs a vertex.
    """
    steps = vertices(len(values) - 1, shown)
    heights = values[steps]
    (line,) = ax.plot([], [], color=colour, linewidth=theme.line_width, linestyle=style,
                      solid_capstyle="round", zorder=3)  # fmt: skip
    (dot,) = ax.plot([], [], "o", color=colour, markersize=theme.point_size,
                     markeredgecolor=theme.paper, zorder=4)  # fmt: skip
    clip_near(dot, ax)

    def show(step: int) -> tuple[Line2D, Line2D]:
        count = int(np.searchsorted(steps, step, side="right"))
        line.set_data(steps[:count], heights[:count])
        dot.set_data([step], [values[step]])
        return line, dot

    return show


def vertices(last: int, shown: Ints) -> Ints:
    """The steps at which a curve over all steps has its vertices: those shown, and more."""
    even = np.linspace(0, last, min(last + 1, VERTICES)).astype(np.int64)
    return np.union1d(even, shown)
