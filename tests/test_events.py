"""What happens in runs: each kind of event fires where it must, and nowhere else."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from event_runs import LINE, LINES, RUNS, run_of

from gdanim.analysis._oscillation import longest_stretch, swing, turning_points
from gdanim.analysis.event_rules import rate_changes
from gdanim.analysis.events import Event, EventKind
from gdanim.core.arrays import Floats
from gdanim.core.numbers import quantity
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.run import Outcome, Run
from gdanim.errors import GdanimError
from gdanim.problems import datasets
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.losses import Huber, Loss, MeanAbsoluteError, RootMeanSquaredError
from gdanim.problems.mlp import MLP
from gdanim.problems.problem import Problem


def only(name: str, kind: str) -> Event:
    (event,) = (event for event in run_of(name).events if event.kind == kind)
    return event


@pytest.mark.parametrize("name", RUNS)
def test_what_happens(name: str) -> None:
    run = run_of(name)
    assert {event.kind for event in run.events} == RUNS[name][1], run.events
    for event in run.events:
        assert 0 <= event.step <= event.last <= run.steps
        assert event.text and "nan" not in event.text
    steps = [event.step for event in run.events]
    assert steps == sorted(steps)


@pytest.mark.parametrize("kind", EventKind)
def test_each_kind_has_two_runs_that_fire_it_and_two_that_do_not(kind: str) -> None:
    fire = [kind in kinds for _, kinds in RUNS.values()]
    assert 2 <= sum(fire) <= len(fire) - 2


def test_the_wave_swings_with_a_period_of_two_steps() -> None:
    event = only("the wave swings", "oscillation")
    assert event.numbers["period"] == 2
    assert 4 <= event.step <= 12
    assert event.last == 89
    assert event.numbers["growth"] > 1
    assert event.text == "d oscillates with a period of 2 steps and growing amplitude"


def test_swings_of_a_line_shrink_or_grow() -> None:
    below, above = only("just stable", "oscillation"), only("just not", "oscillation")
    assert below.numbers["period"] == above.numbers["period"] == 2
    # The steep direction is multiplied by 1 - 2 rate / 0.029994 in every step.
    for event, rate in ((below, 0.0299), (above, 0.0301)):
        taken = event.last - 1 - event.step
        factor = abs(1 - 2 * rate / 0.029994) ** taken
        assert event.numbers["growth"] == pytest.approx(factor, rel=0.05)


def test_the_period_of_a_heavy_ball() -> None:
    event = only("a heavy ball", "oscillation")
    # The multipliers of p' = (1 + m - lr h) p - m p_before in the steep direction have the
    # argument arccos((1 + m - lr h) / (2 sqrt(m))), and h is 2 / 0.029994.
    turn = np.arccos((1.9 - 0.002 * 2 / 0.029994) / (2 * np.sqrt(0.9)))
    assert event.numbers["period"] == pytest.approx(2 * np.pi / turn, rel=0.05)


def test_the_loss_stops_at_676_and_has_not_converged() -> None:
    event = only("stops at 676", "plateau")
    assert 4 <= event.step <= 7
    assert event.last == 24
    assert event.text == f"The loss barely falls from step {event.step} to 24"


def test_where_a_line_has_converged() -> None:
    run, event = run_of("converges"), only("converges", "arrival")
    best = run.problem.minimum
    assert best is not None
    losses = run.losses - best.loss
    margin = 1e-6 * min(losses[0], LINE.data.y.var() - best.loss)
    assert losses[event.step] <= margin < losses[event.step - 1]


def test_the_wrong_wave_is_a_local_minimum() -> None:
    event = only("the wrong wave", "arrival")
    assert event.numbers["loss"] == run_of("the wrong wave").losses[-1]
    assert event.numbers["lower"] == pytest.approx(0.01, rel=0.2)
    assert "local minimum" in event.text and "2.46" in event.text


@pytest.mark.parametrize("name", RUNS)
def test_the_end_is_told_in_the_headers_digits(name: str) -> None:
    run = run_of(name)
    for event in run.events:
        if event.kind == "arrival":
            assert f"the loss ends at {quantity(float(run.losses[-1]))}" in event.text


def test_the_rates() -> None:
    event = only("one step down", "learning rate")
    assert (event.step, event.numbers) == (50, {"before": 0.01, "after": 0.001})
    assert event.text == "The learning rate changed from 0.01 to 0.001"
    assert [(event.step, event.last) for event in run_of("steps down").events] == [
        (40, 79),
        (80, 119),
        (120, 150),
    ]


def test_a_rate_of_each_parameter_and_of_none() -> None:
    rates = np.tile([0.1, 0.01], (20, 1))
    rates[10:, 1] = 0.001
    assert [event.step for event in rate_changes(rates)] == [10]
    assert not list(rate_changes(None))
    assert not list(rate_changes(1 / (1 + np.arange(30.0)[:, np.newaxis])))
    many = np.resize(np.repeat([0.1, 0.2], 10), (1000, 1))
    assert len(list(rate_changes(many))) == 20


def test_divergence_begins_where_the_loss_leaves_its_start() -> None:
    run, event = run_of("diverges"), only("diverges", "divergence")
    assert (event.step, event.last) == (1, run.steps)
    assert run.losses[1] > run.losses[0]


def test_an_overshoot_and_its_peak() -> None:
    run = run_of("Adam")
    event, _ = (event for event in run.events if event.kind == "overshoot")
    assert run.losses[event.step] > run.losses[event.step - 1]
    assert event.numbers["before"] == run.losses[event.step - 1]
    assert event.numbers["after"] == run.losses[event.last]
    assert run.losses[event.last + 1] < run.losses[event.last]


def test_a_spike_in_noise_is_an_overshoot() -> None:
    run = run_of("batches")
    params = run.params.copy()
    params[500] += 1.0
    spiked = Run(run.problem, run.optimizer, params, run.rates, run.outcome, run.batches)
    (event,) = spiked.events
    assert (event.kind, event.step, event.last) == ("overshoot", 500, 500)


@pytest.mark.parametrize(("height", "spike"), [(1.5, False), (1.9, False), (2.1, True)])
def test_a_spike_in_noise_exceeds_twice_the_recent_highest(height: float, spike: bool) -> None:
    run = run_of("batches")
    best = run.problem.minimum
    assert best is not None and best.params is not None
    recent = float((run.losses[450:500] - best.loss).max())
    params = run.params.copy()
    # The loss is a quadratic: along a direction its height grows with the square of the distance.
    away = np.array([1.0, 0.0])
    unit = float(run.problem.loss(best.params + away)) - best.loss
    params[500] = best.params + away * np.sqrt(height * recent / unit)
    spiked = Run(run.problem, run.optimizer, params, run.rates, run.outcome, run.batches)
    assert float(spiked.losses[500]) - best.loss == pytest.approx(height * recent)
    assert [(event.kind, event.step) for event in spiked.events] == [("overshoot", 500)] * spike


def test_overfitting_begins_at_the_held_out_points_lowest_loss() -> None:
    run, event = run_of("overfits"), only("overfits", "overfitting")
    held_out = run.validation_losses
    assert held_out is not None
    assert event.step == held_out.argmin()
    assert held_out[-1] > 1.05 * held_out[event.step]
    assert run.losses[-1] < run.losses[event.step]


def test_half_a_million_steps() -> None:
    steps = np.arange(500_001)
    params = np.stack([2 + 4 * 0.5**steps, 1 + 2 * np.exp(-steps / 2e5)], axis=-1)
    rates = np.broadcast_to(np.float64(0.01), (500_000,))
    run = Run(LINE, None, params, rates, Outcome(np.array("finished"), np.array(500_000)))
    (event,) = run.events
    assert event.kind == "plateau"
    # So long 1 % takes; from the end of that stretch the next is as long as all before it.
    assert 1 <= event.last / (-np.log(0.99) / 2 * 2e5) <= 2


def test_of_one_run_at_a_time() -> None:
    two = descend(LINE, GradientDescent(np.array([[0.01], [1.0]])), LINES, 300)
    with pytest.raises(GdanimError, match=r"^events: .* run\[0\].events"):
        two.events  # noqa: B018
    assert [[event.kind for event in two[i].events] for i in (0, 1)] == [
        ["arrival"],
        ["divergence"],
    ]


@pytest.mark.parametrize("period", [2, 3, 5, 8])
def test_cycles(period: int) -> None:
    rng = np.random.default_rng(period)
    cycle = rng.normal(size=(period, 3))
    still = np.zeros((40, 3))
    found = swing(np.concatenate([still, np.tile(cycle, (12, 1))]))
    assert found is not None
    assert found.period == period
    assert 39 <= found.first <= 41
    assert found.last >= 40 + 11 * period
    assert found.growth > 0


def test_random_walks_do_not_swing() -> None:
    for seed in range(20):
        steps = np.random.default_rng(seed).normal(size=(5000, 2))
        assert swing(np.cumsum(steps, axis=0)) is None, seed
    assert swing(np.zeros((100, 2))) is None
    assert swing(np.full((100, 2), np.inf)) is None
    assert swing(np.zeros((3, 1))) is None


def test_turning_points() -> None:
    assert turning_points(np.array([0.0, 1, 2, 1, 1, 0, 3])).tolist() == [2, 5]
    assert turning_points(np.array([0.0, 1, 1, 0])).tolist() == [2]
    assert turning_points(np.zeros(5)).tolist() == []


def test_longest_stretch() -> None:
    holds = np.array([1, 0, 1, 1, 0, 1], dtype=bool)
    assert longest_stretch(holds) == (2, 4)
    assert longest_stretch(np.zeros(3, dtype=bool)) == (0, 0)


def test_no_hessian_of_a_large_network() -> None:
    network = MLP((400,))
    run = descend(Problem(datasets.sinusoid(points=20), network), Adam(0.01), steps=20)
    assert len(run.losses) == 21
    tracemalloc.start()
    assert {event.kind for event in run.events} <= {"oscillation", "overshoot", "divergence"}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * len(network.names) ** 2


def test_no_hessian_where_the_lowest_loss_is_known_and_reached() -> None:
    asked = []

    def slopes(x: Floats) -> tuple[Floats]:
        asked.append(x)
        return (2 * x,)

    valley = FunctionObjective(lambda x: x * x, ("x",), minima=[[0.0]], derivative=slopes)
    run = descend(valley, GradientDescent(0.3), (1.0,), 50)
    asked.clear()
    assert [event.kind for event in run.events] == ["arrival"]
    assert asked == []


@pytest.mark.parametrize("loss", [RootMeanSquaredError(), MeanAbsoluteError(), Huber()])
@pytest.mark.parametrize("lr", [0.01, 0.0299, 0.0301, 0.1])
def test_an_amplitude_grows_or_shrinks_only_where_the_parameters_own_range_does(
    loss: Loss, lr: float
) -> None:
    told = 0
    for start in ((0, 0), (2.01, 1), (-3, 4)):
        problem = Problem(datasets.linear(noise=0.5), Linear(), loss)
        run = descend(problem, GradientDescent(lr), start, 300)
        for event in (event for event in run.events if event.kind == "oscillation"):
            period = round(event.numbers["period"])
            values = run.params[event.step : event.last + 1, ("slope" not in event.text) * 1]
            wide = [np.ptp(values[at : at + period + 1]) for at in range(len(values) - period)]
            first, middle, last = (part.mean() for part in np.array_split(np.array(wide), 3))
            assert ("growing" not in event.text) or first < middle < last
            assert ("shrinking" not in event.text) or first > middle > last
            told += 1
    assert told or isinstance(loss, Huber) or lr < 0.1


@pytest.mark.parametrize("name", RUNS)
def test_an_arrival_or_a_divergence_is_that_of_the_judgement(name: str) -> None:
    run = run_of(name)
    ends = [event for event in run.events if event.kind in ("arrival", "divergence")]
    said = [(event.step, event.last, event.text) for event in ends]
    found = run.judgement
    assert said == [(found.since, run.steps, found.caption)] * bool(found.caption)
    assert all(e.last < found.since or e.kind != "plateau" for e in run.events) or not said
