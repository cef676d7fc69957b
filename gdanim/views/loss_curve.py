"""The loss over the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.arrays import Floats
from gdanim.problems.landscape import Best, Landscape
from gdanim.views import axes
from gdanim.views.axes import LARGEST
from gdanim.views.base import Clip, Update, View
from gdanim.views.ends import EndLabels
from gdanim.views.trace import draw_trace

# A loss that spans more than this is shown on a logarithmic axis.
LINEAR_SPAN = 100.0
# The room below and above the curve, in its heights.
LOW, HIGH = 0.24, 0.06
# A loss of more than so many times the floor is far above it; a gap of less than this fraction of
# the axis cannot be seen.
FAR_ABOVE, VISIBLE = 3.0, 0.05
# Losses below this fraction of the first are as good as none.
SMALLEST = 1e-9


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
        name = 0.95 * theme.tick_size
        set_limits(ax, losses, np.nan if best is None else best.loss, self.ticks, below(ax, name))
        low, high = ax.get_ylim()
        if best is not None and low <= best.loss <= high:
            ax.axhline(best.loss, color=theme.optimum, linewidth=1.3, dashes=(5, 3), zorder=1.5)
            ax.annotate(
                best.name, (0, best.loss), xycoords=("axes fraction", "data"), xytext=(4, -3),
                textcoords="offset points", va="top", color=theme.optimum,
                fontsize=name, zorder=1.5,
            )  # fmt: skip
        traces = [
            draw_trace(ax, theme, run.losses, clip.colour(label, theme.loss))
            for label, run in clip.shown.items()
        ]
        names = list(clip.shown) if len(clip.shown) > 1 and ax.get_subplotspec() else []
        ends = EndLabels(ax, theme, names, [clip.colour(name) for name in names])

        def update(frame: int) -> list[Artist]:
            steps = [clip.step(label, frame) for label in clip.shown]
            losses = [run.losses[s] for run, s in zip(clip.shown.values(), steps, strict=True)]
            moved = [artist for show, s in zip(traces, steps, strict=True) for artist in show(s)]
            return [*moved, *ends.show(np.array(steps), np.array(losses))]

        return update


def common_best(problems: Sequence[Landscape]) -> Best | None:
    """The best that is known, where all runs have the same."""
    first, *others = (problem.best() for problem in problems)
    if first is None or any(best is None or best.loss != first.loss for best in others):
        return None
    return first


def hidden(floor: float, least: float, high: float) -> bool:
    """Whether a linear axis would show a loss far above the floor as if it were there."""
    return 0 < FAR_ABOVE * floor < least and least - floor < VISIBLE * (high - floor)


def below(ax: Axes, text: float) -> float:
    """The room below the floor that its name of `text` points needs, in heights of the curve."""
    # Until the layout is settled a panel is about so high.
    points = 0.85 * ax.bbox.height * 72 / _dpi(ax)
    share = min(1.7 * text / points, 0.4)
    return max(LOW, share * (1 + HIGH) / (1 - share))


def _dpi(ax: Axes) -> float:
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure.dpi


def set_limits(ax: Axes, losses: Floats, floor: float, ticks: int, room: float = LOW) -> None:
    """Fix the loss axis for the whole run and the floor, logarithmic where the loss needs it.

    Below the floor there is `room` for its name, in heights of the curve.
    """
    low, high = float(np.fmin(losses.min(), floor)), float(np.fmax(losses.max(), floor))
    # An exact fit would stretch the axis down to rounding errors.
    trifle = SMALLEST * float(losses[0])
    least = max(float(losses[losses > 0].min(initial=np.inf)), trifle)
    wide = LINEAR_SPAN * least < high < np.inf or hidden(floor, least, high)
    # A bare function can be below 0.
    if low >= 0 and wide:
        least = min(least, floor) if floor > trifle else least
        low, high = np.log10(least), np.log10(high)
        axes.logarithmic(ax, low - room * (high - low), high + HIGH * (high - low), ticks)
    else:
        # Beyond this matplotlib finds no ticks.
        low, high = max(low, -LARGEST), min(high, LARGEST)
        height = high - low or abs(high) or 1.0
        ax.set_ylim(low - room * height, high + HIGH * height)
