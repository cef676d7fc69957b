"""Curvature against exact rational arithmetic, and products against whole Hessians."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence
from fractions import Fraction
from math import prod

import numpy as np
import pytest

from gdanim.analysis import curvature
from gdanim.analysis.curvature import hessian, hessian_product, newton_step, spectrum
from gdanim.analysis.diagnosis import diagnose
from gdanim.core.arrays import Floats
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.mlp import MLP
from gdanim.problems.penalties import L2
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem

Matrix = list[list[Fraction]]


def exact(values: Floats) -> Matrix:
    return [[Fraction(float(value)) for value in row] for row in np.atleast_2d(values)]


def times(one: Matrix, other: Matrix) -> Matrix:
    columns = list(zip(*other, strict=True))
    return [
        [sum(map(Fraction.__mul__, row, column), Fraction(0)) for column in columns] for row in one
    ]


def solved(matrix: Matrix, right: Sequence[Fraction]) -> tuple[list[Fraction], Fraction]:
    """The solution of a positive definite system, and the determinant."""
    rows, pivots = [[*row, value] for row, value in zip(matrix, right, strict=True)], []
    for k, top in enumerate(rows):
        pivots.append(top[k])
        for i, row in enumerate(rows):
            if i != k:
                factor = row[k] / top[k]
                rows[i] = [a - factor * b for a, b in zip(row, top, strict=True)]
    return [row[-1] / pivots[k] for k, row in enumerate(rows)], prod(pivots, start=Fraction(1))


def least_squares(
    problem: Problem, ridge: float = 0.0
) -> tuple[list[Fraction], Fraction, Fraction, Fraction]:
    """The fit, its mean squared error, and trace and determinant of the Hessian, all exact."""
    assert isinstance(problem.model, Linear | Polynomial)
    design = exact(problem.model.design(problem.data.x))
    y, n = [Fraction(float(value)) for value in problem.data.y], len(design)
    across = [list(column) for column in zip(*design, strict=True)]
    gram = [[2 * value / n for value in row] for row in times(across, design)]
    for i, name in enumerate(problem.names):
        gram[i][i] += Fraction(ridge) * (name not in problem.model.intercepts)
    right = [2 * sum(map(Fraction.__mul__, column, y), Fraction(0)) / n for column in across]
    fit, determinant = solved(gram, right)
    residuals = [
        a - sum(map(Fraction.__mul__, row, fit), Fraction(0))
        for row, a in zip(design, y, strict=True)
    ]
    floor = sum((r * r for r in residuals), Fraction(0)) / n
    return fit, floor, sum((gram[i][i] for i in range(len(gram))), Fraction(0)), determinant


def line(features: int, offset: float, scale: float) -> Problem:
    rng = np.random.default_rng(features)
    x = offset * np.array([1, -0.3, 0.01])[:features] + scale * rng.normal(size=(12, features))
    slopes = rng.normal(size=features) / scale
    y = 0.7 * offset + (x - x[0]) @ slopes + 0.1 * rng.normal(size=12)
    return Problem(Dataset(x, y), Linear(features))


# Years, timestamps and prices; to 1e-15 of the offset float64 has a few numbers only.
SIZES = [
    (offset, scale)
    for offset in (0.0, 1.0, 2e3, 1e6, 1.7e9)
    for scale in (1e-9, 1e-6, 1e-3, 1.0, 1e3, 1e9)
]


@pytest.mark.parametrize(("offset", "scale"), [(o, s) for o, s in SIZES if s > 1e-14 * o])
@pytest.mark.parametrize("features", [1, 2, 3])
def test_any_offset_and_scale(features: int, offset: float, scale: float) -> None:
    problem = line(features, offset, scale)
    fit, floor, trace, determinant = least_squares(problem)
    rng = np.random.default_rng(7)
    away = rng.normal(size=features + 1) * np.append(np.full(features, 1 / scale), offset + 1)
    params = np.array([float(value) for value in fit]) + away
    found = diagnose(problem, params)
    assert (found.eigenvalues > 0).all()
    assert found.eigenvalues.sum() == pytest.approx(float(trace), rel=1e-13)
    assert np.prod(found.eigenvalues / float(trace)) == pytest.approx(
        float(determinant / trace ** len(fit)), rel=1e-11
    )
    # Rounding to float64 moves the parameters, and with them the loss.
    best = problem.minimum
    assert best is not None and best.params is not None
    moved = float(problem.rounding(best.params))
    assert best.loss == pytest.approx(float(floor), rel=1e-13, abs=moved)
    gap = [[Fraction(float(a)) - b] for a, b in zip(params, fit, strict=True)]
    across = times(exact(problem.model.design(problem.data.x)), gap)  # type: ignore[attr-defined]
    excess = sum((value**2 for (value,) in across), Fraction(0)) / len(across)
    assert found.excess.sum() == pytest.approx(float(excess), rel=1e-10)


@pytest.mark.parametrize("degree", [2, 3])
def test_polynomials_of_years(degree: int) -> None:
    years = np.arange(1990.0, 2021.0)
    rng = np.random.default_rng(0)
    problem = Problem(Dataset(years, 3 + rng.normal(size=31)), Polynomial(degree))
    _, floor, trace, determinant = least_squares(problem)
    values = spectrum(problem, np.zeros(degree + 1)).eigenvalues
    assert np.prod(values / float(trace)) == pytest.approx(
        float(determinant / trace ** (degree + 1)), rel=1e-6
    )
    best = problem.minimum
    assert best is not None and best.params is not None
    assert best.loss == pytest.approx(float(floor), rel=1e-6)
    assert best.loss == pytest.approx(float(floor), abs=float(problem.rounding(best.params)))


def test_a_ridge_penalty() -> None:
    years = np.arange(1990.0, 2021.0)
    problem = Problem(Dataset(years, 3 + 0.1 * years), Linear(), penalty=L2(0.25))
    fit, _, trace, determinant = least_squares(problem, ridge=0.5)
    values = spectrum(problem, np.zeros(2)).eigenvalues
    assert values.sum() == pytest.approx(float(trace), rel=1e-13)
    assert np.prod(values) == pytest.approx(float(determinant), rel=1e-10)
    best = problem.minimum
    assert best is not None and best.params is not None
    np.testing.assert_allclose(best.params, [float(value) for value in fit], rtol=1e-9)


@pytest.mark.parametrize("offset", [0.0, 2000.0, 1.7e9])
def test_a_feature_twice_leaves_one_direction_flat(offset: float) -> None:
    x = offset + np.arange(8.0)
    problem = Problem(Dataset(np.stack([x, 3 * x], axis=1), np.arange(8.0)), Linear(2))
    found = spectrum(problem, np.zeros(3))
    assert (found.eigenvalues > 0).tolist() == [False, True, True]
    np.testing.assert_allclose(
        abs(found.directions[0]), np.array([3, 1, 0]) / np.sqrt(10), atol=1e-15 * (1 + offset)
    )
    np.testing.assert_allclose(found.directions @ found.directions.T, np.eye(3), atol=1e-14)


def test_points_on_a_line_have_no_floor_but_rounding() -> None:
    seconds = 1.7e9 + np.arange(20.0)
    on_line, noisy = (
        Problem(Dataset(seconds, 2 * seconds + noise), Linear())
        for noise in (0, np.tile([1e-3, -1e-3], 10))
    )
    for problem, zero in ((on_line, True), (noisy, False)):
        best = problem.minimum
        assert best is not None and best.params is not None
        assert (best.loss <= problem.rounding(best.params)) == zero


NETWORK = Problem(datasets.sinusoid(points=30), MLP((12, 6), "tanh"))
HERE = NETWORK.init(np.random.default_rng(1))


def test_products_with_the_hessian() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(3, len(HERE)))
    whole = hessian(NETWORK, HERE)
    np.testing.assert_allclose(
        hessian_product(NETWORK, HERE, vectors), vectors @ whole, atol=1e-7 * abs(whole).max()
    )
    bowl = objectives.bowl(7)
    np.testing.assert_array_equal(hessian_product(bowl, np.ones(2), np.array([1.0, 2.0])), [1, 14])


def test_the_extreme_eigenvalues_of_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(HERE) > curvature.MOST_DENSE
    few = spectrum(NETWORK, HERE)
    values = np.linalg.eigvalsh(hessian(NETWORK, HERE))
    assert not few.complete
    np.testing.assert_allclose(few.eigenvalues, values[[0, -1]], rtol=1e-4)
    monkeypatch.setattr(curvature, "MOST_DENSE", len(HERE))
    all_of_them = spectrum(NETWORK, HERE)
    assert all_of_them.complete
    np.testing.assert_allclose(abs(few.directions[1] @ all_of_them.directions[-1]), 1, rtol=1e-4)


def test_the_newton_step(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem(datasets.linear(), Linear())
    best, here = problem.minimum, np.array([3.0, -1.0])
    assert best is not None and best.params is not None
    step, gain = newton_step(problem, here)
    np.testing.assert_allclose(here + step, best.params, rtol=1e-12)
    assert gain == pytest.approx(float(problem.loss(here)) - best.loss)
    valley, near = objectives.rosenbrock(), np.array([1.01, 1.0201])
    whole = newton_step(valley, near)
    monkeypatch.setattr(curvature, "MOST_DENSE", 1)
    products = newton_step(valley, near)
    np.testing.assert_allclose(products[0], whole[0], rtol=1e-5)
    assert products[1] == pytest.approx(whole[1], rel=1e-5)
    assert newton_step(objectives.himmelblau(), np.zeros(2))[1] == np.inf
    monkeypatch.undo()
    assert newton_step(objectives.himmelblau(), np.zeros(2))[1] == np.inf


def test_no_hessian_of_a_large_network_is_made() -> None:
    problem = Problem(datasets.sinusoid(points=2000), MLP((20, 20), "tanh"))
    params = problem.init(np.random.default_rng(0))
    tracemalloc.start()
    found, (_, gain) = spectrum(problem, params), newton_step(problem, params)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.eigenvalues[0] < 0 < found.eigenvalues[1] and gain == np.inf
    assert peak < 30e6
