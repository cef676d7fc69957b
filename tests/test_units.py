"""Trained on standardised data, shown as measured: axes, numbers, parameters; dates; classes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from cases import MODELS, ModelCase
from matplotlib.axes import Axes

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.problems.dataset import Dataset
from gdanim.problems.formula import Formula
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss
from gdanim.problems.mlp import MLP
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.views._drawing.ticks import TickNumbers
from gdanim.views.boundary import Boundary
from gdanim.views.contour import Contour
from gdanim.views.fit import Fit
from gdanim.views.loss_curve import LossCurve
from gdanim.views.parameters import Parameters
from gdanim.views.weights import Weights

RNG = np.random.default_rng(0)
KM = RNG.uniform(5_000, 200_000, 60)
# Untyped, as a list or a text becomes an array or a unit.
MAKE: Any = Dataset
CARS: Dataset = MAKE(
    KM, 34_000 - 0.14 * KM + RNG.normal(0, 2_500, 60), ("distance",), "price",
    x_units=("km",), y_unit="€",
)  # fmt: skip
DAYS = np.datetime64("2023-03-05") + np.arange(0, 700, 7)


def _film(problem: Problem, view: Any, start: tuple[float, ...] | None = None) -> Film:
    scene = Scene(problem, GradientDescent(0.1), start, steps=40, panels={"panel": view})
    film = scene.film()
    film.show(len(film) - 1)
    film.figure.draw_without_rendering()
    return film


def _axes(problem: Problem, view: Any, start: tuple[float, ...] | None = None) -> Axes:
    return _film(problem, view, start).figure.axes[0]


def _texts(axis: Any) -> list[str]:
    low, high = sorted(axis.get_view_interval())
    ticks = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
    return [text.get_text() for place, text in ticks if low <= place <= high]


@pytest.mark.parametrize("y", [False, True], ids=["x", "x and y"])
@pytest.mark.parametrize("case", MODELS, ids=lambda case: case.name)
def test_predictions_are_the_same_in_either_units(case: ModelCase, y: bool) -> None:
    model, rng = case.model, np.random.default_rng(1)
    x = rng.uniform(3, 7, (20, model.features or 1)) * np.arange(1, (model.features or 1) + 1)
    data = MAKE(x, rng.normal(50, 20, 20)).standardised(y=y)
    params = np.stack([case.params, 1.1 * np.asarray(case.params)])
    measured = model.in_units(params, data.x_units, data.y_unit)
    if isinstance(model, Formula) or (y and model.logits is not None):
        assert measured is None
        return
    assert measured is not None
    expected = data.y_unit.measured(model.predict(params, data.x))
    np.testing.assert_allclose(model.predict(measured, x), expected, rtol=1e-8)


def test_losses_and_residuals_are_the_same_in_either_units() -> None:
    raw, scaled = Problem(CARS, Linear()), Problem(CARS.standardised(), Linear())
    params = np.array([[1.5, 2.0], [-0.3, 20_000.0]])
    measured = scaled.measured(params)
    assert measured is not None
    np.testing.assert_allclose(raw.losses(measured), scaled.losses(params), rtol=1e-12)
    residuals = [
        problem.model.predict(p, problem.data.x) - problem.data.y
        for problem, p in ((raw, measured), (scaled, params))
    ]
    np.testing.assert_allclose(residuals[0], residuals[1], rtol=1e-9, atol=1e-7)
    assert raw.measured(params) is params
    best: Any = [problem.minimum and problem.minimum.params for problem in (scaled, raw)]
    np.testing.assert_allclose(scaled.measured(best[0]), best[1], rtol=1e-9)  # type: ignore[arg-type]


def test_the_loss_of_standardised_values_says_so() -> None:
    assert Problem(CARS.standardised(), Linear()).loss_symbol == "MSE"
    problem = Problem(CARS.standardised(y=True), Linear())
    assert problem.loss_symbol == "MSE (standardised)"


def test_a_validation_set_has_the_same_units() -> None:
    train, validation = CARS.standardised().split()
    Problem(train, Linear(), validation=validation)
    train, validation = CARS.split()
    with pytest.raises(GdanimError, match=r"another point .* data\.standardised\(\)\.split"):
        Problem(train.standardised(), Linear(), validation=validation)
    Problem(train, Linear(), validation=Dataset(validation.x, validation.y))


def test_axes_show_what_was_measured() -> None:
    ax = _axes(Problem(CARS.standardised(y=True), Linear()), Fit(inset=None), (0, 0))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("distance (km)", "price (€)")
    thousands = ["0", *(f"{k}\u2009000" for k in (50, 100, 150, 200))]
    assert _texts(ax.xaxis) == thousands
    unit = CARS.standardised().x_units[0]
    np.testing.assert_allclose(np.diff(unit.measured(np.array(ax.get_xticks()))), 50_000)


def test_axes_show_standardised_numbers_if_asked() -> None:
    ax = _axes(
        Problem(CARS.standardised(), Linear()), Fit(inset=None, units="standardised"), (0, 0)
    )
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("distance (standardised)", "price (€)")
    assert "0" in _texts(ax.xaxis)
    views: list[Any] = [Fit, Boundary, Weights, Parameters]
    for view in views:
        with pytest.raises(GdanimError, match=f"^{view.__name__}: units .*standardised"):
            view(units="km")


def test_the_formula_has_measured_numbers() -> None:
    problem = Problem(CARS.standardised(y=True), Linear())
    ax = _axes(problem, Fit(inset=None, numbers=True), (0, 0))
    slope, intercept = np.polyfit(CARS.x[:, 0], CARS.y, 1)
    assert f"{slope:.3f}" in ax.get_title("left")
    shown = float(ax.get_title("left").rstrip("$").split("+")[1])
    assert shown == pytest.approx(intercept, rel=1e-3)
    ax = _axes(problem, Fit(inset=None, numbers=True, units="standardised"), (0, 0))
    assert ax.get_title("left").endswith(r"\quad(\mathrm{standardised})$")


def test_the_parameters_are_measured() -> None:
    problem = Problem(CARS.standardised(), Linear())
    fitted = np.polyfit(CARS.x[:, 0], CARS.y, 1)
    ax = _axes(problem, Parameters(), (0, 0))
    assert ax.get_title("left") == "parameters"
    dashed: list[Any] = [line.get_ydata() for line in ax.lines if line.get_linestyle() == "--"]
    optima = [heights[0] for heights in dashed]
    np.testing.assert_allclose(optima, fitted, rtol=1e-9)
    ax = _axes(problem, Parameters(units="standardised"), (0, 0))
    assert ax.get_title("left") == "parameters (standardised)"
    model = Formula(lambda x, a, b: a * x + b)
    ax = _axes(Problem(CARS.standardised(), model), Parameters(), (0, 0))
    assert ax.get_title("left") == "parameters (standardised)"


def test_the_loss_over_parameters_is_that_of_the_descent() -> None:
    ax = _axes(Problem(CARS.standardised(), Linear()), Contour(), (0, 0))
    assert ax.get_xlabel() == "slope (standardised)"
    assert _axes(Problem(CARS.standardised(), Linear()), LossCurve(), (0, 0)).get_xlabel() == ""


def test_dates_on_an_axis() -> None:
    data = MAKE(DAYS, np.sin(np.arange(100) / 8), ("day",), "temperature")
    assert data.y_unit.symbol == ""
    for shown in (data, data.standardised()):
        ax = _axes(Problem(shown, MLP((3,))), Fit(inset=None))
        assert _texts(ax.xaxis) == ["Jul", "2024", "Jul", "2025"]
        unit = shown.x_units[0]
        january = np.datetime64("2024-01-01") - DAYS[0]
        places = unit.measured(np.array(ax.get_xticks()))
        assert np.abs(places - january / np.timedelta64(1, "D")).min() < 1e-6


@pytest.mark.parametrize("size", [(1280, 720), (480, 270)])
def test_dates_do_not_touch(size: tuple[int, int]) -> None:
    when = np.datetime64("2024-01-30T08:00", "m") + np.arange(0, 1800, 90)
    problem = Problem(MAKE(when, np.arange(20.0)).standardised(), Linear())
    panels: dict[str, Any] = {"fit": Fit(inset=None), "more": LossCurve(), "again": LossCurve()}
    scene = Scene(problem, GradientDescent(0.1), steps=3, size=size, panels=panels)
    film = scene.film()
    film.show(0)
    film.figure.draw_without_rendering()
    axis = film.figure.axes[0].xaxis
    low, high = axis.get_view_interval()
    boxes = [
        label.get_window_extent()
        for place, label in zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
        if low <= place <= high
    ]
    assert len(boxes) >= 2
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))


def test_the_names_of_classes() -> None:
    x = RNG.normal(size=(20, 2))
    data = MAKE(x, ["setosa", "versicolor"] * 10, ("length", "width"), "species")
    for classes, names in (
        (data.classes, ["setosa", "versicolor"]),
        (("-1", "+1"), ["species = -1", "species = +1"]),
        (("no", "yes"), ["species = no", "species = yes"]),
        ((), ["species = 0", "species = 1"]),
    ):
        problem = Problem(replace(data, classes=classes), Logistic(2), LogLoss())
        (box,) = _axes(problem, Boundary(), (0, 0, 0)).artists
        children: Any = box.get_child().get_children()  # type: ignore[attr-defined]
        texts = [child.get_text().strip() for child in children]
        assert [text for text in texts if text.isascii()] == names


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0, 5_000], ["0", "5000"]),
        ([0, 5_000, 10_000], ["0", "5\u2009000", "10\u2009000"]),
        ([-250_000, 0], ["−250\u2009000", "0"]),
        ([0, 2e6], ["0", "2"]),
    ],
)
def test_thousands_are_set_apart(values: list[float], texts: list[str]) -> None:
    numbers = TickNumbers()
    numbers.create_dummy_axis()
    numbers.axis.set_view_interval(values[0], values[-1])  # type: ignore[union-attr]
    assert numbers.format_ticks(values) == texts
