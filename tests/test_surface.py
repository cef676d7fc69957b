"""The landscape in three dimensions: where things stand, and what hides them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from cases import changed
from matplotlib.collections import PolyCollection

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.pacing.timeline import Every
from gdanim.problems import datasets, objectives
from gdanim.problems.linear import Linear
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.scene import Scene
from gdanim.views._drawing.loss_surface import LossSurface, along
from gdanim.views._drawing.relief import HEIGHT, Camera, Ground, cut_off_top, grid_cells
from gdanim.views.base import Clip
from gdanim.views.surface import Surface

BOWL = Scene(
    objectives.bowl(1.0), GradientDescent(0.2), (1.5, 1.0), 12,
    size=(640, 360), pace=Every(1, 0, 0), panels={"only": Surface()},
)  # fmt: skip
LOW, HIGH = np.array([-2.0, -2.0]), np.array([2.0, 2.0])


def find(film: Film, gid: str) -> Any:
    (artist,) = film.figure.axes[0].findobj(lambda a: a.get_gid() == gid)
    return artist


def ground(scene: Scene = BOWL) -> Ground:
    run = scene.run()
    clip = Clip({"run": run}, scene.pace.timeline([run], 10), scene.look)
    plane = along(run.problem.names, (0, 1))
    return Ground(clip, LossSurface(run.problem), plane, LOW, HIGH, still=True)


def test_a_camera_sees_right_up_and_away() -> None:
    level, above = Camera(0.0, 0.0), Camera(0.0, np.pi / 2)
    np.testing.assert_allclose(level.project(np.array([1.0, 2.0, 3.0])), [1, 3, 2], atol=1e-12)
    np.testing.assert_allclose(above.project(np.array([1.0, 2.0, 3.0])), [1, 2, -3], atol=1e-12)
    for camera in (Camera(0.7, 0.5), Camera(4.0, 0.2)):
        # Nothing moves on the picture along the line of sight.
        np.testing.assert_allclose(camera.project(camera.towards), [0, 0, -1], atol=1e-12)
        axes = camera.project(np.eye(3))
        np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-12)


def test_heights_are_the_losses() -> None:
    land = ground()
    places = np.array([[0.0, 0.0], [1.0, -0.5], [0.2, 0.3]])
    standing = land.standing(places, land.heights(0))
    losses = BOWL.run().problem.losses(places)
    np.testing.assert_allclose(standing[:, :2], places / 2)
    np.testing.assert_allclose(standing[:, 2] / HEIGHT * land.top, losses, atol=0.02)
    assert np.isnan(land.standing(np.array([[2.5, 0.0]]), land.heights(0))).all()
    assert np.isnan(land.standing(np.array([[2.0, 2.0]]), land.heights(0))).all(), "cut off"


def test_the_near_wall_of_a_bowl_hides_what_is_behind_it() -> None:
    land, camera = ground(), Camera(0.0, np.radians(30))
    near, far, bottom = np.array([[0.0, -1.2], [0.0, 1.2], [0.0, 0.0]])
    points = land.standing(np.stack([near, far, bottom]), land.heights(0))
    assert land.hidden(points, land.heights(0), camera).tolist() == [True, False, True]
    above = Camera(0.0, np.radians(89))
    assert not land.hidden(points, land.heights(0), above).any()


@pytest.mark.parametrize("frame", [0, 5, 12])
def test_path_and_ball_stand_where_the_run_is(frame: int) -> None:
    film = replace(
        BOWL, panels={"only": Surface(azimuth=0, elevation=38, ranges=((-2, 2), (-2, 2)))}
    ).film()
    film.show(frame)
    (at,) = np.asarray(find(film, "ball").get_xydata())
    x, y = BOWL.run().params[frame]
    land, tilt = ground(), np.radians(38)
    z = BOWL.run().losses[frame] / land.top * HEIGHT
    np.testing.assert_allclose(at[0], x / 2, rtol=1e-9)
    assert at[1] == pytest.approx(z * np.cos(tilt) + y / 2 * np.sin(tilt), abs=0.01)
    path = np.asarray(find(film, "path behind").get_xydata())
    np.testing.assert_allclose(path[-1], at, atol=1e-6)
    assert path[0, 0] == pytest.approx(1.5 / 2)


def test_a_still_camera_moves_only_the_ball_and_its_path() -> None:
    still = BOWL.film()
    assert len(still.show(3)) < 12
    assert find(still, "landscape") not in still.show(3)
    turning = replace(BOWL, panels={"only": Surface(turn=40)}).film()
    moving = turning.show(0)
    artists = set(turning.figure.findobj())
    landscape = find(turning, "landscape")
    assert landscape in moving
    before = [path.vertices.copy() for path in landscape.get_paths()[:3]]
    assert turning.show(12) == moving and set(turning.figure.findobj()) == artists
    assert not np.allclose(before[0], landscape.get_paths()[0].vertices)


def test_cells_are_cut_at_the_top() -> None:
    places = np.linspace(-1, 1, 9)
    x, y = np.meshgrid(places, places)
    cells = cut_off_top(grid_cells(places, HEIGHT * 2 * (x * x + y * y)))
    assert cells[..., 2].max() == pytest.approx(HEIGHT)
    assert (np.isclose(cells[..., 2], HEIGHT).sum(axis=1) >= 2).sum() > 8, "a rim"
    low = grid_cells(places, 0.0 * x)
    flat = cut_off_top(low)
    np.testing.assert_array_equal(flat[:, ::2], low)


def test_the_farthest_cells_are_drawn_first() -> None:
    film = replace(BOWL, panels={"only": Surface(azimuth=0)}).film()
    mesh = find(film, "landscape")
    assert isinstance(mesh, PolyCollection)
    # Seen from the south, the north wall's cells come before the south wall's.
    heights = [np.asarray(path.vertices)[:, 1].mean() for path in mesh.get_paths()]
    assert np.mean(heights[: len(heights) // 4]) > np.mean(heights[-len(heights) // 4 :])


def test_an_azimuth_that_hides_less_is_chosen() -> None:
    scene = changed(BOWL, start=(0.0, -1.9))
    film = scene.film()
    film.show(0)
    assert find(film, "ball").get_alpha() == 1.0
    behind = replace(scene, panels={"only": Surface(azimuth=0, elevation=30)}).film()
    behind.show(0)
    assert find(behind, "ball").get_alpha() < 1.0


@pytest.mark.parametrize(
    ("problem", "view", "message"),
    [
        (Problem(datasets.linear(), Polynomial(0)), Surface(), "Surface: needs two parameters"),
        (
            Problem(datasets.linear(), Linear()),
            Surface(("slope", "b")),
            "Surface: no parameter",
        ),
    ],
)
def test_mistakes_are_named(problem: Problem, view: Surface, message: str) -> None:
    scene = changed(BOWL, problem=problem, start=None, panels={"only": view}, steps=1)
    with pytest.raises(GdanimError, match=message):
        scene.film()


WAVE = changed(
    BOWL,
    problem=Problem(datasets.sinusoid(points=40), Sinusoid()),
    start=(2.9, 1.72, 0, -1.2),
    panels={"only": Surface(("a", "d"))},
)


@pytest.mark.parametrize(
    "scene",
    [BOWL, replace(BOWL, panels={"only": Surface(turn=90)}), WAVE],
    ids=str,
)
def test_a_frame_depends_on_nothing_drawn_before(scene: Scene) -> None:
    in_sequence = scene.film()
    frames = [np.array(in_sequence.draw(frame)) for frame in range(6)]
    assert not np.array_equal(frames[3], frames[4])
    for frame in (5, 0):
        np.testing.assert_array_equal(np.array(scene.film().draw(frame)), frames[frame])


def test_a_star_marks_the_optimum() -> None:
    film = BOWL.film()
    film.show(12)
    star, ball = find(film, "optimum"), find(film, "ball")
    # Twelve steps of 0.2 leave a hundredth of the way.
    np.testing.assert_allclose(star.get_xydata(), ball.get_xydata(), atol=0.05)


def test_a_ball_that_leaves_has_an_arrow_at_the_edge() -> None:
    inside, outside = BOWL.film(), replace(BOWL, panels={"only": Surface(ranges=((2, 3), (2, 3)))})
    inside.show(0)
    assert not len(find(inside, "outside").get_xdata())
    film = outside.film()
    film.show(0)
    assert len(find(film, "outside").get_xdata()) == 1
    land = ground()
    for place in ([9.0, 0.0], [0.0, -1e200]):
        assert np.abs(land.beyond(np.array(place), Camera(0.3, 0.7))).max() > 9


@pytest.mark.parametrize("size", [(360, 640), (360, 480)])
def test_upright_frames_keep_its_proportions(size: tuple[int, int]) -> None:
    film = replace(BOWL, size=size).film()
    (ax,) = film.figure.axes
    across, up = ax.bbox.width / np.ptp(ax.get_xlim()), ax.bbox.height / np.ptp(ax.get_ylim())
    assert 0.8 < up / across < 1.15


def test_a_turning_camera_sees_most_of_the_path_all_the_way() -> None:
    film = replace(BOWL, panels={"only": Surface(turn=60)}).film()
    for frame in (0, 6, 12):
        film.show(frame)
        bold, faint = find(film, "path"), find(film, "path behind")
        seen = np.isfinite(bold.get_ydata()).sum()
        assert seen > 0.7 * len(faint.get_ydata())
