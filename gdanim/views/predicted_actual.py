"""The view of a regression on any number of features: predictions against observed values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from gdanim.core.arrays import Floats, Ints
from gdanim.core.numbers import spoken
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.dataset import Dataset
from gdanim.problems.problem import Problem
from gdanim.views._drawing import axes
from gdanim.views._drawing.data_axes import Units, check_units, name_axes
from gdanim.views._drawing.limits import drawable_range
from gdanim.views._drawing.points import MANY, filled_points, name_validation, point_size
from gdanim.views._drawing.predictions import data_limits
from gdanim.views._drawing.samples import sampled_steps
from gdanim.views.base import Clip, StepView, Update
from gdanim.views.colours import colour_name

# Limits are chosen for at most this many of the steps that the frames show.
_SAMPLED_STEPS = 100
# The room beside the points, as a share of their width.
_MARGIN = 0.05


@dataclass(frozen=True)
class PredictedActual(StepView):
    """The predicted value of each point against the observed one, for any number of features.

    Points on the dashed diagonal are predicted as they were observed; those above it are predicted
    too high. Points of the validation set are hollow. Of more than 5000 points, as many are drawn.

    Parameters
    ----------
    units : {"measured", "standardised"}, default "measured"
        For standardised data: whether the axes show what was measured, or the numbers of the
        descent.

    Raises
    ------
    GdanimError
        If `units` is another word; when drawn for several runs, for an objective without data, or
        for a model that predicts classes.

    See Also
    --------
    Fit : Shows the curve over one feature.
    Confusion : The same for classes.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim import Dataset, GradientDescent, MLP, Problem, Scene, views
    >>> x = np.random.default_rng(0).normal(size=(50, 3))
    >>> problem = Problem(Dataset(x, x[:, 0] - x[:, 1] * x[:, 2]), MLP((8,)))
    >>> scene = Scene(problem, GradientDescent(0.1), steps=50)
    >>> list(scene.panels)
    ['predicted', 'loss']
    >>> scene.panels["predicted"].describe(scene.clip(scene.runs()))
    '50 orange points, the predicted value of each against the observed one'
    """

    units: Units = "measured"

    def __post_init__(self) -> None:
        check_units("PredictedActual", self.units)

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw the diagonal and the points."""
        problem = _regression(clip.run)
        theme, (label,) = clip.theme, clip.drawn_runs
        data, validation = problem.data, problem.validation
        axes.style_axes(ax, theme)
        name_axes(
            ax, theme, self.units, axes.TICKS, (f"observed {data.y_name}", data.y_unit),
            (f"predicted {data.y_name}", data.y_unit), _how_many(data),
        )  # fmt: skip
        _fix_limits(ax, clip)
        ends = ax.get_xlim()
        ax.plot(ends, ends, color=theme.ink, linewidth=1.3, dashes=(5, 3), zorder=1.5,
                gid="diagonal", scalex=False, scaley=False)  # fmt: skip
        shown = [_mover(ax, problem, data, filled_points(ax, theme, len(data)))]
        if validation is not None:
            (hollow,) = ax.plot(
                [], [], "o", markerfacecolor="none", markeredgecolor=theme.ink,
                markeredgewidth=1.4, zorder=2.1, gid="validation",
                markersize=0.85 * point_size(theme.point_size, len(validation) + len(data)),
            )  # fmt: skip
            shown.append(_mover(ax, problem, validation, hollow))
            name_validation(ax, theme)

        def update(frame: int) -> list[Artist]:
            params = clip.params(label, frame)
            return [show(params) for show in shown]

        return update

    def describe(self, clip: Clip) -> str:
        """Say what the points are."""
        points = f"{len(_regression(clip.run).data):,} {colour_name(clip.theme.points)} points"
        return f"{points}, the predicted value of each against the observed one"

    def describe_step(self, run: Run, step: int) -> str:
        """Say by how much the predictions are off."""
        problem = _regression(run)
        off = abs(_predicted(problem, run.params[step], problem.data.x) - problem.data.y).mean()
        size = spoken(float(off * problem.data.y_unit.factor))
        return f"with predictions that are off by {size} on average" if np.isfinite(off) else ""


def _regression(run: Run) -> Problem:
    """Return the run's problem; GdanimError unless its model predicts a number."""
    problem = run.problem
    if not isinstance(problem, Problem):
        raise GdanimError(
            f"PredictedActual: shows data and a model, and {problem.loss_name} has none"
        )
    if problem.model.logits is not None or problem.model.outputs > 1:
        raise GdanimError(
            "PredictedActual: shows a model that predicts a number; for classes there is "
            "Confusion()"
        )
    return problem


def _predicted(problem: Problem, params: Floats, x: Floats) -> Floats:
    """Return predictions, infinite on overflow, `(p),(n,d)->(n)`."""
    with np.errstate(all="ignore"):
        y = problem.model.predict(params, x)
    return np.nan_to_num(y, nan=np.inf, posinf=np.inf, neginf=-np.inf)


def _some(data: Dataset) -> Ints:
    """Return the numbers of the points to draw."""
    return np.linspace(0, len(data) - 1, min(len(data), MANY)).astype(np.int64)


def _how_many(data: Dataset) -> str:
    return f"{MANY:,} of {len(data):,} points" if len(data) > MANY else ""


def _fix_limits(ax: Axes, clip: Clip) -> None:
    """Fix the limits for the values of all runs that share them, and their predictions."""
    values, predictions = [], []
    for label, run in clip.limit_runs.items():
        problem = _regression(run)
        steps = sampled_steps(clip.steps(label), _SAMPLED_STEPS)
        for data in (problem.data, problem.validation):
            if data is not None:
                x = data.x[_some(data)]
                rows = [_predicted(problem, run.params[step], x) for step in steps]
                values.append(data.y)
                predictions.append(np.concatenate(rows))
    y = np.concatenate(values)
    low, high = float(y.min()), float(y.max())
    margin = _MARGIN * (high - low) or 0.5 * abs(high) or 0.5
    ax.set(xlim=(low - margin, high + margin), ylim=data_limits(y, np.concatenate(predictions)))


def _mover(ax: Axes, problem: Problem, data: Dataset, points: Line2D) -> Callable[[Floats], Artist]:
    """Return a function that moves points to what the parameters predict."""
    some, (low, high) = _some(data), drawable_range(ax)
    x, observed = data.x[some], data.y[some]

    def show(params: Floats) -> Artist:
        points.set_data(observed, np.clip(_predicted(problem, params, x), low, high))
        return points

    return show
