"""The loss along one or two directions in parameter space."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.core.numbers import count
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.landscape import Landscape
from gdanim.problems.losses import Loss
from gdanim.problems.model import Model
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem
from gdanim.views._drawing.alike import expect_alike
from gdanim.views._drawing.parameters_known import check_differentiable
from gdanim.views._drawing.samples import evenly_spaced
from gdanim.views.base import Clip, ends_above_start

Parameter = str | int
# The path's main directions are computed from at most this many of its steps.
_STATES = 2000
# Limits are taken from at most this many of the steps that the frames show.
SAMPLED_STEPS = 60
# Limits follow a path up to this many times the distance from its start to the best point.
_FOLLOWED = 1.5
# The margin on each side of the limits, as a part of the distance between them.
_MARGIN = 0.05
# How many floats a map of the loss may take to compute: once for a video, and at every frame.
ONCE, EACH_FRAME = 3e7, 1.5e5
# A loss that is not quadratic is computed over at most this many of the data points.
_MANY = 5000
# A point further than _FAR half panels from the panel's middle is drawn at that distance; larger
# distances than _FARTHEST are taken to be that.
_FAR, _FARTHEST = 1e3, 1e100


class LossSurface:
    """An objective's loss and gradient at many points.

    Where the second derivative is the same everywhere, both follow from it and the minimum, so that
    half a million data points cost no more than ten. Elsewhere the loss is that of `_MANY` random
    points if there are more; `sample` then says so for a title. The gradient is always that of all.
    """

    def __init__(self, objective: Objective) -> None:
        self.best = objective.minimum
        self._hessian = objective.hessian
        if self.best is None or self.best.params is None:
            self._hessian = None
        self._whole = objective
        self.objective = objective if self._hessian is not None else sampled_objective(objective)
        self.sample = ""
        if self.objective is not objective:
            self.best = self.objective.minimum
            self.sample = f", of {count(_MANY)} of {count(objective.points)} points"
        drawn = self.objective
        self.workspace = len(drawn.names) if self._hessian is not None else drawn.workspace

    @property
    def optima(self) -> Floats:
        """The best known parameters `[K, P]`: of a function, all its known minima."""
        if isinstance(self.objective, FunctionObjective) and self.objective.minima is not None:
            return np.asarray(self.objective.minima)
        if self.best is None or self.best.params is None:
            return np.empty((0, len(self.objective.names)))
        return self.best.params[np.newaxis]

    @property
    def range(self) -> Floats | None:
        """The part of a function's parameters that is worth seeing, `[P, 2]`; None with data."""
        if isinstance(self.objective, FunctionObjective | Landscape):
            return np.asarray(self.objective.range)
        return None

    def loss(self, params: Floats) -> Floats:
        """`(p)->()`: the loss, infinite where it is not a number."""
        rows = np.reshape(params, (-1, params.shape[-1]))
        with np.errstate(all="ignore"):
            if self._hessian is None or self.best is None or self.best.params is None:
                losses = self.objective.losses(rows)
            else:
                offset = rows - self.best.params
                losses = self.best.loss + 0.5 * np.sum(offset @ self._hessian * offset, axis=-1)
        return np.nan_to_num(losses, nan=np.inf, posinf=np.inf).reshape(params.shape[:-1])

    def gradient(self, params: Floats) -> Floats:
        """`(p)->(p)`: the derivative with respect to the parameters."""
        if self._hessian is None or self.best is None or self.best.params is None:
            return self._whole.gradient(params)
        with np.errstate(all="ignore"):
            return np.asarray((params - self.best.params) @ self._hessian)


def sampled_objective(objective: Objective) -> Objective:
    """Return the objective of `_MANY` of the points, if there are more.

    A loss that is a sum over the points is scaled to all of them, as its gradient and the penalty
    are those of all.
    """
    if not isinstance(objective, Problem) or objective.points <= _MANY:
        return objective
    data, _ = objective.data.split(_MANY / objective.points)
    loss = objective.loss_function
    if loss.additive:
        loss = _Scaled(loss, objective.points / len(data))
    return replace(objective, data=data, loss_function=loss, validation=None)


