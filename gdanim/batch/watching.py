"""Which files a batch depends on, and when one of them is saved."""

from __future__ import annotations

import os
import site
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from gdanim.quality import OUTPUT

# What is there changes all the time, and is of no file.
SYSTEM = ("/proc", "/sys", "/dev")
State = dict[str, tuple[int, int]]


def state_of(folders: Iterable[Path], files: Iterable[Path] = ()) -> State:
    """Time and size of every file below `folders` that a script may read, and of `files`, by path.

    Hidden files and folders, and folders called `output` or `__pycache__`, are passed over.
    """
    paths = [entry.path for folder in folders for entry in _files(folder)]
    return {path: _stamp(path) for path in (*paths, *map(str, files))}


def own(files: Iterable[Path]) -> set[Path]:
    """Those of the files that somebody writes: none of the system's, of Python's and packages'."""
    others = [Path(place).resolve() for place in (sys.prefix, sys.base_prefix, *SYSTEM)]
    others += [Path(package).resolve() for package in site.getsitepackages()]
    return {file for file in files if not any(file.is_relative_to(other) for other in others)}


def until_changed(
    folders: Iterable[Path], files: Iterable[Path], state: State, pause: float = 0.5
) -> State:
    """Wait until `state_of` all these is another, and has not moved for one `pause`; that state."""
    folders, files = list(folders), list(files)
    while (now := state_of(folders, files)) == state:
        time.sleep(pause)
    # An editor may save in several steps.
    while (later := state_of(folders, files)) != now:
        time.sleep(pause)
        now = later
    return now


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in (OUTPUT, "__pycache__"):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))
        else:
            yield entry


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
