"""The learning rates of a run, compared with the largest stable one of the rule that is used."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gdanim.analysis.curvature import spectrum
from gdanim.analysis.diagnosis import Diagnosis, scaled_curvature
from gdanim.analysis.judgement import Ending, Reason
from gdanim.core.arrays import Floats, in_blocks
from gdanim.core.numbers import counted, percent, rounded
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run
from gdanim.narration._explain.adaptive import scaled_stability
from gdanim.narration._explain.batch_rates import batch_edge, mean_square_edge
from gdanim.narration._explain.ending import moves_on
from gdanim.narration._explain.randomness import noiseless, uses_batches, without_randomness
from gdanim.narration._explain.words import direction, growth, told_apart

# Curvatures are looked at along this many of the last steps of a run that swings.
SWINGS = 8
# Where a rate that converges fastest means something.
MINIMA = (Reason.MINIMUM, Reason.LOCAL_MINIMUM)


@dataclass(frozen=True, eq=False)
class _Edge:
    """The largest stable learning rate of a run's rule, by the curvature at a point."""

    run: Run
    end: Diagnosis
    rule: Optimizer
    rate: float

    @property
    def noun(self) -> str:
        """What kind of largest rate it is, after `the largest`."""
        if self.end.eigenvalues[0] < 0:
            return "one that is stable along the steepest direction"
        if uses_batches(self.run):
            return "one that is stable with full batches"
        return "stable one" + ("" if self.plain else f" for {self.rule.name}")

    @property
    def plain(self) -> bool:
        """Whether the rule is plain gradient descent."""
        return isinstance(self.rule, GradientDescent)

    @property
    def limit(self) -> str:
        """The rate, and for plain gradient descent the fastest one, where that is another."""
        limit, optimal = rounded(self.rate, 5), rounded(self.end.fastest_rate, 5)
        if not self.plain or optimal == limit or math.isnan(self.end.fastest_rate):
            return limit
        # Elsewhere than at a minimum, the curvature does not stay what it is.
        fixed = self.end.quadratic or self.run.judgement.reason in MINIMA
        if uses_batches(self.run) or not fixed:
            return limit
        return f"{limit}; the fastest would be {optimal}"

    def factor(self, lr: float) -> float | None:
        """By how much a step multiplies the distance along the steepest direction in the long run.

        None where it is not known, and where anything about the run is random.
        """
        if without_randomness(self.run):
            return None
        factor = self.rule.convergence_factor(lr * self.end.eigenvalues[-1])
        return None if factor is None else float(factor)


def _edge_of(run: Run, end: Diagnosis) -> _Edge | None:
    """The largest stable rate of the run's rule; None where none is known, or the rates are not."""
    rule, curvature = noiseless(run.optimizer), float(end.eigenvalues[-1])
    if rule is None or run.rates is None or not curvature > 0:
        return None
    rate = rule.largest_stable_rate(curvature)
    return None if rate is None else _Edge(run, end, rule, rate)


def stability(run: Run, end: Diagnosis) -> Iterator[str]:
    """Compare the learning rates of all steps, where the loss is quadratic; for any optimizer."""
    if not math.isfinite(end.largest_stable_rate):
        return
    edge, rates = _edge_of(run, end), run.rate_columns
    if edge is None or rates is None or (rates.shape[1] > 1 and not edge.plain):
        if edge is None:
            yield from scaled_stability(run, end)
        yield from _plain(run, end)
    elif rates.shape[1] > 1:
        yield _per_parameter(edge, rates)
    elif uses_batches(run):
        yield _batches(edge, rates)
    elif np.ptp(rates):
        yield _schedule(edge, rates[:, 0])
    else:
        yield _constant(edge, float(rates[0, 0]), "the")


