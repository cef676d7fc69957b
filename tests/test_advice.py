"""What is advised for runs of no use: each suggestion holds when somebody follows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import LINE, WAVE
from click.testing import CliRunner

from gdanim import render
from gdanim.analysis.judgement import Ending, Reason
from gdanim.cli import main
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run
from gdanim.narration.advice import advice, constant_rate, remedies
from gdanim.narration.explain import explain
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.mlp import MLP
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.schedules import Cosine, Exponential
from scripts import write

# Kilometres and prices of used cars, as such data are: a falling line far from both axes.
KILOMETRES = np.linspace(5e3, 2.2e5, 24) + 9e3 * np.sin(np.arange(24.0) * 7)
CARS = Problem(
    Dataset(KILOMETRES, 3e4 - 0.1 * KILOMETRES + 1500 * np.cos(np.arange(24.0) * 5)), Linear()
)
YEARS = Problem(Dataset(np.arange(1990.0, 2021.0), np.arange(31.0) % 7), Linear())
BOWL, VALLEY = objectives.bowl(), objectives.rosenbrock()
STANDARDISE = r"standardise the data \(`data.standardised\(\)`: the condition number falls from "


@dataclass(frozen=True)
class Bare(Optimizer):
    """A rule of which nothing is known."""

    lr: float

    def direction(self, gradient: np.ndarray, state: object, step: object) -> tuple:  # type: ignore[type-arg]
        return gradient, state


@pytest.mark.parametrize(
    ("problem", "optimizer", "start", "words"),
    [
        (
            CARS, GradientDescent(0.01), (0, 0),
            rf"diverges from step 1 on: learning rate 0.01 is 170,000,000 times the largest stable "
            rf"one \(5.9e-11\); {STANDARDISE}6.9e\+10 to 1.0\)",
        ),
        (
            CARS, GradientDescent(1e-16), (0, 0),
            rf"hardly moves in 300 steps: learning rate 1e-16 is 0.0002% of the largest stable one "
            rf"\(5.9e-11\); {STANDARDISE}6.9e\+10 to 1.0\) and use a learning rate of 0.5",
        ),
        (
            YEARS, Momentum(0.1), (0, 0),
            rf"diverges from step 1 on: learning rate 0.1 is 210,000 times the largest stable one "
            rf"\(4.7e-07\); {STANDARDISE}2.0e\+11 to 1.0\), or use a learning rate of 2e-07",
        ),
        (
            LINE, GradientDescent(0.0301), (-2, -1.5),
            r"diverges from step 1 on: learning rate 0.0301 exceeds the largest stable one "
            r"\(0.029994\); use a learning rate of 0.01",
        ),
        (
            LINE, Noisy(GradientDescent(1e-9), 0.1), (-2, -1.5),
            r"hardly moves in 300 steps: learning rate 1e-09 is 0.000003% of the largest stable "
            r"one \(0.030\); use a learning rate of 0.01",
        ),
        (BOWL, Adam(1e-9), (1, 1), r"hardly moves in 300 steps; use a learning rate of 0\.\d+"),
        (BOWL, Bare(1.0), (1, 1), r"diverges from step 1 on; use a learning rate of 0.1"),
        (
            VALLEY, GradientDescent(0.1), (2, 2),
            r"diverges from step 1 on: learning rate 0.1 is 210 times the largest stable one at "
            r"the start \(0.00048\); use a learning rate of 0.0002",
        ),
    ],
)  # fmt: skip
def test_what_is_advised(
    problem: Objective, optimizer: Optimizer, start: tuple[float, ...], words: str
) -> None:
    run = descend(problem, optimizer, start, 300)
    assert re.fullmatch(words, advice(run)), advice(run)
    followed(run)


def followed(run: Run) -> None:
    """Each suggestion, when it is followed, is better than the run."""
    helpful = remedies(run)
    assert helpful
    for text in helpful:
        problem, optimizer = run.problem, run.optimizer
        assert optimizer is not None
        if "standardise" in text:
            assert isinstance(problem, Problem)
            problem = replace(problem, data=problem.data.standardised())
        if rate := re.search(r"rate of (\S+)( for all steps)?$", text):
            optimizer = with_rate(optimizer, float(rate[1]))
        size = None if run.batches is None else run.batches.shape[1]
        better = descend(problem, optimizer, run.params[0], 300, batch_size=size)
        assert better.losses[-1] < better.losses[0]
        assert better.losses[-1] < run.losses[-1]


def with_rate(optimizer: Any, lr: float) -> Optimizer:
    if isinstance(optimizer, Noisy):
        return replace(optimizer, optimizer=with_rate(optimizer.optimizer, lr))
    changed: Optimizer = replace(optimizer, lr=lr)
    return changed


def test_a_run_that_came_down_some_way_hardly_moves_any_more() -> None:
    run = descend(CARS, GradientDescent(2e-11), (0, 0), 300)
    assert run.losses[-1] < 0.9 * run.losses[0]
    assert advice(run).startswith(
        "hardly moves any more after 300 steps: the problem is ill-conditioned; standardise the "
    )
    followed(run)


def test_with_batches_the_rate_is_compared_with_theirs() -> None:
    problem = Problem(datasets.linear(noise=2.0), Linear())
    run = descend(problem, GradientDescent(0.028), (0, 0), 300, batch_size=1)
    assert re.fullmatch(
        r"diverges from step \d+ on: learning rate 0.028 exceeds the largest stable one with "
        r"batches of 1 \(0.02[34]\d*\); use a learning rate of 0.009",
        advice(run),
    ), advice(run)
    followed(run)


@pytest.mark.parametrize(
    "run",
    [
        lambda: descend(LINE, GradientDescent(0.01), (-2, -1.5), 1000),
        lambda: descend(LINE, GradientDescent(0.01), (-2, -1.5), 100),
        lambda: descend(WAVE, GradientDescent(0.1), (2.9, 1.72, 0, -1.2), 300),
        lambda: descend(LINE, Adam(0.05), (-2, -1.5), 300),
        lambda: descend(LINE, GradientDescent(0.01), (-2, -1.5), 400, batch_size=5),
        lambda: descend(LINE, GradientDescent(Cosine(0.02, 100)), (-2, -1.5), 100),
        lambda: descend(BOWL, GradientDescent(0.1), (0, 0), 30),
        lambda: descend(BOWL, GradientDescent(0.1), (1, 1), 0),
    ],
)
def test_nothing_is_said_where_all_is_well(run: Callable[[], Run]) -> None:
    assert advice(run()) == ""
    assert not any(line.startswith("what helps") for line in explain(run()))


def test_only_what_is_known_is_said() -> None:
    run = descend(LINE, GradientDescent(1.0), (-2, -1.5), 300)
    own_loop = replace(run, optimizer=None)
    assert re.fullmatch(r"diverges from step 1 on", advice(own_loop))
    plan = descend(LINE, GradientDescent(Cosine(1.0, 300)), (-2, -1.5), 300)
    assert constant_rate(plan) is None and re.fullmatch(
        r"diverges from step 1 on: the largest learning rate, 1, is 33 times the largest stable "
        r"one \(0.030\); use a learning rate of 0.01 for all steps",
        advice(plan),
    )
    followed(plan)
    network = Problem(datasets.sinusoid(points=5000), MLP((20, 20), "tanh"))
    assert advice(descend(network, GradientDescent(1e4), steps=3)).count(";") == 0


def test_where_the_loss_curves_downward_the_rate_is_that_of_the_steepest_direction() -> None:
    """At (0, 0.1) of x^4 - x^2 + y^2 the loss curves by -2 along x, and by 2 along y."""
    double = FunctionObjective(lambda x, y: x**4 - x**2 + y**2)
    line = advice(descend(double, GradientDescent(3.0), (0.01, 0.1), 100))
    assert line.startswith("diverges from step ")
    assert (
        "3.0 times the largest stable one along the steepest direction at the start (1.0)" in line
    )


def test_a_rate_that_dies_out_is_held() -> None:
    run = descend(LINE, GradientDescent(Exponential(1e-3, 0.9)), (-2, -1.5), 300)
    assert advice(run) == (
        "hardly moves any more after 300 steps: the learning rate falls from 0.001 to 2.1e-17; "
        "use a learning rate of 0.01 for all steps"
    )
    followed(run)


PLATEAU = FunctionObjective(lambda x: np.tanh(x) ** 2, ("x",), (-8, 8))


def test_where_no_rate_gains_a_good_share_another_start_may() -> None:
    run = descend(PLATEAU, GradientDescent(0.1), (6.0,), 300)
    assert run.judgement.ending == Ending.HARDLY_MOVING
    # Ten times the rate gains ten times as much, which is next to nothing.
    (helps,) = remedies(run)
    seed = re.fullmatch(r"use another start, such as that of seed=(\d)", helps)
    assert seed
    better = descend(PLATEAU, GradientDescent(0.1), steps=300, seed=int(seed[1]))
    assert better.losses[-1] < 0.5 * run.losses[-1]


def test_another_start_is_no_help_on_an_ill_conditioned_bowl() -> None:
    ravine = objectives.bowl(1e6)
    run = descend(ravine, GradientDescent(1e-6), (1, 1e-3), 300)
    assert run.judgement.reason == Reason.CONDITIONING
    assert advice(run) == "hardly moves any more after 300 steps: the problem is ill-conditioned"


def test_nothing_is_said_where_neither_a_cause_nor_a_remedy_is_known() -> None:
    run = descend(BOWL, GradientDescent(1e-9), (1, 1), 100)
    still = replace(run, optimizer=None, rates=None)
    assert still.judgement.ending == Ending.HARDLY_MOVING
    assert advice(still) == "" and not any("what helps" in line for line in explain(still))


def test_a_trial_that_swings_or_hardly_moves_is_no_help() -> None:
    valley = FunctionObjective(lambda x: x**4, ("x",), (-6, 6))
    run = descend(valley, GradientDescent(1e-9), (5,), 100)
    (helps,) = remedies(run)
    rate = float(helps.rpartition(" ")[2])
    better = descend(valley, GradientDescent(rate), (5,), 100)
    assert better.losses[-1] < 0.5 * better.losses[0]
    assert better.judgement.ending != Ending.OSCILLATING


def test_no_rate_is_advised_that_is_only_slower_than_a_safe_one() -> None:
    """Half the edge leaves the intercept where it is; so does a hundredth, more slowly."""
    years = np.arange(1990, 2024.0)
    problem = Problem(Dataset(years, 2 * years - 3700), Linear())
    run = descend(problem, GradientDescent(2.6e-7), (0, 0), 300)
    assert "exceeds the largest stable one" in advice(run)
    assert "or use a learning rate" not in advice(run)


def test_the_rate_is_safe_below_the_edge_of_the_mean_square() -> None:
    problem = Problem(datasets.linear(noise=2.0), Linear())
    for seed in range(20):
        run = descend(problem, GradientDescent(0.009), (0, 0), 3000, seed, batch_size=1)
        assert run.losses[1500:].max() < run.losses[0]


def test_a_comparison_that_has_a_good_run_needs_no_advice() -> None:
    rates = {"low": 1e-9, "right": 0.01, "high": 1.0}
    runs = {name: descend(LINE, GradientDescent(lr), (-2, -1.5), 300) for name, lr in rates.items()}
    assert advice(runs) == ""
    del runs["right"]
    assert advice(runs).startswith("low: hardly moves in 300 steps: ")
    assert advice({}) == ""


SCRIPT = """
    import numpy as np
    from gdanim import Dataset, GradientDescent, Linear, Problem, Scene, datasets
    from gdanim.scene import Scene

    def fit(lr: float = 1.0, noise: float = 1.0) -> Scene:
        return Scene(Problem(datasets.linear(noise=noise), Linear()), GradientDescent(lr), (0, 0))

    def fixed(twice: float = 1.0) -> Scene:
        return Scene(Problem(datasets.linear(), Linear()), GradientDescent(twice * 1.0), (0, 0))

    def half(rate: float = 1.0) -> Scene:
        return Scene(Problem(datasets.linear(), Linear()), GradientDescent(1.0), (0, rate))

    def good(lr: float = 0.01) -> Scene:
        return Scene(Problem(datasets.linear(), Linear()), GradientDescent(lr), (0, 0))
