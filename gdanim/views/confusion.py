"""The view of the confusion matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_hex

from gdanim.core.arrays import Floats, Ints
from gdanim.core.numbers import count
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.accuracy import classes_of, predicted_classes, predicts_classes
from gdanim.problems.problem import Problem
from gdanim.views._drawing import axes
from gdanim.views._drawing.bands import mix_colours
from gdanim.views._drawing.class_points import class_colours, class_name
from gdanim.views.base import Clip, StepView, Update

# How strong the colour of a cell is that holds all points of its class.
_STRONGEST = 0.6


@dataclass(frozen=True)
class Confusion(StepView):
    """The confusion matrix: how many points of each class are predicted to be of each class.

    A row for each class and a column for each prediction. Each cell shows a count; its colour
    deepens with its share of the row. Correct predictions are on the diagonal.

    Raises
    ------
    GdanimError
        When drawn for several runs, for a model that does not predict the probabilities of classes,
        or for more than six classes.

    See Also
    --------
    Boundary : Shows where each class is predicted.
    LossCurve : Shows the accuracy over the steps.

    Examples
    --------
    >>> from gdanim import CrossEntropy, GradientDescent, Problem, Scene, Softmax, datasets, views
    >>> problem = Problem(datasets.iris().standardised(), Softmax(), CrossEntropy())
    >>> panels = {"classes": views.Boundary(), "confusion": views.Confusion()}
    >>> scene = Scene(problem, GradientDescent(0.5), steps=50, panels=panels)
    >>> panels["confusion"].describe(scene.clip(scene.runs()))
    'the confusion matrix of 3 classes'
    """

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw the cells and their numbers."""
        run, theme = clip.run, clip.theme
        (label,), problem = clip.drawn_runs, _classified(clip.run)
        classes = len(class_colours(theme, classes_of(problem.model), "Confusion"))
        axes.style_axes(ax, theme)
        names = [class_name(problem.data, k) for k in range(classes)]
        places = np.arange(classes) + 0.5
        ax.set(xlim=(0, classes), ylim=(classes, 0))
        ax.set_xticks(places, names)
        ax.set_yticks(places, names, rotation=90, va="center")
        ax.grid(False)
        ax.spines[:].set_visible(False)
        axes.label_axes(ax, theme, x="predicted", title="confusion matrix")
        deepest = to_hex(mix_colours(theme.paper, theme.prediction, _STRONGEST))
        colours = LinearSegmentedColormap.from_list("share", [theme.paper, deepest])
        cells = ax.pcolormesh(
            np.arange(classes + 1), np.arange(classes + 1), np.zeros((classes, classes)),
            cmap=colours, vmin=0, vmax=1, edgecolors=theme.grid, linewidth=1.0, zorder=1,
        )  # fmt: skip
        numbers = [
            ax.text(x, y, "", ha="center", va="center", color=theme.ink, zorder=3,
                    fontsize=theme.label_size)
            for y in places for x in places
        ]  # fmt: skip

        def update(frame: int) -> list[Artist]:
            counts = confusion(problem, run.params[clip.step(label, frame)])
            cells.set_array(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
            for text, number in zip(numbers, counts.ravel().tolist(), strict=True):
                text.set_text(count(number))
            return [cells, *numbers]

        return update

    def describe(self, clip: Clip) -> str:
        """Say how many classes there are."""
        return f"the confusion matrix of {classes_of(_classified(clip.run).model)} classes"


def confusion(problem: Problem, params: Floats) -> Ints:
    """Return how many points of each class (row) are predicted to be of each (column), `[K, K]`."""
    found = predicted_classes(problem.model, params, problem.data.x)
    counts = np.zeros((classes_of(problem.model), classes_of(problem.model)), np.int64)
    known = found >= 0
    np.add.at(counts, (problem.data.y[known].astype(np.int64), found[known]), 1)
    return counts


def _classified(run: Run) -> Problem:
    """Return the run's problem; GdanimError unless its model predicts classes."""
    problem = run.problem
    if not predicts_classes(problem):
        raise GdanimError(
            "Confusion: needs a model that predicts classes, such as Logistic() or Softmax()"
        )
    return problem
