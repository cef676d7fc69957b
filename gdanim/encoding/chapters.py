"""Chapters in MP4 and WebM files: https://ffmpeg.org/ffmpeg-formats.html#Metadata-2."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gdanim.core.atomic import replacing, scratch_folder
from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import Format


@dataclass(frozen=True)
class Chapter:
    """A part of a video, from frame `first` to frame `last`."""

    title: str
    first: int
    last: int


def write_chapters(path: Path, format: Format, chapters: Sequence[Chapter], fps: int) -> None:
    """Put chapters into a video without encoding it again; other files stay as they are.

    The note and all other tags are kept.
    """
    if not (chapters and format.muxer):
        return
    with replacing(path) as part, scratch_folder() as folder:
        listing = folder / "chapters.txt"
        listing.write_text(_ffmetadata(chapters, fps), encoding="utf-8", newline="\n")
        ffmpeg.run(
            [
                *("-i", path, "-f", "ffmetadata", "-i", listing),
                *("-map", "0", "-map_metadata", "0", "-map_chapters", "1", "-c", "copy"),
                *format.muxer,
                part,
            ]
        )


def read_chapters(path: Path) -> dict[float, str]:
    """Return the titles of a video's chapters by their start, in seconds."""
    found = {}
    for name, fields in ffmpeg.metadata(path):
        if name == "CHAPTER":
            top, _, bottom = fields["TIMEBASE"].partition("/")
            found[int(fields["START"]) * int(top) / int(bottom)] = fields.get("title", "")
    return found


def _ffmetadata(chapters: Sequence[Chapter], fps: int) -> str:
    lines = [";FFMETADATA1"]
    for chapter in chapters:
        title = re.sub(r"([=;#\\\n])", r"\\\1", chapter.title)
        lines += [
            "[CHAPTER]",
            f"TIMEBASE=1/{fps}",
            f"START={chapter.first}",
            f"END={chapter.last + 1}",
            f"title={title}",
        ]
    return "\n".join(lines) + "\n"
