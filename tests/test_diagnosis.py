"""Diagnosis against published figures, closed forms and descents that were run."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from cases import LINE, WAVE
from published import book

from gdanim.analysis.diagnosis import (
    Diagnosis,
    diagnose,
    is_near_minimum,
    scaled_curvature,
    standardised_condition,
)
from gdanim.analysis.search import SearchError
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.errors import GdanimError
from gdanim.narration.explain import explain
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss
from gdanim.problems.objective import Objective
from gdanim.problems.penalties import L2
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem

START = (-0.7658, -0.7506, 1.3525)


def after(steps: int) -> Diagnosis:
    run = descend(book(), GradientDescent(1e-5), START, steps)
    return diagnose(run.problem, run.params[-1])


def test_the_books_surface() -> None:
    found = after(0)
    assert found.quadratic
    np.testing.assert_allclose(found.eigenvalues, [0.2586, 15.98, 56499], rtol=3e-4)
    assert f"{found.condition:.0f}" == "218451"
    assert f"{found.largest_stable_rate:.2e}" == "3.54e-05"
    assert found.minimum is not None and found.minimum.name == "best fit"
    assert found.minimum.loss == pytest.approx(7.303745, rel=1e-9)
    assert found.loss == pytest.approx(25823.8086, abs=0.003)
    assert found.excess.sum() == pytest.approx(found.loss - 7.303745, rel=1e-9)
    other = standardised_condition(book())
    assert other is not None and f"{other:.1f}" == "7.7"


@pytest.mark.parametrize(
    ("steps", "loss"), [(1_000, 672.74), (10_000, 640.52), (100_000, 404.75), (500_000, 57.50)]
)
def test_what_is_left_of_the_books_loss(steps: int, loss: float) -> None:
    found = after(steps)
    assert found.loss == pytest.approx(loss, abs=0.005)
    assert found.excess.sum() == pytest.approx(loss - 7.303745, abs=0.005)
    # One direction has it all: 57.50 is 7.30 and 50.2.
    assert found.excess[0] > 0.99 * found.excess.sum()


def test_the_books_slowest_direction_halves_every_268_000_steps() -> None:
    found = after(0)
    halves = found.steps(1e-5, 0.5)
    assert f"{halves[0]:.3g}" == "2.68e+05"
    later = descend(book(), GradientDescent(1e-5), START, round(halves[0])).params[-1]
    assert found.minimum is not None and found.minimum.params is not None
    here, there = (found.directions @ (p - found.minimum.params) for p in (found.params, later))
    assert there[0] / here[0] == pytest.approx(0.5, rel=1e-4)


def test_the_blogs_line() -> None:
    found = diagnose(LINE, (0.0, 0.0))
    assert f"{found.largest_stable_rate:.6f}" == "0.029994"
    for lr, grows in ((0.02999, False), (0.0300, True)):
        assert (abs(found.factors(lr)) > 1).any() == grows
        run = descend(LINE, GradientDescent(lr), (-2.0, -1.5), 2000)
        assert (run.losses[-1] > run.losses[0]) == grows
        assert np.isinf(found.steps(lr, 0.5)).any() == grows
    other = standardised_condition(LINE)
    assert other == pytest.approx(1.0)


def test_the_fastest_rate_is_the_fastest() -> None:
    bowl = objectives.bowl(20)
    best = diagnose(bowl, (2.0, 1.0)).fastest_rate
    assert best == pytest.approx(2 / 21)
    ratios = []
    for lr in (0.98 * best, best, 1.02 * best):
        losses = descend(bowl, GradientDescent(lr), (2.0, 1.0), 200).losses
        ratios.append(losses[-1] / losses[-2])
    assert ratios[1] == min(ratios)


def test_directions_turn_with_the_surface() -> None:
    found = diagnose(objectives.bowl(100), (3.0, 1.0))
    np.testing.assert_allclose(abs(found.directions), np.eye(2), atol=1e-15)
    np.testing.assert_allclose(found.excess, [4.5, 50.0])
    np.testing.assert_allclose(found.steps(0.001, 0.1), np.log(0.1) / np.log([0.999, 0.9]))
    with pytest.raises(GdanimError, match=r"^accuracy: .*got 2"):
        found.steps(0.1, 2)


def test_a_flat_direction_and_a_saddle() -> None:
    twice = Problem(Dataset(np.ones((5, 2)) * np.arange(5.0)[:, None], np.arange(5.0)), Linear(2))
    flat = diagnose(twice, (1.0, 2.0, 0.5))
    assert flat.eigenvalues[0] == 0 and np.isinf(flat.condition)
    assert flat.excess[0] == 0 and np.isinf(flat.steps(0.01, 0.5)[0])
    assert flat.excess.sum() == pytest.approx(flat.loss, rel=1e-9)
    saddle = diagnose(objectives.saddle(), (0.5, 0.5))
    assert saddle.minimum is None and np.isnan(saddle.fastest_rate)
    np.testing.assert_allclose(saddle.excess, [-0.125, 0.125])


def test_ridge_improves_the_condition() -> None:
    data = datasets.polynomial((1, 0, 0, 0), range=(-1, 1))
    plain, ridged = (
        diagnose(Problem(data, Polynomial(6), penalty=penalty), np.zeros(7))
        for penalty in (None, L2(0.01))
    )
    assert ridged.condition < plain.condition / 10
    assert ridged.minimum is not None and plain.minimum is not None
    assert ridged.minimum.loss > plain.minimum.loss


def test_a_curved_surface_is_diagnosed_where_one_stands() -> None:
    run = descend(WAVE, GradientDescent(0.1), (2.9, 1.72, 0, -1.2), 300)
    found = diagnose(WAVE, run.params[-1])
    assert not found.quadratic
    assert found.eigenvalues[0] > 0, "a minimum"
    assert found.excess.sum() < 0.01, "it has settled"
    assert found.minimum is not None and found.minimum.params is not None
    truth = WAVE.minimum
    assert truth is not None and found.minimum.loss <= truth.loss < found.loss / 100
    np.testing.assert_allclose(WAVE.gradient(found.minimum.params), 0, atol=1e-4)
    # The Hessian's own quadratic form, on the way from here to near by.
    step = 1e-3 * np.array([1.0, -1.0, 2.0, 0.5])
    form = float((found.eigenvalues * (found.directions @ step) ** 2).sum()) / 2
    change = float(WAVE.loss(found.params + step) - found.loss - found.gradient @ step)
    assert form == pytest.approx(change, rel=0.02)


def test_the_search_finds_the_optimum_of_logistic_regression() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=80)
    ill = np.where(rng.uniform(size=80) < 1 / (1 + np.exp(1 - 2 * x)), 1.0, 0.0)
    problem = Problem(Dataset(x, ill), Logistic(), LogLoss())
    best = diagnose(problem, (0.0, 0.0), restarts=2).minimum
    assert best is not None and best.params is not None
    np.testing.assert_allclose(problem.gradient(best.params), 0, atol=1e-6)


@pytest.mark.parametrize(
    ("problem", "start"),
    [
        (
            Problem(
                Dataset(np.array([-2.0, -1, 1, 2]), np.array([0.0, 0, 1, 1])), Logistic(), LogLoss()
            ),
            (0, 0),
        ),
        (FunctionObjective(lambda x: np.exp(-x), range=(0, 3)), (1,)),
        (FunctionObjective(lambda x: x**3, range=(-3, 3)), (1,)),
        (FunctionObjective(lambda x, y: x**3 - 3 * x * y**2), (1, 1)),
        (FunctionObjective(lambda x, y: x**3 - 3 * x * y**2), (1, 0)),
        (FunctionObjective(lambda x: -x), (0,)),
        (FunctionObjective(lambda x: -(x**2)), (0,)),
        (FunctionObjective(lambda x: -np.log(1 + x**2)), (1,)),
    ],
    ids=["separable", "tail", "cube", "monkey saddle", "its axis", "line", "hill", "logarithm"],
)
def test_a_loss_without_finite_optimum_has_no_minimum(
    problem: Objective, start: tuple[float, ...]
) -> None:
    assert diagnose(problem, start, restarts=3).minimum is None
    text = " ".join(explain(descend(problem, GradientDescent(0.1), start, 200)))
    assert "lowest known" not in text


@pytest.mark.parametrize("sign", [1, -1])
def test_a_loss_without_a_lower_bound_is_not_searched(
    sign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    for slope in (FunctionObjective(lambda x: sign * x), FunctionObjective(lambda x: sign * x**3)):
        assert diagnose(slope, (1.0,)).minimum is None
    with pytest.raises(SearchError):
        diagnose(FunctionObjective(lambda x: x**2 + np.cos(sign * x)), (1.0,))


def test_a_learning_rate_for_each_parameter() -> None:
    bowl, here = objectives.bowl(100), np.array([1.0, 1.0])
    assert scaled_curvature(bowl, here, np.array(0.02)) == pytest.approx(2.0)
    assert scaled_curvature(bowl, here, np.array([1.5, 0.001])) == pytest.approx(1.5)
    rows = np.array([[1.5, 0.001], [0.5, 0.03]])
    np.testing.assert_allclose(scaled_curvature(bowl, here, rows), [1.5, 3.0])


def test_a_minimum_is_told_from_what_only_flattens() -> None:
    cube, tail = (
        FunctionObjective(f, range=(0, 3)) for f in (lambda x: x**3, lambda x: np.exp(-x))
    )
    for x in (1.0, 1e-3):
        assert not is_near_minimum(cube, np.array([x]))
    assert not is_near_minimum(tail, np.array([9.0]))
    assert not is_near_minimum(objectives.himmelblau(), np.zeros(2))
    assert is_near_minimum(objectives.himmelblau(), np.array([2.95, 2.03]))
    run = descend(WAVE, GradientDescent(0.1), (2.9, 1.72, 0, -1.2), 300)
    assert is_near_minimum(WAVE, run.params[-1])


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(SearchError, match=r"pip install 'gdanim\[explain\]'$"):
        diagnose(WAVE, (1.0, 1.0, 1.0, 1.0))
    known = diagnose(WAVE, (1.0, 1.0, 1.0, 1.0), restarts=0).minimum
    assert known is not None and known.name == "true curve"
    assert diagnose(LINE, (0.0, 0.0)).minimum is not None
    assert diagnose(objectives.rosenbrock(), (0.0, 0.0)).minimum is not None
    assert diagnose(objectives.saddle(), (1.0, 1.0)).minimum is None


def test_what_it_refuses() -> None:
    with pytest.raises(GdanimError, match="^params: 2 numbers .*slope"):
        diagnose(LINE, (1.0,))
    for params in ((np.nan, 0.0), (1e308, 1e308), np.ones((3, 2))):
        with pytest.raises(GdanimError, match="^params: .*2 numbers .*slope"):
            diagnose(LINE, params)
    with pytest.raises(GdanimError, match="no finite curvature"):
        diagnose(FunctionObjective(lambda x: np.exp(x * x), range=(1, 2)), (26.5,))


def test_validation_plays_no_part() -> None:
    train, held_out = LINE.data.split(0.5)
    problem = Problem(train, Linear())
    one, other = (diagnose(p, (0.0, 0.0)) for p in (problem, replace(problem, validation=held_out)))
    np.testing.assert_array_equal(one.eigenvalues, other.eigenvalues)
