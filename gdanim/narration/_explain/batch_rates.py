"""The largest learning rates that are stable with mini-batches.

On least squares with batches, every step multiplies the distance to the minimum by another matrix.
Whether the product of such matrices grows in a typical run is decided by the mean of the logarithm
of its growth, which has no closed form where epochs are shuffled; so epochs are simulated, from a
fixed seed.

The mean square of the distance grows from a smaller rate on, because of rare bursts. An epoch
multiplies the second moments by the mean of its matrix's Kronecker square, whose spectral radius is
1 at the edge (Mulayoff and Michaeli, "Exact mean square linear stability analysis for SGD", 2024).
The mean is taken over simulated epochs, as batches of a shuffled epoch make up for each other. Near
a minimum this holds of any loss, with the Hessians of batches there.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gdanim.analysis.curvature import STEP
from gdanim.core.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.optimizer import Optimizer, Step
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

# Rules whose step is the same multiple of gradients and velocity in every direction.
LINEAR = GradientDescent | Momentum | Nesterov
# The number of runs and of their epochs, or of their steps if that is longer, or of the steps in
# which velocity shrinks to 1/e. In the first quarter they forget their start.
RUNS, EPOCHS, STEPS, MEMORIES, SEED = 32, 12, 600, 30, 0
# The edge is looked for between these shares of the largest stable rate with full batches, then
# again between the two rates next to it, to half a per cent.
SHARES, RATES, ROUNDS = (0.02, 3.0), 10, 3
# A growth of the distance of less than this in an epoch is that along a flat direction: none.
NONE = 1e-3
# An epoch of more steps takes too long, and so does a matrix of more moments.
MOST_STEPS, MOST_MOMENTS = 2000, 150
# The mean square is taken over this many epochs, or fewer of so many points. Its edge is looked for
# down to this share of the largest stable rate with full batches, by this many halvings.
SQUARES, MOST_POINTS, LOWEST, HALVINGS = 1000, 400_000, 1e-4, 14


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
        calm = np.flatnonzero(_growth_per_epoch(problem, optimizer, size, rates) <= NONE)
        if not calm.size or calm[-1] == RATES - 1:
            return None
        low, high = rates[calm[-1]], rates[calm[-1] + 1]
        rates = np.linspace(low, high, RATES)
    return float((low + high) / 2)


def _growth_per_epoch(problem: Problem, optimizer: Optimizer, size: int, rates: Floats) -> Floats:
    """Return the logarithm of the mean growth of the distance in an epoch, for `rates [L]`."""
    distances = _distances(problem)
    rng = np.random.default_rng(SEED)
    start = rng.standard_normal((RUNS, len(problem.names)))
    params = np.broadcast_to(start, (len(rates), *start.shape)).copy()
    state, lr = optimizer.init(params), rates[:, np.newaxis, np.newaxis]
    steps = max(STEPS, int(MEMORIES * _memory(optimizer, problem)))
    epochs = max(EPOCHS, steps * size // problem.points)
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
    problem: Objective, params: Floats, optimizer: Optimizer, size: int, full: float
) -> float | None:
    """Return about the largest rate with which the mean square of the distance does not grow.

    By the curvature at `params [P]`; `full` is the largest stable rate there with full batches.
    None unless the rule is linear, and where it would take too long or every rate grows.
    """
    if not (isinstance(problem, Problem) and isinstance(optimizer, LINEAR)):
        return None
    moments = (_state_size(optimizer) * len(problem.names)) ** 2
    if moments > MOST_MOMENTS or -(-problem.points // size) > MOST_STEPS:
        return None
    with np.errstate(all="ignore"):
        hessians = _hessians(problem, params, size)
        low, high = LOWEST * full, full
        if not _moment_growth(optimizer, problem, hessians, low) <= 1 + NONE:
            return None
        for _ in range(HALVINGS):
            middle = float(np.sqrt(low * high))
            grows = not _moment_growth(optimizer, problem, hessians, middle) <= 1 + 1e-9
            low, high = (low, middle) if grows else (middle, high)
    return low


def _distances(problem: Problem) -> Problem:
    """The problem with y = 0 and no validation set: its parameters themselves are the distance."""
    data = replace(problem.data, y=np.zeros(problem.points), truth=None)
    return replace(problem, data=data, validation=None)


def _hessians(problem: Problem, params: Floats, size: int) -> list[Floats]:
    """The Hessians of each batch of shuffled epochs, `[E, P, P]`."""
    rng, n = np.random.default_rng(SEED), problem.points
    epochs = 1 if size >= n else min(SQUARES, max(1, MOST_POINTS // n))
    orders = np.array([rng.permutation(n) for _ in range(epochs)])
    h = STEP * np.maximum(abs(params), 1.0)
    if problem.hessian is not None:
        problem, params, h = _distances(problem), np.zeros_like(params), np.ones_like(params)
    moves = np.diag(h)[:, np.newaxis]
    found = []
    for first in range(0, n, size):
        batch = orders[:, first : first + size]
        change = problem.gradient_at(params + moves, batch)
        change = change - problem.gradient_at(params - moves, batch)
        rows = np.moveaxis(change / (2 * h[:, np.newaxis, np.newaxis]), 1, 0)
        found.append((rows + np.swapaxes(rows, -2, -1)) / 2)
    return found


def _memory(optimizer: Optimizer, problem: Objective) -> float:
    """The number of steps in which a linear rule's velocity shrinks to 1/e."""
    if _state_size(optimizer) == 1:
        return 1.0
    kept = abs(float(_step_matrix(optimizer, problem, 0.0, 0.0)[1, 1]))
    return 1 / -float(np.log(kept)) if 0 < kept < 1 else 1.0


def _state_size(optimizer: Optimizer) -> int:
    """How many numbers a linear rule keeps for each parameter, with the parameter itself."""
    return 1 if isinstance(optimizer, GradientDescent) else 2


def _moment_growth(
    optimizer: Optimizer, problem: Problem, hessians: list[Floats], lr: float
) -> float:
    """By how much an epoch multiplies the second moments of distance and velocity in the long run.

    Scaled with the steps of an epoch, so that it is the growth of one step.
    """
    flat, curved = (_step_matrix(optimizer, problem, curvature, lr) for curvature in (0.0, 1.0))
    epochs, p = hessians[0].shape[:2]
    n = len(flat) * p
    rests, grown = np.kron(flat, np.eye(p)), np.eye(n)
    for batch in hessians:
        changes = np.einsum("ij,bkl->bikjl", curved - flat, batch).reshape(epochs, n, n)
        grown = (rests + changes) @ grown
    flattened = np.broadcast_to(grown, (epochs, n, n)).reshape(epochs, n * n)
    squares = (flattened.T @ flattened / epochs).reshape(n, n, n, n).transpose(0, 2, 1, 3)
    if not np.isfinite(squares).all():
        return np.inf
    radius = float(abs(np.linalg.eigvals(squares.reshape(n * n, n * n))).max())
    return float(radius ** (1 / len(hessians)))


def _step_matrix(optimizer: Optimizer, problem: Objective, curvature: float, lr: float) -> Floats:
    """What a linear rule multiplies distance and velocity by, `[1, 1]` or `[2, 2]`."""
    columns = []
    for distance in (1.0, 0.0):
        at, state = np.array([distance]), np.array([1 - distance])
        moved, after = optimizer.direction(curvature * at, state, Step(0, at, problem))
        columns.append([distance - lr * float(moved[0]), float(after[0])])
    size = _state_size(optimizer)
    return np.array(columns).T[:size, :size]
