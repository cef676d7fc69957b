"""Pacing: which step each frame shows. The paces that look at the run are in `gdanim.pacing`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdanim.core.arrays import Ints, check_int, check_non_negative, check_positive, read_only
from gdanim.descent.run import Run


@dataclass(frozen=True, eq=False)
class Timeline:
    """`steps [F]`, the step that each frame shows, and the frames per second."""

    steps: Ints
    fps: int

    def __post_init__(self) -> None:
        read_only(self.steps)
        check_int("fps", self.fps, least=1)

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.steps) / self.fps

    def frame(self, step: int) -> int:
        """The last frame that shows `step`; where none does, the first after it, or the last."""
        after = int(np.searchsorted(self.steps, step, side="right"))
        shown = after > 0 and self.steps[after - 1] == step
        return after - 1 if shown else min(after, len(self) - 1)

    def showing(self, step: int) -> Timeline:
        """The same, but for one frame at most: `frame(step)` shows exactly that."""
        steps = self.steps.copy()
        steps[self.frame(step)] = step
        return Timeline(steps, self.fps)

    @property
    def moving(self) -> tuple[int, int]:
        """The first and the last frame between the holds; the same, where nothing moves."""
        if self.steps[0] == self.steps[-1]:
            return 0, 0
        first = int(np.searchsorted(self.steps, self.steps[0], side="right")) - 1
        return first, int(np.searchsorted(self.steps, self.steps[-1]))

    def speeds(self) -> Ints:
        """How many steps a frame time runs at, `[F]`: a tidy number, or 0 where the ends are held.

        Exact where every frame goes equally far; else the nearest of 1, 2, 5, 10, 20, ... to the
        mean over half a second, changes that last less than that left out.
        """
        first, last = self.moving
        speeds = np.zeros(len(self.steps), dtype=np.int64)
        if last > first:
            speeds[first : last + 1] = tidy_speeds(self.steps[first : last + 1], self.fps)
        return speeds


def tidy_speeds(steps: Ints, fps: int) -> Ints:
    """`(f)->(f)`: the tidy speeds of frames that move."""
    jumps = np.diff(steps)
    # The last frame arrives, however far that is.
    if (jumps[:-1] == jumps[0]).all() and jumps[-1] <= jumps[0]:
        return np.full(len(steps), jumps[0])
    frames, around = np.arange(len(steps)), max(1, fps // 4)
    begin, end = np.maximum(frames - around, 0), np.minimum(frames + around, len(steps) - 1)
    mean = (steps[end] - steps[begin]) / (end - begin)
    tidy: Ints = np.ravel(np.outer(10 ** np.arange(18, dtype=np.int64), [1, 2, 5]))
    nearest = np.searchsorted(np.sqrt(tidy[:-1] * tidy[1:].astype(np.float64)), mean)
    ends = np.append(np.flatnonzero(np.diff(nearest)) + 1, len(steps))
    lasting = np.diff(ends, prepend=0) >= 2 * around
    kept = ends[lasting] if lasting.any() else ends[-1:]
    # What lasts for less already says what comes.
    until = np.minimum(np.searchsorted(kept, frames, side="right"), len(kept) - 1)
    speeds: Ints = tidy[nearest[kept[until] - 1]]
    return speeds


class Pace(ABC):
    """How the steps of a run, or of runs side by side, are spread over a video's frames."""

    @abstractmethod
    def timeline(self, run: Run | Sequence[Run], fps: int) -> Timeline:
        """The frames that show `run` at `fps` frames per second, up to the longest one's end."""

    @abstractmethod
    def with_duration(self, seconds: float) -> Pace:
        """The same pace over a length of `seconds`."""


@dataclass(frozen=True)
class Even(Pace):
    """All steps, evenly over `seconds`, of which `first` and `last` hold the end frames.

    When the holds would take more than half of the length, they shrink to half of it. The first
    frame shows the start and the last frame the end; a single frame shows the end.
    """

    seconds: float = 10.0
    first: float = 0.5
    last: float = 1.5

    def __post_init__(self) -> None:
        check_positive("seconds", self.seconds)
        check_holds(self.first, self.last)

    def timeline(self, run: Run | Sequence[Run], fps: int) -> Timeline:
        """`round(seconds * fps)` frames, at least one."""
        before, frames, after = shares(self.seconds, self.first, self.last, fps)
        last, moving = last_step(run), np.arange(frames)
        if last < frames:
            # Every step is shown as long as every other.
            steps = moving * (last + 1) // max(1, frames)
        else:
            # Every frame goes equally far, and the last one arrives.
            steps = moving * last // max(1, frames - 1)
        return held(steps, before, after, last, fps)

    def with_duration(self, seconds: float) -> Even:
        """The same holds over another length."""
        return replace(self, seconds=seconds)


@dataclass(frozen=True)
class Every(Pace):
    """Every `steps`-th step, one a frame, and the last; the length follows from the run."""

    steps: int = 1
    first: float = 0.5
    last: float = 1.5

    def __post_init__(self) -> None:
        check_int("steps", self.steps, least=1)
        check_holds(self.first, self.last)

    def timeline(self, run: Run | Sequence[Run], fps: int) -> Timeline:
        """One frame for steps 0, k, 2k, ... and the last, and the holds besides."""
        last = last_step(run)
        steps = np.arange(0, last + 1, self.steps)
        if steps[-1] != last:
            steps = np.append(steps, last)
        holds = _frames(self.first, fps), _frames(self.last, fps)
        return Timeline(np.pad(steps, holds, mode="edge"), fps)

    def with_duration(self, seconds: float) -> Even:
        """All steps evenly over `seconds`, with the same holds."""
        return Even(seconds, self.first, self.last)


def check_holds(first: float, last: float) -> None:
    """GdanimError for holds that no video can have."""
    for name, value in (("first", first), ("last", last)):
        check_non_negative(name, value)


def all_runs(run: Run | Sequence[Run]) -> Sequence[Run]:
    """One run or several, as several."""
    return (run,) if isinstance(run, Run) else run


def last_step(run: Run | Sequence[Run]) -> int:
    """The last step of the longest run."""
    return max(one.steps for one in all_runs(run))


def shares(seconds: float, first: float, last: float, fps: int) -> tuple[int, int, int]:
    """How many of the `round(seconds * fps)` frames (at least one) hold the start, move, and hold
    the end; holds take no more than half.
    """
    frames = max(1, round(seconds * fps))
    shrink = min(1.0, seconds / 2 / max(first + last, 1e-9))
    before, after = _frames(first * shrink, fps), _frames(last * shrink, fps)
    return before, frames - before - after, after


def held(moving: Ints, before: int, after: int, last: int, fps: int) -> Timeline:
    """The `moving` frames between those that hold both ends; the last one shows `last`."""
    steps = np.pad(moving, (before, after), constant_values=(0, last))
    steps[-1] = last
    return Timeline(steps, fps)


def _frames(seconds: float, fps: int) -> int:
    """The whole frames in `seconds`; the summand keeps 0.29 s at 100 fps from becoming 28."""
    check_int("fps", fps, least=1)
    return int(seconds * fps + 1e-6)
