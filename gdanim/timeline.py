"""Pacing: which step each frame shows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np

from gdanim.arrays import Ints, as_value, number, positive, whole
from gdanim.descent.run import Run
from gdanim.errors import GdanimError


@dataclass(frozen=True, eq=False)
class Timeline:
    """`steps [F]`, the step that each frame shows, and the frames per second."""

    steps: Ints
    fps: int

    def __post_init__(self) -> None:
        as_value(self.steps)
        whole("fps", self.fps, least=1)

    def __len__(self) -> int:
        return len(self.steps)

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return len(self.steps) / self.fps


class Pace(ABC):
    """How a run's steps are spread over a video's frames."""

    @abstractmethod
    def timeline(self, run: Run, fps: int) -> Timeline:
        """The frames that show `run` at `fps` frames per second."""

    @abstractmethod
    def lasting(self, seconds: float) -> Pace:
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
        positive("seconds", number("seconds", self.seconds))
        _check_holds(self.first, self.last)

    def timeline(self, run: Run, fps: int) -> Timeline:
        """`round(seconds * fps)` frames, at least one."""
        frames = max(1, round(self.seconds * fps))
        shrink = min(1.0, self.seconds / 2 / max(self.first + self.last, 1e-9))
        before, after = _frames(self.first * shrink, fps), _frames(self.last * shrink, fps)
        moving = np.arange(frames - before - after)
        if run.steps < len(moving):
            # Every step is shown as long as every other.
            steps = moving * (run.steps + 1) // len(moving)
        else:
            # Every frame goes equally far, and the last one arrives.
            steps = moving * run.steps // max(1, len(moving) - 1)
        steps = np.pad(steps, (before, after), constant_values=(0, run.steps))
        steps[-1] = run.steps
        return Timeline(steps, fps)

    def lasting(self, seconds: float) -> Even:
        """The same holds over another length."""
        return replace(self, seconds=seconds)


@dataclass(frozen=True)
class Every(Pace):
    """Every `steps`-th step, one a frame, and the last; the length follows from the run."""

    steps: int = 1
    first: float = 0.5
    last: float = 1.5

    def __post_init__(self) -> None:
        whole("steps", self.steps, least=1)
        _check_holds(self.first, self.last)

    def timeline(self, run: Run, fps: int) -> Timeline:
        """One frame for steps 0, k, 2k, ... and the last, and the holds besides."""
        steps = np.arange(0, run.steps + 1, self.steps)
        if steps[-1] != run.steps:
            steps = np.append(steps, run.steps)
        holds = _frames(self.first, fps), _frames(self.last, fps)
        return Timeline(np.pad(steps, holds, mode="edge"), fps)

    def lasting(self, seconds: float) -> Even:
        """All steps evenly over `seconds`, with the same holds."""
        return Even(seconds, self.first, self.last)


def _check_holds(first: float, last: float) -> None:
    for name, value in (("first", first), ("last", last)):
        if number(name, value) < 0:
            raise GdanimError(f"{name}: must be at least 0 seconds, got {value!r}")


def _frames(seconds: float, fps: int) -> int:
    """The whole frames in `seconds`; the summand keeps 0.29 s at 100 fps from becoming 28."""
    whole("fps", fps, least=1)
    return int(seconds * fps + 1e-6)
