"""Files that were made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from gdanim.descent.run import Outcome
from gdanim.film.defaults import Size
from gdanim.film.film import Film


@dataclass(frozen=True)
class Rendered:
    """A file that `render` has written.

    Parameters
    ----------
    path : pathlib.Path
        The file, or the folder of frames.
    size : (int, int)
        Width and height in pixels.
    frames : int
        Number of frames; 1 for a still.
    seconds : float
        Duration of the video; 0 for a still.
    bytes : int
        Size of the file, or of all files in the folder.
    elapsed : float
        Seconds that drawing and encoding took.
    outcome : Outcome
        How the runs ended.
    notice : str, default ""
        What differs from the request, such as another encoder or what `max_size` cost; else empty.
    sidecars : tuple of pathlib.Path, default ()
        The files that were written next to it.
    advice : str, default ""
        What to do about a run that diverges or hardly moves; else empty.

    See Also
    --------
    gdanim.render : Renders a scene and returns this.
    """

    path: Path
    size: Size
    frames: int
    seconds: float
    bytes: int
    elapsed: float
    outcome: Outcome
    notice: str = ""
    sidecars: tuple[Path, ...] = ()
    advice: str = ""


def film_digest(film: Film) -> str:
    """The digest of the first and the last frame."""
    digest = hashlib.sha256(film.draw(0))
    digest.update(film.draw(len(film) - 1))
    return digest.hexdigest()


def bytes_taken(path: Path) -> int:
    """How many bytes a file, or all files in a folder, take."""
    files = path.iterdir() if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)
