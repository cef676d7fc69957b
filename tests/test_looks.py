"""What looks right, measured on what is drawn: sizes of texts and marks, distances, room.

The bounds say what a viewer would accept. They are wide enough to tune a constant and narrow enough
to notice when it is halved or doubled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from cases import LINE
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text

from gdanim.core.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.film._layout import align_left
from gdanim.film._text_size import shrink
from gdanim.film.film import Film
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.views._drawing.card import CardPatch
from gdanim.views._drawing.loss_surface import axis_limits
from gdanim.views._drawing.marks import EdgeMark, arrow, place_arrow
from gdanim.views._drawing.plane_path import _dotted_steps
from gdanim.views._drawing.predictions import data_limits
from gdanim.views.base import View
from gdanim.views.fit import Fit
from gdanim.views.loss_curve import LossCurve, is_hidden
from gdanim.views.text import Text as TextView
from gdanim.views.theme import LIGHT


def film_of(
    problem: Problem = LINE,
    panels: Mapping[str, View] | None = None,
    size: tuple[int, int] = (640, 360),
    **arguments: Any,
) -> Film:
    """The first frame of a film of a line."""
    optimizer = GradientDescent(1e-9)
    film = Scene(
        problem, optimizer, (0.0, 0.0), steps=5, panels=panels, size=size, **arguments
    ).film()
    film.show(0)
    return film


def points(film: Film, pixels: float) -> float:
    return pixels * 72 / film.figure.dpi


def card_of(ax: Axes) -> tuple[CardPatch, Axes]:
    """The card of the panel's inset, and the axes on it."""
    (card,) = (patch for patch in ax.patches if isinstance(patch, CardPatch))
    (inset,) = ax.child_axes
    assert isinstance(inset, Axes)
    return card, inset


@cache
def two_small_panels() -> Film:
    return film_of(panels={"one": Fit(), "other": Fit()})


def card_share() -> float:
    film = film_of(panels={"one": Fit(), "other": Fit()}, size=(320, 240))
    ax = film.figure.axes[0]
    return card_of(ax)[0].get_window_extent().width / ax.bbox.width


def plot_on_card() -> float:
    film = two_small_panels()
    return points(film, card_of(film.figure.axes[0])[1].bbox.width)


@cache
def full_square() -> tuple[Film, Floats]:
    """A panel full of points, and where these are, in pixels `[N, 2]`."""
    x, y = np.random.default_rng(0).uniform(0, 1, (2, 800))
    film = film_of(Problem(Dataset(x, y), Linear()), {"fit": Fit()})
    return film, film.figure.axes[0].transData.transform(np.column_stack([x, y]))


def gap_above_the_card() -> float:
    """How far the points are from the card, in parts of the panel's height."""
    film, places = full_square()
    ax = film.figure.axes[0]
    card = card_of(ax)[0].get_window_extent()
    beneath = places[(card.x0 < places[:, 0]) & (places[:, 0] < card.x1), 1]
    return float(max(card.y0 - beneath.max(), beneath.min() - card.y1) / ax.bbox.height)


@cache
def power_of_ten() -> tuple[Film, Axes, Text]:
    data = datasets.linear()
    problem = Problem(Dataset(data.x, 1e4 * data.y), Linear())
    film = film_of(problem, {"fit": Fit(inset=LossCurve(scale="linear"))})
    film.draw(0)
    _, inset = card_of(film.figure.axes[0])
    power = inset.yaxis.get_offset_text()
    assert "10^{10}" in power.get_text()
    return film, inset, power


def power_left_of_its_axis() -> float:
    film, inset, power = power_of_ten()
    return points(film, inset.bbox.x0 - power.get_window_extent().x1)


def power_above_its_axis() -> float:
    film, inset, power = power_of_ten()
    return points(film, power.get_window_extent().y0 - inset.bbox.y1)


def line_spacing_of_a_title() -> float:
    """From one line of a title to the next, in sizes of its letters."""
    words = "A title that is much too long for a single line of an upright video"
    film = film_of(title=words, size=(360, 640))
    (title,) = (text for text in film.figure.texts if "\n" in text.get_text())
    high = title.get_window_extent().height
    title.set_text(title.get_text().split("\n")[0])
    return points(film, high - title.get_window_extent().height) / float(title.get_fontsize())


