"""A film to its file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import imageio.v3 as iio
import numpy as np

from gdanim.errors import GdanimError
from gdanim.film import ffmpeg
from gdanim.film.files import replacing
from gdanim.film.film import Film
from gdanim.film.formats import Format
from gdanim.film.style import plain_style
from gdanim.film.writer import FilmWriter

Progress = Callable[[int, int], object]

# So many frames are looked at for the colours of a palette.
PALETTE_FRAMES = 24


def save(
    film: Film, path: str | os.PathLike[str], format: Format, progress: Progress | None = None
) -> None:
    """Draw all frames and encode them to `path`, which changes only when the new file is complete.

    `progress(done, total)` counts frames: before each one, and once after the last.
    """
    fps, total = film.timeline.fps, len(film)
    tell = progress or (lambda done, total: None)
    format.check(film.size, fps)
    with replacing(path) as part:
        # The writer draws the canvas itself, so what Film.draw draws under has to hold here too.
        with plain_style(film.clip.theme), film.canvas.settled(film.show(0)):
            with _palette(film, format) as palette:
                writer = FilmWriter(format, fps, palette)
                film.animation().save(
                    part, writer=writer, progress_callback=lambda frame, _: tell(frame, total)
                )
        _verify(part, writer.frames, total)
    tell(total, total)


def save_still(film: Film, frame: int, path: str | os.PathLike[str]) -> None:
    """One frame as a PNG."""
    with replacing(path) as part:
        iio.imwrite(part, np.asarray(film.draw(frame)), extension=".png")


@contextmanager
def _palette(film: Film, format: Format) -> Iterator[Path | None]:
    """The picture of the format's colours, made from frames spread evenly over the film.

    A pass of its own: ffmpeg's `split,palettegen,paletteuse` in one graph holds all frames in
    memory until the last one has been seen. https://ffmpeg.org/ffmpeg-filters.html#palettegen-1
    """
    if format.palette is None:
        yield None
        return
    sample = np.unique(np.linspace(0, len(film) - 1, PALETTE_FRAMES).round().astype(int))
    with tempfile.TemporaryDirectory(prefix="gdanim-") as folder:
        palette = Path(folder, "palette.png")
        output = ("-vf", format.palette, "-frames:v", "1", "-c:v", "png", "-f", "image2pipe")
        with ffmpeg.encoding(film.size, film.timeline.fps, (*output, palette)) as write:
            for frame in sample:
                write(film.draw(int(frame)))
        yield palette


def _verify(part: Path, written: int, total: int) -> None:
    held = ffmpeg.count_frames(part) if part.stat().st_size else 0
    if not written == held == total:
        raise GdanimError(
            f"the video is incomplete: {held} of {total} frames in the file, {written} drawn; "
            "run `gdanim doctor` to see whether ffmpeg works"
        )
