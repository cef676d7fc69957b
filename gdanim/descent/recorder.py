"""Snapshots of the parameters, taken step by step."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gdanim.arrays import Floats
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
        self._capacity = steps + 1
        self._params: Floats | None = None
        self._count = 0

    def snapshot(self, params: ArrayLike) -> None:
        """Record one step's parameters, `[*R, P]`; they are copied."""
        row = np.asarray(params, dtype=np.float64)
        if self._params is None:
            self._params = np.empty((self._capacity, *self._fitting(row).shape))
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
        """What was recorded; each run ends at its last step with finite parameters and loss."""
        if self._params is None:
            raise GdanimError("Recorder: nothing was recorded; call snapshot before run")
        params = self._params[: self._count]
        with np.errstate(all="ignore"):
            finite = np.isfinite(params).all(axis=-1) & np.isfinite(self._problem.losses(params))
        # Everything after the first row that is not finite is lost.
        length = np.logical_and.accumulate(finite, axis=0).sum(axis=0)
        if not length.all():
            raise GdanimError(
                "the start itself has no finite loss; start nearer to the data, or scale the data"
            )
        last = length - 1
        steps = int(last.max())
        kind = np.where(last < len(params) - 1, DIVERGED, FINISHED)
        held = _held(params[: steps + 1], last)
        if rates is None:
            rates = np.broadcast_to(np.nan, (len(params) - 1, 1))
        return Run(self._problem, optimizer, held, rates[:steps], Outcome(kind, last))

    def _fitting(self, row: Floats) -> Floats:
        names = self._problem.names
        if row.ndim < 1 or row.shape[-1] != len(names):
            got = row.shape[-1] if row.ndim else "a single number"
            raise GdanimError(
                f"start: {len(names)} numbers expected ({', '.join(names)}), got {got}"
            )
        return row


def _held(params: Floats, last: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Floats:
    """`params [S, *R, P]` where each run keeps its row `last [*R]` from there on."""
    if (last == len(params) - 1).all():
        return params.copy()
    rows = np.minimum(np.arange(len(params)).reshape(-1, *[1] * last.ndim), last)
    return np.take_along_axis(params, rows[..., np.newaxis], axis=0)
