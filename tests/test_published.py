"""Runs that others published, to their printed digits: a course, a book, an article, packages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text
from published import food_trucks, patients

from gdanim.analysis.diagnosis import diagnose
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum
from gdanim.descent.optimizer import Optimizer
from gdanim.narration.alternative_text import alternative_text
from gdanim.narration.explain import explain
from gdanim.problems import objectives
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.losses import MeanSquaredError, NegativeLogLikelihood, SumOfSquaredErrors
from gdanim.scene import Scene

# Andrew Ng, Machine Learning (Stanford, Coursera), programming exercise 1: ex1.pdf and ex1.m
# print the costs, the parameters and the forecasts; many solutions print more digits.


def test_food_trucks() -> None:
    problem = food_trucks()
    assert problem.points == 97
    assert f"{problem.loss((0, 0)):.4f}" == "32.0727"
    assert f"{problem.loss((2, -1)):.6f}" == "54.242455"
    run = descend(problem, GradientDescent(0.01), (0, 0), 1500)
    slope, intercept = run.params[-1]
    assert [f"{intercept:.8f}", f"{slope:.8f}"] == ["-3.63029144", "1.16636235"]
    assert f"{run.losses[-1]:.13f}" == "4.4833882565877"
    forecasts = 10_000 * problem.model.predict(run.params[-1], np.array([[3.5], [7.0]]))
    assert [f"{profit:.6f}" for profit in forecasts] == ["4519.767868", "45342.450129"]


def test_the_video_names_the_loss_as_the_course_does() -> None:
    for loss, symbol, name, start in [
        (MeanSquaredError(0.5), "half MSE", "half mean squared error", "32.07"),
        (SumOfSquaredErrors(0.5), "half SSE", "half sum of squared errors", "3111.06"),
    ]:
        problem = replace(food_trucks(), loss_function=loss)
        scene = Scene(problem, GradientDescent(1e-6), (0, 0), 3)
        film = scene.film()
        film.draw(0)
        texts = {text.get_text() for text in film.figure.findobj(Text)}
        assert {f"{symbol} {start}", f"loss ({symbol})"} <= texts
        assert f"at a {name} of 3" in alternative_text(film.clip, scene.panels)
        assert any(f"the loss ({symbol}) is" in line for line in explain(scene.run()))


@pytest.mark.parametrize("batch_size", [None, 10])
@pytest.mark.parametrize("lr", [1e-7, 1e-4, 0.01, 0.02, 0.025, 0.05])
def test_how_a_run_ends_does_not_depend_on_the_factor(lr: float, batch_size: int | None) -> None:
    # With the mean squared error itself, the rate is half as large.
    found = set()
    points = batch_size or 97
    for loss, rate in [
        (MeanSquaredError(), lr / 2),
        (MeanSquaredError(0.5), lr),
        (SumOfSquaredErrors(), lr / (2 * points)),
        (SumOfSquaredErrors(0.5), lr / points),
    ]:
        problem = replace(food_trucks(), loss_function=loss)
        run = descend(problem, GradientDescent(rate), (0, 0), 300, batch_size=batch_size)
        found.add((run.judgement.ending, run.judgement.reason))
    assert len(found) == 1


def test_food_trucks_with_a_sum_take_the_same_steps_at_a_rate_that_is_divided_by_2m() -> None:
    problem = food_trucks()
    total = replace(problem, loss_function=SumOfSquaredErrors())
    run = descend(problem, GradientDescent(0.01), (0, 0), 1500)
    same = descend(total, GradientDescent(0.01 / (2 * 97)), (0, 0), 1500)
    np.testing.assert_allclose(same.params, run.params, rtol=1e-11)
    np.testing.assert_allclose(same.losses, 2 * 97 * run.losses, rtol=1e-11)


# Zhang, Lipton, Li, Smola: Dive into Deep Learning (https://d2l.ai), chapter "Optimization
# Algorithms", sections "Gradient Descent" (x^2 from 10, ten steps: "epoch 10, x: 0.060466") and
# "Momentum" (0.1 x1^2 + 2 x2^2 from (-5, -2), twenty steps: "epoch 20, x1: ..., x2: ...").
SQUARE = FunctionObjective(lambda x: x**2)
ELLIPSE = FunctionObjective(lambda x1, x2: 0.1 * x1**2 + 2 * x2**2)


@pytest.mark.parametrize(
    ("lr", "printed"), [(0.2, "0.060466"), (0.05, "3.486784"), (1.1, "61.917364")]
)
def test_dive_into_deep_learning_in_one_dimension(lr: float, printed: str) -> None:
    run = descend(SQUARE, GradientDescent(lr), (10,), 10)
    assert f"{run.params[-1, 0]:.6f}" == printed


@pytest.mark.parametrize(
    ("optimizer", "printed"),
    [
        (GradientDescent(0.4), ("-0.943467", "-0.000073")),
        (GradientDescent(0.6), ("-0.387814", "-1673.365109")),
        (Momentum(0.6, 0.5), ("0.007188", "0.002553")),
        (Momentum(0.6, 0.25), ("-0.126340", "-0.186632")),
    ],
    ids=repr,
)
def test_dive_into_deep_learning_in_two_dimensions(
    optimizer: Optimizer, printed: tuple[str, str]
) -> None:
    run = descend(ELLIPSE, optimizer, (-5, -2), 20)
    assert tuple(f"{value:.6f}" for value in run.params[-1]) == printed


# Goh, "Why Momentum Really Works", Distill, 2017 (https://distill.pub/2017/momentum), sections
# "Choosing A Step-size" (gradient descent: alpha = 2 / (l1 + ln), the rate (k - 1) / (k + 1) for a
# condition number k) and "Optimal parameters" (momentum: the same with the root of k).


def _rate(run_losses: np.ndarray, first: int, last: int) -> float:
    """By how much a step multiplies the distance, from the losses of two steps."""
    return float((run_losses[last] / run_losses[first]) ** (0.5 / (last - first)))


@pytest.mark.parametrize("condition", [4.0, 100.0, 10_000.0])
def test_the_optimal_learning_rate_of_gradient_descent(condition: float) -> None:
    bowl, steps = objectives.bowl(condition), int(3 * condition)
    best = 2 / (1 + condition)
    assert diagnose(bowl, (1, 1)).fastest_rate == pytest.approx(best, rel=1e-12)
    slower, run, faster = (
        descend(bowl, GradientDescent(factor * best), (1, 1), steps) for factor in (0.98, 1, 1.02)
    )
    rate = (condition - 1) / (condition + 1)
    np.testing.assert_allclose(abs(run.params[1:] / run.params[:-1]), rate, rtol=1e-9)
    assert abs(slower.params[-1]).max() > abs(run.params[-1]).max() < abs(faster.params[-1]).max()


@pytest.mark.parametrize("condition", [4.0, 100.0, 10_000.0])
def test_the_optimal_learning_rate_and_momentum(condition: float) -> None:
    bowl, low, high = objectives.bowl(condition), 1.0, np.sqrt(condition)
    alpha, beta = (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2
    rate = (np.sqrt(condition) - 1) / (np.sqrt(condition) + 1)
    steps = int(30 * np.sqrt(condition))
    run = descend(bowl, Momentum(alpha, beta), (1, 1), steps)
    # Both directions are critically damped: the roots of the recursion coincide at +-rate, so that
    # the distance is (1 + c k) rate^k. Here c follows from the first step.
    k = np.arange(steps + 1)
    for direction, sign in ((0, 1), (1, -1)):
        c = run.params[1, direction] / (sign * rate) - 1
        expected = (1 + c * k) * (sign * rate) ** k
        np.testing.assert_allclose(run.params[:, direction], expected, atol=1e-9)
    # A little more or less of either is slower.
    ends = [
        abs(descend(bowl, Momentum(a * alpha, b), (1, 1), steps).params[-20:]).max()
        for a, b in [(0.9, beta), (1.1, beta), (1, beta**1.2), (1, beta**0.8)]
    ]
    assert abs(run.params[-20:]).max() < min(ends)


# Logistic regression on the heart data: statsmodels 0.15.0 (Logit, Newton, tol 1e-14) and
# scikit-learn 1.9.1 (LogisticRegression(C=inf, solver="newton-cholesky", tol=1e-12)), with NumPy
# 2.4.6, on features of mean 0 and variance 1. Both packages give all of these digits.
FLOORS = [
    (("max_heart_rate",), (-0.99138957, -0.16966946), "-180.4510525158", "0.595548028105"),
    (
        ("age", "max_heart_rate"),
        (0.17782296, -0.92972394, -0.17826816),
        "-179.6217474205",
        "0.592811047592",
    ),
]


@pytest.mark.parametrize(("features", "fit", "log_likelihood", "log_loss"), FLOORS)
def test_the_floor_of_logistic_regression(
    features: tuple[str, ...], fit: tuple[float, ...], log_likelihood: str, log_loss: str
) -> None:
    problem = patients(*features)
    run = descend(problem, GradientDescent(2.0), [0] * len(fit), 2000)
    assert [f"{value:.8f}" for value in run.params[-1]] == [f"{value:.8f}" for value in fit]
    assert f"{run.losses[-1]:.12f}" == log_loss
    assert run.losses.min() == pytest.approx(float(log_loss), abs=1e-12), "none goes below it"
    total = replace(problem, loss_function=NegativeLogLikelihood())
    assert f"{-total.loss(run.params[-1]):.10f}" == log_likelihood
    searched = diagnose(problem, run.params[0], restarts=1).minimum
    assert searched is not None and searched.loss == pytest.approx(float(log_loss), abs=1e-11)
