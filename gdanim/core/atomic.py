"""Write files atomically: next to their target first, moved there when complete and synced."""

from __future__ import annotations

import errno
import os
import platform
import re
import shutil
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gdanim.errors import GdanimError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_OCCUPIED = (errno.ENOTEMPTY, errno.EEXIST)
_NO_FSYNC = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)

AnyPath = str | os.PathLike[str]


@contextmanager
def replacing(path: AnyPath) -> Iterator[Path]:
    """Yield an empty file to write to, with the same extension, which then replaces `path`.

    Missing folders are made. If the block raises, the file at `path` and the folders are as they
    were. GdanimError, before the block runs, if `path` cannot be written.
    """
    # A link stays a link, to the new file.
    target = Path(os.path.realpath(path))
    with _explained(path):
        occupied = target.exists() and not target.is_file()
    if occupied:
        kind = "a folder" if target.is_dir() else "not a regular file"
        raise GdanimError(f"cannot write {path}: it is {kind}; name another file")
    # Created exclusively, with the permissions that the finished file should have.
    with _beside(path, target, lambda part: part.open("xb").close(), Path.replace) as part:
        yield part


@contextmanager
def replacing_folder(path: AnyPath, pattern: str) -> Iterator[Path]:
    """Yield an empty folder, which then replaces `path`; otherwise like `replacing`.

    GdanimError, before the block runs, if `path` holds files whose names do not match `pattern`.
    """
    check_folder(path, pattern)
    with _beside(path, Path(os.path.realpath(path)), Path.mkdir, _exchange) as part:
        yield part


def check_folder(path: AnyPath, pattern: str) -> None:
    """Raise GdanimError if `path` is anything but a folder of files that match `pattern`."""
    with _explained(path):
        try:
            names = os.listdir(path)
        except FileNotFoundError:
            return
        except NotADirectoryError:
            raise GdanimError(f"cannot write {path}: it is a file, not a folder") from None
    if other := sorted(name for name in names if not re.fullmatch(pattern, name)):
        raise GdanimError(
            f"cannot write {path}: the folder holds other files, such as {other[0]}; "
            "name another folder"
        )


def is_newer(path: Path, sources: Iterable[Path]) -> bool:
    """Tell whether the file exists, and none of its sources was changed after it."""
    return path.exists() and path.stat().st_mtime >= max(one.stat().st_mtime for one in sources)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a folder for temporary files, which is removed afterwards.

    The leftovers of killed processes are removed too. GdanimError if there is no space.
    """
    try:
        place = Path(tempfile.gettempdir()).resolve()
    except OSError as error:
        raise GdanimError(f"{error.strerror}; free some space, or set TMPDIR") from None
    target = place / "gdanim"
    forget_leftovers(target)
    folder = _name_beside(target)
    try:
        with _explained(place):
            folder.mkdir(mode=0o700)
        with _explained(place, FULL):
            yield folder
    finally:
        _remove(folder)


def forget_leftovers(path: Path) -> None:
    """Remove temporary files of `path` that killed processes on this machine left behind."""
    target, token = Path(os.path.realpath(path)), rf"-{_machine()}[0-9a-f]{{6}}"
    stem, suffix = re.escape(target.stem), re.escape(target.suffix)
    # A second dot and token: the process was killed while it finished a file, such as an mp4.
    pattern = re.compile(rf"\.{{1,2}}{stem}(?:\.\d+{token})?\.(\d+){token}{suffix}")
    with suppress(OSError):
        for entry in target.parent.iterdir():
            match = pattern.fullmatch(entry.name)
            if match and not _is_alive(int(match[1])):
                _remove(entry)


@contextmanager
def _beside(
    path: AnyPath,
    target: Path,
    make: Callable[[Path], object],
    move: Callable[[Path, Path], object],
) -> Iterator[Path]:
    """Make a file or folder next to `target`, and move it there when the block has filled it."""
    forget_leftovers(target)
    part, missing = _name_beside(target), list[Path]()
    try:
        with _explained(path):
            missing = [place for place in target.parents if not place.exists()]
            for place in reversed(missing):
                place.mkdir(exist_ok=True)
            make(part)
        with _explained(path, FULL):
            yield part
        with _explained(path):
            for file in part.iterdir() if part.is_dir() else [part]:
                _store(file)
            move(part, target)
    except BaseException:
        _remove(part)
        for place in missing:
            # A folder that is no longer empty is in use by someone else.
            with suppress(OSError):
                place.rmdir()
        raise


def _exchange(part: Path, target: Path) -> None:
    """Move the folder `part` to `target`, and remove the folder that was there.

    Python has no system call for both at once. If another process comes in between, this one
    replaces what the other one put there.
    """
    old = _name_beside(target)
    try:
        with suppress(FileNotFoundError):
            target.rename(old)
        try:
            part.rename(target)
        except OSError as error:
            if error.errno not in _OCCUPIED:
                raise
            _exchange(part, target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    finally:
        _remove(old)


def _name_beside(target: Path) -> Path:
    """Return a hidden name next to `target` that identifies the writing process and its machine."""
    mark = f"{os.getpid()}-{_machine()}{os.urandom(3).hex()}"
    return target.with_name(f".{target.stem}.{mark}{target.suffix}")


def _machine() -> str:
    """Tell apart machines that share a folder: processes on another one cannot be checked."""
    return f"{zlib.crc32(platform.node().encode()):08x}"[:6]


def _is_alive(process: int) -> bool:
    try:
        # On Windows, signal 0 is Ctrl-C.
        if sys.platform != "win32":
            os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _store(file: Path) -> None:
    """Flush the file to the disk, so that no power cut leaves half a file under its name."""
    with file.open("r+b") as opened:
        try:
            os.fsync(opened.fileno())
        except OSError as error:
            # Some network drives have no such call.
            if error.errno not in _NO_FSYNC:
                raise


def _remove(part: Path) -> None:
    """Remove a file or folder if it is there, even when interrupted once."""
    try:
        if os.path.isdir(part):
            shutil.rmtree(part, ignore_errors=True)
        else:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    except KeyboardInterrupt:
        _remove(part)
        raise


@contextmanager
def _explained(path: AnyPath, only: tuple[int, ...] = ()) -> Iterator[None]:
    """Turn OSErrors into GdanimErrors: all of them, or `only` those with these numbers."""
    try:
        yield
    except OSError as error:
        if only and error.errno not in only:
            raise
        remedy = "name a file in a folder that you may write to"
        if error.errno in FULL:
            remedy = "free some space, or name another place"
        raise GdanimError(f"cannot write {path}: {error.strerror or error}; {remedy}") from None
