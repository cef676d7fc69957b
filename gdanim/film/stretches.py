"""Split a long film into stretches that are encoded separately and joined without re-encoding.

The split depends only on the film, so the file is the same for any number of processes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import Format
from gdanim.film.film import Film
from gdanim.film.progress import Progress
from gdanim.film.writer import FilmWriter

# Frames; a shorter stretch is not worth a process of its own.
SHORTEST = 300


def stretches(frames: int, fps: int) -> list[range]:
    """Return the frames of each stretch: whole seconds, which every container stores exactly.

    The last one is as long as the others or longer, but less than twice as long.
    """
    length = math.ceil(SHORTEST / fps) * fps
    starts = range(0, max(frames - length, 0) + 1, length)
    return [range(a, b) for a, b in zip(starts, [*starts[1:], frames], strict=True)]


def cut(frames: int, fps: int, format: Format) -> list[range]:
    """Return the stretches to encode a film in: a single one if they cannot be joined."""
    return stretches(frames, fps) if format.muxer else [range(frames)]


def encode_frames(film: Film, frames: range, path: Path, format: Format, progress: Progress) -> int:
    """Draw these frames and encode them to `path`; return the number of frames in it."""
    writer = FilmWriter(format, film.timeline.fps)
    film.animation(frames).save(path, writer=writer, progress_callback=progress)
    return writer.frames


def join_stretches(parts: Sequence[Path], path: Path, format: Format, tags: Sequence[str]) -> None:
    """Join the encoded stretches; `tags` are ffmpeg's arguments for the file's tags."""
    listing = parts[0].with_suffix(".txt")
    listing.write_text("".join(f"file {part.name}\n" for part in parts), encoding="utf-8")
    ffmpeg.run([*("-f", "concat", "-i", listing, "-c", "copy"), *tags, *format.muxer, path])
