"""What a scene accepts, what it makes of it, and what it refuses."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
import pytest
from cases import LINE, WAVE, make_scene

from gdanim.descent.descent import Descent
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.run import Run
from gdanim.descent.stopping import Convergence
from gdanim.errors import GdanimError
from gdanim.film.defaults import FPS, SIZE
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.rendering.quality import QUALITIES
from gdanim.scene import Scene
from gdanim.views.fit import Fit
from gdanim.views.theme import DARK

SLOW, FAST = GradientDescent(0.001), GradientDescent(0.02)
GOOD: dict[str, Any] = {"problem": LINE, "optimizer": GradientDescent(0.01)}
RUN = descend(LINE, FAST, (0, 5), 4)
OWN = Problem(datasets.linear(), Linear())


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
        ({"epochs": -1}, "epochs: must be a whole number of at least 0, got -1"),
        ({"fps": 0}, "fps: must be a whole number from 1 to 120 frames per second, got 0"),
    ],
)
def test_it_says_what_belongs_where(wrong: dict[str, Any], message: str) -> None:
    assert make_scene(**GOOD)
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}"):
        make_scene(**(GOOD | wrong))


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


def described(scene: Scene) -> dict[str, object]:
    """The scene's descents as the arguments of each, and its runs as they are."""
    return {
        label: tuple(vars(each).values()) if isinstance(each, Descent) else each
        for label, each in scene.descents.items()
    }


START, STOP = (0, 5), Convergence()
EVERYTHING: dict[str, Any] = {"seed": 7, "batch_size": 5, "epochs": 3, "stop": STOP}
DESCENT = Descent(LINE, SLOW, START, steps=9)


@pytest.mark.parametrize(
    ("short", "full"),
    [
        (Scene(LINE, SLOW), {"run": Descent(LINE, SLOW)}),
        (Scene(LINE, SLOW, START, 9), {"run": DESCENT}),
        (Scene(DESCENT), {"run": DESCENT}),
        (Scene(LINE, SLOW, START, **EVERYTHING), {"run": Descent(LINE, SLOW, START, **EVERYTHING)}),
        (
            Scene(LINE, {"slow": SLOW, "fast": FAST}, START, 9),
            {"slow": DESCENT, "fast": Descent(LINE, FAST, START, 9)},
        ),
        (
            Scene({"a": LINE, "b": OWN}, SLOW, {"b": None, "a": START}),
            {"a": Descent(LINE, SLOW, START), "b": Descent(OWN, SLOW)},
        ),
        (Scene(RUN), {"run": RUN}),
        (Scene(LINE, RUN), {"run": RUN}),
        (Scene({"slow": DESCENT, "mine": RUN}), {"slow": DESCENT, "mine": RUN}),
        (
            Scene(LINE, {"slow": SLOW, "mine": RUN}, {"slow": START, "mine": None}, 9),
            {"slow": DESCENT, "mine": RUN},
        ),
    ],
)
def test_the_short_form_stands_for_descents(short: Scene, full: dict[str, Descent | Run]) -> None:
    assert described(short) == described(Scene(full))
    assert list(short.descents) == list(full)


