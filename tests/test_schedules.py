"""Schedules: their values, what the loop does with them, and entry E's rule."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import LINE, WAVE

from gdanim import schedules
from gdanim.core.arrays import Floats
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.schedule import Planned, Schedule
from gdanim.descent.stopping import Stall
from gdanim.errors import GdanimError
from gdanim.problems import datasets, objectives
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem


def one_cycle(step: int) -> float:
    """Half cosines from 0.04 over 1 (at step 2) to 4e-6 (at step 9)."""
    if step <= 2:
        return 1 + (0.04 - 1) * (1 + math.cos(math.pi * step / 2)) / 2
    return 4e-6 + (1 - 4e-6) * (1 + math.cos(math.pi * (step - 2) / 7)) / 2


PLANNED: dict[str, tuple[Planned, Callable[[int], float]]] = {
    "constant": (schedules.Constant(0.3), lambda s: 0.3),
    "piecewise": (
        schedules.Piecewise([1.0, 0.5, 0.1], [3, 7]),
        lambda s: 1.0 if s < 3 else 0.5 if s < 7 else 0.1,
    ),
    "exponential": (schedules.Exponential(2.0, 0.9), lambda s: 2 * 0.9**s),
    "step": (schedules.StepDecay(2.0, 0.5, 4), lambda s: 2 * 0.5 ** math.floor(s / 4)),
    "cosine": (
        schedules.Cosine(1.0, 8, last=0.2),
        lambda s: 0.2 + 0.8 * (1 + math.cos(math.pi * min(s, 8) / 8)) / 2,
    ),
    "warm-up": (
        schedules.WarmUp(schedules.Exponential(1.0, 0.5), 4, factor=0.2),
        lambda s: 0.2 + 0.2 * s if s < 4 else 0.5 ** (s - 4),
    ),
    "one-cycle": (schedules.OneCycle(1.0, 10), one_cycle),
}


@pytest.mark.parametrize("name", PLANNED)
def test_values(name: str) -> None:
    schedule, expected = PLANNED[name]
    steps = 10 if name == "one-cycle" else 15
    np.testing.assert_allclose(
        [float(schedule(s)) for s in range(steps)], [expected(s) for s in range(steps)], rtol=1e-12
    )


@pytest.mark.parametrize("name", PLANNED)
def test_the_loop_takes_and_records_them(name: str) -> None:
    _, expected = PLANNED[name]
    lr = [0.01 * expected(s) for s in range(9)]
    small = schedules.Piecewise(lr, list(range(1, 9)))
    run = descend(LINE, GradientDescent(small), (-1, 3), 9)
    np.testing.assert_allclose([float(run.rate(s)) for s in range(9)], lr)
    params = np.array([-1.0, 3.0])
    for step, recorded in enumerate(run.params):
        np.testing.assert_allclose(recorded, params, rtol=1e-12)
        params = params - lr[min(step, 8)] * LINE.gradient(params)


def test_rates_of_parameters_and_of_runs_can_be_scheduled() -> None:
    each = descend(LINE, GradientDescent(schedules.Exponential([0.01, 0.1], 0.5)), (-1, 3), 4)
    np.testing.assert_allclose(each.rate(2), [0.0025, 0.025])
    runs = descend(LINE, GradientDescent(schedules.Exponential([[0.01], [0.02]], 0.5)), (-1, 3), 4)
    assert runs.runs == (2,)
    for index, lr in enumerate([0.01, 0.02]):
        alone = descend(LINE, GradientDescent(schedules.Exponential(lr, 0.5)), (-1, 3), 4)
        np.testing.assert_allclose(runs[index].params, alone.params, rtol=1e-12)
        assert runs[index].rate(2) == alone.rate(2)


def test_a_rate_that_grows_beyond_all_numbers_is_infinite() -> None:
    growing = schedules.Exponential(1, 10)
    assert growing(400) == schedules.StepDecay(1, 10, 1)(400) == math.inf
    assert schedules.WarmUp(schedules.Exponential(1, 3), 2)(1000) == math.inf
    assert schedules.Exponential(1e10, 10)(300) == math.inf
    np.testing.assert_array_equal(schedules.Exponential([1, 2], 10)(400), [math.inf, math.inf])
    assert float(growing(300)) == pytest.approx(1e300, rel=1e-12)


@pytest.mark.parametrize("rule", [GradientDescent, Adam])
@pytest.mark.parametrize("lr", [schedules.Exponential(1e-3, 2), schedules.Plateau(1e-3, 2, 0, 1)])
@pytest.mark.parametrize("start", [(0, 0), (3, 2)])
def test_an_infinite_rate_ends_the_run_without_a_word(
    rule: type[Any], lr: Schedule, start: tuple[float, float]
) -> None:
    bowl = objectives.bowl(2)
    run = descend(bowl, rule(lr), start, 1100)
    assert str(run.outcome) == f"diverged at step {run.steps}"
    assert np.isfinite(run.losses).all()
    if start == (0, 0):
        assert run.steps > 1000
        assert not run.params.any(), "it stays at the minimum as long as there are numbers for it"


# Those that see the loss


def switched(losses: Floats, cutoff: float, steps: int) -> list[bool]:
    """Whether the rate has changed at each step, by the rule in words."""
    found, seen = [], False
    for i, loss in enumerate(losses):
        seen = seen or (i >= steps and abs(loss - losses[i - steps]) < cutoff)
        found.append(seen)
    return found


@pytest.mark.parametrize(("before", "after"), [(0.01, 0.02), (0.02, 0.001)])
@pytest.mark.parametrize("steps", [1, 6])
def test_switch(before: float, after: float, steps: int) -> None:
    lr = schedules.Switch(before, after, cutoff=0.05, steps=steps)
    run = descend(LINE, GradientDescent(lr), (-1, 3), 150)
    expected = [after if s else before for s in switched(run.losses[:-1], 0.05, steps)]
    assert [float(run.rate(s)) for s in range(150)] == expected
    assert {before, after} == set(expected)


def test_a_switch_has_the_runs_and_parameters_of_either_rate() -> None:
    lr = schedules.Switch(0.001, [[0.01], [0.02]], cutoff=1e9)
    together = descend(LINE, GradientDescent(lr), (-1, 3), 50)
    assert together.runs == (2,)
    for index, after in enumerate([0.01, 0.02]):
        alone = descend(LINE, GradientDescent(schedules.Switch(0.001, after, 1e9)), (-1, 3), 50)
        np.testing.assert_allclose(together[index].params, alone.params, rtol=1e-12)
        np.testing.assert_array_equal(together[index].rates, alone.rates)


def plateau(losses: Floats, lr: schedules.Plateau) -> list[float]:
    """The rates, by torch's words: patience is the number of epochs with no improvement that are
    allowed.
    """
    rate, best, bad, rates = float(np.asarray(lr.rate)), math.inf, 0, []
    for loss in losses:
        if loss < best * (1 - lr.threshold):
            best, bad = loss, 0
        else:
            bad += 1
        if bad > lr.patience:
            rate, bad = rate * lr.factor, 0
        rates.append(rate)
    return rates


@pytest.mark.parametrize("factor", [0.5, 1.3])
@pytest.mark.parametrize("patience", [0, 3])
def test_plateau(factor: float, patience: int) -> None:
    lr = schedules.Plateau(0.02, factor, patience, threshold=0.05)
    run = descend(WAVE, GradientDescent(lr), (2.9, 1.72, 0, -1.2), 60)
    np.testing.assert_allclose(
        [float(run.rate(s)) for s in range(60)], plateau(run.losses[:-1], lr), rtol=1e-12
    )
    assert run.rate(59) != run.rate(0)


@pytest.mark.parametrize(
    "lr", [schedules.Switch(0.01, [0.02, 0.03], 0.05), schedules.Plateau(0.02, 0.5, 2, 0.05)]
)
def test_each_run_has_its_own_plateau(lr: Schedule) -> None:
    starts = np.array([(-1.0, 3.0), (2.0, 1.1), (0.0, 0.0)])
    together = descend(LINE, Adam(lr), starts, 80)
    for index, start in enumerate(starts):
        alone = descend(LINE, Adam(lr), start, 80)
        np.testing.assert_allclose(together[index].params, alone.params, rtol=1e-12)
        for step in (0, 40, 79):
            np.testing.assert_array_equal(
                np.broadcast_to(together[index].rate(step), 2),
                np.broadcast_to(alone.rate(step), 2),
            )


def test_the_blog_s_rule() -> None:
    """Entry E: from the seventh loss on, compare with the one six steps before; stop below the
    first cutoff, otherwise switch to the second rate below the second.
    """
    problem = Problem(datasets.linear(2.0, 1.0, seed=3), Linear())
    lr = schedules.Switch(1e-2, 2.9e-2, cutoff=0.01)
    run = descend(problem, GradientDescent(lr), (-2, -1.5), 1000, stop=Stall(0.002))
    params, rate, losses = np.array([-2.0, -1.5]), 1e-2, []
    while True:
        losses.append(float(problem.loss(params)))
        if len(losses) >= 7:
            change = abs(losses[-1] - losses[-7])
            if change < 0.002:
                break
            if change < 0.01:
                rate = 2.9e-2
        params = params - rate * problem.gradient(params)
    assert str(run.outcome) == f"converged at step {len(losses) - 1}"
    np.testing.assert_allclose(run.params[-1], params, rtol=1e-9)
    np.testing.assert_allclose(run.losses, losses, rtol=1e-9)
    assert 0 < sum(run.rate(step) == 2.9e-2 for step in range(run.steps)) < run.steps


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: schedules.Constant(-1), "rate: must be a finite number above 0, got -1"),
        (lambda: schedules.Piecewise([1, 2], [3, 4]), "Piecewise: expected one more rate than"),
        (lambda: schedules.Piecewise([1, 2, 3], [4, 4]), "Piecewise: expected one more rate than"),
        (lambda: schedules.Piecewise([1, 2], [0]), "ends: must be a whole number of at least 1"),
        (lambda: schedules.Exponential(1, 0), "factor: must be a finite number above 0, got 0"),
        (lambda: schedules.StepDecay(1, 0.5, 0), "every: must be a whole number of at least 1"),
        (lambda: schedules.Cosine(1, 10, -1), "last: must be at least 0, got -1"),
        (lambda: schedules.Cosine(1, 1.5), "steps: must be a whole number of at least 1"),  # type: ignore[arg-type]
        (lambda: schedules.OneCycle(1, 10, rise=1), "rise: must be at least 0 and below 1, got 1"),
        (
            lambda: schedules.WarmUp(0.1, 10),  # type: ignore[arg-type]
            "then: expected a schedule of the step's number alone, got",
        ),
        (
            lambda: schedules.WarmUp(schedules.Plateau(1), 10),  # type: ignore[arg-type]
            "then: expected a schedule of the step's number alone",
        ),
        (lambda: schedules.Switch(1, 0, 1), "after: must be a finite number above 0, got 0"),
        (lambda: schedules.Switch(1, 2, -1), "cutoff: must be at least 0, got -1"),
        (
            lambda: schedules.Switch([1, 2], [1, 2, 3], 1),
            "Switch: before and after must be rates of the same",
        ),
        (lambda: schedules.Plateau(1, patience=-1), "patience: must be a whole number of at least"),
    ],
)
def test_bad_values(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}"):
        make()


@pytest.mark.parametrize(
    "lr", [schedules.Exponential([1, 2, 3], 0.5), schedules.Switch(0.01, [1, 2, 3], 10, 1)]
)
def test_a_schedule_that_fits_no_start(lr: Schedule) -> None:
    with pytest.raises(GdanimError, match=r"^lr: .*\(3,\) .*\(2,\)"):
        descend(LINE, GradientDescent(lr), (0, 0))
