"""What to do about a run that is of no use: it diverges, or it hardly moves.

Nothing is advised that was not tried: each suggestion is run first, and named only if it helps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass, replace
from typing import Any

import numpy as np

from gdanim.analysis.curvature import LANCZOS_STEPS, MOST_DENSE, spectrum
from gdanim.analysis.judgement import Ending
from gdanim.core.numbers import counted, percent, rounded
from gdanim.descent.loop import DEFAULT_STEPS, descend
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import DIVERGED, Run
from gdanim.descent.shorthand import ONLY
from gdanim.narration._explain.batch_rates import batch_edge
from gdanim.narration._explain.randomness import noiseless, uses_batches
from gdanim.narration._explain.words import condition_number, told_apart
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

# In the place of a run that diverges, a trial helps if it gains this share of what can be gained;
# in that of one that hardly moves, this share of what that one left, or where the minimum is not
# known, so many times as much as that one gained.
GAINS, HALF, TIMES = 0.05, 0.5, 10.0
# A condition number this many times smaller is worth standardising the data.
BETTER = 100.0
# A rate is suggested at this share of the largest stable one, else at these multiples of the run's.
SAFE, FARTHER = 0.5, tuple(10.0**power for power in range(1, 9))
# So many temporary numbers may be needed for the gradients of a trial, and for the curvature. A
# trial has at least so many steps.
WORK, FEWEST_STEPS = 1e6, 20
# A rate that is so many times the largest stable one is said to be.
MULTIPLE = 2.0


def in_words(rate: float) -> str:
    """How to set a learning rate, for somebody who has a script of their own."""
    return f"use a learning rate of {rate:g}"


def advice(runs: Run | Mapping[str, Run], how: Callable[[float], str] = in_words) -> str:
    """Say what to do about a run that is of no use; nothing where there is no need.

    Parameters
    ----------
    runs : Run or mapping of str to Run
        A single run; or several by label, of which the first is spoken of, if all are of no use.
    how : callable, optional
        What to write to set a learning rate, such as `use --set lr=0.01`.

    Returns
    -------
    str
        One line without full stop: how the run ends, why, and what helps. Empty for a run that
        neither diverges nor hardly moves, and for a comparison in which another one does neither.

    See Also
    --------
    gdanim.narration.explain.explain : All about a run.

    Notes
    -----
    Each suggestion, standardised data or another learning rate, is tried from the same parameters,
    over as many steps as the run, or fewer where these would take long. It is left out unless the
    trial gains something where the run diverges, or half of what a run that hardly moves has left.

    Examples
    --------
    >>> from gdanim import GradientDescent, Linear, Problem, datasets, descend
    >>> from gdanim.narration.advice import advice
    >>> problem = Problem(datasets.linear(), Linear())
    >>> for part in advice(descend(problem, GradientDescent(1.0), (0, 0), steps=300)).split("; "):
    ...     print(part)
    diverges at step 84: learning rate 1 is 33 times the largest stable one (0.030)
    use a learning rate of 0.01
    >>> advice(descend(problem, GradientDescent(0.01), (0, 0), steps=300))
    ''
    """
    given = {ONLY: runs} if isinstance(runs, Run) else runs
    if not given or not all(_useless(run) for run in given.values()):
        return ""
    label, run = next(iter(given.items()))
    with np.errstate(all="ignore"):
        limit = _limit_of(run, run.problem)
        cause, helpful = _cause(run, limit), _remedies(run, limit, how)
    text = "; ".join(filter(None, [f"{_what(run)}{cause}", ", or ".join(helpful)]))
    return f"{label}: {text}" if len(given) > 1 else text


def remedies(run: Run, how: Callable[[float], str] = in_words) -> list[str]:
    """Return what helps a run that is of no use, each tried; nothing for any other."""
    if not _useless(run):
        return []
    with np.errstate(all="ignore"):
        return _remedies(run, _limit_of(run, run.problem), how)


@dataclass(frozen=True)
class Limit:
    """The largest stable learning rate, and where it holds."""

    rate: float
    where: str = ""


def constant_rate(run: Run) -> float | None:
    """The learning rate, if it is one number for all steps and parameters."""
    rates = run.rate_columns
    if rates is None or rates.shape[-1] > 1 or np.ptp(rates):
        return None
    return float(rates.flat[0])


def _remedies(run: Run, limit: Limit | None, how: Callable[[float], str]) -> list[str]:
    return [*_standardise(run, limit, how), *_other_rate(run, limit, how)]


def _useless(run: Run) -> bool:
    return run.judgement.ending in (Ending.DIVERGED, Ending.GROWING, Ending.HARDLY_MOVING)


def _hardly_moves(run: Run) -> bool:
    return run.judgement.ending == Ending.HARDLY_MOVING


def _what(run: Run) -> str:
    """How the run ends."""
    first, last = float(run.losses[0]), float(run.losses[-1])
    if _hardly_moves(run):
        gained = first - last > GAINS * (first - run.judgement.numbers.get("minimum", -math.inf))
        return f"hardly moves {'any more after' if gained else 'in'} {counted(run.steps, 'step')}"
    if run.outcome.kind == DIVERGED:
        return f"diverges at step {run.steps:,}"
    verb = "grows" if run.judgement.ending == Ending.GROWING else "diverges"
    return f"{verb} from step {run.judgement.since:,} on"


def _cause(run: Run, limit: Limit | None) -> str:
    """The learning rate next to the largest stable one, where that is the reason."""
    rate = constant_rate(run)
    if rate is None or limit is None:
        return ""
    share, largest = rate / limit.rate, f"the largest stable one{limit.where}"
    if _hardly_moves(run):
        near = rounded(limit.rate, 2)
        return f": learning rate {rate:g} is {percent(share)} of {largest} ({near})"
    if share >= MULTIPLE:
        times = f"{rounded(share, 2)} times {largest} ({rounded(limit.rate, 2)})"
        return f": learning rate {rate:g} is {times}"
    lr, edge = told_apart(rate, limit.rate)
    return f": learning rate {lr} exceeds {largest} ({edge})" if share > 1 else ""


def _limit_of(run: Run, problem: Objective) -> Limit | None:
    """The largest stable rate of the run's rule on a problem, by the curvature at the start."""
    rule, p = noiseless(run.optimizer), len(problem.names)
    gradients = 2 * (p if p <= MOST_DENSE else LANCZOS_STEPS)
    if rule is None or (problem.hessian is None and gradients * problem.workspace > WORK):
        return None
    highest = float(spectrum(problem, run.params[0]).eigenvalues[-1])
    largest = rule.largest_stable_rate(highest) if highest > 0 else None
    if largest is None:
        return None
    if uses_batches(run):
        assert run.batches is not None
        size = run.batches.shape[1]
        edge = batch_edge(problem, rule, size, largest)
        return None if edge is None else Limit(edge, f" with batches of {size}")
    return Limit(largest, "" if problem.hessian is not None else " at the start")


