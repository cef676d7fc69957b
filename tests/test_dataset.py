"""Dataset: what it accepts and refuses, and standardising."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from gdanim.errors import GdanimError
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.unit import Unit


def test_one_feature_may_come_as_a_vector() -> None:
    data = Dataset([1, 2, 3], [4, 5, 6])  # type: ignore[arg-type]
    assert data.x.shape == (3, 1)
    assert data.x.dtype == data.y.dtype == np.float64
    assert (len(data), data.features, data.x_names, data.y_name) == (3, 1, ("x",), "y")
    assert repr(data) == "Dataset(3 points, x -> y)"


def test_several_features_get_names() -> None:
    assert Dataset(np.ones((4, 2)), np.ones(4)).x_names == ("x1", "x2")
    assert Dataset(np.ones((4, 2)), np.ones(4), ("age", "mass")).x_names == ("age", "mass")


def test_one_name_may_come_as_a_string() -> None:
    assert Dataset(np.ones(4), np.ones(4), "age").x_names == ("age",)  # type: ignore[arg-type]
    with pytest.raises(GdanimError, match=r"^Dataset: .*x_names, got 'ab'"):
        Dataset(np.ones((4, 2)), np.ones(4), "ab")  # type: ignore[arg-type]


def test_values_are_copied_and_cannot_be_written() -> None:
    x = np.array([1.0, 2.0])
    data = Dataset(x, x)
    x[0] = 99
    assert data.x[0, 0] == data.y[0] == 1
    with pytest.raises(ValueError, match="read-only"):
        data.x[0] = 0
    with pytest.raises(FrozenInstanceError):
        data.y = x  # type: ignore[misc]


def test_yes_and_no_and_fractions_count_as_numbers() -> None:
    data = Dataset([Fraction(1, 2), 10**30], [True, False])  # type: ignore[arg-type]
    np.testing.assert_array_equal(data.x[:, 0], [0.5, 1e30])
    np.testing.assert_array_equal(data.y, [1, 0])


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([], [], r"same length and not be empty, got shapes \(0, 1\) and \(0,\)"),
        ([1, 2], [1], r"same length and not be empty, got shapes \(2, 1\) and \(1,\)"),
        (np.ones((2, 0)), [1, 2], r"not be empty, got shapes \(2, 0\)"),
        ([1, np.nan], [1, 2], r"x must be finite, but point 1 is \[nan\]"),
        ([1, 2], [np.inf, 2], r"y must be finite, but point 0 is inf"),
        (1, 2, r"x must have shape \[N\] or \[N, D\] and y \[N\], got \(\) and \(\)"),
        (np.ones((2, 2, 2)), [1, 2], r"got \(2, 2, 2\) and \(2,\)"),
        ([1, 2], [[1, 2], [2, 3]], r"and y \[N\], got \(2, 1\) and \(2, 2\)"),
        ([1, 2], ["1", "2"], r"y: expected numbers, got \['1', '2'\]"),
        (["a", "b"], [1, 2], r"x: expected numbers, got \['a', 'b'\]"),
        (["1", "2"], [1, 2], r"x: expected numbers, got \['1', '2'\]"),
        ([1, None], [1, 2], r"x: expected numbers, got \[1, None\]"),
        ([1, 2], [1, 2j], r"y: expected numbers"),
        ([[1, 2], [3]], [1, 2], r"x: expected numbers, got \[\[1, 2\], \[3\]\]"),
        ([10**400, 2], [1, 2], r"x: expected numbers"),
    ],
)
def test_refuses(x: object, y: object, message: str) -> None:
    with pytest.raises(GdanimError, match=f"^Dataset: .*{message}"):
        Dataset(x, y)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "when",
    [
        np.array(["2024-03-01", "2024-03-02T12", "2024-02-29"], dtype="datetime64[s]"),
        [datetime(2024, 3, 1), datetime(2024, 3, 2, 12), datetime(2024, 2, 29)],
        [datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 2, 12), date(2024, 2, 29)],
    ],
    ids=["numpy", "datetime", "mixed"],
)
def test_dates_are_days_since_the_first(when: object) -> None:
    data = Dataset(when, [1, 2, 3])  # type: ignore[arg-type]
    np.testing.assert_array_equal(data.x[:, 0], [1, 2.5, 0])
    assert data.x_units[0].first == (date(2024, 2, 29) - date(1970, 1, 1)).days


def test_text_in_y_names_classes() -> None:
    data = Dataset([1, 2, 3], ["dog", "cat", "dog"])  # type: ignore[arg-type]
    np.testing.assert_array_equal(data.y, [1, 0, 1])
    assert data.classes == ("cat", "dog")
    assert Dataset([1, 2], ["Yes", "No"]).classes == ("No", "Yes")  # type: ignore[arg-type]
    assert Dataset([1, 2], [0, 1], classes=("healthy", "ill")).classes == ("healthy", "ill")  # type: ignore[arg-type]
    with pytest.raises(GdanimError, match="^Dataset: classes: "):
        Dataset([1, 2], [0, 2], classes=("healthy", "ill"))  # type: ignore[arg-type]
    with pytest.raises(GdanimError, match=r"^standardised: y numbers classes"):
        data.standardised(y=True)


def test_any_sequence_will_do() -> None:
    for x in (range(3), (0, 1, 2), iter([0, 1, 2]), {0: "a", 1: "b", 2: "c"}.keys(),
              [Decimal(0), Decimal(1), Decimal(2)], np.ma.masked_array([0, 1, 2])):  # fmt: skip
        np.testing.assert_array_equal(Dataset(x, [[1], [2], [3]]).x[:, 0], [0, 1, 2])  # type: ignore[arg-type]
    masked = np.ma.masked_array([0, 1, 2], [False, True, False])
    with pytest.raises(GdanimError, match="point 1 is"):
        Dataset(masked, [1, 2, 3])  # type: ignore[arg-type]


def test_units_are_given_by_their_symbols() -> None:
    data = Dataset([[1, 2], [3, 4]], [1, 2], x_units=("km", ""), y_unit="€")  # type: ignore[arg-type]
    assert (data.x_units, data.y_unit) == ((Unit("km"), Unit()), Unit("€"))
    assert data.y_unit.label("price") == "price (€)"
    assert data.y_unit.label("price in €") == "price in €"
    with pytest.raises(GdanimError, match="^Dataset: x_units: .*2 columns"):
        Dataset([[1, 2], [3, 4]], [1, 2], x_units=("km",))  # type: ignore[arg-type]


def test_units_remember_what_was_measured() -> None:
    data = Dataset([[1.0, 20], [2, 10], [6, 30]], [5, 7, 12.0], x_units=("km", "h"))  # type: ignore[arg-type]
    twice = data.standardised(y=True).standardised(y=True)
    for k in range(2):
        assert twice.x_units[k].symbol == data.x_units[k].symbol
        np.testing.assert_allclose(twice.x_units[k].measured(twice.x[:, k]), data.x[:, k])
        np.testing.assert_allclose(twice.x_units[k].numbers(data.x[:, k]), twice.x[:, k])
    np.testing.assert_allclose(twice.y_unit.measured(twice.y), data.y)
    np.testing.assert_allclose([twice.y.mean(), twice.y.std()], [0, 1], atol=1e-12)
    assert not twice.equals(data)
    assert not data.equals(replace(data, x_units=("m", "h")))  # type: ignore[arg-type]


def test_refuses_a_truth_that_is_no_function() -> None:
    with pytest.raises(GdanimError, match=r"^Dataset: truth .*\(2, 1\)$"):
        Dataset(np.ones(3), np.ones(3), truth=(2, 1))  # type: ignore[arg-type]


def test_standardised_features_have_mean_0_and_variance_1() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal((1000, -3, 0), (50, 0.1, 1), (200, 3))
    data = Dataset(x, rng.normal(size=200), ("a", "b", "c"), "d")
    standard = data.standardised()
    np.testing.assert_allclose(standard.x.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(standard.x.var(axis=0), 1, rtol=1e-12)
    np.testing.assert_array_equal(standard.y, data.y)
    assert standard.x_names == ("a", "b", "c")
    assert standard.y_name == "d"
    assert standard.truth is None


def test_truth_follows_standardising() -> None:
    data = datasets.on_curve(Linear(2), (3, -2, 8), [[0, 5], [1, 7], [2, 7], [9, 1]])
    standard = data.standardised()
    assert data.truth is not None
    assert standard.truth is not None
    np.testing.assert_allclose(standard.truth(standard.x), data.truth(data.x), rtol=1e-13)


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9 / 3])
def test_a_feature_that_never_changes_is_only_shifted(constant: float) -> None:
    standard = Dataset(np.full(7, constant), np.arange(7.0)).standardised()
    np.testing.assert_allclose(standard.x, 0, atol=1e-6)


def test_split_deals_every_point_to_one_part() -> None:
    data = datasets.linear(points=50)
    train, held_out = data.split(0.7, seed=3)
    assert (len(train), len(held_out)) == (35, 15)
    both = np.concatenate([train.x, held_out.x])[:, 0]
    np.testing.assert_array_equal(np.sort(both), data.x[:, 0])
    for part in (train, held_out):
        assert (np.diff(part.x[:, 0]) > 0).all(), "the order is kept"
        assert set(zip(part.x[:, 0], part.y, strict=True)) <= set(
            zip(data.x[:, 0], data.y, strict=True)
        )
        assert part.truth is data.truth and part.x_names == data.x_names
    np.testing.assert_array_equal(train.x, data.split(0.7, seed=3)[0].x)
    assert not np.array_equal(train.x, data.split(0.7, seed=4)[0].x)


@pytest.mark.parametrize("fraction", [0, 1, -0.5, 2, 0.001, 0.999, np.nan, "1", True], ids=repr)
def test_split_refuses(fraction: float) -> None:
    with pytest.raises(GdanimError, match=r"^fraction: "):
        datasets.linear(points=50).split(fraction)
    with pytest.raises(GdanimError, match=r"^seed: "):
        datasets.linear(points=50).split(0.5, seed=-1)
