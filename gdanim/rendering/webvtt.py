"""Captions as WebVTT files: https://www.w3.org/TR/webvtt1/."""

from __future__ import annotations

from dataclasses import replace

from gdanim.core.words import plain
from gdanim.film.captions import Caption, captions
from gdanim.views.base import Clip


def webvtt(clip: Clip) -> str:
    """Write the captions of a clip as a WebVTT file, also where the scene does not show them.

    A cue lasts from the moment its first frame appears to the moment its last one disappears.
    """
    shown = captions(replace(clip, captions=True))
    return "\n".join(["WEBVTT\n", *(_cue(caption, clip.timeline.fps) for caption in shown)])


def _cue(caption: Caption, fps: int) -> str:
    begin, end = clock(caption.first, fps), clock(caption.last + 1, fps)
    return f"{begin} --> {end}\n{_escaped(caption.text)}\n"


def clock(frame: int, fps: int) -> str:
    """Give the moment at which a frame appears, to the millisecond: `00:00:01.500`."""
    seconds, thousandths = divmod(round(1000 * frame / fps), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


def _escaped(text: str) -> str:
    """Put a text in one line, and escape what would begin a tag."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
