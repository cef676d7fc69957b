"""The view of the gradient and the step, component by component."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from gdanim.core.arrays import Floats, Ints, in_blocks
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.views._drawing import axes
from gdanim.views._drawing.parameters_known import check_differentiable
from gdanim.views._drawing.signed_bars import draw_bars, finite
from gdanim.views.base import Clip, StepView, Update

# Bars of more parameters than this would be too thin for their names and numbers.
MOST = 8
# The distance between the two bars of a parameter, as a part of that between parameters.
_APART = 0.36


@dataclass(frozen=True)
class Gradient(StepView):
    """Two bars for each parameter: its component of the gradient, and of the step that follows.

    The gradient is that over all points, also where steps use mini-batches. The lengths of the bars
    are signed and logarithmic: the longest bar is the largest component in the whole run, one a
    quarter as long is a thousand times smaller, and what is ten thousand times smaller has no
    length. The numbers next to the bars are exact. After the last step, the bars are those of the
    step before.

    Raises
    ------
    GdanimError
        When drawn for several runs or for more than eight parameters.

    See Also
    --------
    Parameters : Shows the values of the parameters.

    Examples
    --------
    >>> from gdanim import GradientDescent, Scene, objectives, views
    >>> panels = {"map": views.Contour(), "gradient": views.Gradient()}
    >>> scene = Scene(objectives.bowl(), GradientDescent(0.1), steps=30, panels=panels)
    >>> panels["gradient"].describe(scene.clip(scene.runs()))
    'the gradient and the next step, as bars for each parameter'
    """

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw bars from the middle, with their numbers."""
        run, theme = clip.run, clip.theme
        (label,) = clip.drawn_runs
        check_differentiable("Gradient", run.problem)
        names = run.problem.names
        if len(names) > MOST:
            raise GdanimError(f"Gradient: shows at most {MOST} parameters, got {len(names)}")
        axes.style_axes(ax, theme)
        axes.label_axes(ax, theme)
        ax.set_title("gradient", loc="left", color=theme.loss, fontsize=theme.label_size, pad=6)
        ax.set_title("step", loc="right", color=theme.prediction, fontsize=theme.label_size, pad=6)
        ax.set(xlim=(-1.6, 1.6), ylim=(0.4 - len(names), 0.6), xticks=[0])
        ax.set_yticks(-np.arange(len(names)), names)
        ax.tick_params(labelbottom=False)
        ax.grid(False, axis="y")
        shown, rows = np.unique(clip.steps(label), return_inverse=True)
        pairs = zip(
            _components(run, np.minimum(shown, max(run.steps - 1, 0))),
            (theme.loss, theme.prediction),
            (_APART / 2, -_APART / 2),
            strict=True,
        )
        shows = [
            draw_bars(ax, clip.theme, values, float(abs(finite(values)).max(initial=0)), colour, up)
            for values, colour, up in pairs
        ]
        return lambda frame: [artist for show in shows for artist in show(int(rows[frame]))]

    def describe(self, clip: Clip) -> str:
        """Say what the bars are."""
        return "the gradient and the next step, as bars for each parameter"


def _components(run: Run, steps: Ints) -> tuple[Floats, Floats]:
    """Return the gradient at each of `steps [K]` and the step that follows, `[K, P]` each."""
    params = run.params[steps]
    cost = run.problem.workspace * 2
    with np.errstate(all="ignore"):
        gradient = in_blocks(run.problem.gradient, params, cost)
        step = run.params[np.minimum(steps + 1, run.steps)] - params
    return gradient, step
