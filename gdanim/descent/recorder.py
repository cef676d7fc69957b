"""Snapshots of the parameters, taken step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gdanim.core.arrays import (
    Floats,
    Ints,
    blocks,
    check_indices,
    check_int,
    check_params,
    in_blocks,
)
from gdanim.descent._foreign import Parameters, flat
from gdanim.descent._rows import Rows
from gdanim.descent.batches import PADDING
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import DIVERGED, FINISHED, Outcome, Run, per_step
from gdanim.descent.stopping import Stop
from gdanim.errors import GdanimError, expect
from gdanim.problems.objective import Objective

# Parameters below this leave room for points and their powers, before a square overflows at 1e308.
LARGE = 1e30


class Recorder:
    """Takes a snapshot of the parameters `[*R, P]` after every step and gives a Run.

    For `descend`, and for any training loop: call `snapshot` once before the first step and once
    after each; `Scene(problem, recorder.run())` shows it. `steps` is a hint of how many will come.
    Past `memory` bytes (512 MiB when nothing is said) the snapshots are kept in a memory-mapped
    file in the temporary folder, which goes with the last Run of them. Raises GdanimError for
    parameters that do not fit the problem or change their shape, and when that folder has no room.
    """

    def __init__(self, problem: Objective, steps: int = 1023, memory: int | None = None) -> None:
        expect("problem", problem, Objective, "Problem(datasets.linear(), Linear())")
        if memory is not None:
            check_int("memory", memory)
        self._problem, self._memory = problem, memory
        self._capacity = check_int("steps", steps) + 1
        self._rows: Rows | None = None
        self._losses: Rows | None = None

    def __len__(self) -> int:
        """How many snapshots there are."""
        return 0 if self._rows is None else len(self._rows)

    def snapshot(self, params: Parameters) -> None:
        """Record one step's parameters `[*R, P]`; they are copied.

        Numbers, NumPy arrays and lists of them, in the order of the problem's names; or a torch
        tensor, a torch module, a JAX array or tree of them, a scikit-learn estimator (see
        `gdanim.descent._foreign`).
        """
        row = check_params("params", flat(params, self._problem.names), self._problem.names)
        if self._rows is None:
            self._rows = Rows(row.shape, self._capacity, limit=self._memory)
        shape = self._rows.array.shape[1:]
        if row.shape != shape:
            raise GdanimError(
                f"Recorder: the first snapshot had shape {shape}, this one has {row.shape}"
            )
        self._rows.grow(1)[0] = row

    def grow(self, count: int) -> Floats:
        """Room for `count` more snapshots `[count, *R, P]`, for `descend` to fill."""
        assert self._rows is not None
        return self._rows.grow(count)

    def set_losses(self, losses: Floats) -> None:
        """Take `losses [s, *R]` of the first s snapshots from a caller that has them already."""
        if self._losses is None:
            self._losses = Rows(losses.shape[1:], self._capacity)
        new = losses[len(self._losses) :]
        self._losses.grow(len(new))[...] = new

    def any_running(self, stops: Sequence[Stop]) -> bool:
        """Whether some run is finite still, and no rule of `stops` has held for it."""
        assert self._rows is not None
        going = np.isfinite(self._rows.array[-1]).all(axis=-1)
        for stop in stops:
            going = going & ~stop.holds(self._known_losses()).any(axis=0)
        return bool(going.any())

    def run(
        self,
        optimizer: Optimizer | None = None,
        rates: ArrayLike | None = None,
        batches: ArrayLike | None = None,
        stops: Sequence[Stop] = (),
    ) -> Run:
        """What was recorded; each run ends at its last step with finite parameters and loss, or at
        the first one where a rule of `stops` holds.

        `rates [S, ...]` is the learning rate of each step (None: unknown); its other axes broadcast
        against the parameters'. `batches [S, B]` numbers the points that each step saw, with -1
        where there were fewer. Raises GdanimError when nothing was recorded, when a start has no
        finite loss, for fewer rates or batches than steps, or for points that there are not.
        """
        if self._rows is None:
            raise GdanimError("Recorder: nothing was recorded; call snapshot before run")
        params = self._rows.array
        with np.errstate(all="ignore"):
            length = self._finite(every_loss=batches is None or bool(stops))
            if not length.all():
                lost = np.argwhere(length == 0)[0]
                raise GdanimError(
                    f"start: {params[(0, *lost)].tolist()} has no finite loss; "
                    f"start nearer to the data, or scale the data"
                )
            kind, last = self._ends(length - 1, stops)
        steps = int(last.max())
        used = max(steps, 1)
        lr = None if rates is None else self._rates(rates, steps)[:used]
        seen = None if batches is None else _of_steps("batches", batches, steps)[:steps]
        if seen is not None:
            check_indices("batches", seen, self._problem.points, least=PADDING)
        held = self._held(params[: steps + 1], last)
        return Run(self._problem, optimizer, held, lr, Outcome(kind, last), seen)

    def _rates(self, rates: ArrayLike, steps: int) -> Floats:
        """Check that `rates [S, ...]` are finite and fit the parameters; as `[S, *R, P]`."""
        assert self._rows is not None
        array = _of_steps("rates", rates, steps)
        if not np.isfinite(array[:steps]).all():
            raise GdanimError("rates: must be finite; leave them out when they are unknown")
        try:
            return per_step(array.astype(np.float64, copy=False), self._rows.array)
        except ValueError:
            raise GdanimError(
                f"rates: shape {array.shape} does not fit parameters of shape "
                f"{self._rows.array.shape[1:]}; give one number for each step, or one for each "
                f"step and parameter"
            ) from None

    def _known_losses(self) -> Floats:
        """The loss of every snapshot `[S+1, *R]`; of those that are new, it is computed now."""
        assert self._rows is not None
        params = self._rows.array
        if self._losses is None:
            self._losses = Rows(params.shape[1:-1], self._capacity)
        new = params[len(self._losses) :]
        if len(new):
            losses = self._problem.losses(new)
            self._losses.grow(len(new))[...] = losses
        return self._losses.array

    def _finite(self, every_loss: bool) -> Ints:
        """How many snapshots each run has before the first that is not finite, `[*R]`.

        Unless every loss is asked for, only those of large parameters are computed, and those at
        the end, back to a finite one: with batches, the loss over all points would cost more than
        the descent.
        """
        assert self._rows is not None
        params = self._rows.array
        finite = in_blocks(_finite_rows, params, params[0].size)
        if every_loss:
            finite &= np.isfinite(self._known_losses())
        else:
            large = in_blocks(_large_rows, params, params[0].size) & finite
            (steps,) = np.nonzero(large.reshape(len(params), -1).any(axis=1))
            finite[steps] &= np.isfinite(self._problem.losses(params[steps]))
        # Everything after the first row that is not finite is lost.
        length = np.logical_and.accumulate(finite, axis=0).sum(axis=0)
        if every_loss:
            return np.asarray(length)
        beginning = np.isfinite(self._problem.losses(params[:1]))[0]
        return self._back_to_a_finite_loss(length * beginning)

    def _back_to_a_finite_loss(self, length: Ints) -> Ints:
        """`length [*R]`, shortened to where the last snapshot's loss is finite too."""
        assert self._rows is not None
        size = 1
        while True:
            steps = length - 1 - np.arange(size).reshape(-1, *[1] * length.ndim)
            index = np.maximum(steps, 0)[..., np.newaxis]
            losses = self._problem.losses(np.take_along_axis(self._rows.array, index, axis=0))
            good = np.isfinite(losses) | (steps < 0)
            found = good.any(axis=0)
            length = np.maximum(length - np.where(found, good.argmax(axis=0), size), 0)
            if found.all():
                return length
            size *= 2

    def _ends(self, last: Ints, stops: Sequence[Stop]) -> tuple[NDArray[np.str_], Ints]:
        """How each run ends, and at which step, `[*R]` both."""
        kind = np.where(last < len(self) - 1, DIVERGED, FINISHED)
        for stop in stops:
            holds = stop.holds(self._known_losses())
            step = np.where(holds.any(axis=0), holds.argmax(axis=0), len(self))
            earlier = (step <= last) & ((step < last) | (kind == FINISHED))
            kind, last = np.where(earlier, stop.kind, kind), np.where(earlier, step, last)
        return kind, last

    def _held(self, params: Floats, last: Ints) -> Floats:
        """`params [S, *R, P]` where each run keeps its row `last [*R]` from there on."""
        if (last == len(params) - 1).all():
            return params
        held = Rows(params.shape[1:], len(params), limit=self._memory)
        held.grow(len(params))[...] = params
        last = last[..., np.newaxis]
        end = np.take_along_axis(params, last[np.newaxis], axis=0)
        steps = np.arange(len(params)).reshape(-1, *[1] * last.ndim)
        for block in blocks(len(params), params[0].size):
            np.copyto(held.array[block], end, where=steps[block] > last)
        return held.array


def _of_steps(name: str, values: ArrayLike, steps: int) -> NDArray[Any]:
    """`values [S, ...]` as an array, with a row for each step; else GdanimError."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise GdanimError(f"{name}: expected rows of one length, got {values!r:.80}") from None
    if array.dtype.kind not in "iuf":
        raise GdanimError(
            f"{name}: expected numbers for each of the {steps} steps, got {values!r:.80}"
        )
    if array.ndim < 1 or len(array) < steps:
        raise GdanimError(
            f"{name}: one for each of the {steps} steps expected, got shape {array.shape}"
        )
    return array


def _large_rows(params: Floats) -> NDArray[np.bool_]:
    """`(p)->()`: whether a square of a prediction might be infinite."""
    return np.asarray((abs(params) > LARGE).any(axis=-1))


def _finite_rows(params: Floats) -> NDArray[np.bool_]:
    """`(p)->()`."""
    finite = np.isfinite(params)
    # Nearly always, and much faster over the whole than along the short last axis.
    if finite.all():
        return np.ones(params.shape[:-1], dtype=bool)
    return np.asarray(finite.all(axis=-1))
