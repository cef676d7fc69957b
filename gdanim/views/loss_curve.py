"""The loss over the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.arrays import Floats, Ints
from gdanim.problems.landscape import Best, Landscape
from gdanim.views import axes
from gdanim.views.base import Clip, Update, View

# A loss that spans more than this is shown on a logarithmic axis.
LINEAR_SPAN = 100.0
# A loss of more than so many times the floor is far above it; a gap of less than this fraction of
# the axis cannot be seen.
FAR_ABOVE, VISIBLE = 3.0, 0.05
# Losses below this fraction of the first are as good as none.
SMALLEST = 1e-9
# As many vertices as a line can show on a wide screen.
VERTICES = 2000


@dataclass(frozen=True)
class LossCurve(View):
    """The loss up to the frame's step, the whole run's steps in view from the start.

    The loss axis is logarithmic when the loss spans more than two decades. A dashed line marks
    the best possible fit where it is known: the least squares solution of a model that is linear
    in its parameters, else the true curve of generated data.
    """

    ticks: int = 4

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """For each run a line with a dot at its end."""
        theme, runs = clip.theme, clip.runs.values()
        axes.style(ax, theme, self.ticks)
        symbols = dict.fromkeys(run.problem.loss_symbol for run in clip.shown.values())
        axes.label(ax, theme, title=f"loss ({', '.join(symbols)})")
        axes.count_steps(ax, max(run.steps for run in runs), self.ticks)
        best = common_best([run.problem for run in clip.shown.values()])
        losses = np.concatenate([run.losses for run in runs])
        set_limits(ax, losses, np.nan if best is None else best.loss, self.ticks)
        if best is not None:
            ax.axhline(best.loss, color=theme.optimum, linewidth=1.3, dashes=(5, 3), zorder=1.5)
            ax.annotate(
                best.name, (1, best.loss), xycoords=("axes fraction", "data"), xytext=(0, -3),
                textcoords="offset points", ha="right", va="top", color=theme.optimum,
                fontsize=0.95 * theme.tick_size, zorder=1.5,
            )  # fmt: skip
        movers = [draw_run(ax, clip, label) for label in clip.shown]
        return lambda frame: [artist for move in movers for artist in move(frame)]


def draw_run(ax: Axes, clip: Clip, label: str) -> Update:
    """One run's line with a dot at its end; a run that is alone in the loss's red."""
    run, theme = clip.runs[label], clip.theme
    colour = clip.colour(label, theme.loss)
    steps = vertices(run.steps, clip.steps(label))
    losses = run.losses[steps]
    (line,) = ax.plot([], [], color=colour, linewidth=theme.line_width,
                      solid_capstyle="round", zorder=3)  # fmt: skip
    (dot,) = ax.plot([], [], "o", color=colour, markersize=theme.point_size,
                     markeredgecolor=theme.paper, zorder=4)  # fmt: skip
    axes.clip_near(dot, ax)

    def update(frame: int) -> tuple[Artist, Artist]:
        step = clip.step(label, frame)
        shown = int(np.searchsorted(steps, step, side="right"))
        line.set_data(steps[:shown], losses[:shown])
        dot.set_data([step], [run.losses[step]])
        return line, dot

    return update


def common_best(problems: Sequence[Landscape]) -> Best | None:
    """The best that is known, where all runs have the same."""
    first, *others = (problem.best() for problem in problems)
    if first is None or any(best is None or best.loss != first.loss for best in others):
        return None
    return first


def vertices(last: int, shown: Ints) -> Ints:
    """The steps at which a curve over all steps has its vertices: those shown, and more."""
    even = np.linspace(0, last, min(last + 1, VERTICES)).astype(np.int64)
    return np.union1d(even, shown)


def hidden(floor: float, least: float, high: float) -> bool:
    """Whether a linear axis would show a loss far above the floor as if it were there."""
    return 0 < FAR_ABOVE * floor < least and least - floor < VISIBLE * (high - floor)


def set_limits(ax: Axes, losses: Floats, floor: float, ticks: int) -> None:
    """Fix the loss axis for the whole run and the floor, logarithmic where the loss needs it.

    Below the floor there is room for its name.
    """
    low, high = float(np.fmin(losses.min(), floor)), float(np.fmax(losses.max(), floor))
    # An exact fit would stretch the axis down to rounding errors.
    trifle = SMALLEST * float(losses[0])
    least = max(float(losses[losses > 0].min(initial=np.inf)), trifle)
    if LINEAR_SPAN * least < high < np.inf or hidden(floor, least, high):
        least = min(least, floor) if floor > trifle else least
        low, high = np.log10(least), np.log10(high)
        axes.logarithmic(ax, low - 0.24 * (high - low), high + 0.06 * (high - low), ticks)
    else:
        height = high - low or abs(high) or 1.0
        ax.set_ylim(low - 0.24 * height, high + 0.06 * height)
