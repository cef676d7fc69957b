"""Every rule, step by step, against the paper's sums over all gradients; bad values."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from cases import LINE, OPTIMIZERS, VALLEY, VALLEY_START, WAVE, OptimizerCase
from published import BOOK_START, book

from gdanim import schedules
from gdanim.core.arrays import Floats
from gdanim.descent.adaptive import AdaGrad, Adam, AdamW, RMSProp
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.newton import Newton
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer, Step
from gdanim.descent.schedule import Rate
from gdanim.errors import GdanimError
from gdanim.problems import objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

STEPS = 200


@dataclass(frozen=True, eq=False)
class RuleCase:
    """An optimizer, and its step as the paper has it: from all gradients so far, not from a state.

    `step(gradients, params)` is given one parameter's gradients, the last one being the newest.
    """

    name: str
    optimizer: Optimizer
    step: Callable[[list[float], float], float]

    def __str__(self) -> str:
        return self.name


def weighted(values: list[float], decay: float) -> float:
    """The sum of the values, the newest with weight 1, each older one with `decay` times less."""
    return math.fsum(v * decay**age for age, v in enumerate(reversed(values)))


def adam(gradients: list[float], beta1: float, beta2: float, eps: float) -> float:
    t = len(gradients)
    mean = (1 - beta1) * weighted(gradients, beta1) / (1 - beta1**t)
    square = (1 - beta2) * weighted([g * g for g in gradients], beta2) / (1 - beta2**t)
    return mean / (math.sqrt(square) + eps)


RULES = [
    RuleCase("gradient descent", GradientDescent(1e-5), lambda g, p: -1e-5 * g[-1]),
    RuleCase("momentum", Momentum(1e-6, 0.8), lambda g, p: -1e-6 * weighted(g, 0.8)),
    RuleCase("Nesterov", Nesterov(1e-6), lambda g, p: -1e-6 * (g[-1] + 0.9 * weighted(g, 0.9))),
    RuleCase(
        "AdaGrad",
        AdaGrad(0.1, eps=1e-3),
        lambda g, p: -0.1 * g[-1] / (math.sqrt(math.fsum(v * v for v in g)) + 1e-3),
    ),
    RuleCase(
        "RMSProp",
        RMSProp(1e-3, decay=0.9, eps=1e-3),
        lambda g, p: -1e-3 * g[-1] / (math.sqrt(0.1 * weighted([v * v for v in g], 0.9)) + 1e-3),
    ),
    RuleCase("Adam", Adam(0.01, 0.8, 0.99, 1e-3), lambda g, p: -0.01 * adam(g, 0.8, 0.99, 1e-3)),
    RuleCase("AdamW", AdamW(0.01, 0.2), lambda g, p: -0.01 * (adam(g, 0.9, 0.999, 1e-8) + 0.2 * p)),
]
BEGINNINGS = {"Rosenbrock": (VALLEY, VALLEY_START), "the book's parabola": (book(), BOOK_START)}


@pytest.mark.parametrize("place", BEGINNINGS)
@pytest.mark.parametrize("case", RULES, ids=str)
def test_the_rule_of_the_paper(case: RuleCase, place: str) -> None:
    problem, start = BEGINNINGS[place]
    run = descend(problem, case.optimizer, start, STEPS)
    params = np.array(start, dtype=np.float64)
    gradients: list[Floats] = []
    for recorded in run.params:
        np.testing.assert_allclose(recorded, params, rtol=1e-10, atol=1e-12)
        gradients.append(problem.gradient(params))
        columns = np.stack(gradients, axis=1).tolist()
        params = params + [case.step(g, p) for g, p in zip(columns, params.tolist(), strict=True)]
    assert abs(run.params[-1] - run.params[0]).max() > 0.01, "it went somewhere"


# Newton


def test_newton_solves_a_line_in_one_step() -> None:
    run = descend(LINE, Newton(), (-1, 3), 1)
    best = np.polyfit(LINE.data.x[:, 0], LINE.data.y, 1)
    np.testing.assert_allclose(run.params[1], best, rtol=1e-12)


def test_newton_on_rosenbrock_by_its_second_derivative() -> None:
    run = descend(VALLEY, Newton(0.8, damping=0.5), VALLEY_START, 10)
    params = np.array(VALLEY_START)
    for recorded in run.params:
        np.testing.assert_allclose(recorded, params, rtol=1e-7)
        x, y = params
        hessian = [[2 - 400 * (y - 3 * x * x), -400 * x], [-400 * x, 200]]
        direction = np.linalg.solve(np.array(hessian) + 0.5 * np.eye(2), VALLEY.gradient(params))
        params = params - 0.8 * direction
    undamped = descend(VALLEY, Newton(), VALLEY_START, 10)
    np.testing.assert_allclose(undamped.params[-1], [1, 1], rtol=1e-9)


def test_newton_leaves_a_direction_without_curvature_alone() -> None:
    flat = Problem(Dataset(np.zeros(5), np.arange(5.0)), Linear())
    run = descend(flat, Newton(), (7, -3), 2)
    np.testing.assert_allclose(run.params[-1], [7, 2], rtol=1e-12)


def test_newton_with_a_batch_takes_the_batch_s_curvature() -> None:
    run = descend(LINE, Newton(), (-1, 3), 1, batch_size=7)
    batch = run.batch(0)
    assert batch is not None
    best = np.polyfit(LINE.data.x[batch, 0], LINE.data.y[batch], 1)
    np.testing.assert_allclose(run.params[1], best, rtol=1e-6)


def test_newton_gives_up_where_nothing_is_finite() -> None:
    run = descend(WAVE, Newton(1e30), (2.9, 1.72, 0, -1.2), 60)
    assert np.isfinite(run.params).all()


# Noise


def test_noise_is_normal_of_its_scale_and_independent() -> None:
    flat = Problem(Dataset(np.zeros(5), np.zeros(5)), Linear())
    run = descend(flat, Noisy(GradientDescent(1.0), 0.5), (0, 0), 4000)
    # The slope has no gradient here: what moves it is the noise alone.
    noise = -np.diff(run.params[:, 0])
    assert noise.mean() == pytest.approx(0, abs=4 * 0.5 / math.sqrt(4000))
    assert noise.std() == pytest.approx(0.5, rel=4 / math.sqrt(2 * 4000))
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 4 / math.sqrt(4000)
    other = -np.diff(run.params[:, 1])
    assert abs(np.corrcoef(noise, other)[0, 1]) < 4 / math.sqrt(4000)


def test_noise_follows_from_its_seed_alone() -> None:
    def end(seed: int, steps: int) -> Floats:
        run = descend(WAVE, Noisy(Momentum(0.01), 1.0, seed), (1, 1, 1, 1), steps)
        return np.asarray(run.params[20])

    np.testing.assert_array_equal(end(3, 20), end(3, 50))
    assert not np.array_equal(end(3, 20), end(4, 20))
    quiet = descend(WAVE, Noisy(Momentum(0.01), 0.0), (1, 1, 1, 1), 20)
    np.testing.assert_array_equal(
        quiet.params, descend(WAVE, Momentum(0.01), (1, 1, 1, 1), 20).params
    )


def test_the_temperature_of_noise() -> None:
    """Langevin: in a bowl of curvature c the parameter's variance is T / c, T = lr scale^2 / 2."""
    bowl = Problem(Dataset(np.zeros(5), np.zeros(5)), Linear())
    run = descend(bowl, Noisy(GradientDescent(0.01), 2.0), (0, 0), 40_000)
    curvature, temperature = 2.0, 0.01 * 2.0**2 / 2
    # 40 000 steps hold about 40 000 lr c / 2 = 400 independent draws.
    assert run.params[:, 1].var() == pytest.approx(temperature / curvature, rel=0.25)


