"""How the picture glides from each step that is shown to the next."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdanim.core.arrays import Floats, Ints

# Seconds: the longest glide; what is shown for longer stands still before it.
LONGEST = 1.0


def first_frames(steps: Ints) -> Ints:
    """Return the first frame of each step that `steps [F]` show, in order."""
    return np.flatnonzero(np.diff(steps, prepend=steps[:1] - 1))


def glide(steps: Ints, held: Mapping[int, int], fps: int) -> Floats:
    """Return how many steps further than `steps` the picture is at each frame, `(f)->(f)`.

    It is nowhere further at the first frame of a step, nor in the frames that the step is `held`
    for; then it eases over to the next step that is shown.
    """
    starts = first_frames(steps)
    counts = np.diff(starts, append=len(steps))
    shown = steps[starts]
    still = np.array([held.get(step, 0) for step in shown.tolist()])
    lasts = np.clip(counts - still, 1, max(1, round(LONGEST * fps)))
    frames_left = np.repeat(starts + counts, counts) - np.arange(len(steps))
    time = np.maximum(1 - frames_left / np.repeat(lasts, counts), 0.0)
    way = np.repeat(np.diff(shown, append=shown[-1]), counts)
    eased: Floats = way * time**2 * (3 - 2 * time)
    return eased
