"""A descent in plain words: its rate, its floor, its slowest direction, what will happen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gdanim.arrays import Floats
from gdanim.descent.diagnosis import Diagnosis, diagnose, standardised_condition, stretch
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.run import DIVERGED, Run
from gdanim.scene import Scene
from gdanim.script import own_lines

# A direction is named after the parameters that make up this share of it.
NAMED = 0.9
# Parameters named at most, of a direction that has many.
MOST_NAMES = 3
# What is left to gain, as a share of what the loss is above the optimum, once a run has settled.
SETTLED = 0.01
# A loss this near to the optimum, as a share of it, has arrived.
ARRIVED = 0.01
# And so has one that is left with this share of its way down: a minimum can be 0.
NEGLIGIBLE = 1e-9
# A condition number this much better is worth a sentence.
BETTER = 2.0
# Larger ones are not written out.
MOST_COUNT = 1e9


def paragraphs(scene: Scene, script: Path | None = None) -> Iterator[str]:
    """What there is to say about each run of a scene, a line for each sentence.

    Raises ScriptError where the lines of the `script` it comes from fail.
    """
    with own_lines(script):
        runs = scene.runs()
        for label, run in runs.items():
            lines = [f"{line[0].upper()}{line[1:]}." for line in explain(run)]
            yield "\n".join([f"{label}:", *lines] if len(runs) > 1 else lines)


def explain(run: Run) -> list[str]:
    """What there is to say about a single run, one sentence each.

    Raises GdanimError when it needs scipy to search for the optimum and there is none.
    """
    # Where a run diverges, its end says nothing of the surface.
    diverged = run.outcome.kind == DIVERGED and run.problem.hessian() is None
    end = diagnose(run.problem, run.params[0 if diverged else -1])
    if end.quadratic:
        return [*_rate(run, end), *_floor(run, end), *_slowest(run, end), *_standardised(run, end)]
    return [*_arrival(run, end), *_local(run, end)]


def number(value: float, digits: int = 3) -> str:
    """`7.30`, `268 000`, `3.54e-05`: that many digits, thousands set apart."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    exponent = math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}"))))
    if not -4 <= exponent < 9:
        return f"{value:.{digits - 1}e}"
    rounded = round(value, digits - 1 - exponent)
    return f"{rounded:,.{max(0, digits - 1 - exponent)}f}".replace(",", " ")


def count(value: float) -> str:
    """A whole number, or one decimal below 100: `218 451`, `7.7`, `infinite`."""
    if not math.isfinite(value) or value > MOST_COUNT:
        return f"{value:.1e}" if math.isfinite(value) else "infinite"
    return f"{value:,.{1 if value < 100 else 0}f}".replace(",", " ")


def percent(share: float) -> str:
    """`28 %`, `0.04 %`, `99.98 %`: enough digits not to round to nothing, or to all."""
    gap = 100 * min(abs(share), abs(1 - share))
    decimals = 0 if gap == 0 else max(0, -math.floor(math.log10(gap)))
    return f"{100 * share:.{decimals}f} %"


def direction(diagnosis: Diagnosis, index: int) -> str:
    """`mostly c`, `mostly a and b`: the parameters that a direction is made of."""
    shares = diagnosis.directions[index] ** 2
    order = np.argsort(-shares)
    needed = int(np.searchsorted(np.cumsum(shares[order]), NAMED)) + 1
    names = [diagnosis.names[i] for i in order[: min(needed, MOST_NAMES)]]
    if needed > MOST_NAMES:
        return f"{needed} parameters, {names[0]} first"
    return "mostly " + " and ".join(names)


def _rate(run: Run, end: Diagnosis) -> Iterator[str]:
    """The learning rate beside the edge of stability."""
    limits = number(end.largest_rate, 5)
    if end.fastest_rate < end.largest_rate:
        limits += f"; the fastest would be {number(end.fastest_rate, 5)}"
    rates = np.asarray(run.rates)
    if not (isinstance(run.optimizer, GradientDescent) and np.isfinite(rates).all()):
        yield f"for plain gradient descent the largest stable learning rate is {limits}"
        return
    if rates[0].size > 1:
        yield from _own_rates(run, rates[0])
    elif rates.min() < rates.max():
        span = f"learning rates from {rates.min():g} to {rates.max():g}"
        yield f"{span}; the largest stable one is {limits}"
    else:
        yield from _one_rate(end, float(rates.flat[0]), limits)


