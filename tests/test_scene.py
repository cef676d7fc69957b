"""What a scene refuses, as it is made."""

from __future__ import annotations

import re
from typing import Any

import pytest
from cases import LINE

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.errors import GdanimError
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.views.fit import Fit

GOOD: dict[str, Any] = {"problem": LINE, "optimizer": GradientDescent(0.01)}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"problem": Linear()},
            "problem: must be an Objective, such as Problem(datasets.linear(),",
        ),
        ({"problem": {"a": LINE, "b": 3}}, "problem: must be an Objective"),
        (
            {"optimizer": "sgd"},
            "optimizer: must be an Optimizer, such as GradientDescent(0.01), or a Run,",
        ),
        ({"optimizer": GradientDescent}, "optimizer: must be an Optimizer"),
        ({"panels": Fit()}, "panels: must be a Mapping, such as {'fit': views.Fit()}; got Fit("),
        ({"panels": {"fit": "fit"}}, "panels: must be a View, such as views.Fit(); got 'fit'"),
        ({"panels": {}}, "panels: a scene needs at least one, such as {'fit': views.Fit()}"),
        ({"pace": 10}, "pace: must be a Pace, such as Even(seconds=10); got 10"),
        ({"theme": "dark"}, "theme: must be a Theme, such as views.DARK; got 'dark'"),
        ({"steps": "20"}, "steps: must be a whole number of at least 0, got '20'"),
        ({"steps": -1}, "steps: must be a whole number of at least 0, got -1"),
        ({"fps": 0}, "fps: must be a whole number of at least 1, got 0"),
    ],
)
def test_it_says_what_belongs_where(wrong: dict[str, Any], message: str) -> None:
    assert Scene(**GOOD)
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}"):
        Scene(**(GOOD | wrong))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ((Linear(), datasets.linear()), "Problem: data: must be a Dataset, such as"),
        ((datasets.linear(), Linear), "Problem: model: must be a Model, such as Linear(); got "),
        ((datasets.linear(), Linear(), "mse"), "Problem: loss_function: must be a Loss, such as"),
    ],
)
def test_so_does_a_problem(fields: tuple[Any, ...], message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}"):
        Problem(*fields)
