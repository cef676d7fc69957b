"""Pacing: which step each frame shows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np

from gdanim.arrays import Ints, as_value
from gdanim.descent.run import Run
from gdanim.errors import GdanimError


@dataclass(frozen=True, eq=False)
class Timeline:
    """`steps [F]`, the step that each frame shows, and the frames per second."""

    steps: Ints
    fps: int

    def __post_init__(self) -> None:
        as_value(self.steps)

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

    When the holds would take more than half of the length, they shrink to half of it.
    """

    seconds: float = 10.0
    first: float = 0.5
    last: float = 1.5

    def __post_init__(self) -> None:
        if not (0 < self.seconds < float("inf")):
            raise GdanimError(f"seconds: must be above 0, got {self.seconds}")
        _check_holds(self.first, self.last)

    def timeline(self, run: Run, fps: int) -> Timeline:
        """`round(seconds * fps)` frames, at least one."""
        frames = max(1, round(self.seconds * fps))
        shrink = min(1.0, self.seconds / 2 / max(self.first + self.last, 1e-9))
        before, after = int(self.first * shrink * fps), int(self.last * shrink * fps)
        # Step s is shown for as long as every other step: frame k of n shows floor(k (S+1) / n).
        moving = frames - before - after
        steps = np.arange(moving) * (run.steps + 1) // moving
        if moving > 1:
            steps[-1] = run.steps
        return Timeline(np.pad(steps, (before, after), mode="edge"), fps)

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
        if self.steps < 1:
            raise GdanimError(f"steps: must be at least 1, got {self.steps}")
        _check_holds(self.first, self.last)

    def timeline(self, run: Run, fps: int) -> Timeline:
        """One frame for steps 0, k, 2k, ... and the last, and the holds besides."""
        steps = np.arange(0, run.steps + 1, self.steps)
        if steps[-1] != run.steps:
            steps = np.append(steps, run.steps)
        return Timeline(
            np.pad(steps, (int(self.first * fps), int(self.last * fps)), mode="edge"), fps
        )

    def lasting(self, seconds: float) -> Even:
        """All steps evenly over `seconds`, with the same holds."""
        return Even(seconds, self.first, self.last)


def _check_holds(first: float, last: float) -> None:
    for name, value in (("first", first), ("last", last)):
        if not (0 <= value < float("inf")):
            raise GdanimError(f"{name}: must be at least 0 seconds, got {value}")