def _one_rate(end: Diagnosis, lr: float, limits: str) -> Iterator[str]:
    share = lr / end.largest_rate
    steepest = f"the steepest direction ({direction(end, -1)})"
    if share > 1:
        growth = abs(end.factors(lr)[-1]) - 1
        yield (
            f"learning rate {lr:g} is past the edge of stability, {number(end.largest_rate, 5)}: "
            f"the distance along {steepest} grows by {percent(growth)} with every step"
        )
    else:
        yield f"learning rate {lr:g} is {percent(share)} of the largest stable one, {limits}"


def _own_rates(run: Run, rates: Floats) -> Iterator[str]:
    """A learning rate of its own for each parameter."""
    largest = stretch(run.problem, run.params[-1], np.reshape(rates, (-1,)))
    if largest > 2:
        yield f"the learning rates are past the edge of stability, by a factor of {largest / 2:.4g}"
    else:
        yield f"the learning rates are at {percent(largest / 2)} of the edge of stability"


def _floor(run: Run, end: Diagnosis) -> Iterator[str]:
    """The lowest loss that there is."""
    fit = "fit's floor" if run.problem.points else "minimum"
    if end.optimum is None:
        yield "there is no floor: along a direction of negative curvature the loss falls for ever"
    else:
        yield f"the {fit} is {number(end.optimum.loss)}: no parameters have a smaller loss"


def _slowest(run: Run, end: Diagnosis) -> Iterator[str]:
    """The pace of the flattest direction, and what it still has of the loss at the end."""
    lowest = float(end.eigenvalues[0])
    if lowest < 0:
        return
    yield f"the condition number is {count(end.condition)}"
    if lowest == 0:
        yield f"along one direction ({direction(end, 0)}) the loss does not change at all"
        return
    rates = np.asarray(run.rates)
    plain = isinstance(run.optimizer, GradientDescent) and rates[0].size == 1
    if plain and rates.min() == rates.max():
        steps = end.steps(float(rates.flat[0]), 0.5)[0]
        if math.isfinite(steps):
            yield f"the slowest direction ({direction(end, 0)}) halves every {number(steps)} steps"
    yield from _left(run, end)


def _left(run: Run, end: Diagnosis) -> Iterator[str]:
    """Where the loss above the floor is, at the end of the run."""
    if end.optimum is None:
        return
    after = f"after {count_steps(run.steps)} the loss is {number(end.loss)}"
    above, most = float(end.excess.sum()), int(end.excess.argmax())
    if above <= ARRIVED * max(end.optimum.loss, 0.0):
        yield f"{after}, which is the floor"
        return
    what = f"the direction that is {direction(end, most)}" if most else "that direction"
    noise = ", not noise" if run.problem.points and end.optimum.loss > 0 else ""
    yield f"{after}; {number(float(end.excess[most]))} of it is still {what}{noise}"


def _standardised(run: Run, end: Diagnosis) -> Iterator[str]:
    """What standardised features would do."""
    other = standardised_condition(run.problem)
    if other is not None and BETTER * other < end.condition:
        yield (
            f"with standardised features the condition number would be {count(other)} instead of "
            f"{count(end.condition)}"
        )


def _arrival(run: Run, end: Diagnosis) -> Iterator[str]:
    """Where the run ends, beside the best that is known."""
    best = end.optimum
    if run.outcome.kind == DIVERGED:
        yield f"the run diverges after {count_steps(run.steps)}"
        return
    ends = f"after {count_steps(run.steps)} the loss is {number(end.loss)}"
    if best is None:
        yield f"{ends}; no lowest one is known"
        return
    above = end.loss - best.loss
    yield f"{ends}; the best known is {number(best.loss)} ({best.name})"
    way = float(run.losses[0]) - best.loss
    if above <= max(ARRIVED * abs(best.loss), NEGLIGIBLE * way):
        yield "so it has arrived at the best that is known"
    elif end.eigenvalues[0] < 0:
        yield "it stands where the loss still bends down in some direction: no minimum yet"
    elif end.excess.sum() < SETTLED * above:
        yield (
            f"it has settled in a local minimum, {number(above)} above: no small step leads out; "
            "another start, or noise, may"
        )
    else:
        yield f"it has not settled: {number(above)} above, it is still on its way"


def _local(run: Run, end: Diagnosis) -> Iterator[str]:
    """Rates and condition around one point alone."""
    where = "start" if run.outcome.kind == DIVERGED else "end"
    yield f"near its {where} alone, for the surface has another shape elsewhere, this holds"
    if math.isfinite(end.condition):
        yield f"the condition number is {count(end.condition)}"
    yield from _rate(run, end)


def count_steps(steps: int) -> str:
    """`500 000 steps`."""
    return f"{steps:,} step{'' if steps == 1 else 's'}".replace(",", " ")
