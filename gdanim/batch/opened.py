"""Which files are read while a script is loaded and called."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_watching: ContextVar[Opened | None] = ContextVar("watching", default=None)


@dataclass(frozen=True)
class Opened:
    """The absolute paths of files that were opened: to be read, and just to be written."""

    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)

    def sources(self) -> set[Path]:
        """The files that were to be read, there or not; for a module's bytecode its source.

        What was written too is no source, but made of some.
        """
        return set(_sources(self.read - self.written))


@contextmanager
def opened_files() -> Iterator[Opened]:
    """All files that are opened inside."""
    if not getattr(_watch, "installed", False):
        # An audit hook stays for good; outside of this block it does nothing.
        sys.addaudithook(_watch)
        _watch.installed = True  # type: ignore[attr-defined]
    opened = Opened()
    token = _watching.set(opened)
    try:
        yield opened
    finally:
        _watching.reset(token)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and (opened := _watching.get()) is not None:
        path, _, flags = arguments
        if isinstance(path, str | bytes | os.PathLike):
            paths = opened.written if flags & os.O_WRONLY else opened.read
            paths.add(os.path.abspath(os.fsdecode(path)))


def _sources(paths: set[str]) -> Iterator[Path]:
    for name in paths:
        path = Path(name)
        if path.suffix == ".pyc":
            try:
                path = Path(importlib.util.source_from_cache(name))
            except ValueError:
                continue
        yield path.resolve()
