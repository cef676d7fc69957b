"""No run breaks a picture: every view, every kind of trouble; warnings are errors here."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from cases import VIEWS, ViewCase, only

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.run import Run
from gdanim.film.film import Film
from gdanim.pacing.timeline import Even
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss
from gdanim.problems.mlp import MLP
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.scene import Scene

pytestmark = pytest.mark.slow

SIZE = (320, 180)
FIVE = np.arange(5.0)
PARABOLA = Problem(datasets.quadratic(), Polynomial(2))
LINE = Problem(datasets.linear(), Linear())


STAIR = Dataset(FIVE, np.array([0.0, 0.0, 0.0, 1.0, 1.0]))
PLANE = Dataset(np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]]), np.array([0.0, 1.0, 1.0]))


def crowd(points: int) -> Dataset:
    """Points of two classes."""
    rng = np.random.default_rng(0)
    return Dataset(rng.normal(size=(points, 2)), rng.integers(0, 2, points).astype(np.float64))


def line(x: object, y: object) -> Problem:
    return Problem(Dataset(x, y), Linear())  # type: ignore[arg-type]


TROUBLE = {
    "diverges to infinity": Scene(PARABOLA, GradientDescent(1.0), steps=99),
    "diverges slowly": Scene(PARABOLA, GradientDescent(1e-3), steps=500),
    "a line diverges": Scene(LINE, GradientDescent(0.05), (-2, -1.5), steps=400),
    "a loss of 1e300": Scene(line(FIVE, 1e150 * FIVE), GradientDescent(1e-3), (1, 1), steps=50),
    "starts at 1e300": Scene(LINE, GradientDescent(0.01), (1e149, -1e149), steps=50),
    "tiny": Scene(line(FIVE, 1e-150 * FIVE), GradientDescent(0.01), (0, 0), steps=50),
    "subnormal": Scene(line(FIVE, 5e-324 * FIVE), GradientDescent(0.01), (0, 0), steps=9),
    "a single point": Scene(line([3.0], [2.0]), GradientDescent(0.01), steps=9),
    "all points equal": Scene(line(np.ones(5), np.ones(5)), GradientDescent(0.01), steps=9),
    "all y equal": Scene(line(FIVE, np.ones(5)), GradientDescent(0.01), steps=9),
    "all x equal": Scene(line(np.ones(5), FIVE), GradientDescent(0.01), steps=9),
    "all zero, and there": Scene(line(0 * FIVE, 0 * FIVE), GradientDescent(0.01), (0, 0), steps=5),
    "no step": Scene(LINE, GradientDescent(0.01), steps=0),
    "at the optimum": Scene(line(FIVE, 2 * FIVE + 1), GradientDescent(0.01), (2, 1), steps=5),
    "one parameter": Scene(
        Problem(datasets.linear(), Polynomial(0)), GradientDescent(0.6), (7,), steps=9
    ),
    "one parameter diverges": Scene(
        Problem(datasets.linear(), Polynomial(0)), GradientDescent(1.1), (7,), steps=4000
    ),
    "two features": Scene(
        Problem(Dataset(np.eye(3)[:, :2], FIVE[:3]), Linear(2)), GradientDescent(0.1), steps=9
    ),
    "a wave far off": Scene(
        Problem(datasets.sinusoid(), Sinusoid()), GradientDescent(0.9), (1e9, 1, 0, -1e12), steps=30
    ),
    "classes apart": Scene(
        Problem(STAIR, Logistic(), LogLoss()),
        GradientDescent(1e3),
        steps=300,
    ),
    "classes in two features, diverging": Scene(
        Problem(PLANE, Logistic(2), LogLoss()), GradientDescent(1e300), (1, 1, 1), steps=9
    ),
    "one class": Scene(
        Problem(Dataset(FIVE, 0 * FIVE), Logistic(), LogLoss()), GradientDescent(1.0), steps=9
    ),
    "one class in one place": Scene(
        Problem(Dataset(np.ones((4, 2)), np.ones(4)), Logistic(2), LogLoss()),
        GradientDescent(1.0),
        steps=9,
    ),
    "a network of classes": Scene(
        Problem(PLANE, MLP((3,), output="logistic", features=2), LogLoss()),
        GradientDescent(1e6),
        steps=20,
    ),
    "a network": Scene(Problem(datasets.quadratic(), MLP((5,))), GradientDescent(1.0), steps=99),
    "a network diverges": Scene(
        Problem(datasets.quadratic(), MLP((5,), "relu")), GradientDescent(1.0), steps=99
    ),
    "a network of one point": Scene(
        Problem(Dataset([3.0], [2.0]), MLP((2,))),  # type: ignore[arg-type]
        GradientDescent(0.1),
        steps=9,
    ),
    "a saddle": Scene(objectives.saddle(), GradientDescent(0.9), (1, 1e-3), steps=2000),
    "four minima": Scene(objectives.himmelblau(), GradientDescent(0.1), (5, 5), steps=50),
    "a valley, diverging": Scene(objectives.two_valleys(), GradientDescent(0.2), (2.2,), steps=9),
    "not a number": Scene(
        FunctionObjective(lambda x, y: np.sqrt(x) + y * y, range=(0.01, 2)),
        GradientDescent(0.1),
        (0.5, 1),
        steps=50,
    ),
}
MANY = 500_000
# Made only by the tests that draw them: their many points take long.
CROWDS: dict[str, Callable[[int], Scene]] = {
    "half a million in two classes": lambda points: Scene(
        Problem(crowd(points), Logistic(2), LogLoss()), GradientDescent(1.0), (0, 0, 0), steps=2
    ),
    "half a million points": lambda points: Scene(
        Problem(datasets.linear(points=points), Linear()), GradientDescent(0.01), steps=4
    ),
}
FEW = {name: crowded(10) for name, crowded in CROWDS.items()}


@cache
def made(name: str) -> tuple[Scene, Mapping[str, Run]]:
    """The scene and its runs, which all views share."""
    scene = TROUBLE[name] if name in TROUBLE else CROWDS[name](MANY)
    return scene, scene.runs()


def film(name: str, case: ViewCase) -> Film:
    scene, runs = made(name)
    return replace(scene, panels={"only": case.view}, size=SIZE, pace=Even(seconds=1)).film(runs)


@pytest.mark.parametrize(
    ("name", "case"),
    [
        pytest.param(name, case, id=f"{name}-{case}")
        for name, scene in (TROUBLE | FEW).items()
        for case in VIEWS
        if case.made_for(only(scene).problem)
    ],
)
def test_no_run_breaks_a_picture(name: str, case: ViewCase) -> None:
    film_ = film(name, case)
    with film_.composed():
        for frame in (0, len(film_) // 2, len(film_) - 1):
            assert np.asarray(film_.draw(frame)).shape == (180, 320, 4)
    for ax in film_.figure.axes:
        # A matrix has its first row at the top.
        ylim = ax.get_ylim()[::-1] if str(case) == "confusion" else ax.get_ylim()
        for low, high in (ax.get_xlim(), ylim):
            assert np.isfinite([low, high]).all() and low < high


@pytest.mark.parametrize("case", VIEWS, ids=str)
def test_memory_does_not_grow_with_frames(case: ViewCase) -> None:
    names = ("a line diverges", "classes apart", "a network", "a network of classes")
    film_ = film(next(n for n in names if case.made_for(only(TROUBLE[n]).problem)), case)

    def memory() -> int:
        for frame in [*range(len(film_)), 0]:
            film_.show(frame)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        # Python's own stores of small objects fill up at first.
        sizes = [memory() for _ in range(8)][-4:]
    finally:
        tracemalloc.stop()
    # Thirty frames that each kept a single array of a path would keep more.
    assert sizes[-1] - sizes[0] < 3 * 30 * 100
