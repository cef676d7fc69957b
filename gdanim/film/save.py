"""Save a film, or one frame of it, to a file."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

from gdanim.core.atomic import replacing, replacing_folder, scratch_folder
from gdanim.encoding import metadata as containers
from gdanim.encoding.chapters import write_chapters
from gdanim.encoding.formats import FRAME, Format
from gdanim.encoding.metadata import NO_METADATA, Metadata
from gdanim.encoding.palette import with_palette, write_palette
from gdanim.errors import GdanimError
from gdanim.film._svg_ids import unique_ids
from gdanim.film.film import Film
from gdanim.film.progress import Progress, ignore_progress
from gdanim.film.stretches import cut, encode_frames, join_stretches
from gdanim.film.style import one_thread, plain_style
from gdanim.film.workers import ONE_PROCESS, Workers, encode_all

# The number of frames that a palette is chosen from.
PALETTE_FRAMES = 24


class TooLargeError(GdanimError):
    """The finished file is larger than allowed, and was discarded."""

    def __init__(self, bytes: int) -> None:
        super().__init__(f"the file takes {bytes} bytes")
        self.bytes = bytes


def save(
    film: Film,
    path: str | os.PathLike[str],
    format: Format,
    progress: Progress = ignore_progress,
    metadata: Metadata = NO_METADATA,
    max_bytes: int | None = None,
    workers: Workers = ONE_PROCESS,
) -> None:
    """Draw all frames and encode them to `path`, which changes only when the new file is complete.

    `progress(done, total)` counts frames: before each one, and once after the last. Raises
    TooLargeError if the file has more bytes than `max_bytes`. The file is the same for any number
    of workers.
    """
    fps, total = film.timeline.fps, len(film)
    format.check(film.size, fps)
    with _place(path, format) as part:
        parts = cut(total, fps, format)
        tags = containers.tags(format, metadata.note)
        if len(parts) > 1:
            held = _in_stretches(film, parts, part, format, tags, progress, workers)
        else:
            target = _frames(part, total) if format.folder else part
            noted = replace(format, output=(*format.output, *tags))
            with _palette(film, noted) as reduced, film.composed():
                held = encode_frames(film, parts[0], target, reduced, progress)
        _verify(part, format, fps, total, held)
        containers.finish(part, format, film.size, format.lasting(total, fps), metadata.note)
        write_chapters(part, format, metadata.chapters, fps)
        if max_bytes is not None and part.stat().st_size > max_bytes:
            raise TooLargeError(part.stat().st_size)
    progress(total, total)


def save_joined(
    pieces: Sequence[Path],
    path: str | os.PathLike[str],
    format: Format,
    fps: int,
    total: int,
    drawn: int,
    metadata: Metadata = NO_METADATA,
) -> None:
    """Join encoded stretches, all in one folder, to the file that `save` would make.

    `drawn` is the number of frames that were encoded; the file changes only when the new one is
    complete and has `total` frames.
    """
    with replacing(path) as part:
        join_stretches(pieces, part, format, containers.tags(format, metadata.note))
        _verify(part, format, fps, total, drawn)
        write_chapters(part, format, metadata.chapters, fps)


def _in_stretches(
    film: Film,
    cut: Sequence[range],
    part: Path,
    format: Format,
    tags: Sequence[str],
    progress: Progress,
    workers: Workers,
) -> int:
    with scratch_folder() as folder:
        parts = [folder / f"{k}{format.extension}" for k in range(len(cut))]
        if workers.count > 1:
            # Starting processes changes the process as drawing does.
            with one_thread:
                jobs = list(zip(cut, parts, strict=True))
                held = encode_all(film, jobs, format, progress, workers)
        else:
            held = 0
            with film.composed():
                for frames, piece in zip(cut, parts, strict=True):
                    follow = partial(_after, progress, frames.start, len(film))
                    held += encode_frames(film, frames, piece, format, follow)
        join_stretches(parts, part, format, tags)
    return held


def _after(progress: Progress, first: int, total: int, done: int, stretch: int) -> None:
    progress(first + done, total)


def save_still(film: Film, frame: int, path: str | os.PathLike[str], note: str = "") -> None:
    """Save one frame as PNG, SVG or PDF, by the file's extension."""
    kind = Path(path).suffix.lower().removeprefix(".")
    with replacing(path) as part:
        if kind in _DRAWN:
            part.write_bytes(_drawn(film, frame, kind, note))
        else:
            # Imported late: videos do not need it.
            import imageio.v3 as iio

            part.write_bytes(iio.imwrite("<bytes>", np.asarray(film.draw(frame)), extension=".png"))
            containers.insert_png_note(part, note)


def _drawn(film: Film, frame: int, kind: str, note: str) -> bytes:
    # In memory: a library that writes the file itself can hide why that failed.
    still = io.BytesIO()
    # Text as outlines (SVG) and with an embedded font (PDF): neither needs the font installed.
    with (
        plain_style(film.clip.theme),
        mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "gdanim", "pdf.fonttype": 42}),
        unique_ids(film.figure),
    ):
        film.show(frame)
        film.figure.savefig(still, format=kind, dpi="figure", metadata=_DRAWN[kind](note))
    return still.getvalue()


# The description under matplotlib's names, and no date: the same frame gives the same file.
_DRAWN: dict[str, Callable[[str], dict[str, Any]]] = {
    "svg": lambda note: {"Description": note, "Date": None},
    "pdf": lambda note: {"Subject": note, "CreationDate": None},
}


def _place(path: str | os.PathLike[str], format: Format) -> AbstractContextManager[Path]:
    return replacing_folder(path, FRAME) if format.folder else replacing(path)


def _frames(folder: Path, total: int) -> Path:
    """Return the pattern of the files for ffmpeg: `frame-000.png`, `frame-001.png`, ..."""
    digits = len(f"{total - 1}")
    return folder / f"frame-%0{digits}d.png"


@contextmanager
def _palette(film: Film, format: Format) -> Iterator[Format]:
    """Add a palette, chosen from frames spread evenly over the film, if the format needs one."""
    if format.colours is None:
        yield format
        return
    sample = np.unique(np.linspace(0, len(film) - 1, PALETTE_FRAMES).round().astype(int))
    with scratch_folder() as folder:
        path = folder / "palette.png"
        frames = (film.draw(int(frame)) for frame in sample)
        write_palette(frames, film.size, format.colours, path, format.alpha)
        yield with_palette(format, path)


def _verify(part: Path, format: Format, fps: int, total: int, drawn: int) -> None:
    held = containers.frames_held(part, format, fps, drawn)
    if not drawn == held == total:
        raise GdanimError(
            f"the video is incomplete: {held} of {total} frames in the file, {drawn} drawn; "
            "run `gdanim doctor` to see whether ffmpeg works"
        )
