"""The lowest loss that a short search from several starts finds."""

from __future__ import annotations

import numpy as np

from gdanim.analysis._floor import floor_of
from gdanim.analysis._neighbourhood import affordable, scaled_hessian
from gdanim.analysis._rays import falls_for_ever
from gdanim.core.identity import PerObject
from gdanim.problems.objective import Objective

# The number of starts, the seed that they are drawn with, and the number of regularised Newton
# steps that they take side by side.
STARTS, SEED, STEPS = 32, 0, 30
# A Hessian of more parameters costs too much for all of them.
MOST = 12
# A step that leads further than this many times the largest start is not taken: of a loss without a
# lower bound, any number would be found.
FARTHEST = 1e3


@PerObject
def lowest_of_many(problem: Objective) -> float:
    """Return the lowest loss found; inf where a search costs too much. Once for each problem.

    Minus infinity where it falls on without bound from there.
    """
    if len(problem.names) > MOST or not affordable(problem):
        return np.inf
    return _search(problem)


@np.errstate(all="ignore")
def _search(problem: Objective) -> float:
    """Take Levenberg's steps: each start has its own damping, and keeps the lower loss."""
    rng = np.random.default_rng(SEED)
    points = np.stack([problem.init(rng) for _ in range(STARTS)])
    losses, damping = problem.loss(points), np.full(STARTS, 1e-2)
    farthest = FARTHEST * abs(points).max()
    units = np.ones_like(points)
    for _ in range(STEPS):
        values, vectors = np.linalg.eigh(
            np.nan_to_num(scaled_hessian(problem, points, units), posinf=0.0, neginf=0.0)
        )
        along = np.einsum("sji,sj->si", vectors, problem.gradient(points))
        size = abs(values) + damping[:, np.newaxis] * abs(values).max(axis=1, keepdims=True)
        trial = points - np.einsum("sij,sj->si", vectors, along / np.maximum(size, 1e-300))
        lower = problem.loss(trial)
        better = (lower < losses) & (abs(trial).max(axis=1) <= farthest)
        points = np.where(better[:, np.newaxis], trial, points)
        losses = np.where(better, lower, losses)
        damping = np.where(better, damping / 10, damping * 10)
    finite = np.flatnonzero(np.isfinite(losses))
    if not len(finite):
        return np.inf
    best = finite[losses[finite].argmin()]
    slopes = problem.gradient(points[best])
    steepest = float(abs(slopes).max())
    bounded = floor_of(problem).loss > -np.inf
    if not bounded and 0 < steepest < np.inf:
        bounded = not falls_for_ever(problem, points[best], -slopes / steepest)
    return float(losses[best]) if bounded or not steepest else -np.inf
