"""Random runs of all kinds, each with the same run ten times as long; seeded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from oracle import Continued, cut, lowest

from gdanim.analysis.curvature import hessian
from gdanim.core.arrays import Floats
from gdanim.descent.adaptive import AdaGrad, Adam, RMSProp
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.newton import Newton
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import (
    Huber,
    LogLoss,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
)
from gdanim.problems.mlp import MLP
from gdanim.problems.objective import Objective
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.schedules import Cosine, Exponential

Random = np.random.Generator
# Runs side by side in a group, of one problem and one kind of optimizer.
SIDE_BY_SIDE = 20


@dataclass(frozen=True)
class Task:
    """What to minimise, and starts `[R, P]`; fresh points for a problem with a validation set.

    A rule, a size of mini-batches and a number of steps, where they are not to be any.
    """

    problem: Objective
    starts: Floats
    fresh: Dataset | None = None
    rule: Optimizer | None = None
    size: int | None = None
    steps: int | None = None


def quadratic(rng: Random) -> Task:
    p = int(rng.choice([1, 2, 3, 10]))
    turned = np.linalg.qr(rng.normal(size=(p, p)))[0]
    matrix = turned * 10.0 ** rng.uniform(0, rng.uniform(0, 3), p) @ turned.T
    matrix = (matrix + matrix.T) / 2 * 10.0 ** rng.uniform(-3, 3)
    centre, offset = rng.normal(size=p), rng.choice([0.0, 1.0, -3.0]) * np.trace(matrix)

    def f(*params: Floats) -> Floats:
        z = np.stack(params, axis=-1) - centre
        value: Floats = 0.5 * np.sum(z @ matrix * z, axis=-1) + offset
        return value

    def slopes(*params: Floats) -> list[Floats]:
        return list(np.moveaxis((np.stack(params, axis=-1) - centre) @ matrix, -1, 0))

    known = bool(rng.integers(2))
    objective = FunctionObjective(
        f,
        tuple(f"x{i}" for i in range(p)),
        derivative=slopes,
        minima=centre[np.newaxis] if known else None,
        constant_hessian=matrix if known else None,
    )
    return Task(objective, centre + 3 * rng.normal(size=(SIDE_BY_SIDE, p)))


def line(rng: Random, loss: Loss | None = None) -> Task:
    points, features = int(rng.choice([5, 30, 100])), int(rng.choice([1, 1, 3]))
    x = rng.normal(size=(points, features)) * 10.0 ** rng.uniform(-1, 1)
    x = x + rng.choice([0.0, 0.0, 5.0]) * x.std()
    slopes, noise = rng.normal(size=features), rng.choice([0.0, 0.1, 1.0])
    y = x @ slopes + rng.normal() + noise * rng.normal(size=points)
    problem = Problem(Dataset(x, y), Linear(features), loss or MeanSquaredError())
    return Task(problem, 3 * rng.normal(size=(SIDE_BY_SIDE, features + 1)))


def other_loss(rng: Random) -> Task:
    losses = (MeanAbsoluteError(), RootMeanSquaredError(), Huber(10.0 ** rng.uniform(-1, 1)))
    return line(rng, losses[rng.integers(len(losses))])


def validated(rng: Random) -> Task:
    degree, points = int(rng.choice([1, 3, 9])), int(rng.choice([12, 60]))
    x = rng.uniform(-1, 1, points + 2050)
    y = np.sin(rng.uniform(1, 4) * x) + rng.choice([0.1, 0.4]) * rng.normal(size=len(x))
    parts = (slice(points), slice(points, points + 50), slice(points + 50, None))
    train, held_out, fresh = (Dataset(x[part], y[part]) for part in parts)
    problem = Problem(train, Polynomial(degree), validation=held_out)
    return Task(problem, 0.3 * rng.normal(size=(SIDE_BY_SIDE, degree + 1)), fresh)


def classes(rng: Random) -> Task:
    points, features = int(rng.choice([6, 40])), int(rng.choice([1, 2]))
    x = rng.normal(size=(points, features))
    y = (x.sum(axis=1) + rng.choice([0.0, 0.7]) * rng.normal(size=points) > 0).astype(float)
    problem = Problem(Dataset(x, y), Logistic(features), LogLoss())
    return Task(problem, rng.normal(size=(SIDE_BY_SIDE, features + 1)))


def wave(rng: Random) -> Task:
    x = np.linspace(-10, 9.8, 60)
    a, b, c, d = rng.uniform([1, 0.5, 0, -5], [3, 2, 2, 5])
    y = a * np.sin(b * x + c) + d + 0.1 * rng.normal(size=len(x))
    problem = Problem(Dataset(x, y), Sinusoid())
    near = rng.random(SIDE_BY_SIDE) < 0.5
    starts = np.stack([problem.init(rng) for _ in range(SIDE_BY_SIDE)])
    starts[near] = (a, b, c, d) + 0.1 * rng.normal(size=(int(near.sum()), 4))
    return Task(problem, starts)


def textbook(rng: Random) -> Task:
    makers = (
        objectives.two_valleys,
        objectives.himmelblau,
        objectives.rastrigin,
        objectives.rosenbrock,
        objectives.beale,
    )
    objective = makers[rng.integers(len(makers))]()
    return Task(objective, np.stack([objective.init(rng) for _ in range(SIDE_BY_SIDE)]))


def network(rng: Random) -> Task:
    points = int(rng.choice([6, 25]))
    x = rng.uniform(-2, 2, points)
    y = np.sin(2 * x) + rng.choice([0.0, 0.3]) * rng.normal(size=points)
    problem = Problem(Dataset(x, y), MLP((int(rng.choice([2, 6])),), "tanh"))
    return Task(problem, np.stack([problem.init(rng) for _ in range(SIDE_BY_SIDE)]))


def bottomless(rng: Random) -> Task:
    makers = (
        FunctionObjective(lambda x: x**3, derivative=lambda x: [3 * x**2]),
        FunctionObjective(lambda x: np.exp(-x), derivative=lambda x: [-np.exp(-x)]),
        FunctionObjective(lambda x: -x, derivative=lambda x: [0 * x - 1]),
        objectives.saddle(),
    )
    objective = makers[rng.integers(len(makers))]
    return Task(objective, np.stack([objective.init(rng) for _ in range(SIDE_BY_SIDE)]))


def bursts(rng: Random) -> Task:
    """Batches of one, from below the rate at which the mean square grows to above a typical run's.

    The mean square of the distance grows where the mean of `A (x) A` has an eigenvalue above 1, for
    the matrix A of one point's step.
    """
    task = line(rng)
    while task.problem.points < 10:
        task = line(rng)
    assert isinstance(task.problem, Problem)
    rows = np.hstack([task.problem.data.x, np.ones((task.problem.points, 1))])
    outer = 2 * rows[:, :, np.newaxis] * rows[:, np.newaxis]
    edge = 2 / float(np.linalg.eigvalsh(outer.mean(axis=0))[-1])
    grows, p = 2.0, rows.shape[1]
    while grows > 1:
        edge *= 0.95
        steps = np.eye(p) - edge * outer
        square = np.einsum("nij,nkl->ikjl", steps, steps).reshape(p * p, p * p) / len(rows)
        grows = float(abs(np.linalg.eigvals(square)).max())
    lr = edge * np.geomspace(0.8, 2.0, SIDE_BY_SIDE)[:, np.newaxis]
    return Task(task.problem, task.starts, rule=GradientDescent(lr), size=1)


def tops(rng: Random) -> Task:
    """Starts at a maximum or a saddle, exactly or nearly."""
    makers = (
        FunctionObjective(lambda x: -(x**2), derivative=lambda x: [-2 * x]),
        FunctionObjective(lambda x: np.cos(x), derivative=lambda x: [-np.sin(x)]),
        FunctionObjective(lambda x: (x**2 - 1) ** 2, derivative=lambda x: [4 * x * (x**2 - 1)]),
        FunctionObjective(
            lambda x, y: np.cos(x) + np.cos(y), derivative=lambda x, y: [-np.sin(x), -np.sin(y)]
        ),
        FunctionObjective(
            lambda x, y: x**3 - 3 * x * y**2,
            derivative=lambda x, y: [3 * x**2 - 3 * y**2, -6 * x * y],
        ),
        objectives.saddle(),
    )
    objective = makers[rng.integers(len(makers))]
    aside = rng.choice([0.0, 0.0, 1e-12, 1e-4], (SIDE_BY_SIDE, 1))
    starts = aside * rng.normal(size=(SIDE_BY_SIDE, len(objective.names)))
    # Beside a place without curvature nothing moves.
    if not hessian(objective, np.zeros(len(objective.names))).any():
        starts[:] = 0.0
    return Task(objective, starts, rule=GradientDescent(10.0 ** rng.uniform(-1.3, -0.5)))


def far(rng: Random) -> Task:
    """Starts far away, at the rate that converges fastest."""
    task = line(rng)
    assert task.problem.hessian is not None
    low, *_, high = np.linalg.eigvalsh(task.problem.hessian)
    starts = task.starts * 10.0 ** rng.uniform(1, 8, (SIDE_BY_SIDE, 1))
    return Task(task.problem, starts, rule=GradientDescent(2 / (low + high)))


def lowest_starts(rng: Random) -> Task:
    """Starts at or next to the minimum, at rates around the edge: nothing lower comes."""
    task = quadratic(rng) if rng.random() < 0.5 else line(rng)
    matrix = hessian(task.problem, task.starts[0])
    best = task.starts[0] - np.linalg.solve(matrix, task.problem.gradient(task.starts[0]))
    aside = rng.choice([0.0, 1e-12, 1e-3, 1e-1], (SIDE_BY_SIDE, 1))
    starts = best + aside * rng.normal(size=task.starts.shape)
    shares = rng.uniform(0.5, 1.5, (SIDE_BY_SIDE, 1))
    rate = shares * 2 / float(np.linalg.eigvalsh(matrix)[-1])
    return Task(task.problem, starts, rule=GradientDescent(rate))


def newton(rng: Random) -> Task:
    """Newton's method, which goes to the nearest critical point, of whatever kind."""
    makers = (
        objectives.himmelblau(),
        objectives.rastrigin(),
        FunctionObjective(lambda x: np.cos(x), derivative=lambda x: [-np.sin(x)]),
        FunctionObjective(lambda x: (x**2 - 1) ** 2, derivative=lambda x: [4 * x * (x**2 - 1)]),
        FunctionObjective(
            lambda x: np.sqrt(1 + x**2), derivative=lambda x: [x / np.sqrt(1 + x**2)]
        ),
    )
    objective = makers[rng.integers(len(makers))]
    starts = np.stack([objective.init(rng) for _ in range(SIDE_BY_SIDE)])
    return Task(objective, starts, rule=Newton(float(rng.choice([1.0, 1.0, 0.5]))), steps=40)


