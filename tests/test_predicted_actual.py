"""Predictions against observed values, for regressions on any number of features."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases import CLASSES, LINE, VALLEY, VALLEY_START
from matplotlib.axes import Axes

from gdanim import Dataset, Recorder, Scene, views
from gdanim.core.numbers import spoken
from gdanim.descent.adaptive import Adam
from gdanim.errors import GdanimError
from gdanim.problems.mlp import MLP
from gdanim.problems.problem import Problem

X = np.random.default_rng(0).normal(size=(60, 3))
TRAIN, HELD_OUT = Dataset(X, 100 * X[:, 0] + 5000, y_name="price").split(0.8, seed=0)
PRICES = Problem(TRAIN, MLP((4,)), validation=HELD_OUT)


def panel(scene: Scene, step: int) -> Axes:
    film = scene.film()
    film.draw(film.timeline.frame(step))
    return film.figure.axes[0]


def at(ax: Axes, name: str) -> Any:
    (line,) = (line for line in ax.lines if line.get_gid() == name)
    return np.array(line.get_data())


@pytest.mark.parametrize("step", [0, 20])
def test_points_are_where_they_are_predicted(step: int) -> None:
    scene = Scene(PRICES, Adam(50.0), steps=20)
    ax = panel(scene, step)
    params = scene.run().params[step]
    for name, data in (("points", TRAIN), ("validation", HELD_OUT)):
        observed, predicted = at(ax, name)
        np.testing.assert_array_equal(observed, data.y)
        np.testing.assert_allclose(predicted, PRICES.model.predict(params, data.x))
    ends = at(ax, "diagonal")
    np.testing.assert_array_equal(ends[0], ends[1])
    assert ends[0].tolist() == list(ax.get_xlim())


def test_the_names_are_those_of_the_data() -> None:
    ax = panel(Scene(PRICES, Adam(50.0), steps=2), 0)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("observed price", "predicted price")


def test_the_distance_is_told_in_measured_units() -> None:
    problem = Problem(TRAIN.standardised(y=True), MLP((4,)))
    run = Scene(problem, Adam(0.1), steps=1).run()
    told = views.PredictedActual().describe_step(run, 0)
    params = run.params[0]
    unit = problem.data.y_unit
    off = abs(
        unit.measured(problem.model.predict(params, problem.data.x)) - unit.measured(problem.data.y)
    ).mean()
    assert told == f"with predictions that are off by {spoken(float(off))} on average"


def test_it_is_the_default_of_regressions_on_several_features() -> None:
    assert list(Scene(PRICES, Adam(0.1), steps=1).panels) == ["predicted", "loss"]
    recorder = Recorder(TRAIN, predict=lambda x: x[:, 0], validation=HELD_OUT)
    recorder.snapshot()
    assert list(Scene(recorder.run()).panels) == ["predicted", "loss"]
    assert list(Scene(LINE, Adam(0.1), steps=1).panels) == ["fit"]


def test_of_very_many_points_some_are_drawn() -> None:
    x = np.random.default_rng(0).normal(size=(7000, 3))
    recorder = Recorder(Dataset(x, x[:, 0]), predict=lambda x: x[:, 1])
    recorder.snapshot()
    ax = panel(Scene(recorder.run()), 0)
    assert at(ax, "points").shape == (2, 5000)
    assert ax.get_title(loc="left") == "5,000 of 7,000 points"


@pytest.mark.parametrize(
    ("scene", "message"),
    [
        (lambda panels: Scene(CLASSES, Adam(0.1), steps=1, panels=panels), "Confusion"),
        (lambda panels: Scene(VALLEY, Adam(0.1), VALLEY_START, 1, panels=panels), "has none"),
        (
            lambda panels: Scene(
                PRICES, {"a": Adam(0.1), "b": Adam(0.2)}, steps=1, panels=panels
            ),
            "views.Each",
        ),
    ],
)  # fmt: skip
def test_what_it_cannot_show(scene: Any, message: str) -> None:
    with pytest.raises(GdanimError, match=message):
        scene({"one": views.PredictedActual()}).film()
