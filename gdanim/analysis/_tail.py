"""How a run moves at its end: over quarters of its steps, not from one step to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from gdanim.core.arrays import Floats

# A parameter swings where its path within a window is this many times as long as its range...
CROSSINGS = 3.0
# ... and the range is more than this share of its range over the run, and of its size.
ROUNDING = 1e-8
# A swing is steady where ten times as many steps would not halve or double it.
STEADY = 0.02
# Smoothed losses are means over this many blocks of a quarter.
BLOCKS = 4
# A rate decays that falls to less than this share of itself in a quarter of the steps.
DECAYED = 0.7
# A trend of smoothed losses is real beyond this many standard errors.
SURE = 2.5


@dataclass(frozen=True)
class Trend:
    """The levels `[4]` of a loss in the quarters of a run, their standard errors, and its peaks."""

    level: Floats
    error: Floats
    high: Floats
    low: Floats

    @property
    def drop(self) -> float:
        """By how much the last quarter lies below the one before."""
        return float(self.level[2] - self.level[3])

    @property
    def doubt(self) -> float:
        """The standard error of `drop`."""
        return float(np.hypot(self.error[2], self.error[3]))

    @property
    def falls(self) -> bool:
        """Whether the last quarter lies below the one before beyond doubt."""
        return self.drop > SURE * self.doubt


def quarters(steps: int) -> list[slice]:
    """Return the four quarters of S + 1 numbers; of less than four steps the last, and the rest."""
    if steps < 4:
        return [slice(max(steps, 1))] * 3 + [slice(steps, steps + 1)]
    ends = [steps + 1 - round(k * steps / 4) for k in (4, 3, 2, 1, 0)]
    return [slice(min(first, last - 1), last) for first, last in pairwise(ends)]


def trend(losses: Floats, average: Callable[[Floats], Any] = np.mean) -> Trend:
    """Measure the levels of losses `[S+1]`, the averages of the quarters of the steps.

    The standard error comes from the averages of blocks about the straight line through them, so
    that a smooth fall has none.
    """
    level, error, high, low = [], [], [], []
    for part in quarters(len(losses) - 1):
        values = losses[part]
        parts = np.array_split(values, min(BLOCKS, len(values)))
        blocks = np.array([average(part) for part in parts])
        level.append(float(average(values)))
        high.append(float(values.max()))
        low.append(float(values.min()))
        places = np.arange(len(blocks)) - (len(blocks) - 1) / 2
        slope = float(places @ blocks / max(float(places @ places), 1.0))
        rest = blocks - blocks.mean() - slope * places
        freedom = max(len(blocks) - 2, 1)
        error.append(float(np.sqrt(rest @ rest / freedom / len(blocks))))
    return Trend(np.array(level), np.array(error), np.array(high), np.array(low))


@dataclass(frozen=True, eq=False)
class Swings:
    """The swing of each parameter in the last two quarters: `ranges [2, P]`, and which do swing."""

    ranges: Floats
    swinging: Floats

    @property
    def any(self) -> bool:
        """Whether a parameter swings at the end."""
        return bool(self.swinging.any())

    def growth(self, units: Floats) -> float:
        """Return how many times as wide the widest swing is as one quarter earlier."""
        wide = np.where(self.swinging, self.ranges[1] / units, -1.0)
        widest = int(wide.argmax())
        before = self.ranges[0, widest]
        return float(self.ranges[1, widest] / before) if before > 0 else np.inf


def swings(params: Floats) -> Swings:
    """Measure the swings of `params [S+1, P]`: which go back and forth in the last quarter."""
    with np.errstate(all="ignore"):
        _, _, third, last = quarters(len(params) - 1)
        ranges = np.stack([np.ptp(params[part], axis=0) for part in (third, last)])
        path = abs(np.diff(params[last], axis=0)).sum(axis=0)
        size = np.maximum(abs(params[last]).max(axis=0) * 1e-2, np.ptp(params, axis=0))
    swinging = (path >= CROSSINGS * ranges[1]) & (ranges[1] > ROUNDING * size)
    return Swings(ranges, swinging)


def forecast(losses: Floats) -> float:
    """Extrapolate the further fall of a loss that slows down, over ten times as many steps.

    From the fall between S/4, S/2 and S: each doubling of the steps takes the same share of the
    last one's, as on a power law; an exponential takes less. Infinite where the fall speeds up.
    """
    steps = len(losses) - 1
    if steps < 8:
        return np.inf
    lowest = np.minimum.accumulate(losses)
    first, second, last = (float(lowest[at]) for at in (steps // 4, steps // 2, steps))
    before, now = first - second, second - last
    if now <= 0:
        return 0.0
    ratio = max(now / before, 0.25) if before > 0 else np.inf
    # Ten times as long is 3.3 doublings more.
    return now * (ratio + ratio**2 + ratio**3 + 0.3 * ratio**4) if ratio < 1 else np.inf


def rates_to_come(rates: Floats | None) -> float:
    """Return the sum of the rates `[S, P]` to come over that of the last quarter.

    A rate that decayed over the last quarter is taken to go on so, by the same factor a step;
    infinite for any other, and where rates are not known.
    """
    if rates is None or len(rates) < 8:
        return np.inf
    quarter = rates.max(axis=1)[-(len(rates) // 4) :]
    factor = float(quarter[-1] / quarter[0]) ** (1 / (len(quarter) - 1))
    if not factor ** len(quarter) < DECAYED:
        return np.inf
    return float(quarter[-1] * factor / (1 - factor) / quarter.sum())
