"""The view of every start, against descents of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdanim.core.arrays import Floats, Ints
from gdanim.descent.chosen_rate import with_rate
from gdanim.descent.decay import Cosine
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum
from gdanim.descent.newton import Newton
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.repeated import repeated
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems import datasets, objectives
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.views._drawing.every_start import NOWHERE, Starts, find_basins
from gdanim.views._drawing.loss_surface import along
from gdanim.views._drawing.start_pictures import middles, refined
from gdanim.views.basins import RATE, Basins
from gdanim.views.each import Each

FOUR = objectives.himmelblau()
LOW, HIGH = np.full(2, -5.0), np.full(2, 5.0)
SIZE = (320, 180)


def starts_of(run: Run) -> Starts:
    return Starts(run, along(run.problem.names, (0, 1)), LOW, HIGH)


def basins_at(run: Run, side: int) -> tuple[Ints, Floats]:
    """The number of the basin and the step of arrival of starts, and their places."""
    starts, places = starts_of(run), middles(LOW, HIGH, side)
    codes = find_basins(starts, starts.ends(places)).codes(places)
    return codes, places


@pytest.mark.parametrize("optimizer", [GradientDescent(0.01), Momentum(0.01, 0.8)])
@pytest.mark.parametrize("batch_size", [None, 7])
def test_other_starts_are_descents_of_their_own(
    optimizer: Optimizer, batch_size: int | None
) -> None:
    line = Problem(datasets.linear(points=20, noise=0.5), Linear())
    run = descend(line, optimizer, (0, 0), 20, seed=3, batch_size=batch_size)
    starts = np.array([(0.0, 0.0), (1.0, -2.0), (4.0, 4.0)])
    params, losses = repeated(run, optimizer, starts)
    for k, start in enumerate(starts):
        alone = descend(line, optimizer, start, 20, seed=3, batch_size=batch_size)
        np.testing.assert_allclose(params[:, k], alone.params, rtol=1e-9)
        np.testing.assert_allclose(losses[:, k], alone.losses, rtol=1e-9)


def test_a_start_without_a_loss_leads_nowhere() -> None:
    wall = FunctionObjective(lambda x, y: (x - 1) ** 2 - np.log(x) + y**2)
    run = descend(wall, GradientDescent(0.05), (1.0, 0.5), 20)
    codes, places = basins_at(run, 24)
    np.testing.assert_array_equal(codes != NOWHERE, (codes != NOWHERE) & (places[:, 0] > 0))
    assert (codes != NOWHERE).any()


def test_a_start_has_the_minimum_and_the_step_of_its_descent() -> None:
    run = descend(FOUR, GradientDescent(0.01), (0, 0), 60)
    codes, places = basins_at(run, 12)
    minima = np.array(sorted(np.asarray(FOUR.minima).tolist()))
    for code, place in list(zip(codes.tolist(), places, strict=True))[::7]:
        alone = descend(FOUR, GradientDescent(0.01), place, 60).params
        away = np.linalg.norm(alone - minima[code // 61], axis=-1)
        assert away[-1] < 0.1
        # 1.5 % of ten.
        near = np.linalg.norm(alone - alone[-1], axis=-1) <= 0.15
        assert near[code % 61 :].all() and not near[: code % 61][-1:].any()


def test_newton_also_ends_where_nothing_is_lowest() -> None:
    starts = starts_of(descend(FOUR, Newton(), (0.1, 0.2), 16))
    basins = find_basins(starts, starts.ends(middles(LOW, HIGH, 24)))
    assert basins.minima == 4
    # Four saddles and the top.
    assert len(basins.centres) == 9
    gradients = FOUR.gradient(basins.centres)
    np.testing.assert_allclose(gradients, 0, atol=1e-6)


def test_a_diverging_descent_ends_nowhere() -> None:
    codes, places = basins_at(descend(FOUR, GradientDescent(0.02), (0, 0), 60), 24)
    far = np.linalg.norm(places, axis=-1) > 6.5
    assert (codes[far] == NOWHERE).any() and (codes != NOWHERE).any()


def test_a_slow_slope_is_no_end() -> None:
    flat = objectives.bowl(condition=1e4)
    run = descend(flat, GradientDescent(1e-4), (4, 4), 200)
    codes, places = basins_at(run, 24)
    # After 200 steps, x is at 98 % of where it began, and y at the minimum.
    assert (codes[abs(places[:, 0]) > 1] == NOWHERE).all()


def test_a_diverging_start_leaves_colours_to_the_others() -> None:
    line = Problem(datasets.linear(points=20), Linear())
    film = scene(
        line, GradientDescent(0.01), (0, 0), view=Basins(("slope", RATE), "loss", cells=24)
    ).film()
    low = colours(film, len(film) - 1, np.array([(0.5, -3.3), (0.5, -1.8)]))
    assert abs(low[0] - low[1]).max() > 30


def test_cells_are_refined_where_neighbours_differ() -> None:
    asked = []

    def circle(places: Floats) -> Ints:
        asked.append(len(places))
        return np.asarray(np.linalg.norm(places, axis=-1) < 3, dtype=np.int64)

    found = refined(circle, LOW, HIGH, 16, 3, 10**6, 1)
    np.testing.assert_array_equal(found.ravel(), circle(middles(LOW, HIGH, 128)))
    assert sum(asked[:-1]) < 128**2 / 4
    # Where there is no time for that, the coarse cells stay.
    coarse = refined(circle, LOW, HIGH, 16, 3, 10, 1)
    np.testing.assert_array_equal(coarse[::8, ::8], refined(circle, LOW, HIGH, 16, 0, 10, 1))


def scene(
    problem: Any = FOUR, optimizer: Any = None, start: Any = (0.5, 1.0), **more: Any
) -> Scene:
    view = more.pop("view", Basins(cells=48))
    optimizer = GradientDescent(0.01) if optimizer is None else optimizer
    return Scene(
        problem, optimizer, start, **{"steps": 60, "panels": {"a": view}, "size": SIZE, **more}
    )


def colours(film: Any, frame: int, places: Floats) -> Floats:
    """The colours of places in the picture, `[K, 3]`."""
    pixels = np.asarray(film.draw(frame))
    x, y = np.floor(film.figure.axes[0].transData.transform(places)).astype(int).T
    return pixels[len(pixels) - 1 - y, x, :3].astype(float)


def test_starts_are_coloured_when_their_descents_arrive() -> None:
    film = scene().film()
    run = film.clip.run
    starts = Starts(run, along(FOUR.names, (0, 1)), np.full(2, -5.5), np.full(2, 5.5))
    places = np.array([(-4.5, 4.0), (-1.5, 4.5), (4.5, 3.5), (2.0, -4.5), (-5.0, -1.0)])
    arrivals = starts.ends(places)[:, -1]
    shown = film.clip.timeline.steps
    for frame in (0, int(np.searchsorted(shown, 8)), len(film) - 1):
        blank = (colours(film, frame, places) == 255).all(axis=-1)
        np.testing.assert_array_equal(blank, arrivals > shown[frame])
    assert len(np.unique(colours(film, len(film) - 1, places), axis=0)) >= 4


def test_a_plane_of_a_parameter_and_the_rate() -> None:
    valleys = objectives.two_valleys()
    film = scene(valleys, GradientDescent(0.04), (0.6,), steps=29).film()
    ax = film.figure.axes[0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", RATE)
    film.show(len(film) - 1)
    ball = next(line for line in ax.get_lines() if line.get_gid() == "ball")
    assert np.asarray(ball.get_ydata())[0] == pytest.approx(np.log10(0.04))
    low, high = np.transpose([ax.get_xlim(), ax.get_ylim()])
    starts = Starts(film.clip.run, along(("x",), (0,)), low, high)
    for place in ((0.6, -1.5), (-0.4, -2.0)):
        rate = with_rate(GradientDescent(1.0), 10.0 ** place[1])
        alone = descend(valleys, rate, place[:1], 29).params[-1]
        np.testing.assert_allclose(starts.ends(np.array([place]))[0, :-1], alone, rtol=1e-9)


def test_the_map_of_losses_begins_as_the_loss() -> None:
    run = descend(FOUR, GradientDescent(0.01), (0, 0), 60)
    places = middles(LOW, HIGH, 5)
    losses = starts_of(run).losses(places)
    np.testing.assert_allclose(losses[:, 0], FOUR.loss(places), rtol=1e-9)
    assert losses.shape == (25, 61) and (losses[:, -1] < 1e-3).mean() > 0.8


def test_starts_share_a_map_and_optimizers_do_not() -> None:
    several = scene(start={"a": (0.5, 1.0), "b": (-1.0, 2.0)})
    balls = [line.get_gid() for line in several.film().figure.axes[0].get_lines()]
    assert balls.count("ball") == 2
    rules = {"slow": GradientDescent(0.001), "fast": GradientDescent(0.01)}
    with pytest.raises(GdanimError, match=r"Basins: the runs slow, fast .* views.Each"):
        scene(optimizer=rules).film()
    assert len(scene(optimizer=rules, view=Each(Basins(cells=16))).film().figure.axes) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"view": {"colour": "red"}}, "colour must be one of 'end', 'steps', 'loss'"),
        ({"view": {"ranges": ((0, 1), (1, 0))}}, "lower one first"),
        ({"view": {"cells": 3}}, "at least 16"),
        ({"view": {"parameters": ("x",)}}, 'two of x, y, or one and "learning rate"'),
        ({"view": {"parameters": ("x", "x")}}, "two different ones"),
        ({"view": {"parameters": (RATE, "x")}}, "a parameter first"),
        ({"view": {"parameters": ("x", "z")}}, "no parameter 'z'"),
        ({"view": {"parameters": ("x", RATE), "ranges": ((0, 1), (0, 1))}}, "above 0"),
        (
            {"view": {"parameters": ("x", RATE)}, "optimizer": GradientDescent(Cosine(0.01, 60))},
            "changes",
        ),
        ({"problem": objectives.bowl(), "steps": 500_000}, "too many"),
    ],
)
def test_what_it_cannot_show(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(GdanimError, match=f"^Basins: .*{message}"):
        scene(
            **{
                key: Basins(**{"cells": 16, **value}) if key == "view" else value
                for key, value in arguments.items()
            }
        ).film()
