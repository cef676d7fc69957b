"""What a run took its steps by: learning rates, and chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis
from gdanim.core.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run


def plain_rates(optimizer: Optimizer | None, run: Run) -> Floats | None:
    """The learning rates of gradient descent, `[S, 1]` or `[S, P]`; None if unknown, and for other
    optimizers.
    """
    return run.rate_columns if isinstance(optimizer, GradientDescent) else None


def samples(run: Run) -> bool:
    """Whether its steps saw some of the points alone."""
    return run.batches is not None and run.batches.shape[1] < run.problem.points


def noisy(run: Run) -> bool:
    """Whether noise was added to its gradients."""
    return isinstance(run.optimizer, Noisy) and run.optimizer.scale > 0


def calm(run: Run) -> str:
    """What would make it a run without chance; nothing where it is one."""
    without = ["all points in each step"] * samples(run) + ["no noise on the gradient"] * noisy(run)
    return " and ".join(without)


def calm_excess(run: Run, end: Diagnosis) -> float | None:
    """How far above the floor of a quadratic the run would end without chance, at its own rates.

    None where the optimizer is no gradient descent with one rate a step.
    """
    rule = run.optimizer.optimizer if isinstance(run.optimizer, Noisy) else run.optimizer
    rates = plain_rates(rule, run)
    if rates is None or rates.shape[1] > 1:
        return None
    each, times = np.unique(rates[: run.steps], return_counts=True)
    start = replace(end, params=run.params[0]).excess
    with np.errstate(all="ignore"):
        left = (1 - each[:, np.newaxis] * end.eigenvalues) ** (2 * times[:, np.newaxis])
        return float((start * left.prod(axis=0)).sum())
