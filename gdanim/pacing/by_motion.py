"""Time follows what is seen to move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Floats, Ints, in_blocks
from gdanim.descent.run import Run
from gdanim.pacing.by_weight import ByWeight
from gdanim.pacing.timeline import last_step
from gdanim.problems.problem import Problem

# How many steps decide, half of them evenly spread, half by their logarithm; and how many points.
STEPS, POINTS = 20_000, 64
# What moves further off the data than this many times its height is not seen.
ROOM = 1.5


@dataclass(frozen=True)
class ByMotion(ByWeight):
    """Each frame shows the same amount of visible change of the prediction.

    That is the root mean square, over points of the data, of how far the prediction moves within
    the picture; for a function of its parameters alone, how far the parameters move, each measured
    by its range over the run. Of several runs the one that moves most decides. A run of more than
    20 000 steps is measured at that many of them, all of the first ones included. No step stays for
    more than `longest` seconds; `seconds`, `first` and `last` are those of `Even`.
    """

    def weights(self, runs: Sequence[Run]) -> Floats:
        """How far each step moves, of the run that moves most, `[S]`."""
        steps = sampled(last_step(runs))
        moved = np.zeros(len(steps) - 1)
        for run in runs:
            moved = np.maximum(moved, motion(run, np.minimum(steps, run.steps)))
        # Between two steps that were looked at, all others move alike.
        way = np.interp(np.arange(steps[-1] + 1), steps, np.append(0.0, np.cumsum(moved)))
        return np.diff(way)


def sampled(last: int) -> Ints:
    """Steps from 0 to `last`: all of them, or about STEPS."""
    if last <= STEPS:
        return np.arange(last + 1)
    half = STEPS // 2
    even = np.linspace(0, last, half).astype(np.int64)
    return np.union1d(even, np.geomspace(1, last, half).astype(np.int64))


def motion(run: Run, steps: Ints) -> Floats:
    """How far what is seen moves from each of `steps [K]` to the next: `[K-1]`."""
    seen = place(run, run.params[steps])
    squares: Floats = np.square(np.diff(seen, axis=0)).mean(axis=-1)
    return np.sqrt(squares)


def place(run: Run, params: Floats) -> Floats:
    """Where a viewer sees `params [K, P]`, in heights of the data: `[K, ...]`, all finite."""
    if not isinstance(run.problem, Problem):
        with np.errstate(over="ignore"):
            reach = np.ptp(params, axis=0)
            return params / np.where(reach > 0, reach, 1.0)
    data, model = run.problem.data, run.problem.model
    some = np.argsort(data.x[:, 0], kind="stable")
    some = some[np.linspace(0, len(data) - 1, min(len(data), POINTS)).astype(np.int64)]
    low, high = float(data.y.min()), float(data.y.max())
    height = high - low or abs(high) or 1.0

    def predicted(rows: Floats) -> Floats:
        with np.errstate(all="ignore"):
            y = model.predict(rows, data.x[some])
        y = np.nan_to_num(y, nan=high, posinf=np.inf, neginf=-np.inf)
        return np.clip(y, low - ROOM * height, high + ROOM * height) / height

    return in_blocks(predicted, params, len(some) * model.workspace)
