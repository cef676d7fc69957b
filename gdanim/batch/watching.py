"""Which files a batch depends on, and when one of them is saved."""

from __future__ import annotations

import os
import site
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gdanim.batch.opened import opened_files
from gdanim.batch.plan import read
from gdanim.batch.work import job_of
from gdanim.errors import GdanimError
from gdanim.rendering.quality import OUTPUT

# What is there changes all the time, and is of no file.
SYSTEM = ("/proc", "/sys", "/dev")
State = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Sources:
    """What a plan depends on: the modules below these folders, and these files."""

    folders: frozenset[Path] = frozenset()
    files: frozenset[Path] = frozenset()

    def __or__(self, other: Sources) -> Sources:
        return Sources(self.folders | other.folders, self.files | other.files)


def sources_of(plan: Path) -> Sources:
    """What is read for the plan's clips, as far as they can be read.

    Only what Python opens is seen, and no file that the scripts write themselves.
    """
    folders = {plan if plan.is_dir() else plan.parent}
    with opened_files() as opened, suppress(GdanimError):
        for clip in read(plan):
            folders.add(Path(clip.selection.partition("::")[0]).parent)
            with suppress(GdanimError):
                job_of(clip)
    return Sources(frozenset(folders), frozenset(own(opened.sources())))


def state_of(sources: Sources) -> State:
    """Time and size of every file of the sources, by path.

    Hidden modules and folders, and folders called `output` or `__pycache__`, are passed over.
    """
    modules = [path for folder in sources.folders for path in _modules(folder)]
    return {path: _stamp(path) for path in (*modules, *map(str, sources.files))}


def own(files: Iterable[Path]) -> set[Path]:
    """Those of the files that somebody writes: none of the system's, of Python's and packages'."""
    others = [Path(place).resolve() for place in (sys.prefix, sys.base_prefix, *SYSTEM)]
    others += [Path(package).resolve() for package in site.getsitepackages()]
    return {file for file in files if not any(file.is_relative_to(other) for other in others)}


def until_changed(sources: Sources, state: State, pause: float = 0.5) -> None:
    """Wait until `state_of` the sources is another, and has not moved for one `pause`."""
    while (now := state_of(sources)) == state:
        time.sleep(pause)
    # An editor may save in several steps.
    while (later := state_of(sources)) != now:
        time.sleep(pause)
        now = later


def _modules(folder: Path) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in (OUTPUT, "__pycache__"):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _modules(Path(entry.path))
        elif entry.name.endswith(".py"):
            yield entry.path


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
