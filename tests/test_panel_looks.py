"""What looks right within panels, measured as in test_looks: trails, ticks, numbers of things."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from cases import LINE
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from gdanim.core.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.recorder import Recorder
from gdanim.errors import GdanimError
from gdanim.pacing.timeline import Every
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.mlp import MLP
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.schedules import Piecewise
from gdanim.views._drawing.predictions import labels_sharing_limits
from gdanim.views._drawing.relief import clearest_camera, refined_path
from gdanim.views._drawing.ticks import FewOf, FewTicks
from gdanim.views._drawing.trace import extremes, line_vertices
from gdanim.views.fit import Fit
from gdanim.views.gradient import Gradient
from gdanim.views.loss_curve import LossCurve
from gdanim.views.parameters import Parameters
from gdanim.views.surface import Surface
from gdanim.views.theme import LIGHT
from gdanim.views.weights import Weights


def shift_that_shows_a_trail() -> float:
    """How far an earlier line must be from the curve, in widths of the curve."""
    recorder = Recorder(LINE)
    unit = 1e-4 * float(np.ptp(LINE.data.y))
    for k in range(40):
        recorder.snapshot([2.0, 1.0 + unit * k])
    pace = Every(1, 0, 0)
    panels = {"fit": Fit(trail=39, trail_seconds=39 / 30, inset=None)}
    film = Scene(recorder.run(), pace=pace, panels=panels, size=(640, 360), fps=30).film()
    film.show(len(film) - 1)
    (ax,) = film.figure.axes
    (trail,) = (one for one in ax.collections if isinstance(one, LineCollection))
    curve = max(ax.lines, key=lambda line: len(np.asarray(line.get_xdata())))
    now = ax.transData.transform(np.asarray(curve.get_xydata())[:1])[0, 1]
    segments = [one for one in map(np.asarray, trail.get_segments()) if len(one)]
    shown = [ax.transData.transform(one[:1])[0, 1] for one in segments]
    assert 0 < len(shown) < 39
    return float(now - max(shown)) * 72 / film.figure.dpi / LIGHT.line_width


def an_axis(width: float, height: float, locator: Any, across: bool) -> Any:
    """An axis of a panel whose sides are given in heights of the numbers."""
    figure = Figure(figsize=(width * 10 / 72, height * 10 / 72))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.tick_params(labelsize=10)
    axis = ax.xaxis if across else ax.yaxis
    axis.set_major_locator(locator)
    return axis


def room_of_a_number_across() -> float:
    """In heights of the numbers."""
    axis = an_axis(120, 60, FewOf(range(1000), 1000), across=True)
    return 120 / len(axis.get_major_locator().tick_values(0, 1))


def ticks(side: float, low: float, high: float, across: bool) -> list[float]:
    """The ticks in view where room or wish is for a single interval."""
    axis = an_axis(side, side, FewTicks(1), across)
    found = axis.get_major_locator().tick_values(low, high)
    return [float(tick) for tick in found if low <= tick <= high]


def room_of_two_numbers_above_each_other() -> float:
    """The least distance of two ticks up an axis that a single one could have."""
    found = ((side, ticks(float(side), 0.35, 1.05, False)) for side in np.arange(0.5, 6, 0.05))
    side, (low, high) = next((side, two) for side, two in found if len(two) == 2)
    return float(side) * (high - low) / 0.7


def vertices_of_a_long_line() -> float:
    """For each pixel of a video 1280 pixels wide."""
    return len(extremes(np.sin(np.arange(1e6)))) / 1280


def vertices_of_a_long_path() -> float:
    return len(line_vertices(1_000_000, np.zeros(0, dtype=np.int64))) / 1280


def widths_that_share_limits() -> float:
    """The wider of two linked data sets, in widths of the narrower."""

    def shared(ratio: float) -> bool:
        data = [Dataset(np.array([0.0, side]), np.array([0.0, side])) for side in (1.0, ratio)]
        runs = {
            f"{k}": Scene(Problem(one, Linear()), GradientDescent(1e-9), steps=1).run()
            for k, one in enumerate(data)
        }
        clip: Any = SimpleNamespace(limit_runs=runs, linked_clips=True)
        return len(labels_sharing_limits(clip, Problem(data[0], Linear()))) == 2

    return max(ratio for ratio in map(float, np.arange(1.5, 12, 0.5)) if shared(ratio))


def hidden_part_of_a_path_that_is_accepted() -> float:
    """How much of a path may be hidden before the camera looks from higher up."""

    def elevation(part: float) -> float:
        def hidden(points: Floats, heights: Floats, camera: Any) -> Any:
            low = np.degrees(camera.elevation) < 40
            return np.arange(len(points)) < part * len(points) * low

        ground: Any = SimpleNamespace(
            **{"low": np.zeros(2), "high": np.ones(2), "hidden": hidden},
            **{"heights": lambda frame: None, "standing": lambda ways, heights: ways},
        )
        path = np.array([[0.1, 0.1], [0.9, 0.9]])
        return float(np.degrees(clearest_camera(ground, [path], None, None, 0)[1]))

    return max(part for part in map(float, np.arange(0, 1, 0.05)) if elevation(part) < 40)


def step_along_a_path_on_the_landscape() -> float:
    """In parts of the floor."""
    ground: Any = SimpleNamespace(low=np.zeros(2), high=np.ones(2))
    _, places = refined_path(np.array([[0.0, 0.0], [1.0, 0.0]]), ground, 1500)
    return float(np.diff(places[:, 0]).max())


def opacity_behind_the_landscape() -> float:
    scene = Scene(
        objectives.bowl(), GradientDescent(0.01), (1.0, 1.0), steps=2, panels={"only": Surface()}
    )
    film = scene.film()
    film.show(1)
    (line,) = (line for line in film.figure.axes[0].lines if line.get_gid() == "path behind")
    return float(line.get_alpha() or 1.0)


def points_of_a_units_curve() -> float:
    """For each pixel of a panel in a video 1280 pixels wide."""
    problem = Problem(datasets.sinusoid(), MLP((3,)))
    scene = Scene(problem, GradientDescent(1e-3), steps=2, panels={"only": Weights()})
    film = scene.film()
    film.show(0)
    (ax,) = film.figure.axes
    (curve,) = (line for line in ax.lines if line.get_gid() == "sum")
    return float(len(np.asarray(curve.get_xdata())) / ax.bbox.width)


LOOKS: list[tuple[Callable[[], float], float, float]] = [
    (shift_that_shows_a_trail, 0.06, 0.17),
    (room_of_a_number_across, 2.2, 4.5),
    (room_of_two_numbers_above_each_other, 1.0, 2.0),
    (vertices_of_a_long_line, 1.0, 2.5),
    (vertices_of_a_long_path, 1.0, 2.5),
    (widths_that_share_limits, 2.5, 6),
    (hidden_part_of_a_path_that_is_accepted, 0.15, 0.4),
    (step_along_a_path_on_the_landscape, 0.006, 0.016),
    (opacity_behind_the_landscape, 0.2, 0.5),
    (points_of_a_units_curve, 0.2, 0.4),
]


@pytest.mark.parametrize(
    ("measure", "least", "most"), LOOKS, ids=[measure.__name__ for measure, *_ in LOOKS]
)
def test_looks_right(measure: Callable[[], float], least: float, most: float) -> None:
    assert least <= measure() <= most


def test_a_single_tick_gets_company_from_round_numbers_only() -> None:
    assert ticks(30, 0.05, 1.95, across=True) == [0.5, 1.0, 1.5]
    # There is room for 0.25 and 1.75 only, which are harder to read than 1.
    assert ticks(4.5, 0.05, 1.95, across=True) == [1.0]


@pytest.mark.parametrize(("changes", "marked"), [(8, 8), (9, 0)])
def test_up_to_eight_changes_of_the_rate_are_marked(changes: int, marked: int) -> None:
    rates = 1e-3 * 0.5 ** np.arange(changes + 1)
    optimizer = GradientDescent(Piecewise(rates, range(10, 10 * changes + 1, 10)))
    panels = {"loss": LossCurve()}
    film = Scene(LINE, optimizer, (0.0, 0.0), steps=100, panels=panels).film()
    film.show(len(film) - 1)
    diamonds = [line for line in film.figure.axes[0].lines if line.get_marker() == "D"]
    assert sum(len(np.asarray(line.get_xdata())) for line in diamonds) == marked


def a_polynomial(parameters: int, **panels: Any) -> Scene:
    problem = Problem(datasets.quadratic(range=(-1, 1)), Polynomial(parameters - 1))
    return Scene(problem, GradientDescent(1e-3), steps=2, panels=panels)


def test_up_to_eight_parameters_have_bars() -> None:
    assert a_polynomial(8, only=Gradient()).film().figure.axes
    with pytest.raises(GdanimError, match="at most 8"):
        a_polynomial(9, only=Gradient()).film()


@pytest.mark.parametrize(("parameters", "named"), [(4, True), (5, False)])
def test_up_to_four_parameters_are_named(parameters: int, named: bool) -> None:
    scene = a_polynomial(parameters, only=Parameters())
    words = Parameters().describe(scene.film().clip)
    assert ("the parameters" not in words) == named
