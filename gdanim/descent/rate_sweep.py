"""The losses that other learning rates would have led to."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats, in_blocks
from gdanim.descent._stepwise import Stepwise
from gdanim.descent.chosen_rate import with_rate
from gdanim.descent.loop import descend
from gdanim.descent.mini_batches import RecordedBatches
from gdanim.descent.run import DIVERGED, Run
from gdanim.descent.schedule import Constant


def losses_at_rates(run: Run, rates: Floats) -> Floats:
    """`[S+1, K]`: the losses of the run, had it used each of `rates [K]` at every step.

    Start, steps, mini-batches and noise are those of the run. Infinite from the step at which a
    descent diverges.
    """
    assert run.optimizer is not None
    optimizer = with_rate(run.optimizer, rates[:, np.newaxis])
    if run.batches is None:
        swept = descend(run.problem, optimizer, run.params[0], run.steps)
        ended = np.where(swept.outcome.kind == DIVERGED, swept.outcome.step, run.steps)
        losses = np.full((run.steps + 1, len(rates)), np.inf)
        losses[: swept.steps + 1] = swept.losses
        losses[np.arange(run.steps + 1)[:, np.newaxis] > ended] = np.inf
        return losses
    start = np.tile(run.params[0], (len(rates), 1))
    params = np.empty((run.steps + 1, *start.shape))
    params[0] = start
    schedule, batches = Constant(rates[:, np.newaxis]), RecordedBatches(run.batches)
    with np.errstate(all="ignore"):
        Stepwise(run.problem, optimizer, schedule, start, run.steps, batches).fill(params[1:])
        losses = in_blocks(run.problem.loss, params, run.problem.workspace)
    return np.where(np.isfinite(losses), losses, np.inf)
