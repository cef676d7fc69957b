"""When a run stops, and which rule it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from cases import LINE, VALLEY, VALLEY_START, WAVE

from gdanim.core.arrays import Floats
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.newton import Newton
from gdanim.descent.noise import Noisy
from gdanim.descent.stopping import Convergence, Divergence, Stall, Stop
from gdanim.errors import GdanimError
from gdanim.problems import objectives


def first(losses: Floats, holds: Callable[[Any, int], bool]) -> int:
    return next(step for step in range(len(losses)) if holds(losses.tolist(), step))


RULES: dict[str, tuple[Stop, Callable[[Any, int], bool]]] = {
    "convergence": (
        Convergence(1e-3, 5),
        lambda loss, s: (
            s >= 5 and all(abs(b - a) < 1e-3 * a for a, b in pairwise(loss[s - 5 : s + 1]))
        ),
    ),
    "convergence in one step": (
        Convergence(1e-2, 1),
        lambda loss, s: s >= 1 and abs(loss[s] - loss[s - 1]) < 1e-2 * abs(loss[s - 1]),
    ),
    "stall": (Stall(0.01, 4), lambda loss, s: s >= 4 and abs(loss[s] - loss[s - 4]) < 0.01),
}


@pytest.mark.parametrize("optimizer", [GradientDescent(0.01), Adam(0.1)], ids=["affine", "steps"])
@pytest.mark.parametrize("name", RULES)
def test_stops_at_the_first_step_where_it_holds(name: str, optimizer: Any) -> None:
    stop, holds = RULES[name]
    whole = descend(LINE, optimizer, (-1, 3), 2000)
    step = first(whole.losses, holds)
    run = descend(LINE, optimizer, (-1, 3), 2000, stop=stop)
    assert str(run.outcome) == f"converged at step {step}"
    assert 0 < step < 2000
    assert run.steps == step
    np.testing.assert_array_equal(run.params, whole.params[: step + 1])
    exactly = descend(LINE, optimizer, (-1, 3), step, stop=stop)
    assert str(exactly.outcome) == f"converged at step {step}"
    before = descend(LINE, optimizer, (-1, 3), step - 1, stop=stop)
    assert str(before.outcome) == f"finished at step {step - 1}"


def test_divergence_before_infinity() -> None:
    whole = descend(LINE, GradientDescent(0.05), (-1, 3), 2000)
    run = descend(LINE, GradientDescent(0.05), (-1, 3), 2000, stop=Divergence(100))
    step = first(whole.losses, lambda loss, s: loss[s] > 100 * loss[0])
    assert str(run.outcome) == f"diverged at step {step}"
    assert run.steps == step < whole.steps


def test_the_first_of_several_rules_decides() -> None:
    rules = [Convergence(1e-9, 5), Stall(0.01, 4), Divergence(10)]
    alone = descend(LINE, GradientDescent(0.01), (-1, 3), 2000, stop=rules[1])
    run = descend(LINE, GradientDescent(0.01), (-1, 3), 2000, stop=rules)
    assert str(run.outcome) == str(alone.outcome)


def test_each_run_stops_for_itself() -> None:
    lr = [[0.01], [0.0001], [0.02], [0.05], [0.03]]
    stop = [Stall(0.001, 6), Divergence(1e6)]
    together = descend(LINE, GradientDescent(lr), (-1, 3), 400, stop=stop)
    kinds = together.outcome.kind.tolist()
    assert kinds == ["converged", "finished", "converged", "diverged", "finished"]
    for index, (rate,) in enumerate(lr):
        alone = descend(LINE, GradientDescent(rate), (-1, 3), 400, stop=stop)
        assert str(together[index].outcome) == str(alone.outcome)
        np.testing.assert_allclose(together[index].params, alone.params, rtol=1e-9, atol=1e-12)


def test_a_run_that_is_lost_has_diverged_whatever_else_is_asked() -> None:
    run = descend(WAVE, Adam(1e200), None, 50, stop=Convergence(1e-12, 30))
    assert str(run.outcome).startswith("diverged")


def test_at_the_minimum_from_the_start() -> None:
    run = descend(VALLEY, GradientDescent(1e-3), (1, 1), 50, stop=Stall(1e-9, 3))
    assert str(run.outcome) == "converged at step 3"
    assert descend(VALLEY, GradientDescent(1e-3), VALLEY_START, 0, stop=Stall(1, 3)).steps == 0


def test_a_loss_of_nothing_does_not_change() -> None:
    bowl = objectives.bowl(10)
    for stop in (Convergence(), Convergence(0.0)):
        run = descend(bowl, Newton(), (3, 2), 300, stop=stop)
        assert run.losses[1:].tolist() == [0.0] * 11
        assert str(run.outcome) == "converged at step 11"


def test_nothing_is_a_multiple_of_a_loss_of_nothing() -> None:
    starts = [(0, 0), (1e-3, 0)]
    run = descend(
        objectives.bowl(1), Noisy(GradientDescent(0.1), 1.0), starts, 50, stop=Divergence()
    )
    assert run.losses[0, 0] == 0 < run.losses[1, 0]
    assert run.outcome.kind.tolist() == ["finished", "diverged"]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Convergence(-1), "tolerance: must be at least 0, got -1"),
        (lambda: Convergence(steps=0), "steps: must be a whole number of at least 1, got 0"),
        (lambda: Stall(np.nan), "cutoff: must be one finite number, got nan"),
        (lambda: Stall(1, 0), "steps: must be a whole number of at least 1, got 0"),
        (lambda: Divergence(1), "factor: must be above 1, got 1"),
    ],
)
def test_bad_values(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}"):
        make()
