"""Frames that hold the picture: at both ends, and at steps on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gdanim.core.arrays import Ints, check_int, check_non_negative, check_positive
from gdanim.errors import GdanimError, expect


@dataclass(frozen=True)
class Holds:
    """How many frames hold the start and the end, and how many are added at steps (`stays`)."""

    before: int
    after: int
    stays: Mapping[int, int]

    @property
    def frames(self) -> int:
        """All frames in which nothing moves."""
        return self.before + self.after + sum(self.stays.values())

    @property
    def at_steps(self) -> dict[int, int]:
        """How many frames hold each step, that of the end excepted."""
        return {0: self.before, **self.stays}

    def around(self, moving: Ints, last: int) -> Ints:
        """Return the `moving` frames between the holds of both ends, and with those on the way.

        The first frame shows the start and the last one `last`, also where only one frame moves; a
        single frame shows `last`.
        """
        steps = np.pad(moving, (self.before, self.after), constant_values=(0, last))
        if len(steps) > 1:
            steps[0] = 0
        steps[-1] = last
        return with_stays(steps, self.stays)


def check_holds(
    first: float, last: float, holds: Mapping[int, float], seconds: float = np.inf
) -> None:
    """Raise GdanimError unless holds are of seconds, those of steps at most half of `seconds`."""
    for name, value in (("first", first), ("last", last)):
        check_non_negative(name, value)
    expect("holds", holds, Mapping, "{0: 2.0, 40: 3.0}")
    for step, value in holds.items():
        check_int("holds: step", step)
        check_positive(f"holds: seconds at step {step}", value)
    if (held := sum(holds.values())) > seconds / 2:
        raise GdanimError(
            f"holds: take {held:g} s, more than half of the {seconds:g} s; "
            f"write seconds={2 * held:g} or more, or hold for a shorter time"
        )


def holds_within(
    seconds: float, first: float, last: float, holds: Mapping[int, float], end: int, fps: int
) -> Holds:
    """Return the holds of a run that ends at step `end`, in a video of `seconds`.

    Those of steps that the run does not reach are left out, and those of step 0 and of the end take
    the place of `first` and `last`, which are shortened to half of the remaining time.
    """
    check_int("fps", fps, least=1)
    stays = stays_of(holds, end, fps)
    first, last = 0.0 if 0 in stays else first, 0.0 if end in stays else last
    rest = seconds - sum(stays.values()) / fps
    shrink = min(1.0, rest / 2 / max(first + last, 1e-9))
    return Holds(_whole_frames(first * shrink, fps), _whole_frames(last * shrink, fps), stays)


def stays_of(holds: Mapping[int, float], end: int, fps: int) -> dict[int, int]:
    """Return how many frames are added at each step of a run that ends at step `end`, in order."""
    reached = sorted(step for step in holds if step <= end)
    return {step: _whole_frames(holds[step], fps) for step in reached}


def with_stays(steps: Ints, stays: Mapping[int, int]) -> Ints:
    """Return `steps [F]` with `stays[step]` more frames of each step, shown or passed."""
    places = np.searchsorted(steps, list(stays))
    counts = list(stays.values())
    added: Ints = np.insert(steps, np.repeat(places, counts), np.repeat(list(stays), counts))
    return added


def unstayed(steps: Ints, stays: Mapping[int, int]) -> Ints:
    """Return the numbers of the frames that `with_stays` has not added."""
    places = np.searchsorted(steps, list(stays))
    added = [np.arange(k, k + n) for k, n in zip(places, stays.values(), strict=True)]
    frames = np.arange(len(steps))
    return np.delete(frames, np.concatenate(added)) if added else frames


def _whole_frames(seconds: float, fps: int) -> int:
    """Return the whole frames in `seconds`; the summand keeps 0.29 s at 100 fps from being 28."""
    return int(seconds * fps + 1e-6)
