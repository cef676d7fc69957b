"""Boundary and Weights: the pictures of what a model has learnt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from cases import changed, only
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import AxesImage

from gdanim.core.arrays import Floats
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.pacing.timeline import Every
from gdanim.problems import datasets, objectives
from gdanim.problems.cross_entropy import CrossEntropy
from gdanim.problems.dataset import Dataset
from gdanim.problems.formula import Formula
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss
from gdanim.problems.mlp import MLP
from gdanim.problems.problem import Problem
from gdanim.problems.softmax import Softmax
from gdanim.scene import Scene
from gdanim.views._drawing.class_map import Grid, interpolation, log_chances
from gdanim.views._drawing.painted import Painted
from gdanim.views.base import View
from gdanim.views.boundary import Boundary
from gdanim.views.weights import Weights, parts

RNG = np.random.default_rng(3)
POINTS = RNG.normal(size=(60, 2))
SIDES = np.where(POINTS @ [1.0, -2.0] + RNG.normal(size=60) > 0.3, 1.0, 0.0)
PLANE = Dataset(POINTS, SIDES, ("age", "top_rate"))
STAIR = Dataset(POINTS[:, 0], PLANE.y)
CLASSES = Scene(
    Problem(PLANE, Logistic(2), LogLoss()), GradientDescent(0.5), (0.1, 0.4, 0.2), 20,
    size=(640, 360), pace=Every(1, 0, 0), panels={"only": Boundary()},
)  # fmt: skip
THREE = changed(
    CLASSES, problem=Problem(datasets.blobs(90, spread=2.0), Softmax(), CrossEntropy()), start=None
)
SPIRALS = changed(
    CLASSES, start=None, optimizer=Adam(0.05), steps=100, size=(1920, 1080),
    problem=Problem(datasets.spirals(classes=3), MLP((16, 16), "tanh", "softmax"), CrossEntropy()),
)  # fmt: skip
CURVE = changed(CLASSES, problem=Problem(STAIR, Logistic(), LogLoss()), start=(0.1, -0.3))
NETWORK = changed(
    CLASSES, problem=Problem(datasets.quadratic(0.1, 0, 0, points=30), MLP((4,), "tanh")),
    start=None, optimizer=GradientDescent(0.02), panels={"only": Weights()},
)  # fmt: skip


def find(film: Film, gid: str) -> Any:
    (artist,) = panel(film).findobj(lambda a: a.get_gid() == gid)
    return artist


def panel(film: Film) -> Axes:
    return film.figure.axes[0]


def params(scene: Scene, frame: int) -> Floats:
    return np.asarray(scene.run().params[frame])


@pytest.mark.parametrize("frame", [0, 3, 20])
def test_the_boundary_is_where_the_probability_is_one_half(frame: int) -> None:
    film = CLASSES.film()
    film.show(frame)
    lines = find(film, "half")
    assert isinstance(lines, LineCollection)
    w1, w2, b = params(CLASSES, frame)
    places = np.concatenate(lines.get_segments())
    assert len(places) > 10
    # As straight as a grid cell's straight lines.
    assert np.abs(w1 * places[:, 0] + w2 * places[:, 1] + b).max() < 0.02


def _pixels(film: Film, frame: int) -> tuple[Any, Any]:
    """The panel's colours `[height, width, 3]` from the bottom up, and the places of its pixels."""
    picture = np.asarray(film.draw(frame))[::-1, :, :3] / 255
    ax = panel(film)
    left, bottom, right, top = np.rint(ax.bbox.extents).astype(int)
    x, y = np.meshgrid(np.arange(left, right) + 0.5, np.arange(bottom, top) + 0.5)
    places = ax.transData.inverted().transform(np.column_stack([x.ravel(), y.ravel()]))
    return picture[bottom:top, left:right], places.reshape(*x.shape, 2)


