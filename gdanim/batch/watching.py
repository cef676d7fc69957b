"""Which files a batch depends on, and when one of them is saved."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from gdanim.quality import OUTPUT

State = dict[str, tuple[int, int]]


def state_of(folders: Iterable[Path]) -> State:
    """Time and size of every file below `folders` that a script may read, by its path.

    Hidden files and folders, and folders called `output` or `__pycache__`, are passed over.
    """
    return {entry.path: _stamp(entry) for folder in folders for entry in _files(folder)}


def until_changed(folders: Iterable[Path], state: State, pause: float = 0.5) -> State:
    """Wait until `state_of(folders)` is another, and has not moved for one `pause`; that state."""
    folders = list(folders)
    while (now := state_of(folders)) == state:
        time.sleep(pause)
    # An editor may save in several steps.
    while (later := state_of(folders)) != now:
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


def _stamp(entry: os.DirEntry[str]) -> tuple[int, int]:
    try:
        status = entry.stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
