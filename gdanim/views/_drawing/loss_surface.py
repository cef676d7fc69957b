"""The loss over one or two directions through the space of the parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdanim.core.arrays import Floats, Ints
from gdanim.core.numbers import count
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem
from gdanim.views.base import Clip, ends_above_start

Parameter = str | int
# The path's main directions are found from at most this many of its states.
_STATES = 2000
# Limits are taken from so many of the steps that the frames show.
_SAMPLES = 60
# A path is followed up to this many times the way from its start to its best point.
_FOLLOWED = 1.5
_MARGIN = 0.05
# Numbers that one picture of the loss may cost: once for a video, and at every frame.
ONCE, EACH_FRAME = 3e7, 1.5e5
# A loss that is not quadratic is drawn over so many of the points.
_MANY = 5000
# What lies further than this many panels from a panel's middle is drawn there, in its direction.
_FAR, _FARTHEST = 1e3, 1e100


class LossSurface:
    """A objective's loss and gradient at many points.

    Where the second derivative is the same everywhere, both follow from it and the best fit, so
    that half a million data points cost no more than ten. Else, of more than `_MANY` points so many
    are drawn at random for the picture of the loss; `sample` says so, and the gradient is still
    that of all.
    """

    def __init__(self, objective: Objective) -> None:
        self.best = objective.minimum
        self._hessian = objective.hessian
        if self.best is None or self.best.params is None:
            self._hessian = None
        self._whole = objective
        self.objective = objective if self._hessian is not None else _sampled_objective(objective)
        self.sample = ""
        if self.objective is not objective:
            self.best = self.objective.minimum
            self.sample = f", of {count(_MANY)} of {count(objective.points)} points"
        drawn = self.objective
        self.workspace = len(drawn.names) if self._hessian is not None else drawn.workspace

    @property
    def optima(self) -> Floats:
        """The best parameters known `[K, P]`, of a function with known minima all these."""
        if isinstance(self.objective, FunctionObjective) and self.objective.minima is not None:
            return np.asarray(self.objective.minima)
        if self.best is None or self.best.params is None:
            return np.empty((0, len(self.objective.names)))
        return self.best.params[np.newaxis]

    @property
    def range(self) -> Floats | None:
        """What there is to see of a bare function, `[P, 2]`."""
        return (
            np.asarray(self.objective.range)
            if isinstance(self.objective, FunctionObjective)
            else None
        )

    def loss(self, params: Floats) -> Floats:
        """`(p)->()`: the loss; what is no number counts as infinite."""
        rows = np.reshape(params, (-1, params.shape[-1]))
        with np.errstate(all="ignore"):
            if self._hessian is None or self.best is None or self.best.params is None:
                losses = self.objective.losses(rows)
            else:
                offset = rows - self.best.params
                losses = self.best.loss + 0.5 * np.sum(offset @ self._hessian * offset, axis=-1)
        return np.nan_to_num(losses, nan=np.inf, posinf=np.inf).reshape(params.shape[:-1])

    def gradient(self, params: Floats) -> Floats:
        """`(p)->(p)`: the derivative by the parameters."""
        if self._hessian is None or self.best is None or self.best.params is None:
            return self._whole.gradient(params)
        with np.errstate(all="ignore"):
            return np.asarray((params - self.best.params) @ self._hessian)


def _sampled_objective(objective: Objective) -> Objective:
    """The objective of `_MANY` of the points, where there are more."""
    if not isinstance(objective, Problem) or objective.points <= _MANY:
        return objective
    data, _ = objective.data.split(_MANY / objective.points)
    return replace(objective, data=data, validation=None)


@dataclass(frozen=True, eq=False)
class Slice:
    """A line or plane through the space of P parameters.

    Fields: `directions [K, P]`, orthonormal; `base [P]`, the point that has the coordinates 0, or
    None when the slice goes through whatever point is the current one; `names` of its K axes.
    """

    directions: Floats
    base: Floats | None
    names: tuple[str, ...]

    def coordinates(self, params: Floats) -> Floats:
        """`(p)->(k)`: where the parameters lie, seen along the directions left out."""
        offset = params if self.base is None else params - self.base
        return np.asarray(offset @ self.directions.T)

    def points(self, coordinates: Floats, through: Floats) -> Floats:
        """`(k),(p)->(p)`: the parameters at the coordinates; `through` is the current point."""
        base = self.base
        if base is None:
            base = through - self.coordinates(through) @ self.directions
        return np.asarray(base + coordinates @ self.directions)


def along(names: Sequence[str], chosen: Sequence[int], fixed: Floats | None = None) -> Slice:
    """The slice of the parameters numbered `chosen`, the others at their current values or at
    those of `fixed [P]`.
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
    """The plane of the two directions in which the paths move most, through the first's end; those
    that go astray count where there are no others.

    The principal components of the recorded states, as in Li et al., Visualizing the Loss
    Landscape of Neural Nets, 2018 (https://arxiv.org/abs/1712.09913), section 7.
    """
    everyone = list(runs)
    # A run that goes astray goes so far that its direction would be the only one.
    runs = [run for run in everyone if not ends_above_start(run)] or everyone
    end = runs[0].params[-1]
    states = [run.params[evenly_spaced(run.steps, _STATES)] - end for run in runs]
    # Two rows of zeros, so that even a run without a step has two directions.
    offsets = np.concatenate([*states, np.zeros((2, len(end)))])
    offsets = offsets / (np.abs(offsets).max() or 1.0)
    _, strength, directions = np.linalg.svd(offsets, full_matrices=False)
    directions = directions[:2]
    # The sign of a singular vector is the library's choice; this makes it ours.
    largest = np.abs(directions).argmax(axis=1)
    directions = directions * np.sign(directions[[0, 1], largest])[:, np.newaxis]
    parts = strength**2 / (np.sum(strength**2) or 1.0)
    names = tuple(f"direction {k + 1} ({100 * parts[k]:.0f} %)" for k in range(2))
    return Slice(directions, end, names)


