"""Ready-made sets of classes, and outcomes that are numbered by signs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gdanim.errors import GdanimError
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss
from gdanim.problems.problem import Problem

MAKERS: list[Callable[..., Dataset]] = [
    datasets.moons, datasets.circles, datasets.blobs, datasets.spirals, datasets.xor,
]  # fmt: skip


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_classes_share_the_points_and_follow_the_seed(make: Callable[..., Dataset]) -> None:
    data, again, other = make(), make(), make(seed=1)
    assert data.features == 2
    counts = np.bincount(data.y.astype(int), minlength=len(data.classes))
    assert counts.tolist() == [len(data) // len(data.classes)] * len(data.classes)
    assert data.equals(again) and not data.equals(other)
    for wrong in ({"points": 1}, {"seed": -1}):
        with pytest.raises(GdanimError):
            make(**wrong)


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_no_straight_line_parts_them_but_a_simple_rule_does(make: Callable[..., Dataset]) -> None:
    exact: dict[str, Any] = {"spread": 0.5} if make is datasets.blobs else {"noise": 0}
    data = make(points=600, seed=3, **exact)
    x, y = data.x.T
    angle, radius = np.arctan2(y, x), np.hypot(x, y)
    rule = {
        "moons": np.abs(np.hypot(x - 1, y - 0.5) - 1) < np.abs(radius - 1),
        "circles": radius < 0.75,
        "blobs": np.argmax([np.cos(angle - np.pi / 2 - k * 2 * np.pi / 3) for k in range(3)], 0),
        "spirals": np.floor(((angle / (2 * np.pi) - 1.25 * radius) % 1) * 2 + 0.5) % 2,
        "xor": x * y < 0,
    }[make.__name__]
    assert np.mean(rule == data.y) > 0.999
    if make is not datasets.blobs:
        design = np.column_stack([data.x, np.ones(len(data))])
        fit = design @ np.linalg.lstsq(design, data.y, rcond=None)[0]
        assert np.mean((fit > 0.5) == data.y) < 0.9


def test_options_of_shapes() -> None:
    assert datasets.blobs(classes=5).classes == tuple("ABCDE")
    assert datasets.spirals(classes=3, points=90).classes == tuple("ABC")
    wrong: list[tuple[Callable[..., Dataset], str, float]] = [
        (datasets.blobs, "classes", 27),
        (datasets.blobs, "spread", -1),
        (datasets.circles, "factor", 0),
        (datasets.circles, "factor", 1),
        (datasets.spirals, "turns", -1),
        (datasets.moons, "noise", -1),
    ]
    for make, name, value in wrong:
        with pytest.raises(GdanimError, match=f"^{name}: must be"):
            make(**{name: value})


def test_real_sets() -> None:
    iris = datasets.iris(["sepal length", "petal width"])
    assert np.bincount(iris.y.astype(int)).tolist() == [50, 50, 50]
    # The means that Fisher prints, table 2.
    np.testing.assert_allclose(iris.x[:50].mean(axis=0), [5.006, 0.246], atol=1e-9)
    np.testing.assert_allclose(iris.x[50:100].mean(axis=0), [5.936, 1.326], atol=1e-9)
    assert [unit.symbol for unit in iris.x_units] == ["cm", "cm"]
    penguins = datasets.penguins(["flipper length", "body mass"])
    assert np.bincount(penguins.y.astype(int)).tolist() == [151, 68, 123]
    assert [unit.symbol for unit in penguins.x_units] == ["mm", "g"]
    with pytest.raises(GdanimError, match="mean petal width"):
        datasets.iris(["petal with"])


def test_signs_are_outcomes_of_a_model_that_predicts_a_probability() -> None:
    x, signs = [[0.0], [1.0], [2.0]], np.array([-1.0, 1, 1])
    data = Dataset(np.array(x), signs)
    problem = Problem(data, Logistic(), LogLoss(), validation=Dataset(np.array(x[:2]), signs[1:]))
    np.testing.assert_array_equal(problem.data.y, [0, 1, 1])
    assert problem.validation is not None
    np.testing.assert_array_equal(problem.validation.y, [1, 1])
    assert problem.data.classes == ("-1", "+1")
    assert Problem(data, Linear()).data is data
    with pytest.raises(GdanimError, match="^LogLoss: .*point 0 is -1"):
        Problem(Dataset(np.array(x), np.array([-1.0, 0, 1])), Logistic(), LogLoss())