def edge(rng: Random) -> Task:
    """Networks at the edge of stability, half-way."""
    seed = int(rng.integers(1000))
    data = datasets.sinusoid(1, 2, 0, 0, points=8, range=(-2, 2), noise=0.5, seed=seed)
    problem = Problem(data, MLP((8,), "tanh"))
    starts = np.stack([problem.init(rng) for _ in range(SIDE_BY_SIDE)])
    rate = rng.uniform(0.1, 0.4, (SIDE_BY_SIDE, 1))
    rule = Momentum(0.2 * rate, 0.9) if rng.random() < 0.25 else GradientDescent(rate)
    return Task(problem, starts, rule=rule, steps=500)


def huber_far(rng: Random) -> Task:
    """Huber's loss from far away, where its slope is constant, at rates that end in cycles."""
    task = line(rng, Huber(10.0 ** rng.uniform(-1, 1)))
    lr = rates(rng, replace(task, starts=np.zeros_like(task.starts)))
    starts = task.starts * 10.0 ** rng.uniform(1, 3, (SIDE_BY_SIDE, 1))
    return Task(task.problem, starts, rule=GradientDescent(lr))


def kinks(rng: Random) -> Task:
    """Kinks, plateaus, and ways to infinity; rates that jump, and rates that die out."""
    makers = (
        FunctionObjective(lambda x: abs(x), derivative=lambda x: [np.sign(x)]),
        FunctionObjective(lambda x: np.exp(x), derivative=lambda x: [np.exp(x)]),
        FunctionObjective(
            lambda x: np.logaddexp(0, -x), derivative=lambda x: [-1 / (1 + np.exp(x))]
        ),
        FunctionObjective(
            lambda x: 1 - np.exp(-(x**2)), derivative=lambda x: [2 * x * np.exp(-(x**2))]
        ),
        FunctionObjective(
            lambda x: np.tanh(x) ** 2,
            derivative=lambda x: [2 * np.tanh(x) * (1 - np.tanh(x) ** 2)],
        ),
        FunctionObjective(
            lambda x: x**2 / (1 + x**2), derivative=lambda x: [2 * x / (1 + x**2) ** 2]
        ),
    )
    objective = makers[rng.integers(len(makers))]
    starts = np.stack([objective.init(rng) for _ in range(SIDE_BY_SIDE)])
    lr = 10.0 ** rng.uniform(-2, 2, (SIDE_BY_SIDE, 1))
    dies = rng.random() < 0.4
    rule = GradientDescent(Exponential(lr, float(rng.uniform(0.8, 0.99))) if dies else lr)
    return Task(objective, starts, rule=rule)


