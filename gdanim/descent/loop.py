"""The descent itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gdanim.arrays import Floats, floats
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.recorder import Recorder
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.problem import Problem


def descend(
    problem: Problem,
    optimizer: Optimizer,
    start: ArrayLike | None = None,
    steps: int = 300,
    seed: int = 0,
) -> Run:
    """Minimise `problem` from `start` for `steps` steps, recording the parameters at each.

    `start` is `[P]`, or `[*R, P]` for R runs side by side; None draws one from `seed` as the model
    suggests. A learning rate of shape `[R, 1]` makes R runs of one start. A run that diverges is
    recorded up to its last finite step; nothing is raised and nothing warned of. Raises
    GdanimError for a start that does not fit the model or has no finite loss, or negative `steps`.
    """
    if steps < 0:
        raise GdanimError(f"steps: must be at least 0, got {steps}")
    params = _start(problem, optimizer, start, seed)
    recorder = Recorder(problem, steps)
    recorder.snapshot(params)
    state = optimizer.init(params)
    with np.errstate(all="ignore"):
        for step in range(steps):
            delta, state = optimizer.update(problem.gradient(params), state, step)
            params = params + delta
            recorder.snapshot(params)
            if not np.isfinite(params).all(axis=-1).any():
                break
    lr = np.asarray(optimizer.lr, dtype=np.float64)
    rates = np.broadcast_to(lr, (steps, *lr.shape))
    return recorder.run(optimizer, rates)


def _start(
    problem: Problem, optimizer: Optimizer, start: ArrayLike | None, seed: int
) -> Floats:
    """The first parameters `[*R, P]`."""
    if start is None:
        params = problem.model.init(np.random.default_rng(seed))
    else:
        params = floats("start", start)
    names = problem.names
    if params.ndim < 1 or params.shape[-1] != len(names):
        got = params.shape[-1] if params.ndim else "a single number"
        raise GdanimError(f"start: {len(names)} numbers expected ({', '.join(names)}), got {got}")
    try:
        shape = np.broadcast_shapes(params.shape, np.shape(optimizer.lr))
    except ValueError:
        shape = ()
    if shape[-1:] != (len(names),):
        raise GdanimError(
            f"lr: shape {np.shape(optimizer.lr)} does not fit {len(names)} parameters; give one "
            f"number, {len(names)} numbers, or shape [R, 1] for R runs"
        )
    return np.array(np.broadcast_to(params, shape))