def smallest_text() -> float:
    """The part of its size that a text keeps however little room there is."""
    text = Figure(dpi=200).text(0, 0, "a label", size=20.0)
    shrink(text, 0.01)
    return float(text.get_fontsize()) / 20.0


def panel() -> Axes:
    ax = Figure((7.2, 7.2), dpi=100).add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 1), ylim=(0, 1))
    return ax


def edge_mark_from_the_edge() -> float:
    """From the middle of a triangle at the panel's edge to the edge, in sizes of the triangle."""
    mark = EdgeMark(panel(), LIGHT, "black")
    line = mark.show(0.5, 9.0)
    assert isinstance(line, Line2D)
    (y,) = np.asarray(line.get_ydata(), dtype=float)
    return float(1 - y) * 7.2 * 72 / line.get_markersize()


def shortest_arrow() -> float:
    """The length of the shortest arrow that is drawn, in diameters of a ball."""
    ax = panel()
    patch: FancyArrowPatch = arrow(ax, LIGHT, "black")
    for length in np.linspace(0.001, 0.2, 200):
        place_arrow(patch, np.array([0.5, 0.5]), np.array([0.5 + length, 0.5]))
        if patch.get_visible():
            return float(length) * 7.2 * 72 / (1.5 * LIGHT.point_size)
    return math.inf


def height_of_a_plot_on_a_card() -> float:
    panels = {"one": Fit(), "other": Fit(), "third": Fit()}
    film = film_of(panels=panels, size=(360, 640), layout="one;other;third")
    return points(film, card_of(film.figure.axes[0])[1].bbox.height)


@cache
def density() -> tuple[Film, Floats]:
    """A film of single points and a pile of many, and its picture `[cells up, cells across, 4]`."""
    x = np.append(np.linspace(0, 1, 100), np.full(200_000, 0.5))
    problem = Problem(Dataset(x, x**2), Linear())
    film = film_of(problem, {"fit": Fit(inset=None)}, (1280, 720))
    (image,) = film.figure.axes[0].images
    return film, np.asarray(image.get_array())


def opacity_of_a_lone_point() -> float:
    _, cells = density()
    return float(cells[..., 3][cells[..., 3] > 0].min())


def width_of_a_cell() -> float:
    """In pixels of a video 1280 pixels wide, as the three that follow."""
    film, cells = density()
    return float(film.figure.axes[0].bbox.width / cells.shape[1])


def height_of_a_cell() -> float:
    film, cells = density()
    return float(film.figure.axes[0].bbox.height / cells.shape[0])


def points_of_a_curve() -> float:
    """For each pixel of the panel's width."""
    (ax,) = film_of(panels={"fit": Fit(inset=None)}, size=(1280, 720)).figure.axes
    return float(max(len(np.asarray(line.get_xdata())) for line in ax.lines) / ax.bbox.width)


def limits(reach: float) -> tuple[float, float]:
    """The limits for data from 0 to 1 and a prediction that goes `reach` above it."""
    return data_limits(np.array([0.0, 1.0]), np.array([[0.0, 1.0 + reach]]))


def data_next_to_a_prediction_far_away() -> float:
    """The part of the panel's height that data has."""
    low, high = limits(50.0)
    return 1 / (high - low)


def reach_of_predictions_shown_as_a_whole() -> float:
    """In heights of the data."""
    reaches = np.arange(0.1, 20, 0.1)
    shown = [
        data_limits(np.array([0.0, 1.0]), np.array([[0.0, 1 + r]]))[1] >= 1 + r for r in reaches
    ]
    return float(reaches[np.flatnonzero(shown)[-1]])


def squares(count: int) -> PolyCollection:
    problem = Problem(datasets.linear(points=count), Linear())
    (ax,) = film_of(problem, {"fit": Fit(residuals="squares", inset=None)}).figure.axes
    (found,) = (one for one in ax.collections if isinstance(one, PolyCollection))
    return found


def opacity_of_few_squares() -> float:
    return float(np.asarray(squares(3).get_facecolor())[0, 3])


def opacity_of_many_squares() -> float:
    return float(np.asarray(squares(1000).get_facecolor())[0, 3])


def squares_of_many_points() -> float:
    return len(squares(1000).get_paths())


