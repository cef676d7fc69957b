"""A run's descent, repeated from other starts or with other learning rates."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats, in_blocks
from gdanim.descent._stepwise import Stepwise
from gdanim.descent.loop import descend
from gdanim.descent.mini_batches import RecordedBatches
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import DIVERGED, Run
from gdanim.descent.schedule import scheduled


def repeated(run: Run, optimizer: Optimizer, starts: Floats) -> tuple[Floats, Floats]:
    """Return the parameters `[S+1, R, P]` and losses `[S+1, R]` of R descents side by side.

    Steps, mini-batches and noise are those of the run. Losses are infinite from the step at which a
    descent diverges, and everywhere if its start has no finite loss.
    """
    possible = np.isfinite(run.problem.losses(starts))
    starts = np.where(possible[:, np.newaxis], starts, run.params[0])
    params, losses = _descents(run, optimizer, starts)
    return params, np.where(possible & np.isfinite(losses), losses, np.inf)


def _descents(run: Run, optimizer: Optimizer, starts: Floats) -> tuple[Floats, Floats]:
    """Return parameters and losses of descents that begin at finite losses."""
    if run.batches is None:
        made = descend(run.problem, optimizer, starts, run.steps)
        params, losses = (
            np.concatenate([part, np.repeat(part[-1:], run.steps - made.steps, axis=0)])
            for part in (made.params, made.losses)
        )
        ended = np.where(made.outcome.kind == DIVERGED, made.outcome.step, run.steps)
        gone = np.arange(run.steps + 1)[:, np.newaxis] > ended
        return params, np.where(gone, np.inf, losses)
    params = np.empty((run.steps + 1, *starts.shape))
    params[0] = starts
    schedule = scheduled(optimizer.lr, run.problem.names)
    batches = RecordedBatches(run.batches)
    with np.errstate(all="ignore"):
        Stepwise(run.problem, optimizer, schedule, starts, run.steps, batches).fill(params[1:])
        losses = in_blocks(run.problem.loss, params, len(starts) * run.problem.workspace)
    return params, losses
