"""Predictions of runs, and the limits for them and their data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdanim.core.arrays import Floats, Ints, between
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.dataset import Dataset
from gdanim.problems.problem import Problem
from gdanim.views._drawing.samples import sampled_steps
from gdanim.views.base import Clip

# Limits and corners are chosen for at most this many of the steps that the frames show.
_SAMPLED_STEPS = 200
# How much room the predictions get above and below the data, in heights of the data: up to
# _ALL_ROOM if that shows all of them, else _ROOM.
_ALL_ROOM, _ROOM = 4.0, 1.5
# Predictions in this first part of the frames, or beyond the outermost points, get room up to
# _WHOLE heights of the data on each side if that shows all of them there, else _GLIMPSE.
_FIRST, _WHOLE, _GLIMPSE = 0.2, 0.9, 0.5
# Linked videos share their limits if these are at most this many times as wide and high as the data
# of each.
_MOST_EXTENT = 4.0


def fitted_problem(run: Run) -> Problem:
    """Return the run's problem; GdanimError if its objective has no data."""
    if not isinstance(run.problem, Problem):
        raise GdanimError(
            f"Fit: shows data and a model, and {run.problem.loss_name} has none; choose other "
            "panels, such as panels={'loss': views.LossCurve()}"
        )
    model = run.problem.model
    if model.outputs > 1:
        raise GdanimError(
            f"Fit: shows one number at a point, and {type(model).__name__} predicts the "
            "probability of each class; choose panels={'boundary': views.Boundary()}"
        )
    return run.problem


def labels_sharing_limits(clip: Clip, problem: Problem) -> list[str]:
    """Return the labels of the runs that limits are taken from.

    Those with the same data; if the clip has linked clips and the data of all is about as wide and
    high, all.
    """
    problems = {label: fitted_problem(run) for label, run in clip.limit_runs.items()}
    everywhere = [problem.data for problem in problems.values()]
    if clip.linked_clips and _same_extent(everywhere):
        return list(problems)
    return [label for label, other in problems.items() if other.data.equals(problem.data)]


def _same_extent(data: Sequence[Dataset]) -> bool:
    """Return whether limits for all the data leave room for each: similar extents, same columns."""
    if len({(one.x_names, one.y_name, one.units) for one in data}) > 1:
        return False
    columns = [(one.x[:, 0], one.y) for one in data]
    lengths = np.array([[np.ptp(values) for values in pair] for pair in columns])
    together = np.array([np.ptp(np.concatenate(axis)) for axis in zip(*columns, strict=True)])
    return bool((together <= _MOST_EXTENT * lengths).all())


def all_points(problems: Sequence[Problem]) -> tuple[Floats, Floats]:
    """Return all points of the problems, with those of the validation sets: `x [K]`, `y [K]`."""
    both = [(problem.data, problem.validation) for problem in problems]
    data = {id(one): one for pair in both for one in pair if one is not None}.values()
    x, y = zip(*((one.x[:, 0], one.y) for one in data), strict=True)
    return np.concatenate(x), np.concatenate(y)


def sampled_predictions(clip: Clip, label: str, grid: Floats) -> Floats:
    """Return predictions at some of the steps that the frames show: `[K, G]`."""
    samples = sampled_steps(clip.steps(label), _SAMPLED_STEPS)
    return predicted(clip.limit_runs[label], samples, grid)


def lasting(clip: Clip, label: str, predictions: Floats) -> Floats:
    """Return those of the sampled predictions `[K, G]` that are shown after the first frames."""
    steps = clip.steps(label)
    late = sampled_steps(steps, _SAMPLED_STEPS) >= steps[int(_FIRST * len(steps))]
    kept: Floats = predictions[late]
    return kept


def predicted(run: Run, positions: Floats | Ints, x: Floats) -> Floats:
    """`(k),(g)->(k,g)`: the predictions at positions in steps, at `x`; infinite on overflow."""
    with np.errstate(all="ignore"):
        y = fitted_problem(run).model.predict(between(run.params, positions), x[:, np.newaxis])
    return np.nan_to_num(y, nan=np.inf, posinf=np.inf, neginf=-np.inf)


def data_limits(
    y: Floats, predictions: Floats, passing: Floats | None = None
) -> tuple[float, float]:
    """Return limits for the data, and for as much of the predictions as leaves the data room.

    `passing` predictions, which are soon over, get little room.
    """
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
    if passing is not None:
        under, over = low - float(passing.min()), float(passing.max()) - high
        below = max(below, under if under <= _WHOLE * height else _GLIMPSE * height)
        above = max(above, over if over <= _WHOLE * height else _GLIMPSE * height)
    margin = 0.06 * (height + below + above)
    return low - below - margin, high + above + margin


def vertex_gap(curves: Floats, tolerance: float) -> int:
    """Return a power of two: every so-many-th point of `curves [K, G]` is enough to draw them.

    That is at least every other one, as long as no line between vertices is further than
    `tolerance` from a point that it leaves out.
    """
    gap, last = 2, curves.shape[1] - 1
    while last % (2 * gap) == 0:
        ends = curves[:, :: 2 * gap]
        between = curves[:, gap :: 2 * gap]
        if np.abs(between - (ends[:, 1:] + ends[:, :-1]) / 2).max(initial=0.0) > tolerance:
            break
        gap *= 2
    return gap
