"""Step by step: any optimizer, any schedule, mini-batches."""

from __future__ import annotations

from itertools import repeat

import numpy as np

from gdanim.core.arrays import Floats, Ints, blocks
from gdanim.descent._output_shapes import expect_shape
from gdanim.descent._rows import Rows
from gdanim.descent.mini_batches import PADDING, Batches, RecordedBatches
from gdanim.descent.optimizer import Optimizer, Step
from gdanim.descent.schedule import Constant, Planned, Schedule
from gdanim.problems.objective import Objective


class Stepwise:
    """A descent step by step, with the learning rate and the mini-batch of each step.

    A constant rate is not recorded.
    """

    def __init__(
        self,
        problem: Objective,
        optimizer: Optimizer,
        schedule: Schedule,
        start: Floats,
        steps: int,
        batches: Batches | RecordedBatches | None = None,
    ) -> None:
        self._problem, self._optimizer, self._schedule = problem, optimizer, schedule
        self._params, self._number = start, 0
        self._state, self._plan = optimizer.init(start), schedule.init(start.shape[:-1])
        self._batch = repeat(None) if batches is None else iter(batches)
        self._seen = None if batches is None else Rows((batches.size,), steps, np.int32)
        many = batches is None and start.ndim > 1
        self._losses = Rows(start.shape[:-1], steps) if many else None
        self._rates: Rows | None = None
        if not isinstance(schedule, Constant):
            loss = problem.loss_at(start)
            rate, _ = schedule.update(0, loss, self._plan)
            self._rates = Rows(np.shape(rate), steps)

    @property
    def rates(self) -> Floats | None:
        """The rates `[S, ...]`; None if the schedule is a constant."""
        return None if self._rates is None else self._rates.array

    @property
    def batches(self) -> Ints | None:
        """The batches `[S, B]`, filled up with -1; None if each step used all points."""
        return None if self._seen is None else self._seen.array

    @property
    def losses(self) -> Floats | None:
        """The loss before each step `[S, *R]`; None where computing it would cost extra."""
        return None if self._losses is None else self._losses.array

    def fill(self, rows: Floats) -> None:
        """Write the parameters of the next steps into `rows [n, *R, P]`."""
        problem, optimizer, schedule = self._problem, self._optimizer, self._schedule
        count, first = len(rows), self._number
        rates, seen, losses = (
            None if each is None else each.grow(count)
            for each in (self._rates, self._seen, self._losses)
        )
        blind = isinstance(schedule, Planned)
        params, state, plan, loss = self._params, self._state, self._plan, np.asarray(np.nan)
        for i, row, batch in zip(range(count), rows, self._batch, strict=False):
            if losses is not None:
                loss, gradient = self._of_runs(params)
                losses[i] = loss
            else:
                gradient = problem.gradient_at(params, batch)
                if not blind:
                    loss = problem.loss_at(params)
            lr, plan = schedule.update(first + i, loss, plan)
            # NumPy computes faster with scalars than with arrays without axes.
            lr = lr[()]
            step = Step(first + i, params, problem, batch)
            direction, state = optimizer.direction(gradient, state, step)
            if step.number == 0:
                method = f"{type(optimizer).__name__}.direction"
                expect_shape(method, direction, params.shape, f"a gradient {gradient.shape}")
            params = params - lr * direction
            row[...] = params
            if rates is not None:
                rates[i] = lr
            if seen is not None and batch is not None:
                seen[i] = PADDING
                seen[i, : len(batch)] = batch
        self._params, self._state, self._plan, self._number = params, state, plan, first + count

    def _of_runs(self, params: Floats) -> tuple[Floats, Floats]:
        """Return the losses `[*R]` and gradients `[*R, P]` of many runs."""
        rows = params.reshape(-1, params.shape[-1])
        losses, gradients = np.empty(len(rows)), np.empty_like(rows)
        # Every block costs a few calls at each step, so longer blocks than usual are faster.
        for block in blocks(len(rows), self._problem.workspace, times=4):
            losses[block], gradients[block] = self._problem.loss_and_gradient_at(rows[block])
        return losses.reshape(params.shape[:-1]), gradients.reshape(params.shape)
