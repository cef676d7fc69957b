"""One clear line for each wrong argument of what is minimised and how."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import LINE

from gdanim import Run, pacing, render, schedules, torch_landscape, views
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


def scene(arguments: Any) -> Scene:
    return Scene(LINE, GradientDescent(0.01), steps=5, **arguments)


def predicting(predict: Any) -> None:
    Recorder(DATA, predict=predict).snapshot()


def rendered(processes: Any) -> Any:
    return render(scene({}), "a.mp4", processes=processes)


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
    # What is drawn, and where from and to.
    (scene, ({"title": 5},), "title: must be a str, such as 'A line through four points'; got 5"),
    (scene, ({"captions": "no"},), "captions: must be a bool, such as False; got 'no'"),
    (scene, ({"layout": 3},), "layout: must be a str, such as 'fit loss'; got 3"),
    (scene, ({"panels": {1: views.Fit()}},), "panels: name: must be a str, such as 'fit'; got 1"),
    (views.Each, (views.Fit,), "Each: view: must be a View, such as views.Fit(); got <class"),
    (views.Text, (5,), "Text: text: must be a str, such as 'step {step}'; got 5"),
    (pacing.SlowMotion, (pacing.Even, 3), "SlowMotion: pace: must be a Pace, such as Even(10)"),
    (pacing.SlowMotion, (pacing.Even(), 3), "around: must be a Sequence, such as (40, 60); got 3"),
    (render, (scene({}), 5), "path: must be the name of a file, such as 'video.mp4'; got 5"),
    (rendered, ("8",), "processes: must be a whole number of at least 1, got '8'"),
    (Run.load, (5,), "path: must be the name of a file, such as 'run.npz'; got 5"),
    (
        datasets.from_csv,
        (5, "x", "y"),
        "path: must be the name of a file, such as 'cars.csv'; got 5",
    ),
    (
        datasets.from_csv,
        ("a.csv", None, "y"),
        "x: must name at least one column, such as 'age'; got",
    ),
    (
        datasets.from_frame,
        ({"a": [1, 2], "b": [[1, 2], [3, 4]]}, "a", "b"),
        "from_frame: column 'b' must hold one number in each row",
    ),
    (Dataset, ([1, 2], [1, 2], "x", "y", None, 5), "Dataset: x_units: must be a Sequence, such as"),
    (torch_landscape, (5, 5, 5, 5), "module: must be a torch module, got 5"),
    (predicting, (lambda x: "a",), "predict: expected numbers, got 'a'"),
]


def say(value: Any) -> str:
    return value if isinstance(value, str) else ""


@pytest.mark.parametrize(("call", "arguments", "message"), MISTAKES, ids=say)
def test_one_clear_line(call: Callable[..., Any], arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}") as error:
        call(*arguments)
    assert "\n" not in f"{error.value}"


def test_a_title_of_many_lines_is_one_clear_line() -> None:
    with pytest.raises(GdanimError, match="^title: leaves no room for the panels"):
        scene({"title": "line\n" * 20}).film()


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
