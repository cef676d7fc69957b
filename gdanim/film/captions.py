"""When the run's events are said on screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdanim.descent.events import CONVERGENCE, DIVERGENCE, STUCK, Event
from gdanim.views.base import Clip

# A caption stays for so many seconds, at least so many when the next one waits; it comes and goes
# within a quarter of a second.
STAYS, LEAST, FADE = 3.5, 1.5, 0.25
# How a run ends stays on screen.
ENDINGS = (CONVERGENCE, DIVERGENCE, STUCK)


@dataclass(frozen=True)
class Caption:
    """A line of text, shown from frame `first` to frame `last`."""

    text: str
    first: int
    last: int

    def visibility(self, frame: int, fps: int, frames: int) -> float:
        """From 0 to 1: fading in after the first frame and out before the last; at the end of the
        video it stays.
        """
        if not self.first <= frame <= self.last:
            return 0.0
        fade = max(1.0, FADE * fps)
        after = np.inf if self.last == frames - 1 else self.last - frame + 1
        return float(min(1.0, (frame - self.first + 1) / fade, after / fade))


def captions(clip: Clip) -> tuple[Caption, ...]:
    """The events of all runs, one after the other, each from the frame that first shows it.

    One that would have to wait for longer than it stays is left out.
    """
    if not clip.captions:
        return ()
    frames, fps = len(clip.timeline), clip.timeline.fps
    events = [
        (int(np.searchsorted(clip.steps(label), event.step)), label, event)
        for label, run in clip.runs.items()
        for event in run.events
    ]
    shown: list[Caption] = []
    free = 0
    for moment, label, event in sorted(events, key=lambda one: one[0]):
        first = max(moment, free)
        if first >= frames or first - moment > STAYS * fps:
            continue
        if shown and shown[-1].last >= first:
            shown[-1] = Caption(shown[-1].text, shown[-1].first, first - 1)
        last = frames - 1 if event.kind in ENDINGS else first + round(STAYS * fps) - 1
        shown.append(Caption(_said(event, label, clip), first, min(last, frames - 1)))
        free = first + round(LEAST * fps)
    return tuple(shown)


def caption_at(shown: Sequence[Caption], frame: int, clip: Clip) -> tuple[str, float]:
    """The text at `frame`, and how far it is visible."""
    for caption in shown:
        if caption.first <= frame <= caption.last:
            frames, fps = len(clip.timeline), clip.timeline.fps
            return caption.text, caption.visibility(frame, fps, frames)
    return "", 0.0


def _said(event: Event, label: str, clip: Clip) -> str:
    return event.text if len(clip.runs) == 1 else f"{label}: {event.text}"
