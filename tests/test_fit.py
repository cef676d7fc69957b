"""What Fit can draw besides points and line: residuals, truth, batches, the validation set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from artists import named
from cases import LINE, WAVE, changed
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.errors import GdanimError
from gdanim.pacing.timeline import Every
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.mlp import MLP
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.views._drawing.formula import decimals, with_numbers, with_places
from gdanim.views._drawing.points import MANY
from gdanim.views._drawing.residuals import MOST
from gdanim.views.each import Each
from gdanim.views.fit import Fit
from gdanim.views.inset import Inset
from gdanim.views.loss_curve import LossCurve
from gdanim.views.parameters import Parameters


def scene(view: Any, **changes: Any) -> Scene:
    base = Scene(
        LINE, GradientDescent(0.01), (-2, 9), steps=20, panels={"fit": view}, pace=Every(1, 0, 0),
        size=(640, 360),
    )  # fmt: skip
    return changed(base, **changes)


def only(ax: Axes, kind: type, gid: str) -> Any:
    (found,) = named(ax, gid)
    assert type(found) is kind
    return found


@pytest.mark.parametrize("frame", [7, 0, 20])
def test_residual_lines_go_from_points_to_prediction(frame: int) -> None:
    shown = scene(Fit(residuals="lines"))
    run = shown.run()
    film = shown.film(run)
    film.show(frame)
    segments = np.array(only(film.figure.axes[0], LineCollection, "residuals").get_segments())
    x, y = LINE.data.x[:, 0], LINE.data.y
    np.testing.assert_array_equal(segments[:, 0], np.stack([x, y], axis=1))
    slope, intercept = run.params[frame]
    np.testing.assert_allclose(segments[:, 1], np.stack([x, slope * x + intercept], axis=1))


@pytest.mark.parametrize("size", [(640, 360), (360, 640)])
def test_squares_are_square_on_the_screen_and_stand_on_the_residuals(size: tuple[int, int]) -> None:
    shown = scene(Fit(residuals="squares", inset=None), size=size)
    run = shown.run()
    film = shown.film(run)
    film.show(3)
    (ax,) = film.figure.axes
    paths = only(ax, PolyCollection, "residuals").get_paths()
    residuals = run.params[3] @ np.stack([LINE.data.x[:, 0], np.ones(len(LINE.data))])
    residuals -= LINE.data.y
    assert len(paths) == len(LINE.data)
    for path, residual in zip(paths, residuals, strict=True):
        corners = path.vertices[:4]
        width, height = np.ptp(ax.transData.transform(corners), axis=0)
        assert width == pytest.approx(height)
        assert np.ptp(corners[:, 1]) == pytest.approx(abs(residual))
    right = ax.get_xlim()[1]
    assert all(path.vertices[:, 0].max() <= right for path in paths)


def test_the_true_curve_is_dashed_and_named() -> None:
    film = scene(Fit(truth=True)).film()
    ax = film.figure.axes[0]
    (curve,) = named(ax, "truth")
    x, y = map(np.asarray, curve.get_data())
    np.testing.assert_allclose(y, 2 * x + 1)
    assert "true curve" in [text.get_text() for text in ax.texts]
    data = LINE.data
    bare = Problem(Dataset(data.x, data.y), Linear())
    with pytest.raises(GdanimError, match="Fit: truth: .*no known"):
        scene(Fit(truth=True), problem=bare).film()


def test_validation_points_are_hollow_and_inside() -> None:
    train, validation = datasets.linear(noise=9.0).split(0.5, seed=1)
    problem = Problem(train, Linear(), validation=validation)
    film = scene(Fit(), problem=problem).film()
    ax = film.figure.axes[0]
    (hollow,) = named(ax, "validation")
    points = np.array(hollow.get_xydata())
    np.testing.assert_array_equal(points, np.column_stack([validation.x[:, 0], validation.y]))
    assert hollow.get_markerfacecolor() != hollow.get_markeredgecolor()
    inside = ax.transLimits.transform(points)
    assert ((inside > 0) & (inside < 1)).all()
    assert ax.get_title(loc="right") == "○ validation"


def test_the_steps_batch_is_ringed() -> None:
    run = descend(LINE, GradientDescent(0.01), (-2, 9), 20, batch_size=4)
    assert run.batches is not None
    film = scene(Fit()).film(run)
    rings = only(film.figure.axes[0], PathCollection, "mini-batch")
    data = LINE.data
    for frame in (5, 1, 20):
        film.show(frame)
        seen = run.batches[frame - 1]
        seen = seen[seen >= 0]
        expected = np.column_stack([data.x[seen, 0], data.y[seen]])
        np.testing.assert_array_equal(rings.get_offsets(), expected)
    film.show(0)
    assert len(rings.get_offsets()) == 0


@pytest.mark.parametrize(("intercept", "side"), [(1e3, 1), (-1e3, 0)])
def test_an_arrow_says_where_the_line_went(intercept: float, side: int) -> None:
    shown = scene(Fit(), start=(2, intercept), steps=3)
    film = shown.film()
    film.show(0)
    ((x, y),) = only(film.figure.axes[0], PathCollection, "outside").get_offsets()
    low, high = film.figure.axes[0].get_xlim()
    assert low < x < high and abs(y - side) < 0.2 and 0 < y < 1
    near = scene(Fit(), start=(2, 3), steps=3).film()
    near.show(0)
    assert not len(only(near.figure.axes[0], PathCollection, "outside").get_offsets())


def test_many_points_are_one_picture() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=MANY + 1)
    problem = Problem(Dataset(x, 2 * x), Linear())
    film = scene(Fit(residuals="lines"), problem=problem).film()
    ax = film.figure.axes[0]
    (image,) = (child for child in ax.get_children() if isinstance(child, AxesImage))
    pixels = np.asarray(image.get_array())
    rows, columns = np.nonzero(pixels[..., 3])
    left, right, low, high = image.get_extent()
    xs = left + (columns + 0.5) * (right - left) / pixels.shape[1]
    ys = low + (rows + 0.5) * (high - low) / pixels.shape[0]
    assert (abs(ys - 2 * xs) < 3 * (high - low) / pixels.shape[0]).all()
    assert not any(len(np.asarray(line.get_xdata())) > MANY for line in ax.lines)
    film.show(2)
    assert len(only(ax, LineCollection, "residuals").get_segments()) == MOST


@pytest.mark.parametrize(
    ("model", "values", "text"),
    [
        (Linear(), ("2", "-3"), r"\hat{y} = 2\,x - 3"),
        (Linear(2), ("2", "4", "-3"), r"\hat{y} = 2 x_1 + 4 x_2 - 3"),
        (Polynomial(2), ("1", "-2", "3"), r"\hat{y} = 1\,x^{2} - 2\,x + 3"),
        (Logistic(), ("2", "5"), r"\hat{y} = \sigma(2\,x + 5)"),
        (WAVE.model, ("7", "8", "9", "-6"), r"\hat{y} = 7\,\sin(8\,x + 9) - 6"),
        (MLP((2,)), ("1",) * 7, None),
    ],
)
def test_formula_with_numbers(model: Any, values: tuple[str, ...], text: str | None) -> None:
    named = dict(zip(model.symbols, values, strict=True))
    assert with_numbers(model.formula, named) == text


def test_numbers_follow_the_run() -> None:
    shown = scene(Fit(numbers=True))
    run = shown.run()
    film = shown.film(run)
    film.show(13)
    slope, intercept = run.params[13]
    assert film.figure.axes[0].get_title(loc="left") == (
        rf"$\hat{{y}} = {slope:.2f}\,x + {intercept:.2f}$"
    )
    data = Problem(datasets.linear(), MLP((2,)))
    with pytest.raises(GdanimError, match="Fit: numbers: .*not name every"):
        scene(Fit(numbers=True), problem=data, start=None).film()


def test_numbers_have_three_digits_and_stay_short() -> None:
    assert decimals(np.array([1e9, 2.345])) == 2
    assert decimals(np.array([0.0123])) == 4
    assert decimals(np.array([345.0])) == 0
    assert decimals(np.array([0.0])) == 2
    assert decimals(np.array([1e-30])) == 6
    assert with_places(1.5, 2) == "1.50" and with_places(-0.5, 1) == "-0.5"
    assert with_places(1e300, 2) == "1.0×10³⁰⁰"


def test_several_runs_are_named_at_their_ends() -> None:
    rates = {"slow": GradientDescent(1e-4), "good": GradientDescent(1e-2)}
    film = scene(Fit(inset=None), optimizer=rates).film()
    (ax,) = film.figure.axes
    film.show(20)
    texts = {text.get_text(): text for text in ax.texts}
    assert list(texts) == ["slow", "good"]
    fronts = {str(line.get_color()): line for line in named(ax, "curve")}
    for text in texts.values():
        end = np.asarray(fronts[str(text.get_color())].get_ydata())[-1]
        assert text.get_position()[0] > 1
        assert text.get_position()[1] == pytest.approx(
            ax.transLimits.transform((0, end))[1], abs=0.05
        )


def test_what_it_refuses() -> None:
    with pytest.raises(GdanimError, match="Fit: residuals .*lines, squares"):
        Fit(residuals="circles")  # type: ignore[arg-type]
    with pytest.raises(GdanimError, match="Fit: trail: .*least 0"):
        Fit(trail=-1)
    with pytest.raises(GdanimError, match="Fit: trail_seconds: .*got -1"):
        Fit(trail_seconds=-1)


def test_inset_puts_any_panel_into_a_corner() -> None:
    film = scene(Inset(Parameters(), LossCurve(), corner="lower left")).film()
    (ax,) = film.figure.axes
    (child,) = ax.child_axes
    film.draw(5)
    box, panel = child.get_window_extent(), ax.get_window_extent()
    assert box.x1 < panel.x0 + 0.62 * panel.width and box.y1 < panel.y0 + 0.62 * panel.height
    assert isinstance(child, Axes) and child.get_title(loc="left").startswith("loss")
    # A falling line is at the upper left and the lower right: one of the other corners is free.
    problem = Problem(datasets.linear(slope=-2), Linear())
    shown = scene(Inset(Fit(inset=None), LossCurve()), problem=problem, start=(-2, 1))
    (card,) = shown.film().figure.axes[0].patches
    assert isinstance(card, Rectangle)
    left, bottom = card.get_xy()
    assert (left > 0.3) == (bottom > 0.3)
    with pytest.raises(GdanimError, match="Inset: corner .*got 'top'"):
        Inset(Fit(), LossCurve(), corner="top")


def test_each_with_residuals_and_inset() -> None:
    rates = {"slow": GradientDescent(1e-4), "good": GradientDescent(1e-2)}
    film = scene(Each(Fit(residuals="squares", numbers=True)), optimizer=rates).film()
    film.draw(20)
    assert sum(len(ax.child_axes) for ax in film.figure.axes) == 2
