"""The largest learning rates that are stable with mini-batches.

On least squares with batches, every step multiplies the distance to the minimum by another matrix.
Whether the product of such matrices grows in a typical run is decided by the mean of the logarithm
of its growth, which has no closed form where epochs are shuffled; so epochs are simulated, from a
fixed seed.

The mean square of the distance grows from a smaller rate on, because of rare bursts. Each step
multiplies the second moments by the mean of the matrices' Kronecker squares, whose spectral radius
is 1 at the edge (Mulayoff and Michaeli, "Exact mean square linear stability analysis for SGD",
2024). That is exact for batches drawn anew at each step, and about right for shuffled ones.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.optimizer import Optimizer, Step
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

# Rules whose step is the same multiple of gradients and velocity in every direction.
LINEAR = GradientDescent | Momentum | Nesterov
# The number of runs and of their epochs, or of their steps if that is longer. In the first quarter
# they forget their start.
RUNS, EPOCHS, STEPS, SEED = 32, 12, 600, 0
# The edge is looked for between these shares of the largest stable rate with full batches, then
# again between the two rates next to it, to half a per cent.
SHARES, RATES, ROUNDS = (0.02, 3.0), 10, 3
# A growth of the distance of less than this in an epoch is that along a flat direction: none.
NONE = 1e-3
# An epoch of more steps takes too long, and so does a matrix of more moments.
MOST_STEPS, MOST_MOMENTS = 2000, 150
# The mean square is taken over this many batches, or over all where a batch is one point. Its edge
# is looked for down to this share of the largest stable rate with full batches, by this many
# halvings.
BATCHES, LOWEST, HALVINGS = 1000, 1e-4, 14


def batch_edge(problem: Objective, optimizer: Optimizer, size: int, full: float) -> float | None:
    """Return about the largest learning rate with which a typical run with batches does not grow.

    `full` is the largest stable one with full batches. None unless the loss is quadratic and the
    rule linear, and where it would take too long or no rate that was tried grows.
    """
    if not (isinstance(problem, Problem) and isinstance(optimizer, LINEAR)):
        return None
    if problem.hessian is None or -(-problem.points // size) > MOST_STEPS:
        return None
    rates = full * np.geomspace(*SHARES, RATES)
    for _ in range(ROUNDS):
        calm = np.flatnonzero(growth_per_epoch(problem, optimizer, size, rates) <= NONE)
        if not calm.size or calm[-1] == RATES - 1:
            return None
        low, high = rates[calm[-1]], rates[calm[-1] + 1]
        rates = np.linspace(low, high, RATES)
    return float((low + high) / 2)


def growth_per_epoch(problem: Problem, optimizer: Optimizer, size: int, rates: Floats) -> Floats:
    """Return the logarithm of the mean growth of the distance in an epoch, for `rates [L]`."""
    distances = _distances(problem)
    rng = np.random.default_rng(SEED)
    start = rng.standard_normal((RUNS, len(problem.names)))
    params = np.broadcast_to(start, (len(rates), *start.shape)).copy()
    state, lr = optimizer.init(params), rates[:, np.newaxis, np.newaxis]
    epochs = max(EPOCHS, STEPS * size // problem.points)
    grown = np.zeros((epochs, *params.shape[:-1], 1))
    with np.errstate(all="ignore"):
        for epoch in grown:
            orders = np.array([rng.permutation(problem.points) for _ in range(RUNS)])
            for first in range(0, problem.points, size):
                step = Step(0, params, distances, orders[:, first : first + size])
                gradient = distances.gradient_at(params, step.batch)
                direction, state = optimizer.direction(gradient, state, step)
                params = params - lr * direction
                length = np.linalg.norm(params, axis=-1, keepdims=True)
                if not isinstance(state, tuple):
                    length = np.hypot(length, np.linalg.norm(lr * state, axis=-1, keepdims=True))
                    state = state / length
                params = params / length
                epoch += np.log(length)
    growth: Floats = grown[epochs // 4 :].mean(axis=(0, 2, 3))
    return growth


def mean_square_edge(
    problem: Objective, optimizer: Optimizer, size: int, full: float
) -> float | None:
    """Return about the largest rate with which the mean square of the distance does not grow.

    `full` is the largest stable one with full batches. None unless the loss is quadratic and the
    rule linear, and where it would take too long or every rate grows.
    """
    if not (isinstance(problem, Problem) and isinstance(optimizer, LINEAR)):
        return None
    moments = (_state_size(optimizer) * len(problem.names)) ** 2
    if problem.hessian is None or moments > MOST_MOMENTS:
        return None
    hessians = _hessians(problem, size)
    low, high = LOWEST * full, full
    if _moment_growth(optimizer, problem, hessians, low) > 1 + NONE:
        return None
    for _ in range(HALVINGS):
        middle = float(np.sqrt(low * high))
        grows = _moment_growth(optimizer, problem, hessians, middle) > 1 + 1e-9
        low, high = (low, middle) if grows else (middle, high)
    return low


def _distances(problem: Problem) -> Problem:
    """The problem with y = 0 and no validation set: its parameters themselves are the distance."""
    data = replace(problem.data, y=np.zeros(problem.points), truth=None)
    return replace(problem, data=data, validation=None)


def _hessians(problem: Problem, size: int) -> Floats:
    """The Hessians of batches, `[B, P, P]`."""
    rng, n = np.random.default_rng(SEED), problem.points
    batches = np.arange(n)[:, np.newaxis]
    if size > 1:
        batches = np.array([rng.choice(n, size, replace=False) for _ in range(BATCHES)])
    unit = np.eye(len(problem.names))[:, np.newaxis]
    return np.moveaxis(_distances(problem).gradient_at(unit, batches), 1, 0)


def _state_size(optimizer: Optimizer) -> int:
    """How many numbers a linear rule keeps for each parameter, with the parameter itself."""
    return 1 if isinstance(optimizer, GradientDescent) else 2


def _moment_growth(optimizer: Optimizer, problem: Problem, hessians: Floats, lr: float) -> float:
    """By how much a step multiplies the second moments of distance and velocity in the long run."""
    flat, curved = (_step_matrix(optimizer, problem, curvature, lr) for curvature in (0.0, 1.0))
    n, batches = len(flat) * hessians.shape[-1], len(hessians)
    changes = np.einsum("ij,bkl->bikjl", curved - flat, hessians).reshape(batches, n, n)
    steps = (np.kron(flat, np.eye(hessians.shape[-1])) + changes).reshape(batches, n * n)
    squares = (steps.T @ steps / batches).reshape(n, n, n, n).transpose(0, 2, 1, 3)
    return float(abs(np.linalg.eigvals(squares.reshape(n * n, n * n))).max())


def _step_matrix(optimizer: Optimizer, problem: Objective, curvature: float, lr: float) -> Floats:
    """What a linear rule multiplies distance and velocity by, `[1, 1]` or `[2, 2]`."""
    columns = []
    for distance in (1.0, 0.0):
        at, state = np.array([distance]), np.array([1 - distance])
        moved, after = optimizer.direction(curvature * at, state, Step(0, at, problem))
        columns.append([distance - lr * float(moved[0]), float(after[0])])
    size = _state_size(optimizer)
    return np.array(columns).T[:size, :size]
