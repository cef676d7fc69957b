"""The view of a classifier: the probability, the boundary, the two classes."""

from __future__ import annotations

from dataclasses import dataclass

import contourpy
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, TextArea

from gdanim.core.arrays import Floats
from gdanim.core.words import Mathtext
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems._columns import SWITCHES
from gdanim.problems.dataset import Dataset
from gdanim.problems.problem import Problem
from gdanim.problems.unit import Unit
from gdanim.views._drawing import axes
from gdanim.views._drawing.bands import Bands, mix_colours
from gdanim.views._drawing.data_axes import Units, check_units, name_axes
from gdanim.views._drawing.loss_surface import grid_side
from gdanim.views._drawing.marks import run_legend
from gdanim.views._drawing.points import point_size
from gdanim.views._drawing.predictions import predicted, x_grid
from gdanim.views.base import Clip, StepView, Update, chain_updates
from gdanim.views.theme import Theme

# The number of bands of probability, and how strong the colour is where a class is certain.
_BANDS, _STRENGTH = 20, 0.5
# How many floats one frame's probabilities may take to compute, and the fewest and most grid points
# along each axis.
_BUDGET, _SIDES = 1e5, (31, 61)
# More points than this lie under the colours rather than on them, and so are drawn only once.
_MANY = 5000
_MARKERS, _SIGNS, _VALIDATION = ("o", "s"), ("●", "■"), "○□ validation"


@dataclass(frozen=True)
class Boundary(StepView):
    """The predicted probability that y is 1, and the points of the two classes.

    With two features, the probability is a colour, and a line marks where it is one half. With one
    feature, it is a curve over x between the points at 0 and 1, and a dashed line marks where it is
    one half. Points of the validation set are hollow. Several runs share the panel: with two
    features only their lines are drawn, each in its colour. The limits are those of the data.

    Parameters
    ----------
    units : {"measured", "standardised"}, default "measured"
        For standardised data: whether the axes show what was measured, or the numbers of the
        descent.

    Raises
    ------
    GdanimError
        When drawn for data whose y is not 0 or 1 or that has more than two features, for an
        objective without data, or for runs of different data.

    See Also
    --------
    Logistic : A model that predicts a probability.
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
        _name_classes(ax, clip.theme, data, validation)
        draw = _draw_plane if data.features > 1 else _draw_curves
        movers = draw(ax, clip, data, validation)
        return chain_updates(movers)

    def describe(self, clip: Clip) -> str:
        """Say what the colours or the curve are."""
        return "the points of two classes with the predicted probability of one of them"


def _classes(clip: Clip) -> Dataset:
    """Return the data of the runs that are drawn; GdanimError unless it has two classes."""
    problem, *rest = (_problem_of(run) for run in clip.drawn_runs.values())
    data = problem.data
    if not all(other.data.equals(data) for other in rest):
        raise GdanimError(
            f"Boundary: the runs {', '.join(clip.drawn_runs)} have different data; "
            f"show each by itself with views.Each(views.Boundary())"
        )
    others = data.y[(data.y != 0) & (data.y != 1)]
    if others.size:
        raise GdanimError(
            f"Boundary: {data.y_name} must be 0 or 1, one for each class, got {others[0]:g}"
        )
    if data.features > 2:
        raise GdanimError(
            f"Boundary: shows data with one or two features, this has {data.features} "
            f"({', '.join(data.x_names)})"
        )
    return data


def _problem_of(run: Run) -> Problem:
    """Return the run's problem; GdanimError when it has no data."""
    if not isinstance(run.problem, Problem):
        raise GdanimError(f"Boundary: shows two classes, and {run.problem.loss_name} has no data")
    return run.problem


def _colours(theme: Theme) -> tuple[str, str]:
    """Return the colours of class 0 and class 1."""
    return theme.prediction, theme.points


def _name_classes(ax: Axes, theme: Theme, data: Dataset, validation: Dataset | None) -> None:
    """Write above the panel what the two markers mean."""
    texts: list[Artist] = [
        TextArea(text, textprops={"color": colour, "size": theme.label_size})
        for k, sign in enumerate(_SIGNS)
        for text, colour in ((sign, _colours(theme)[k]), (f"{_class_name(data, k)}    ", theme.ink))
    ]
    if validation is not None:
        texts.append(
            TextArea(_VALIDATION, textprops={"color": theme.ink, "size": theme.label_size})
        )
    # An empty title makes room for them.
    axes.label_axes(ax, theme, Mathtext(ax.get_xlabel()), Mathtext(ax.get_ylabel()), " ")
    box = AnchoredOffsetbox(
        "lower left", child=HPacker(children=texts, sep=4, pad=0, align="baseline"), pad=0,
        borderpad=0.25, frameon=False, bbox_to_anchor=(0, 1), bbox_transform=ax.transAxes,
    )  # fmt: skip
    ax.add_artist(box)


def _class_name(data: Dataset, k: int) -> str:
    """Return a class's own name, or else which value of y it is."""
    name = data.classes[k] if data.classes else f"{k}"
    says_little = {word for pair in SWITCHES for word in pair}
    if name.lower() not in says_little and not name.lstrip("+-").isdigit():
        return name
    return f"{data.y_name.replace('_', ' ')} = {name}"


def _span(values: Floats) -> tuple[float, float]:
    """Return limits a little wider than the values."""
    low, high = float(values.min()), float(values.max())
    margin = 0.05 * (high - low) or 0.5 * abs(high) or 0.5
    return low - margin, high + margin


