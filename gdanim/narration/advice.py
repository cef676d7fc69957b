"""What to do about an unsuccessful run: it diverges, or it hardly moves.

Nothing is advised that was not tried: each suggestion is run first, and named only if it helps.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, is_dataclass, replace
from typing import Any

import numpy as np

from gdanim.analysis.curvature import LANCZOS_STEPS, MOST_DENSE, spectrum
from gdanim.analysis.judgement import Ending, Reason
from gdanim.analysis.scale import constant_loss
from gdanim.core.numbers import counted, percent, rounded
from gdanim.descent.loop import DEFAULT_STEPS, descend
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run
from gdanim.descent.shorthand import ONLY
from gdanim.narration._explain.batch_rates import batch_edge, mean_square_edge
from gdanim.narration._explain.randomness import noiseless, uses_batches
from gdanim.narration._explain.words import condition_number, told_apart
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

# A trial helps if it gains this share of what there is down to the lowest loss that is known, of
# what a run that hardly moves has left. Where no minimum is known, it is the lowest of what was
# tried, and at this many random points.
HALF, DRAWS = 0.5, 10
# Starts from this many seeds are tried in the place of one that leads nowhere at any rate.
SEEDS = 3
# A run that gained more than this share of what there is does not move "any more"; one that has no
# more than the other share left is of use.
GAINED, LEFT = 0.05, 0.1
# A condition number this many times smaller is worth standardising the data.
BETTER = 100.0
# A rate is suggested at this share of the largest stable one, else at these multiples of the run's.
SAFE, FARTHER = 0.5, tuple(10.0**power for power in range(1, 9))
# The most temporary numbers for the gradients of a trial, and for the curvature; the fewest steps
# of a trial.
WORK, FEWEST_STEPS = 1e6, 20
# A rate that is at least this multiple of the largest stable one is said to be.
MULTIPLE = 2.0


def in_words(rate: float) -> str:
    """How to set a learning rate, for somebody who has a script of their own."""
    return f"use a learning rate of {rate:g}"


def advice(runs: Run | Mapping[str, Run], how: Callable[[float], str] = in_words) -> str:
    """Say what to do about an unsuccessful run; nothing where there is no need.

    Parameters
    ----------
    runs : Run or mapping of str to Run
        A single run; or several by label, of which the first is spoken of, if all are unsuccessful.
    how : callable, optional
        What to write to set a learning rate, such as `use --set lr=0.01`.

    Returns
    -------
    str
        One line without full stop: how the run ends, why, and what helps. Empty for a run that
        neither diverges nor hardly moves, or that has gained nine tenths of what there is before,
        and for a comparison in which another one does neither.

    See Also
    --------
    gdanim.narration.explain.explain : All about a run.

    Notes
    -----
    Each suggestion, standardised data, another learning rate or else another start, is tried, over
    as many steps as the run, or fewer where these would take long. It is left out unless the trial
    is of use itself, and gains half of what there is down to the lowest loss that is known: from
    the start of a run that diverges, or from the end of one that hardly moves. A run that hardly
    moves is not spoken of where neither a cause is known nor anything helps.

    Examples
    --------
    >>> from gdanim import GradientDescent, Linear, Problem, datasets, descend
    >>> from gdanim.narration.advice import advice
    >>> problem = Problem(datasets.linear(), Linear())
    >>> for part in advice(descend(problem, GradientDescent(1.0), (0, 0), steps=300)).split("; "):
    ...     print(part)
    diverges from step 1 on: learning rate 1 is 33 times the largest stable one (0.030)
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
    if _hardly_moves(run) and not cause and not helpful:
        return ""
    text = "; ".join(filter(None, [f"{_what(run)}{cause}", ", or ".join(helpful)]))
    return f"{label}: {text}" if len(given) > 1 else text


def remedies(run: Run, how: Callable[[float], str] = in_words) -> list[str]:
    """Return what helps an unsuccessful run, each tried; nothing for any other."""
    if not _useless(run):
        return []
    with np.errstate(all="ignore"):
        return _remedies(run, _limit_of(run, run.problem), how)


@dataclass(frozen=True)
class _Limit:
    """The largest stable learning rate, where it holds, and one that is safe."""

    rate: float
    where: str = ""
    safe: float = math.nan


def constant_rate(run: Run) -> float | None:
    """The learning rate, if it is one number for all steps and parameters."""
    rates = run.rate_columns
    if rates is None or rates.shape[-1] > 1 or np.ptp(rates):
        return None
    return float(rates.flat[0])


