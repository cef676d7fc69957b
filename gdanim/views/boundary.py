"""The view of a classifier: the probabilities, the boundary, the classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from gdanim.core.arrays import Floats
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.accuracy import classes_of
from gdanim.problems.dataset import Dataset
from gdanim.problems.grids import MAP_SIDE, curve_grid, map_limits
from gdanim.problems.problem import Problem
from gdanim.problems.unit import Unit
from gdanim.views._drawing import axes
from gdanim.views._drawing.alike import expect_alike
from gdanim.views._drawing.class_map import ClassPicture, Grid, log_chances
from gdanim.views._drawing.class_points import class_colours, draw_class_points, name_classes
from gdanim.views._drawing.data_axes import Units, check_units, name_axes
from gdanim.views._drawing.loss_surface import grid_side
from gdanim.views._drawing.marks import run_legend
from gdanim.views._drawing.predictions import predicted
from gdanim.views.base import Clip, StepView, Update, chain_updates

# How many floats one frame's probabilities may take to compute, and the fewest and most grid points
# along each axis.
_BUDGET, _SIDES = 1e5, (31, MAP_SIDE)
# More points than this lie under the colours rather than on them, and so are drawn only once.
_MANY = 5000
# The distance of the rows of points under curves of more than two classes, in probabilities.
_ROW = 0.09


@dataclass(frozen=True)
class Boundary(StepView):
    """The predicted probability of each class, and the points of the classes.

    With two features, the likeliest class is a colour, paler where it is less certain,
    and a line marks where the two likeliest are equally likely. With one feature, the probability
    that y is 1 is a curve over x between the points at 0 and 1, and a dashed line marks where it is
    one half; with more than two classes, each has a curve, and its points lie below. Points of the
    validation set are hollow. Several runs share the panel: with two features only their lines are
    drawn, each in its colour. The limits are those of the data.

    Parameters
    ----------
    units : {"measured", "standardised"}, default "measured"
        For standardised data: whether the axes show what was measured, or the numbers of the
        descent.

    Raises
    ------
    GdanimError
        When drawn for data with more than two features or more than six classes, for data whose
        y does not number the classes that the model predicts, for an objective without data, or
        for runs of different data.

    See Also
    --------
    Logistic, Softmax : Models that predict probabilities.
    HiddenUnits : Shows what each hidden unit of a network sees.
    Confusion : Counts the points of each class by the class that is predicted.
    Fit : Shows a model that predicts a number.

    Examples
    --------
    >>> from gdanim import Dataset, GradientDescent, LogLoss, Logistic, Problem, Scene, views
    >>> data = Dataset([1, 2, 3, 4, 5, 6], [0, 0, 1, 0, 1, 1])
    >>> problem = Problem(data, Logistic(), LogLoss())
    >>> panels = {"boundary": views.Boundary()}
    >>> scene = Scene(problem, GradientDescent(0.1), steps=50, panels=panels)
    >>> panels["boundary"].describe(scene.clip(scene.runs()))
    'the points of two classes with the predicted probability of one of them'
    """

    units: Units = "measured"

    def __post_init__(self) -> None:
        check_units("Boundary", self.units)

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw colours, points and line, from back to front."""
        data = _classes(clip)
        axes.style_axes(ax, clip.theme, 5)
        names = (name.replace("_", " ") for name in data.x_names)
        x, y, *_ = [*zip(names, data.x_units, strict=True), ("", Unit())]
        name_axes(ax, clip.theme, self.units, 5, x, y)
        validation = _problem_of(next(iter(clip.drawn_runs.values()))).validation
        name_classes(ax, clip.theme, data, _colours(clip), validation)
        draw = _draw_plane if data.features > 1 else _draw_curves
        movers = draw(ax, clip, data, validation)
        return chain_updates(movers)

    def describe(self, clip: Clip) -> str:
        """Say what the colours or the curve are."""
        if len(_colours(clip)) == 2:
            return "the points of two classes with the predicted probability of one of them"
        return (
            f"the points of {len(_colours(clip))} classes with the region of each predicted class"
        )


def _classes(clip: Clip) -> Dataset:
    """Return the data of the runs that are drawn; GdanimError unless it has classes."""
    problem, *rest = (_problem_of(run) for run in clip.drawn_runs.values())
    data = problem.data
    expect_alike("Boundary", clip, all(other.data.equals(data) for other in rest), "data")
    classes = len(_colours(clip))
    others = data.y[~np.isin(data.y, np.arange(classes))]
    if others.size:
        raise GdanimError(
            f"Boundary: {data.y_name} must be 0 or 1, one for each class, got {others[0]:g}; for "
            "more classes, use Softmax() or MLP(output='softmax') with CrossEntropy()"
        )
    if data.features > 2:
        raise GdanimError(
            f"Boundary: shows data with one or two features, got {data.features} "
            f"({', '.join(data.x_names)})"
        )
    return data


def _problem_of(run: Run) -> Problem:
    """Return the run's problem; GdanimError when it has no data."""
    if not isinstance(run.problem, Problem):
        raise GdanimError(f"Boundary: shows classes, and {run.problem.loss_name} has no data")
    return run.problem


