"""Data and prediction."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from gdanim.arrays import Floats
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.dataset import Dataset
from gdanim.problems.problem import Problem
from gdanim.views import axes
from gdanim.views.base import Clip, Update, View
from gdanim.views.inset import Card, emptiest_corner
from gdanim.views.loss_curve import LossCurve

# Points of the grid on which a prediction is drawn: one a pixel at 1280.
GRID = 1201
# How many of the frames decide about limits and corners.
SAMPLES = 200
# So many times the data's height may the predictions take beside the data; up to the first where
# that shows them all, else the second.
ALL_ROOM, ROOM = 4.0, 1.5
# Beyond this many heights of the panel a prediction is cut off; the renderer needs finite numbers.
FAR = 100.0


@dataclass(frozen=True)
class Fit(View):
    """The points in orange, the prediction in blue, and a trail of where it has been.

    `trail` is how many earlier predictions fade behind it, spread over `trail_seconds`. `inset` is
    a view in the emptiest corner over the whole run; None leaves it out. Limits are fixed for the
    whole run; a prediction that swings far away leaves the picture rather than shrink the data.
    Raises GdanimError for data of more than one feature.
    """

    trail: int = 6
    trail_seconds: float = 1.0
    inset: View | None = field(default_factory=LossCurve)

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Points, trail, line, inset, from back to front."""
        theme, data = clip.theme, common_data(clip)
        if data.features != 1:
            raise GdanimError(
                f"Fit: shows data of one feature, this has {data.features} "
                f"({', '.join(data.x_names)})"
            )
        axes.style(ax, theme)
        axes.label(ax, theme, data.x_names[0], data.y_name)
        grid = x_grid(data)
        alike = [label for label, run in clip.runs.items() if fitted(run).data is data]
        predictions = np.concatenate([sampled(clip, label, grid) for label in alike])
        low, high = y_limits(data.y, predictions)
        card = None
        if self.inset is not None:
            card, low, high = emptiest_corner(data, grid, predictions, low, high)
        ax.set_xlim(grid[0], grid[-1])
        ax.set_ylim(low, high)
        reach = FAR * (high - low)

        ax.plot(
            data.x[:, 0], data.y, "o", color=theme.points, markeredgecolor=theme.paper,
            markeredgewidth=0.9, markersize=point_size(theme.point_size, len(data)), zorder=2,
        )  # fmt: skip
        movers = [self._draw_run(ax, clip, label, grid, reach) for label in clip.shown]
        inset = draw_inset(ax, card, self.inset, clip)
        return lambda frame: [artist for move in (*movers, inset) for artist in move(frame)]

    def _draw_run(self, ax: Axes, clip: Clip, label: str, grid: Floats, reach: float) -> Update:
        """One run's trail and line; a trail is drawn only of a run that is alone."""
        run, theme, steps = clip.runs[label], clip.theme, clip.steps(label)
        colour = clip.colour(label)
        low, high = ax.get_ylim()
        length = self.trail if len(clip.shown) == 1 else 0
        fading = [
            to_rgba(colour, 0.32 * (1 - k / (length + 1)) ** 1.5) for k in range(length, 0, -1)
        ]
        trail = LineCollection([], colors=fading, linewidths=0.7 * theme.line_width, zorder=3)
        ax.add_collection(trail, autolim=False)
        (line,) = ax.plot([], [], color=colour, linewidth=theme.line_width,
                          solid_capstyle="round", zorder=4)  # fmt: skip
        gap = self.trail_seconds * clip.timeline.fps / max(length, 1)
        behind = np.rint(gap * np.arange(length, -1, -1)).astype(np.int64)

        def update(frame: int) -> list[Artist]:
            earlier = steps[np.maximum(frame - behind, 0)]
            curves = np.clip(predicted(run, earlier, grid), low - reach, high + reach)
            # Every other point: a trail takes longer to draw than all the rest.
            trail.set_segments([np.column_stack([grid[::2], y[::2]]) for y in curves[:-1]])
            line.set_data(grid, curves[-1])
            return [trail, line]

        return update


def fitted(run: Run) -> Problem:
    """The run's problem; GdanimError when it is a bare function, which fits nothing."""
    if not isinstance(run.problem, Problem):
        raise GdanimError(
            f"Fit: shows data and a model, and {run.problem.loss_name} has none; choose other "
            "panels, such as panels={'loss': views.LossCurve()}"
        )
    return run.problem


def common_data(clip: Clip) -> Dataset:
    """The data of the runs that are shown; GdanimError when they have not the same."""
    first, *others = (fitted(run).data for run in clip.shown.values())
    if any(data is not first for data in others):
        raise GdanimError(
            f"Fit: the runs {', '.join(clip.shown)} have different data; "
            f"show each by itself with views.Each(views.Fit())"
        )
    return first


def sampled(clip: Clip, label: str, grid: Floats) -> Floats:
    """The predictions of some of the steps that the frames show, spread over all: `[K, G]`."""
    shown = np.unique(clip.steps(label))
    samples = shown[np.linspace(0, len(shown) - 1, min(len(shown), SAMPLES)).astype(int)]
    return predicted(clip.runs[label], samples, grid)


def draw_inset(ax: Axes, card: Card | None, view: View | None, clip: Clip) -> Update:
    """A card with a smaller panel on it, above everything else."""
    if card is None or view is None:
        return lambda frame: []
    return view.draw(card.axes(ax, clip.theme), replace(clip, theme=clip.theme.small()))


def x_grid(data: Dataset) -> Floats:
    """Fine, even, and a little wider than the data."""
    low, high = float(data.x.min()), float(data.x.max())
    margin = 0.03 * (high - low) or 0.5 * abs(high) or 0.5
    return np.linspace(low - margin, high + margin, GRID)


def predicted(run: Run, steps: Floats, x: Floats) -> Floats:
    """The predictions after each of `steps [K]` at `x [G]`: `[K, G]`; overflow is infinite."""
    with np.errstate(all="ignore"):
        y = fitted(run).model.predict(run.params[steps], x[:, np.newaxis])
    return np.nan_to_num(y, nan=np.inf, posinf=np.inf, neginf=-np.inf)


def y_limits(y: Floats, predictions: Floats) -> tuple[float, float]:
    """Limits that hold the data, and of the predictions as much as leaves the data its room."""
    low, high = float(y.min()), float(y.max())
    height = high - low or abs(high) or 1.0
    below = max(0.0, low - float(predictions.min()))
    above = max(0.0, float(predictions.max()) - high)
    if below + above > ALL_ROOM * height:
        room = ROOM * height
        below, above = (
            min(below, max(room / 2, room - above)),
            min(above, max(room / 2, room - below)),
        )
    margin = 0.06 * (height + below + above)
    return low - below - margin, high + above + margin


def point_size(size: float, points: int) -> float:
    """Smaller when there are many."""
    return float(np.clip(size * (90 / points) ** 0.35, 2.0, size))
