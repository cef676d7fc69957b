"""Videos that keep within a number of bytes: what is given up, in the order that hurts least."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdanim.descent.run import Run
from gdanim.encoding.formats import Format
from gdanim.errors import RequestError
from gdanim.pacing.timeline import Pace, Timeline
from gdanim.rendering.quality import SMALLEST, Size

UNITS = {
    **{"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9},
    **{"kib": 2**10, "mib": 2**20, "gib": 2**30},
}
# Motion is still motion at this rate, and text still legible at these parts of the size.
SLOWEST = 10
SCALES = (0.75, 0.5, 0.375)


@dataclass(frozen=True)
class EncodeSettings:
    """One way to make a video: its format with all settings, width and height, rate."""

    format: Format
    size: Size
    fps: int

    def instead_of(self, other: EncodeSettings) -> str:
        """What is less than in `other`: `crf 24 instead of 18, 640x360 instead of 1280x720`."""
        given_up = []
        if self.format.crf != other.format.crf:
            given_up.append(f"crf {self.format.crf} instead of {other.format.crf}")
        if self.format.colours != other.format.colours:
            given_up.append(
                f"{self.format.colours} colours instead of {other.format.colours or 'all'}"
            )
        if self.size != other.size:
            given_up.append(f"{_times(self.size)} instead of {_times(other.size)}")
        if self.fps != other.fps:
            given_up.append(f"{self.fps} frames per second instead of {other.fps}")
        return ", ".join(given_up)


@dataclass(frozen=True)
class Thinned(Pace):
    """Another pace at `fps` frames per second, of which a lower rate shows some: no step longer."""

    pace: Pace
    fps: int

    def timeline(self, run: Run | Sequence[Run], fps: int) -> Timeline:
        """The frames that are on screen when each of the fewer begins, and the last."""
        whole = self.pace.timeline(run, self.fps)
        frames = max(1, round(len(whole) * fps / self.fps))
        steps = whole.steps[np.arange(frames) * self.fps // fps]
        steps[-1] = whole.steps[-1]
        return Timeline(steps, fps)

    def with_duration(self, seconds: float) -> Thinned:
        """The same over another length."""
        return replace(self, pace=self.pace.with_duration(seconds))


def parse_bytes(text: str) -> int:
    """`5MB`, `800kB` or `1.5MiB` in bytes; RequestError for anything else."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?) ?([a-z]{1,3})", text.strip().lower())
    unit = UNITS.get(match[2]) if match else None
    count = int(float(match[1]) * unit) if match and unit else 0
    if count < 1:
        raise RequestError(
            "max-size: must be a number above 0 and its unit, such as 5MB, 800kB or 5MiB, "
            f"got {text!r}"
        )
    return count


def rungs(format: Format, size: Size, fps: int) -> list[list[EncodeSettings]]:
    """The ladder of ways to make a video, from the best down, in groups.

    In a group only quality falls: encoder's quality, or number of colours. From group to group it
    is first the rate, by halves, and then the size.
    """
    rates = [fps]
    while (lower := _half(format, rates[-1])) is not None:
        rates.append(lower)
    sizes = [_scaled(format, size, scale) for scale in SCALES if min(size) * scale >= SMALLEST]
    steps = [(size, rate) for rate in rates] + [(smaller, rates[-1]) for smaller in sizes]
    return [[EncodeSettings(level, *step) for level in format.levels] for step in steps]


def first_that_fits(
    groups: Sequence[Sequence[EncodeSettings]], fits: Callable[[EncodeSettings], bool]
) -> EncodeSettings | None:
    """The best rung that fits, and the last one of those that did to be tried; None without one.

    The first rung of all is tried first; then the last of each group, until one fits, and between
    that and its group's first by halves. So many groups and a few tries are the most there are.
    """
    if fits(groups[0][0]):
        return groups[0][0]
    for group in groups:
        # What has been tried is not tried again.
        untried = group[1:] if group is groups[0] else group
        if not untried or not fits(untried[-1]):
            continue
        low, found = 0, len(untried) - 1
        while low < found:
            middle = (low + found) // 2
            if fits(untried[middle]):
                found = middle
            else:
                low = middle + 1
        return untried[found]
    return None


def _half(format: Format, fps: int) -> int | None:
    """The next lower rate: half of it, or what the format keeps below that."""
    rates = [rate for rate in format.fps or (fps // 2,) if SLOWEST <= rate <= fps / 2]
    return max(rates, default=None)


def _scaled(format: Format, size: Size, scale: float) -> Size:
    width, height = (round(length * scale) for length in size)
    return (width // 2 * 2, height // 2 * 2) if format.even else (width, height)


def _times(size: Size) -> str:
    return "x".join(map(str, size))
