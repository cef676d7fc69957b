"""The descent itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from gdanim.arrays import Floats, parameters, whole
from gdanim.descent.optimizer import Optimizer, Step
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
    whole("steps", steps)
    whole("seed", seed)
    params = _start(problem, optimizer, start, seed)
    recorder = Recorder(problem, steps)
    recorder.snapshot(params)
    state = optimizer.init(params)
    lr = np.asarray(optimizer.lr, dtype=np.float64)
    with np.errstate(all="ignore"):
        for number in range(steps):
            step = Step(number, lr, params, problem)
            delta, state = optimizer.update(problem.gradient(params), state, step)
            params = params + delta
            recorder.snapshot(params)
            if not np.isfinite(params).all(axis=-1).any():
                break
    return recorder.run(optimizer, np.broadcast_to(lr, (max(steps, 1), *lr.shape)))


def _start(problem: Problem, optimizer: Optimizer, start: ArrayLike | None, seed: int) -> Floats:
    """The first parameters `[*R, P]`."""
    names = problem.names
    if start is None:
        start = problem.model.init(np.random.default_rng(seed))
    params = parameters("start", start, names)
    if not (params.size and np.isfinite(params).all()):
        raise GdanimError(f"start: must be finite numbers ({', '.join(names)}), got {start!r:.80}")
    try:
        shape = np.broadcast_shapes(params.shape, np.shape(optimizer.lr))
    except ValueError:
        shape = ()
    if shape[-1:] != (len(names),):
        raise GdanimError(
            f"lr: shape {np.shape(optimizer.lr)} does not fit start {params.shape} of "
            f"{len(names)} parameters; give one number, {len(names)} numbers, or shape [R, 1] "
            f"for R runs"
        )
    return np.array(np.broadcast_to(params, shape))