def smallest_text_of_a_panel() -> float:
    """The part of its size that a text panel keeps however long the text."""
    (ax,) = film_of(panels={"text": TextView("words " * 3000)}, size=(320, 240)).figure.axes
    return float(ax.texts[0].get_fontsize()) / LIGHT.label_size


@cache
def labelled() -> tuple[Film, list[Text]]:
    """The labels of eight lines that end near each other, from the lowest."""
    optimizers = {f"run {k}": GradientDescent(1e-3 * (1 + k / 100)) for k in range(8)}
    film = Scene(
        LINE, optimizers, (0.0, 0.0), steps=5, panels={"loss": LossCurve()}, size=(640, 360)
    ).film()
    film.show(len(film) - 1)
    texts = [text for text in film.figure.axes[0].texts if text.get_text() in optimizers]
    assert len(texts) == len(optimizers)
    return film, sorted(texts, key=lambda text: text.get_window_extent().y0)


def label_from_its_line() -> float:
    """In points."""
    film, (lowest, *_) = labelled()
    return points(film, lowest.get_window_extent().x0 - film.figure.axes[0].bbox.x1)


def label_above_label() -> float:
    """In sizes of their letters."""
    film, (lowest, second, *_) = labelled()
    apart = second.get_window_extent().y0 - lowest.get_window_extent().y0
    return points(film, apart) / float(lowest.get_fontsize())


def how_far_a_path_is_followed() -> float:
    """Beyond its start and the minimum, in distances between them."""
    followed = 0.0
    for reach in np.arange(0.1, 10, 0.1):
        low, _ = axis_limits([np.array([1.0, -reach, 0.5])], np.array([0.0]))
        followed = float(reach) if low <= -reach else followed
    return followed


def shortest_step_with_a_dot() -> float:
    """In pixels of a panel 600 pixels high."""
    lengths = np.arange(1.0, 20.0, 0.1)
    low, high = np.zeros(2), np.full(2, 600.0)
    paths = (np.array([[0.0, 0.0], [0.0, length]]) for length in lengths)
    dots = [len(_dotted_steps(path, low, high)) - 1 for path in paths]
    return float(lengths[np.argmax(dots)])


def most_dots_on_a_path() -> float:
    path = np.tile([[0.0, 0.0], [1.0, 1.0]], (5000, 1))
    return len(_dotted_steps(path, np.zeros(2), np.ones(2)))


def loss_far_above_the_minimum() -> float:
    """In minima: from there on a loss that seems to be at the minimum calls for a log axis."""
    losses = np.arange(1.0, 20.0, 0.1)
    return float(next(loss for loss in losses if is_hidden(1.0, loss, 1e6)))


def gap_that_can_be_seen() -> float:
    """In heights of the curve."""
    gaps = np.arange(0.01, 0.5, 0.005)
    return float(next(gap for gap in gaps if not is_hidden(1.0, 1.0 + 1e6 * gap, 1.0 + 1e6)))


@cache
def curve_out_of_view() -> tuple[Film, float, float]:
    """Where the arrow to a curve that is nowhere in view stands, in parts of the panel."""
    data = LINE.data
    # It falls towards the right end, where it is ten heights of the data above them.
    slope = -float(np.ptp(data.y) / np.ptp(data.x))
    start = slope, float(data.y.max() + 10 * np.ptp(data.y) - slope * data.x.max())
    panels = {"fit": Fit(inset=None)}
    film = Scene(LINE, GradientDescent(1e-9), start, steps=5, size=(640, 360), panels=panels).film()
    film.show(0)
    (ax,) = film.figure.axes
    ((x, y),) = (
        np.asarray(one.get_offsets())[0]
        for one in ax.collections
        if isinstance(one, PathCollection) and len(np.asarray(one.get_offsets()))
    )
    left, right = ax.get_xlim()
    return film, float((x - left) / (right - left)), float(y)


def arrow_from_the_edge() -> float:
    """From its middle, in half heights of the arrow."""
    film, _, y = curve_out_of_view()
    return points(film, film.figure.axes[0].bbox.height * (1 - y)) / (1.1 * LIGHT.point_size)


def arrow_from_the_corner() -> float:
    """In parts of the panel's width."""
    _, x, _ = curve_out_of_view()
    return min(x, 1 - x)