KINDS: tuple[Callable[[Random], Task], ...] = (
    quadratic,
    line,
    other_loss,
    validated,
    classes,
    wave,
    textbook,
    network,
    bottomless,
    bursts,
    tops,
    far,
)
# Of the groups beyond FIRST.
MORE: tuple[Callable[[Random], Task], ...] = (lowest_starts, newton, edge, huber_far, kinks)
FIRST = 100


def rates(rng: Random, task: Task) -> Floats:
    """Learning rates `[R, 1]` from 0.01 to 2.5 of the edge where the run starts."""
    with np.errstate(all="ignore"):
        curved = np.abs(np.linalg.eigvalsh(hessian(task.problem, task.starts)))[..., -1]
    curved = np.where(np.isfinite(curved) & (curved > 1e-6), curved, 1.0)
    shares = np.where(
        rng.random(SIDE_BY_SIDE) < 0.8,
        10.0 ** rng.uniform(-2, 0, SIDE_BY_SIDE),
        rng.uniform(1, 2.5, SIDE_BY_SIDE),
    )
    lr: Floats = (shares * 2 / np.median(curved))[:, np.newaxis]
    return lr


def optimizer(rng: Random, task: Task, steps: int) -> Optimizer:
    """One of all kinds, most often gradient descent."""
    lr = rates(rng, task)
    adaptive = 10.0 ** rng.uniform(-3, 0, (SIDE_BY_SIDE, 1))
    return (
        lambda: GradientDescent(lr),
        lambda: GradientDescent(lr),
        lambda: GradientDescent(lr),
        lambda: Momentum(lr * 0.3, 0.9),
        lambda: Momentum(lr, 0.99),
        lambda: Nesterov(lr * 0.3, 0.9),
        lambda: Adam(adaptive),
        lambda: RMSProp(adaptive),
        lambda: AdaGrad(adaptive),
        lambda: Noisy(GradientDescent(lr), 0.1),
        lambda: GradientDescent(Exponential(lr, 1 - 3 / steps)),
        lambda: GradientDescent(Cosine(lr, steps)),
    )[rng.integers(12)]()


