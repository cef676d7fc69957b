"""Keys: the same for the same value, another for any other, none for what cannot be vouched for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from cases import changed

from gdanim.batch.keys import UnkeyableError, key_of
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.pacing.timeline import Even
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.views.fit import Fit
from gdanim.views.theme import DARK


def scene(**changes: Any) -> Scene:
    base = Scene(Problem(datasets.linear(), Linear()), GradientDescent(0.01), (0, 0), steps=4)
    return changed(base, **changes)


def test_the_same_scene_made_twice_has_one_key() -> None:
    assert key_of(scene()) == key_of(scene())
    assert len(key_of(scene())) == 64


def test_any_change_is_another_key() -> None:
    data = datasets.linear()
    y = data.y.copy()
    y[7] = np.nextafter(y[7], 9)
    others = [
        scene(),
        scene(steps=5),
        scene(title="Title"),
        scene(start=(0, 1)),
        scene(start=None),
        scene(optimizer=GradientDescent(0.02)),
        scene(optimizer={"a": GradientDescent(0.02)}),
        scene(optimizer={"b": GradientDescent(0.02)}),
        scene(theme=DARK),
        scene(pace=Even(9)),
        scene(size=(1280, 722)),
        scene(panels={"fit": Fit(trail=3)}),
        scene(panels={"other": Fit(trail=3)}),
        scene(problem=Problem(datasets.linear(seed=1), Linear())),
        scene(problem=Problem(Dataset(data.x, y, truth=data.truth), Linear())),
        scene(problem=Problem(data, Polynomial(1))),
    ]
    keys = [key_of(other) for other in others]
    assert len(set(keys)) == len(keys)


def test_kinds_and_borders_do_not_run_into_one() -> None:
    values: list[Any] = [
        None, True, 1, 1.0, "1", b"1", "", (), {}, ("a", "b"), ("ab",), ("a", ("b",)), {"a": "b"},
        {"a": 1, "b": 2}, {"b": 2, "a": 1}, np.array([1.0]), np.array([1]), np.array([[1.0]]),
        np.array(1.0), np.array(["1"]), 0.0, -0.0, float("nan"),
    ]  # fmt: skip
    keys = [key_of(value) for value in values]
    assert len(set(keys)) == len(keys)


def test_the_layout_of_an_array_in_memory_is_nothing() -> None:
    array = np.arange(12.0).reshape(3, 4)
    assert key_of(array) == key_of(np.asfortranarray(array)) == key_of(array.copy())


@dataclass(frozen=True)
class Own:
    """A class that is not gdanim's."""

    x: int = 1


@pytest.mark.parametrize("value", [Own(), lambda x: x, np.array([object()]), {1, 2}])
def test_what_cannot_be_vouched_for_has_no_key(value: object) -> None:
    with pytest.raises(UnkeyableError, match=r"scene\.title\['own'\]"):
        key_of(scene(title={"own": value}), "scene")
