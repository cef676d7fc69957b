"""One clear line for each wrong argument of what is minimised and how."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import LINE

from gdanim import schedules
from gdanim.analysis.diagnosis import diagnose
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.noise import Noisy
from gdanim.descent.recorder import Recorder
from gdanim.descent.starts import starts
from gdanim.descent.stopping import Convergence
from gdanim.errors import GdanimError
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.losses import Huber
from gdanim.problems.mlp import MLP
from gdanim.problems.penalties import L1, L2
from gdanim.problems.problem import Problem
from gdanim.scene import Scene

NETWORK = MLP((500,))
DATA = datasets.linear(points=5)
PROBLEM = "problem: must be an Objective, such as Problem(datasets.linear(), Linear()); got "
OPTIMIZER = "optimizer: must be an Optimizer, such as GradientDescent(0.01); got "


def stopping(stop: Any) -> Any:
    return descend(LINE, Adam(0.1), stop=stop)


def seen_from(lr: Any, accuracy: Any) -> Any:
    return diagnose(LINE, (0, 0)).steps(lr, accuracy)


def in_parts(ends: Any) -> Any:
    return schedules.Piecewise([1, 2], ends)


# What is called with what, and how the line begins.
MISTAKES: list[tuple[Callable[..., Any], tuple[Any, ...], str]] = [
    # Another kind of thing.
    (descend, (LINE, 0.1), f"{OPTIMIZER}0.1"),
    (descend, (LINE, "adam"), f"{OPTIMIZER}'adam'"),
    (descend, (LINE, Adam), f"{OPTIMIZER}<class"),
    (descend, (Linear(), Adam(1)), f"{PROBLEM}Linear(features=None)"),
    (descend, (DATA, Adam(1)), f"{PROBLEM}Dataset(5 points"),
    (diagnose, (DATA, (0, 0)), f"{PROBLEM}Dataset(5 points"),
    (Recorder, (DATA,), "Recorder: data alone needs predict=, a function of points"),
    (Noisy, (0.1, 1), f"Noisy: {OPTIMIZER}0.1"),
    (stopping, (5,), "stop: must be a Stop, such as Convergence(); got 5"),
    (stopping, (Convergence,), "stop: must be a Stop, such as Convergence(); got <class"),
    (stopping, ([5],), "stop: must be a Stop, such as Convergence(); got 5"),
    (lambda p: Problem(DATA, Linear(), penalty=p), (0.1,), "Problem: penalty: must be a Penalty, "),
    (lambda p: Problem(DATA, Linear(), penalty=p), (L2,), "Problem: penalty: must be a Penalty, "),
    (
        lambda held_out: Problem(DATA, Linear(), validation=held_out),
        ([1, 2],),
        "Problem: validation: must be a Dataset, such as data.split(0.8)[1]; got [1, 2]",
    ),
    (starts, (5, 0, 3), "model: must be a Model or a Problem, such as Linear(); got 5"),
    (starts, (Adam(1), 0, 3), "model: must be a Model or a Problem, such as Linear(); got Adam("),
    (datasets.on_curve, (5, (1, 2), [1, 2]), "model: must be a Model, such as Linear(); got 5"),
    (Dataset, ([1], [1], 5), "Dataset: x_names: must be an Iterable, such as ('age', 'height')"),
    (in_parts, (5,), "ends: must be an Iterable, such as [50]; got 5"),
    (in_parts, ("5",), "ends: must be a whole number of at least 1, got '5'"),
    (Scene, ({}, Adam(1)), "problem: give one, or several by their labels, got {}"),
    (Scene, (LINE, {}), "optimizer: give one, or several by their labels, got {}"),
    # No number, several where one is meant, or one that is out of bounds.
    (starts, (Linear(), "a", 3), "rng: must be a whole number of at least 0, got 'a'"),
    (starts, (Linear(), -1, 3), "rng: must be a whole number of at least 0, got -1"),
    (
        lambda seed: diagnose(LINE, (0, 0), seed=seed),
        (-1,),
        "seed: must be a whole number of at least 0, got -1",
    ),
    (seen_from, ("a", 0.01), "lr: expected numbers, got 'a'"),
    (seen_from, (0.1, "a"), "accuracy: expected numbers, got 'a'"),
    (Recorder, (LINE, 10, "1 GB"), "memory: must be a whole number of at least 0, got '1 GB'"),
    (Huber, ([1, 2],), "Huber: delta: must be one finite number, got [1, 2]"),
    (L1, ([1, 2],), "L1: weight: must be one finite number, got [1, 2]"),
    (L2, ([1, 2],), "L2: weight: must be one finite number, got [1, 2]"),
    (objectives.bowl, ([1, 2],), "condition: must be one finite number, got [1, 2]"),
    (schedules.Exponential, (1, [1, 2]), "factor: must be one finite number, got [1, 2]"),
    (
        GradientDescent,
        ({"slope": [1, 2], "intercept": 1},),
        "lr['slope']: must be one finite number, got [1, 2]",
    ),
    # Of many parameters a few are named.
    (
        descend,
        (Problem(datasets.linear(), NETWORK), Adam(0.1), (0, 0)),
        "start: 1501 numbers expected (W1[0,0], W1[1,0], W1[2,0], ..., b2[0]), got 2",
    ),
    # Points that there are not.
    (LINE.loss, ((0, 0), [0, 99999]), "batch: must be whole numbers from 0 to 99, got [0, 99999]"),
    (LINE.loss, ((0, 0), [0.5]), "batch: must be whole numbers from 0 to 99, got [0.5]"),
    (LINE.gradient, ((0, 0), [-1]), "batch: must be whole numbers from 0 to 99, got [-1]"),
    (LINE.gradient, ((0, 0), [[0], [1, 2]]), "batch: must be whole numbers from 0 to 99, got [["),
]


def say(value: Any) -> str:
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("call", "arguments", "message"), MISTAKES, ids=say)
def test_one_clear_line(call: Callable[..., Any], arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}") as error:
        call(*arguments)
    assert "\n" not in f"{error.value}"


def test_many_parameters_and_many_runs_have_a_short_repr() -> None:
    run = descend(Problem(datasets.linear(), NETWORK), Adam(0.1), starts(NETWORK, 0, 20), 1)
    assert repr(run) == (
        "Run((20,) runs x 1 steps of W1[0,0], W1[1,0], W1[2,0], ..., b2[0]: finished at step 1, "
        "finished at step 1, finished at step 1, ..., finished at step 1)"
    )


def test_what_is_right_stays_so() -> None:
    np.testing.assert_array_equal(starts(LINE, np.random.default_rng(3), 2), starts(Linear(), 3, 2))
    assert in_parts(np.array([50])).ends == (50,)
    for stop in (Convergence(), [Convergence()], (), (Convergence(), Convergence())):
        assert stopping(stop).steps > 0
