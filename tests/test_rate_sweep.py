"""The view of every learning rate, against descents of their own."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdanim.descent.adaptive import Adam
from gdanim.descent.chosen_rate import with_rate
from gdanim.descent.decay import Cosine
from gdanim.descent.descent import Descent
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.rate_sweep import losses_at_rates
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.problems import datasets, objectives
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.views.rate_sweep import RateSweep

LINE = Problem(datasets.linear(2.0, 1.0, points=40, range=(-1, 3), noise=0.6), Linear())
START = (-1.6, 4.2)
RATES = np.array([1e-3, 0.05, 0.3, 0.4])
SIZE = (480, 270)


def scene(problem: Any = LINE, optimizer: Any = None, start: Any = START, **more: Any) -> Scene:
    view = more.pop("view", RateSweep())
    optimizer = GradientDescent(0.05) if optimizer is None else optimizer
    more = {"steps": 30, "panels": {"rates": view}, "size": SIZE, **more}
    return Scene(problem, optimizer, start, **more)


def lines(film: Film) -> dict[str, Any]:
    return {f"{line.get_gid()}": line for line in film.figure.axes[0].get_lines()}


@pytest.mark.parametrize(
    "optimizer", [GradientDescent(0.05), Momentum(0.05, 0.9), Adam(0.05)], ids=lambda o: o.name
)
@pytest.mark.parametrize("batch_size", [None, 7])
def test_every_rate_is_a_descent_of_its_own(optimizer: Optimizer, batch_size: int | None) -> None:
    run = descend(LINE, optimizer, START, 25, seed=3, batch_size=batch_size)
    swept = losses_at_rates(run, RATES)
    for rate, losses in zip(RATES, swept.T, strict=True):
        other = with_rate(optimizer, rate)
        alone = descend(LINE, other, START, 25, seed=3, batch_size=batch_size)
        np.testing.assert_allclose(losses, alone.losses, rtol=1e-9)


def test_noise_is_that_of_the_run() -> None:
    run = descend(LINE, Noisy(GradientDescent(0.05), 2.0, seed=5), START, 25)
    np.testing.assert_allclose(losses_at_rates(run, np.array([0.05]))[:, 0], run.losses, rtol=1e-9)


def test_a_descent_that_diverges_is_infinite_from_there() -> None:
    run = descend(LINE, GradientDescent(0.05), START, 400)
    swept = losses_at_rates(run, np.array([0.05, 50.0]))[:, 1]
    gone = descend(LINE, GradientDescent(50.0), START, 400)
    last = int(gone.outcome.step)
    assert 0 < last < 400 and str(gone.outcome.kind) == "diverged"
    assert np.isfinite(swept[: last + 1]).all() and np.isinf(swept[last + 1 :]).all()


@pytest.mark.parametrize("frame", [0, 40, -1])
def test_the_ball_is_the_run_and_the_star_the_lowest(frame: int) -> None:
    film = scene().film()
    frame %= len(film)
    film.show(frame)
    drawn, step = lines(film), film.clip.step("run", frame)
    run = film.clip.run
    assert drawn["ball"].get_xdata()[0] == 0.05
    assert drawn["ball"].get_ydata()[0] == pytest.approx(run.losses[step], rel=1e-9)
    rates, losses = map(np.asarray, drawn["curve"].get_data())
    if step == 0:
        assert len(drawn["optimum"].get_xdata()) == 0 and np.ptp(losses) == 0
    else:
        best = int(losses.argmin())
        assert drawn["optimum"].get_xdata()[0] == rates[best]
        assert losses[best] < run.losses[step]


@pytest.mark.parametrize(
    ("optimizer", "factor"), [(GradientDescent(0.05), 2.0), (Momentum(0.05, 0.5), 3.0)]
)
def test_the_line_stands_at_the_largest_stable_rate(optimizer: Optimizer, factor: float) -> None:
    assert LINE.hessian is not None
    edge = factor / np.linalg.eigvalsh(LINE.hessian)[-1]
    film = scene(optimizer=optimizer, steps=300).film()
    assert lines(film)["edge"].get_xdata()[0] == pytest.approx(edge, rel=1e-9)
    # The losses of rates on either side of it, at the end.
    swept = losses_at_rates(film.clip.run, edge * np.array([0.97, 1.03]))[-1]
    assert swept[0] < film.clip.run.losses[0] < swept[1]


def test_mini_batches_have_no_such_line() -> None:
    assert "edge" not in lines(scene(batch_size=5).film())


def test_a_run_that_leaves_is_pointed_at() -> None:
    film = scene(optimizer=GradientDescent(0.5), view=RateSweep(rates=(0.01, 1))).film()
    film.show(len(film) - 1)
    (at,) = np.transpose(lines(film)["outside"].get_data())
    # Along a logarithmic axis, 0.5 is 85 % of the way from 0.01 to 1.
    assert at[0] == pytest.approx(np.log10(50) / 2, abs=0.001) and at[1] > 0.9


def test_the_axis_of_a_loss_without_a_minimum_follows_the_run() -> None:
    film = scene(objectives.saddle(), GradientDescent(0.01), (1.0, 0.01)).film()
    low, high = film.figure.axes[0].get_ylim()
    run = film.clip.run
    assert high - low < 20 * np.ptp(run.losses) and low < run.losses.min()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"view": {"rates": (0, 1)}}, "above 0"),
        ({"view": {"rates": (1, 0.1)}}, "lower one first"),
        ({"view": {"count": 3}}, "at least 16"),
        ({"optimizer": GradientDescent(Cosine(0.1, 30))}, "changes"),
        ({"optimizer": GradientDescent((0.1, 0.2))}, "differs"),
        ({"steps": 1_000_000}, "too many"),
    ],
)
def test_what_it_cannot_show(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(GdanimError, match=f"^RateSweep: .*{message}"):
        scene(
            **{
                key: RateSweep(**value) if key == "view" else value
                for key, value in arguments.items()
            }
        ).film()


def test_one_rate_is_right_in_centimetres_and_diverges_in_millimetres() -> None:
    made = runpy.run_path(f"{Path(__file__).parents[1] / 'scenes' / 'every_rate.py'}")
    for seed in range(5):
        runs = made["in_other_units"](seed=seed).runs()
        assert runs["x in centimetres"].judgement.verdict == "converged"
        assert runs["x in millimetres"].judgement.verdict == "diverged"


def test_different_problems_keep_their_own_rates() -> None:
    wide = Problem(datasets.linear(2.0, 1.0, points=40, range=(-10, 30), noise=0.6), Linear())
    one = Scene(
        {
            "a": Descent(LINE, GradientDescent(0.05), START, 20),
            "b": Descent(wide, GradientDescent(0.001), START, 20),
        },
        panels={"rates": RateSweep()}, size=SIZE,
    ).film()  # fmt: skip
    drawn = one.figure.axes[0].get_lines()
    edges = [np.asarray(line.get_xdata())[0] for line in drawn if line.get_gid() == "edge"]
    curvatures = [np.linalg.eigvalsh(np.asarray(p.hessian))[-1] for p in (LINE, wide)]
    np.testing.assert_allclose(edges, 2 / np.array(curvatures), rtol=1e-9)
