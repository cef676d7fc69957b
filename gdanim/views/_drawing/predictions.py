"""Predictions of runs, and the limits that hold them and their data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdanim.core.arrays import Floats, Ints
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.dataset import Dataset
from gdanim.problems.problem import Problem
from gdanim.views.base import Clip

# Points of the grid on which a prediction is drawn: one a pixel at 1280.
GRID_POINTS = 1201
# How many of the frames decide about limits and corners.
_SAMPLED_STEPS = 200
# So many times the data's height may the predictions take beside the data; up to the first where
# that shows them all, else the second.
_ALL_ROOM, _ROOM = 4.0, 1.5
# The data of videos that take each other's place share their limits where these are at most so many
# times as wide and high as any of them alone.
_MOST_EXTENT = 4.0


def fitted_problem(run: Run) -> Problem:
    """The run's problem; GdanimError when it is a bare function, which fits nothing."""
    if not isinstance(run.problem, Problem):
        raise GdanimError(
            f"Fit: shows data and a model, and {run.problem.loss_name} has none; choose other "
            "panels, such as panels={'loss': views.LossCurve()}"
        )
    return run.problem


def labels_sharing_limits(clip: Clip, problem: Problem) -> list[str]:
    """The compared runs, by label, that limits are taken from: those of the same data, and of other
    videos those of data as wide and high, too.
    """
    problems = {label: fitted_problem(run) for label, run in clip.limit_runs.items()}
    everywhere = [problem.data for problem in problems.values()]
    if clip.linked_clips and _same_extent(everywhere):
        return list(problems)
    return [label for label, other in problems.items() if other.data.equals(problem.data)]


def _same_extent(data: Sequence[Dataset]) -> bool:
    """Whether limits that hold all the data leave each its room: axes as long, named alike."""
    if len({(one.x_names, one.y_name) for one in data}) > 1:
        return False
    columns = [(one.x[:, 0], one.y) for one in data]
    lengths = np.array([[np.ptp(values) for values in pair] for pair in columns])
    check_int = np.array([np.ptp(np.concatenate(axis)) for axis in zip(*columns, strict=True)])
    return bool((check_int <= _MOST_EXTENT * lengths).all())


def all_points(problems: Sequence[Problem]) -> tuple[Floats, Floats]:
    """All points of the problems, also those held out: `x [K]`, `y [K]`."""
    both = [(problem.data, problem.validation) for problem in problems]
    data = {id(one): one for pair in both for one in pair if one is not None}.values()
    x, y = zip(*((one.x[:, 0], one.y) for one in data), strict=True)
    return np.concatenate(x), np.concatenate(y)


def sampled_predictions(clip: Clip, label: str, grid: Floats) -> Floats:
    """The predictions of some of the steps that the frames show, spread over all: `[K, G]`."""
    shown = np.unique(clip.steps(label))
    samples = shown[np.linspace(0, len(shown) - 1, min(len(shown), _SAMPLED_STEPS)).astype(int)]
    return predicted(clip.limit_runs[label], samples, grid)


def x_grid(x: Floats) -> Floats:
    """Fine, even, and a little wider than the data."""
    low, high = float(x.min()), float(x.max())
    margin = 0.03 * (high - low) or 0.5 * abs(high) or 0.5
    return np.linspace(low - margin, high + margin, GRID_POINTS)


def predicted(run: Run, steps: Ints, x: Floats) -> Floats:
    """`(k),(g)->(k,g)`: the predictions after each of `steps` at `x`; overflow is infinite."""
    with np.errstate(all="ignore"):
        y = fitted_problem(run).model.predict(run.params[steps], x[:, np.newaxis])
    return np.nan_to_num(y, nan=np.inf, posinf=np.inf, neginf=-np.inf)


def data_limits(y: Floats, predictions: Floats) -> tuple[float, float]:
    """Limits that hold the data, and of the predictions as much as leaves the data its room."""
    low, high = float(y.min()), float(y.max())
    height = high - low or abs(high) or 1.0
    below = max(0.0, low - float(predictions.min()))
    above = max(0.0, float(predictions.max()) - high)
    if below + above > _ALL_ROOM * height:
        room = _ROOM * height
        below, above = (
            min(below, max(room / 2, room - above)),
            min(above, max(room / 2, room - below)),
        )
    margin = 0.06 * (height + below + above)
    return low - below - margin, high + above + margin