def _colours(clip: Clip) -> list[str]:
    """Return the colour of each class that the models predict."""
    models = [_problem_of(run).model for run in clip.drawn_runs.values()]
    return class_colours(clip.theme, max(map(classes_of, models)), "Boundary")


def _draw_plane(ax: Axes, clip: Clip, data: Dataset, validation: Dataset | None) -> list[Update]:
    """Draw two features: colours for a single run, and a line for each run."""
    theme, colours = clip.theme, _colours(clip)
    ax.grid(False)
    seen = data.x if validation is None else np.concatenate([data.x, validation.x])
    ax.set(xlim=map_limits(seen[:, 0]), ylim=map_limits(seen[:, 1]))
    many = len(data) > _MANY
    draw_class_points(ax, theme, data, data.x[:, 1], colours, 0.4 if many else 2)
    if validation is not None:
        zorder = 0.3 if len(validation) > _MANY else 2.1
        draw_class_points(ax, theme, validation, validation.x[:, 1], colours, zorder, hollow=True)
    if len(clip.drawn_runs) > 1:
        run_legend(ax, clip, [seen])
    return [_draw_classes(ax, clip, label, many) for label in clip.drawn_runs]


def _draw_classes(ax: Axes, clip: Clip, label: str, many: bool) -> Update:
    """Draw one run's boundary, and the colours if it is the only run."""
    run, theme = clip.runs[label], clip.theme
    model = _problem_of(run).model
    grid = Grid(ax, grid_side(model.workspace, _BUDGET, _SIDES))
    alone = len(clip.drawn_runs) == 1
    picture = ClassPicture(ax, theme.paper, _colours(clip), 0.6 if many else 1.0) if alone else None
    line = LineCollection(
        [], colors=clip.colour(label, theme.ink), linewidths=theme.line_width, zorder=3, gid="half"
    )
    ax.add_collection(line, autolim=False)

    def update(frame: int) -> list[Artist]:
        params = clip.params(label, frame)
        chances = grid.squares(log_chances(model, params, grid.points_for(model, params)))
        line.set_segments(grid.borders(chances))
        if picture is None:
            return [line]
        picture.chances = chances
        return [picture, line]

    return update


def _draw_curves(ax: Axes, clip: Clip, data: Dataset, validation: Dataset | None) -> list[Update]:
    """Draw one feature: the probability over x."""
    theme, colours = clip.theme, _colours(clip)
    both = [data] if validation is None else [data, validation]
    grid = curve_grid(np.concatenate([one.x[:, 0] for one in both]))
    several = len(colours) > 2
    ax.set(xlim=(grid[0], grid[-1]), ylim=(-_ROW * (len(colours) + 1) if several else -0.09, 1.09))
    ax.set_yticks([0, 0.5, 1], ["0", "½", "1"])
    heights = [-_ROW * (one.y + 1) if several else one.y for one in both]
    draw_class_points(ax, theme, data, heights[0], colours, 2)
    if validation is not None:
        draw_class_points(ax, theme, validation, heights[1], colours, 2.1, hollow=True)
    if len(clip.drawn_runs) > 1:
        run_legend(ax, clip, [np.column_stack([data.x[:, 0], heights[0]])])
    draw = _draw_class_curves if several else _draw_curve
    return [draw(ax, clip, label, grid) for label in clip.drawn_runs]


def _draw_class_curves(ax: Axes, clip: Clip, label: str, grid: Floats) -> Update:
    """Draw one run's curve of the probability of each class, in the colours of the classes."""
    run, width = clip.runs[label], clip.theme.line_width
    model, several = _problem_of(run).model, len(clip.drawn_runs) > 1
    curves = [
        ax.plot(
            [],
            [],
            color=clip.colour(label) if several else colour,
            linewidth=width,
            zorder=3,
            gid=f"chance {k}",
        )[0]
        for k, colour in enumerate(_colours(clip))
    ]

    def update(frame: int) -> list[Artist]:
        params = clip.params(label, frame)
        chances = np.exp(log_chances(model, params, grid[:, np.newaxis]))
        for curve, chance in zip(curves, chances, strict=True):
            curve.set_data(grid, chance)
        return [*curves]

    return update


def _draw_curve(ax: Axes, clip: Clip, label: str, grid: Floats) -> Update:
    """Draw one run's curve, and dashed lines where it crosses one half."""
    run, theme = clip.runs[label], clip.theme
    colour = clip.colour(label, theme.ink)
    (curve,) = ax.plot([], [], color=colour, linewidth=theme.line_width, zorder=3, gid="chance")
    crossing = LineCollection(
        [],
        colors=colour,
        linewidths=0.5 * theme.line_width,
        linestyles="--",
        zorder=2.5,
        gid="half",
    )
    ax.add_collection(crossing, autolim=False)

    def update(frame: int) -> list[Artist]:
        (chance,) = predicted(run, clip.positions(label)[[frame]], grid)
        curve.set_data(grid, np.clip(chance, -9, 9))
        above = np.clip(chance, -9, 9) - 0.5
        at = np.flatnonzero((above[1:] > 0) != (above[:-1] > 0))
        places = grid[at] - above[at] * (grid[at + 1] - grid[at]) / (above[at + 1] - above[at])
        crossing.set_segments([np.array([[place, -9.0], [place, 9.0]]) for place in places])
        return [crossing, curve]

    return update
