"""Oscillations of the parameters, found in the recorded steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdanim.core.arrays import Floats, Ints

# Cycles of up to this many steps are looked for.
LONGEST_CYCLE = 8
# A cycle comes back to within RETURNS of the length of its step, at least CYCLES times in a row,
# and its steps are at least SMALLEST_STEP of the parameters' ranges.
RETURNS, CYCLES, SMALLEST_STEP = 0.2, 4, 1e-3
# A longer oscillation has at least HALVES half-swings of at least HALF_STEPS steps each. They
# differ by at most ALIKE from the one before, and are at least SMALLEST_SWING of the range.
HALVES, HALF_STEPS, ALIKE, SMALLEST_SWING = 6, 4, 0.25, 1e-2
# The amplitude grows or shrinks where it does so by this share from third to third of the periods.
CHANGE = 0.01


@dataclass(frozen=True)
class Swing:
    """An oscillation of the parameter numbered `parameter`, from step `first` to `last`.

    `growth` is how many times as wide the last whole period is as the first; `trend` is 1 where the
    periods become wider from third to third of that time, -1 where they become narrower, else 0.
    """

    first: int
    last: int
    period: float
    growth: float
    trend: int
    parameter: int


def swing(params: Floats, noisy: bool = False) -> Swing | None:
    """Find the longest oscillation of `params [S+1, P]`; None where there is none.

    Each parameter is measured by its range over the run. In a cycle of k = 2, 3, ..., 8 steps the
    parameters are, k steps later, within 0.2 step lengths of where they were, for at least 4 k
    steps. In a longer oscillation one parameter makes at least six half-swings of at least four
    steps each, which differ from the one before by at most a quarter, or by one step. In a `noisy`
    run that can be chance, and is not looked for.
    """
    with np.errstate(all="ignore"):
        reach = np.ptp(params, axis=0)
        scaled = np.where(reach > 0, params / np.where(reach > 0, reach, 1.0), 0.0)
    if len(params) < 2 * CYCLES + 1 or not np.isfinite(scaled).all():
        return None
    return _cycle(scaled) or (None if noisy else _long_swing(scaled))


def _cycle(scaled: Floats) -> Swing | None:
    moves = np.diff(scaled, axis=0)
    length = np.linalg.norm(moves, axis=1)
    found: tuple[int, int, int] | None = None
    for k in range(2, min(LONGEST_CYCLE, len(scaled) // 2) + 1):
        away = np.linalg.norm(scaled[k:] - scaled[:-k], axis=1)
        steps = length[: len(away)]
        first, last = longest_stretch((away <= RETURNS * steps) & (steps >= SMALLEST_STEP))
        # A cycle of k steps is also one of 2 k, and as such may last k steps longer.
        if last - first >= CYCLES * k and (found is None or last - first > found[1] - found[0] + k):
            found = first, last + k - 1, k
    if found is None:
        return None
    first, last, k = found
    widest = int(abs(moves[first:last]).mean(axis=0).argmax())
    growth, trend = _trend(scaled[first : last + 1, widest], k)
    return Swing(first, last, float(k), growth, trend, widest)


def _long_swing(scaled: Floats) -> Swing | None:
    found = [one for j in range(scaled.shape[1]) if (one := _swing_of(scaled[:, j], j))]
    return max(found, key=lambda one: one.last - one.first, default=None)


def _swing_of(values: Floats, parameter: int) -> Swing | None:
    """Find the longest sequence of similar half-swings of one parameter."""
    turns = turning_points(values)
    if len(turns) <= HALVES:
        return None
    halves, sizes = np.diff(turns), abs(np.diff(values[turns]))
    good = (halves >= HALF_STEPS) & (sizes >= SMALLEST_SWING)
    near = abs(np.diff(halves)) <= np.maximum(1, ALIKE * halves[:-1])
    first, last = longest_stretch(good[1:] & good[:-1] & near)
    if last - first + 1 < HALVES:
        return None
    period = 2 * float(turns[last + 1] - turns[first]) / (last + 1 - first)
    begin, end = int(turns[first]), int(turns[last + 1])
    growth, trend = _trend(values[begin : end + 1], round(period))
    return Swing(begin, end, period, growth, trend, parameter)


def _trend(values: Floats, period: int) -> tuple[float, int]:
    """Return how many times as wide the last whole period is as the first, and the trend."""
    wide = np.array(
        [np.ptp(values[at : at + period + 1]) for at in range(0, len(values) - period, period)]
    )
    # Rounded up, the period can leave only two whole ones.
    thirds = np.array_split(wide, min(3, len(wide)))
    first, middle, last = (float(thirds[k].mean()) for k in (0, len(thirds) // 2, -1))
    grows = middle > (1 + CHANGE) * first and last > (1 + CHANGE) * middle
    shrinks = middle < (1 - CHANGE) * first and last < (1 - CHANGE) * middle
    return float(wide[-1] / wide[0]), int(grows) - int(shrinks)


def turning_points(values: Floats) -> Ints:
    """Return the steps at which a sequence `[S+1]` turns from rising to falling or back."""
    moves = np.sign(np.diff(values))
    moved = np.flatnonzero(moves)
    turned: Ints = moved[1:][moves[moved[1:]] != moves[moved[:-1]]]
    return turned


def longest_stretch(holds: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the longest stretch `[first, last)` of true values, (0, 0) where there is none."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], holds, [False]]).astype(np.int8)))
    if not len(edges):
        return 0, 0
    lengths = edges[1::2] - edges[::2]
    longest = int(lengths.argmax())
    return int(edges[2 * longest]), int(edges[2 * longest + 1])
