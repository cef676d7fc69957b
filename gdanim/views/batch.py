"""The view of which points each step used."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from gdanim.core.arrays import Floats, Ints
from gdanim.core.numbers import count
from gdanim.errors import GdanimError
from gdanim.views._drawing import axes
from gdanim.views.base import Clip, StepView, Update

# How much of the points' colour the cells have that the epoch has already used, from 0 to 1.
_SEEN = 0.35


@dataclass(frozen=True)
class Batch(StepView):
    """A cell for each point that shows whether the step's mini-batch has it.

    A cell is full if its point is in the mini-batch of the step that led here, pale if it was in an
    earlier one of the epoch, and empty otherwise. The cells follow the order of the data, row by
    row.

    Raises
    ------
    GdanimError
        When drawn for several runs, or for a run whose steps each used all points.

    See Also
    --------
    Fit : Puts rings around the points of the mini-batch.

    Examples
    --------
    >>> from gdanim import GradientDescent, Linear, Problem, Scene, datasets, views
    >>> problem = Problem(datasets.linear(points=20), Linear())
    >>> panels = {"fit": views.Fit(), "batch": views.Batch()}
    >>> scene = Scene(problem, GradientDescent(0.01), batch_size=5, epochs=3, panels=panels)
    >>> panels["batch"].describe(scene.clip(scene.runs()))
    'which of the 20 points each step uses'
    """

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw one image with a pixel for each point, and lines between the cells."""
        run, theme = clip.run, clip.theme
        (label,), batches = clip.drawn_runs, run.batches
        if batches is None:
            raise GdanimError(
                "Batch: every step of this run used all points; give the scene a batch_size"
            )
        points = run.problem.points
        axes.style_axes(ax, theme)
        columns = _cells(points, ax.bbox.width / ax.bbox.height)
        rows = math.ceil(points / columns)
        ax.set(xlim=(0, columns), ylim=(rows, 0), xticks=[], yticks=[])
        ax.spines[:].set_visible(False)
        sizes = (batches >= 0).sum(axis=1).tolist() or [batches.shape[1]]
        title = ax.set_title(
            _title(sizes[0], points), loc="left", color=theme.ink,
            fontsize=theme.label_size, pad=6,
        )  # fmt: skip
        epoch = math.ceil(points / batches.shape[1])
        colours = _shades(theme.grid, theme.points)
        image = ax.imshow(
            np.zeros((rows, columns, 4)),
            extent=(0, columns, rows, 0),
            aspect="auto",
            interpolation="nearest",
            zorder=3,
        )
        for edges, draw in ((columns, ax.axvline), (rows, ax.axhline)):
            if edges <= 60:
                for place in range(edges + 1):
                    draw(place, color=theme.paper, linewidth=1.6, zorder=4)

        def update(frame: int) -> list[Artist]:
            kinds, step = np.full(rows * columns, 3), clip.step(label, frame)
            kinds[:points] = _state(batches, step, epoch, points)
            image.set_data(colours[kinds].reshape(rows, columns, 4))
            title.set_text(_title(sizes[max(step - 1, 0)], points))
            return [image, title]

        return update

    def describe(self, clip: Clip) -> str:
        """Say that the points of each step are marked."""
        return f"which of the {clip.run.problem.points:,} points each step uses"


def _title(used: int, points: int) -> str:
    """Say how many points the step uses, or at the start the first one to come."""
    return f"batch: {count(used)} of {count(points)} points"


def _state(batches: Ints, step: int, epoch: int, points: int) -> Ints:
    """Return for each point `[N]` 2 if the last step used it, 1 if its epoch did, else 0."""
    kinds = np.zeros(points, dtype=np.int64)
    if step:
        first = (step - 1) // epoch * epoch
        seen = batches[first:step]
        kinds[seen[seen >= 0]] = 1
        now = batches[step - 1]
        kinds[now[now >= 0]] = 2
    return kinds


def _shades(empty: str, full: str) -> Floats:
    """Return the colours of points unused, used, in the batch, and of no point: `[4, 4]`."""
    low, high = np.array(to_rgb(empty)), np.array(to_rgb(full))
    solid = np.stack([low, low + _SEEN * (high - low), high])
    return np.vstack([np.column_stack([solid, np.ones(3)]), np.zeros(4)])


def _cells(points: int, shape: float) -> int:
    """Return how many columns make the cells about square in a panel of this width to height."""
    return max(1, min(points, round(math.sqrt(points * shape))))