def _draw_points(
    ax: Axes, theme: Theme, data: Dataset, heights: Floats, zorder: float, hollow: bool = False
) -> None:
    """Draw the points of the classes in two colours and two shapes."""
    scale, edge, thickest = (0.9, 1.6, 0.3) if hollow else (1.15, 0.9, 0.2)
    size = point_size(scale * theme.point_size, len(data))
    for k, (colour, marker) in enumerate(zip(_colours(theme), _MARKERS, strict=True)):
        chosen = data.y == k
        ax.plot(
            data.x[chosen, 0], heights[chosen], marker, markersize=size, zorder=zorder,
            color=theme.paper if hollow else colour,
            markeredgecolor=colour if hollow else theme.paper,
            markeredgewidth=min(edge, thickest * size),
            gid=f"validation {k}" if hollow else f"class {k}",
        )  # fmt: skip


def _draw_plane(ax: Axes, clip: Clip, data: Dataset, validation: Dataset | None) -> list[Update]:
    """Draw two features: colours for a single run, and a line for each run."""
    ax.grid(False)
    seen = data.x if validation is None else np.concatenate([data.x, validation.x])
    ax.set(xlim=_span(seen[:, 0]), ylim=_span(seen[:, 1]))
    many = len(data) > _MANY
    _draw_points(ax, clip.theme, data, data.x[:, 1], 0.4 if many else 2)
    if validation is not None:
        crowd = len(validation) > _MANY
        _draw_points(
            ax, clip.theme, validation, validation.x[:, 1], 0.3 if crowd else 2.1, hollow=True
        )
    if len(clip.drawn_runs) > 1:
        run_legend(ax, clip, [seen])
    return [_draw_probability(ax, clip, label, many) for label in clip.drawn_runs]


def _draw_probability(ax: Axes, clip: Clip, label: str, many: bool) -> Update:
    """Draw one run's boundary, and the colours if it is the only run."""
    run, theme = clip.runs[label], clip.theme
    model = _problem_of(run).model
    side = grid_side(model.workspace, _BUDGET, _SIDES)
    x, y = np.linspace(*ax.get_xlim(), side), np.linspace(*ax.get_ylim(), side)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    bands = Bands(ax, shades(theme), "none")
    bands.filled.set_alpha(0.6 if many else None)
    line = LineCollection(
        [], colors=clip.colour(label, theme.ink), linewidths=theme.line_width, zorder=3, gid="half"
    )
    ax.add_collection(line, autolim=False)

    def update(frame: int) -> list[Artist]:
        with np.errstate(all="ignore"):
            chance = model.predict(run.params[clip.step(label, frame)], grid).reshape(side, side)
        chance = np.nan_to_num(np.clip(chance, 0, 1), nan=0.5)
        halves = contourpy.contour_generator(x, y, chance, line_type="Separate")
        line.set_segments(halves.lines(0.5))  # type: ignore[arg-type]
        if len(clip.drawn_runs) > 1:
            return [line]
        return [*bands.show(x, y, chance), line]

    return update


def shades(theme: Theme) -> list[tuple[float, float, float]]:
    """Return the colours from one class through the background to the other."""
    chances = (np.arange(_BANDS) + 0.5) / _BANDS
    return [
        mix_colours(
            theme.paper, _colours(theme)[int(chance > 0.5)], _STRENGTH * abs(2 * chance - 1)
        )
        for chance in chances.tolist()
    ]


def _draw_curves(ax: Axes, clip: Clip, data: Dataset, validation: Dataset | None) -> list[Update]:
    """Draw one feature: the probability over x."""
    theme = clip.theme
    grid = x_grid(
        data.x[:, 0] if validation is None else np.append(data.x[:, 0], validation.x[:, 0])
    )
    ax.set(xlim=(grid[0], grid[-1]), ylim=(-0.09, 1.09))
    ax.set_yticks([0, 0.5, 1], ["0", "½", "1"])
    _draw_points(ax, theme, data, data.y, 2)
    if validation is not None:
        _draw_points(ax, theme, validation, validation.y, 2.1, hollow=True)
    if len(clip.drawn_runs) > 1:
        run_legend(ax, clip, [np.column_stack([data.x[:, 0], data.y])])
    return [_draw_curve(ax, clip, label, grid) for label in clip.drawn_runs]


def _draw_curve(ax: Axes, clip: Clip, label: str, grid: Floats) -> Update:
    """Draw one run's curve, and dashed lines where it crosses one half."""
    run, theme = clip.runs[label], clip.theme
    colour = clip.colour(label, theme.ink)
    (curve,) = ax.plot([], [], color=colour, linewidth=theme.line_width, zorder=3, gid="chance")
    crossing = LineCollection([], colors=colour, linewidths=0.5 * theme.line_width,
                              linestyles="--", zorder=2.5, gid="half")  # fmt: skip
    ax.add_collection(crossing, autolim=False)

    def update(frame: int) -> list[Artist]:
        (chance,) = predicted(run, np.array([clip.step(label, frame)]), grid)
        curve.set_data(grid, np.clip(chance, -9, 9))
        above = np.clip(chance, -9, 9) - 0.5
        at = np.flatnonzero((above[1:] > 0) != (above[:-1] > 0))
        places = grid[at] - above[at] * (grid[at + 1] - grid[at]) / (above[at + 1] - above[at])
        crossing.set_segments([np.array([[place, -9.0], [place, 9.0]]) for place in places])
        return [crossing, curve]

    return update