@dataclass(frozen=True)
class _Scaled(Loss):
    """A multiple of a loss, under the same name."""

    loss: Loss
    factor: float

    @property
    def name(self) -> str:
        """The name of the loss."""
        return self.loss.name

    @property
    def symbol(self) -> str:
        """The symbol of the loss."""
        return self.loss.symbol

    def scored_model(self, model: Model, y: Floats) -> Model:
        """Return the model whose output the loss takes."""
        return self.loss.scored_model(model, y)

    def value(self, prediction: Floats, y: Floats) -> Floats:
        """Return the factor times the loss."""
        return np.asarray(self.factor * self.loss.value(prediction, y))

    def gradient(self, prediction: Floats, y: Floats) -> Floats:
        """Return the factor times the derivative."""
        return self.factor * self.loss.gradient(prediction, y)


@dataclass(frozen=True, eq=False)
class Slice:
    """A line or plane in the space of P parameters.

    Fields: `directions [K, P]`, orthonormal; `base [P]`, the point with the coordinates 0, or None
    if the slice always goes through the current point; `names` of its K axes.
    """

    directions: Floats
    base: Floats | None
    names: tuple[str, ...]

    def coordinates(self, params: Floats) -> Floats:
        """`(p)->(k)`: where the parameters lie, projected onto the slice."""
        offset = params if self.base is None else params - self.base
        return np.asarray(offset @ self.directions.T)

    def points(self, coordinates: Floats, through: Floats) -> Floats:
        """`(k),(p)->(p)`: the parameters at the coordinates; `through` is the current point."""
        base = self.base
        if base is None:
            base = through - self.coordinates(through) @ self.directions
        return np.asarray(base + coordinates @ self.directions)


def along(names: Sequence[str], chosen: Sequence[int], fixed: Floats | None = None) -> Slice:
    """Return the slice along the parameters numbered `chosen`.

    The others have their current values, or those of `fixed [P]`.
    """
    directions = np.eye(len(names))[list(chosen)]
    base = None
    if fixed is not None:
        base = np.array(fixed)
        base[list(chosen)] = 0.0
    elif len(chosen) == len(names):
        base = np.zeros(len(names))
    return Slice(directions, base, tuple(names[i] for i in chosen))


def main_plane(runs: Iterable[Run]) -> Slice:
    """Return the plane of the directions in which the paths move most.

    It goes through the first path's end. Paths that end above their start count only if there are
    no others. The directions are the principal components of the recorded parameters, as in Li et
    al., Visualizing the Loss Landscape of Neural Nets, 2018 (https://arxiv.org/abs/1712.09913),
    section 7.
    """
    everyone = list(runs)
    # A run that diverges goes so far that its direction would be the only one.
    runs = [run for run in everyone if not ends_above_start(run)] or everyone
    end = runs[0].params[-1]
    states = [run.params[evenly_spaced(run.steps, _STATES)] - end for run in runs]
    # Two rows of zeros, so that even a run without a step has two directions.
    offsets = np.concatenate([*states, np.zeros((2, len(end)))])
    offsets = offsets / (np.abs(offsets).max() or 1.0)
    _, strength, directions = np.linalg.svd(offsets, full_matrices=False)
    directions = directions[:2]
    # The sign of a singular vector depends on the LAPACK library; this fixes it.
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.sign(directions[[0, 1], largest])[:, np.newaxis]
    parts = strength**2 / (np.sum(strength**2) or 1.0)
    names = tuple(f"direction {k + 1} ({100 * parts[k]:.0f} %)" for k in range(2))
    return Slice(directions, end, names)


