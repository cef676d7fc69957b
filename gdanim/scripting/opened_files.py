"""Which files are opened while a script is loaded and called.

Python's audit hooks tell: they see what `open`, imports and NumPy open alike, also in libraries,
where replacing functions would see only those that were thought of.
"""

from __future__ import annotations

import importlib.util
import os
import site
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class OpenedFiles:
    """The absolute paths of files that were opened for reading, and of those only for writing."""

    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)

    def __or__(self, other: OpenedFiles) -> OpenedFiles:
        return OpenedFiles(self.read | other.read, self.written | other.written)

    def sources(self, root: Path | None = None) -> set[Path]:
        """Return the files that were read, existing or not, for bytecode its source; below `root`.

        Left out are files that were written too, which are made from others, and those of
        libraries, such as an environment below `root`.
        """
        others = [o for o in _others() if root is None or not root.is_relative_to(o)]
        return {
            file
            for file in _sources(self.read - self.written)
            if (root is None or file.is_relative_to(root))
            and not any(file.is_relative_to(other) for other in others)
        }

    def of_libraries(self) -> set[str]:
        """Return the files of libraries, of Python and of gdanim itself that were read."""
        others = [f"{place}{os.sep}" for place in _others() if f"{place}" not in SYSTEM]
        return {
            file
            for file in map(os.path.realpath, self.read - self.written)
            if file.startswith(tuple(others))
        }


PACKAGE = Path(__file__).parents[1]
# Files there change all the time, and nobody saves them.
SYSTEM = ("/proc", "/sys", "/dev")

_recordings: list[OpenedFiles] = []


@contextmanager
def opened_files() -> Iterator[OpenedFiles]:
    """Record all files that are opened inside the block; an outer block records them too."""
    _install_hook()
    _recordings.append(OpenedFiles())
    try:
        yield _recordings[-1]
    finally:
        _recordings.pop()


@cache
def _install_hook() -> None:
    """Only once, as Python keeps an audit hook for good; it does nothing outside a recording."""
    sys.addaudithook(_record)


def _record(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _recordings:
        path, _, flags = arguments
        if isinstance(path, str | bytes | os.PathLike):
            for opened in _recordings:
                paths = opened.written if flags & os.O_WRONLY else opened.read
                paths.add(os.path.abspath(os.fsdecode(path)))


def _others() -> list[Path]:
    """Return the folders whose files are not the user's."""
    places = (sys.prefix, sys.base_prefix, *site.getsitepackages(), f"{PACKAGE}", *SYSTEM)
    return [Path(place).resolve() for place in places]


def _sources(paths: set[str]) -> Iterator[Path]:
    for name in paths:
        path = Path(name)
        if path.suffix == ".pyc":
            try:
                path = Path(importlib.util.source_from_cache(name))
            except ValueError:
                continue
        yield path.resolve()
