"""A file is written beside its place, and moved there when it is complete."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gdanim.errors import GdanimError


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """An empty file beside `path` to write to, of the same extension, which then takes its place.

    Folders that are missing are made. Where the block raises, the file that was at `path` is as it
    was, and the folders too. GdanimError, before the block runs, when `path` cannot be written.
    """
    # A link stays a link, to the new file.
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        kind = "a folder" if target.is_dir() else "no regular file"
        raise GdanimError(f"cannot write {path}: it is {kind}; name another file")
    part = target.with_name(f".{target.stem}.{secrets.token_hex(4)}{target.suffix}")
    made: list[Path] = []
    try:
        with _explained(path):
            _make_folders(target.parent, made)
            # Exclusive, and with the permissions that the finished file is to have.
            part.open("xb").close()
        yield part
        with _explained(path):
            part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        # What is not empty is somebody else's by now.
        with suppress(OSError):
            for folder in reversed(made):
                folder.rmdir()
        raise


def _make_folders(folder: Path, made: list[Path]) -> None:
    """Make `folder` and its parents, noting in `made` those that were missing."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(exist_ok=True)
        made.append(place)


@contextmanager
def _explained(path: str | os.PathLike[str]) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GdanimError(
            f"cannot write {path}: {error.strerror or error}; "
            "name a file in a folder that you may write to"
        ) from None