@pytest.mark.parametrize("scene", [CLASSES, THREE], ids=["two", "three"])
def test_colours_are_the_probability(scene: Scene) -> None:
    film, frame = scene.film(), 20
    colours, places = _pixels(film, frame)
    model, theme = scene.run().problem.model, scene.look  # type: ignore[attr-defined]
    chances = np.exp(log_chances(model, params(scene, frame), places.reshape(-1, 2))).T
    classes = chances.shape[1]
    certain = (chances.max(axis=1) - 1 / classes) / (1 - 1 / classes)
    own = np.array([to_rgb(c) for c in (theme.prediction, theme.points, *theme.classes)])
    strength = 0.5 * certain[:, np.newaxis]
    expected = (1 - strength) * to_rgb(theme.paper) + strength * own[chances.argmax(axis=1)]
    away = np.abs(colours.reshape(-1, 3) - expected).max(axis=1)
    # Points, lines and the axes lie on the rest.
    assert np.mean(away < 0.02) > 0.75
    assert certain.max() > 0.9 and certain.min() < 0.1, "both pale and strong"


@pytest.mark.parametrize("classes", [3, 5])
def test_between_classes_the_two_likeliest_are_equally_likely(classes: int) -> None:
    problem = Problem(datasets.blobs(90, classes=classes, spread=2.0), Softmax(), CrossEntropy())
    scene = changed(CLASSES, problem=problem, start=None, steps=30)
    film = scene.film()
    film.show(30)
    places = np.concatenate(find(film, "half").get_segments())
    chances = np.sort(problem.model.predict(params(scene, 30), places), axis=1)
    # But for the corners where three meet.
    assert np.mean(chances[:, -1] - chances[:, -2] < 0.01) > 0.97
    assert len(places) > 100


def test_lines_are_smooth() -> None:
    film = SPIRALS.film()
    film.show(len(film) - 1)
    turns = []
    for segment in find(film, "half").get_segments():
        along = np.diff(panel(film).transData.transform(segment), axis=0)
        along = along[np.hypot(*along.T) > 0.5]
        angles = np.arctan2(along[:, 1], along[:, 0])
        turns.append(np.abs((np.diff(angles) + np.pi) % (2 * np.pi) - np.pi))
    assert np.quantile(np.concatenate(turns), 0.95) < np.radians(15)


def test_a_model_without_logits_is_drawn_by_its_probability() -> None:
    cut = Formula(lambda x1, x2, w: 1 / (1 + np.exp(-w * (x1 - x2))), features=2)
    x = np.random.default_rng(0).normal(size=(50, 2))
    chances = np.exp(log_chances(cut, np.array([3.0]), x))
    np.testing.assert_allclose(chances[1], cut.predict(np.array([3.0]), x), rtol=1e-9)
    np.testing.assert_allclose(chances.sum(axis=0), 1, rtol=1e-12)


@pytest.mark.parametrize("offset", [0.0, 1e5])
def test_single_precision_does_where_it_cannot_be_seen(offset: float) -> None:
    ax = Figure().add_subplot()
    ax.set(xlim=(offset, offset + 3), ylim=(-2, 2))
    grid, model = Grid(ax, 31), MLP((16, 16), "tanh", "softmax", features=2, classes=3)
    params = 3 * model.init(np.random.default_rng(1))
    rounded, exact = grid.points_for(model, params), grid.points_for(Softmax(3, 2), params)
    assert exact.dtype == np.float64
    # Numbers that are close together, such as dates, would be rounded to one.
    assert rounded.dtype == (np.float64 if offset else np.float32)
    assert grid.points_for(model, 1e20 * params).dtype == np.float64
    chances = [np.exp(log_chances(model, params, points)) for points in (rounded, exact)]
    np.testing.assert_allclose(chances[0], chances[1], atol=1e-4)


def test_what_is_not_finite_leaves_all_classes_equally_likely() -> None:
    chances = log_chances(Softmax(3, 2), np.full(9, np.nan), np.zeros((2, 2)))
    np.testing.assert_allclose(chances, -np.log(3))
    wide = log_chances(Softmax(3, 2), np.full(9, 1e200) * np.arange(9), np.ones((1, 2)))
    assert np.isfinite(wide).all()


