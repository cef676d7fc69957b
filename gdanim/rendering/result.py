"""Files that were made, and those that are to be joined of what is encoded apart."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gdanim.descent.run import Outcome
from gdanim.encoding.formats import Format
from gdanim.film.film import Film
from gdanim.film.save import save_joined
from gdanim.rendering.quality import Size


@dataclass(frozen=True)
class Rendered:
    """A file that was made: pixels, frames and seconds of video (0 for a still), bytes.

    `took` is how many seconds drawing and encoding needed, `outcome` how the runs ended, `beside`
    what was written beside it.
    """

    path: Path
    size: Size
    frames: int
    seconds: float
    bytes: int
    took: float
    outcome: Outcome
    notice: str = ""
    beside: tuple[Path, ...] = ()


@dataclass(frozen=True, eq=False)
class EncodePlan:
    """A file before it is made: all that is needed to join it of stretches that are encoded apart.

    `stretches` are the frames of each; none when the file is made in one go. `look` is the digest
    of the film's first and last frame: a film with another is another film.
    """

    stretches: tuple[range, ...]
    format: Format | None
    size: Size
    fps: int
    frames: int
    note: str
    notice: str
    outcome: Outcome
    look: str

    def join(self, pieces: Sequence[Path], path: Path, drawn: int, took: float) -> Rendered:
        """Put the encoded stretches, `drawn` frames in all, together to the file."""
        assert self.format is not None
        begun = time.perf_counter()
        save_joined(pieces, path, self.format, self.fps, self.frames, drawn, self.note)
        took += time.perf_counter() - begun
        return Rendered(
            path, self.size, self.frames, self.frames / self.fps, bytes_of(path), took,
            self.outcome, self.notice,
        )  # fmt: skip


def look_of(film: Film) -> str:
    """The digest of the first and the last frame."""
    digest = hashlib.sha256(film.draw(0))
    digest.update(film.draw(len(film) - 1))
    return digest.hexdigest()


def bytes_of(path: Path) -> int:
    """How many bytes a file, or the files in a folder, take."""
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)
