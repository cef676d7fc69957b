"""Progress reports: one protocol for films, files and commands."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

Progress = Callable[[int, int], object]
"""`progress(done, total)`: called before each frame is drawn, and once after the last."""

Watch = Callable[[Path, int], AbstractContextManager[Progress]]
"""`watch(path, frames)`: called before a file is drawn; its block gives the file's Progress."""


def ignore_progress(done: int, total: int) -> None:
    """Report nothing."""


def unwatched(path: Path, frames: int) -> AbstractContextManager[Progress]:
    """Watch nothing."""
    return nullcontext(ignore_progress)
