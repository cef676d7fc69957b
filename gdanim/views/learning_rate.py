"""The view of the learning rate over the steps."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.core.arrays import Floats
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.views._drawing import axes
from gdanim.views._drawing.end_labels import EndLabels
from gdanim.views._drawing.limits import LINEAR_SPAN, YLimits
from gdanim.views._drawing.trace import draw_trace, height_at
from gdanim.views.base import Clip, StepView, Update

# The share of the smallest rates that do not decide whether the axis is logarithmic: a cosine's
# last tenth is below a fortieth of its first rate.
FEW = 0.1


@dataclass(frozen=True)
class LearningRate(StepView):
    """The learning rate of the step to come, for each run, or for each parameter that has its own.

    The axis is logarithmic if the learning rates span more than two decades; else it starts at 0.

    Parameters
    ----------
    ticks : int, default 4
        Roughly the largest number of ticks on each axis.

    Raises
    ------
    GdanimError
        When drawn for a run that was recorded without learning rates.

    See Also
    --------
    Schedule : Changes the learning rate from step to step.

    Examples
    --------
    >>> from gdanim import views
    >>> views.LearningRate()
    LearningRate(ticks=4)
    """

    ticks: int = 4

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw a line with a dot for each learning rate, and names where there are several."""
        theme = clip.theme
        axes.style_axes(ax, theme, self.ticks)
        axes.label_axes(ax, theme, title="learning rate")
        axes.count_steps(ax, max(run.steps for run in clip.limit_runs.values()), self.ticks)
        every = {label: _rates(run) for label, run in clip.limit_runs.items()}
        _set_limits(ax, np.concatenate([np.ravel(rate) for rate in every.values()]), self.ticks)
        lines = [(label, k) for label in clip.drawn_runs for k in range(every[label].shape[1])]
        colours = [clip.colour(label, theme.loss) for label, _ in lines]
        if len(clip.drawn_runs) == 1 and len(lines) > 1:
            colours = list(theme.series(len(lines)))
        traces = [
            draw_trace(ax, theme, every[label][:, k], colour)
            for (label, k), colour in zip(lines, colours, strict=True)
        ]
        names = [_name(clip, label, k, every[label].shape[1]) for label, k in lines]
        ends = EndLabels(ax, theme, names if len(names) > 1 else [], colours)

        def update(frame: int) -> list[Artist]:
            at = [clip.position(label, frame) for label, _ in lines]
            moved = [show(place) for show, place in zip(traces, at, strict=True)]
            heights = [
                height_at(ax, every[label][:, k], place)
                for (label, k), place in zip(lines, at, strict=True)
            ]
            return [*chain.from_iterable(moved), *ends.show(np.array(at), np.array(heights))]

        return update

    def describe(self, clip: Clip) -> str:
        """Say what the lines are."""
        return "the learning rate at every step"


def _rates(run: Run) -> Floats:
    """Return the rates at each step, `[S+1, 1]`, or `[S+1, P]` if each parameter has its own."""
    if run.rate_columns is None:
        raise GdanimError(
            "LearningRate: this run was recorded without learning rates; give them as "
            "recorder.run(rates=[...]), one for each step"
        )
    steps = np.minimum(np.arange(run.steps + 1), len(run.rate_columns) - 1)
    return np.asarray(run.rate_columns[steps])


def _name(clip: Clip, label: str, column: int, columns: int) -> str:
    """Return the name of a line: the run's, the parameter's, or both."""
    own = clip.runs[label].problem.names[column] if columns > 1 else ""
    return ", ".join(filter(None, (label if len(clip.drawn_runs) > 1 else "", own)))


def _set_limits(ax: Axes, every: Floats, ticks: int) -> None:
    """Start the axis at 0, or make it logarithmic if the rates span more than two decades.

    A few rates next to 0 do not count, such as the last ones of a cosine.
    """
    low, high = float(every.min()), float(every.max())
    if low > 0 and LINEAR_SPAN * float(np.quantile(every, FEW)) < high:
        YLimits(np.log10(low), np.log10(high), 0.06, 0.06).log(ax, ticks)
    else:
        ax.set_ylim(0, 1.15 * high if high > 0 else 1.0)
