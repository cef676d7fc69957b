"""A long film in stretches: each encoded by itself, joined without encoding again.

Where stretches begin depends on the film alone, so the file is the same whoever made them and
however many at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import Format
from gdanim.film.film import Film
from gdanim.film.writer import FilmWriter

Count = Callable[[int], object]
"""Called before each frame with how many of these frames are done."""

# A shorter one would not be worth a process of its own.
SHORTEST = 300


def stretches(frames: int, fps: int) -> list[range]:
    """The frames of each stretch: whole seconds, which every container can tell exactly.

    The last one is as long as the others or longer, but less than twice as long.
    """
    length = math.ceil(SHORTEST / fps) * fps
    starts = range(0, max(frames - length, 0) + 1, length)
    return [range(a, b) for a, b in zip(starts, [*starts[1:], frames], strict=True)]


def cut(frames: int, fps: int, format: Format) -> list[range]:
    """The stretches that a film is encoded in: one of all frames where these cannot be joined."""
    return stretches(frames, fps) if format.muxer else [range(frames)]


def encode(film: Film, frames: range, path: Path, format: Format, count: Count) -> int:
    """Draw these frames and encode them to `path`; how many there are in it."""
    writer = FilmWriter(format, film.timeline.fps)
    film.animation(frames).save(
        path, writer=writer, progress_callback=lambda done, total: count(done)
    )
    return writer.frames


def join(parts: Sequence[Path], path: Path, format: Format, tags: Sequence[str]) -> None:
    """Put the encoded stretches one after the other; `tags` are ffmpeg's arguments for these."""
    listing = parts[0].with_suffix(".txt")
    listing.write_text("".join(f"file {part.name}\n" for part in parts), encoding="utf-8")
    ffmpeg.run([*("-f", "concat", "-i", listing, "-c", "copy"), *tags, *format.muxer, path])
