"""How runs end: one judgement, which is true of the end of the run and of its own numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gdanim.analysis.judgement import Certainty, Ending, Reason
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum
from gdanim.descent.run import Run
from gdanim.descent.stopping import Divergence
from gdanim.errors import GdanimError
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss, MeanAbsoluteError, RootMeanSquaredError
from gdanim.problems.problem import Problem
from gdanim.schedules import Cosine, Exponential

LINE = Problem(datasets.linear(), Linear())
EXACT = datasets.linear(noise=0.0)
NOISY = Problem(datasets.linear(noise=2.0), Linear())
X = np.array([-2.0, -1.0, -0.5, 0.5, 1.0, 2.0])
SEPARABLE = Problem(Dataset(X, np.heaviside(X, 0.0)), Logistic(), LogLoss())
AT_BORDER = Dataset(np.array([-2.0, -1, 0, 0, 1, 2]), np.array([0.0, 0, 0, 1, 1, 1]))
BORDER = Problem(AT_BORDER, Logistic(), LogLoss())
CUBE = FunctionObjective(lambda x: x**3)
GD = GradientDescent

RUNS: dict[str, tuple[Callable[[], Run], Ending, Reason | None]] = {
    "a bounded cycle of the root mean squared error": (
        lambda: descend(Problem(EXACT, Linear(), RootMeanSquaredError()), GD(0.05), (2.01, 1), 300),
        Ending.OSCILLATING,
        Reason.LARGE_RATE,
    ),
    "a bounded cycle of the mean absolute error": (
        lambda: descend(Problem(EXACT, Linear(), MeanAbsoluteError()), GD(0.05), (0, 0), 300),
        Ending.OSCILLATING,
        Reason.LARGE_RATE,
    ),
    "a start at the optimum": (
        lambda: descend(Problem(EXACT, Linear()), GD(0.01), (2, 1), 300),
        Ending.CONVERGED,
        Reason.MINIMUM,
    ),
    "batches of one that diverge": (
        lambda: descend(NOISY, GD(0.028), (0, 0), 300, batch_size=1),
        Ending.DIVERGED,
        Reason.LARGE_RATE,
    ),
    "batches about a level": (
        lambda: descend(NOISY, GD(0.01), (0, 0), 300, batch_size=1),
        Ending.OSCILLATING,
        Reason.NOISE,
    ),
    "a constant makes no difference": (
        lambda: descend(FunctionObjective(lambda x: x**2 + 1000), GD(0.01), (3.0,), 100),
        Ending.FALLING,
        Reason.SMALL_RATE,
    ),
    "an inflection": (
        lambda: descend(CUBE, GD(0.1), (1.0,), 5000),
        Ending.CONVERGED,
        Reason.INFLECTION,
    ),
    "beyond the inflection": (
        lambda: descend(CUBE, GD(0.01), (-1.0,), 100),
        Ending.UNBOUNDED,
        Reason.NO_MINIMUM,
    ),
    "down from a saddle": (
        lambda: descend(objectives.saddle(), GD(0.1), (1, 1e-6), 8000),
        Ending.UNBOUNDED,
        Reason.NO_MINIMUM,
    ),
    "on a saddle": (
        lambda: descend(objectives.saddle(), GD(0.1), (1, 0), 300),
        Ending.CONVERGED,
        Reason.SADDLE,
    ),
    "separable": (
        lambda: descend(SEPARABLE, GD(1.0), (0, 0), 300),
        Ending.FALLING,
        Reason.NO_MINIMUM,
    ),
    "separable but for the border": (
        lambda: descend(BORDER, GD(1.0), (0, 0), 300),
        Ending.FALLING,
        Reason.NO_MINIMUM,
    ),
    "separable, in batches of one": (
        lambda: descend(SEPARABLE, GD(1.0), (0, 0), 300, batch_size=1),
        Ending.FALLING,
        Reason.NO_MINIMUM,
    ),
    "blown up before the rate died out": (
        lambda: descend(LINE, GD(Cosine(0.2, 100)), (-2, -1.5), 100),
        Ending.DIVERGED,
        Reason.LARGE_RATE,
    ),
    "a rate that dies out": (
        lambda: descend(LINE, GD(Exponential(0.02, 0.5)), (0, 0), 100),
        Ending.HARDLY_MOVING,
        Reason.SMALL_RATE,
    ),
    "a start far away": (
        lambda: descend(LINE, GD(0.01), (1000, 1000), 300),
        Ending.FALLING,
        Reason.CONDITIONING,
    ),
    "a start far away, in time": (
        lambda: descend(LINE, GD(0.01), (1000, 1000), 3000),
        Ending.CONVERGED,
        Reason.MINIMUM,
    ),
    "momentum's overshoot, stopped": (
        lambda: descend(LINE, Momentum(0.02, 0.95), (0, 0), 300, stop=Divergence(1.2)),
        Ending.STOPPED,
        None,
    ),
    "the wrong valley": (
        lambda: descend(objectives.two_valleys(), GD(0.02), (1.5,), 300),
        Ending.CONVERGED,
        Reason.LOCAL_MINIMUM,
    ),
    "too small a rate": (
        lambda: descend(LINE, GD(1e-6), (0, 0), 300),
        Ending.HARDLY_MOVING,
        Reason.SMALL_RATE,
    ),
    "past the edge": (
        lambda: descend(LINE, GD(0.0301), (0, 0), 300),
        Ending.DIVERGED,
        Reason.LARGE_RATE,
    ),
}


@pytest.mark.parametrize("name", RUNS)
def test_how_it_ends(name: str) -> None:
    make, ending, reason = RUNS[name]
    run = make()
    found = run.judgement
    assert (found.ending, found.reason) == (ending, reason), found
    assert 0 <= found.since <= run.steps
    assert found.numbers["loss"] == run.losses[-1]


def test_an_infimum_that_is_proven() -> None:
    found = descend(SEPARABLE, Adam(0.1), (0, 0), 300).judgement
    assert found.numbers["minimum"] == 0.0
    arrived = descend(LINE, GD(0.01), (0, 0), 3000).judgement
    assert arrived.certainty == Certainty.PROVEN
    assert LINE.minimum is not None
    assert arrived.numbers["minimum"] == LINE.minimum.loss
    assert arrived.numbers["gain"] == pytest.approx(0.0, abs=1e-12)


def test_each_run_has_its_own() -> None:
    two = descend(LINE, GD(np.array([[0.01], [1.0]])), (0, 0), 3000)
    with pytest.raises(GdanimError, match=r"^judgement: .* run\[0\].judgement"):
        two.judgement  # noqa: B018
    assert [one.ending for one in two.judgements] == [Ending.CONVERGED, Ending.DIVERGED]
    assert two[0].judgements == (two[0].judgement,)


def test_a_lower_loss_is_a_number_or_there_is_no_bound() -> None:
    """x^3 - 3 x falls without bound on the left of -1: any number could be found there."""
    well = FunctionObjective(lambda x: x**3 - 3 * x, range=(-3, 3))
    found = descend(well, GD(0.01), (1.5,), 300).judgement
    assert (found.ending, found.reason) == (Ending.CONVERGED, Reason.LOCAL_MINIMUM)
    assert found.numbers["lower"] == -np.inf and "falls without bound elsewhere" in found.caption


@pytest.mark.parametrize(
    ("make", "certainty"),
    [
        (lambda: descend(NOISY, GD(0.01), (0, 0), 1000), Certainty.PROVEN),
        (lambda: descend(NOISY, Momentum(0.01, 0.9), (0, 0), 1000), Certainty.PROVEN),
        (lambda: descend(NOISY, Adam(0.05), (0, 0), 1000), Certainty.LIKELY),
        (lambda: descend(NOISY, GD(0.0005), (0, 0), 12_000, batch_size=10), Certainty.MEASURED),
        (
            lambda: descend(
                replace(NOISY, loss_function=MeanAbsoluteError()), GD(0.05), (0, 0), 300
            ),
            Certainty.MEASURED,
        ),
        (
            lambda: descend(FunctionObjective(lambda x: x**2), GD(0.1), (3,), 300),
            Certainty.MEASURED,
        ),
    ],
    ids=["descent", "momentum", "Adam", "batches of 10", "cycle", "unknown"],
)
def test_proven_is_only_what_stays(make: Callable[[], Run], certainty: Certainty) -> None:
    found = make().judgement
    assert (found.ending, found.reason) == (Ending.CONVERGED, Reason.MINIMUM)
    assert found.certainty == certainty
