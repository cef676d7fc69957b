"""Captions as WebVTT files: https://www.w3.org/TR/webvtt1/."""

from __future__ import annotations

from dataclasses import replace

from gdanim.core.words import plain
from gdanim.film.captions import captions
from gdanim.film.chapters import chapters
from gdanim.views.base import Clip


def webvtt(clip: Clip) -> str:
    """Write the captions of a clip as a WebVTT file, even if the scene does not show them.

    A cue lasts from the moment its first frame appears to the moment its last one disappears.
    """
    shown = captions(replace(clip, captions=True))
    fps = clip.timeline.fps
    return _file([_cue(one.text, one.first, one.last, fps) for one in shown])


def chapters_webvtt(clip: Clip) -> str:
    """Write the chapters of a clip as a WebVTT file, for a track of kind chapters."""
    fps = clip.timeline.fps
    return _file([_cue(one.title, one.first, one.last, fps) for one in chapters(clip)])


def _file(cues: list[str]) -> str:
    return "\n".join(["WEBVTT\n", *cues])


def _cue(text: str, first: int, last: int, fps: int) -> str:
    return f"{timestamp(first, fps)} --> {timestamp(last + 1, fps)}\n{_escaped(text)}\n"


def timestamp(frame: int, fps: int) -> str:
    """Give the moment at which a frame appears, to the millisecond: `00:00:01.500`."""
    seconds, thousandths = divmod(round(1000 * frame / fps), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


def _escaped(text: str) -> str:
    """Put a text in one line, and escape what would begin a tag."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