# Rates


@pytest.mark.parametrize("case", OPTIMIZERS, ids=str)
def test_rates_by_name_are_the_rates_of_the_parameters(case: OptimizerCase) -> None:
    lr = case.lr
    named = descend(LINE, case.make({"intercept": lr, "slope": lr / 2}), (-1, 3), 30)
    ordered = descend(LINE, case.make([lr / 2, lr]), (-1, 3), 30)
    np.testing.assert_array_equal(named.params, ordered.params)
    np.testing.assert_array_equal(named.rate(3), [lr / 2, lr])
    assert not np.array_equal(
        named.params[-1], descend(LINE, case.make(lr), (-1, 3), 30).params[-1]
    )


@pytest.mark.parametrize(
    ("lr", "message"),
    [
        ({"slope": 0.1}, "lr: give every parameter a rate (slope, intercept), got slope"),
        (
            {"slope": 0.1, "intercept": 0.1, "bend": 0.1},
            "lr: give every parameter a rate (slope, intercept), got slope, intercept, bend",
        ),
        ({}, "lr: give every parameter a rate (slope, intercept), got none"),
    ],
    ids=str,
)
def test_unknown_names(lr: dict[str, float], message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}$"):
        descend(LINE, GradientDescent(lr), (0, 0))


@pytest.mark.parametrize("case", OPTIMIZERS, ids=str)
@pytest.mark.parametrize(
    ("lr", "message"),
    [
        (-0.1, "lr: must be a finite number above 0, got -0.1"),
        ("fast", "lr: expected numbers, got 'fast'"),
        ({"slope": -1.0}, "lr['slope']: must be a finite number above 0, got -1.0"),
    ],
    ids=str,
)
def test_bad_rates(case: OptimizerCase, lr: Any, message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}$"):
        case.make(lr)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Momentum(1, 1.0), "momentum: must be at least 0 and below 1, got 1.0"),
        (lambda: Momentum(1, -0.1), "momentum: must be at least 0 and below 1, got -0.1"),
        (lambda: Nesterov(1, 2), "momentum: must be at least 0 and below 1, got 2"),
        (lambda: RMSProp(1, decay=1), "decay: must be at least 0 and below 1, got 1"),
        (lambda: Adam(1, beta2=1), "beta2: must be at least 0 and below 1, got 1"),
        (lambda: Adam(1, beta1=np.nan), "beta1: must be one finite number, got nan"),
        (lambda: AdaGrad(1, eps=-1), "eps: must be at least 0, got -1"),
        (lambda: AdamW(1, decay=-1), "decay: must be at least 0, got -1"),
        (lambda: Newton(damping=-1), "damping: must be at least 0, got -1"),
        (lambda: Noisy(Adam(1), -1), "scale: must be at least 0, got -1"),
        (
            lambda: Noisy(Adam(1), 1, 0.5),  # type: ignore[arg-type]
            "seed: must be a whole number of at least 0, got 0.5",
        ),
    ],
)
def test_bad_settings(make: Callable[[], Optimizer], message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}$"):
        make()


