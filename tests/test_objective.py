"""Bare functions: an Objective's contract, and the ready-made ones with what is known of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.mathtext import MathTextParser
from numpy.typing import NDArray

from gdanim.analysis.judgement import Ending
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.momentum import Momentum
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.narration.explain import explain
from gdanim.pacing.timeline import Even
from gdanim.problems import objectives
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.objective import Objective
from gdanim.rendering.pipeline import render
from gdanim.scene import Scene

READY = {
    "bowl": objectives.bowl(),
    "steep bowl": objectives.bowl(1000),
    "saddle": objectives.saddle(),
    "Rosenbrock": objectives.rosenbrock(),
    "Himmelblau": objectives.himmelblau(),
    "Beale": objectives.beale(),
    "Rastrigin": objectives.rastrigin(),
    "Rastrigin of 5": objectives.rastrigin(5),
    "two valleys": objectives.two_valleys(),
    "wave": objectives.wave(),
}
each = pytest.mark.parametrize("objective", READY.values(), ids=READY.keys())


def inside(objective: FunctionObjective, *shape: int) -> Any:
    low, high = np.asarray(objective.range).T
    return np.random.default_rng(0).uniform(low, high, (*shape, len(low)))


@each
def test_gradient_is_autograds(objective: FunctionObjective) -> None:
    params = inside(objective, 4, 3)
    plain = FunctionObjective(objective.f, objective.names)
    np.testing.assert_allclose(
        objective.gradient(params), plain.gradient(params), rtol=1e-10, atol=1e-10
    )


@each
def test_gradient_is_the_derivative_of_loss(objective: FunctionObjective) -> None:
    params, h = inside(objective), 1e-5
    direction = np.random.default_rng(1).normal(size=params.shape)
    numeric = (objective.loss(params + h * direction) - objective.loss(params - h * direction)) / (
        2 * h
    )
    assert objective.gradient(params) @ direction == pytest.approx(float(numeric), rel=1e-6)


@each
def test_leading_axes_broadcast(objective: FunctionObjective) -> None:
    params = inside(objective, 4, 3)
    losses, gradients = objective.loss(params), objective.gradient(params)
    assert losses.shape == (4, 3) and gradients.shape == params.shape
    for index in np.ndindex(4, 3):
        assert losses[index] == pytest.approx(float(objective.loss(params[index])), rel=1e-13)
        np.testing.assert_allclose(gradients[index], objective.gradient(params[index]), rtol=1e-12)
    np.testing.assert_array_equal(objective.losses(params), losses)


@each
def test_known_minima_are_minima(objective: FunctionObjective) -> None:
    if objective.minima is None:
        assert objective.minimum is None
        return
    best = objective.minimum
    assert best is not None and best.params is not None
    for minimum in np.asarray(objective.minima):
        np.testing.assert_allclose(objective.gradient(minimum), 0, atol=1e-11)
        around = minimum + 1e-3 * np.random.default_rng(0).normal(size=(200, len(minimum)))
        assert (objective.loss(around) > objective.loss(minimum)).all()
    assert best.loss == objective.loss(best.params) == objective.loss(objective.minima).min()
    # No point of the range that this finds is lower.
    assert objective.loss(inside(objective, 100_000)).min() > best.loss


def test_values_from_the_literature() -> None:
    assert objectives.rosenbrock().loss((-1.2, 1.0)) == pytest.approx(24.2)
    assert objectives.himmelblau().loss((0, 0)) == 170
    assert objectives.beale().loss((0, 0)) == pytest.approx(14.203125)
    assert objectives.rastrigin().loss((1, 1)) == pytest.approx(2.0)
    assert objectives.wave().loss((10,)) == pytest.approx(0.0, abs=1e-14)
    assert objectives.bowl(7).loss((2, 1)) == 5.5
    values = [float(READY[name].minimum.loss) for name in ("Himmelblau", "Beale", "Rosenbrock")]  # type: ignore[union-attr]
    np.testing.assert_allclose(values, 0, atol=1e-25)


@each
def test_a_constant_hessian_is_the_change_of_the_gradient(objective: FunctionObjective) -> None:
    if (hessian := objective.hessian) is None:
        return
    one, other = inside(objective, 2)
    change = objective.gradient(one) - objective.gradient(other)
    np.testing.assert_allclose(hessian @ (one - other), change, rtol=1e-12)


def test_the_bowl_has_the_condition_number_that_was_asked_for() -> None:
    hessian = objectives.bowl(250).hessian
    assert hessian is not None
    assert np.linalg.cond(hessian) == pytest.approx(250)


@each
def test_names_start_formula_and_source(objective: FunctionObjective) -> None:
    start = objective.init(np.random.default_rng(3))
    low, high = np.asarray(objective.range).T
    assert start.shape == (len(objective.names),)
    assert ((low <= start) & (start <= high)).all()
    assert objective.source
    MathTextParser("path").parse(f"${objective.formula}$")
    assert (objective.points, objective.loss_symbol) == (0, "f")


def test_a_formula_of_ones_own() -> None:
    objective = FunctionObjective(lambda u, v: np.exp(u) + np.abs(v) * u, range=((0, 1), (2, 3)))
    assert objective.names == ("u", "v")
    assert objective.formula == objective.loss_name == "f(u, v)"
    np.testing.assert_allclose(objective.gradient((0.5, -2.0)), [np.exp(0.5) + 2, -0.5])
    assert 2 < objective.init(np.random.default_rng(0))[1] < 3
    constant = FunctionObjective(lambda u, v: 3.0)
    np.testing.assert_array_equal(constant.gradient(np.ones((4, 2))), np.zeros((4, 2)))
    np.testing.assert_array_equal(constant.loss(np.ones((4, 2))), [3.0] * 4)


def test_overflow_neither_raises_nor_warns() -> None:
    for objective in READY.values():
        for size in (1e200, np.inf, np.nan):
            params = np.full((3, len(objective.names)), size)
            assert objective.loss(params).shape == (3,)
            assert objective.gradient(params).shape == params.shape


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: FunctionObjective(lambda *p: p[0]),
            r"no signature",
        ),
        (
            lambda: FunctionObjective(math.hypot),
            r"^FunctionObjective: .* no signature",
        ),
        (lambda: FunctionObjective(lambda: 1.0), r"no signature"),
        (
            lambda: FunctionObjective(lambda x: x, ("x", "y")),
            r"^FunctionObjective: f\(x, y\): TypeError: .* takes",
        ),
        (lambda: FunctionObjective(lambda x: x if x > 0 else -x), r"it cannot branch on values"),
        (
            lambda: FunctionObjective(lambda x: math.sin(x)),
            r"float\(\.\.\.\) and the functions of math",
        ),
        (lambda: FunctionObjective(lambda x: x.sum()), r"mixes the parameters of many steps"),
        (
            lambda: FunctionObjective(lambda x: x, range=(1, 0)),
            r"^FunctionObjective: range must be \(low, high\)",
        ),
        (
            lambda: FunctionObjective(lambda x: x, range=(0, np.inf)),
            r"^FunctionObjective: range must be",
        ),
        (
            lambda: FunctionObjective(lambda x: x, minima=[[1, 2]]),
            r"^FunctionObjective: minima must have shape \[K, 1\]",
        ),
        (
            lambda: FunctionObjective(lambda x: x, minima=[1]),
            r"^FunctionObjective: minima must have shape",
        ),
        (
            lambda: FunctionObjective(lambda x: x, constant_hessian=[[1], [2]]),
            r"constant_hessian must have shape \[1, 1\], .*; got \(2, 1\)$",
        ),
        (
            lambda: FunctionObjective(lambda x, y: x, derivative=lambda x, y: (1,)),
            r"must return .*one array",
        ),
        (
            lambda: FunctionObjective(lambda x, y: x, derivative=lambda x, y: 2 * x),
            r"must return .*one array",
        ),
        (
            lambda: FunctionObjective(lambda x: x, derivative=lambda x: 2 * x),
            r"must return .*one array",
        ),
        (
            lambda: FunctionObjective(lambda x: np.sqrt(x + 0j)),
            r"f\(x\): .* values are complex numbers",
        ),
        (
            lambda: FunctionObjective(lambda x: np.abs(x, out=x)),
            r"f\(x\): it cannot assign in place",
        ),
        (
            lambda: FunctionObjective(lambda x: x, derivative=lambda x: (np.abs(x, out=x),)),
            r"f\(x\): it cannot assign in place",
        ),
        (
            lambda: FunctionObjective(lambda x: None, derivative=lambda x: (1,)),
            r"f\(x\): it returns None",
        ),
        (lambda: objectives.bowl(0), r"^condition: must be a finite number above 0"),
        (lambda: objectives.rastrigin(0), r"^parameters: must be a whole number of at least 1"),
        (lambda: objectives.bowl().loss((1, 2, 3)), r"^params: 2 numbers expected \(x, y\), got 3"),
        (
            lambda: objectives.bowl().loss((1, 2), np.array([0])),
            r"^batch: this objective has no data; leave batch out",
        ),
    ],
)
def test_what_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(GdanimError, match=message):
        make()


@pytest.mark.parametrize("names", [5, (1, 2), ("x", "x"), ("x", ""), None, {"x": 1}])
def test_names_are_distinct_texts(names: Any) -> None:
    with pytest.raises(GdanimError, match=r"^FunctionObjective: names .*got "):
        FunctionObjective(lambda x, y: x + y, names)


@dataclass(frozen=True)
class Ravine(Objective):
    """A user's dataclass, which an array makes unhashable, and unlike itself under ==."""

    curvatures: NDArray[np.float64]

    @property
    def names(self) -> tuple[str, ...]:
        return ("x", "y")

    def loss_at(
        self, params: NDArray[np.float64], batch: NDArray[np.int64] | None = None
    ) -> NDArray[np.float64]:
        return np.asarray((self.curvatures * params**2).sum(axis=-1) / 2)

    def gradient_at(
        self, params: NDArray[np.float64], batch: NDArray[np.int64] | None = None
    ) -> NDArray[np.float64]:
        return np.asarray(self.curvatures * params)


def test_an_objective_of_arrays_is_as_good_as_any(tmp_path: Path) -> None:
    problem = Ravine(np.array([1.0, 10.0]))
    with pytest.raises(TypeError, match="unhashable"):
        hash(problem)
    rules = {"descent": GradientDescent(0.1), "momentum": Momentum(0.05, 0.5)}
    scene = Scene(problem, rules, (2.0, 1.0), steps=200, size=(320, 180))
    runs = scene.runs()
    assert [run.judgement.ending for run in runs.values()] == [Ending.CONVERGED] * 2
    assert any("converge" in line for line in explain(runs["descent"]))
    render(replace(scene, pace=Even(0.2)), tmp_path / "a.gif")
    runs["descent"].save(tmp_path / "a.npz")
    loaded = Run.load(tmp_path / "a.npz", [Ravine]).problem
    assert isinstance(loaded, Ravine) and (loaded.curvatures == problem.curvatures).all()
