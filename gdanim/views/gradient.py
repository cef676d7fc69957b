"""The view of the gradient and the step, component by component."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from gdanim.core.arrays import Floats, Ints, in_blocks
from gdanim.core.numbers import quantity
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.views._drawing import axes
from gdanim.views._drawing.parameters_known import check_differentiable
from gdanim.views.base import Clip, StepView, Update

# Bars of more parameters than this would be too thin for their names and numbers.
MOST = 8
# The longest bar stands for a number this many powers of ten larger than a bar of no length.
_DECADES = 4.0
# The distance between the two bars of a parameter, as a part of that between parameters.
_APART = 0.36
# Larger components are drawn and written as this one.
_LARGEST = 1e300


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
            (1, -1),
            strict=True,
        )
        shows = [_draw_bars(ax, clip, values, *look) for values, *look in pairs]  # type: ignore[arg-type]
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


def _draw_bars(
    ax: Axes, clip: Clip, values: Floats, colour: str, side: int
) -> Callable[[int], Sequence[Artist]]:
    """Draw bars of `values [K, P]`, all above (1) or all below (-1) the middle of their names."""
    theme, count = clip.theme, values.shape[1]
    values = np.clip(
        np.nan_to_num(values, nan=0.0, posinf=np.inf, neginf=-np.inf), -_LARGEST, _LARGEST
    )
    lengths = _signed_log(values)
    heights = side * _APART / 2 - np.arange(count)
    bars = LineCollection([], colors=colour, linewidths=2.6 * theme.line_width, zorder=3)
    bars.set_capstyle("butt")
    ax.add_collection(bars, autolim=False)
    texts: list[Text] = [
        ax.text(
            0,
            height,
            "",
            color=colour,
            fontsize=0.9 * theme.tick_size,
            va="center",
            zorder=4,
            in_layout=False,
        )
        for height in heights
    ]

    def show(row: int) -> list[Artist]:
        bars.set_segments([[(0, y), (x, y)] for x, y in zip(lengths[row], heights, strict=True)])
        for text, length, value, height in zip(
            texts, lengths[row], values[row], heights, strict=True
        ):
            ahead = length >= 0
            text.set_text(quantity(float(value)))
            text.set_position((length + (0.04 if ahead else -0.04), height))
            text.set_horizontalalignment("left" if ahead else "right")
        return [bars, *texts]

    return show


def _signed_log(values: Floats) -> Floats:
    """`(...)->(...)`: ±1 for the largest size, 0 for sizes `_DECADES` powers of ten smaller."""
    size = np.abs(values)
    largest = float(size.max(initial=0.0))
    if largest == 0:
        return np.zeros_like(values)
    with np.errstate(divide="ignore"):
        share = 1 + np.log10(size / largest) / _DECADES
    lengths: Floats = np.sign(values) * np.clip(share, 0, 1)
    return lengths
