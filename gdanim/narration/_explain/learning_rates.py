"""The learning rates of a run, compared with the largest stable one."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis, sharpness
from gdanim.core.arrays import Floats, in_blocks
from gdanim.core.numbers import counted, percent, rounded
from gdanim.descent.run import Run
from gdanim.narration._explain.ending import keeps_moving
from gdanim.narration._explain.randomness import plain_rates, uses_batches
from gdanim.narration._explain.words import direction, growth, told_apart


def stability(run: Run, end: Diagnosis) -> Iterator[str]:
    """Compare the learning rates of all steps, where the loss is quadratic; for any optimizer."""
    if not math.isfinite(end.max_stable_lr):
        return
    if (rates := plain_rates(run.optimizer, run)) is None:
        largest = _largest_stable(run, end, "learning rate")
        yield f"for plain gradient descent the {largest} is {_limit(run, end)}"
        return
    if rates.shape[1] > 1:
        yield _per_parameter(run, end, rates)
    elif np.ptp(rates):
        yield _schedule(run, end, rates[:, 0])
    else:
        yield _constant(run, end, float(rates[0, 0]), "the")


def local_stability(run: Run, end: Diagnosis, row: int) -> Iterator[str]:
    """Compare the learning rate of step `row` alone, where the curvature is that of one point.

    A stable learning rate there says little about a run that keeps moving, and is left out.
    """
    rates = plain_rates(run.optimizer, run)
    if rates is None or not math.isfinite(end.max_stable_lr):
        return
    near, which = rates[row], "first" if row == 0 else "last"
    stable = float(_shares(run, end, near[np.newaxis])[0]) <= 1
    if stable and row and keeps_moving(run, end):
        return
    if len(near) > 1:
        yield _per_parameter(run, end, near[np.newaxis])
    else:
        yield _constant(run, end, float(near[0]), f"the {which}" if np.ptp(rates) else "the")


def _largest_stable(run: Run, end: Diagnosis, noun: str) -> str:
    """Name the largest stable learning rate, with its condition where there is one."""
    if end.eigenvalues[0] < 0:
        return f"largest {noun} that is stable along the steepest direction"
    if uses_batches(run):
        return f"largest {noun} that is stable with full batches"
    return f"largest stable {noun}"


def _limit(run: Run, end: Diagnosis) -> str:
    limit, optimal = rounded(end.max_stable_lr, 5), rounded(end.optimal_lr, 5)
    if optimal == limit or math.isnan(end.optimal_lr) or uses_batches(run):
        return limit
    return f"{limit}; the fastest would be {optimal}"


def _distance(end: Diagnosis) -> str:
    return f"the distance along the steepest direction ({direction(end, -1)})"


def _constant(run: Run, end: Diagnosis, lr: float, which: str) -> str:
    share = lr / end.max_stable_lr
    if share <= 1:
        largest = _largest_stable(run, end, "one")
        return (
            f"{which} learning rate, {lr:g}, is {percent(share)} of the {largest}, "
            f"{_limit(run, end)}"
        )
    text, limit = told_apart(lr, end.max_stable_lr)
    factor = abs(float(end.factors(lr)[-1]))
    return (
        f"{which} learning rate, {text}, exceeds the largest stable one, {limit}: "
        f"{_distance(end)} {growth(factor)} with every step"
    )


def _schedule(run: Run, end: Diagnosis, rates: Floats) -> str:
    low, high = float(rates.min()), float(rates.max())
    unstable = rates[rates > end.max_stable_lr]
    if not unstable.size:
        largest = _largest_stable(run, end, "one")
        return (
            f"the learning rates range from {low:g} to {high:g}; the {largest} is "
            f"{_limit(run, end)}"
        )
    text, limit = told_apart(high, end.max_stable_lr)
    with np.errstate(over="ignore"):
        factor = float(np.exp(np.log(unstable * end.eigenvalues[-1] - 1).sum()))
    on = ", and would keep growing at the last one" if rates[-1] > end.max_stable_lr else ""
    return (
        f"the learning rates range from {low:g} to {text}, which exceeds the largest stable one, "
        f"{limit}: over {unstable.size} of {counted(len(rates), 'step')} {_distance(end)} "
        f"{growth(factor)}{on}"
    )


def _per_parameter(run: Run, end: Diagnosis, rates: Floats) -> str:
    """Compare learning rates of one step or many, `[S, P]`, with one for each parameter."""
    rows, times = np.unique(rates, axis=0, return_counts=True)
    shares = _shares(run, end, rows)
    largest = float(shares.max())
    up_to = "up to " if len(rows) > 1 else ""
    if largest <= 1:
        return f"the learning rates are at {up_to}{percent(largest)} of the largest stable ones"
    unstable = int(times[shares > 1].sum())
    where = f", in {unstable} of {counted(len(rates), 'step')}" if unstable < len(rates) else ""
    by = f"{up_to}{percent(largest - 1)}{where}"
    return f"the learning rates exceed the largest stable ones by {by}"


def _shares(run: Run, end: Diagnosis, rows: Floats) -> Floats:
    """`[S]`: the learning rates of each step, `[S, 1]` or `[S, P]`, as a share of stable ones."""
    p = len(end.params)
    return in_blocks(lambda some: sharpness(run.problem, end.params, some) / 2, rows, p * p)
