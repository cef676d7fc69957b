"""Pacing: which step each frame shows."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from cases import LINE

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.pacing.timeline import Even, Every, Timeline

STEPS = (0, 1, 2, 3, 9, 10, 29, 30, 31, 299, 300, 1000)


def _run(steps: int) -> Run:
    return descend(LINE, GradientDescent(0.001), (-1, 3), steps)


RUNS = {steps: _run(steps) for steps in STEPS}
each_length = pytest.mark.parametrize("steps", STEPS)


@each_length
@pytest.mark.parametrize("holds", [(0.5, 1.5), (0, 0), (0, 1), (1, 0), (100, 100)], ids=str)
def test_even(steps: int, holds: tuple[float, float]) -> None:
    for fps, seconds in itertools.product([1, 10, 30], [0.01, 0.1, 1, 2.5, 10, 33.3]):
        timeline = Even(seconds, *holds).timeline(RUNS[steps], fps)
        shown = timeline.steps
        assert len(timeline) == len(shown) == max(1, round(seconds * fps)), (fps, seconds)
        assert timeline.seconds == len(shown) / fps
        assert shown[-1] == steps, (fps, seconds)
        assert len(shown) == 1 or shown[0] == 0, (fps, seconds)
        assert (np.diff(shown) >= 0).all(), (fps, seconds)
        assert shown.dtype == np.int64


@each_length
def test_a_hundred_thousand_frames(steps: int) -> None:
    timeline = Even(100_000 / 30).timeline(RUNS[steps], 30)
    assert len(timeline) == 100_000
    # Nothing is left out, nothing comes twice.
    np.testing.assert_array_equal(np.unique(timeline.steps), np.arange(steps + 1))
    assert (np.diff(timeline.steps) >= 0).all()


@each_length
def test_even_holds_the_end_frames(steps: int) -> None:
    shown = Even(10, first=0.5, last=1.5).timeline(RUNS[steps], 30).steps
    assert (shown[:15] == 0).all()
    assert (shown[-45:] == steps).all()
    # The holds come on top of each end's own time.
    moving = shown[15:-45]
    assert len(moving) == 240
    counts = np.bincount(moving, minlength=steps + 1)
    assert counts[0] > 0
    if steps < 240:
        assert counts.max() - counts.min() <= 1, "every step is shown as long as every other"
    else:
        jumps = np.diff(moving)
        assert jumps.max() - jumps.min() <= 1, "every frame goes equally far"


def test_even_shows_every_step_for_whole_frames_where_they_divide() -> None:
    shown = Even(20).timeline(_run(89), 30).steps
    np.testing.assert_array_equal(shown[15:-45], np.repeat(np.arange(90), 6))


def test_holds_take_no_more_than_half() -> None:
    shown = Even(2, first=1, last=3).timeline(RUNS[299], 30).steps
    assert (shown == 0).sum() == 15 // 2 + 1
    assert (shown == 299).sum() == 22 + 1


def test_even_counts_frames_that_binary_fractions_miss() -> None:
    # 0.29 * 100 is 28.999999999999996.
    shown = Even(10, first=0.29, last=0).timeline(RUNS[1000], 100).steps
    assert (shown == 0).sum() == 29 + 1


def test_even_of_one_frame_shows_the_end() -> None:
    assert Even(0.01).timeline(RUNS[300], 30).steps.tolist() == [300]


def test_even_of_two_frames_shows_both_ends() -> None:
    for holds in [(0, 0), (0, 1), (1, 0), (1, 1)]:
        assert Even(2, *holds).timeline(RUNS[300], 1).steps.tolist() == [0, 300]


def test_every() -> None:
    timeline = Every(10, first=0, last=0).timeline(RUNS[30], 10)
    assert timeline.steps.tolist() == [0, 10, 20, 30]
    assert timeline.fps == 10
    assert Every(10, 0, 0).timeline(RUNS[31], 10).steps.tolist() == [0, 10, 20, 30, 31]
    assert Every(50, 0, 0).timeline(RUNS[31], 10).steps.tolist() == [0, 31]
    assert Every(7, 0, 0).timeline(RUNS[0], 10).steps.tolist() == [0]
    assert Every(np.int64(1), 0, 0).timeline(RUNS[3], 10).steps.tolist() == [0, 1, 2, 3]  # type: ignore[arg-type]


def test_every_with_holds() -> None:
    shown = Every(10, first=0.5, last=1.5).timeline(RUNS[30], 10).steps
    assert shown.tolist() == [0] * 5 + [0, 10, 20, 30] + [30] * 15


def test_lasting() -> None:
    assert Even(10, 0.25, 0.75).with_duration(3) == Even(3, 0.25, 0.75)
    assert Every(10, 0.25, 0.75).with_duration(3) == Even(3, 0.25, 0.75)
    assert len(Every(1).with_duration(4).timeline(RUNS[1000], 25)) == 100


def test_a_timeline_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Even().timeline(RUNS[3], 30).steps[0] = 1


@pytest.mark.parametrize("pace", [Even, Every])
@pytest.mark.parametrize("hold", ["first", "last"])
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (-1, "must be at least 0, got -1"),
        (np.nan, "must be one finite number, got nan"),
        (np.inf, "must be one finite number, got inf"),
        ("1", "expected numbers, got '1'"),
        (True, "must be one finite number, got True"),
    ],
)
def test_bad_holds(pace: type[Any], hold: str, value: object, message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{hold}: {message}$"):
        pace(**{hold: value})


@pytest.mark.parametrize("seconds", [0, -1, np.nan, np.inf, "1", None, True, [1, 2]], ids=repr)
def test_bad_seconds(seconds: Any) -> None:
    with pytest.raises(GdanimError, match="^seconds: "):
        Even(seconds)
    with pytest.raises(GdanimError, match="^seconds: "):
        Every().with_duration(seconds)


@pytest.mark.parametrize("steps", [0, -1, 1.5, True, "2"], ids=repr)
def test_bad_steps(steps: Any) -> None:
    with pytest.raises(GdanimError, match="^steps: .*got "):
        Every(steps)


@pytest.mark.parametrize("fps", [0, -1, 29.97, True], ids=repr)
def test_bad_frame_rates(fps: Any) -> None:
    with pytest.raises(GdanimError, match="^fps: .*got "):
        Timeline(np.array([0]), fps)
    with pytest.raises(GdanimError, match="^fps: "):
        Even().timeline(RUNS[3], fps)


def test_speeds_of_even_frames_are_exact() -> None:
    # 449 steps in 450 frames, 30 in 4 frames, one step in six frames.
    for pace, steps, expected in [
        (Every(10, 0, 0), 30, 10),
        (Every(7, 0, 0), 300, 7),
        (Every(1, 0, 0), 30, 1),
        (Even(10.3667, 0, 0), 310, 1),
    ]:
        run = _run(steps)
        timeline = pace.timeline([run], 30)
        assert timeline.speeds().tolist() == [expected] * len(timeline), pace


def test_speeds_are_tidy_and_zero_in_holds() -> None:
    timeline = Timeline(np.concatenate([np.zeros(15), np.arange(301) ** 2, [90000] * 45]), 30)
    speeds = timeline.speeds()
    assert (speeds[:14] == 0).all()
    assert (speeds[-44:] == 0).all()
    moving = speeds[15:-45]
    assert set(np.unique(moving)) <= {1, 2, 5, 10, 20, 50, 100, 200, 500}
    assert (np.diff(moving) >= 0).all()
    # The square's derivative at frame 250 is 500.
    assert moving[250] == 500
    assert moving[100] == 200


@pytest.mark.parametrize(
    ("jumps", "speed"),
    [
        ((1, 2, 1, 2, 1, 2, 1), 2),
        ((1, 2, 1), 1),
        ((2, 1, 2), 2),
        ((3, 3, 4), 5),
        ((3, 3, 3, 3, 3, 4), 5),
    ],
)
def test_speeds_are_compared_by_their_ratio(jumps: tuple[int, ...], speed: int) -> None:
    """From the geometric mean on the larger speed is the nearer one: 1.41 of 1 and 2, 3.16 of 2
    and 5.
    """
    speeds = Timeline(np.cumsum(np.resize(jumps, 600)), 30).speeds()
    assert set(speeds[100:-100]) == {speed}


def test_a_lower_rate_leaves_frames_out() -> None:
    whole = Every(1, 0.5, 0.5).timeline(RUNS[31], 20)
    fewer = whole.thinned(10)
    assert (len(whole), len(fewer), fewer.fps) == (52, 26, 10)
    np.testing.assert_array_equal(fewer.steps[:-1], whole.steps[:-2:2])
    assert fewer.steps[-1] == whole.steps[-1]
    assert whole.thinned(7).seconds == pytest.approx(whole.seconds, abs=0.5 / 7)
    np.testing.assert_array_equal(whole.thinned(20).steps, whole.steps)


def test_speeds_do_not_flicker() -> None:
    rng = np.random.default_rng(0)
    speeds = Timeline(np.cumsum(rng.integers(0, 4, 600)), 30).speeds()
    stays = np.diff(np.flatnonzero(np.diff(speeds)))
    assert len(stays) == 0 or stays.min() >= 14


@pytest.mark.parametrize("steps", [[0], [0, 0, 0], [0, 1], [0, 500_000], [3]])
def test_speeds_of_hardly_any_frames(steps: list[int]) -> None:
    speeds = Timeline(np.array(steps), 30).speeds()
    assert len(speeds) == len(steps)
    assert speeds.max() == max(np.diff(steps), default=0)


def test_slow_time_has_no_speed_below_one() -> None:
    speeds = Even(20).timeline(RUNS[10], 30).speeds()
    assert set(speeds[speeds > 0]) == {1}


def test_holds_stay_at_steps() -> None:
    shown = Even(10, holds={0: 2.0, 40: 3.0}).timeline(RUNS[1000], 30).steps
    counts = {step: int((shown == step).sum()) for step in (0, 40, 1000)}
    assert len(shown) == 300
    assert counts[0] in (60, 61) and counts[40] in (90, 91) and counts[1000] in (45, 46)
    every = Every(7, 0, 0, holds={40: 1.0, 30: 0.5}).timeline(RUNS[30], 10).steps
    assert every.tolist() == [0, 7, 14, 21, 28, 30, 30, 30, 30, 30, 30]


def test_holds_that_leave_no_time_are_refused() -> None:
    assert Even(2, holds={0: 1.0}).seconds == 2
    with pytest.raises(GdanimError, match="holds: .*seconds=2.2"):
        Even(2, holds={0: 1.1})
    with pytest.raises(GdanimError, match="holds"):
        Even(10, holds={0: 4.0}).with_duration(3)
    assert Every(holds={5: 1.0}).with_duration(9) == Even(9, holds={5: 1.0})


@pytest.mark.parametrize("holds", [{-1: 1.0}, {2: 0}, {2: "a"}, {"a": 1.0}, 3])
def test_holds_are_seconds_by_step(holds: Any) -> None:
    for pace in (Even, Every):
        with pytest.raises(GdanimError, match="holds"):
            pace(holds=holds)
    hash(Even(10, holds={0: 1.0}))
