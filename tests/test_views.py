"""Every artist's data against the run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from cases import changed
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.pacing.timeline import Even, Every
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.grids import CURVE_POINTS
from gdanim.problems.linear import Linear
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.scene import Scene
from gdanim.views._drawing.points import point_size
from gdanim.views._drawing.predictions import data_limits, fitted_problem
from gdanim.views.fit import Fit
from gdanim.views.loss_curve import LossCurve, is_hidden

SIZE = (640, 360)


def sine(**changes: object) -> Scene:
    problem = Problem(datasets.sinusoid(points=40), Sinusoid())
    scene = Scene(problem, GradientDescent(0.05), (2.9, 1.72, 0, -1.2), steps=30, size=SIZE)
    return changed(scene, **changes)


def panel(film: Film) -> Axes:
    return film.figure.axes[0]


def inset(film: Film) -> Axes:
    (child,) = panel(film).child_axes
    assert isinstance(child, Axes)
    return child


def lines(ax: Axes) -> dict[str, Line2D]:
    """The lines of a Fit or LossCurve panel by what they show."""
    return {f"{line.get_gid()}": line for line in ax.get_lines()}


@pytest.mark.parametrize("frame", [0, 7, 30])
def test_fit_shows_data_and_prediction(frame: int) -> None:
    scene = sine(pace=Every(1, 0, 0))
    run = scene.run()
    film = scene.film(run)
    film.show(frame)
    shown, data = lines(panel(film)), fitted_problem(run).data
    np.testing.assert_array_equal(shown["points"].get_xdata(), data.x[:, 0])
    np.testing.assert_array_equal(shown["points"].get_ydata(), data.y)
    x, y = map(np.asarray, shown["curve"].get_data())
    assert len(x) == CURVE_POINTS > 10 * len(data)
    a, b, c, d = run.params[frame]
    np.testing.assert_allclose(y, a * np.sin(b * x + c) + d, rtol=1e-12)


def test_trail_shows_earlier_predictions_fading() -> None:
    scene = sine(pace=Every(1, 0, 0), fps=10, panels={"fit": Fit(trail=3, trail_seconds=0.6)})
    run = scene.run()
    film = scene.film(run)
    film.show(20)
    (trail,) = (c for c in panel(film).collections if isinstance(c, LineCollection))
    x = trail.get_segments()[0][:, 0]
    # 0.6 seconds at 10 frames a second in three steps: 2, 4, 6 frames back, the oldest first.
    for segment, step in zip(trail.get_segments(), (14, 16, 18), strict=True):
        expected = fitted_problem(run).model.predict(run.params[step], x[:, np.newaxis])
        np.testing.assert_allclose(segment[:, 1], expected, rtol=1e-12)
    alphas = np.asarray(trail.get_colors())[:, 3]
    assert (np.diff(alphas) > 0).all() and alphas[-1] < 0.5


def test_a_trail_shows_each_step_once_and_nothing_beneath_the_line() -> None:
    # Twenty frames a step, and a ghost at every tenth: of two the newer is shown.
    slow = sine(pace=Even(60, 0, 0), fps=10, panels={"fit": Fit(trail=6, trail_seconds=6)})
    for rate, seen in ((0.05, [False, True] * 3), (1e-9, [False] * 6)):
        film = changed(slow, optimizer=GradientDescent(rate)).film()
        film.show(300)
        (trail,) = (c for c in panel(film).collections if isinstance(c, LineCollection))
        assert [len(segment) > 0 for segment in trail.get_segments()] == seen


@pytest.mark.parametrize("frame", [0, 7, 30])
def test_loss_curve_ends_at_the_frames_step(frame: int) -> None:
    scene = sine(pace=Every(1, 0, 0))
    run = scene.run()
    film = scene.film(run)
    film.show(frame)
    shown = lines(inset(film))
    np.testing.assert_array_equal(shown["trace"].get_xdata(), np.arange(frame + 1))
    np.testing.assert_array_equal(shown["trace"].get_ydata(), run.losses[: frame + 1])
    assert shown["step"].get_xdata() == [frame]
    assert shown["step"].get_ydata() == [run.losses[frame]]


def test_layers_from_back_to_front() -> None:
    film = sine().film()
    ax = panel(film)
    shown = lines(ax)
    (trail,) = (c for c in ax.collections if isinstance(c, LineCollection))
    (card,) = (p for p in ax.patches if isinstance(p, Rectangle))
    order = [shown["points"], trail, shown["curve"], card, inset(film)]
    heights = [artist.get_zorder() for artist in order]
    assert heights == sorted(set(heights))
    # Grid and spines are below everything else, on both axes.
    assert ax.get_axisbelow() is True
    assert all(spine.get_zorder() < heights[0] for spine in ax.spines.values())


def test_nothing_but_the_moving_artists_changes() -> None:
    film = sine(pace=Every(1, 0, 0)).film()
    film.show(0)
    limits = [(ax.get_xlim(), ax.get_ylim()) for ax in (panel(film), inset(film))]
    artists = set(film.figure.findobj())
    moving = [film.show(frame) for frame in (0, 15, 30)]
    assert moving[0] == moving[1] == moving[2]
    assert [(ax.get_xlim(), ax.get_ylim()) for ax in (panel(film), inset(film))] == limits
    assert {a for a in artists if isinstance(a, Line2D | LineCollection)} <= set(
        film.figure.findobj()
    )


def test_the_data_keeps_its_room_when_the_line_swings_away() -> None:
    y = np.array([-1.0, 1.0])
    for predictions in ([-1e300, 0], [0, np.inf], [-np.inf, np.inf], [-5, 1e9]):
        low, high = data_limits(y, np.array([predictions]))
        assert np.isfinite([low, high]).all()
        assert low < -1 and high > 1 and 2 / (high - low) > 0.35
    # A prediction that stays near is shown whole.
    low, high = data_limits(y, np.array([[-5.0, 3.5]]))
    assert low < -5 and high > 3.5


def test_a_start_far_away_leaves_the_room_to_the_data() -> None:
    data = Dataset(np.linspace(0, 1, 20), 10 + np.linspace(0, 1, 20))
    problem = Problem(data, Linear())

    def shown(**changes: object) -> Film:
        scene = Scene(problem, GradientDescent(0.5), (1, 8), steps=40, size=SIZE)
        return changed(scene, panels={"fit": Fit(inset=None)}, **changes).film()

    film = shown(pace=Even(4, 0.2, 1))
    low, _ = panel(film).get_ylim()
    assert low > 9, "less room than the start would need"
    film.show(0)
    (arrow,) = (c for c in panel(film).collections if c.get_gid() == "outside")
    ((_, height),) = np.asarray(arrow.get_offsets())
    assert height < 0.1, "it points down"
    film.show(len(film) - 1)
    assert not np.size(arrow.get_offsets())
    # Where it is on its way for most of the time, it is shown.
    low, _ = panel(shown(steps=3, pace=Even(4, 0, 0))).get_ylim()
    assert low < 8


def test_a_curve_beyond_the_points_does_not_shrink_them() -> None:
    x = np.linspace(-1, 1, 12)
    problem = Problem(Dataset(x, np.sin(3 * x)), Polynomial(9))
    start = [30.0] + [0.0] * 9
    scene = Scene(problem, GradientDescent(1e-9), start, steps=10, size=SIZE)
    low, high = panel(changed(scene, panels={"fit": Fit(inset=None)}).film()).get_ylim()
    edge = 30 * 1.06**9
    assert high < edge and 1 / (high - low) > 0


@pytest.mark.parametrize(
    "problem",
    [
        Problem(datasets.linear(), Linear()),
        Problem(datasets.linear(slope=-2), Linear()),
        Problem(datasets.quadratic(), Polynomial(2)),
        Problem(datasets.quadratic(a=-1), Polynomial(2)),
        Problem(datasets.sinusoid(), Sinusoid()),
        Problem(datasets.polynomial((1, 0, -30, 0)), Polynomial(3)),
        Problem(Dataset([3.0], [2.0]), Linear()),  # type: ignore[arg-type]
    ],
    ids=repr,
)
def test_the_inset_hides_no_point(problem: Problem) -> None:
    film = Scene(problem, GradientDescent(1e-6), steps=5, size=SIZE).film()
    ax = panel(film)
    points = ax.transLimits.transform(np.column_stack([problem.data.x[:, 0], problem.data.y]))
    (card,) = ax.patches
    assert isinstance(card, Rectangle)
    left, bottom = card.get_xy()
    width, height = card.get_width(), card.get_height()
    under = (points > [left, bottom]) & (points < [left + width, bottom + height])
    assert not under.all(axis=1).any()
    assert ((points > 0) & (points < 1)).all()


def test_the_inset_hides_no_line_that_swings_for_the_whole_run() -> None:
    problem = Problem(datasets.sinusoid(), Sinusoid())
    swinging = sine(problem=problem, optimizer=GradientDescent(1.002), steps=89, pace=Every(1))
    run = swinging.run()
    ax = panel(swinging.film(run))
    (card,) = ax.patches
    assert isinstance(card, Rectangle)
    corner = ax.transAxes.transform([0, card.get_y()])
    edge = ax.transData.inverted().transform(corner)[1]
    assert card.get_y() > 0.5
    # The wave has died; what is left goes up and down around d.
    assert run.params[10:, 3].max() > -1
    assert (run.params[10:, 3] < edge).all()


def test_the_loss_axis_is_logarithmic_past_two_decades() -> None:
    problem = Problem(datasets.linear(), Linear())
    scene = Scene(problem, GradientDescent(1e-2), (-2, -1.5), steps=100, size=SIZE)
    losses = scene.run().losses
    assert losses[0] / losses[-1] > 1000 and losses[2] / losses[9] < 10
    falls = inset(scene.film())
    assert falls.get_yscale() == "log"
    # The best fit is in view on both, far below as it is.
    best = problem.minimum
    assert best is not None
    assert falls.get_ylim()[0] < best.loss
    stays = inset(changed(scene, start=tuple(scene.run().params[2]), steps=7).film())
    assert stays.get_yscale() == "linear"
    assert stays.get_ylim()[0] < best.loss


def test_the_loss_axis_of_a_run_that_diverges_begins_at_the_minimum() -> None:
    problem = Problem(datasets.linear(), Linear())
    scene = Scene(problem, GradientDescent(0.5), (-2, -1.5), steps=200, size=SIZE)
    ax = inset(scene.film())
    best = problem.minimum
    assert best is not None and ax.get_yscale() == "log"
    low, high = np.log10(ax.get_ylim())
    assert high > 300
    # Hardly any room is lost below it, and the ticks are round powers.
    assert 0 < np.log10(best.loss) - low < 0.1 * (high - low)
    powers = np.log10([tick for tick in ax.get_yticks() if low <= np.log10(tick) <= high])
    assert len(powers) > 1 and (powers % 100 == 0).all()


def test_the_loss_axis_shows_the_gap_to_the_floor() -> None:
    # 25823 falls to 677, less than two decades; but on a linear axis 677 and 7.3 look alike.
    assert is_hidden(floor=7.3, least=677, high=25823)
    assert not is_hidden(floor=7.3, least=7.4, high=25823)
    assert not is_hidden(floor=7.3, least=2000, high=25823)
    assert not is_hidden(floor=np.nan, least=677, high=25823)
    assert not is_hidden(floor=0.0, least=677, high=25823)


@pytest.mark.parametrize(
    ("problem", "name"),
    [
        (Problem(datasets.linear(noise=2.0), Linear()), "best fit"),
        (Problem(datasets.sinusoid(noise=0.3), Sinusoid()), "true curve"),
    ],
)
def test_best_fit_is_marked(problem: Problem, name: str) -> None:
    best = problem.minimum
    assert best is not None and best.name == name
    data = problem.data
    if name == "best fit":
        expected = np.polyfit(data.x[:, 0], data.y, 1, full=True)[1][0] / len(data)
    else:
        x = data.x[:, 0]
        expected = np.mean((2.2 * np.sin(1.05 * x + 1.36) - 4.7 - data.y) ** 2)
    assert best.loss == pytest.approx(expected, rel=1e-9)
    film = Scene(problem, GradientDescent(1e-3), steps=5, size=SIZE).film()
    assert lines(inset(film))["minimum"].get_ydata() == pytest.approx([best.loss] * 2)


def test_no_floor_is_drawn_where_none_is_known() -> None:
    data = datasets.sinusoid()
    problem = Problem(Dataset(data.x, data.y), Sinusoid())
    assert problem.minimum is None
    film = Scene(problem, GradientDescent(1e-3), steps=5, size=SIZE).film()
    assert "minimum" not in lines(inset(film))


def test_views_can_stand_alone_and_fit_goes_without_inset() -> None:
    panels = {"fit": Fit(inset=None, trail=0), "loss": LossCurve()}
    film = sine(panels=panels, layout="fit fit loss").film()
    assert len(film.figure.axes) == 2 and not panel(film).child_axes
    film.draw(0)


def test_fit_refuses_two_features() -> None:
    data = Dataset(np.ones((3, 2)), np.ones(3))
    with pytest.raises(GdanimError, match="Fit: .*one feature.*x1, x2"):
        scene = Scene(Problem(data, Linear(2)), GradientDescent(0.1), steps=1)
        replace(scene, panels={"fit": Fit()}).film()


def test_point_size_falls_with_their_number() -> None:
    sizes = [point_size(8.0, n) for n in (1, 90, 1000, 10**6)]
    assert sizes[0] == sizes[1] == 8.0 and sizes[2] < 8 and sizes[3] == 2.0


def test_a_bare_function_may_fall_below_zero() -> None:
    scene = Scene(
        objectives.two_valleys(), GradientDescent(0.02), (2.2,), 60, panels={"loss": LossCurve()}
    )
    film = replace(scene, size=SIZE).film()
    ax = panel(film)
    assert scene.run().losses.min() < 0 < scene.run().losses[0]
    assert ax.get_yscale() == "linear" and ax.get_ylim()[0] < scene.run().losses.min()
    film.draw(len(film) - 1)


def test_fit_refuses_a_bare_function() -> None:
    with pytest.raises(GdanimError, match="^Fit: .*data and a model"):
        scene = Scene(objectives.bowl(), GradientDescent(0.1), steps=1)
        replace(scene, panels={"fit": Fit()}).film()
