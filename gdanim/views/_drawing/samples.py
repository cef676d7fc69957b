"""Some of many steps or points, evenly spaced, from the first to the last."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Ints


def evenly_spaced(last: int, most: int) -> Ints:
    """Return at most `most` of the numbers 0 to `last`, with both ends."""
    return np.unique(np.linspace(0, last, min(last + 1, most)).astype(np.int64))


def sampled_steps(steps: Ints, most: int) -> Ints:
    """Return at most `most` of the different steps that the frames show."""
    shown = np.unique(steps)
    return np.asarray(shown[evenly_spaced(len(shown) - 1, most)])