def local_stability(run: Run, end: Diagnosis, row: int) -> Iterator[str]:
    """Compare the learning rate of step `row` alone, where the curvature is that of one point.

    A stable learning rate there says nothing about a run that does not come to rest, or whose rate
    was too large elsewhere, and is left out; so is any comparison on a loss that falls without end.
    """
    if not math.isfinite(end.largest_stable_rate) or run.judgement.ending == Ending.UNBOUNDED:
        return
    edge, rates = _edge_of(run, end), run.rate_columns
    if edge is None:
        if not moves_on(run):
            yield from scaled_stability(run, end)
        return
    if rates is None or (rates.shape[1] > 1 and not edge.plain):
        return
    near, which = rates[row], "first" if row == 0 else "last"
    which = f"the {which}" if np.ptp(rates) else "the"
    if uses_batches(run):
        yield from _local_batches(edge, float(near[0]), which) if len(near) == 1 else ()
        return
    too_large = moves_on(run) or run.judgement.reason == Reason.LARGE_RATE
    if too_large and float(_shares(edge, near[np.newaxis])[0]) <= 1:
        return
    if len(near) > 1:
        yield _per_parameter(edge, near[np.newaxis])
    else:
        yield _constant(edge, float(near[0]), which)


def swing_stability(run: Run, end: Diagnosis) -> Iterator[str]:
    """Compare the learning rate of a run that swings with what is stable along its last steps.

    The run has a cycle, so that small deviations from any one of its points say nothing.
    """
    edge, rates, last = _edge_of(run, end), run.rate_columns, min(SWINGS, run.steps)
    if edge is None or rates is None or rates.shape[1] > 1 or np.ptp(rates[-last:]):
        return
    curvatures = [spectrum(run.problem, params).eigenvalues[-1] for params in run.params[-last:]]
    found = [edge.rule.largest_stable_rate(float(one)) for one in curvatures if one > 0]
    stable = [rate for rate in found if rate is not None]
    lr = float(rates[-1, 0])
    if not stable or lr <= min(stable):
        return
    low, high = rounded(min(stable)), rounded(max(stable))
    between = f"about {low}" if low == high else f"between {low} and {high}"
    yield (
        f"by the curvature along the last {counted(last, 'step')}, the largest {edge.noun} is "
        f"{between}: with {lr:g} the run does not come to rest, but stays within bounds"
    )


def _plain(run: Run, end: Diagnosis) -> Iterator[str]:
    """Give the largest stable rate of plain gradient descent, where the rule has none."""
    edge = _Edge(run, end, GradientDescent(1.0), end.largest_stable_rate)
    noun = edge.noun.replace("one", "learning rate", 1)
    yield f"for plain gradient descent the largest {noun} is {edge.limit}"


def _constant(edge: _Edge, lr: float, which: str) -> str:
    share = lr / edge.rate
    if share <= 1:
        return (
            f"{which} learning rate, {lr:g}, is {percent(share)} of the largest {edge.noun}, "
            f"{edge.limit}"
        )
    text, limit = told_apart(lr, edge.rate)
    exceeds = f"{which} learning rate, {text}, exceeds the largest {edge.noun}, {limit}"
    # Elsewhere than on a quadratic, no such factor holds for long.
    factor = edge.factor(lr) if edge.end.quadratic else None
    if factor is None:
        return exceeds
    which = "the" if edge.run.diverges else "any"
    return f"{exceeds}: {which} {_distance(edge.end)} {growth(factor)} with every step"


def _schedule(edge: _Edge, rates: Floats) -> str:
    low, high = float(rates.min()), float(rates.max())
    unstable = rates[rates > edge.rate]
    if not unstable.size:
        return (
            f"the learning rates range from {low:g} to {high:g}; the largest {edge.noun} is "
            f"{edge.limit}"
        )
    text, limit = told_apart(high, edge.rate)
    exceeds = (
        f"the learning rates range from {low:g} to {text}, which exceeds the largest {edge.noun}, "
        f"{limit}"
    )
    over = f"over {unstable.size} of {counted(len(rates), 'step')}"
    if not edge.plain or without_randomness(edge.run):
        return f"{exceeds}, {over}"
    with np.errstate(over="ignore"):
        factor = float(np.exp(np.log(unstable * edge.end.eigenvalues[-1] - 1).sum()))
    on = ", and would keep growing at the last one" if rates[-1] > edge.rate else ""
    return f"{exceeds}: {over} the {_distance(edge.end)} {growth(factor)}{on}"