@dataclass(frozen=True)
class Sample:
    """A random run, the same run ten times as long, and fresh points where it has a validation set.

    `name` says how to make it again.
    """

    name: str
    pair: Continued
    fresh: Dataset | None


def group(number: int) -> Iterator[Sample]:
    """Twenty runs of a random problem by a random optimizer, seeded by the group's number."""
    rng = np.random.default_rng((13, number))
    make = KINDS[number % len(KINDS)] if number < FIRST else MORE[number % len(MORE)]
    task = make(rng)
    # Networks cost the most.
    steps = task.steps or int(rng.choice([40, 120] if make is network else [40, 120, 300]))
    rule = task.rule or optimizer(rng, task, steps)
    sizes = [None, None, 1, 10] if task.problem.points >= 10 and not task.rule else [None]
    size = task.size or sizes[rng.integers(len(sizes))]
    longer = descend(task.problem, rule, task.starts, 10 * steps, seed=number, batch_size=size)
    alone = [longer[index] for index in range(SIDE_BY_SIDE)]
    ends = np.stack([run.params[-1] for run in alone])
    # Of a loss without a known floor only the run itself tells what there was to gain.
    own = not task.problem.points and task.problem.minimum is None
    floor = lowest(task.problem, ends)
    for index, run in enumerate(alone):
        floor = float(run.losses.min()) if own else floor
        name = f"group {number}, run {index}: {make.__name__}, {rule.name}, batches {size}"
        yield Sample(name, Continued(cut(run, steps), run, floor), task.fresh)
