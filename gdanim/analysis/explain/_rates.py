"""The learning rates that a run used, beside the edge of stability."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis, sharpness
from gdanim.analysis.explain._chance import plain_rates, samples
from gdanim.analysis.explain._endings import swings
from gdanim.analysis.explain._words import apart, direction, growth, number, percent, steps
from gdanim.core.arrays import Floats, in_blocks
from gdanim.descent.run import Run


def beside_the_edge(run: Run, end: Diagnosis) -> Iterator[str]:
    """The rates of all steps where the loss is quadratic; of any optimizer."""
    if not math.isfinite(end.max_stable_lr):
        return
    if (rates := plain_rates(run.optimizer, run)) is None:
        largest = _largest(run, end, "learning rate")
        yield f"for plain gradient descent the {largest} is {_edge(run, end)}"
        return
    if rates.shape[1] > 1:
        yield _own(run, end, rates)
    elif np.ptp(rates):
        yield _many(run, end, rates[:, 0])
    else:
        yield _one(run, end, float(rates[0, 0]))


def beside_the_edge_near(run: Run, end: Diagnosis, row: int) -> Iterator[str]:
    """The rate of step `row` alone, where the curvature is that of one point.

    Below the edge there says little of a run that swings around, and so it is left out.
    """
    rates = plain_rates(run.optimizer, run)
    if rates is None or not math.isfinite(end.max_stable_lr):
        return
    near, which = rates[row], "first" if row == 0 else "last"
    past = float(_shares(run, end, near[np.newaxis])[0]) > 1
    if not past and row and swings(run, end):
        return
    if len(near) > 1:
        yield _own(run, end, near[np.newaxis])
    else:
        yield _one(run, end, float(near[0]), f"its {which} " if np.ptp(rates) else "")


def _largest(run: Run, end: Diagnosis, noun: str) -> str:
    """The edge in words, with its condition where there is one."""
    if end.eigenvalues[0] < 0:
        return f"largest {noun} that is stable along the steepest direction"
    if samples(run):
        return f"largest {noun} that is stable with all points in each step"
    return f"largest stable {noun}"


def _edge(run: Run, end: Diagnosis) -> str:
    edge, fastest = number(end.max_stable_lr, 5), number(end.optimal_lr, 5)
    if fastest in (edge, "nan") or samples(run):
        return edge
    return f"{edge}; the fastest would be {fastest}"


def _along(end: Diagnosis) -> str:
    return f"the distance along the steepest direction ({direction(end, -1)})"


def _one(run: Run, end: Diagnosis, lr: float, which: str = "") -> str:
    share = lr / end.max_stable_lr
    if share <= 1:
        largest = _largest(run, end, "one")
        return (
            f"{which}learning rate {lr:g} is {percent(share)} of the {largest}, {_edge(run, end)}"
        )
    text, edge = apart(lr, end.max_stable_lr)
    factor = abs(float(end.factors(lr)[-1]))
    return (
        f"{which}learning rate {text} is past the edge of stability, {edge}: "
        f"{_along(end)} {growth(factor)} with every step"
    )


def _many(run: Run, end: Diagnosis, rates: Floats) -> str:
    low, high = float(rates.min()), float(rates.max())
    past = rates[rates > end.max_stable_lr]
    if not past.size:
        span = f"learning rates from {low:g} to {high:g}"
        return f"{span}; the {_largest(run, end, 'one')} is {_edge(run, end)}"
    text, edge = apart(high, end.max_stable_lr)
    with np.errstate(over="ignore"):
        factor = float(np.exp(np.log(past * end.eigenvalues[-1] - 1).sum()))
    on = ", and at the last rate would for ever" if rates[-1] > end.max_stable_lr else ""
    return (
        f"of learning rates from {low:g} to {text}, {text} is past the edge of stability, {edge}: "
        f"over {past.size} of {steps(len(rates))} {_along(end)} {growth(factor)}{on}"
    )


def _own(run: Run, end: Diagnosis, rates: Floats) -> str:
    """A learning rate of its own for each parameter, in one step or in many, `[S, P]`."""
    rows, times = np.unique(rates, axis=0, return_counts=True)
    shares = _shares(run, end, rows)
    largest = float(shares.max())
    up_to = "up to " if len(rows) > 1 else ""
    if largest <= 1:
        return f"the learning rates are at {up_to}{percent(largest)} of the edge of stability"
    past = int(times[shares > 1].sum())
    where = f", in {past} of {steps(len(rates))}" if past < len(rates) else ""
    by = f"{up_to}{percent(largest - 1)}{where}"
    return f"the learning rates are past the edge of stability, by {by}"


def _shares(run: Run, end: Diagnosis, rows: Floats) -> Floats:
    """`[S]`: each step's rates, `rows [S, 1]` or `[S, P]`, as a share of what is stable."""
    p = len(end.params)
    return in_blocks(lambda some: sharpness(run.problem, end.params, some) / 2, rows, p * p)
