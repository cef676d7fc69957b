"""One step after the other: any rule, any schedule, batches."""

from __future__ import annotations

from itertools import repeat

import numpy as np

from gdanim.arrays import Floats, Ints
from gdanim.descent.batches import NONE, Batches
from gdanim.descent.optimizer import Optimizer, Step
from gdanim.descent.rows import Rows
from gdanim.descent.schedule import Constant, Planned, Schedule
from gdanim.problems.landscape import Landscape


class Stepwise:
    """A descent step by step, with what each step used: its rate and its batch.

    A rate that is constant is not recorded.
    """

    def __init__(
        self,
        problem: Landscape,
        optimizer: Optimizer,
        schedule: Schedule,
        start: Floats,
        steps: int,
        batches: Batches | None = None,
    ) -> None:
        self._problem, self._optimizer, self._schedule = problem, optimizer, schedule
        self._params, self._number = start, 0
        self._state, self._plan = optimizer.init(start), schedule.init(start.shape[:-1])
        self._batch = repeat(None) if batches is None else batches.from_first()
        self._seen = None if batches is None else Rows((batches.size,), steps, np.int32)
        self._rates: Rows | None = None
        if not isinstance(schedule, Constant):
            loss = problem.loss_at(start)
            rate, _ = schedule.update(0, loss, self._plan)
            self._rates = Rows(np.shape(rate), steps)

    @property
    def rates(self) -> Floats | None:
        """`[S, ...]`; None where the schedule is a constant."""
        return None if self._rates is None else self._rates.array

    @property
    def batches(self) -> Ints | None:
        """`[S, B]`, -1 where a batch is shorter; None where every step saw all points."""
        return None if self._seen is None else self._seen.array

    def fill(self, rows: Floats) -> None:
        """The parameters of the next steps, into `rows [n, *R, P]`."""
        problem, optimizer, schedule = self._problem, self._optimizer, self._schedule
        rates = None if self._rates is None else self._rates.grow(len(rows))
        seen = None if self._seen is None else self._seen.grow(len(rows))
        blind = isinstance(schedule, Planned)
        params, state, plan, loss = self._params, self._state, self._plan, np.asarray(np.nan)
        numbers = range(self._number, self._number + len(rows))
        for number, row, batch in zip(numbers, rows, self._batch, strict=False):
            if not blind:
                loss = problem.loss_at(params)
            lr, plan = schedule.update(number, loss, plan)
            step = Step(number, lr, params, problem, batch)
            delta, state = optimizer.update(problem.gradient_at(params, batch), state, step)
            params = params + delta
            row[...] = params
            if rates is not None:
                rates[number - numbers.start] = lr
            if seen is not None and batch is not None:
                seen[number - numbers.start] = NONE
                seen[number - numbers.start, : len(batch)] = batch
        self._params, self._state, self._plan, self._number = params, state, plan, numbers.stop