"""


@pytest.mark.parametrize(
    ("scene", "end"),
    [
        ("fit", "use --set lr=0.01"),
        ("fixed", "use --set twice=0.01"),
        ("half", "use a learning rate of 0.01"),
    ],
)
def test_the_command_line_names_the_knob_that_is_the_rate(
    tmp_path: Path, scene: str, end: str
) -> None:
    script = write(tmp_path, SCRIPT)
    still = ["--still", "last", "-o", f"{tmp_path}/a.png", "-o", f"{tmp_path}/{scene}.png"]
    done = CliRunner().invoke(main, ["render", f"{script}::{scene}", *still])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    (place,) = [i for i, line in enumerate(lines) if line.startswith("diverges from step ")]
    assert ".png: " in lines[place - 1] and lines[place].endswith(f"; {end}")
    assert len(lines) == place + 1
    done = CliRunner().invoke(main, ["render", f"{script}::good", *still])
    assert done.exit_code == 0 and "learning rate" not in done.output


def test_render_returns_the_advice(tmp_path: Path) -> None:
    bad, good = (Scene(LINE, GradientDescent(lr), (0, 0), 50, size=(96, 64)) for lr in (1.0, 0.01))
    assert render(bad, tmp_path / "a.png", still="last").advice.endswith(
        "use a learning rate of 0.01"
    )
    assert render(good, tmp_path / "a.png", still="last").advice == ""


def test_explain_ends_with_what_helps() -> None:
    run = descend(CARS, GradientDescent(0.01), (0, 0), 300)
    assert run.judgement.ending == Ending.DIVERGED
    lines = explain(run)
    assert lines[-1].startswith("what helps: standardise the data (`data.standardised()`: ")
    assert sum("standardise" in line for line in lines) == 1
