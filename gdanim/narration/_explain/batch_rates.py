"""The largest learning rate that is stable with mini-batches, by simulation.

On least squares with batches, every step multiplies the distance to the minimum by another matrix.
Whether the product of such matrices grows in a typical run is decided by the mean of the logarithm
of its growth, which has no closed form where epochs are shuffled; so epochs are simulated, from a
fixed seed. The mean square of the distance over many runs grows from a somewhat smaller rate on,
because of a few runs among them.
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
# So many runs over so many epochs, or over more until they have taken so many steps. In the first
# quarter they forget their start.
RUNS, EPOCHS, STEPS, SEED = 32, 12, 600, 0
# The edge is looked for between these shares of the largest stable rate with full batches, then
# again between the two rates next to it, to half a per cent.
SHARES, RATES, ROUNDS = (0.02, 3.0), 10, 3
# A growth of the distance of less than this in an epoch is chance.
CHANCE = 0.01
# An epoch of more steps takes too long.
MOST_STEPS = 2000


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
        calm = np.flatnonzero(growth_per_epoch(problem, optimizer, size, rates) <= CHANCE)
        if not calm.size or calm[-1] == RATES - 1:
            return None
        low, high = rates[calm[-1]], rates[calm[-1] + 1]
        rates = np.linspace(low, high, RATES)
    return float((low + high) / 2)


def growth_per_epoch(problem: Problem, optimizer: Optimizer, size: int, rates: Floats) -> Floats:
    """Return the logarithm of the mean growth of the distance in an epoch, for `rates [L]`."""
    # With y = 0 and without validation set the parameters themselves are the distance.
    data = replace(problem.data, y=np.zeros(problem.points), truth=None)
    distances = replace(problem, data=data, validation=None)
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
