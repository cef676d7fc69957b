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
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.views._drawing.card import CardPatch
from gdanim.views._drawing.marks import EdgeMark, arrow, place_arrow
from gdanim.views.base import View
from gdanim.views.fit import Fit
from gdanim.views.loss_curve import LossCurve
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
