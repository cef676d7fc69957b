"""Spread steps over frames in proportion to weights."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats, Ints

# Frames divided by a smaller weight could overflow.
NEGLIGIBLE = 1e-280


def spread(weights: Floats, frames: int, most: float) -> Ints:
    """Return the step that each of `frames` frames shows, from 0 to S: `(s),(),()->(f)`.

    Each step gets frames in proportion to its weight, but at most `most`; what is cut off goes to
    the others. Weights that are negative, not finite, or below `NEGLIGIBLE` of the largest count as
    zero; if all are zero, they count as equal.
    """
    if not len(weights) or frames < 2:
        return np.full(max(frames, 0), len(weights), dtype=np.int64)
    weights = np.where(np.isfinite(weights) & (weights > 0), weights, 0.0)
    if not weights.any():
        weights = np.ones(len(weights))
    weights /= weights.max()
    weights[weights < NEGLIGIBLE] = 0.0
    room = float(frames - 1)
    starts = np.append(0.0, np.cumsum(capped(weights, room, most)))
    starts *= room / starts[-1]
    # A step that begins within a rounding error of a frame belongs to it.
    steps = np.searchsorted(starts, np.arange(frames) + 1e-6, side="right") - 1
    steps[0], steps[-1] = 0, len(weights)
    return steps.astype(np.int64)


def capped(weights: Floats, total: float, most: float) -> Floats:
    """Return shares `min(k w, most)` that add up to `total`, for the one such k, `(s),(),()->(s)`.

    If they fall short of the total for every k, steps without weight share the rest. If even equal
    shares are above `most`, it is raised to theirs.
    """
    most = max(most, total / len(weights))
    moving = weights > 0
    still = int((~moving).sum())
    left = total - most * (len(weights) - still)
    if left >= 0:
        return np.where(moving, most, left / max(1, still))
    falling = np.sort(weights[moving])[::-1]
    rest: Floats = np.cumsum(falling[::-1])[::-1]
    # The right k if exactly the first 0, 1, 2, ... of the falling weights are cut.
    factor = (total - most * np.arange(len(falling))) / rest
    cut = np.argmax(factor * falling <= most)
    shares: Floats = np.minimum(weights * factor[cut], most)
    return shares
