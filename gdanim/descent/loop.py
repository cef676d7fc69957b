"""The descent itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import Floats, check_int, check_params
from gdanim.descent._affine import Affine
from gdanim.descent._stepwise import Stepwise
from gdanim.descent.batches import Batches
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.recorder import Recorder
from gdanim.descent.run import Run
from gdanim.descent.schedule import Schedule, scheduled
from gdanim.descent.stopping import Stop
from gdanim.errors import GdanimError, expect, listed
from gdanim.problems.objective import Objective

STEPS = 300
# The first block of steps; each later one is a quarter of what there is. At the end of a block it
# is seen whether the descent goes on, so that at most a quarter of the work is for nothing.
BLOCK = 16


def descend(
    problem: Objective,
    optimizer: Optimizer,
    start: ArrayLike | None = None,
    steps: int | None = None,
    seed: int = 0,
    *,
    batch_size: int | None = None,
    epochs: int | None = None,
    stop: Stop | Sequence[Stop] = (),
) -> Run:
    """Minimise `problem` from `start`, recording the parameters at each step.

    `start` is `[P]`, or `[*R, P]` for R runs side by side; None draws one from `seed` as the model
    suggests. A learning rate of shape `[R, 1]` makes R runs of one start. The length is `steps`
    (300 when nothing is said) or `epochs`, passes over the data. With a `batch_size`, each step's
    gradient is that of so many points, shuffled anew in every epoch from `seed`, the same for all
    runs; an epoch's last batch can be shorter. A run ends earlier where one of the rules `stop`
    holds of its loss, over all points.

    Of R runs side by side each is the run that it would be alone, to about 1e-12: the last bit of a
    sum can depend on how many are evaluated together. Where a change of one bit in the start grows
    from step to step (rates past the edge of stability, kinks of the loss), so does that; see
    Newton for its own limit.

    A run that diverges is recorded up to its last finite step; nothing is raised and nothing warned
    of. Raises GdanimError for a start that does not fit the model or has no finite loss, a rate
    that fits neither, both steps and epochs, or more points in a batch than there are.
    """
    expect("problem", problem, Objective, "Problem(datasets.linear(), Linear())")
    expect("optimizer", optimizer, Optimizer, "GradientDescent(0.01)")
    check_int("seed", seed)
    schedule = scheduled(optimizer.lr, problem.names)
    batches = None if batch_size is None else _batches(problem, batch_size, seed)
    steps = _steps(steps, epochs, 1 if batches is None else batches.steps)
    stops = list(stop) if isinstance(stop, Sequence) else [stop]
    for one in stops:
        expect("stop", one, Stop, "Convergence()")
    params = _start(problem, schedule, start, seed)
    recorder = Recorder(problem, steps)
    recorder.snapshot(params)
    with np.errstate(all="ignore"):
        if batches is None and Affine.fits(problem, optimizer, schedule):
            walk: Affine | Stepwise = Affine(problem, optimizer, schedule, params)
        else:
            walk = Stepwise(problem, optimizer, schedule, params, steps, batches)
        while len(recorder) <= steps and recorder.any_running(stops):
            count = min(max(BLOCK, len(recorder) // 4), steps + 1 - len(recorder))
            walk.fill(recorder.grow(count))
            if walk.losses is not None:
                recorder.set_losses(walk.losses)
    rates = walk.rates
    if rates is None or not len(rates):
        rates = np.broadcast_to(schedule.first, (max(steps, 1), *schedule.first.shape))
    return recorder.run(optimizer, rates, walk.batches, stops)


def _batches(problem: Objective, size: int, seed: int) -> Batches:
    if not problem.points:
        raise GdanimError(f"batch_size: there is no data to choose from, got {size}; leave it out")
    return Batches(problem.points, size, seed)


def _steps(steps: int | None, epochs: int | None, each: int) -> int:
    """The number of steps; an epoch has `each`."""
    if epochs is None:
        return check_int("steps", STEPS if steps is None else steps)
    if steps is not None:
        raise GdanimError(f"steps, epochs: give one of them, got {steps} and {epochs}")
    return check_int("epochs", epochs) * each


def _start(problem: Objective, schedule: Schedule, start: ArrayLike | None, seed: int) -> Floats:
    """The first parameters `[*R, P]`."""
    names = problem.names
    if start is None:
        start = problem.init(np.random.default_rng(seed))
    params = check_params("start", start, names)
    if not (params.size and np.isfinite(params).all()):
        raise GdanimError(f"start: must be finite numbers ({listed(names)}), got {start!r:.80}")
    rate = schedule.first
    try:
        shape = np.broadcast_shapes(params.shape, rate.shape)
    except ValueError:
        shape = ()
    if shape[-1:] != (len(names),):
        raise GdanimError(
            f"lr: shape {rate.shape} does not fit start {params.shape} of {len(names)} parameters; "
            f"give one number, {len(names)} numbers, or shape [R, 1] for R runs"
        )
    return np.array(np.broadcast_to(params, shape))