@pytest.mark.parametrize("sides", [(31, 100), (61, 640)], ids=str)
def test_interpolation_is_exact_for_parabolas_and_close_for_waves(sides: tuple[int, int]) -> None:
    coarse, fine = sides
    matrix = interpolation(coarse, fine, True)
    x = np.linspace(-1 / (coarse - 3), 1 + 1 / (coarse - 3), coarse)
    at = np.linspace(0, 1, fine)
    np.testing.assert_allclose(matrix @ (3 * x**2 - x), 3 * at**2 - at, atol=1e-5)
    np.testing.assert_allclose(matrix @ np.sin(6 * x), np.sin(6 * at), atol=2e-3)


def test_three_classes_of_one_feature_have_a_curve_each() -> None:
    data = datasets.iris()
    one = Dataset(data.x[:, :1], data.y, data.x_names[:1], classes=data.classes)
    scene = changed(CLASSES, problem=Problem(one, Softmax(), CrossEntropy()), start=None)
    film = scene.film()
    film.show(20)
    curves = [find(film, f"chance {k}").get_data() for k in range(3)]
    np.testing.assert_allclose(sum(y for _, y in curves), 1, rtol=1e-12)
    x = curves[0][0]
    expected = Softmax(3, 1).predict(params(scene, 20), x[:, np.newaxis])
    np.testing.assert_allclose(curves[1][1], expected[:, 1], rtol=1e-9)


def test_more_classes_than_colours_are_refused() -> None:
    problem = Problem(datasets.blobs(90, classes=7), Softmax(), CrossEntropy())
    with pytest.raises(GdanimError, match="^Boundary: .*at most 6"):
        changed(CLASSES, problem=problem, start=None).film()


@pytest.mark.parametrize("scene", [CLASSES, CURVE])
def test_each_class_has_its_points(scene: Scene) -> None:
    film = scene.film()
    data = scene.run().problem.data  # type: ignore[attr-defined]
    heights = data.x[:, 1] if data.features == 2 else data.y
    looks = set()
    for k in (0, 1):
        points = find(film, f"class {k}")
        expected = np.column_stack([data.x[:, 0], heights])[data.y == k]
        np.testing.assert_array_equal(points.get_xydata(), expected)
        looks.add((points.get_color(), points.get_marker()))
    (one, marker), (other, other_marker) = looks
    assert one != other and marker != other_marker
    ax = panel(film)
    assert (heights > ax.get_ylim()[0]).all() and (heights < ax.get_ylim()[1]).all()


@pytest.mark.parametrize("frame", [0, 20])
def test_one_feature_gives_the_sigmoid_and_where_it_crosses(frame: int) -> None:
    film = CURVE.film()
    film.show(frame)
    w, b = params(CURVE, frame)
    x, y = find(film, "chance").get_data()
    np.testing.assert_allclose(y, 1 / (1 + np.exp(-(w * x + b))), rtol=1e-12)
    places = [segment[0][0] for segment in find(film, "half").get_segments()]
    assert places == pytest.approx([-b / w] if x[0] < -b / w < x[-1] else [], abs=1e-4)


def test_several_classifiers_have_a_line_each() -> None:
    film = changed(CLASSES, optimizer={"a": GradientDescent(0.1), "b": GradientDescent(1.0)}).film()
    film.draw(9)
    lines = panel(film).findobj(lambda a: a.get_gid() == "half")
    colours = [line.get_color()[0][:3] for line in lines]  # type: ignore[attr-defined]
    expected = [to_rgb(film.clip.colour(label)) for label in ("a", "b")]
    np.testing.assert_allclose(colours, expected)


def test_labels_have_no_underscores() -> None:
    ax = panel(CLASSES.film())
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("age", "top rate")


@pytest.mark.parametrize("frame", [0, 20])
def test_units_add_up_to_the_prediction(frame: int) -> None:
    film = NETWORK.film()
    film.show(frame)
    problem, at = NETWORK.run().problem, params(NETWORK, frame)
    assert isinstance(problem, Problem)
    x, total = find(film, "sum").get_data()
    np.testing.assert_allclose(total, problem.model.predict(at, x[:, np.newaxis]), rtol=1e-12)
    w1, b1, w2, b2 = at[:4], at[4:8], at[8:12], at[12]
    units = [segment[:, 1] for segment in find(film, "units").get_segments()]
    assert len(units) == 4
    for k, unit in enumerate(units):
        np.testing.assert_allclose(unit, w2[k] * np.tanh(w1[k] * x + b1[k]), rtol=1e-12)
    np.testing.assert_allclose(np.sum(units, axis=0) + b2, total, rtol=1e-9)