@pytest.mark.parametrize("case", OPTIMIZERS, ids=str)
@pytest.mark.parametrize("problem", [VALLEY, LINE, WAVE], ids=["valley", "line", "wave"])
@pytest.mark.parametrize("lr", [1e3, 1e200])
def test_far_too_large_a_rate_raises_and_warns_nothing(
    case: OptimizerCase, problem: Objective, lr: float
) -> None:
    run = descend(problem, case.make(lr), problem.init(np.random.default_rng(0)), 60)
    assert np.isfinite(run.params).all()
    assert np.isfinite(run.losses).all()


# An optimizer of the user's own


@dataclass(frozen=True)
class Sign(Optimizer):
    """The sign of the gradient, with nothing but what is necessary."""

    lr: Rate

    def direction(self, gradient: Floats, state: Any, step: Step) -> tuple[Floats, Any]:
        assert state == ()
        return np.sign(gradient), state


def test_the_least_that_an_optimizer_needs() -> None:
    assert Sign(0.1).name == "Sign"
    with pytest.raises(GdanimError, match="lr: .* above 0"):
        Sign(-0.1)
    rates = descend(VALLEY, Sign(schedules.Exponential(0.5, 0.5)), VALLEY_START, 3)
    np.testing.assert_array_equal(abs(np.diff(rates.params[:, 0])), [0.5, 0.25, 0.125])
    named = descend(LINE, Sign({"intercept": 0.5, "slope": 0.25}), (-1, 3), 1)
    np.testing.assert_array_equal(abs(np.diff(named.params, axis=0)), [[0.25, 0.5]])