def _remedies(run: Run, limit: _Limit | None, how: Callable[[float], str]) -> list[str]:
    if not run.problem.differentiable:
        return []
    found = [*_standardise(run, limit, how), *_other_rate(run, limit, how)]
    return found or list(_other_start(run))


def _useless(run: Run) -> bool:
    """Whether it diverges, or hardly moves with a part of the way left that one sees.

    Of a loss over data, an ordinary way is that from what the best constant prediction loses.
    """
    if not _hardly_moves(run):
        return run.judgement.ending in (Ending.DIVERGED, Ending.GROWING)
    first, last, lowest = float(run.losses[0]), float(run.losses[-1]), _lowest(run)
    ordinary = constant_loss(run.problem)
    way = (first if ordinary is None else min(first, ordinary)) - lowest
    return not math.isfinite(lowest) or last - lowest > LEFT * way


def _lowest(run: Run) -> float:
    """The lowest loss that is known: of data at least 0."""
    return run.judgement.numbers.get("minimum", 0.0 if run.problem.points else -math.inf)


def _hardly_moves(run: Run) -> bool:
    return run.judgement.ending == Ending.HARDLY_MOVING


def _what(run: Run) -> str:
    """How the run ends."""
    first, last = float(run.losses[0]), float(run.losses[-1])
    if _hardly_moves(run):
        gained = first - last > GAINED * (first - _lowest(run))
        return f"hardly moves {'any more after' if gained else 'in'} {counted(run.steps, 'step')}"
    if not run.steps:
        return "diverges at its first step"
    verb = "grows" if run.judgement.ending == Ending.GROWING else "diverges"
    return f"{verb} from step {run.judgement.since:,} on"


def _cause(run: Run, limit: _Limit | None) -> str:
    """The learning rate next to the largest stable one, or the conditioning, as it is judged."""
    reason, rate = run.judgement.reason, _largest_rate(run)
    if _hardly_moves(run) and reason == Reason.CONDITIONING:
        return ": the problem is ill-conditioned"
    if rate is None or limit is None or reason not in (Reason.SMALL_RATE, Reason.LARGE_RATE):
        return ""
    share, largest = rate / limit.rate, f"the largest stable one{limit.where}"
    near, plan = rounded(limit.rate, 2), constant_rate(run) is None
    if _hardly_moves(run) and plan:
        return _falling_rate(run, rate)
    if _hardly_moves(run):
        return f": learning rate {rate:g} is {percent(share)} of {largest} ({near})"
    if share <= 1:
        return ""
    lr, edge = (f"{rate:g}", near) if share >= MULTIPLE else told_apart(rate, limit.rate)
    which = f"the largest learning rate, {lr}," if plan else f"learning rate {lr}"
    times = f"is {rounded(share, 2)} times" if share >= MULTIPLE else "exceeds"
    return f": {which} {times} {largest} ({edge})"


def _falling_rate(run: Run, largest: float) -> str:
    """From where to where the learning rate of a schedule fell, if it did."""
    assert run.rates is not None
    last = float(run.rates[-1].max())
    falls = f": the learning rate falls from {largest:g} to {rounded(last, 2)}"
    return falls if MULTIPLE * last < largest else ""


def _largest_rate(run: Run) -> float | None:
    """The learning rate, or the largest of a schedule; None where each parameter has its own."""
    rates = run.rate_columns
    return None if rates is None or rates.shape[-1] > 1 else float(rates.max())


def _limit_of(run: Run, problem: Objective) -> _Limit | None:
    """The largest stable rate of the run's rule on a problem, by the curvature at the start."""
    rule, p = noiseless(run.optimizer), len(problem.names)
    gradients = 2 * (p if p <= MOST_DENSE else LANCZOS_STEPS)
    if (
        rule is None
        or not problem.differentiable
        or (problem.hessian is None and gradients * problem.workspace > WORK)
    ):
        return None
    lowest, highest = spectrum(problem, run.params[0]).eigenvalues[[0, -1]]
    largest = rule.largest_stable_rate(float(highest)) if highest > 0 else None
    if largest is None:
        return None
    if uses_batches(run):
        assert run.batches is not None
        return _batch_limit(run, problem, rule, largest)
    # Where the loss curves downward, no rate is stable along all directions.
    where = " along the steepest direction" if lowest < 0 else ""
    where += "" if problem.hessian is not None else " at the start"
    return _Limit(largest, where, SAFE * largest)


