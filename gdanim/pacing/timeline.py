"""Which step each frame shows: timelines, and the paces that look at the step's number alone."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from gdanim.core.arrays import Floats, Ints, check_int, check_positive, read_only
from gdanim.descent.run import Run
from gdanim.pacing._glide import first_frames, glide
from gdanim.pacing._holds import Holds, check_holds, holds_within
from gdanim.pacing._speeds import tidy_speeds


@dataclass(frozen=True, eq=False)
class Timeline:
    """The step that each frame shows, and the frame rate.

    Parameters
    ----------
    steps : (F,) array of int
        The step that each of F frames shows, not decreasing.
    fps : int
        Frames per second, at least 1.
    glide : (F,) array, optional
        How many steps further than `steps` the picture is, where it glides from one step to the
        next; the numbers on screen are those of `steps`.

    Examples
    --------
    >>> import numpy as np
    >>> from gdanim.pacing import Timeline
    >>> timeline = Timeline(np.array([0, 0, 10, 20, 30, 30]), fps=2)
    >>> len(timeline), timeline.seconds, timeline.frame(20)
    (6, 3.0, 3)
    """

    steps: Ints
    fps: int
    glide: Floats | None = None

    def __post_init__(self) -> None:
        read_only(self.steps)
        check_int("fps", self.fps, least=1)
        if self.glide is not None:
            read_only(self.glide)

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.steps)

    @property
    def seconds(self) -> float:
        """The duration."""
        return len(self.steps) / self.fps

    @cached_property
    def positions(self) -> Floats | Ints:
        """Where the picture is at each frame, in steps: `steps`, and between them if it glides."""
        return self.steps if self.glide is None else self.steps + self.glide

    def frame(self, step: int) -> int:
        """Return the last frame that shows `step`, or if none does, the first frame after it."""
        after = int(np.searchsorted(self.positions, step, side="right"))
        shown = after > 0 and self.positions[after - 1] == step
        return after - 1 if shown else min(after, len(self) - 1)

    def showing(self, step: int) -> Timeline:
        """Return a timeline whose `frame(step)` shows exactly `step`; no other frame changes."""
        frame, steps = self.frame(step), self.steps.copy()
        steps[frame] = step
        ahead = (
            None if self.glide is None else np.where(np.arange(len(self)) == frame, 0, self.glide)
        )
        return Timeline(steps, self.fps, ahead)

    def at(self, frames: Ints) -> Timeline:
        """Return the timeline of some of the frames; each step that is shown begins exactly."""
        steps = self.steps[frames]
        if self.glide is None:
            return Timeline(steps, self.fps)
        ahead = self.glide[frames]
        ahead[first_frames(steps)] = 0
        return Timeline(steps, self.fps, ahead)

    def thinned(self, fps: int) -> Timeline:
        """Return the timeline at a lower frame rate.

        Each frame shows what is on screen when it begins, but the last one shows the last step.
        """
        frames = np.arange(max(1, round(len(self) * fps / self.fps))) * self.fps // fps
        frames[-1] = len(self) - 1
        return replace(self.at(frames), fps=fps)

    @property
    def moving(self) -> tuple[int, int]:
        """The first and the last frame between the holds at both ends; (0, 0) if nothing moves."""
        if self.steps[0] == self.steps[-1]:
            return 0, 0
        first = int(np.searchsorted(self.positions, self.steps[0], side="right")) - 1
        return first, int(np.searchsorted(self.steps, self.steps[-1]))

    def speeds(self) -> Ints:
        """Return the steps per frame at each frame `[F]`, as tidy numbers; 0 in the holds.

        Exact if every frame goes equally far. Otherwise the nearest of 1, 2, 5, 10, 20, ... to the
        mean over half a second; a speed shown for under half a second takes the next one's value.
        """
        first, last = self.moving
        speeds = np.zeros(len(self.steps), dtype=np.int64)
        if last > first:
            speeds[first : last + 1] = tidy_speeds(self.steps[first : last + 1], self.fps)
        return speeds


class Pace(ABC):
    """Base class of paces: decides which step each frame of a video shows.

    A subclass defines `timeline` and `with_duration`. To give each step a share of the frames,
    derive from `pacing.ByWeight` instead.

    Examples
    --------
    >>> from dataclasses import dataclass, replace
    >>> import numpy as np
    >>> from gdanim import GradientDescent, Pace, Scene, objectives
    >>> from gdanim.pacing import Timeline
    >>> @dataclass(frozen=True)
    ... class Quadratic(Pace):
    ...     seconds: float = 10.0
    ...
    ...     def timeline(self, runs, fps):
    ...         last = max(run.steps for run in runs)
    ...         time = np.linspace(0, 1, round(self.seconds * fps))
    ...         return Timeline((last * time**2).round().astype(int), fps)
    ...
    ...     def with_duration(self, seconds):
    ...         return replace(self, seconds=seconds)
    >>> scene = Scene(
    ...     objectives.bowl(), GradientDescent(0.1), steps=40, pace=Quadratic(1.0), fps=5
    ... )
    >>> scene.film().timeline.steps
    array([ 0,  2, 10, 22, 40])
    """

    @abstractmethod
    def timeline(self, runs: Sequence[Run], fps: int) -> Timeline:
        """Return the timeline of runs that are shown together.

        Parameters
        ----------
        runs : sequence of Run
            What is shown, at least one run; the longest decides where the video ends.
        fps : int
            Frames per second.

        Returns
        -------
        Timeline
            The step that each frame shows; a run that ended earlier stays at its last step.
        """

    @abstractmethod
    def with_duration(self, seconds: float) -> Pace:
        """Return the same pace over another duration.

        Parameters
        ----------
        seconds : float
            The duration of the video.

        Returns
        -------
        Pace
            A pace whose timelines take `seconds`.
        """


@dataclass(frozen=True)
class Even(Pace):
    """All steps in equal time.

    The first frame shows the start, the last one the end of the run; a single frame shows the end.

    Parameters
    ----------
    seconds : float, default 10.0
        The duration of the video, above 0; the holds are part of it.
    first : float, default 0.5
        How many seconds the start is held, at least 0.
    last : float, default 1.5
        How many seconds the end is held, at least 0. Together with `first`, it is shortened to
        half of the duration.
    holds : mapping of int to float, optional
        How many seconds to stay at some steps, as `{0: 2.0, 40: 3.0}`; at step 0 and the last one
        in place of `first` and `last`. These are part of the duration too, and at
        most half of it.
    tween : bool, default False
        Whether the picture glides from each step to the next where a step lasts for several
        frames. Each step begins with its own picture, and all numbers are those of the step.

    Raises
    ------
    GdanimError
        If a number is out of its bounds.

    See Also
    --------
    Every : One frame for each step, or each k-th.

    Examples
    --------
    >>> from gdanim import Even, GradientDescent, Linear, Problem, datasets, descend
    >>> run = descend(Problem(datasets.linear(), Linear()), GradientDescent(0.01), steps=40)
    >>> Even(1.0, first=0, last=0).timeline(run, fps=5).steps
    array([ 0, 10, 20, 30, 40])
    """

    seconds: float = 10.0
    first: float = 0.5
    last: float = 1.5
    holds: Mapping[int, float] = field(default_factory=dict, hash=False)
    tween: bool = False

    def __post_init__(self) -> None:
        check_positive("seconds", self.seconds)
        check_holds(self.first, self.last, self.holds, self.seconds)

    def timeline(self, run: Run | Sequence[Run], fps: int) -> Timeline:
        """Return a timeline of `round(seconds * fps)` frames, at least one."""
        last = last_step(run)
        holds = holds_within(self.seconds, self.first, self.last, self.holds, last, fps)
        frames = frames_in(self.seconds, fps) - holds.frames
        moving = np.arange(frames)
        if last < frames:
            # Every step is shown for the same time.
            steps = moving * (last + 1) // max(1, frames)
        else:
            # Every frame goes equally far, but for the last one, which shows the end.
            steps = moving * last // max(1, frames - 1)
        return timeline_of(steps, last, holds, fps, self.tween)

    def with_duration(self, seconds: float) -> Even:
        """Return the same pace over another duration, with the same holds."""
        return replace(self, seconds=seconds)


@dataclass(frozen=True)
class Every(Pace):
    """Every k-th step, one for each frame, and the last step.

    The duration follows from the length of the run.

    Parameters
    ----------
    steps : int, default 1
        The number of steps from frame to frame, at least 1.
    first : float, default 0.5
        How many seconds the start is held, at least 0.
    last : float, default 1.5
        How many seconds the end is held, at least 0.
    holds : mapping of int to float, optional
        How many seconds to stay at some steps, as `{0: 2.0, 40: 3.0}`; at step 0 and the last one
        in place of `first` and `last`.

    Raises
    ------
    GdanimError
        If a number is out of its bounds.

    Examples
    --------
    >>> from gdanim import Every, GradientDescent, Linear, Problem, datasets, descend
    >>> run = descend(Problem(datasets.linear(), Linear()), GradientDescent(0.01), steps=7)
    >>> Every(3, first=0, last=0).timeline(run, fps=30).steps
    array([0, 3, 6, 7])
    """

    steps: int = 1
    first: float = 0.5
    last: float = 1.5
    holds: Mapping[int, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        check_int("steps", self.steps, least=1)
        check_holds(self.first, self.last, self.holds)

    def timeline(self, run: Run | Sequence[Run], fps: int) -> Timeline:
        """Return a frame for steps 0, k, 2k, ... and the last, between the holds."""
        last = last_step(run)
        steps = np.arange(0, last + 1, self.steps)
        if steps[-1] != last:
            steps = np.append(steps, last)
        holds = holds_within(np.inf, self.first, self.last, self.holds, last, fps)
        return timeline_of(steps, last, holds, fps, tween=False)

    def with_duration(self, seconds: float) -> Even:
        """Return Even over that duration, with the same holds."""
        return Even(seconds, self.first, self.last, self.holds)


def timeline_of(moving: Ints, last: int, holds: Holds, fps: int, tween: bool) -> Timeline:
    """Return the timeline of the frames between the holds, gliding from step to step if asked."""
    steps = holds.around(moving, last)
    return Timeline(steps, fps, glide(steps, holds.at_steps, fps) if tween else None)


def all_runs(run: Run | Sequence[Run]) -> Sequence[Run]:
    """Return one run or several as a sequence."""
    return (run,) if isinstance(run, Run) else run


def last_step(run: Run | Sequence[Run]) -> int:
    """Return the last step of the longest run."""
    return max(one.steps for one in all_runs(run))


def frames_in(seconds: float, fps: int) -> int:
    """Return the number of frames of a video of `seconds`, at least one."""
    return max(1, round(seconds * fps))