def number_of(view: str, parameter: Parameter, names: Sequence[str]) -> int:
    """Return the number of the parameter with this name or number; GdanimError if none has."""
    if isinstance(parameter, str) and parameter in names:
        return names.index(parameter)
    if (
        isinstance(parameter, int)
        and not isinstance(parameter, bool)
        and 0 <= parameter < len(names)
    ):
        return parameter
    raise GdanimError(
        f"{view}: no parameter {parameter!r}; the parameters are {', '.join(names)} "
        f"(numbers 0 to {len(names) - 1})"
    )


def common_loss_surface(view: str, clip: Clip) -> LossSurface:
    """Return the loss surface of the runs drawn; GdanimError if they differ in it."""
    first, *others = (run.problem for run in clip.drawn_runs.values())
    expect_alike(view, clip, all(problem is first for problem in others), "losses")
    check_differentiable(view, first)
    return LossSurface(first)


def runs_sharing_objective(clip: Clip) -> dict[str, Run]:
    """Return the runs, drawn or not, that have the objective of those drawn and share limits."""
    problem = next(iter(clip.drawn_runs.values())).problem
    return {label: run for label, run in clip.limit_runs.items() if run.problem is problem}


def window_of(surface: LossSurface, piece: Slice, axis: int) -> Floats | None:
    """Return the part of a slice's axis that is worth seeing, `[2]`, if it is a parameter's."""
    names = surface.objective.names
    name = piece.names[axis]
    return None if surface.range is None or name not in names else surface.range[names.index(name)]


def axis_limits(
    paths: Sequence[Floats], best: Floats, window: Floats | None = None
) -> tuple[float, float]:
    """Return limits of one axis for paths `[S]` and places `best [K]` that should be well inside.

    They hold the `window`, or without one the starts, the best places and half as much beyond
    these; and the paths too, but for what leaves far.
    """
    everywhere = np.concatenate(paths)
    if window is not None:
        low, high = window.tolist()
        reached = _within(everywhere, low, high, 0.5 * (high - low))
    else:
        core = np.concatenate([*(path[:1] for path in paths), best])
        low, high = float(core.min()), float(core.max())
        span = _half_width(low, high, everywhere)
        reached = _within(everywhere, low, high, 2 * _FOLLOWED * span)
        for place in best.tolist():
            reach = max((high - place) / 2, (place - low) / 2, 0.5 * span)
            low, high = min(low, place - reach), max(high, place + reach)
    low = min(low, float(reached.min(initial=low)))
    high = max(high, float(reached.max(initial=high)))
    margin = _MARGIN * (high - low)
    return low - margin, high + margin


def _half_width(low: float, high: float, values: Floats) -> float:
    """Return half the distance from low to high, or if it is 0, how far the values are away."""
    half = high / 2 - low / 2
    if half > 1e-9 * max(abs(low), abs(high)):
        return half
    moves = np.abs(values - low)
    moves = moves[moves > 1e-9 * abs(low)]
    return float(np.median(moves)) if moves.size else 0.5 * abs(low) or 0.5


def _within(values: Floats, low: float, high: float, beyond: float) -> Floats:
    """Return the values from low to high, and up to `beyond` outside."""
    return values[(values > low - beyond) & (values < high + beyond)]


def grid_side(cost: int, budget: float, sides: tuple[int, int]) -> int:
    """Return how many points along each axis a grid may have if one costs `cost` floats."""
    return int(np.clip(np.sqrt(budget / max(cost, 1)), *sides))


def pulled_in(points: Floats, low: Floats, high: Floats) -> Floats:
    """`(k)->(k)`: points far outside the box from `low` to `high`, moved nearer to its middle.

    They keep their direction from there. The renderer needs coordinates that it can add without
    overflow.
    """
    half = high / 2 - low / 2
    offset = np.clip((points - low) / half - 1, -_FARTHEST, _FARTHEST)
    distance = np.abs(offset).max(axis=-1, keepdims=True)
    moved = low + half * (1 + offset * np.minimum(1, _FAR / np.maximum(distance, 1)))
    return np.asarray(np.where(distance > _FAR, moved, points))
