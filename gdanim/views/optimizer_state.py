"""The view of what an optimizer remembers: bars of gradient, memory and step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea

from gdanim.descent.remembered import remembered
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.views._drawing import axes
from gdanim.views._drawing.parameters_known import check_differentiable
from gdanim.views._drawing.signed_bars import draw_bars, finite
from gdanim.views.base import Clip, StepView, Update
from gdanim.views.gradient import MOST
from gdanim.views.theme import Theme

# The part of the distance between parameters that the bars of one take.
_GROUP = 0.78
# The rule is followed through every step, so a run may not have more.
_STEPS = 50_000


@dataclass(frozen=True)
class OptimizerState(StepView):
    """Bars for each parameter: the gradient, what the optimizer remembers, and the step.

    Momentum remembers a velocity; AdaGrad and RMSProp the root of summed or averaged squares of
    gradients; Adam that and the mean gradient. Gradients and memories share a scale, so that their
    bars can be compared; the step has its own. Lengths are signed and logarithmic, as in Gradient,
    and the numbers next to the bars are exact. After the last step, the bars are those of the step
    before.

    Raises
    ------
    GdanimError
        When drawn for several runs, for more than eight parameters, for a run of another loop than
        `descend`, or for one of more than 50 000 steps.

    See Also
    --------
    Gradient : Shows the gradient over all points, and the step.
    Optimizer.memory : What an optimizer of your own remembers.

    Examples
    --------
    >>> from gdanim import Momentum, Scene, objectives, views
    >>> panels = {"map": views.Contour(), "state": views.OptimizerState()}
    >>> scene = Scene(objectives.bowl(), Momentum(0.05), steps=30, panels=panels)
    >>> panels["state"].describe(scene.clip(scene.runs()))
    'gradient, velocity and step as bars for each parameter'
    """

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw a group of bars for each parameter."""
        run, theme, (label,) = _checked(clip.run), clip.theme, clip.drawn_runs
        names = run.problem.names
        values = remembered(run)
        values["step"] = np.diff(run.params, axis=0)
        if not run.steps:
            values = {name: np.zeros((1, len(names))) for name in values}
        colours = _colours(theme, len(values))
        axes.style_axes(ax, theme)
        axes.label_axes(ax, theme, title=" ")
        _name_bars(ax, theme, list(values), colours)
        ax.set(xlim=(-1.5, 1.5), ylim=(0.5 - len(names), 0.5), xticks=[0])
        ax.set_yticks(-np.arange(len(names)), names)
        ax.tick_params(labelbottom=False)
        ax.grid(False, axis="y")
        for edge in 0.5 - np.arange(1, len(names)):
            ax.axhline(edge, color=theme.grid, linewidth=1.0, zorder=1)
        shown, rows = np.unique(np.minimum(clip.steps(label), max(run.steps - 1, 0)),
                                return_inverse=True)  # fmt: skip
        bars = {name: finite(each[shown]) for name, each in values.items()}
        sizes = {name: float(abs(each).max(initial=0)) for name, each in bars.items()}
        common = max(size for name, size in sizes.items() if name != "step")
        places = _GROUP * (0.5 - (np.arange(len(bars)) + 0.5) / len(bars))
        shows = [
            draw_bars(
                ax, theme, each, sizes[name] if name == "step" else common, colour, up,
                min(1.0, 3.4 / len(bars)),
            )
            for (name, each), colour, up in zip(bars.items(), colours, places.tolist(), strict=True)
        ]  # fmt: skip
        return lambda frame: [artist for show in shows for artist in show(int(rows[frame]))]

    def describe(self, clip: Clip) -> str:
        """Name the bars."""
        rule = _checked(clip.run).optimizer
        assert rule is not None
        memory = rule.memory(rule.init(clip.run.params[0]), 1)
        return f"{', '.join(['gradient', *memory])} and step as bars for each parameter"


def _checked(run: Run) -> Run:
    """Return the run; GdanimError if it cannot be followed."""
    check_differentiable("OptimizerState", run.problem)
    if run.optimizer is None:
        raise GdanimError(
            "OptimizerState: follows the optimizer of the run, and this one was recorded from a "
            "loop of your own; show a run of descend"
        )
    if len(run.problem.names) > MOST:
        raise GdanimError(
            f"OptimizerState: shows at most {MOST} parameters, got {len(run.problem.names)}"
        )
    if run.steps > _STEPS:
        raise GdanimError(f"OptimizerState: shows at most {_STEPS:,} steps, got {run.steps:,}")
    return run


def _colours(theme: Theme, count: int) -> list[str]:
    """Return a colour for the gradient, each memory, and the step."""
    memories = [theme.text(colour) for colour in (theme.points, theme.muted)]
    return [theme.loss, *memories[: count - 2], theme.prediction]


def _name_bars(ax: Axes, theme: Theme, names: Sequence[str], colours: Sequence[str]) -> None:
    """Write above the panel what the bars are, from top to bottom, in their colours."""
    texts: list[Artist] = [
        TextArea(name, textprops={"color": colour, "size": theme.label_size})
        for name, colour in zip(names, colours, strict=True)
    ]
    box = AnchoredOffsetbox(
        "lower left", child=HPacker(children=texts, pad=0, sep=14), frameon=False, pad=0,
        borderpad=0.25, bbox_to_anchor=(0, 1), bbox_transform=ax.transAxes,
    )  # fmt: skip
    ax.add_artist(box)
