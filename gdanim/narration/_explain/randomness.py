"""Randomness in a run: mini-batches and gradient noise, and how it would end without them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis
from gdanim.core.arrays import Floats
from gdanim.core.words import enumerated
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run


def noiseless(optimizer: Optimizer | None) -> Optimizer | None:
    """The optimizer without the noise that is added to its gradients."""
    return optimizer.optimizer if isinstance(optimizer, Noisy) else optimizer


def plain_rates(optimizer: Optimizer | None, run: Run) -> Floats | None:
    """Give the learning rates of plain gradient descent, `[S, 1]` or `[S, P]`.

    None for other optimizers, and where the learning rates are not known.
    """
    return run.rate_columns if isinstance(optimizer, GradientDescent) else None


def uses_batches(run: Run) -> bool:
    """Whether each step used some of the points only."""
    return run.batches is not None and run.batches.shape[1] < run.problem.points


def uses_noise(run: Run) -> bool:
    """Whether noise was added to the gradients."""
    return isinstance(run.optimizer, Noisy) and run.optimizer.scale > 0


def without_randomness(run: Run) -> str:
    """Say what would make the run deterministic: `full batches`; empty where it is."""
    needed = ["full batches"] * uses_batches(run) + ["no gradient noise"] * uses_noise(run)
    return enumerated(needed) if needed else ""


def deterministic_excess(run: Run, end: Diagnosis) -> float | None:
    """How far above the minimum the same run would end on a quadratic without randomness.

    None unless the optimizer is gradient descent with one learning rate a step.
    """
    rates = plain_rates(noiseless(run.optimizer), run)
    if rates is None or rates.shape[1] > 1:
        return None
    each, times = np.unique(rates[: run.steps], return_counts=True)
    start = replace(end, params=run.params[0]).excess
    with np.errstate(all="ignore"):
        left = (1 - each[:, np.newaxis] * end.eigenvalues) ** (2 * times[:, np.newaxis])
        return float((start * left.prod(axis=0)).sum())
