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
        run, theme, data = clip.run, clip.theme, clip.run.problem.data
        if data.features != 1:
            raise GdanimError(
                f"Fit: shows data of one feature, this has {data.features} "
                f"({', '.join(data.x_names)})"
            )
        axes.style(ax, theme)
        axes.label(ax, theme, data.x_names[0], data.y_name)
        shown = np.unique(clip.timeline.steps)
        samples = shown[np.linspace(0, len(shown) - 1, min(len(shown), SAMPLES)).astype(int)]
        grid = x_grid(data)
        predictions = predicted(run, samples, grid)
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
        fading = [to_rgba(theme.prediction, 0.32 * (1 - k / (self.trail + 1)) ** 1.5)
                  for k in range(self.trail, 0, -1)]  # fmt: skip
        trail = LineCollection([], colors=fading, linewidths=0.7 * theme.line_width, zorder=3)
        ax.add_collection(trail, autolim=False)
        (line,) = ax.plot([], [], color=theme.prediction, linewidth=theme.line_width,
                          solid_capstyle="round", zorder=4)  # fmt: skip
        gap = self.trail_seconds * clip.timeline.fps / max(self.trail, 1)
        behind = np.rint(gap * np.arange(self.trail, -1, -1)).astype(np.int64)
        inset = draw_inset(ax, card, self.inset, clip)

        def update(frame: int) -> list[Artist]:
            steps = clip.timeline.steps[np.maximum(frame - behind, 0)]
            curves = np.clip(predicted(run, steps, grid), low - reach, high + reach)
            trail.set_segments([np.column_stack([grid, y]) for y in curves[:-1]])
            line.set_data(grid, curves[-1])
            return [trail, line, *inset(frame)]

        return update


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
        y = run.problem.model.predict(run.params[steps], x[:, np.newaxis])
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
