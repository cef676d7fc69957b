"""Paces that give each step a share of the frames: by its number, the loss, or visible motion."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self, final

import numpy as np

from gdanim.core.arrays import Floats, Ints, check_positive, in_blocks
from gdanim.descent.run import Run
from gdanim.pacing._holds import check_holds, holds_within
from gdanim.pacing._spread import spread
from gdanim.pacing.timeline import Pace, Timeline, all_runs, frames_in, last_step, timeline_of
from gdanim.problems.problem import Problem

# ByLoss: losses below this fraction of the first one count as equal.
SMALLEST_LOSS = 1e-9
# ByMotion: motion further off the data than this, in heights of the data, is out of the picture.
MARGIN = 1.5
# ByMotion measures at most this many steps of a run (half of them evenly spaced, half by their
# logarithm), and the prediction at most at this many points.
MOST_STEPS, MOST_POINTS = 20_000, 64


@dataclass(frozen=True)
class ByWeight(Pace):
    """Base class of paces that give each step a share of the frames in proportion to a weight.

    A subclass is a frozen dataclass that defines `weights`.

    Parameters
    ----------
    seconds : float, default 10.0
        The duration of the video, above 0; the holds are part of it.
    first : float, default 0.5
        How many seconds the start is held, at least 0.
    last : float, default 1.5
        How many seconds the end is held, at least 0.
    longest : float, default 0.5
        The longest time for which a step is shown, in seconds, above 0. It is exceeded only if
        there are too few steps to fill the time.
    holds : mapping of int to float, optional
        How many seconds to stay at some steps, as `{0: 2.0, 40: 3.0}`; at step 0 and the last one
        in place of `first` and `last`.
    tween : bool, default False
        Whether the picture glides from each step to the next, as in Even.

    Raises
    ------
    GdanimError
        If a number is out of its bounds.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from gdanim import GradientDescent, Linear, Problem, datasets, descend
    >>> from gdanim.pacing import ByWeight
    >>> @dataclass(frozen=True)
    ... class Accelerating(ByWeight):
    ...     def weights(self, runs):
    ...         return 0.9 ** np.arange(max(run.steps for run in runs))
    >>> run = descend(Problem(datasets.linear(), Linear()), GradientDescent(0.01), steps=40)
    >>> Accelerating(1.0, first=0, last=0).timeline(run, fps=8).steps
    array([ 0,  1,  3,  5,  7, 11, 17, 40])
    """

    seconds: float = 10.0
    first: float = 0.5
    last: float = 1.5
    longest: float = 0.5
    holds: Mapping[int, float] = field(default_factory=dict, hash=False)
    tween: bool = False

    def __post_init__(self) -> None:
        check_positive("seconds", self.seconds)
        check_positive("longest", self.longest)
        check_holds(self.first, self.last, self.holds, self.seconds)

    @abstractmethod
    def weights(self, runs: Sequence[Run]) -> Floats:
        """Return the weight of each step.

        Parameters
        ----------
        runs : sequence of Run
            The runs that are shown, the longest of S steps.

        Returns
        -------
        (S,) array
            Item s is the weight of the way from step s to s + 1. What is negative or not finite
            counts as 0; if all are 0, they count as equal.
        """

    @final
    def timeline(self, run: Run | Sequence[Run], fps: int) -> Timeline:
        """Return a timeline of `round(seconds * fps)` frames, at least one."""
        weights = self.weights(all_runs(run))
        last = len(weights)
        holds = holds_within(self.seconds, self.first, self.last, self.holds, last, fps)
        moving = frames_in(self.seconds, fps) - holds.frames
        steps = spread(weights, moving, self.longest * fps)
        return timeline_of(steps, last, holds, fps, self.tween)

    @final
    def with_duration(self, seconds: float) -> Self:
        """Return the same pace over another duration."""
        return replace(self, seconds=seconds)


@dataclass(frozen=True)
class Log(ByWeight):
    """Each doubling of the number of steps takes the same time.

    The first steps are shown one by one; for long runs whose beginning matters as much as the end.

    Parameters
    ----------
    seconds : float, default 10.0
        The duration of the video, above 0; the holds are part of it.
    first : float, default 0.5
        How many seconds the start is held, at least 0.
    last : float, default 1.5
        How many seconds the end is held, at least 0.
    longest : float, default 0.5
        The longest time for which a step is shown, in seconds, above 0.
    holds : mapping of int to float, optional
        How many seconds to stay at some steps, as `{0: 2.0, 40: 3.0}`; at step 0 and the last one
        in place of `first` and `last`.
    tween : bool, default False
        Whether the picture glides from each step to the next, as in Even.

    Raises
    ------
    GdanimError
        If a number is out of its bounds.

    Examples
    --------
    >>> from gdanim import GradientDescent, Linear, Problem, datasets, descend, pacing
    >>> run = descend(Problem(datasets.linear(), Linear()), GradientDescent(0.01), steps=255)
    >>> pacing.Log(1.0, first=0, last=0).timeline(run, fps=9).steps
    array([  0,   1,   3,   7,  15,  31,  63, 127, 255])
    """

    def weights(self, runs: Sequence[Run]) -> Floats:
        """Return `log(s + 2) - log(s + 1)`, `[S]`."""
        return np.diff(np.log1p(np.arange(last_step(runs) + 1)))


@dataclass(frozen=True)
class ByLoss(ByWeight):
    """Each frame brings the same change of the logarithm of the loss.

    A plateau passes quickly; a rise counts like a fall. Of several runs the one that changes most
    decides. If the loss can be negative, it counts itself instead of its logarithm.

    Parameters
    ----------
    seconds : float, default 10.0
        The duration of the video, above 0; the holds are part of it.
    first : float, default 0.5
        How many seconds the start is held, at least 0.
    last : float, default 1.5
        How many seconds the end is held, at least 0.
    longest : float, default 0.5
        The longest time for which a step is shown, in seconds, above 0.
    holds : mapping of int to float, optional
        How many seconds to stay at some steps, as `{0: 2.0, 40: 3.0}`; at step 0 and the last one
        in place of `first` and `last`.
    tween : bool, default False
        Whether the picture glides from each step to the next, as in Even.

    Raises
    ------
    GdanimError
        If a number is out of its bounds.

    Examples
    --------
    >>> from gdanim import GradientDescent, descend, objectives, pacing
    >>> run = descend(objectives.bowl(), GradientDescent(0.01), start=(2, 1), steps=200)
    >>> pacing.ByLoss(1.0, first=0, last=0).timeline(run, fps=6).steps
    array([  0,   8,  42,  95, 147, 200])
    """

    def weights(self, runs: Sequence[Run]) -> Floats:
        """Return the change at each step, of the run that changes most, `[S]`."""
        weights = np.zeros(last_step(runs))
        for run in runs:
            np.maximum(weights[: run.steps], loss_changes(run.losses), out=weights[: run.steps])
        return weights


@dataclass(frozen=True)
class ByMotion(ByWeight):
    """Each frame shows the same amount of visible motion of the prediction.

    Of several runs the one that moves most decides.

    Parameters
    ----------
    seconds : float, default 10.0
        The duration of the video, above 0; the holds are part of it.
    first : float, default 0.5
        How many seconds the start is held, at least 0.
    last : float, default 1.5
        How many seconds the end is held, at least 0.
    longest : float, default 0.5
        The longest time for which a step is shown, in seconds, above 0.
    holds : mapping of int to float, optional
        How many seconds to stay at some steps, as `{0: 2.0, 40: 3.0}`; at step 0 and the last one
        in place of `first` and `last`.
    tween : bool, default False
        Whether the picture glides from each step to the next, as in Even.

    Raises
    ------
    GdanimError
        If a number is out of its bounds.

    Notes
    -----
    Motion is the root mean square, over up to 64 points of the data, of how far the prediction
    moves within the picture. For an objective without data it is how far the parameters move, each
    measured by its range over the run. A run of more than 20 000 steps is measured at that many of
    them, all of the first ones included.

    Examples
    --------
    >>> from gdanim import GradientDescent, descend, objectives, pacing
    >>> run = descend(objectives.bowl(), GradientDescent(0.01), start=(2, 1), steps=200)
    >>> pacing.ByMotion(1.0, first=0, last=0).timeline(run, fps=6).steps
    array([  0,   4,  10,  31,  82, 200])
    """

    def weights(self, runs: Sequence[Run]) -> Floats:
        """Return how far each step moves, of the run that moves most, `[S]`."""
        steps = sampled(last_step(runs))
        moved = np.zeros(len(steps) - 1)
        for run in runs:
            moved = np.maximum(moved, motion(run, np.minimum(steps, run.steps)))
        # All steps between two that were measured get the same weight.
        way = np.interp(np.arange(steps[-1] + 1), steps, np.append(0.0, np.cumsum(moved)))
        return np.diff(way)


def loss_changes(losses: Floats) -> Floats:
    """Return how much the loss, or its logarithm, changes at each step, `(s+1)->(s)`."""
    if losses.min() >= 0 and losses.max() > 0:
        losses = np.log(np.maximum(losses, SMALLEST_LOSS * (losses[0] or losses.max())))
    return np.abs(np.diff(losses))


def sampled(last: int) -> Ints:
    """Return steps from 0 to `last`: all of them, or about MOST_STEPS."""
    if last <= MOST_STEPS:
        return np.arange(last + 1)
    half = MOST_STEPS // 2
    even = np.linspace(0, last, half).astype(np.int64)
    return np.union1d(even, np.geomspace(1, last, half).astype(np.int64))


def motion(run: Run, steps: Ints) -> Floats:
    """Return how far what is shown moves from each of `steps [K]` to the next, `[K-1]`."""
    moves = np.diff(_places(run, run.params[steps]), axis=0)
    # All points, and all classes where each has a probability.
    squares: Floats = np.square(moves).mean(axis=tuple(range(1, moves.ndim)))
    return np.sqrt(squares)


def _places(run: Run, params: Floats) -> Floats:
    """Return where a viewer sees `params [K, P]`, in heights of the data: `[K, ...]`, finite."""
    if not isinstance(run.problem, Problem):
        with np.errstate(over="ignore"):
            reach = np.ptp(params, axis=0)
            return params / np.where(reach > 0, reach, 1.0)
    data, model = run.problem.data, run.problem.model
    some = np.argsort(data.x[:, 0], kind="stable")
    some = some[np.linspace(0, len(data) - 1, min(len(data), MOST_POINTS)).astype(np.int64)]
    low, high = float(data.y.min()), float(data.y.max())
    height = high - low or abs(high) or 1.0

    def predicted(rows: Floats) -> Floats:
        with np.errstate(all="ignore"):
            y = model.predict(rows, data.x[some])
        y = np.nan_to_num(y, nan=high, posinf=np.inf, neginf=-np.inf)
        return np.clip(y, low - MARGIN * height, high + MARGIN * height) / height

    return in_blocks(predicted, params, len(some) * model.workspace)
