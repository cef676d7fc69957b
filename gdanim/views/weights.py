"""The view of a network's hidden units, each as a curve of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from gdanim.core.arrays import Floats, in_blocks
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.dataset import Dataset
from gdanim.problems.grids import curve_grid
from gdanim.problems.mlp import MLP
from gdanim.problems.problem import Problem
from gdanim.problems.unit import Unit
from gdanim.views._drawing import axes
from gdanim.views._drawing.data_axes import Units, check_units, name_axes
from gdanim.views._drawing.limits import drawable_range
from gdanim.views._drawing.loss_surface import SAMPLED_STEPS
from gdanim.views._drawing.parameters_known import check_differentiable
from gdanim.views._drawing.points import point_size
from gdanim.views._drawing.predictions import (
    all_points,
    data_limits,
    fitted_problem,
    labels_sharing_limits,
)
from gdanim.views._drawing.samples import sampled_steps
from gdanim.views.base import Clip, StepView, Update

# The curves have every fourth grid point of a prediction.
_EVERY = 4


@dataclass(frozen=True)
class Weights(StepView):
    """What each unit of an MLP's last hidden layer adds to the output, and their sum.

    Each unit has a thin curve: its activation at x times its weight in the output. The strong curve
    is the sum of these and the output's bias. It is the prediction, shown with the points; if the
    output is a probability, it is the logit, shown without. The limits are fixed for the whole
    video, and the same for all networks that are compared on the same data.

    Parameters
    ----------
    units : {"measured", "standardised"}, default "measured"
        For standardised data: whether the axes show what was measured, or the numbers of the
        descent.

    Raises
    ------
    GdanimError
        When drawn for a model that is not an MLP, for data with more than one feature, or for
        several runs.

    See Also
    --------
    MLP : The model.
    Fit : Shows the prediction alone.

    Examples
    --------
    >>> from gdanim import Adam, MLP, Problem, Scene, datasets, views
    >>> problem = Problem(datasets.sinusoid(points=30), MLP((4,)))
    >>> panels = {"fit": views.Fit(), "units": views.Weights()}
    >>> scene = Scene(problem, Adam(0.02), steps=50, seed=0, panels=panels)
    >>> panels["units"].describe(scene.clip(scene.runs()))
    'what each hidden unit adds to the prediction'
    """

    units: Units = "measured"

    def __post_init__(self) -> None:
        check_units("Weights", self.units)

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw points, units and sum, from back to front."""
        run, theme = clip.run, clip.theme
        problem, model = _network(run)
        logit = model.logits is not None
        axes.style_axes(ax, theme, 5)
        data = problem.data
        name_axes(
            ax, theme, self.units, 5, (data.x_names[0], data.x_units[0]), _height(data, logit),
            _title(model),
        )  # fmt: skip
        x, low, high = _window(clip, problem, model)
        ax.set(xlim=(x[0], x[-1]), ylim=(low, high))
        if not logit:
            ax.plot(
                problem.data.x[:, 0], problem.data.y, "o", color=theme.points, alpha=0.5, zorder=2,
                markersize=point_size(0.8 * theme.point_size, problem.points),
                markeredgecolor="none",
            )  # fmt: skip
        units = LineCollection(
            [], colors=theme.series(model.hidden[-1]), linewidths=0.45 * theme.line_width, zorder=3,
            gid="units",
        )  # fmt: skip
        ax.add_collection(units, autolim=False)
        (total,) = ax.plot(
            [], [], color=theme.prediction, linewidth=theme.line_width, zorder=4, gid="sum"
        )
        bottom, top = drawable_range(ax)
        (label,) = clip.drawn_runs

        def update(frame: int) -> list[Artist]:
            (curves,) = parts(model, clip.params(label, frame)[np.newaxis], x)
            curves = np.clip(curves, bottom, top)
            units.set_segments([np.column_stack([x, curve]) for curve in curves[:-1]])
            total.set_data(x, curves[-1])
            return [units, total]

        return update

    def describe(self, clip: Clip) -> str:
        """Say what the thin curves are."""
        return "what each hidden unit adds to the prediction"


def _height(data: Dataset, logit: bool) -> tuple[str, Unit]:
    """Return what is drawn upwards; parts of standardised values have no measured counterpart."""
    if logit or data.y_unit.standardised:
        return "logit" if logit else f"{data.y_name} (standardised)", Unit()
    return data.y_name, data.y_unit


def _window(clip: Clip, problem: Problem, model: MLP) -> tuple[Floats, float, float]:
    """Return where the curves are drawn `[G]`, and limits for the points, or for the logits.

    The limits hold those of all compared networks with such an output.
    """
    runs = {label: clip.limit_runs[label] for label in labels_sharing_limits(clip, problem)}
    networks = {
        label: other
        for label, run in runs.items()
        if isinstance(other := fitted_problem(run).model, MLP) and other.output == model.output
    }
    x, y = all_points([problem, *(fitted_problem(runs[label]) for label in networks)])
    x = curve_grid(x)[::_EVERY]
    curves = [
        parts(network, runs[label].params[sampled_steps(clip.steps(label), SAMPLED_STEPS)], x)
        for label, network in networks.items()
    ]
    if model.logits is not None:
        y = np.concatenate([each[:, -1].ravel() for each in curves])
        y = y[np.isfinite(y)] if np.isfinite(y).any() else np.zeros(1)
    low, high = data_limits(y, np.concatenate([each.ravel() for each in curves]))
    return x, low, high


def _title(model: MLP) -> str:
    """Say how many units there are."""
    units = model.hidden[-1]
    return f"{units} hidden units and their sum" if units > 1 else "the hidden unit, and with bias"


def _network(run: Run) -> tuple[Problem, MLP]:
    """Return the run's problem and its MLP of one feature; GdanimError if it has none."""
    problem = run.problem
    check_differentiable("Weights", problem)
    if not isinstance(problem, Problem) or not isinstance(problem.model, MLP):
        kind = type(problem.model if isinstance(problem, Problem) else problem).__name__
        raise GdanimError(f"Weights: shows the hidden units of an MLP, and the model is {kind}")
    if problem.model.outputs > 1:
        raise GdanimError("Weights: shows a network with one output; use HiddenUnits for classes")
    if problem.data.features != 1:
        raise GdanimError(
            f"Weights: shows data with one feature, got {problem.data.features} "
            f"({', '.join(problem.data.x_names)})"
        )
    return problem, problem.model


def parts(model: MLP, params: Floats, x: Floats) -> Floats:
    """`(p),(g)->(h+1,g)`: what each unit adds to the output, and last the sum with the bias."""
    units = model.hidden[-1]

    def block(rows: Floats) -> Floats:
        with np.errstate(all="ignore"):
            given = model.hidden_units(rows, x[:, np.newaxis])
            added = np.swapaxes(given * rows[..., np.newaxis, -units - 1 : -1], -1, -2)
            total = added.sum(axis=-2, keepdims=True) + rows[..., -1, np.newaxis, np.newaxis]
        return np.asarray(np.nan_to_num(np.concatenate([added, total], axis=-2), nan=np.inf))

    return in_blocks(block, params, len(x) * (units + 1))