def _standardise(run: Run, limit: Limit | None, how: Callable[[float], str]) -> Iterator[str]:
    """Advise standardised data, with the run's own learning rate or another, if that helps."""
    problem, start = run.problem, run.params[0]
    if not isinstance(problem, Problem) or run.optimizer is None or limit is None:
        return
    other = replace(problem, data=problem.data.standardised(), validation=None)
    before, after = (spectrum(one, start).eigenvalues for one in (problem, other))
    if not (before[0] > 0 and after[0] > 0) or len(before) < len(start):
        return
    was, now = float(before[-1] / before[0]), float(after[-1] / after[0])
    if not BETTER * now < was:
        return
    change = f"the condition number falls from {condition_number(was)} to {condition_number(now)}"
    text = f"standardise the data (`data.standardised()`: {change})"
    if _helps(run, other, run.optimizer):
        yield text
    elif (new := _limit_of(run, other)) is not None:
        rate = _brief(SAFE * new.rate)
        if _helps(run, other, _with_rate(run.optimizer, rate)):
            yield f"{text} and {how(rate)}"


def _other_rate(run: Run, limit: Limit | None, how: Callable[[float], str]) -> Iterator[str]:
    """Advise the first learning rate that helps."""
    rate = constant_rate(run)
    if rate is None or run.optimizer is None:
        return
    slow = _hardly_moves(run)
    tries = [rate * times if slow else rate / times for times in FARTHER]
    if limit is not None:
        tries = [SAFE * limit.rate, *([] if slow else tries)]
    for other in map(_brief, tries):
        if (other > MULTIPLE * rate if slow else other < rate) and _helps(
            run, run.problem, _with_rate(run.optimizer, other)
        ):
            yield how(other)
            return


def _helps(run: Run, problem: Objective, optimizer: Optimizer | None) -> bool:
    """Whether a trial comes down: far enough, and further than the run itself."""
    if optimizer is None:
        return False
    slow, size = _hardly_moves(run), None if run.batches is None else run.batches.shape[1]
    steps = run.steps if slow else max(run.steps, DEFAULT_STEPS)
    if problem.hessian is None or size is not None:
        steps = min(steps, int(WORK // problem.workspace))
    if steps < (min(FEWEST_STEPS, run.steps) if slow else FEWEST_STEPS):
        return False
    trial = descend(problem, optimizer, run.params[0], steps, batch_size=size)
    first, last = float(trial.losses[0]), float(trial.losses[-1])
    if trial.outcome.kind == DIVERGED or not last < first:
        return False
    lowest = run.judgement.numbers.get("minimum")
    if not slow:
        return first - last > GAINS * (first - (last if lowest is None else lowest))
    if lowest is None:
        return first - last > TIMES * max(float(run.losses[0] - run.losses[-1]), 0.0)
    return last - lowest < HALF * (float(run.losses[-1]) - lowest)


def _with_rate(optimizer: Optimizer, rate: float) -> Optimizer | None:
    """The optimizer with another learning rate; None for one that is no dataclass."""
    if isinstance(optimizer, Noisy):
        inner = _with_rate(optimizer.optimizer, rate)
        return None if inner is None else replace(optimizer, optimizer=inner)
    changeable: Any = optimizer
    return replace(changeable, lr=rate) if is_dataclass(optimizer) else None


def _brief(rate: float) -> float:
    """A rate rounded down to one digit."""
    if not 0 < rate < math.inf:
        return rate
    power = math.floor(math.log10(rate))
    return float(f"{math.floor(rate / 10.0**power * (1 + 1e-12))}e{power}")
