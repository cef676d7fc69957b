"""A file is written beside its place, and moved there when it is complete."""

from __future__ import annotations

import os
import re
import secrets
import shutil
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
    part = _beside(target)
    with _folders(path, target.parent), _cleaned_up(part):
        with _explained(path):
            # Exclusive, and with the permissions that the finished file is to have.
            part.open("xb").close()
        yield part
        with _explained(path):
            part.replace(target)


@contextmanager
def replacing_folder(path: str | os.PathLike[str], pattern: str) -> Iterator[Path]:
    """The same for a folder of files whose names match `pattern`, a regular expression.

    A folder that holds anything else is not replaced: GdanimError, before the block runs.
    """
    target = Path(os.path.realpath(path))
    check_folder(path, pattern)
    part, old = _beside(target), _beside(target)
    with _folders(path, target.parent), _cleaned_up(part):
        with _explained(path):
            part.mkdir()
        yield part
        with _explained(path):
            if target.exists():
                target.rename(old)
            try:
                part.rename(target)
            except BaseException:
                if old.exists():
                    old.rename(target)
                raise
    shutil.rmtree(old, ignore_errors=True)


def check_folder(path: str | os.PathLike[str], pattern: str) -> None:
    """GdanimError when there is something at `path` but a folder of files that match `pattern`."""
    place = Path(path)
    if not place.exists():
        return
    if not place.is_dir():
        raise GdanimError(f"cannot write {path}: it is a file, and a folder is to go there")
    other = sorted(entry.name for entry in place.iterdir() if not re.fullmatch(pattern, entry.name))
    if other:
        raise GdanimError(
            f"cannot write {path}: the folder holds other files, such as {other[0]}; "
            "name another folder"
        )


def forget_leftovers(path: Path) -> None:
    """Remove what processes that were killed while they wrote `path` have left beside it."""
    target = Path(os.path.realpath(path))
    pattern = re.compile(
        rf"\.{re.escape(target.stem)}\.(\d+)-[0-9a-f]{{8}}{re.escape(target.suffix)}"
    )
    for entry in target.parent.iterdir() if target.parent.is_dir() else ():
        match = pattern.fullmatch(entry.name)
        if match and not _is_alive(int(match[1])):
            _remove(entry)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _beside(target: Path) -> Path:
    part = f"{os.getpid()}-{secrets.token_hex(4)}"
    return target.with_name(f".{target.stem}.{part}{target.suffix}")


@contextmanager
def _cleaned_up(part: Path) -> Iterator[None]:
    """Where the block raises, nothing is left at `part`."""
    try:
        yield
    except BaseException:
        _remove(part)
        raise


def _remove(part: Path) -> None:
    if os.path.isdir(part):
        shutil.rmtree(part, ignore_errors=True)
    else:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def _folders(path: str | os.PathLike[str], folder: Path) -> Iterator[None]:
    """`folder` and its parents, which go again where the block raises if they were missing."""
    made: list[Path] = []
    try:
        with _explained(path):
            _make_folders(folder, made)
        yield
    except BaseException:
        # What is not empty is somebody else's by now.
        with suppress(OSError):
            for empty in reversed(made):
                empty.rmdir()
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