def _batches(edge: _Edge, rates: Floats) -> str:
    """Compare rates with those that are stable with the run's batches, and with full ones."""
    assert edge.run.batches is not None
    low, high, size = float(rates.min()), float(rates.max()), edge.run.batches.shape[1]
    which = f"the learning rate, {high:g},"
    if low < high:
        which = f"the largest of the learning rates, {high:g},"
    typical = batch_edge(edge.run.problem, edge.rule, size, edge.rate)
    if typical is None:
        known = f"with full batches it is {edge.limit}, and with batches smaller"
        return f"no largest stable learning rate is known with batches of {size}; {known}"
    with_full = f"with full batches the largest stable one is {edge.limit}"
    grows, batches = f"about {rounded(typical, 2)}", f"with batches of {size}"
    if high > typical:
        return f"{which} exceeds the largest stable one {batches}, {grows} (simulated); {with_full}"
    calm = mean_square_edge(edge.run.problem, edge.end.params, edge.rule, size, edge.rate)
    if calm is None:
        part = f"is {percent(high / typical)} of"
        return f"{which} {part} the largest stable one {batches}, {grows} (simulated); {with_full}"
    return (
        f"{_mean_square(which, high, size, min(calm, typical))}; "
        f"a typical run grows from {grows} on (both simulated); {with_full}"
    )


def _mean_square(which: str, lr: float, size: int, calm: float) -> str:
    """Compare a rate with the largest one that is stable in the mean square with batches."""
    part = "exceeds" if lr > calm else f"is {percent(lr / calm)} of"
    bursts = ": rare bursts come and go" if lr > calm else ""
    return (
        f"{which} {part} the largest one that is stable in the mean square with batches of {size}, "
        f"about {rounded(calm, 2)}{bursts}"
    )


def _local_batches(edge: _Edge, lr: float, which: str) -> Iterator[str]:
    """The same near a minimum; nothing elsewhere, nor where it is not known or no reason."""
    run, end = edge.run, edge.end
    if run.batches is None or not end.eigenvalues[0] > 0:
        return
    size = run.batches.shape[1]
    calm = mean_square_edge(run.problem, end.params, edge.rule, size, edge.rate)
    grows = run.judgement.ending in (Ending.GROWING, Ending.DIVERGED)
    if calm is not None and (lr > calm or not grows):
        compared = _mean_square(f"{which} learning rate, {lr:g},", lr, size, calm)
        yield f"{compared} (simulated)"


def _per_parameter(edge: _Edge, rates: Floats) -> str:
    """Compare learning rates of one step or many, `[S, P]`, with one for each parameter."""
    rows, times = np.unique(rates, axis=0, return_counts=True)
    shares = _shares(edge, rows)
    largest = float(shares.max())
    up_to = "up to " if len(rows) > 1 else ""
    stable = f"the largest {edge.noun.replace('one', 'ones', 1)}".replace("that is", "that are")
    if largest <= 1:
        return f"the learning rates are at {up_to}{percent(largest)} of {stable}"
    unstable = int(times[shares > 1].sum())
    where = f", in {unstable} of {counted(len(rates), 'step')}" if unstable < len(rates) else ""
    by = f"{up_to}{percent(largest - 1)}{where}"
    return f"the learning rates exceed {stable} by {by}"


def _shares(edge: _Edge, rows: Floats) -> Floats:
    """`[S]`: the learning rates of each step, `[S, 1]` or `[S, P]`, as a share of stable ones."""
    if rows.shape[1] == 1:
        return rows[:, 0] / edge.rate
    p, problem, params = len(edge.end.params), edge.run.problem, edge.end.params
    return in_blocks(lambda some: scaled_curvature(problem, params, some) / 2, rows, p * p)


def _distance(end: Diagnosis) -> str:
    return f"distance along the steepest direction ({direction(end, -1)})"
