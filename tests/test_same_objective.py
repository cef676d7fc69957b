"""Runs that minimise the same objective share one problem, and so limits and losses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gdanim.core.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.run import Run
from gdanim.descent.same_objective import share_objectives
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss, MeanAbsoluteError
from gdanim.problems.objective import Objective
from gdanim.problems.penalties import L2, Penalty
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.scene import Descent, Scene
from gdanim.views.base import View
from gdanim.views.boundary import Boundary
from gdanim.views.contour import Contour
from gdanim.views.each import Each
from gdanim.views.fit import Fit
from gdanim.views.loss_slice import LossSlice


def line(seed: int = 0) -> Problem:
    return Problem(datasets.linear(seed=seed), Linear())


def classes(penalty: Penalty | None) -> Problem:
    data = Dataset(np.arange(4.0), np.array([0.0, 0.0, 1.0, 1.0]))
    return Problem(data, Logistic(), LogLoss(), penalty)


def held_out(seed: int) -> Problem:
    trained, held = datasets.linear().split(0.8, seed=0)
    return Problem(trained, Linear(), validation=held if seed == 0 else trained)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (line(), line(), True),
        (line(0), line(1), False),
        (line(), replace(line(), loss_function=MeanAbsoluteError()), False),
        (line(), replace(line(), data=replace(line().data, y_name="price")), False),
        (held_out(0), held_out(0), True),
        (held_out(0), held_out(1), False),
        (held_out(0), replace(held_out(0), validation=None), False),
        (objectives.bowl(), objectives.bowl(), True),
        (objectives.bowl(), objectives.rosenbrock(), False),
    ],
)
def test_runs_of_the_same_objective_share_it(one: Objective, other: Objective, same: bool) -> None:
    a, b = (descend(problem, GradientDescent(1e-3), (1.0, 2.0), 5) for problem in (one, other))
    first, second = share_objectives({"a": a, "b": b}).values()
    assert first is a
    assert second.problem is (one if same else other)
    assert (second is b) == (not same)


def test_objectives_that_differ_away_from_the_start_are_not_shared() -> None:
    """They are compared at states all along both runs."""

    def bump(x: Floats, y: Floats) -> Floats:
        return x * x + y * y + np.maximum(0.0, 0.5 - abs(x - 0.9))

    def bowl(x: Floats, y: Floats) -> Floats:
        return x * x + y * y

    one, other = (
        descend(FunctionObjective(function, formula="f"), GradientDescent(0.02), (2.0, 1.0), 120)
        for function in (bowl, bump)
    )
    assert one.losses[0] == other.losses[0]
    first, second = share_objectives({"a": one, "b": other}).values()
    assert (first.problem is one.problem, second.problem is other.problem) == (True, True)


@pytest.mark.parametrize("view", [Fit(), Contour(), LossSlice()])
def test_compared_panels_of_equal_problems_share_their_limits(view: View) -> None:
    rates = {"slow": 1e-4, "quick": 2e-2}
    scene = Scene(
        {label: line() for label in rates},
        {label: GradientDescent(rate) for label, rate in rates.items()},
        (-2, 4),
        steps=20,
        size=(640, 360),
        panels={"each": Each(view)},
    )
    one, other = (ax for ax in scene.film().figure.axes if ax.axison)
    assert (one.get_xlim(), one.get_ylim()) == (other.get_xlim(), other.get_ylim())


@pytest.mark.parametrize(
    ("view", "problems"),
    [
        (Fit(), (line(), Problem(datasets.linear(), Polynomial(1)))),
        (Boundary(), (classes(None), classes(L2(0.1)))),
    ],
)
def test_one_panel_shows_models_of_equal_data(
    view: View, problems: tuple[Problem, Problem]
) -> None:
    scene = Scene(
        dict(zip("ab", problems, strict=True)), GradientDescent(0.01), (0, 0), steps=3,
        panels={"panel": view},
    )  # fmt: skip
    scene.film().draw(0)


def test_runs_read_from_files_are_compared_like_those_just_descended(tmp_path: Path) -> None:
    problem = objectives.bowl()
    optimizers = {"slow": GradientDescent(1e-4), "quick": GradientDescent(1e-3)}
    scene = Scene(problem, optimizers, (1, 1), steps=3, panels={"map": Contour()})

    def read(descent: Descent) -> Run:
        descent.run().save(tmp_path / "run.npz")
        return Run.load(tmp_path / "run.npz")

    scene.film(scene.runs(read)).draw(0)