def evenly_spaced(last: int, most: int) -> Ints:
    """At most `most` of the steps 0 to `last`, evenly, both ends among them."""
    return np.unique(np.linspace(0, last, min(last + 1, most)).astype(np.int64))


def sampled_steps(steps: Ints) -> Ints:
    """Some of the steps that the frames show, from the first to the last."""
    shown = np.unique(steps)
    return np.asarray(shown[np.linspace(0, len(shown) - 1, min(len(shown), _SAMPLES)).astype(int)])


def number_of(view: str, parameter: Parameter, names: Sequence[str]) -> int:
    """Which parameter is meant, by its name or number; else GdanimError."""
    if isinstance(parameter, str) and parameter in names:
        return names.index(parameter)
    if isinstance(parameter, int) and not isinstance(parameter, bool):
        if 0 <= parameter < len(names):
            return parameter
    raise GdanimError(
        f"{view}: no parameter {parameter!r}; the parameters are {', '.join(names)} "
        f"(numbers 0 to {len(names) - 1})"
    )


def common_loss_surface(view: str, clip: Clip) -> LossSurface:
    """The surface of the runs that are shown; GdanimError when they are not on the same."""
    first, *others = (run.problem for run in clip.drawn_runs.values())
    if any(problem is not first for problem in others):
        raise GdanimError(
            f"{view}: the runs {', '.join(clip.drawn_runs)} minimise different losses; "
            f"show each by itself with views.Each(views.{view}())"
        )
    return LossSurface(first)


def runs_sharing_objective(clip: Clip) -> dict[str, Run]:
    """The compared runs, shown or not, on the same surface as those shown: they share limits."""
    problem = next(iter(clip.drawn_runs.values())).problem
    return {label: run for label, run in clip.limit_runs.items() if run.problem is problem}


def window_of(surface: LossSurface, piece: Slice, axis: int) -> Floats | None:
    """What there is to see along one axis of a slice, `[2]`, when that is along a parameter."""
    names = surface.objective.names
    name = piece.names[axis]
    return None if surface.range is None or name not in names else surface.range[names.index(name)]


def axis_limits(
    paths: Sequence[Floats], best: Floats, window: Floats | None = None
) -> tuple[float, float]:
    """Limits of one axis for paths `[S]` and the places `best [K]` that should be well inside.

    The `window`, or else from the starts to the best places, and half as far beyond these; and the
    paths besides, unless they go astray.
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
    """Half the distance from low to high; where there is none, how far the values are from it."""
    half = high / 2 - low / 2
    if half > 1e-9 * max(abs(low), abs(high)):
        return half
    moves = np.abs(values - low)
    moves = moves[moves > 1e-9 * abs(low)]
    return float(np.median(moves)) if moves.size else 0.5 * abs(low) or 0.5


def _within(values: Floats, low: float, high: float, beyond: float) -> Floats:
    """The values from low to high, and so far beyond these."""
    return values[(values > low - beyond) & (values < high + beyond)]


def grid_side(cost: int, budget: float, sides: tuple[int, int]) -> int:
    """How many points along each axis a grid may have when one point costs `workspace` numbers."""
    return int(np.clip(np.sqrt(budget / max(cost, 1)), *sides))


def pulled_in(points: Floats, low: Floats, high: Floats) -> Floats:
    """`(k)->(k)`: points far outside the box from `low` to `high`, moved nearer to its middle.

    They keep their direction from there. The renderer needs coordinates that it can add up.
    """
    half = high / 2 - low / 2
    offset = np.clip((points - low) / half - 1, -_FARTHEST, _FARTHEST)
    distance = np.abs(offset).max(axis=-1, keepdims=True)
    moved = low + half * (1 + offset * np.minimum(1, _FAR / np.maximum(distance, 1)))
    return np.asarray(np.where(distance > _FAR, moved, points))
