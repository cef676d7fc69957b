"""How runs end, held against a table made from mathematics."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from judgements import CASES, OVERFITS, Case, quadratic
from oracle import Continued, lowest

from gdanim.analysis.events import EventKind
from gdanim.analysis.judgement import Certainty, Ending, Judgement, Reason
from gdanim.core.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.losses import Loss, MeanAbsoluteError, MeanSquaredError
from gdanim.problems.problem import Problem


@cache
def run_of(name: str) -> Run:
    return CASES[name].make(1)


def words(judgement: Judgement) -> tuple[Ending, Reason | None]:
    return judgement.ending, judgement.reason


# --- The table. -----------------------------------------------------------------------------------


def test_the_table_is_long_and_has_every_word() -> None:
    assert len(CASES) >= 120
    endings = {ending for case in CASES.values() for ending in case.endings}
    reasons = {reason for case in CASES.values() for reason in case.reasons}
    assert endings == set(Ending)
    assert reasons - {None} == set(Reason)
    # A table of choices would prove nothing.
    assert sum(len(case.endings) == 1 for case in CASES.values()) > 0.75 * len(CASES)


@pytest.mark.parametrize("name", CASES)
def test_how_it_ends(name: str) -> None:
    case, run = CASES[name], run_of(name)
    judgement = run.judgement
    assert judgement.ending in case.endings, f"{judgement}: {case.why}"
    assert judgement.reason in case.reasons, f"{judgement}: {case.why}"
    # The numbers are those of the run.
    assert 0 <= judgement.since <= run.steps
    assert not any(np.isnan(value) for value in judgement.numbers.values())
    if "loss" in judgement.numbers:
        assert judgement.numbers["loss"] == float(run.losses[-1])
    if "minimum" in judgement.numbers:
        # A minimum is not above any loss of the run, but for rounding.
        scale = float(np.abs(run.losses[[0, -1]]).max())
        assert judgement.numbers["minimum"] <= run.losses.min() + 1e-9 * scale


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_the_table_holds_in_runs_ten_times_as_long(name: str) -> None:
    case, longer = CASES[name], CASES[name].make(10)
    ends = np.stack(
        [run_of(name).params[-1], longer.params[-1], longer.params[len(longer.params) // 2]]
    )
    pair = Continued(run_of(name), longer, lowest(longer.problem, ends))
    refuted = {ending: _refuted(case, pair, ending) for ending in case.endings}
    assert not all(refuted.values()), (refuted, case.why)


def _refuted(case: Case, pair: Continued, ending: Ending) -> str:
    """What refutes an ending with each of its reasons."""
    if pair.longer.steps <= pair.run.steps:
        return ""
    # Where no reason is known, nor is whether swings go on; nor whether adaptive rules stay.
    unsure = {reason: reason is None or pair.adaptive for reason in case.reasons}
    sure = {True: Certainty.LIKELY, False: Certainty.MEASURED}
    found = [pair.refutes(ending, reason, sure[unsure[reason]]) for reason in case.reasons]
    return "" if "" in found else found[0]


def test_each_of_several_runs_has_its_own() -> None:
    run = descend(quadratic(1.0), GradientDescent([[0.5], [2.5]]), [3.0], 40)
    assert [one.ending for one in run.judgements] == [Ending.CONVERGED, Ending.DIVERGED]
    assert run[0].judgement == run.judgements[0]
    with pytest.raises(GdanimError, match="run"):
        _ = run.judgement


# --- Overfitting. ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OVERFITS)
def test_overfitting_is_an_event_where_it_is(name: str) -> None:
    make, overfits, why = OVERFITS[name]
    kinds = {event.kind for event in make(1).events}
    assert (EventKind.OVERFITTING in kinds) == overfits, why


# --- The same words under y -> a y + b and for rescaled parameters. -------------------------------

RATES = (1e-4, 0.02, 0.5, 0.99, 1.0, 1.01, 1.25, 2.5)
SIZES = (1e-9, 1e-3, 1.0, 1e3, 1e9)


def descent(
    curvatures: tuple[float, ...], share: float, factor: float, offset: float, width: float
) -> Run:
    """60 steps at `share` of the edge, on a quadratic that is scaled, moved and stretched."""
    objective = quadratic(*curvatures, offset=offset, factor=factor, width=width)
    lr = share * 2 / max(curvatures) * width**2 / factor
    return descend(objective, GradientDescent(lr), [3 * width] * len(curvatures), 60)


@pytest.mark.parametrize("share", RATES)
@pytest.mark.parametrize("curvatures", [(1.0,), (1.0, 30.0)])
def test_the_words_are_the_same_in_other_units(curvatures: tuple[float, ...], share: float) -> None:
    expected = words(descent(curvatures, share, 1.0, 0.0, 1.0).judgement)
    for factor in SIZES:
        assert words(descent(curvatures, share, factor, 0.0, 1.0).judgement) == expected, factor
    for width in SIZES:
        assert words(descent(curvatures, share, 1.0, 0.0, width).judgement) == expected, width
    for offset in (-1e4, -30.0, -1.0, 1.0, 30.0, 1e4):
        assert words(descent(curvatures, share, 1.0, offset, 1.0).judgement) == expected, offset


def double_well(factor: float, offset: float, width: float) -> FunctionObjective:
    """The tilted double well, scaled, moved and stretched; nothing is known about it."""

    def f(x: Floats) -> Floats:
        z = x / width
        value: Floats = factor * (z**4 - 4 * z**2 + z) + offset
        return value

    def slope(x: Floats) -> list[Floats]:
        z = x / width
        return [factor / width * (4 * z**3 - 8 * z + 1)]

    return FunctionObjective(f, ("x",), (-2.3 * width, 2.3 * width), derivative=slope)


@pytest.mark.parametrize("start", [-2.0, 2.0])
@pytest.mark.parametrize("lr", [1e-6, 2e-3, 0.02])
def test_the_words_are_the_same_in_other_units_without_a_closed_form(
    start: float, lr: float
) -> None:
    def of(factor: float, offset: float, width: float) -> Ending:
        objective = double_well(factor, offset, width)
        rate = lr * width**2 / factor
        return descend(objective, GradientDescent(rate), [start * width], 100).judgement.ending

    expected = of(1.0, 0.0, 1.0)
    for size in (1e-6, 1e-3, 1e3, 1e6):
        assert of(size, 0.0, 1.0) == of(1.0, 0.0, size) == expected, size
    for offset in (-100.0, -5.0, 5.0, 100.0):
        assert of(1.0, offset, 1.0) == expected, offset


def fitted(
    loss: Loss, share: float, scale: float, shift: float, units: float, steps: int
) -> Judgement:
    """A line under other units of x and y: `x * scale`, `(y + shift) * units`."""
    data = datasets.linear(2.0, 1.0, noise=0.1, points=30)
    other = Dataset(data.x * scale, (data.y + shift) * units)
    # The loss of residuals times units: squares scale with units^2, absolute values with units.
    curved = 1.0 if isinstance(loss, MeanSquaredError) else units
    lr = share * 0.03 * np.array([curved / scale**2, curved])
    start = np.array([-2 / scale, -1.5 + shift]) * units
    return descend(Problem(other, Linear(), loss), GradientDescent(lr), start, steps).judgement


@pytest.mark.parametrize("share", [1e-4, 0.03, 0.5, 1.1])
@pytest.mark.parametrize("loss", [MeanSquaredError(), MeanAbsoluteError()])
def test_the_words_are_the_same_for_data_in_other_units(loss: Loss, share: float) -> None:
    expected = words(fitted(loss, share, 1.0, 0.0, 1.0, 300))
    for size in (1e-6, 1e-2, 1e2, 1e6):
        assert words(fitted(loss, share, 1.0, 0.0, size, 300)) == expected, size
        assert words(fitted(loss, share, size, 0.0, 1.0, 300)) == expected, size
    for shift in (-1e4, -50.0, 50.0, 1e4):
        assert words(fitted(loss, share, 1.0, shift, 1.0, 300)) == expected, shift


def test_the_words_do_not_depend_on_how_the_run_was_made() -> None:
    """Cutting a longer run, and taking one of several, gives the same words."""
    objective = quadratic(1.0, 30.0)
    many = descend(objective, Momentum([[1e-7], [1e-3], [0.02], [0.2]]), [3.0, 3.0], 80)
    for index, lr in enumerate((1e-7, 1e-3, 0.02, 0.2)):
        alone = descend(objective, Momentum(lr), [3.0, 3.0], 80)
        assert words(many[index].judgement) == words(alone.judgement)


def test_a_validation_set_does_not_change_how_a_run_ends() -> None:
    train, held_out = datasets.linear(noise=2.0).split(0.7)
    problem = Problem(train, Linear(), validation=held_out)
    for lr in (1e-7, 1e-3, 0.01, 0.04):
        with_one = descend(problem, GradientDescent(lr), (0, 0), 300)
        without = descend(replace(problem, validation=None), GradientDescent(lr), (0, 0), 300)
        assert words(with_one.judgement) == words(without.judgement)
