"""Chapters: the parts that an author divides a video into."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from gdanim.core.words import plain
from gdanim.encoding.chapters import Chapter
from gdanim.views.base import Clip


def chapters(clip: Clip) -> tuple[Chapter, ...]:
    """Return the chapters of a clip, each from the first frame at its step to the next chapter.

    Those of steps that no run reaches are left out; of several that begin with one frame, the last
    is kept.
    """
    steps = clip.timeline.steps
    begun = {
        int(np.searchsorted(steps, step)): plain(title)
        for step, title in clip.chapters.items()
        if step <= steps[-1]
    }
    borders = [*begun, len(steps)]
    return tuple(Chapter(begun[a], a, b - 1) for a, b in pairwise(borders))


def left_out(clip: Clip) -> str:
    """Name the first chapter that the video does not come to; empty if it comes to all."""
    last = int(clip.timeline.steps[-1])
    step = next((step for step in clip.chapters if step > last), None)
    return "" if step is None else f"no chapter at step {step:,}: the last step is {last:,}"