def _batch_limit(run: Run, problem: Objective, rule: Optimizer, full: float) -> _Limit | None:
    """The rate from which on a typical run grows, or if the run's is smaller, the mean square."""
    assert run.batches is not None
    size, rate = run.batches.shape[1], _largest_rate(run)
    typical = batch_edge(problem, rule, size, full)
    calm = mean_square_edge(problem, run.params[0], rule, size, full)
    if typical is None:
        return None
    calm = typical if calm is None else min(calm, typical)
    batches = f" with batches of {size}"
    if rate is None or rate > typical or calm == typical:
        return _Limit(typical, batches, SAFE * calm)
    return _Limit(calm, f" in the mean square{batches}", SAFE * calm)


def _standardise(run: Run, limit: _Limit | None, how: Callable[[float], str]) -> Iterator[str]:
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
        rate = _brief(new.safe)
        if _helps(run, other, _with_rate(run.optimizer, rate)):
            yield f"{text} and {how(rate)}"


def _other_rate(run: Run, limit: _Limit | None, how: Callable[[float], str]) -> Iterator[str]:
    """Advise the first learning rate that helps."""
    rate = _largest_rate(run)
    if rate is None or run.optimizer is None:
        return
    slow, plan = _hardly_moves(run), constant_rate(run) is None
    tries = [rate * times if slow else rate / times for times in FARTHER]
    if limit is not None:
        # What is stable by the curvature at the start may not be later on. Where the curvature
        # does not change, a smaller rate than a safe one is only slower.
        tries = [limit.safe, *([] if slow or run.problem.hessian is not None else tries)]
    if slow and plan:
        tries.append(rate)
    for other in map(_brief, tries):
        larger = other > MULTIPLE * rate or (plan and other >= _brief(rate))
        if (larger if slow else other < rate) and _helps(
            run, run.problem, _with_rate(run.optimizer, other)
        ):
            yield f"{how(other)}{' for all steps' * plan}"
            return


def _other_start(run: Run) -> Iterator[str]:
    """Advise the first start that helps, where neither rate nor conditioning is to blame."""
    blamed = run.judgement.reason in (Reason.SMALL_RATE, Reason.CONDITIONING)
    if blamed or not _hardly_moves(run) or run.problem.convex:
        return
    for seed in range(SEEDS):
        if _helps(run, run.problem, run.optimizer, seed):
            yield f"use another start, such as that of seed={seed}"
            return


def _helps(
    run: Run, problem: Objective, optimizer: Optimizer | None, seed: int | None = None
) -> bool:
    """Whether a trial, from the run's start or that of a seed, is of use, and gains enough."""
    trial = None if optimizer is None else _trial(run, problem, optimizer, seed)
    if trial is None or not trial.losses[-1] < trial.losses[0]:
        return False
    lowest = _lowest_known(run, trial)
    left = float(run.losses[-1] if _hardly_moves(run) else trial.losses[0]) - lowest
    if not float(trial.losses[-1]) - lowest <= HALF * left:
        return False
    judged = trial.judgement
    swings = judged.ending == Ending.OSCILLATING and judged.reason == Reason.LARGE_RATE
    return not _useless(trial) and not swings


def _trial(run: Run, problem: Objective, optimizer: Optimizer, seed: int | None) -> Run | None:
    """Run it for as many steps, or fewer where these would take long; None if too few are left."""
    slow, size = _hardly_moves(run), None if run.batches is None else run.batches.shape[1]
    steps = run.steps if slow else max(run.steps, DEFAULT_STEPS)
    if problem.hessian is None or size is not None:
        steps = min(steps, int(WORK // problem.workspace))
    if steps < (min(FEWEST_STEPS, run.steps) if slow else FEWEST_STEPS):
        return None
    start = run.params[0] if seed is None else None
    return descend(problem, optimizer, start, steps, seed or 0, batch_size=size)


def _lowest_known(run: Run, trial: Run) -> float:
    """The lowest loss: the minimum, or if it is not known, the lowest of what was tried."""
    known = trial.judgement.numbers.get("minimum")
    if known is not None:
        return known
    draws = [trial.problem.init(np.random.default_rng(seed)) for seed in range(DRAWS)]
    found = [*trial.problem.losses(np.array(draws)), *trial.losses, *run.losses]
    return float(np.nanmin(found))


def _with_rate(optimizer: Optimizer, rate: float) -> Optimizer | None:
    """The optimizer with another learning rate; None for one that is not a dataclass."""
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
