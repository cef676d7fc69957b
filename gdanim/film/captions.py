"""When the run's events are said on screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gdanim.views.base import Clip

# A caption stays for so many seconds, at least so many when the next one waits, which it does for
# no longer; it comes and goes within a quarter of a second.
STAYS, LEAST, FADE = 3.5, 1.5, 0.25


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
    """The events of all runs, one after the other, each from the frame that first shows it and
    while it lasts.

    How runs end comes before what passes. Left out is what is over before it can be read, and what
    would have to wait for longer than that takes.
    """
    if not clip.captions:
        return ()
    frames, fps = len(clip.timeline), clip.timeline.fps
    least, shown = round(LEAST * fps), list[Caption]()
    for rank, wanted in sorted(_wanted(clip), key=lambda pair: (pair[0], pair[1].first)):
        begins = sorted([wanted.first, *(one.first + least for one in shown)])
        latest = min(wanted.first + least, frames - 1)
        if wanted.last < frames - 1:
            latest = min(latest, wanted.last + 1 - least)
        for first in begins:
            if wanted.first <= first <= latest and _free(first, shown, least):
                stays = frames if rank == 0 else round(STAYS * fps)
                shown.append(Caption(wanted.text, first, min(wanted.last, first + stays - 1)))
                break
    shown.sort(key=lambda one: one.first)
    following = [*(one.first for one in shown[1:]), frames]
    return tuple(
        replace(one, last=min(one.last, after - 1))
        for one, after in zip(shown, following, strict=False)
    )


def _wanted(clip: Clip) -> Iterator[tuple[int, Caption]]:
    """Each event's rank, its text, and the frames in which the text is true."""
    for label, run in clip.runs.items():
        steps = clip.steps(label)
        for event in run.events:
            first = int(np.searchsorted(steps, event.step))
            last = int(np.searchsorted(steps, event.last, side="right")) - 1
            text = event.text if len(clip.runs) == 1 else f"{label}: {event.text}"
            yield event.kind.rank, Caption(text, first, last)


def _free(first: int, shown: Sequence[Caption], least: int) -> bool:
    """Whether a caption that begins there, and those before and after it, can be read."""
    return all(abs(first - one.first) >= least for one in shown)


def caption_at(shown: Sequence[Caption], frame: int, clip: Clip) -> tuple[str, float]:
    """The text at `frame`, and how far it is visible."""
    for caption in shown:
        if caption.first <= frame <= caption.last:
            frames, fps = len(clip.timeline), clip.timeline.fps
            return caption.text, caption.visibility(frame, fps, frames)
    return "", 0.0
