"""Captions: which notes and events are shown on screen, and in which frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdanim.core.words import joined
from gdanim.views.base import Clip

# Seconds: how long a caption stays, how long at least if another one is waiting, and how long it
# fades in and out. No caption waits for longer than STAYS_AT_LEAST.
STAYS, STAYS_AT_LEAST, FADE = 3.5, 1.5, 0.25
# The author's own words are placed before all events, whose ranks begin at 0.
NOTE = -1


@dataclass(frozen=True)
class Caption:
    """A line of text on screen, from frame `first` to frame `last`."""

    text: str
    first: int
    last: int

    def visibility(self, frame: int, fps: int, frames: int) -> float:
        """Return its opacity at a frame, from 0 to 1.

        It fades in from its first frame and out before its last, but stays at the video's end.
        """
        if not self.first <= frame <= self.last:
            return 0.0
        fade = max(1.0, FADE * fps)
        after = np.inf if self.last == frames - 1 else self.last - frame + 1
        return float(min(1.0, (frame - self.first + 1) / fade, after / fade))


def captions(clip: Clip) -> tuple[Caption, ...]:
    """Place the author's notes and the events of all runs one after the other.

    A caption begins at the first frame that shows its event, or a little later if another one is
    in the way, and is true in all of its frames. Notes take precedence over events, and captions on
    how runs end over those on what happens before. An event is left out if its caption would be too
    short to read, or would have to wait for longer than STAYS_AT_LEAST.
    """
    frames, fps = len(clip.timeline), clip.timeline.fps
    least, placed = round(STAYS_AT_LEAST * fps), list[Caption]()
    for rank, wanted in sorted(_wanted(clip), key=lambda pair: (pair[0], pair[1].first)):
        if (first := _first_free(wanted, placed, least, frames)) is not None:
            stays = frames if rank == 0 else round(STAYS * fps)
            placed.append(Caption(wanted.text, first, min(wanted.last, first + stays - 1)))
    placed.sort(key=lambda one: one.first)
    following = [*(one.first for one in placed[1:]), frames]
    return tuple(
        replace(one, last=min(one.last, after - 1))
        for one, after in zip(placed, following, strict=False)
    )


def unplaced(clip: Clip) -> str:
    """Name the first note that there is no time for; empty if all are shown."""
    # Captions of runs take a while to find.
    said = {caption.text for caption in captions(clip)} if clip.notes else ()
    step = next((step for step, text in clip.notes.items() if text not in said), None)
    if step is None:
        return ""
    last = int(clip.timeline.steps[-1])
    why = f"the last step is {last:,}" if step > last else "it is too close to another note"
    return f"the note at step {step:,} is not shown: {why}"


def _wanted(clip: Clip) -> Iterator[tuple[int, Caption]]:
    """Yield the rank of each text, and a caption for all frames in which it is true."""
    frames = len(clip.timeline)
    for step, text in clip.notes.items():
        if (first := int(np.searchsorted(clip.timeline.steps, step))) < frames:
            yield NOTE, Caption(text, first, frames - 1)
    for label, run in clip.runs.items() if clip.captions else ():
        steps = clip.steps(label)
        for event in run.events:
            first = int(np.searchsorted(steps, event.step))
            last = int(np.searchsorted(steps, event.last, side="right")) - 1
            text = event.text if len(clip.runs) == 1 else joined(label, ": ", event.text)
            yield event.kind.rank, Caption(text, first, last)


def _first_free(wanted: Caption, placed: Sequence[Caption], least: int, frames: int) -> int | None:
    """Find the first frame that leaves each caption `least` frames; None if that is too late."""
    latest = min(wanted.first + least, frames - 1)
    if wanted.last < frames - 1:
        latest = min(latest, wanted.last + 1 - least)
    for first in sorted([wanted.first, *(one.first + least for one in placed)]):
        free = all(abs(first - one.first) >= least for one in placed)
        if free and wanted.first <= first <= latest:
            return first
    return None


def caption_at(shown: Sequence[Caption], frame: int, clip: Clip) -> tuple[str, float]:
    """Return the text at `frame`, and its opacity."""
    for caption in shown:
        if caption.first <= frame <= caption.last:
            frames, fps = len(clip.timeline), clip.timeline.fps
            return caption.text, caption.visibility(frame, fps, frames)
    return "", 0.0