LOOKS: list[tuple[Callable[[], float], float, float]] = [
    (card_share, 0.5, 0.7),
    (plot_on_card, 100, 160),
    (gap_above_the_card, 0.013, 0.03),
    (power_left_of_its_axis, 5, 12),
    (power_above_its_axis, 4, 10),
    (line_spacing_of_a_title, 1.0, 1.5),
    (smallest_text, 0.3, 0.6),
    (edge_mark_from_the_edge, 0.5, 1.0),
    (shortest_arrow, 1.2, 2.0),
    (height_of_a_plot_on_a_card, 50, 80),
    (opacity_of_a_lone_point, 0.25, 0.5),
    (width_of_a_cell, 1.5, 4),
    (height_of_a_cell, 1.5, 3.5),
    (points_of_a_curve, 0.8, 1.5),
    (data_next_to_a_prediction_far_away, 0.25, 0.5),
    (reach_of_predictions_shown_as_a_whole, 3, 6),
    (opacity_of_few_squares, 0.13, 0.35),
    (opacity_of_many_squares, 0.02, 0.05),
    (squares_of_many_points, 150, 300),
    (smallest_text_of_a_panel, 0.4, 0.8),
    (label_from_its_line, 5, 15),
    (label_above_label, 1.0, 1.6),
    (how_far_a_path_is_followed, 1.0, 2.5),
    (shortest_step_with_a_dot, 3, 8),
    (most_dots_on_a_path, 250, 700),
    (loss_far_above_the_minimum, 2, 5),
    (gap_that_can_be_seen, 0.035, 0.08),
    (arrow_from_the_edge, 1.0, 2.0),
    (arrow_from_the_corner, 0.02, 0.05),
]


@pytest.mark.parametrize(
    ("measure", "least", "most"), LOOKS, ids=[measure.__name__ for measure, *_ in LOOKS]
)
def test_looks_right(measure: Callable[[], float], least: float, most: float) -> None:
    assert least <= measure() <= most


@pytest.mark.parametrize(
    ("name", "upright"), [("y", True), ("km", True), ("MSE", False), ("price", False)]
)
def test_only_a_short_name_of_a_y_axis_is_upright(name: str, upright: bool) -> None:
    data = datasets.linear()
    film = film_of(Problem(Dataset(data.x, data.y, y_name=name), Linear()), {"fit": Fit()})
    label = film.figure.axes[0].yaxis.label
    assert label.get_text() == name
    assert (label.get_rotation() == 0) == upright


@pytest.mark.parametrize(("apart", "aligned"), [(0.06, True), (0.14, False)])
def test_rows_that_begin_near_each_other_are_aligned(apart: float, aligned: bool) -> None:
    figure = Figure()
    upper = figure.add_axes((0.1, 0.6, 0.7, 0.3))
    lower = figure.add_axes((0.1 + apart, 0.1, 0.7, 0.3))
    align_left(figure)
    assert (upper.get_position().x0 == lower.get_position().x0) == aligned


@pytest.mark.parametrize(("points", "cells"), [(5000, False), (5001, True)])
def test_more_than_5000_points_are_a_density(points: int, cells: bool) -> None:
    problem = Problem(datasets.linear(points=points), Linear())
    (ax,) = film_of(problem, {"fit": Fit(inset=None)}).figure.axes
    assert bool(ax.images) == cells


@pytest.mark.parametrize(("runs", "named"), [(8, 8), (24, 24), (25, 0)])
def test_up_to_24_lines_have_names(runs: int, named: int) -> None:
    optimizers = {f"run {k}": GradientDescent(1e-3 + 1e-5 * k) for k in range(runs)}
    scene = Scene(LINE, optimizers, (0.0, 0.0), steps=5, panels={"loss": LossCurve()})
    (ax,) = scene.film().figure.axes
    assert sum(text.get_text() in optimizers for text in ax.texts) == named


@pytest.mark.parametrize(("decades", "scale"), [(1.7, "linear"), (2.5, "log")])
def test_losses_over_more_than_two_decades_are_on_a_logarithmic_axis(
    decades: float, scale: str
) -> None:
    # Each step halves the distance to the minimum.
    steps = round(decades / (2 * math.log10(2)))
    bowl = FunctionObjective(lambda x: x**2, ("x",))
    panels = {"loss": LossCurve()}
    film = Scene(bowl, GradientDescent(0.25), (1.0,), steps=steps, panels=panels).film()
    assert film.figure.axes[0].get_yscale() == scale
