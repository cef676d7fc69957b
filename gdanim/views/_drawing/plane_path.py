"""A run's path over a plane, with its ball and the step to come."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.core.arrays import Floats, Ints, between
from gdanim.views._drawing import marks
from gdanim.views._drawing.loss_surface import pulled_in
from gdanim.views._drawing.trace import line_vertices
from gdanim.views.base import Clip, Update

# A step has a dot on the path if it goes further than this part of the panel, but only this many.
_VISIBLE, _DOTS = 0.008, 400


def draw_path(ax: Axes, clip: Clip, label: str, path: Floats, reach: float) -> Update:
    """Draw one run's path `[S+1, 2]`, with dots at steps that can be told apart, and its ball.

    An arrow shows `reach` of the step to come.
    """
    run, theme = clip.runs[label], clip.theme
    low, high = np.transpose([ax.get_xlim(), ax.get_ylim()])
    steps = line_vertices(run.steps, clip.steps(label))
    steps, way = _followed(steps, path[steps], low, high)
    dots = _dotted_steps(path, low, high)
    stops = pulled_in(path[dots], low, high)
    colour = clip.colour(label, theme.ink)
    (line,) = ax.plot(
        [], [], color=colour, linewidth=0.7 * theme.line_width, gid="path", zorder=3.5
    )
    (spots,) = ax.plot([], [], "o", color=colour, markersize=0.55 * theme.point_size,
                       markeredgecolor=theme.paper, markeredgewidth=0.7, zorder=4,
                       gid="steps")  # fmt: skip
    front = clip.colour(label, theme.loss)
    ball, outside = marks.ball(ax, theme, front), marks.EdgeMark(ax, theme, front)
    arrow = marks.arrow(ax, theme, front)

    def update(frame: int) -> list[Artist]:
        step, at = clip.step(label, frame), clip.position(label, frame)
        here = between(path, at)
        gone = way[: np.searchsorted(steps, at, side="right")]
        if at > step and ((low <= here) & (here <= high)).all():
            gone = np.vstack([gone, here])
        line.set_data(*gone.T)
        spots.set_data(*stops[: np.searchsorted(dots, at, side="right")].T)
        ball.set_data(*pulled_in(here[np.newaxis], low, high).T)
        with np.errstate(over="ignore"):
            ahead = here + reach * (path[min(step + 1, run.steps)] - here)
        marks.place_arrow(arrow, *pulled_in(np.stack([here, ahead]), low, high))
        return [line, spots, arrow, ball, outside.show(*here)]

    return update


def _followed(steps: Ints, path: Floats, low: Floats, high: Floats) -> tuple[Ints, Floats]:
    """Return steps and path without the jumps between two places outside the panel.

    A row of NaN leaves the gap.
    """
    outside = (np.abs((path - low) / (high - low) - 0.5) > 0.5).any(axis=-1)
    leaps = outside & np.roll(outside, 1)
    leaps[:1] = False
    # A lone point between two gaps would draw nothing.
    kept = ~(leaps & np.append(leaps[1:], True))
    steps, path = steps[kept], pulled_in(path, low, high)[kept]
    gaps = np.flatnonzero(leaps[kept])
    return np.insert(steps, gaps, steps[gaps]), np.insert(path, gaps, np.nan, axis=0)


def _dotted_steps(path: Floats, low: Floats, high: Floats) -> Ints:
    """Return the start and the steps that go far enough to be told apart."""
    with np.errstate(over="ignore"):
        stride = np.abs(np.diff(path, axis=0) / (high - low)).max(axis=-1, initial=0)
    far = np.flatnonzero(stride > _VISIBLE) + 1
    return np.concatenate([[0], far[:_DOTS]])
