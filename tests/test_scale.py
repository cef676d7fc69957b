"""Which losses are next to nothing: measured by an ordinary start, in any units."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gdanim.analysis.scale import NOTHING, constant_loss, nothing, without_traces
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss, MeanAbsoluteError
from gdanim.problems.problem import Problem

LINE = Problem(datasets.linear(noise=1.0), Linear())
Y = LINE.data.y
QUARTER = Problem(Dataset(np.arange(8.0), np.array([0.0] * 6 + [1, 1])), Logistic(), LogLoss())


def test_the_best_constant_loses_the_spread_of_the_points() -> None:
    assert constant_loss(LINE) == pytest.approx(Y.var(), rel=1e-12)
    absolute = replace(LINE, loss_function=MeanAbsoluteError())
    assert constant_loss(absolute) == pytest.approx(abs(Y - Y.mean()).mean(), rel=1e-12)
    entropy = -0.25 * np.log(0.25) - 0.75 * np.log(0.75)
    assert constant_loss(QUARTER) == pytest.approx(entropy, rel=1e-9)
    assert constant_loss(objectives.bowl()) is None
    same = Problem(Dataset(np.arange(4.0), np.ones(4)), Linear())
    assert constant_loss(same) is None


def test_a_start_far_away_excuses_nothing_and_one_near_by_counts() -> None:
    assert nothing(LINE, 1e30) == pytest.approx(NOTHING * Y.var(), rel=1e-12)
    assert nothing(LINE, 1e-6) == NOTHING * 1e-6
    assert nothing(LINE, 0.0) == 0.0


@pytest.mark.parametrize("factor", [1e-6, 1e6])
def test_it_has_the_unit_of_the_loss(factor: float) -> None:
    scaled = replace(LINE, data=Dataset(LINE.data.x, factor * Y))
    assert nothing(scaled, np.inf) == pytest.approx(factor**2 * nothing(LINE, np.inf), rel=1e-9)
    bowl = FunctionObjective(lambda x: factor * x**2)
    once = FunctionObjective(lambda x: x**2)
    assert nothing(bowl, np.inf) == pytest.approx(factor * nothing(once, np.inf), rel=1e-9)


def test_without_an_ordinary_start_the_first_loss_alone_counts() -> None:
    nowhere = FunctionObjective(lambda x: np.sqrt(-1 - x**2), derivative=lambda x: [x])
    assert nothing(nowhere, 5.0) == NOTHING * 5.0


def test_parameters_that_the_loss_does_not_notice_are_zero() -> None:
    start = np.array([1.0, 1.0])
    bowl = objectives.bowl()
    cleared = without_traces(bowl, np.array([1e-9, 0.5]), start, 1e-3)
    assert cleared.tolist() == [0.0, 0.5]
    kept = without_traces(bowl, np.array([1e-4, 0.5]), start, 1e-3)
    assert kept.tolist() == [1e-4, 0.5], "the loss notices"
    untouched = np.array([1e-9, 0.5])
    assert without_traces(bowl, untouched, 1e-9 * start, 1e-3) is untouched, "it started there"
