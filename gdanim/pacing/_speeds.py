"""The speed that a video shows: steps per frame, as numbers that are easy to read."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Ints

# 1, 2, 5, 10, 20, 50, ... steps per frame.
TIDY_SPEEDS: Ints = np.ravel(np.outer(10 ** np.arange(18, dtype=np.int64), [1, 2, 5]))


def tidy_speeds(steps: Ints, fps: int) -> Ints:
    """Return the tidy speed at each of the moving frames, `(f)->(f)`."""
    jumps = np.diff(steps)
    # The last frame shows the last step, however near that is.
    if (jumps[:-1] == jumps[0]).all() and jumps[-1] <= jumps[0]:
        return np.full(len(steps), jumps[0])
    frames, around = np.arange(len(steps)), max(1, fps // 4)
    begin, end = np.maximum(frames - around, 0), np.minimum(frames + around, len(steps) - 1)
    mean = (steps[end] - steps[begin]) / (end - begin)
    # Speeds are compared by their ratio: the border between two is their geometric mean.
    borders = np.sqrt(TIDY_SPEEDS[:-1] * TIDY_SPEEDS[1:].astype(np.float64))
    nearest = np.searchsorted(borders, mean)
    ends = np.append(np.flatnonzero(np.diff(nearest)) + 1, len(steps))
    lasting = np.diff(ends, prepend=0) >= 2 * around
    kept = ends[lasting] if lasting.any() else ends[-1:]
    until = np.minimum(np.searchsorted(kept, frames, side="right"), len(kept) - 1)
    speeds: Ints = TIDY_SPEEDS[nearest[kept[until] - 1]]
    return speeds
