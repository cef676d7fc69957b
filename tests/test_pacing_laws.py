"""What every timeline keeps to, whatever the run, the duration and the frame rate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases import LINE
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gdanim import pacing
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.run import Run
from gdanim.pacing._spread import capped, spread
from gdanim.pacing.timeline import Even, Every, Pace, Timeline

quick = settings(max_examples=50, derandomize=True, deadline=None)
LENGTHS = st.integers(0, 200)
SECONDS = st.floats(0.001, 20)
HOLDS = st.floats(0, 5)
RATES = st.integers(1, 60)
WEIGHTS = st.lists(st.floats(0, 1e6) | st.sampled_from([-1.0, np.nan, np.inf]), max_size=60)
TIMELINES = st.builds(
    lambda jumps, fps: Timeline(np.cumsum(jumps), fps),
    st.lists(st.integers(0, 4), min_size=1, max_size=60),
    RATES,
)
each_pace = pytest.mark.parametrize("pace", [Even, pacing.Log, pacing.ByLoss, pacing.ByMotion])


def run_of(steps: int) -> Run:
    """The first steps of a descent."""
    return descend(LINE, GradientDescent(0.01), (-1, 3), steps)


def rises_from_start_to_end(timeline: Timeline, last: int) -> bool:
    """Whether it shows step 0 first, the last step last, and never goes back."""
    shown = timeline.steps
    starts = shown[0] == (0 if len(shown) > 1 else last)
    return bool(starts and shown[-1] == last and (np.diff(shown) >= 0).all())


@each_pace
@quick
@given(steps=LENGTHS, seconds=SECONDS, first=HOLDS, last=HOLDS, fps=RATES)
def test_a_pace_of_a_duration(
    pace: type[Any], steps: int, seconds: float, first: float, last: float, fps: int
) -> None:
    timeline = pace(seconds, first, last).timeline(run_of(steps), fps)
    assert len(timeline) == max(1, round(seconds * fps)) and timeline.fps == fps
    assert rises_from_start_to_end(timeline, steps)
    # The holds last as long as they should, but together at most half of the time.
    shrink = min(1.0, seconds / 2 / max(first + last, 1e-9))
    if len(timeline) > 1:
        assert (timeline.steps == 0).sum() >= int(first * shrink * fps)
        assert (timeline.steps == steps).sum() >= int(last * shrink * fps)


@quick
@given(steps=LENGTHS, every=st.integers(1, 300), first=HOLDS, last=HOLDS, fps=RATES)
def test_every(steps: int, every: int, first: float, last: float, fps: int) -> None:
    timeline = Every(every, first, last).timeline(run_of(steps), fps)
    assert rises_from_start_to_end(timeline, steps)
    jumps = np.diff(timeline.steps)
    moves = jumps[jumps > 0]
    assert len(moves) == -(-steps // every)
    assert (moves[:-1] == every).all() and (moves <= every).all()
    holds = [int(hold * fps + 1e-6) for hold in (first, last)]
    assert len(timeline) == sum(holds) + len(moves) + 1


@quick
@given(steps=LENGTHS, seconds=SECONDS, fps=RATES, factor=st.floats(1, 50), data=st.data())
def test_slow_motion(steps: int, seconds: float, fps: int, factor: float, data: Any) -> None:
    pace: Pace = Even(seconds, 0, 0)
    around = tuple(data.draw(st.lists(st.integers(0, 250), max_size=3)))
    slow = pacing.SlowMotion(pace, around, factor).timeline(run_of(steps), fps)
    assert len(slow) == len(pace.timeline([run_of(steps)], fps))
    assert rises_from_start_to_end(slow, steps)


@quick
@example(weights=[1.0, 1e-310], frames=11, most=8.0)
@given(weights=WEIGHTS, frames=st.integers(0, 200), most=st.floats(0.1, 100))
def test_spread(weights: list[float], frames: int, most: float) -> None:
    shown = spread(np.array(weights, dtype=float), frames, most)
    assert len(shown) == frames
    assert not frames or rises_from_start_to_end(Timeline(shown, 1), len(weights))
    counted = np.array([weight if 0 < weight < np.inf else 0.0 for weight in weights])
    np.testing.assert_array_equal(shown, spread(counted, frames, most))


@quick
@given(
    weights=st.lists(st.floats(1e-3, 1) | st.just(0.0), min_size=1, max_size=60),
    total=st.floats(1, 1000),
    most=st.floats(0.1, 100),
)
def test_shares(weights: list[float], total: float, most: float) -> None:
    # At least one step moves.
    ways = np.array([*weights, 1.0])
    shares = capped(ways, total, most)
    assert shares.sum() == pytest.approx(total)
    assert shares.min() >= 0
    assert shares.max() <= max(most, total / len(shares)) * (1 + 1e-9)
    # Of those that move, a heavier one has no smaller share.
    moving = ways > 0
    in_order = shares[moving][np.argsort(ways[moving], kind="stable")]
    assert (np.diff(in_order) >= -1e-9).all()


@quick
@given(timeline=TIMELINES, step=st.integers(0, 300))
@example(timeline=Timeline(np.array([0, 2, 2, 5]), 1), step=2)
def test_the_frame_of_a_step(timeline: Timeline, step: int) -> None:
    frame, shown = timeline.frame(step), timeline.steps
    if step in shown:
        assert frame == np.flatnonzero(shown == step)[-1]
    else:
        assert (shown[:frame] < step).all()
        assert (shown[frame:] > step).all() or frame == len(shown) - 1
    showing = timeline.showing(step)
    assert showing.steps[showing.frame(step)] == step
    assert (np.delete(showing.steps, frame) == np.delete(shown, frame)).all()


@quick
@given(timeline=TIMELINES, data=st.data())
def test_thinned(timeline: Timeline, data: Any) -> None:
    fps = data.draw(st.integers(1, timeline.fps))
    fewer = timeline.thinned(fps)
    assert len(fewer) == max(1, round(len(timeline) * fps / timeline.fps))
    assert fewer.fps == fps and fewer.steps[-1] == timeline.steps[-1]
    assert (np.diff(fewer.steps) >= 0).all()
    assert np.isin(fewer.steps, timeline.steps).all()
    # Each frame but the last one shows what is on screen when it begins.
    begins = np.arange(len(fewer) - 1) * timeline.fps // fps
    assert (fewer.steps[:-1] == timeline.steps[begins]).all()


@each_pace
@quick
@given(steps=LENGTHS, seconds=SECONDS, fps=RATES, data=st.data())
def test_holds_at_steps(
    pace: type[Any], steps: int, seconds: float, fps: int, data: st.DataObject
) -> None:
    some = data.draw(st.lists(st.integers(0, 210), max_size=4, unique=True))
    share = data.draw(st.floats(0.01, 0.99)) * seconds / 2 / max(1, len(some))
    holds = dict.fromkeys(some, share)
    timeline = pace(seconds, 0, 0, holds=holds).timeline(run_of(steps), fps)
    assert len(timeline) == max(1, round(seconds * fps)), "they are part of the duration"
    assert rises_from_start_to_end(timeline, steps)
    for step in some:
        if step <= steps:
            assert (timeline.steps == step).sum() >= int(share * fps)
    slow = pacing.SlowMotion(pace(seconds, 0, 0, holds=holds), (steps // 2,)).timeline(
        run_of(steps), fps
    )
    assert len(slow) == len(timeline)
    for step in some:
        if step <= steps:
            assert (slow.steps == step).sum() >= int(share * fps), "slow motion keeps them"


def test_holds_may_be_given_in_any_order() -> None:
    # Neither step is shown by a frame of its own: both holds are put in at one place.
    first, then = (Even(2, 0, 0, holds=dict.fromkeys(some, 0.5)) for some in ([5, 4], [4, 5]))
    one, other = (pace.timeline(run_of(5), 4) for pace in (first, then))
    assert (one.steps == other.steps).all() and (np.diff(one.steps) >= 0).all()
