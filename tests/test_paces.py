"""The paces that look at the run."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from cases import LINE, WAVE

from gdanim import pacing
from gdanim.core.arrays import Floats
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.recorder import Recorder
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.pacing._spread import capped, spread
from gdanim.pacing.timeline import Even, Pace
from gdanim.pacing.weighted import loss_changes, sampled
from gdanim.problems import datasets
from gdanim.problems.cross_entropy import CrossEntropy
from gdanim.problems.problem import Problem
from gdanim.problems.softmax import Softmax

LOOKING: list[type[Any]] = [pacing.Log, pacing.ByLoss, pacing.ByMotion]
RUNS = {
    "no step": descend(LINE, GradientDescent(0.01), (-1, 3), 0),
    "one step": descend(LINE, GradientDescent(0.01), (-1, 3), 1),
    "line": descend(LINE, GradientDescent(0.01), (-1, 3), 300),
    "swings": descend(WAVE, GradientDescent(1.002), (2.9, 1.72, 0, -1.2), 90),
    "diverges": descend(LINE, GradientDescent(1.0), (-1, 3), 500),
    "never moves": descend(LINE, GradientDescent(1e-300), (-1, 3), 50),
}
each_run = pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
each_pace = pytest.mark.parametrize("pace", LOOKING)


def recorded(params: Floats) -> Run:
    recorder = Recorder(LINE, len(params))
    for row in params:
        recorder.snapshot(row)
    return recorder.run()


@each_pace
@each_run
def test_the_frames_are_as_many_as_asked_for(pace: type[Any], run: Run) -> None:
    for fps, seconds in itertools.product([1, 10, 30], [0.01, 0.1, 1, 2.5, 10, 33.3]):
        for holds in [(0.5, 1.5), (0, 0), (100, 100)]:
            timeline = pace(seconds, *holds).timeline(run, fps)
            shown = timeline.steps
            assert len(shown) == max(1, round(seconds * fps)), (fps, seconds)
            assert timeline.fps == fps
            assert shown.dtype == np.int64
            assert shown[-1] == run.steps
            assert len(shown) == 1 or shown[0] == 0
            assert (np.diff(shown) >= 0).all()


@each_pace
def test_holds_and_length(pace: type[Any]) -> None:
    shown = pace(10, first=0.5, last=1.5).timeline(RUNS["line"], 30).steps
    assert (shown[:15] == 0).all()
    assert (shown[-45:] == 300).all()
    assert pace(10, 0.25, 0.75, 0.3).with_duration(3) == pace(3, 0.25, 0.75, 0.3)


@each_pace
def test_no_step_stays_longer_than_allowed(pace: type[Any]) -> None:
    for longest in (0.2, 0.5):
        shown = pace(10, 0, 0, longest).timeline(RUNS["line"], 30).steps
        stays = np.bincount(shown, minlength=301)
        assert stays.max() <= longest * 30 + 1
    # Of 90 steps none can be kept to a tenth of a second over 30 seconds.
    stays = np.bincount(pace(30, 0, 0, 0.1).timeline(RUNS["swings"], 30).steps)
    assert stays[:-1].max() - stays[:-1].min() <= 1


def test_log_takes_as_long_for_every_doubling() -> None:
    shown = pacing.Log(13, 0, 0).timeline(recorded(np.zeros((8192, 2))), 100).steps
    arrived = np.searchsorted(shown, 2 ** np.arange(4, 13) - 1)
    assert abs(np.diff(arrived) - 100).max() <= 5


def test_loss_shows_the_same_fall_a_frame() -> None:
    run = RUNS["line"]
    shown = pacing.ByLoss(2, 0, 0).timeline(run, 30).steps
    levels = np.log(run.losses[shown])
    most = abs(np.diff(np.log(run.losses))).max()
    # No frame falls short of, or goes further than, an equal share by more than one step's fall.
    falls = abs(np.diff(levels))
    share = abs(np.diff(np.log(run.losses))).sum() / 59
    fast = np.diff(shown) > 1
    assert fast.sum() > 20
    assert (abs(falls[fast] - share) < 2 * most).all()
    even = Even(2, 0, 0).timeline(run, 30).steps
    assert (shown[20] < even[20]) == (run.losses[20] < run.losses[0])


def test_motion_shows_the_same_change_a_frame() -> None:
    # The line moves down at one speed for 1000 steps, and at a tenth of it for 1000 more.
    speed = np.repeat([1.0, 0.1], 1000)
    height = np.append(0, np.cumsum(speed)) / 1000
    run = recorded(np.stack([np.zeros(2001), height], axis=-1))
    shown = pacing.ByMotion(10, 0, 0).timeline(run, 30).steps
    moved = np.diff(height[shown])
    # A frame can miss its share by one step.
    assert moved.max() - moved.min() < 2 / 1000
    assert 0.89 < (shown <= 1000).mean() < 0.93


def test_motion_beyond_the_picture_is_not_seen() -> None:
    far = np.stack([np.zeros(101), np.linspace(1e3, 1e6, 101)], axis=-1)
    near = np.stack([np.zeros(101), np.linspace(0, 1, 101)], axis=-1)
    shown = pacing.ByMotion(10, 0, 0, longest=0.2).timeline(recorded(np.append(far, near, 0)), 30)
    assert (shown.steps < 100).mean() < 0.05


def test_motion_counts_up_to_a_margin_around_the_data() -> None:
    """Of two equal ways, that between 0.2 and 1.4 heights above the data takes half of the time,
    that between 2 and 12 heights none.
    """
    low, high = LINE.data.y.min(), LINE.data.y.max()

    def time_in_the_first(start: float, end: float) -> float:
        inside = np.linspace(high - 1.2 * (high - low), high, 101)
        off = high + np.linspace(start, end, 101) * (high - low)
        params = np.stack([np.zeros(202), np.append(off, inside)], axis=-1)
        shown = pacing.ByMotion(10, 0, 0, longest=0.2).timeline(recorded(params), 30).steps
        return float(np.mean(shown < 101))

    assert time_in_the_first(0.2, 1.4) == pytest.approx(0.5, abs=0.1)
    assert time_in_the_first(2, 12) < 0.05


def test_a_loss_as_good_as_none_does_not_change() -> None:
    changes = loss_changes(np.array([2.0, 2e-8, 2e-10, 2e-12]))
    np.testing.assert_allclose(changes, np.log([1e8, 10, 1]), atol=1e-9)


@each_pace
def test_several_runs_share_a_timeline(pace: type[Any]) -> None:
    short = descend(LINE, GradientDescent(0.02), (-1, 3), 40)
    both = pace(10).timeline([short, RUNS["line"]], 30).steps
    assert both[-1] == 300
    np.testing.assert_array_equal(both, pace(10).timeline([RUNS["line"], short], 30).steps)
    twice = pace(10).timeline([RUNS["line"], RUNS["line"]], 30).steps
    np.testing.assert_array_equal(twice, pace(10).timeline(RUNS["line"], 30).steps)
    assert Even(10).timeline([short, RUNS["line"]], 30).steps[-1] == 300


def test_the_run_that_moves_decides() -> None:
    moves = np.linspace(0, 1, 101)[:, np.newaxis] * [0.0, 1.0]
    first = np.append(moves, np.tile(moves[-1:], (100, 1)), axis=0)
    second = np.append(np.tile(moves[:1], (100, 1)), moves, axis=0)
    shown = pacing.ByMotion(10, 0, 0).timeline([recorded(first), recorded(second)], 30).steps
    assert abs((shown < 100).mean() - 0.5) < 0.01
    alone = pacing.ByMotion(10, 0, 0, 0.2).timeline(recorded(second), 30).steps
    assert (alone < 100).mean() < 0.05


def test_motion_of_classes_is_that_of_all_their_probabilities() -> None:
    problem = Problem(datasets.blobs(30, classes=3), Softmax(), CrossEntropy())
    run = descend(problem, GradientDescent(0.5), np.zeros(9), steps=40)
    shown = pacing.ByMotion(4, 0, 0).timeline(run, 30).steps
    assert shown[0] == 0 and shown[-1] == 40
    # The first steps move most.
    assert np.sum(shown < 10) > np.sum(shown > 30)


def test_a_long_run_is_sampled() -> None:
    assert sampled(20).tolist() == list(range(21))
    steps = sampled(500_000)
    assert len(steps) <= 20_000
    assert (np.diff(steps) > 0).all()
    assert (steps[0], steps[-1]) == (0, 500_000)
    assert steps[:500].tolist() == list(range(500))
    assert np.diff(steps).max() <= 51


def test_half_a_million_steps() -> None:
    steps = np.arange(500_001)
    height = 1 + 10 * 0.5**steps + np.exp(-steps / 1e5)
    recorder = Recorder(LINE, 500_000)
    recorder.snapshot((2, height[0]))
    recorder.grow(500_000)[...] = np.stack([2 * np.ones(500_000), height[1:]], axis=-1)
    run = recorder.run()
    motion = pacing.ByMotion(20).timeline(run, 30).steps
    assert (motion[:15] == 0).all()
    assert (motion <= 10).sum() > 60, "the first steps one by one"
    assert (motion > 100).sum() > 300, "and the long rest"


@pytest.mark.parametrize(
    ("weights", "total", "most", "shares"),
    [
        ([1, 1, 2], 8, 9, [2, 2, 4]),
        ([1, 1, 8], 8, 4, [2, 2, 4]),
        ([1, 3, 8], 8, 3, [2, 3, 3]),
        ([1, 3, 8], 9, 3, [3, 3, 3]),
        ([1, 3, 8], 12, 3, [4, 4, 4]),
        ([5, 0, 0], 8, 4, [4, 2, 2]),
        ([5, 0, 0], 15, 4, [5, 5, 5]),
        ([1e-300, 1, 1], 4, 9, [0, 2, 2]),
    ],
)
def test_capped(weights: list[float], total: float, most: float, shares: list[float]) -> None:
    got = capped(np.array(weights, dtype=float), total, most)
    np.testing.assert_allclose(got, shares, rtol=1e-12, atol=1e-200)


def test_spread() -> None:
    assert spread(np.array([1.0, 1, 1]), 4, 9).tolist() == [0, 1, 2, 3]
    assert spread(np.array([2.0, 1, 1]), 5, 9).tolist() == [0, 0, 1, 2, 3]
    assert spread(np.array([0.0, 0, 0]), 4, 9).tolist() == [0, 1, 2, 3]
    assert spread(np.array([np.nan, np.inf, -1, 1]), 3, 9).tolist() == [0, 3, 4]
    assert spread(np.array([]), 3, 9).tolist() == [0, 0, 0]
    assert spread(np.array([1.0]), 0, 9).tolist() == []
    assert spread(np.array([1.0, 1]), 1, 9).tolist() == [2]


@each_pace
@pytest.mark.parametrize("field", ["seconds", "longest"])
@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf, "1", None, True], ids=repr)
def test_bad_lengths(pace: type[Any], field: str, value: Any) -> None:
    with pytest.raises(GdanimError, match=f"^{field}: "):
        pace(**{field: value})


@each_pace
@pytest.mark.parametrize("hold", ["first", "last"])
def test_bad_holds(pace: type[Any], hold: str) -> None:
    with pytest.raises(GdanimError, match=f"^{hold}: .*least 0"):
        pace(**{hold: -1})


def test_all_are_paces() -> None:
    for pace in (pacing.Log, pacing.ByLoss, pacing.ByMotion, pacing.Even, pacing.Every):
        assert issubclass(pace, Pace)


def test_slow_motion_about_a_step() -> None:
    base = Even(10, 0, 0)
    shown = pacing.SlowMotion(base, (150,), factor=4, seconds=1).timeline(RUNS["line"], 30).steps
    assert len(shown) == 300
    assert shown[0] == 0 and shown[-1] == 300
    assert (np.diff(shown) >= 0).all()
    # 30 of the 299 intervals are four times as long; all are shorter by 299 / 389 for that.
    stays = np.bincount(shown, minlength=301)
    assert stays[137:163].mean() == pytest.approx(4 * 299 / 389, rel=0.05)
    assert np.append(stays[:130], stays[170:]).mean() == pytest.approx(299 / 389, rel=0.05)


def test_slow_motion_about_events() -> None:
    run = RUNS["swings"]
    (event,) = (event for event in run.events if event.kind == "oscillation")
    base = Even(10)
    moments: list[tuple[int | str, ...] | None] = [("oscillation",), (event.step,)]
    for around in moments:
        shown = pacing.SlowMotion(base, around).timeline(run, 30).steps
        stays = np.bincount(shown)
        assert stays[event.step] > 2 * stays[40]
        assert (shown[:15] == 0).all()
        assert (shown[-45:] == 90).all()
    for around in [(), ("overshoot",)]:
        shown = pacing.SlowMotion(base, around).timeline(run, 30).steps
        np.testing.assert_array_equal(shown, base.timeline(run, 30).steps)


@each_run
def test_slow_motion_keeps_length_and_order(run: Run) -> None:
    for fps, seconds in itertools.product([1, 10, 30], [0.01, 0.1, 1, 2.5, 10]):
        for base in (Even(seconds), pacing.Log(seconds), pacing.Every(7, 0, 0)):
            steps = base.timeline(run, fps).steps
            shown = pacing.SlowMotion(base, (0, 1, 40, 10**6)).timeline(run, fps).steps
            assert len(shown) == len(steps)
            assert (shown[0], shown[-1]) == (steps[0], steps[-1])
            assert (np.diff(shown) >= 0).all()


def test_slow_motion_refuses() -> None:
    assert pacing.SlowMotion(Even(10), (3,)).with_duration(4) == pacing.SlowMotion(Even(4), (3,))
    with pytest.raises(GdanimError, match="^factor: .*got 0.5$"):
        pacing.SlowMotion(Even(), factor=0.5)
    with pytest.raises(GdanimError, match="^around: .*got 'crash'$"):
        pacing.SlowMotion(Even(), ("crash",))
    with pytest.raises(GdanimError, match="^around: .*whole number"):
        pacing.SlowMotion(Even(), (-1,))
    with pytest.raises(GdanimError, match="^seconds: "):
        pacing.SlowMotion(Even(), seconds=0)
