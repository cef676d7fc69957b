"""The learning rate "auto": half of the largest stable one, or found by a short range test."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.schedule import Constant, Rate
from gdanim.errors import GdanimError
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

if TYPE_CHECKING:
    from gdanim.descent.run import Run

# The rates that are tried, each about twice the one before, and for how many steps.
_TRIED, _STEPS = np.logspace(-12, 3, 46), 30
# With more points than these, these are tried: a rate needs no more digits than they give.
_POINTS = 1000

Descend = Callable[[Objective, Optimizer, Floats, int], "Run"]


@dataclass(frozen=True, eq=False)
class Chosen(Constant):
    """A constant learning rate that nobody gave, but that was found for the problem."""

    _remark = " (chosen)"


def with_chosen_rate(
    problem: Objective, optimizer: Optimizer, start: Floats, constant: bool, descend: Descend
) -> Optimizer:
    """Return the optimizer with a learning rate that suits the problem.

    `start [*R, P]` are the first parameters, and `descend` runs a descent. `constant` says whether
    each step uses all points, so that the curvature alone decides.
    """
    largest = _largest_stable(problem, optimizer) if constant else None
    if largest is None:
        rows = start.reshape(-1, start.shape[-1])
        largest = min(_best_of_test(problem, optimizer, row, descend) for row in rows)
    # Two digits, rounded down, so that the header can show the number that is used.
    exponent = math.floor(math.log10(largest / 2)) - 1
    digits = math.floor(largest / 2 / 10.0**exponent)
    return with_rate(optimizer, Chosen(float(f"{digits}e{exponent}")))


def _largest_stable(problem: Objective, optimizer: Optimizer) -> float | None:
    """Return the largest stable rate, where the curvature is constant and the rule has one."""
    if problem.hessian is None:
        return None
    curvature = float(np.linalg.eigvalsh(problem.hessian)[-1])
    return optimizer.largest_stable_rate(curvature) if curvature > 0 else None


def _best_of_test(
    problem: Objective, optimizer: Optimizer, start: Floats, descend: Descend
) -> float:
    """Return the rate whose losses are the lowest over a few steps from the start."""
    if isinstance(problem, Problem) and problem.points > _POINTS:
        some = np.random.default_rng(0).choice(problem.points, _POINTS, replace=False)
        problem = replace(problem, data=problem.data.part(np.sort(some)), validation=None)
    run = descend(problem, with_rate(optimizer, _TRIED[:, np.newaxis]), start, _STEPS)
    with np.errstate(all="ignore"):
        means = run.losses[1:].mean(axis=0)
    means[~np.isfinite(means)] = np.inf
    best = int(means.argmin())
    if not means[best] < run.losses[0, best]:
        raise GdanimError(
            'lr: "auto" found no learning rate that lowers the loss from this start; give a number'
        )
    return float(_TRIED[best])


def with_rate(optimizer: Optimizer, lr: Rate) -> Optimizer:
    """Return the optimizer with another learning rate."""
    if isinstance(optimizer, Noisy):
        return replace(optimizer, optimizer=with_rate(optimizer.optimizer, lr))
    return replace(optimizer, lr=lr)  # type: ignore[type-var]
