"""What the caption of an event says is true at each step at which it can stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pytest
from event_runs import RUNS
from judgements import CASES, OVERFITS

from gdanim.analysis._oscillation import turning_points
from gdanim.analysis.events import Event, EventKind
from gdanim.analysis.judgement import Ending
from gdanim.core.arrays import Floats
from gdanim.descent.run import Run
from gdanim.problems.problem import Problem

# What one sees of a loss: this share of its way down, or of a loss over data; of noise three times.
OF_WAY, OF_LOSS, NOISE = 1e-5, 0.02, 3.0
# On a plateau of this share of the height at most is lost.
FLAT = 0.1


def losses_of(run: Run, event: Event) -> Floats:
    """The losses at the event's steps."""
    return run.losses[event.step : event.last + 1]


def arrived(run: Run, event: Event) -> bool:
    """Whether the loss stays where it ends, as far as one sees."""
    end = float(np.median(run.losses[-max(1, run.steps // 10) :]))
    visible = OF_WAY * float(np.ptp(run.losses[[0, -1]])) + float(
        run.problem.rounding(run.params[-1])
    )
    if isinstance(run.problem, Problem):
        visible = max(visible, OF_LOSS * abs(end))
    noisy = NOISE if run.batches is not None or "noise" in str(run.judgement.reason) else 1.0
    return bool((abs(losses_of(run, event) - end) <= noisy * visible).all())


def diverges(run: Run, event: Event) -> bool:
    """Whether the loss stays above where it began to grow; falls, or grows, where that is said."""
    losses = losses_of(run, event)
    moves = np.diff(losses)
    if run.judgement.ending == Ending.UNBOUNDED:
        return bool((moves <= 0).all() and run.losses[-1] < run.losses[0])
    grows = bool((moves >= 0).all()) or "grows" not in event.text
    return grows and bool((losses >= min(run.losses[0], losses[0])).all())


def overfits(run: Run, event: Event) -> bool:
    """Whether the validation loss was lowest then."""
    assert run.validation_losses is not None
    lowest = run.validation_losses[event.step]
    return bool((run.validation_losses >= lowest).all()) and event.numbers["lowest"] == lowest


def oscillates(run: Run, event: Event) -> bool:
    """Whether the parameter turns in each period, give or take a step."""
    name = event.text.split(" oscillates")[0]
    values = run.params[event.step : event.last + 1, run.problem.names.index(name)]
    turns = np.concatenate([[0], turning_points(values), [len(values) - 1]])
    return bool(np.diff(turns).max() <= event.numbers["period"] + 1)


def changes_rate(run: Run, event: Event) -> bool:
    """Whether the rate is nearer to the new one."""
    assert run.rate_columns is not None
    rates = np.log(run.rate_columns[event.step : event.last + 1].max(axis=1))
    before, after = (np.log(event.numbers[name]) for name in ("before", "after"))
    return bool((abs(rates - after) < abs(rates - before)).all())


def overshoots(run: Run, event: Event) -> bool:
    """Whether the loss is above what it was, and highest at the end."""
    losses = losses_of(run, event)
    above = (losses > event.numbers["before"]).all()
    return bool(above and losses[-1] == losses.max() == event.numbers["after"])


def rests(run: Run, event: Event) -> bool:
    """Whether little of the height above the lowest loss is lost."""
    losses = losses_of(run, event)
    low = min(float(run.losses.min()), run.judgement.numbers.get("minimum", np.inf))
    return bool(np.ptp(losses) <= FLAT * (losses[0] - low))


TRUE: Mapping[EventKind, Callable[[Run, Event], bool]] = {
    EventKind.ARRIVAL: arrived,
    EventKind.DIVERGENCE: diverges,
    EventKind.OVERFITTING: overfits,
    EventKind.OSCILLATION: oscillates,
    EventKind.LEARNING_RATE: changes_rate,
    EventKind.OVERSHOOT: overshoots,
    EventKind.PLATEAU: rests,
}
MAKE: dict[str, Callable[[], Run]] = {
    **{f"event: {name}": make for name, (make, _) in RUNS.items()},
    **{f"table: {name}": partial(case.make, 1) for name, case in CASES.items()},
    **{
        f"table: {name}": partial(make, 1)
        for name, (make, overfit, _) in OVERFITS.items()
        if overfit
    },
}


def test_all_kinds_are_covered() -> None:
    assert set(TRUE) == set(EventKind)


@pytest.mark.parametrize("name", MAKE)
def test_a_caption_is_true_at_each_of_its_steps(name: str) -> None:
    run = MAKE[name]()
    for event in run.events:
        assert TRUE[event.kind](run, event), event
