"""The pictures of a loss against the run and the problem."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from cases import changed
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch

from gdanim.core.arrays import Floats
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.momentum import Momentum
from gdanim.descent.optimizer import Optimizer
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.pacing.timeline import Every
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss, NegativeLogLikelihood
from gdanim.problems.penalties import L2
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.scene import Scene
from gdanim.views._drawing.bands import Bands, Scale, loss_scale
from gdanim.views._drawing.loss_surface import (
    LossSurface,
    axis_limits,
    grid_side,
    main_plane,
    pulled_in,
)
from gdanim.views.base import View
from gdanim.views.contour import Contour
from gdanim.views.each import Each
from gdanim.views.loss_slice import LossSlice
from gdanim.views.surface import Surface

SIZE = (640, 360)
LINE = Problem(datasets.linear(2.0, 1.0, points=40, range=(-1, 3), noise=0.6), Linear())
BOWL = Scene(LINE, GradientDescent(0.1), (-1.6, 4.2), 30, size=SIZE, pace=Every(1, 0, 0))
WAVE = Scene(
    Problem(datasets.sinusoid(points=40), Sinusoid()), GradientDescent(0.1),
    (2.9, 1.72, 0, -1.2), 30, size=SIZE, pace=Every(1, 0, 0),
)  # fmt: skip
MEAN = Scene(
    Problem(datasets.linear(0.5, 2.0, points=9), Polynomial(0)), GradientDescent(0.1),
    (-3.0,), 20, size=SIZE, pace=Every(1, 0, 0),
)  # fmt: skip


def film(scene: Scene, view: View) -> Film:
    return replace(scene, panels={"only": view}).film()


def panel(film: Film) -> Axes:
    return film.figure.axes[0]


def find(ax: Axes, gid: str) -> Any:
    (artist,) = (a for a in ax.findobj(lambda a: a.get_gid() == gid))
    return artist


def data(ax: Axes, gid: str) -> Floats:
    """The points `[K, 2]` of the line called `gid`."""
    line = find(ax, gid)
    assert isinstance(line, Line2D)
    return np.asarray(line.get_xydata(), dtype=np.float64)


def arrow(ax: Axes) -> tuple[Floats, Floats]:
    patch = find(ax, "arrow")
    assert isinstance(patch, FancyArrowPatch) and patch.get_visible()
    path = patch._posA_posB  # type: ignore[attr-defined]  # no public name
    return np.array(path[0]), np.array(path[1])


def surface(ax: Axes) -> PathCollection:
    bands = find(ax, "bands")
    assert isinstance(bands, PathCollection)
    return bands


@pytest.mark.parametrize("frame", [0, 7, 30])
def test_contour_shows_the_recorded_path(frame: int) -> None:
    run, film_ = BOWL.run(), film(BOWL, Contour())
    film_.show(frame)
    ax = panel(film_)
    np.testing.assert_array_equal(data(ax, "path"), run.params[: frame + 1])
    np.testing.assert_array_equal(data(ax, "ball"), run.params[[frame]])
    dots = data(ax, "steps")
    assert dots.tolist() == run.params[: len(dots)].tolist() and len(dots) >= min(frame, 7)
    assert data(ax, "outside").size == 0


def test_contours_star_is_the_least_squares_fit() -> None:
    ax = panel(film(BOWL, Contour()))
    x, y = LINE.data.x[:, 0], LINE.data.y
    np.testing.assert_allclose(data(ax, "optimum")[0], np.polyfit(x, y, 1), rtol=1e-9)


@pytest.mark.parametrize("factor", [1.0, 3.0])
@pytest.mark.parametrize("rule", [GradientDescent(0.1), Momentum(0.05, 0.9), Adam(0.5)])
def test_contours_arrow_is_the_step_to_come(rule: Optimizer, factor: float) -> None:
    scene = changed(BOWL, optimizer=rule)
    run, film_ = scene.run(), film(scene, Contour(arrow=factor))
    for frame in (0, 2):
        film_.show(frame)
        start, end = arrow(panel(film_))
        np.testing.assert_array_equal(start, run.params[frame])
        step = run.params[frame + 1] - run.params[frame]
        np.testing.assert_allclose(end - start, factor * step, rtol=1e-9)


def test_an_arrow_too_short_to_be_seen_is_left_out() -> None:
    film_ = film(BOWL, Contour())
    film_.show(30)
    assert not find(panel(film_), "arrow").get_visible()
    still = film(BOWL, Contour(arrow=0))
    still.show(0)
    assert not find(panel(still), "arrow").get_visible()


@pytest.mark.parametrize(
    ("scene", "view", "frame"),
    [(BOWL, Contour(), 0), (WAVE, Contour(("b", "c")), 11), (WAVE, Contour((3, 0)), 25)],
)
def test_contours_bands_are_the_problems_losses(scene: Scene, view: Contour, frame: int) -> None:
    run, film_ = scene.run(), film(scene, view)
    film_.show(frame)
    ax = panel(film_)
    chosen = view.parameters or (0, 1)
    names = run.problem.names
    numbers = [p if isinstance(p, int) else names.index(p) for p in chosen]
    ranges = []
    for path in surface(ax).get_paths():
        vertices = np.asarray(path.vertices)
        params = np.repeat(run.params[[frame]], len(vertices), axis=0)
        params[:, numbers] = vertices
        losses = run.problem.losses(params)
        if losses.size:
            ranges.append((losses.min(), losses.max()))
    # The lowest band has vertices at its upper end alone.
    lows, highs = np.transpose(ranges[1:])
    assert len(lows) > 5
    # Each band begins where the one below ends, as well as straight lines between grid points can.
    assert (np.diff(lows) > 0).all() and (np.diff(highs) > 0).all()
    assert (np.abs(lows[1:] - highs[:-1]) < 0.1 * (highs - lows)[1:]).all()


def test_a_pairs_surface_moves_with_the_other_parameters_and_others_do_not() -> None:
    for view, moves in ((Contour(("a", "b")), True), (Contour(), False), (Contour("main"), False)):
        film_ = film(WAVE, view)
        film_.show(0)
        before = np.concatenate([path.vertices for path in surface(panel(film_)).get_paths()])
        film_.show(20)
        after = np.concatenate([path.vertices for path in surface(panel(film_)).get_paths()])
        assert np.array_equal(before, after) != moves


@pytest.mark.parametrize(
    ("view", "text"),
    [
        (Contour(), "loss (MSE) in the path's main plane"),
        (Contour(("b", "c")), "loss (MSE), a and d as of this step"),
    ],
)
def test_contour_says_which_plane_it_is(view: Contour, text: str) -> None:
    assert panel(film(WAVE, view)).get_title(loc="left") == text


def test_the_main_plane_has_the_directions_of_the_path() -> None:
    run = WAVE.run()
    plane = main_plane([run])
    directions = plane.directions
    np.testing.assert_allclose(directions @ directions.T, np.eye(2), atol=1e-12)
    offsets = run.params - run.params[-1]
    shares = np.sum((offsets @ directions.T) ** 2, axis=0) / np.sum(offsets**2)
    values = np.linalg.eigvalsh(offsets.T @ offsets)[::-1]
    np.testing.assert_allclose(shares, values[:2] / values.sum(), rtol=1e-9)
    assert plane.names[0] == f"direction 1 ({100 * shares[0]:.0f} %)"
    np.testing.assert_array_equal(plane.coordinates(run.params[-1]), [0, 0])
    ax = panel(film(WAVE, Contour()))
    assert (ax.get_xlabel(), ax.get_ylabel()) == plane.names


@pytest.mark.parametrize("frame", [0, 5, 19])
def test_loss_slice_of_an_only_parameter(frame: int) -> None:
    run, film_ = MEAN.run(), film(MEAN, LossSlice())
    film_.show(frame)
    ax = panel(film_)
    x, y = data(ax, "loss").T
    inside = (y > ax.get_ylim()[0]) & (y < ax.get_ylim()[1])
    np.testing.assert_allclose(y[inside], run.problem.losses(x[inside, np.newaxis]), rtol=1e-12)
    np.testing.assert_allclose(data(ax, "ball")[0], [run.params[frame, 0], run.losses[frame]])
    (left, low), (right, high) = data(ax, "tangent")
    slope = (high - low) / (right - left)
    assert slope == pytest.approx(run.problem.gradient(run.params[frame])[0], rel=1e-9)
    dots = np.asarray(find(ax, "trail").get_offsets())
    taken = dots[np.isfinite(dots).all(axis=1)]
    steps = np.arange(max(0, frame - 12), frame)
    np.testing.assert_allclose(
        taken, np.column_stack([run.params[steps, 0], run.losses[steps]]), rtol=1e-12
    )


def test_the_slices_arrow_is_the_step_and_the_drop_ends_on_the_curve() -> None:
    run, film_ = MEAN.run(), film(MEAN, LossSlice())
    lengths = []
    for frame in (0, 1, 2):
        film_.show(frame)
        ax = panel(film_)
        start, end = arrow(ax)
        assert start[1] == end[1] == pytest.approx(run.losses[frame])
        lengths.append(end[0] - start[0])
        slope = run.problem.gradient(run.params[frame])[0]
        assert lengths[-1] == pytest.approx(-0.1 * slope, rel=1e-9)
        landing = np.array([run.params[frame + 1, 0], run.losses[frame + 1]])
        np.testing.assert_allclose(data(ax, "drop"), np.stack([end, landing]))
    assert lengths == sorted(lengths, reverse=True)
    film_.show(20)
    assert not find(panel(film_), "arrow").get_visible() and data(panel(film_), "drop").size == 0


@pytest.mark.parametrize("frame", [0, 12])
def test_a_slices_other_parameters_are_current_or_fixed(frame: int) -> None:
    run = WAVE.run()
    at = np.array([2.0, 9.0, 1.0, -4.0])
    for view, through in ((LossSlice("b"), run.params[frame]), (LossSlice(1, fixed=at), at)):
        film_ = film(WAVE, view)
        film_.show(frame)
        ax = panel(film_)
        x, y = data(ax, "loss").T
        params = np.repeat(through[np.newaxis], len(x), axis=0)
        params[:, 1] = x
        low, high = ax.get_ylim()
        inside = (y > low) & (y < high)
        expected = run.problem.losses(params)
        assert inside.sum() > 20
        np.testing.assert_allclose(y[inside], expected[inside], rtol=1e-9)
        here, height = data(ax, "ball")[0]
        assert here == run.params[frame, 1]
        params[0] = through
        params[0, 1] = here
        assert height == pytest.approx(run.problem.loss(params[0]), rel=1e-9)
        (left, bottom), (right, top) = data(ax, "tangent")
        slope = run.problem.gradient(params[0])[1]
        assert (top - bottom) / (right - left) == pytest.approx(slope, rel=1e-9)


def test_ranges_are_the_limits() -> None:
    assert panel(film(WAVE, LossSlice("b", range=(0, 3)))).get_xlim() == (0, 3)
    ax = panel(film(BOWL, Contour(ranges=((-2, 5), (0, 6)))))
    assert ax.get_xlim() == (-2, 5) and ax.get_ylim() == (0, 6)


@pytest.mark.parametrize("view", [Contour(), LossSlice(fixed=(0, 1))])
def test_a_path_that_leaves_is_followed_by_an_arrow_at_the_edge(view: View) -> None:
    scene = changed(BOWL, optimizer=GradientDescent(0.5), steps=60)
    run, film_ = scene.run(), film(scene, view)
    film_.show(60)
    ax = panel(film_)
    (x, y), last = data(ax, "outside")[0], run.params[-1]
    right = last[0] > np.mean(ax.get_xlim())
    assert (x > 0.5) == right and (x < 0.1 or x > 0.9 or y > 0.9)
    assert not find(ax, "arrow").get_visible()
    np.testing.assert_array_less(np.abs(data(ax, "ball")), 1e6)
    film_.show(0)
    assert data(ax, "outside").size == 0


def test_several_runs_share_a_surface_in_their_own_colours() -> None:
    rates = {"slow": GradientDescent(0.02), "fast": GradientDescent(0.2)}
    for view in (Contour(), LossSlice(fixed=(0, 1))):
        film_ = film(changed(BOWL, optimizer=rates), view)
        ax = panel(film_)
        film_.draw(5)
        balls = ax.findobj(lambda a: a.get_gid() == "ball")
        colours = [ball.get_color() for ball in balls]  # type: ignore[attr-defined]
        assert colours == [film_.clip.colour(label) for label in rates]
        assert len(ax.findobj(lambda a: a.get_gid() == "loss")) <= 1
    each = film(changed(BOWL, optimizer=rates), Each(Contour()))
    slow, fast = (ax for ax in each.figure.axes if ax.findobj(lambda a: a.get_gid() == "ball"))
    assert slow.get_xlim() == fast.get_xlim() and slow.get_ylim() == fast.get_ylim()


OTHER = Problem(LINE.data.standardised(), Linear())


@pytest.mark.parametrize(
    ("scene", "view", "message"),
    [
        (MEAN, Contour(), r"Contour: needs two parameters, this problem has one \(a\)"),
        (BOWL, Contour(("slope", "c")), r"no parameter 'c'; the parameters are slope, intercept"),
        (BOWL, Contour((0, 2)), r"no parameter 2; .* \(numbers 0 to 1\)"),
        (BOWL, Contour((0, 0)), r"Contour: parameters must be two different ones, got \(0, 0\)"),
        (WAVE, Contour(("a", "b", "c")), r"must be two of a, b, c, d, or \"main\""),
        (WAVE, Contour("b"), r"must be two of a, b, c, d, or \"main\", got 'b'"),
        (WAVE, LossSlice("slope"), r"LossSlice: no parameter 'slope'; .* a, b, c, d"),
        (WAVE, LossSlice(True), r"LossSlice: no parameter True"),
        (WAVE, LossSlice("a", fixed=(1, 2)), r"LossSlice: fixed: 4 numbers expected"),
        (changed(BOWL, optimizer={"a": GradientDescent(0.1), "b": GradientDescent(0.2)}),
         LossSlice(), r"2 runs \(a, b\) have a curve each over slope; give `fixed`"),
        (changed(BOWL, problem={"raw": LINE, "even": OTHER}), Contour(),
         r"Contour: the runs raw, even have different losses; .*views.Each\(views.Contour"),
    ],
)  # fmt: skip
def test_mistakes_are_named(scene: Scene, view: View, message: str) -> None:
    with pytest.raises(GdanimError, match=message):
        film(scene, view)


@pytest.mark.parametrize(
    ("view", "wrong", "message"),
    [
        (Contour, {"ranges": ((0, 1),)}, "Contour: ranges must be two pairs, got ((0, 1),)"),
        (Contour, {"ranges": ((0, 1), (2,))}, "Contour: ranges: expected numbers, got"),
        (Contour, {"ranges": ((0, 1), (3, 2))}, "Contour: ranges: must be two numbers, the lower"),
        (Contour, {"arrow": None}, "Contour: arrow: expected numbers, got None"),
        (Surface, {"ranges": ((0, 1),)}, "Surface: ranges must be two pairs, got ((0, 1),)"),
        (Surface, {"turn": np.inf}, "Surface: turn: must be one finite number, got inf"),
        (LossSlice, {"range": (1,)}, "LossSlice: range: must be two numbers, the lower one first"),
        (LossSlice, {"trail": -1}, "LossSlice: trail: must be a whole number of at least 0, got -"),
    ],
)
def test_so_are_those_that_need_no_scene(
    view: type[View], wrong: dict[str, object], message: str
) -> None:
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}"):
        view(**wrong)


@pytest.mark.parametrize(
    ("scene", "view"), [(BOWL, Contour()), (WAVE, Contour(("a", "d"))), (WAVE, LossSlice("b"))]
)
def test_a_frame_depends_on_nothing_drawn_before(scene: Scene, view: View) -> None:
    in_sequence = film(scene, view)
    frames = [np.array(in_sequence.draw(frame)) for frame in range(12)]
    assert not np.array_equal(frames[3], frames[4])
    for frame in (11, 0, 6):
        np.testing.assert_array_equal(np.array(film(scene, view).draw(frame)), frames[frame])


@pytest.mark.parametrize("view", [Contour(("a", "d")), Contour(), LossSlice("b")])
def test_no_artist_is_made_by_a_frame(view: View) -> None:
    film_ = film(WAVE, view)
    moving = film_.show(0)
    artists: set[Artist] = set(film_.figure.findobj())
    assert film_.show(9) == moving == film_.show(30)
    assert set(film_.figure.findobj()) == artists


def test_the_terrain_of_a_linear_model_is_its_problems_loss() -> None:
    points = np.random.default_rng(0).normal(0, 5, (50, 2))
    surface = LossSurface(LINE)
    assert surface.workspace == 2 < LINE.workspace
    np.testing.assert_allclose(surface.loss(points), LINE.losses(points), rtol=1e-12)
    np.testing.assert_allclose(surface.gradient(points), LINE.gradient(points), rtol=1e-10)


def test_scale_rises_from_the_lowest_loss_to_the_highest() -> None:
    losses = np.array([3.0, 5.0, np.inf, 1e4, 7.0, np.nan])
    shades = loss_scale(losses, 2.0)
    assert shades.low == 2 and shades.high == 1e4
    heights = shades(np.array([2.0, 3.0, 5.0, 7.0, 1e4, np.inf]))
    assert heights[0] == 0 and heights[-2] == heights[-1] == 1
    assert (np.diff(heights[:-1]) > 0).all()
    flat = loss_scale(np.full(4, 2.5))
    assert flat(np.array([2.5])).tolist() == [0.0]
    assert loss_scale(np.full(4, np.inf)) == Scale(0.0, 1.0, 1.0)


def test_limits_hold_start_and_optimum_and_leave_out_what_goes_astray() -> None:
    path = np.array([1.0, 2.0, 2.5, -1e300, 1e300])
    low, high = axis_limits([path], np.array([3.0]))
    assert low < 1 and 3.5 < high < 10
    low, high = axis_limits([np.array([1.0, 1.0])], np.array([1.0]))
    assert low < 1 < high
    low, high = axis_limits([np.zeros(1)], np.zeros(1))
    assert low < 0 < high
    low, high = axis_limits([np.array([1e308, -1e308])], np.array([0.0]))
    assert low < high


def test_what_is_far_keeps_its_direction() -> None:
    low, high = np.array([0.0, 0.0]), np.array([2.0, 2.0])
    points = np.array([[0.5, 1.5], [1e9, 1.0], [1e300, 1e300], [-1e308, 1.0]])
    near = pulled_in(points, low, high)
    np.testing.assert_array_equal(near[0], points[0])
    assert (np.abs(near) < 2e3).all()
    assert near[1, 1] == 1.0 and near[2, 0] == near[2, 1] > 100 and near[3, 0] < -100


def test_a_dear_surface_gets_a_coarser_grid() -> None:
    sides = [grid_side(cost, 1e5, (11, 81)) for cost in (1, 40, 1000, 10**9)]
    assert sides[0] == 81 and sides[-1] == 11 and sides == sorted(sides, reverse=True)


def test_bands_lie_between_their_lines() -> None:
    ax = panel(film(MEAN, LossSlice()))
    bands = Bands(ax, [(k / 4, 0.0, 0.0) for k in range(4)], "black")
    x = np.linspace(0, 1, 11)
    bands.show(x, x, np.broadcast_to(x, (11, 11)))
    for k, path in enumerate(bands.filled.get_paths()):
        across = np.asarray(path.vertices)[:, 0]
        assert across.min() == pytest.approx(k / 4) and across.max() == pytest.approx((k + 1) / 4)
    assert sorted(round(s[0][0], 9) for s in bands.lines.get_segments()) == [0.25, 0.5, 0.75]


def test_of_a_crowd_a_sample_is_drawn_and_said_so() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=20_000)
    data = Dataset(x, (x + rng.normal(size=len(x)) > 0).astype(np.float64))
    whole = Problem(data, Logistic(), LogLoss())
    surface = LossSurface(whole)
    places = np.array([[0.0, 0.0], [2.0, -1.0], [-3.0, 3.0]])
    np.testing.assert_allclose(surface.loss(places), whole.losses(places), rtol=0.05)
    np.testing.assert_array_equal(surface.gradient(places[1]), whole.gradient(places[1]))
    assert surface.workspace < whole.workspace / 3
    total = Problem(data, Logistic(), NegativeLogLikelihood(), L2(0.1))
    surface = LossSurface(total)
    np.testing.assert_allclose(surface.loss(places), total.losses(places), rtol=0.05)
    assert surface.objective.loss_symbol == "NLL + L2"
    for view in (Contour(), LossSlice(), Surface()):
        film = Scene(whole, GradientDescent(0.5), (2, 2), 3, panels={"only": view}).film()
        title = film.figure.axes[0].get_title(loc="left")
        assert "5\u2009000 of 20\u2009000 points" in title
    assert not LossSurface(Problem(datasets.linear(points=20_000), Linear())).sample
