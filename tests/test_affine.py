"""Many steps at once are the steps one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases import LINE, VALLEY, WAVE
from published import BOOK_START, book

from gdanim import schedules
from gdanim.descent import _affine as affine
from gdanim.descent._affine import Affine
from gdanim.descent._stepwise import Stepwise
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.recorder import Recorder
from gdanim.descent.run import Run
from gdanim.descent.schedule import scheduled
from gdanim.problems.linear import Linear
from gdanim.problems.losses import Huber
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem

RULES = [GradientDescent, Momentum, Nesterov]


def one_by_one(problem: Objective, optimizer: Optimizer, start: Any, steps: int) -> Run:
    schedule = scheduled(optimizer.lr, problem.names)
    shape = np.broadcast_shapes(np.shape(start), schedule.first.shape)
    params = np.array(np.broadcast_to(np.asarray(start, dtype=np.float64), shape))
    recorder = Recorder(problem, steps)
    recorder.snapshot(params)
    with np.errstate(all="ignore"):
        Stepwise(problem, optimizer, schedule, params, steps).fill(recorder.grow(steps))
    return recorder.run(optimizer)


def assert_close(run: Run, expected: Run, tolerance: float = 1e-9) -> None:
    """Equal relatively to the size of the parameters at the same step."""
    assert str(run.outcome) == str(expected.outcome)
    size = np.linalg.norm(expected.params, axis=-1, keepdims=True)
    assert (abs(run.params - expected.params) <= tolerance * size).all()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize(
    ("lr", "start"),
    [
        (0.002, (-1, 3)),
        ([0.002, 0.05], (-1, 3)),
        ([[0.001], [0.002], [0.2]], (-1, 3)),
        ([[0.001, 0.1], [0.002, 0.2]], [(-1, 3), (2, 2)]),
        (0.002, np.random.default_rng(0).uniform(-3, 3, (2, 3, 2))),
        ([[[0.001]], [[0.002]]], [(-1, 3), (2, 2), (0, 0)]),
    ],
    ids=str,
)
@pytest.mark.parametrize("steps", [1, 5000])
def test_every_step(rule: Any, lr: Any, start: Any, steps: int) -> None:
    optimizer = rule(lr)
    assert Affine.fits(LINE, optimizer, scheduled(lr, LINE.names))
    assert_close(descend(LINE, optimizer, start, steps), one_by_one(LINE, optimizer, start, steps))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("lr", [0.2, 30.0, 1e10, 1e200])
def test_diverging(rule: Any, lr: float) -> None:
    run = descend(LINE, rule(lr), (-1, 3), 3000)
    assert "diverged" in str(run.outcome)
    assert_close(run, one_by_one(LINE, rule(lr), (-1, 3), 3000))


def test_a_run_that_barely_grows_does_not_end_early() -> None:
    """From the best slope on, nothing grows at first: infinite powers would end it all the same."""
    bowl = Problem(LINE.data, Linear())
    best = np.polyfit(LINE.data.x[:, 0], LINE.data.y, 1)
    start = best + np.array([0, 1.0])
    assert_close(
        descend(bowl, GradientDescent(0.2), start, 400),
        one_by_one(bowl, GradientDescent(0.2), start, 400),
        1e-6,
    )


def test_the_book_for_half_a_million_steps() -> None:
    problem = book()
    run = descend(problem, GradientDescent(1e-5), BOOK_START, 500_000)
    published = {1000: "672.74", 10_000: "640.52", 100_000: "404.75", 500_000: "57.50"}
    assert {step: f"{run.losses[step]:.2f}" for step in published} == published
    expected = one_by_one(problem, GradientDescent(1e-5), BOOK_START, 20_000)
    assert (abs(run.params[:20_001] / expected.params - 1) < 1e-9).all()


def test_the_book_for_millions() -> None:
    run = descend(book(), GradientDescent(1e-5), BOOK_START, 5_000_000)
    assert f"{run.losses[1_000_000]:.2f} {run.losses[-1]:.2f}" == "11.08 7.30"


@pytest.mark.parametrize("size", [1, 2, 64])
def test_the_size_of_a_block_changes_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = descend(LINE, Momentum(0.002), (-1, 3), 300)
    monkeypatch.setattr(affine, "BLOCK_STEPS", size)
    assert_close(descend(LINE, Momentum(0.002), (-1, 3), 300), usual, 1e-12)


@pytest.mark.parametrize(
    ("problem", "optimizer"),
    [
        (LINE, Adam(0.1)),
        (LINE, GradientDescent(schedules.Exponential(0.01, 0.9))),
        (WAVE, GradientDescent(0.01)),
        (VALLEY, Momentum(0.001)),
        (Problem(LINE.data, Linear(), Huber()), GradientDescent(0.01)),
    ],
)
def test_what_is_not_affine(problem: Objective, optimizer: Optimizer) -> None:
    assert not Affine.fits(problem, optimizer, scheduled(optimizer.lr, problem.names))


def test_wide_models_go_step_by_step() -> None:
    data = type(LINE.data)(np.random.default_rng(0).normal(size=(60, 50)), np.arange(60.0))
    assert not Affine.fits(
        Problem(data, Linear(50)), GradientDescent(0.01), scheduled(0.01, ["a"] * 51)
    )
