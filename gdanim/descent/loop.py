"""The loop of a descent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import Floats, check_int, check_params
from gdanim.descent._affine import Affine
from gdanim.descent._stepwise import Stepwise
from gdanim.descent.chosen_rate import with_chosen_rate
from gdanim.descent.mini_batches import Batches
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.recorder import Recorder
from gdanim.descent.run import Run
from gdanim.descent.schedule import Constant, Schedule, is_auto, scheduled
from gdanim.descent.stopping import Stop
from gdanim.errors import GdanimError, expect, listed
from gdanim.problems.objective import Objective

# The length of a descent for which neither steps nor epochs are given.
DEFAULT_STEPS = 300
# The first block of steps; each later one is a quarter of the steps so far. Whether a descent goes
# on is checked after each block, so that at most a quarter of the work is wasted.
BLOCK = 16
# Steps from one report of progress to the next.
REPORTED = 64

Progress = Callable[[int, int], None]


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
    progress: Progress | None = None,
) -> Run:
    """Minimise a problem and record the parameters at each step.

    Parameters
    ----------
    problem : Objective
        What to minimise: a Problem, or one of `objectives`.
    optimizer : Optimizer
        The update rule, with its learning rate.
    start : (P,) or (..., P) array_like, optional
        The first parameters, or those of R runs side by side. By default the model draws them from
        `seed`. A learning rate of shape `(R, 1)` makes R runs of one start.
    steps : int, optional
        The number of steps; 300 if neither steps nor epochs are given.
    seed : int, default 0
        Seeds the start and the order of mini-batches.
    batch_size : int, optional
        The number of points in a mini-batch, shuffled anew in every epoch and the same for all
        runs; the last one of an epoch can be shorter. By default each gradient is that of all
        points.
    epochs : int, optional
        The number of passes over the data, instead of `steps`.
    stop : Stop or sequence of Stop, default ()
        Rules that end a run early, by its loss over all points.
    progress : callable, optional
        Called after every few steps with the steps taken and `steps`; an exception that it raises
        ends the descent.

    Returns
    -------
    Run
        The recorded parameters, losses and learning rates. A run that diverges is recorded up to
        its last finite step, without an error or a warning.

    Raises
    ------
    GdanimError
        For a start that does not fit the model or has no finite loss, a learning rate that does not
        fit, both steps and epochs, or a `batch_size` above the number of points.

    See Also
    --------
    Recorder : Records a training loop of your own.
    Scene : Shows a descent.

    Notes
    -----
    Each step is `params = params - lr * direction`, with the optimizer's direction. Of R runs side
    by side each is the run that it would be alone, to about 1e-12: the last bit of a sum can depend
    on how many are evaluated together. Where rounding errors grow from step to step, as with a
    learning rate that is too large to be stable, or at a kink of the loss, so does the difference.

    Examples
    --------
    >>> from gdanim import GradientDescent, Linear, Problem, datasets, descend
    >>> problem = Problem(datasets.linear(2.0, 1.0), Linear())
    >>> run = descend(problem, GradientDescent(0.01), start=(0, 0), steps=300)
    >>> run
    Run(300 steps of slope, intercept: finished at step 300)
    >>> run.params.shape, run.losses.shape
    ((301, 2), (301,))
    """
    expect("problem", problem, Objective, "Problem(datasets.linear(), Linear())")
    expect("optimizer", optimizer, Optimizer, "GradientDescent(0.01)")
    check_int("seed", seed)
    batches = None if batch_size is None else _batches(problem, batch_size, seed)
    if is_auto(optimizer.lr):
        optimizer = _with_chosen_rate(problem, optimizer, start, seed, batch_size)
    schedule = scheduled(optimizer.lr, problem.names)
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
            _fill(recorder.grow(count), walk, len(recorder) - count, steps, progress)
            if walk.losses is not None:
                recorder.set_losses(walk.losses)
    rates = walk.rates
    if rates is None or not len(rates):
        rates = np.broadcast_to(schedule.first, (max(steps, 1), *schedule.first.shape))
    return recorder.run(optimizer, rates, walk.batches, stops)


def _fill(
    rows: Floats, walk: Affine | Stepwise, taken: int, steps: int, progress: Progress | None
) -> None:
    """Take the steps of a block, and report the progress where each step takes its time."""
    size = len(rows) if progress is None or isinstance(walk, Affine) else REPORTED
    for first in range(0, len(rows), size):
        part = rows[first : first + size]
        walk.fill(part)
        if progress is not None:
            progress(taken + first + len(part) - 1, steps)


def _with_chosen_rate(
    problem: Objective,
    optimizer: Optimizer,
    start: ArrayLike | None,
    seed: int,
    batch_size: int | None,
) -> Optimizer:
    """Return the optimizer with a learning rate in place of "auto"."""

    def short(problem: Objective, optimizer: Optimizer, start: Floats, steps: int) -> Run:
        size = batch_size and min(batch_size, problem.points)
        return descend(problem, optimizer, start, steps, seed, batch_size=size)

    params = _start(problem, Constant(1.0), start, seed)
    return with_chosen_rate(problem, optimizer, params, batch_size is None, short)


def _batches(problem: Objective, size: int, seed: int) -> Batches:
    if not problem.points:
        raise GdanimError(f"batch_size: this problem has no data, got {size}; remove it")
    return Batches(problem.points, size, seed)


def _steps(steps: int | None, epochs: int | None, each: int) -> int:
    """Return the number of steps; an epoch has `each`."""
    if epochs is None:
        return check_int("steps", DEFAULT_STEPS if steps is None else steps)
    if steps is not None:
        raise GdanimError(f"steps, epochs: give one of them, got {steps} and {epochs}")
    return check_int("epochs", epochs) * each


def _start(problem: Objective, schedule: Schedule, start: ArrayLike | None, seed: int) -> Floats:
    """Return the first parameters `[*R, P]`."""
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
