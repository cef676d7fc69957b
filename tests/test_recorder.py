"""Recorder: any training loop's snapshots become a Run."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from cases import LINE, WAVE

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.recorder import Recorder
from gdanim.errors import GdanimError


@pytest.mark.parametrize("hint", [0, 3, 20, 1000])
def test_a_loop_of_ones_own_gives_the_same_run(hint: int) -> None:
    recorder = Recorder(WAVE, hint)
    params = np.array([2.9, 1.72, 0.0, -1.2])
    recorder.snapshot(params)
    for _ in range(20):
        params -= 0.01 * WAVE.gradient(params)
        recorder.snapshot(params)
    run, ours = recorder.run(), descend(WAVE, GradientDescent(0.01), (2.9, 1.72, 0, -1.2), 20)
    np.testing.assert_array_equal(run.params, ours.params)
    assert str(run.outcome) == str(ours.outcome)
    assert run.optimizer is None
    assert run.rates is None and run.rate_columns is None
    with pytest.raises(GdanimError, match="without learning rates"):
        run.rate(0)
    assert run.problem is WAVE


def test_lists_and_single_precision_are_recorded_as_float64() -> None:
    recorder = Recorder(LINE)
    recorder.snapshot([1, 2])
    recorder.snapshot(np.array([3, 4], dtype=np.float32))
    run = recorder.run()
    np.testing.assert_array_equal(run.params, [[1, 2], [3, 4]])
    assert run.params.dtype == np.float64


def test_recording_can_go_on_after_a_run_was_taken() -> None:
    recorder = Recorder(LINE)
    recorder.snapshot([1, 2])
    first = recorder.run()
    recorder.snapshot([3, 4])
    assert (first.steps, recorder.run().steps) == (0, 1)


@pytest.mark.parametrize(
    "lost", [(np.nan, 1.0), (1.0, np.inf), (1e200, 0.0)], ids=["nan", "inf", "infinite loss"]
)
def test_everything_after_the_first_loss_is_lost(lost: tuple[float, float]) -> None:
    recorder = Recorder(LINE)
    for params in [(1, 1), (2, 1), lost, (3, 1), (4, 1)]:
        recorder.snapshot(params)
    run = recorder.run(rates=np.array([0.1, 0.2, 0.3, 0.4]))
    np.testing.assert_array_equal(run.params, [(1, 1), (2, 1)])
    assert str(run.outcome) == "diverged at step 1"
    np.testing.assert_array_equal(run.rates, [[0.1, 0.1]])


def test_a_run_of_many_that_is_lost_keeps_its_last_finite_parameters() -> None:
    recorder = Recorder(LINE)
    recorder.snapshot([(1, 1), (5, 5)])
    recorder.snapshot([(np.nan, 1), (6, 5)])
    recorder.snapshot([(3, 1), (7, 5)])
    run = recorder.run()
    np.testing.assert_array_equal(run.params[:, 0], [(1, 1)] * 3)
    np.testing.assert_array_equal(run.params[:, 1], [(5, 5), (6, 5), (7, 5)])
    assert str(run.outcome) == "diverged at step 0, finished at step 2"
    assert (run[0].steps, run[1].steps) == (0, 2)


def test_rates_given_by_hand() -> None:
    recorder = Recorder(LINE)
    for params in [(1, 1), (2, 1), (3, 1)]:
        recorder.snapshot(params)
    run = recorder.run(rates=np.array([0.1, 0.2]))
    assert [float(run.rate(step)) for step in (0, 1, 2)] == [0.1, 0.2, 0.2]
    with pytest.raises(GdanimError, match=r"^rates: .*got shape \(1,\)$"):
        recorder.run(rates=np.array([0.1]))
    with pytest.raises(GdanimError, match=r"^rates: .*got shape \(\)$"):
        recorder.run(rates=np.array(0.1))
    listed = recorder.run(rates=[0.1, 0.2], batches=[[0, 7], [3, -1]])
    np.testing.assert_array_equal(listed.rates, [[0.1, 0.1], [0.2, 0.2]])
    np.testing.assert_array_equal(listed.rate_columns, [[0.1], [0.2]])
    assert listed.batches is not None and listed.batches.tolist() == [[0, 7], [3, -1]]
    assert [np.asarray(listed.batch(step)).tolist() for step in (0, 1)] == [[0, 7], [3]]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"rates": [0.1, [0.2]]}, "rates: expected rows of one length, got [0.1, [0.2]]"),
        ({"rates": ["a", "b"]}, "rates: expected numbers for each of the 2 steps, got ['a', 'b']"),
        ({"batches": [[0, 1], [2]]}, "batches: expected rows of one length, got [[0, 1], [2]]"),
        ({"batches": [[0, 5000]] * 2}, "batches: must be whole numbers from -1 to 99, got"),
        ({"batches": [[-2, 3]] * 2}, "batches: must be whole numbers from -1 to 99, got"),
        ({"batches": [[0.5, 3]] * 2}, "batches: must be whole numbers from -1 to 99, got"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refuses_what_is_not_of_the_steps(given: dict[str, Any], message: str) -> None:
    recorder = Recorder(LINE)
    for params in [(1, 1), (2, 1), (3, 1)]:
        recorder.snapshot(params)
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}"):
        recorder.run(**given)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ([1, 2, 3], r"^params: 2 numbers expected \(slope, intercept\), got 3$"),
        (1, r"^params: 2 numbers expected \(slope, intercept\), got a single number$"),
        ("ab", r"^params: expected numbers, got 'ab'$"),
        ([[1, 2]], r"^Recorder: the first snapshot had shape \(2,\), this one has \(1, 2\)$"),
    ],
)
def test_refuses(params: Any, message: str) -> None:
    recorder = Recorder(LINE)
    recorder.snapshot([0, 0])
    with pytest.raises(GdanimError, match=message):
        recorder.snapshot(params)
    assert recorder.run().steps == 0


def test_refuses_a_run_without_a_beginning() -> None:
    with pytest.raises(GdanimError, match="^Recorder: .*snapshot"):
        Recorder(LINE).run()
    recorder = Recorder(LINE)
    recorder.snapshot([np.nan, 0])
    with pytest.raises(GdanimError, match=r"^start: \[nan, 0.0\] .*finite"):
        recorder.run()
    with pytest.raises(GdanimError, match="^steps: .*got -1"):
        Recorder(LINE, -1)


@pytest.mark.parametrize(
    ("rates", "whole", "columns"),
    [
        ([0.1, 0.2], [[[0.1] * 2] * 3, [[0.2] * 2] * 3], [[[0.1]] * 3, [[0.2]] * 3]),
        ([[0.1, 0.2]] * 2, [[[0.1, 0.2]] * 3] * 2, [[[0.1, 0.2]] * 3] * 2),
        ([[[0.1], [0.2], [0.3]]] * 2, [[[0.1] * 2, [0.2] * 2, [0.3] * 2]] * 2, None),
    ],
    ids=["a step", "a parameter", "a run"],
)
def test_rates_have_one_shape(rates: Any, whole: Any, columns: Any) -> None:
    recorder = Recorder(LINE)
    for _ in range(3):
        recorder.snapshot(np.ones((3, 2)))
    run = recorder.run(rates=rates)
    np.testing.assert_array_equal(run.rates, whole)
    np.testing.assert_array_equal(run.rate_columns, rates if columns is None else columns)
    assert run.rates is not None and not run.rates.flags.writeable


@pytest.mark.parametrize("rates", [[0.1, np.nan], [[0.1, 0.1, 0.1]] * 2])
def test_rates_that_are_not_rates(rates: Any) -> None:
    recorder = Recorder(LINE)
    for _ in range(3):
        recorder.snapshot([1, 1])
    with pytest.raises(GdanimError, match="^rates: "):
        recorder.run(rates=rates)