def test_a_classifiers_units_add_up_to_its_logit() -> None:
    model = MLP((3, 2), "relu", "logistic")
    at = np.random.default_rng(0).normal(size=(5, len(model.names)))
    x = np.linspace(-2, 2, 7)
    total = parts(model, at, x)[:, -1]
    np.testing.assert_allclose(
        1 / (1 + np.exp(-total)), model.predict(at, x[:, np.newaxis]), rtol=1e-12
    )
    film = changed(NETWORK, problem=Problem(STAIR, model, LogLoss())).film()
    assert panel(film).get_ylabel() == "logit"


@pytest.mark.parametrize(
    ("problem", "view", "message"),
    [
        (objectives.himmelblau(), Boundary(), r"Boundary: shows classes, and f\(x, y\) has no"),
        (Problem(datasets.linear(), Linear()), Boundary(), r"Boundary: y must be 0 or 1, .* -1"),
        (Problem(Dataset(np.eye(3), np.ones(3)), Logistic(3), LogLoss()), Boundary(),
         r"Boundary: shows data with one or two features, got 3 \(x1, x2, x3\)"),
        ({"a": Problem(PLANE, Logistic(2), LogLoss()),
          "b": Problem(PLANE.standardised(), Logistic(2), LogLoss())}, Boundary(),
         r"Boundary: the runs a, b have different data; .* views.Each\(views.Boundary\(\)\)"),
        (only(CLASSES).problem, Weights(), "Weights: shows .* an MLP, and the model is Logistic"),
        (objectives.himmelblau(), Weights(), "Weights: .* the model is FunctionObjective"),
        (Problem(PLANE, MLP((2,), features=2)), Weights(), r"Weights: .* one feature, .* 2 \(age"),
    ],
)  # fmt: skip
def test_mistakes_are_named(problem: Any, view: View, message: str) -> None:
    scene = changed(CLASSES, problem=problem, start=None, panels={"only": view}, steps=1)
    with pytest.raises(GdanimError, match=message):
        scene.film()


@pytest.mark.parametrize("scene", [CLASSES, CURVE, NETWORK])
def test_a_frame_depends_on_nothing_drawn_before(scene: Scene) -> None:
    in_sequence = scene.film()
    frames = [np.array(in_sequence.draw(frame)) for frame in range(6)]
    assert not np.array_equal(frames[3], frames[4])
    for frame in (5, 0):
        np.testing.assert_array_equal(np.array(scene.film().draw(frame)), frames[frame])
    moving = in_sequence.show(0)
    artists = set(in_sequence.figure.findobj())
    assert in_sequence.show(9) == moving and set(in_sequence.figure.findobj()) == artists


@pytest.mark.parametrize("scene", [CLASSES, CURVE], ids=["plane", "curve"])
def test_validation_points_are_hollow_and_in_view(scene: Scene) -> None:
    problem = only(scene).problem
    assert isinstance(problem, Problem)
    train, rest = problem.data.split(0.7)
    far = replace(rest, x=rest.x + 9.0)
    film = changed(scene, problem=replace(problem, data=train, validation=far)).film()
    for k in (0, 1):
        hollow, full = find(film, f"validation {k}"), find(film, f"class {k}")
        np.testing.assert_array_equal(hollow.get_xdata(), far.x[far.y == k, 0])
        assert hollow.get_markerfacecolor() == scene.look.paper
        assert hollow.get_markeredgecolor() == full.get_markerfacecolor()
    assert panel(film).get_xlim()[1] > far.x[:, 0].max()


def test_pixels_are_written_as_matplotlib_would_draw_them(monkeypatch: pytest.MonkeyPatch) -> None:
    written = np.array(THREE.film().draw(20))
    monkeypatch.setattr(Painted, "draw", AxesImage.draw)
    np.testing.assert_array_equal(written, np.asarray(THREE.film().draw(20)))