@pytest.mark.parametrize(
    ("problem", "arguments"),
    [
        (LINE, {"optimizer": SLOW}),
        (LINE, {"optimizer": RUN}),
        (LINE, {"optimizer": SLOW, "start": START, "steps": 9}),
        (LINE, {"optimizer": {"slow": SLOW, "mine": RUN}, "steps": 9}),
        ({"a": LINE, "b": OWN}, {"optimizer": SLOW, "start": {"b": None, "a": START}}),
    ],
)
def test_a_problem_by_keyword_is_the_same(problem: Any, arguments: dict[str, Any]) -> None:
    scene = Scene(problem=problem, **arguments)
    assert described(scene) == described(Scene(problem, **arguments))
    assert list(scene.descents) == list(Scene(problem, **arguments).descents)
    assert replace(scene, title="T").descents == scene.descents


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"descents": RUN, "problem": LINE}, "^problem: .*not both"),
        ({"descents": LINE, "problem": LINE, "optimizer": SLOW}, "^problem: .*not both"),
        ({"problem": DESCENT}, "^problem: must be an Objective"),
        ({"problem": LINE}, "^optimizer: must be an Optimizer"),
        ({"problem": {}, "optimizer": SLOW}, "^problem: give one, or several by their labels"),
        ({"optimizer": SLOW}, "^problem: must be an Objective"),
        ({}, "^descents: must be a Descent"),
    ],
)
def test_a_wrong_problem_by_keyword_is_an_error(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(GdanimError, match=message):
        Scene(**arguments)


REMOVE = "is recorded already; remove"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"optimizer": RUN, "steps": 5}, f"^steps: .*{REMOVE} steps"),
        ({"optimizer": RUN, "start": START}, f"^start: .*{REMOVE} start"),
        ({"optimizer": RUN, "seed": 0}, f"^seed: .*{REMOVE} seed"),
        ({"optimizer": {"a": RUN, "b": RUN}, "stop": STOP}, f"^stop: .*{REMOVE} stop"),
        ({"optimizer": RUN, "epochs": 5}, f"^epochs: .*{REMOVE}"),
        ({"optimizer": RUN, "batch_size": 5}, f"^batch_size: .*{REMOVE}"),
        (
            {"optimizer": {"a": RUN, "b": SLOW}, "start": {"a": START, "b": START}},
            "^start: the run 'a' is recorded already; give None",
        ),
        ({"steps": 50, "epochs": 3}, "^steps, epochs: give one of them, got 50 and 3"),
        ({"problem": DESCENT, "optimizer": None, "steps": 5}, "^steps: belongs to a Descent"),
        ({"problem": RUN, "optimizer": None, "start": START}, "^start: belongs to a Descent"),
        ({"problem": {"a": RUN}, "optimizer": None, "seed": 1}, "^seed: belongs to a Descent"),
        ({"problem": DESCENT}, "^optimizer: belongs to a Descent"),
        ({"optimizer": None}, "^optimizer: must be an Optimizer"),
        ({"problem": {"a": LINE}, "optimizer": None}, "^optimizer: must be an Optimizer"),
        ({"problem": {}, "optimizer": None}, "^descents: give one, or several by their labels"),
        ({"problem": 3, "optimizer": None}, "^descents: must be a Descent, such as .* or a Run"),
        ({"problem": {"a": DESCENT, "b": LINE}, "optimizer": None}, "^descents: must be a Descent"),
        ({"problem": WAVE, "optimizer": RUN}, r"^optimizer: .* another problem; .* Scene\(run\)"),
    ],
)
def test_arguments_that_nothing_would_use_are_errors(
    arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(GdanimError, match=message):
        make_scene(**(GOOD | arguments))


def test_a_descent_refuses_both_steps_and_epochs() -> None:
    with pytest.raises(GdanimError, match="steps, epochs"):
        Descent(LINE, SLOW, steps=5, epochs=2)


def test_another_title_or_size_computes_nothing_anew() -> None:
    other = Problem(LINE.data, LINE.model)
    scene = Scene(other, {"mine": RUN, "ours": SLOW})
    with mock.patch.object(Problem, "losses", side_effect=AssertionError):
        changed = replace(scene, title="T", size=(640, 360), theme=DARK, fps=9, captions=False)
    assert changed.descents == scene.descents
    assert (changed.title, changed.size, changed.theme, changed.fps) == ("T", (640, 360), DARK, 9)
    shorter = replace(scene, descents={"run": replace(DESCENT, steps=2)}).run()
    assert shorter.steps == 2
    with pytest.raises(GdanimError, match="steps: .*Descent"):
        replace(scene, steps=2)  # type: ignore[call-arg]


def test_making_a_scene_of_one_problem_evaluates_nothing() -> None:
    with mock.patch.object(Problem, "losses", side_effect=AssertionError):
        assert Scene(LINE, {"mine": RUN, "ours": SLOW}, steps=50).max_steps == 50


def test_the_most_steps_that_are_known() -> None:
    assert Scene(LINE, SLOW).max_steps == 300
    assert Scene(LINE, SLOW, epochs=3).max_steps is None
    assert Scene({"a": Descent(LINE, SLOW, epochs=3), "b": DESCENT}).max_steps is None
    assert Scene({"a": RUN, "b": DESCENT}).max_steps == 9
    assert Scene(RUN).max_steps == 4


def test_the_seed_is_that_of_what_is_drawn() -> None:
    assert (Scene(LINE, SLOW, seed=7).seed, Scene(RUN).seed) == (7, 0)


def test_a_descent_runs_as_descend_does() -> None:
    one = Descent(LINE, SLOW, START, seed=3, batch_size=7, epochs=2).run()
    other = descend(LINE, SLOW, START, seed=3, batch_size=7, epochs=2)
    np.testing.assert_array_equal(one.params, other.params)


def test_size_and_rate_are_those_of_the_middle_quality() -> None:
    assert (Scene(RUN).size, FPS) == (SIZE, 30)
    assert (SIZE, FPS) == (QUALITIES["medium"].size, QUALITIES["medium"].fps) == ((1280, 720), 30)


@pytest.mark.parametrize(
    "size",
    ["1920x1080", [1920, 1080], 720, (720,), (1920, 1080, 3), ("a", 9), (0, 0), (10**9, 96)],
)
def test_a_size_is_width_and_height(size: Any) -> None:
    with pytest.raises(GdanimError, match="^size: .*48 to 8192"):
        Scene(RUN, size=size)
