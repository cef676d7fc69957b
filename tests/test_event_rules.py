"""Where the rules for events draw the line: a little below it there is no event, above it one.

A record can hold any losses, so each rule is tried with losses made for it.
"""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from gdanim.analysis._overfitting import overfitting
from gdanim.analysis.event_rules import (
    overshoots,
    rate_changes,
)
from gdanim.analysis.record import Record
from gdanim.problems import objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem

# Its minimum is 0, so that a loss is its own height.
BOWL = objectives.bowl()


def record(losses: ArrayLike) -> Record:
    """A record of these losses; nothing else of the run counts."""
    heights = np.array(losses, dtype=np.float64)
    return Record(BOWL, np.zeros((len(heights), 2)), heights, None, False)


@pytest.mark.parametrize(("change", "found"), [(0.91, 0), (0.89, 1)])
def test_a_learning_rate_changes_by_a_tenth(change: float, found: int) -> None:
    rates = np.repeat([[1.0], [change]], 10, axis=0)
    assert len(list(rate_changes(rates))) == found


@pytest.mark.parametrize(("before", "found"), [(0.025, 0), (0.018, 1)])
def test_a_change_is_ten_times_those_around_it(before: float, found: int) -> None:
    rates = np.array([[1.0], [1.0 - before], [(1.0 - before) * 0.78], [(1.0 - before) * 0.78]])
    events = [event for event in rate_changes(rates) if event.step == 2]
    assert len(events) == found


@pytest.mark.parametrize(("apart", "found"), [(9, 1), (12, 2)])
def test_rises_within_ten_steps_are_one(apart: int, found: int) -> None:
    losses = np.linspace(10.0, 5.0, 60)
    losses[20:] += 3.0
    losses[20 + apart :] += 3.0
    assert len(list(overshoots(record(losses), losses, None, 60))) == found


@pytest.mark.parametrize(("steps", "noisy"), [(8, False), (5, True)])
def test_a_loss_that_turns_at_a_third_of_the_steps_is_noisy(steps: int, noisy: bool) -> None:
    # Up, down, and level for the rest: two turns in each period.
    losses = np.tile([1.0, 0.0] + [0.5] * (steps - 2), 20)
    assert record(losses).irregular == noisy


def validated(noise: float, rise: float) -> Record:
    """A constant that moves away from ten points, so that the loss of each, 1, grows by `rise`.

    With `noise` five of the points are higher and five are lower by that.
    """
    level = np.sqrt(1 + rise) - 1
    held_out = Dataset(np.zeros(10), -np.ones(10) - noise * np.tile([1.0, -1.0], 5))
    problem = Problem(Dataset(np.zeros(1), np.full(1, level)), Polynomial(0), validation=held_out)
    params = np.linspace(0, level, 20)[:, np.newaxis]
    unseen = problem.validation_losses(params)
    return Record(problem, params, problem.losses(params), None, False, validation_losses=unseen)


@pytest.mark.parametrize(("rise", "found"), [(0.04, 0), (0.06, 1)])
def test_overfitting_is_a_rise_of_a_twentieth(rise: float, found: int) -> None:
    assert len(list(overfitting(validated(0.0, rise)))) == found


@pytest.mark.parametrize(("errors", "found"), [(2.4, 0), (2.6, 1)])
def test_overfitting_is_a_rise_by_more_than_its_noise(errors: float, found: int) -> None:
    level = np.sqrt(1.5) - 1
    # Each point rises by 1/2 +- 2 level noise: a standard error of (2/3) level noise.
    assert len(list(overfitting(validated(0.75 / level / errors, 0.5)))) == found