@pytest.mark.parametrize("case", OPTIMIZERS, ids=str)
def test_the_learning_rate_is_the_loop_s(case: OptimizerCase) -> None:
    """The direction does not depend on it: the first step is as large as the rate."""
    one, half = (descend(VALLEY, case.make(lr), VALLEY_START, 1) for lr in (0.5, 0.25))
    np.testing.assert_array_equal(
        half.params[1], one.params[0] - (one.params[0] - one.params[1]) / 2
    )


def test_noise_has_the_learning_rate_of_its_optimizer() -> None:
    cosine = schedules.Cosine(0.1, 5)
    assert Noisy(Noisy(Adam(cosine), 1.0), 1.0).lr is cosine


STABLE = [
    GradientDescent(1.0),
    *(rule(1.0, beta) for rule in (Momentum, Nesterov) for beta in (0.0, 0.3, 0.9, 0.99)),
    Newton(1.0),
    Newton(1.0, damping=5.0),
    Noisy(Momentum(1.0, 0.5), 0.0),
]


def growth(optimizer: Optimizer, lr: float, curvature: float) -> float:
    """The spectral radius of the iteration of parameter and state, from what the rule returns."""
    problem, columns = objectives.bowl(curvature), []
    for params, state in ((1.0, 0.0), (0.0, 1.0)):
        place = np.array([0.0, params])
        has_state = not isinstance(optimizer.init(place), tuple)
        before = np.array([0.0, state]) if has_state else ()
        direction, after = optimizer.direction(
            problem.gradient(place), before, Step(0, place, problem)
        )
        columns.append([params - lr * direction[1], after[1] if has_state else 0.0])
    return float(abs(np.linalg.eigvals(np.array(columns))).max())


@pytest.mark.parametrize("optimizer", STABLE, ids=repr)
@pytest.mark.parametrize("curvature", [2.0, 1e-6, 1e9])
def test_the_largest_stable_rate_is_where_the_iteration_begins_to_grow(
    optimizer: Optimizer, curvature: float
) -> None:
    edge = optimizer.largest_stable_rate(curvature)
    assert edge is not None
    inside = [growth(optimizer, share * edge, curvature) for share in (0.01, 0.3, 0.9, 0.999)]
    assert max(inside) < 1 < growth(optimizer, 1.001 * edge, curvature)


@pytest.mark.parametrize("beta1", [0.0, 0.5, 0.9])
def test_adams_edge_while_its_scaling_hardly_changes(beta1: float) -> None:
    lr, size, seen = 0.01, 1e-9, np.ones(1)
    adam = Adam(lr, beta1=beta1, beta2=1 - 1e-12)
    step = Step(10**14, seen, objectives.two_valleys())
    edge = 2 * (1 + beta1) / ((1 - beta1) * lr)
    if beta1 == 0.9:
        assert edge == pytest.approx(38 / lr)
    for share, stable in ((0.99, True), (1.01, False)):
        columns = []
        for params, mean in ((size, 0.0), (0.0, size)):
            gradient = np.array([share * edge * params])
            direction, (after, _) = adam.direction(gradient, (np.array([mean]), seen), step)
            columns.append([params - lr * float(direction[0]), float(after[0])])
        assert (abs(np.linalg.eigvals(np.array(columns) / size)).max() < 1) == stable
    assert adam.largest_stable_rate(1.0) is None
