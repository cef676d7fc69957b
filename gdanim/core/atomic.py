"""A file is written beside its place, and moved there when it is complete and on the disk."""

from __future__ import annotations

import errno
import os
import platform
import re
import secrets
import shutil
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gdanim.errors import GdanimError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
OCCUPIED = (errno.ENOTEMPTY, errno.EEXIST)
UNTOLD = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """An empty file beside `path` to write to, of the same extension, which then takes its place.

    Folders that are missing are made. Where the block raises, the file that was at `path` is as it
    was, and the folders too. GdanimError, before the block runs, when `path` cannot be written.
    """
    # A link stays a link, to the new file.
    target = Path(os.path.realpath(path))
    with _explained(path):
        occupied = target.exists() and not target.is_file()
    if occupied:
        kind = "a folder" if target.is_dir() else "no regular file"
        raise GdanimError(f"cannot write {path}: it is {kind}; name another file")
    forget_leftovers(target)
    part = _beside(target)
    with _folders(path, target.parent), _cleaned_up(part):
        with _explained(path):
            # Exclusive, and with the permissions that the finished file is to have.
            part.open("xb").close()
        with _room_for(path):
            yield part
        with _explained(path), _room_for(path):
            _store(part)
            part.replace(target)


@contextmanager
def replacing_folder(path: str | os.PathLike[str], pattern: str) -> Iterator[Path]:
    """The same for a folder of files whose names match `pattern`, a regular expression.

    A folder that holds anything else is not replaced: GdanimError, before the block runs.
    """
    target = Path(os.path.realpath(path))
    check_folder(path, pattern)
    forget_leftovers(target)
    part = _beside(target)
    with _folders(path, target.parent), _cleaned_up(part):
        with _explained(path):
            part.mkdir()
        with _room_for(path):
            yield part
        with _explained(path), _room_for(path):
            for file in part.iterdir():
                _store(file)
            _exchange(part, target)


def _exchange(part: Path, target: Path) -> None:
    """Move the folder `part` to `target`, and what is there out of the way and away.

    No system call that Python has does both at once, so another process may come in between: then
    this one is the last, and goes on top.
    """
    aside: list[Path] = []
    try:
        while True:
            aside.append(_beside(target))
            with suppress(FileNotFoundError):
                target.rename(aside[-1])
            try:
                part.rename(target)
                break
            except OSError as error:
                if error.errno not in OCCUPIED:
                    raise
    except BaseException:
        if aside[-1].exists() and not target.exists():
            aside[-1].rename(target)
        raise
    finally:
        for old in aside:
            # Twice where an interrupt ends the first time.
            with _cleaned_up(old):
                _remove(old)


def check_folder(path: str | os.PathLike[str], pattern: str) -> None:
    """GdanimError when there is something at `path` but a folder of files that match `pattern`."""
    with _explained(path):
        try:
            names = os.listdir(path)
        except FileNotFoundError:
            return
        except NotADirectoryError:
            raise GdanimError(
                f"cannot write {path}: it is a file, and a folder is to go there"
            ) from None
    other = sorted(name for name in names if not re.fullmatch(pattern, name))
    if other:
        raise GdanimError(
            f"cannot write {path}: the folder holds other files, such as {other[0]}; "
            "name another folder"
        )


def forget_leftovers(path: Path) -> None:
    """Remove what processes of this machine, killed as they wrote `path`, have left beside it."""
    target = Path(os.path.realpath(path))
    token = rf"-{_machine()}[0-9a-f]{{6}}"
    # A part of a part is what was being finished.
    pattern = re.compile(
        rf"\.{{1,2}}{re.escape(target.stem)}(?:\.\d+{token})?\.(\d+){token}{re.escape(target.suffix)}"
    )
    with suppress(OSError):
        for entry in target.parent.iterdir():
            match = pattern.fullmatch(entry.name)
            if match and not _is_alive(int(match[1])):
                _remove(entry)


def _is_alive(process: int) -> bool:
    if sys.platform == "win32":
        # Signal 0 is Ctrl-C there.
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _machine() -> str:
    """Tells machines that share a folder apart: a process's number says nothing on another."""
    return f"{zlib.crc32(platform.node().encode()):08x}"[:6]


def _beside(target: Path) -> Path:
    part = f"{os.getpid()}-{_machine()}{secrets.token_hex(3)}"
    return target.with_name(f".{target.stem}.{part}{target.suffix}")


def _store(part: Path) -> None:
    """Have the file on the disk: after a power cut a name may not stand for half of it."""
    with part.open("r+b") as file:
        try:
            os.fsync(file.fileno())
        except OSError as error:
            # Some network drives cannot be told to.
            if error.errno not in UNTOLD:
                raise


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


@contextmanager
def _room_for(path: str | os.PathLike[str]) -> Iterator[None]:
    """Where the block finds no room on the disk, GdanimError says so."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise GdanimError(
            f"cannot write {path}: {error.strerror}; free some space, or name another place"
        ) from None
