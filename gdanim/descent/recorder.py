"""Snapshots of the parameters, taken step by step."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gdanim.arrays import Floats, Ints, parameters, whole
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import DIVERGED, FINISHED, Outcome, Run
from gdanim.errors import GdanimError
from gdanim.problems.problem import Problem


class Recorder:
    """Takes a snapshot of the parameters `[*R, P]` after every step and gives a Run.

    For `descend`, and for any training loop: call `snapshot` once before the first step and once
    after each. `steps` is a hint of how many will come. Raises GdanimError for parameters that do
    not fit the problem or change their shape.
    """

    def __init__(self, problem: Problem, steps: int = 1023) -> None:
        self._problem = problem
        self._capacity = whole("steps", steps) + 1
        self._params: Floats | None = None
        self._count = 0

    def snapshot(self, params: ArrayLike) -> None:
        """Record one step's parameters, `[*R, P]`; they are copied."""
        row = parameters("params", params, self._problem.names)
        if self._params is None:
            self._params = np.empty((self._capacity, *row.shape))
        if row.shape != self._params.shape[1:]:
            raise GdanimError(
                f"Recorder: the first snapshot had shape {self._params.shape[1:]}, "
                f"this one has {row.shape}"
            )
        if self._count == len(self._params):
            self._params = np.concatenate([self._params, np.empty_like(self._params)])
        self._params[self._count] = row
        self._count += 1

    def run(self, optimizer: Optimizer | None = None, rates: Floats | None = None) -> Run:
        """What was recorded; each run ends at its last step with finite parameters and loss.

        `rates [S, ...]` is the learning rate of each step; its other axes broadcast against the
        parameters'. Raises GdanimError when nothing was recorded, when a start has no finite
        loss, or for fewer rates than steps.
        """
        if self._params is None:
            raise GdanimError("Recorder: nothing was recorded; call snapshot before run")
        params = self._params[: self._count]
        with np.errstate(all="ignore"):
            finite = np.isfinite(params).all(axis=-1) & np.isfinite(self._problem.losses(params))
        # Everything after the first row that is not finite is lost.
        length = np.logical_and.accumulate(finite, axis=0).sum(axis=0)
        if not length.all():
            lost = np.argwhere(length == 0)[0]
            raise GdanimError(
                f"start: {params[(0, *lost)].tolist()} has no finite loss; "
                f"start nearer to the data, or scale the data"
            )
        last = length - 1
        steps = int(last.max())
        kind = np.where(last < len(params) - 1, DIVERGED, FINISHED)
        held = _held(params[: steps + 1], last)
        if rates is None:
            rates = np.full(max(steps, 1), np.nan)
        if np.ndim(rates) < 1 or len(rates) < steps:
            raise GdanimError(
                f"rates: one for each of the {steps} steps expected, got shape {np.shape(rates)}"
            )
        return Run(self._problem, optimizer, held, rates[: max(steps, 1)], Outcome(kind, last))


def _held(params: Floats, last: Ints) -> Floats:
    """`params [S, *R, P]` where each run keeps its row `last [*R]` from there on."""
    if (last == len(params) - 1).all():
        return params
    rows = np.minimum(np.arange(len(params)).reshape(-1, *[1] * last.ndim), last)
    return np.take_along_axis(params, rows[..., np.newaxis], axis=0)
