"""A descent in words: the issue's examples, and what is said of other runs."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from published import book

from gdanim.analysis.diagnosis import diagnose
from gdanim.analysis.judgement import Ending, Reason
from gdanim.cli import main
from gdanim.core.numbers import counted, percent, rounded
from gdanim.descent.adaptive import AdaGrad, Adam, AdamW, RMSProp
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.newton import Newton
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer, Step
from gdanim.descent.run import Run
from gdanim.narration._explain.adaptive import Scaled, edge, scaling
from gdanim.narration._explain.batch_rates import batch_edge, mean_square_edge
from gdanim.narration._explain.words import condition_number, direction, growth, told_apart
from gdanim.narration.explain import explain
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import Huber, LogLoss, Loss, MeanAbsoluteError, RootMeanSquaredError
from gdanim.problems.mlp import MLP
from gdanim.problems.objective import Objective
from gdanim.problems.penalties import L1, L2
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.schedules import Constant, Cosine, Exponential, Piecewise, WarmUp
from scripts import TWO, write

LINE = Problem(datasets.linear(), Linear())
EXACT = Problem(datasets.linear(noise=0), Linear())
WAVE = Problem(datasets.sinusoid(), Sinusoid())


def test_the_book() -> None:
    run = descend(book(), GradientDescent(1e-5), (-0.7658, -0.7506, 1.3525), 500_000)
    assert explain(run) == [
        "the learning rate, 1e-05, is 28% of the largest stable one, 3.5399e-05; "
        "the fastest would be 3.5398e-05",
        "the minimum of the loss is 7.30: no parameters fit better",
        "the condition number is 218,451",
        "along the slowest direction (mostly c) the distance to the minimum halves every 268,000 "
        "steps",
        "still falling (ill-conditioned): after 500,000 steps the loss (MSE) is 57.5; 50.2 of it "
        "is still due to that direction, not to noise",
        "with standardised features the condition number would be 7.7 instead of 218,451",
    ]


def test_the_blogs_line_past_the_edge() -> None:
    run = descend(LINE, GradientDescent(3e-2), (-2.0, -1.5), 100)
    lines = explain(run)
    assert lines[0] == (
        "the learning rate, 0.03, exceeds the largest stable one, 0.029994: the distance along the "
        "steepest direction (mostly slope) grows by 0.04% with every step"
    )
    first, last = (rounded(float(loss)) for loss in run.losses[[0, -1]])
    assert lines[3] == (
        f"diverged (learning rate too large): after 100 steps the loss (MSE) is {last}, up from "
        f"{first} at the start"
    )
    lines = explain(descend(LINE, GradientDescent(1e-2), (-2.0, -1.5), 1000))
    assert lines[0].startswith("the learning rate, 0.01, is 33% of the largest stable one, ")
    assert lines[4].endswith(", which is the minimum")


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (
            lambda: descend(WAVE, GradientDescent(0.1), (2.9, 1.72, 0, -1.2), 300),
            "converged at a local minimum: after 300 steps the loss (MSE) is 2.46; the lowest",
        ),
        (
            lambda: descend(WAVE, GradientDescent(0.1), (2.9, 1.72, 0, -1.2), 300),
            "that is 2.45 above the lowest known loss: small steps cannot leave a local minimum",
        ),
        (
            lambda: descend(WAVE, GradientDescent(0.01), (2.0, 1.0, 1.3, -4.0), 20),
            "over the last 2 steps it fell from ",
        ),
        (
            lambda: descend(WAVE, GradientDescent(0.005), (2.2, 1.05, 1.36, -4.7), 500),
            "that is within 1% of the lowest known loss",
        ),
        (
            lambda: descend(objectives.rosenbrock(), Adam(0.1), (-1.5, 2), 1500),
            "that is above the lowest known loss by less than a billionth of the initial gap",
        ),
        (
            lambda: descend(objectives.himmelblau(), GradientDescent(0.001), (0, 0), 1),
            "the run does not end at a minimum: the loss curves downward in some direction",
        ),
        (
            lambda: descend(objectives.rosenbrock(), GradientDescent(0.1), (2, 2), 50),
            "diverged (learning rate too large): after 3 steps the loss is 6.25e+106, up from 401",
        ),
        (
            lambda: descend(objectives.rosenbrock(), GradientDescent(0.1), (2, 2), 50),
            "the following holds only near the start of the run, as the curvature changes",
        ),
        (
            lambda: descend(objectives.saddle(), GradientDescent(0.1), (1, 0.1), 20),
            "there is no minimum: along a direction of negative curvature the loss falls forever",
        ),
        (
            lambda: descend(objectives.bowl(), GradientDescent(0.1), (1, 1), 20),
            "the minimum is 0: no parameters have a lower loss",
        ),
        (
            lambda: descend(objectives.bowl(), Adam(0.1), (1, 1), 20),
            "for plain gradient descent the largest stable learning rate is 0.20000",
        ),
        (
            lambda: descend(objectives.bowl(), Momentum(0.1), (1, 1), 20),
            "the learning rate, 0.1, is 26% of the largest stable one for momentum, 0.38000",
        ),
        (
            lambda: descend(objectives.bowl(), Momentum(0.4), (1, 1), 20),
            "the learning rate, 0.4, exceeds the largest stable one for momentum, 0.38000: the "
            "distance along the steepest direction (mostly y) grows by 50% with every step",
        ),
        (
            lambda: descend(objectives.bowl(), Newton(1.0, damping=5.0), (1, 1), 20),
            "the learning rate, 1, is 33% of the largest stable one for Newton's method, 3.0000",
        ),
        (
            lambda: descend(objectives.bowl(), Noisy(GradientDescent(0.1), 0.01), (1, 1), 20),
            "the learning rate, 0.1, is 50% of the largest stable one, 0.20000",
        ),
        (
            lambda: descend(objectives.bowl(), Momentum([0.1, 0.2]), (1, 1), 20),
            "for plain gradient descent the largest stable learning rate is 0.20000",
        ),
        (
            lambda: descend(LINE, GradientDescent([0.02, 0.5]), (1, 1), 20),
            "the learning rates are at 67% of the largest stable ones",
        ),
        (
            lambda: descend(LINE, GradientDescent([0.04, 0.5]), (1, 1), 20),
            "the learning rates exceed the largest stable ones by 33%",
        ),
        (
            lambda: descend(
                Problem(datasets.polynomial((1.0, 0.0)), Polynomial(12)), GradientDescent(1e-30),
                np.zeros(13), 1,
            ),
            "the condition number is 3.9e+23",
        ),
        (
            lambda: descend(
                Problem(Dataset(np.arange(20.0).reshape(10, 2) // 2, np.ones(10)), Linear(2)),
                GradientDescent(1e-3), np.zeros(3), 1,
            ),
            "along one direction (",
        ),
    ],
)  # fmt: skip
def test_what_is_said(run: Callable[[], object], sentence: str) -> None:
    lines = explain(run())  # type: ignore[arg-type]
    assert any(line.startswith(sentence) for line in lines), lines


def robust(loss: Loss) -> Problem:
    return Problem(datasets.linear(), Linear(), loss)


ROOT = robust(RootMeanSquaredError())
CUBE = FunctionObjective(lambda x: x**3, ("x",), (-3, 3))
SLOPE = FunctionObjective(lambda x: np.exp(-x), ("x",), (0, 3))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (
            lambda: descend(robust(MeanAbsoluteError()), GradientDescent(0.001), (50, -1.5), 20),
            "local minimum|the learning rate",
        ),
        (
            lambda: descend(robust(Huber(0.1)), GradientDescent(0.001), (50, -100), 20),
            "local minimum|the learning rate",
        ),
        (lambda: descend(CUBE, GradientDescent(0.01), (1,), 30), "local minimum"),
        (lambda: descend(CUBE, GradientDescent(0.01), (1,), 3_000), "local minimum"),
        (lambda: descend(SLOPE, GradientDescent(0.1), (1,), 3_000), "local minimum"),
        (
            lambda: descend(ROOT, GradientDescent(0.01), (-2, -1.5), 5_000),
            "fell|local minimum|largest",
        ),
        (
            lambda: descend(EXACT, GradientDescent(0.01), (-2.0, -1.5), 100),
            "not to noise",
        ),
        (
            lambda: descend(LINE, GradientDescent(0.01), (-2, -1.5), batch_size=2, epochs=40),
            "not to noise|still|halves",
        ),
        (
            lambda: descend(LINE, Noisy(GradientDescent(0.01), 3.0), (-2, -1.5), 1000),
            "not to noise|still|halves",
        ),
        (
            lambda: replace(descend(LINE, GradientDescent(0.01), (-2, -1.5), 100), optimizer=None),
            "not to noise|halves",
        ),
        (
            lambda: descend(objectives.rosenbrock(), Adam(1e-4), (-1.5, 2), 200),
            "largest",
        ),
        (
            lambda: descend(LINE, GradientDescent(0.0304), (-2, -1.5), 40),
            "still|not to noise|halves",
        ),
    ],
)
def test_what_is_not_said(run: Callable[[], Run], words: str) -> None:
    text = "\n".join(explain(run()))
    assert not re.search(words, text), text


def test_fitted_noise_is_said_to_be_noise() -> None:
    data = datasets.sinusoid(1, 4, 0, 0, points=30, range=(-1, 1), noise=0.3)
    train, held_out = data.split(0.5)
    problem = Problem(train, Polynomial(12), validation=held_out)
    run = descend(problem, GradientDescent(0.45), np.zeros(13), 20_000)
    assert run.validation_losses is not None and train.truth is not None
    best = int(run.validation_losses.argmin())
    true = rounded(float(np.mean((train.truth(train.x) - train.y) ** 2)))
    last, low = (rounded(float(run.validation_losses[step])) for step in (-1, best))
    loss = rounded(float(run.losses[-1]))
    assert explain(run)[-2:] == [
        f"still falling (ill-conditioned): after 20,000 steps the loss (MSE) is {loss}, below that "
        f"of the true curve, {true}: the model fits noise",
        f"the validation loss is {last}; it was lowest, {low}, after {counted(best, 'step')}",
    ]


def test_points_without_noise_have_no_minimum_of_rounding() -> None:
    lines = explain(descend(EXACT, GradientDescent(0.01), (-2.0, -1.5), 100))
    assert "the minimum of the loss is 0, up to rounding: the model can fit every point" in lines
    assert lines[4].endswith("; nearly all of it is still due to that direction")


def test_what_batches_and_noise_cost_is_measured_against_the_same_run_without() -> None:
    start, rule = (-2.0, -1.5), GradientDescent(0.01)
    calm = rounded(float(descend(LINE, rule, start, 200).losses[-1]))
    batches = explain(descend(LINE, rule, start, 200, batch_size=2))
    noise = explain(descend(LINE, Noisy(rule, 3.0), start, 200))
    instead = "; with the same learning rates but {}, it would be {}"
    assert batches[3].endswith(instead.format("full batches", calm))
    assert noise[3].endswith(instead.format("no gradient noise", calm))
    both = explain(descend(LINE, Noisy(rule, 3.0), start, 200, batch_size=2))
    without = "full batches and no gradient noise"
    assert both[3].endswith(instead.format(without, calm))


def test_a_schedule_that_is_too_large_is_warned_of() -> None:
    run = descend(LINE, GradientDescent(Piecewise([1e-2, 3e-2], [10])), (-2, -1.5), 60)
    found = diagnose(LINE, run.params[-1])
    assert found.minimum is not None and found.minimum.params is not None
    along = (run.params - found.minimum.params) @ found.directions[-1]
    grown = percent(abs(float(along[-1] / along[10])) - 1)
    assert explain(run)[0] == (
        "the learning rates range from 0.01 to 0.03, which exceeds the largest stable one, "
        "0.029994: over 50 of 60 steps the distance along the steepest direction (mostly slope) "
        f"grows by {grown}, and would keep growing at the last one"
    )
    lines = explain(descend(LINE, GradientDescent(Cosine(0.2, 100)), (-2, -1.5), 100))
    assert "0.2, which exceeds the largest stable one, 0.029994: over 75 of 100 steps" in lines[0]
    assert lines[0].endswith(" times as large")
    assert lines[3].endswith(
        ": after 100 steps the loss (MSE) is 7.95e+108, up from 538 at the start"
    )


def test_all_rates_of_a_schedule_count_where_each_parameter_has_its_own() -> None:
    rate = WarmUp(Constant([0.05, 0.0499999]), 50)
    run = descend(LINE, GradientDescent(rate), (-2, -1.5), 200)
    assert run.rates is not None
    past = int((run.rates[:, 0] > 0.0299938).sum())
    assert explain(run)[0] == (
        f"the learning rates exceed the largest stable ones by up to 67%, in {past} of 200 steps"
    )


def test_the_slowest_direction_is_the_steepest_one_near_the_edge() -> None:
    run = descend(LINE, GradientDescent(0.02995), (-2, -1.5), 400)
    (line,) = [line for line in explain(run) if "slowest" in line]
    assert line == (
        "along the slowest direction (mostly slope) the distance to the minimum halves every 237 "
        "steps"
    )
    found = diagnose(LINE, run.params[-1])
    assert found.minimum is not None and found.minimum.params is not None
    along = abs((run.params - found.minimum.params) @ found.directions[-1])
    assert along[237] / along[0] == pytest.approx(0.5, abs=0.002)


def test_a_direction_that_the_run_itself_made_is_not_still_there() -> None:
    found = diagnose(LINE, (0.0, 0.0))
    assert found.minimum is not None and found.minimum.params is not None
    start = found.minimum.params + np.array([10.0, 0.02]) @ found.directions
    run = descend(LINE, GradientDescent(0.031), start, 60)
    assert run.losses[-1] < run.losses[0]
    before, now = (rounded(diagnose(LINE, run.params[step]).excess[1]) for step in (0, -1))
    assert explain(run)[3].endswith(
        f"; {now} of it is due to the direction that is mostly slope, up from {before} at the start"
    )


def test_a_kink_is_no_bend_downwards() -> None:
    x = np.array([-1.0, 1.0, 10.0])
    # A move of the slope passes the last point, one of the intercept does not.
    data = Dataset(x, 2 * x + 1 + np.array([1.0, -2.0, 3e-5]))
    run = descend(Problem(data, Linear(), MeanAbsoluteError()), GradientDescent(1e-9), (2, 1), 1)
    assert diagnose(run.problem, run.params[-1]).eigenvalues[0] < 0
    assert not any("curves" in line for line in explain(run))


@pytest.mark.parametrize("offset", [0.0, 1e3, -1e6])
def test_the_tail_moves_wherever_the_zero_of_the_loss_is(offset: float) -> None:
    well = FunctionObjective(lambda x: x**4 + offset, ("x",), (-3, 3))
    lines = explain(descend(well, GradientDescent(0.01), (1,), 500))
    assert lines[0].startswith("still falling")
    fell = re.search(r"over the last 50 steps it fell (from|by) [\d.e-]+", "\n".join(lines))
    assert fell and (fell[1] == "by") == bool(offset), lines
    assert ("above the lowest known loss" in lines[0]) == bool(offset)


def test_a_run_at_the_lowest_known_loss_is_not_above_it() -> None:
    lines = explain(descend(robust(MeanAbsoluteError()), Adam(0.1), (0, 0), 300))
    assert lines[0].startswith("converged at the minimum so far: ") and "above" not in lines[0]
    assert lines[1] == "that is the lowest known loss"


def test_a_rate_that_is_too_large_is_not_said_to_be_stable() -> None:
    network = Problem(datasets.sinusoid(points=20), MLP((8,), "relu"))
    run = descend(network, GradientDescent(0.01), steps=300)
    too_large = replace(run.judgement, reason=Reason.LARGE_RATE)
    run.__dict__["judgement"] = too_large
    assert not re.search(r"is \d+% of the largest", "\n".join(explain(run)))


def test_rounding_is_no_minimum() -> None:
    ball = FunctionObjective(
        lambda x, y: (x**2 + 2 * y**2) / 2, ("x", "y"), constant_hessian=[[1, 0], [0, 2]]
    )
    assert explain(descend(ball, Momentum(0.02), (3, 1), 300))[1].startswith("the minimum is 0:")
    assert (
        ": after 300 steps the loss is next to 0, which is above the minimum by less "
        in explain(descend(objectives.bowl(), GradientDescent(0.15), (3, 1), 300))[-1]
    )
    hill = FunctionObjective(lambda x: np.tanh(x) ** 2, ("x",), (-2, 2))
    lines = explain(descend(hill, GradientDescent(0.01), (1,), 100))
    assert "; the lowest known loss is next to 0 (best of several searches)" in lines[0]


def test_one_parameter_has_no_condition_number() -> None:
    well = FunctionObjective(lambda x: x**2, ("x",), (-3, 3))
    lines = explain(descend(well, GradientDescent(0.1), (1,), 30))
    assert any("the largest stable one" in line for line in lines)
    assert not any("condition number" in line for line in lines)


def test_a_run_that_moves_is_near_a_place() -> None:
    monkey = FunctionObjective(lambda x, y: x**3 - 3 * x * y**2, ("x", "y"), (-2, 2))
    run = descend(monkey, GradientDescent(0.01), (1, 0), 100)
    assert run.judgement.ending == Ending.FALLING and run.judgement.reason == Reason.SADDLE
    first = explain(run)[0]
    assert first.startswith("still falling near a saddle point: after 100 steps the loss is ")
    assert "lowest known" not in first


def test_without_scipy_it_says_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    lines = explain(descend(WAVE, GradientDescent(0.01), (2.0, 1.0, 1.3, -4.0), 20))
    assert lines[0].endswith("; the lowest known loss is 0.00932 (true curve)")
    assert any("learning rate, 0.01, is" in line for line in lines)
    assert lines[-1].endswith("needs scipy: pip install 'gdanim[explain]'")


def test_numbers_in_words() -> None:
    assert [condition_number(v) for v in (218450.6, 7.702, np.inf, 9e8, 1.1e9)] == [
        "218,451", "7.7", "infinite", "900,000,000", "1.1e+09",
    ]  # fmt: skip
    assert [growth(v) for v in (1.0004, 9.5, 10.5, 1170.69)] == [
        "grows by 0.04%",
        "grows by 850%",
        "becomes 10.5 times as large",
        "becomes 1,170 times as large",
    ]
    assert told_apart(0.03, 0.0299937) == ("0.03", "0.029994")
    assert told_apart(0.0299938, 0.0299937) == ("0.0299938", "0.0299937")


def test_what_a_direction_is_called() -> None:
    found = diagnose(Problem(Dataset(np.eye(4), np.ones(4)), Linear(4)), np.zeros(5))

    def called(*shares: float) -> str:
        rows = np.tile(np.sqrt(shares), (5, 1))
        return direction(replace(found, names=tuple("abcde"), directions=rows), 0)

    assert called(0.92, 0.08, 0, 0, 0) == "mostly a"
    assert called(0.88, 0.12, 0, 0, 0) == "mostly a and b"
    assert called(0.4, 0.3, 0.3, 0, 0) == "mostly a, b and c"
    assert called(0.4, 0.2, 0.2, 0.2, 0) == "4 parameters, most of all a"


def test_command_line(tmp_path: Path) -> None:
    path = write(tmp_path, TWO)
    done = CliRunner().invoke(main, ["explain", f"{path}::calm", "--set", "lr=0.001"])
    assert done.exit_code == 0
    assert done.output.startswith(f"{path}::calm\n    The learning rate, 0.001, is ")
    assert done.output.count("\n") == 6 + ("With standardised" in done.output)
    done = CliRunner().invoke(main, ["explain", f"{path}"])
    assert f"{path}::calm\n" in done.output and f"{path}::wild\n" in done.output
    assert CliRunner().invoke(main, ["explain", "absent.py"]).exit_code == 2


def test_runs_that_are_compared_are_explained_one_by_one(tmp_path: Path) -> None:
    text = TWO.replace("GradientDescent(lr)", "GradientDescent([[lr], [2 * lr]])")
    done = CliRunner().invoke(main, ["explain", f"{write(tmp_path, text)}::calm"])
    assert done.exit_code == 0, done.output
    assert "    η = 0.01:\n    The learning rate, 0.01, " in done.output
    assert "    η = 0.02:\n    The learning rate, 0.02, " in done.output


NOISY = Problem(datasets.linear(points=30, noise=2.0), Linear())
ORIGIN = np.zeros(2)
SPREAD = Problem(Dataset(np.arange(12.0) ** 2, np.arange(12.0)), Linear())
RIDGE = Problem(
    datasets.polynomial((1, -2, 0, 1), noise=1.0, range=(-1, 1)), Polynomial(3), penalty=L2(0.1)
)


@pytest.mark.parametrize(
    "problem", [NOISY, SPREAD, RIDGE, objectives.bowl(50)], ids=["noisy", "spread", "ridge", "bowl"]
)
@pytest.mark.parametrize(
    "rule", [GradientDescent, Momentum, partial(Nesterov, momentum=0.5), Newton]
)
@pytest.mark.parametrize("share", [0.3, 0.95, 1.05, 2.0])
def test_the_first_sentence_says_whether_the_run_is_stable(
    problem: Objective, rule: Callable[[float], Optimizer], share: float
) -> None:
    start = np.ones(len(problem.names))
    edge = rule(1.0).largest_stable_rate(float(diagnose(problem, start).eigenvalues[-1]))
    assert edge is not None
    run = descend(problem, rule(share * edge), start, 2000)
    first, grown = explain(run)[0], float(run.losses[-1]) > float(run.losses[0])
    assert ("exceeds the largest stable one" in first) == grown == (share > 1), first


@pytest.mark.slow
@pytest.mark.parametrize(
    ("problem", "rule", "size"),
    [
        (NOISY, GradientDescent, 1),
        (NOISY, Momentum, 5),
        (SPREAD, GradientDescent, 5),
        (SPREAD, Momentum, 1),
        (RIDGE, GradientDescent, 1),
        (RIDGE, Momentum, 5),
    ],
)
def test_with_batches_it_is_the_edge_of_these_batches(
    problem: Problem, rule: Callable[[float], Optimizer], size: int
) -> None:
    start = np.ones(len(problem.names))
    full = rule(1.0).largest_stable_rate(float(diagnose(problem, start).eigenvalues[-1]))
    assert full is not None
    edge = batch_edge(problem, rule(1.0), size, full)
    assert edge is not None
    near = f"about {rounded(edge, 2)}"
    for share in (0.7, 1.5):
        for seed in range(3):
            run = descend(problem, rule(share * edge), start, 2000, seed, batch_size=size)
            assert (share > 1) == bool(run.losses[-1] > 1e3 * run.losses[0])
        grows = f"exceeds the largest stable one with batches of {size}, {near} (simulated); "
        says = grows if share > 1 else f"with batches of {size}, about "
        first = explain(run)[0]
        assert says in first and (
            share > 1 or f"; a typical run grows from {near} on (both simulated); " in first
        )


def test_the_simulated_edge_with_all_points_is_the_exact_one() -> None:
    for rule in (GradientDescent(1.0), Momentum(1.0), Nesterov(1.0)):
        full = rule.largest_stable_rate(float(diagnose(NOISY, (0.0, 0.0)).eigenvalues[-1]))
        assert full is not None
        found = batch_edge(NOISY, rule, NOISY.points, full)
        assert found == pytest.approx(full, rel=0.01)


def test_the_edge_of_the_mean_square() -> None:
    for rule in (GradientDescent(1.0), Momentum(1.0), Nesterov(1.0)):
        full = rule.largest_stable_rate(float(diagnose(NOISY, (0.0, 0.0)).eigenvalues[-1]))
        assert full is not None
        found = mean_square_edge(NOISY, ORIGIN, rule, NOISY.points, full)
        assert found == pytest.approx(full, rel=2e-3)
    assert mean_square_edge(NOISY, ORIGIN, Adam(1.0), 1, 1.0) is None
    assert mean_square_edge(objectives.bowl(), ORIGIN, GradientDescent(1.0), 1, 1.0) is None


FIVE = np.array([-2.0, -0.5, 0.3, 1.0, 1.7])
FIVE_POINTS = Problem(Dataset(FIVE, np.array([0.3, -1.0, 2.0, 0.5, 1.0])), Linear())
FIVE_PATIENTS = Problem(Dataset(FIVE, np.array([0.0, 1, 0, 1, 1])), Logistic(), LogLoss())


@pytest.mark.parametrize("rule", [GradientDescent(1.0), Momentum(1.0, 0.9), Momentum(1.0, 0.99)])
@pytest.mark.parametrize("problem", [FIVE_POINTS, FIVE_PATIENTS], ids=["line", "classes"])
@pytest.mark.parametrize("size", [1, 2])
def test_second_moments_shrink_below_the_edge_and_grow_above(
    problem: Problem, rule: Optimizer, size: int
) -> None:
    """All 120 orders of five points, and the mean of what each makes of the second moments."""
    fit = descend(problem, GradientDescent(0.5), (0, 0), 3000).params[-1]
    design = np.column_stack([FIVE, np.ones(5)])
    chance = 1 / (1 + np.exp(-design @ fit))
    bends = np.full(5, 2.0) if problem is FIVE_POINTS else chance * (1 - chance)
    each = bends[:, np.newaxis, np.newaxis] * design[:, :, np.newaxis] * design[:, np.newaxis]
    highest = float(np.linalg.eigvalsh(each.mean(axis=0))[-1])
    full, beta = rule.largest_stable_rate(highest), getattr(rule, "momentum", 0.0)
    assert full is not None
    found = mean_square_edge(problem, fit, rule, size, full)
    assert found is not None
    orders = np.array(list(permutations(range(5))))
    for share in (0.93, 1.07):
        # Distance and velocity: v = beta v + H d, and d = d - lr v.
        grown = np.broadcast_to(np.eye(4), (120, 4, 4))
        for first in range(0, 5, size):
            batch = each[orders[:, first : first + size]].mean(axis=1)
            kept = np.broadcast_to(beta * np.eye(2), batch.shape)
            lr = share * found
            step = np.block([[np.eye(2) - lr * batch, -lr * kept], [batch, kept]])
            grown = step @ grown
        square = np.mean([np.kron(one, one) for one in grown], axis=0)
        assert (abs(np.linalg.eigvals(square)).max() > 1) == (share > 1)


def test_near_a_minimum_the_rate_is_compared_with_what_is_stable_with_batches() -> None:
    run = descend(FIVE_PATIENTS, GradientDescent(0.5), (0, 0), 400, batch_size=2)
    found = [line for line in explain(run) if "batches of 2" in line]
    assert len(found) == 1 and re.fullmatch(
        r"the learning rate, 0.5, is [\d.]+% of the largest one that is stable in the mean square "
        r"with batches of 2, about [\d.]+ \(simulated\)",
        found[0],
    ), found


def test_between_the_edges_a_run_has_bursts() -> None:
    problem = Problem(datasets.linear(noise=2.0), Linear())
    first = explain(descend(problem, GradientDescent(0.021), (0, 0), 300, batch_size=1))[0]
    assert first == (
        "the learning rate, 0.021, exceeds the largest one that is stable in the mean square with "
        "batches of 1, about 0.019: rare bursts come and go; a typical run grows from about 0.024 "
        "on (both simulated); with full batches the largest stable one is 0.029994"
    )


WELL = FunctionObjective(lambda x: x**4 / 4 - x**2 / 2, ("x",), (-2, 2))
QUARTIC = FunctionObjective(lambda x: x**4, ("x",), (-6, 6))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (
            lambda: descend(QUARTIC, GradientDescent(0.02), (5,), 200),
            "is about 0.00667: with 0.02 ",
        ),
        (lambda: descend(WELL, GradientDescent(1.2), (0.3,), 300), "is between 0.691 and "),
        (lambda: descend(WELL, GradientDescent(1.9), (0.3,), 300), "is between "),
        (
            lambda: descend(objectives.himmelblau(), GradientDescent(0.03), (1, 1), 300),
            "is between ",
        ),
    ],
)
def test_a_cycle_stays_within_bounds(run: Callable[[], Run], words: str) -> None:
    lines = explain(run())
    assert lines[-1].startswith("by the curvature along the last 8 steps, the largest stable one")
    assert words in lines[-1]
    assert lines[-1].endswith(" the run does not come to rest, but stays within bounds")
    assert not any("grows" in line or "condition" in line for line in lines)


def test_a_rate_that_is_stable_at_the_start_of_a_run_that_diverges_is_left_out() -> None:
    valley = FunctionObjective(lambda x: np.sqrt(1 + x**2), ("x",), (-3, 3))
    run = descend(valley, Newton(), (1.2,), 6)
    assert run.judgement.ending == Ending.DIVERGED
    assert not any("largest stable" in line for line in explain(run))


HINGE = FunctionObjective(lambda x, y: x**2 + abs(y - 1e-6), ("x", "y"), (-2, 2))


@pytest.mark.parametrize(
    "run",
    [
        lambda: descend(
            robust(MeanAbsoluteError()), GradientDescent(Exponential(0.1, 0.98)), (0, 0), 300
        ),
        lambda: descend(
            Problem(datasets.linear(), Linear(), penalty=L1(0.1)),
            GradientDescent(0.01), (0, 0), 100,
        ),
        lambda: descend(HINGE, GradientDescent(0.1), (1, 0), 4),
        lambda: descend(
            Problem(datasets.sinusoid(points=8), MLP((3,), "tanh"), MeanAbsoluteError()),
            GradientDescent(0.01), steps=30,
        ),
    ],
    ids=["absolute errors", "lasso", "kink", "network"],
)  # fmt: skip
def test_without_curvature_no_rate_is_stable(run: Callable[[], Run]) -> None:
    text = "\n".join(explain(run()))
    assert "loss" in text
    assert not re.search("stable|condition number|curv", text), text


@pytest.mark.parametrize("units", ["tanh", "relu"])
def test_a_network_has_curvature_between_its_kinks(units: str) -> None:
    network = Problem(datasets.sinusoid(points=8), MLP((3,), units))
    run = descend(network, GradientDescent(0.01), steps=30)
    assert diagnose(network, run.params[-1], restarts=0).has_curvature


SCALED = [AdaGrad(0.5), RMSProp(0.05, decay=0.9), Adam(0.05), AdamW(0.05), Adam(0.05, beta1=0.5)]


@pytest.mark.parametrize("rule", SCALED, ids=str)
def test_the_scaling_is_that_of_the_last_step(rule: Scaled) -> None:
    run = descend(LINE, rule, (0, 0), 40)
    state = rule.init(run.params[0])
    for number, params in enumerate(run.params[:-1]):
        step = Step(number, params, LINE)
        _, state = rule.direction(LINE.gradient(params), state, step)
    v = state[1] if isinstance(state, tuple) else state
    correction = 1 - rule.beta2**40 if isinstance(rule, Adam | AdamW) else 1.0
    np.testing.assert_allclose(scaling(rule, run), np.sqrt(v / correction) + rule.eps, rtol=1e-5)


@pytest.mark.parametrize("beta1", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("share", [0.99, 1.01])
def test_the_edge_with_a_fixed_scaling(beta1: float, share: float) -> None:
    rate, x, m = share * edge(Adam(0.1, beta1=beta1)), 1.0, 0.0
    for _ in range(2000):
        m = beta1 * m + (1 - beta1) * x
        x -= rate * m
    assert (abs(x) > 1) == (share > 1)
    assert edge(Adam(0.1)) == pytest.approx(38)


def test_what_is_known_of_adam_and_its_kin() -> None:
    def said(rule: Optimizer, **how: Any) -> str:
        return "\n".join(explain(descend(LINE, rule, (-2, -1.5), 100, **how)))

    assert re.search(
        r"the learning rate, 0.05, is [\d.]+% of what is stable for Adam with the scaling of its "
        r"last step, about [\d.]+; that scaling follows the gradients\n",
        said(Adam(0.05)),
    )
    assert "; that scaling only grows\n" in said(AdaGrad(0.5))
    assert re.search(r"the last learning rate, 1.23\d+e-05, is", said(RMSProp(Cosine(0.05, 100))))
    assert "; that scaling" not in said(RMSProp([0.05, 0.1]))
    assert "what is stable for RMSProp" in said(RMSProp([0.05, 0.1]))
    none = "no largest stable learning rate is known for Adam with"
    assert f"{none} mini-batches\n" in said(Adam(0.05), batch_size=5)
    assert f"{none} noisy gradients\n" in said(Noisy(Adam(0.05), 0.1))


def test_no_edge_is_claimed_with_batches_where_none_is_known() -> None:
    run = descend(WAVE, GradientDescent(0.1), (2.9, 1.72, 0, -1.2), 300, batch_size=10)
    assert not any("batches of" in line for line in explain(run))
    assert batch_edge(NOISY, Adam(0.1), 5, 1.0) is None
    many = Problem(datasets.linear(points=3000), Linear())
    assert batch_edge(many, GradientDescent(0.1), 1, 1.0) is None


@pytest.mark.parametrize(
    "f", [abs, lambda x: -(x**2), lambda x: 0.0 * x], ids="abs top flat".split()
)
def test_where_nothing_curves_upwards_no_rate_is_called_stable(f: Callable[[Any], Any]) -> None:
    run = descend(FunctionObjective(f), GradientDescent(0.3), (1.0,), 40)
    assert not any("stable" in line for line in explain(run))


def test_rounding_at_the_minimum_is_no_rise() -> None:
    problem = Problem(Dataset(np.arange(4.0), np.array([0.1, 0.3, 0.5, 0.7])), Linear())
    run = descend(problem, GradientDescent(0.1), (0.2, 0.1), 200)
    assert run.losses[-1] > run.losses[0]
    text = " ".join(explain(run))
    assert "up from" not in text and "which is the minimum" in text
