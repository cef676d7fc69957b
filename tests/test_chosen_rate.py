"""The learning rate "auto"."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cases import LINE

from gdanim.descent.adaptive import Adam
from gdanim.descent.chosen_rate import Chosen
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum
from gdanim.descent.newton import Newton
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.film.header import method
from gdanim.problems import datasets, objectives
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss
from gdanim.problems.mlp import MLP
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem


@pytest.mark.parametrize(
    "optimizer",
    [GradientDescent("auto"), Momentum("auto"), Noisy(GradientDescent("auto"), 0.1)],
    ids=lambda optimizer: optimizer.name,
)
def test_half_of_the_largest_stable_rate_to_two_digits(optimizer: Optimizer) -> None:
    assert LINE.hessian is not None
    largest = optimizer.largest_stable_rate(float(np.linalg.eigvalsh(LINE.hessian)[-1]))
    assert largest is not None
    run = descend(LINE, optimizer, start=(-2, 9), steps=50)
    rate = float(run.rate(0))
    assert 0.9 * largest / 2 < rate <= largest / 2
    assert rate == float(f"{rate:.1e}")
    assert run.optimizer is not None and isinstance(run.optimizer.lr, Chosen)


def test_newton_takes_whole_steps() -> None:
    assert float(descend(LINE, Newton("auto"), start=(-2, 9), steps=1).rate(0)) == 1


MOONS = Problem(datasets.moons(), MLP((8,), "tanh", "logistic", 2), LogLoss())
CASES: list[tuple[Objective, Optimizer, tuple[float, ...] | None]] = [
    (MOONS, GradientDescent("auto"), None),
    (MOONS, Adam("auto"), None),
    (Problem(datasets.blobs(classes=2), Logistic(2), LogLoss()), GradientDescent("auto"), None),
    (objectives.rosenbrock(), GradientDescent("auto"), (-1.2, 1)),
    (objectives.rosenbrock(), Adam("auto"), (-1.2, 1)),
    (FunctionObjective(lambda x: 1e9 * x**4), GradientDescent("auto"), (3,)),
]


@pytest.mark.parametrize(("problem", "optimizer", "start"), CASES)
def test_a_short_test_finds_a_rate_that_lowers_the_loss(
    problem: Objective, optimizer: Optimizer, start: tuple[float, ...] | None
) -> None:
    run = descend(problem, optimizer, start, steps=100)
    assert run.steps == 100
    assert run.losses[-1] < 0.75 * run.losses[0]
    assert run.losses.max() <= 1.5 * run.losses[0]


def test_mini_batches_and_runs_side_by_side() -> None:
    run = descend(LINE, GradientDescent("auto"), start=(-2, 9), epochs=5, batch_size=5)
    assert run.losses[-1] < 0.1 * run.losses[0]
    starts = [MOONS.init(np.random.default_rng(seed)) for seed in range(2)]
    sides = descend(MOONS, GradientDescent("auto"), np.stack(starts))
    assert sides.runs == (2,)
    assert (sides.losses[-1] < sides.losses[0]).all()


def test_the_header_says_which_rate_was_chosen_and_a_saved_run_knows(tmp_path: Path) -> None:
    run = descend(LINE, GradientDescent("auto"), start=(-2, 9), steps=5)
    formula, name, rate = method(run, 0)
    assert rate == f"$\\eta$ = {float(run.rate(0))} (chosen)"
    run.save(tmp_path / "run.npz")
    assert method(Run.load(tmp_path / "run.npz"), 0) == (formula, name, rate)


def test_other_words_are_no_rates() -> None:
    with pytest.raises(GdanimError, match="^lr: .*'automatic'"):
        GradientDescent("automatic")
    with pytest.raises(GdanimError, match='^lr: "auto" found no'):
        descend(objectives.bowl(), Adam("auto"), start=(0, 0))
