"""Many steps at once, if the descent is an affine recursion."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.optimizer import Optimizer, State, Step
from gdanim.descent.schedule import Constant, Schedule
from gdanim.problems.objective import Objective

# Optimizers whose direction and new state are linear in the gradient and the state, and the same at
# every step; the state is () or one array like the parameters.
LINEAR = (GradientDescent, Momentum, Nesterov)
# A block has this many steps, unless its powers would take more numbers (16 MiB), or those of a
# diverging run grow too large: an infinite power would end a run that is itself still finite.
BLOCK_STEPS, BLOCK_NUMBERS, LARGEST_POWER = 1024, 2_097_152, 1e100
# With more numbers in the state than this, going step by step is as fast.
LARGEST_STATE = 48


class Affine:
    """A descent whose state z (parameters, then the optimizer's) follows `z = T z + c`.

    That is so if the gradient is affine in the parameters, the optimizer linear, and the learning
    rate constant. A block of states is then one matrix product: `T^j z + (T^(j-1) + ... + 1) c`.
    """

    # Stepwise records these; here the rate is constant, and each step uses all points.
    rates = batches = losses = None

    def __init__(
        self, problem: Objective, optimizer: Optimizer, schedule: Schedule, start: Floats
    ) -> None:
        state = optimizer.init(start)
        z = start if isinstance(state, tuple) else np.concatenate([start, state], axis=-1)
        self._names, self._width = start.shape[-1], z.shape[-1]
        self._z = np.concatenate([z, np.ones_like(z[..., :1])], axis=-1)[..., np.newaxis]
        first = _transition(problem, optimizer, schedule.first, state)
        self._powers = _powers(first, max(first.size, self._z.size))

    @staticmethod
    def fits(problem: Objective, optimizer: Optimizer, schedule: Schedule) -> bool:
        """Return whether the descent is affine, and small enough for blocks to be faster."""
        if type(optimizer) not in LINEAR or not isinstance(schedule, Constant):
            return False
        return 2 * len(problem.names) <= LARGEST_STATE and problem.hessian is not None

    def fill(self, rows: Floats) -> None:
        """Write the parameters of the next steps into `rows [n, *R, P]`."""
        k, runs = self._width, self._z.shape[:-2]
        size = self._powers.shape[-2] // k
        for first in range(0, len(rows), size):
            count = min(size, len(rows) - first)
            states = np.matmul(self._powers[..., : count * k, :], self._z)
            states = states.reshape(*runs, count, k)
            rows[first : first + count] = np.moveaxis(states[..., : self._names], -2, 0)
            self._z[..., :k, 0] = states[..., -1, :]


def _transition(problem: Objective, optimizer: Optimizer, lr: Floats, state: State) -> Floats:
    """Return T and c side by side, `[*Q, k, k+1]`, for a learning rate `[*Q, P]`.

    Their columns are what the optimizer makes of unit vectors, and of the gradient at 0.
    """
    hessian = problem.hessian
    assert hessian is not None
    p = len(hessian)
    k = p if isinstance(state, tuple) else 2 * p
    runs = lr.shape[:-1]
    units = np.eye(k + 1, k).reshape(k + 1, *[1] * len(runs), k)
    units = np.broadcast_to(units, (k + 1, *runs, k))
    params, old = units[..., :p], units[..., p:]
    gradients = params @ hessian
    gradients[k] = problem.gradient(np.zeros(p))
    step = Step(0, params, problem)
    direction, new = optimizer.direction(gradients, old if k > p else (), step)
    columns = params - lr * direction
    if k > p:
        columns = np.concatenate([columns, new], axis=-1)
    return np.moveaxis(columns, 0, -1)


def _powers(first: Floats, cost: int) -> Floats:
    """Return the transitions over 1, 2, ... m steps, one below the other: `[*Q, m k, k+1]`.

    `first [*Q, k, k+1]` is that of one step, `cost` how many numbers each needs; m is a power of 2.
    """
    k = first.shape[-2]
    last = np.zeros_like(first[..., :1, :])
    last[..., -1] = 1
    square = np.concatenate([first, last], axis=-2)
    found = square[..., np.newaxis, :, :]
    while True:
        count = found.shape[-3]
        tail = found[..., -1:, :, :]
        if (
            2 * count > BLOCK_STEPS
            or 2 * count * cost > BLOCK_NUMBERS
            or not abs(tail).max() < LARGEST_POWER
        ):
            break
        found = np.concatenate([found, np.matmul(tail, found)], axis=-3)
    return np.ascontiguousarray(found[..., :k, :]).reshape(*first.shape[:-2], -1, k + 1)
