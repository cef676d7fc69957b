"""Which files a batch depends on, and when one of them is saved."""

from __future__ import annotations

import os
import site
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

from gdanim.batch.opened_files import opened_files
from gdanim.batch.plan import read, script_of
from gdanim.batch.worker import job_of
from gdanim.errors import GdanimError
from gdanim.rendering.quality import OUTPUT
from gdanim.rendering.themes import project_files

# What is there changes all the time, and is not a file that anyone saves.
SYSTEM = ("/proc", "/sys", "/dev")
State = dict[str, tuple[int, int]]


def sources_of(plan: Path) -> set[Path]:
    """Find what is read for the plan's clips: files, and folders whose modules may be imported.

    Only files that Python opens are found, and none that the scripts write themselves. A
    pyproject.toml counts before it exists.
    """
    folders = {plan if plan.is_dir() else plan.parent}
    with opened_files() as opened, suppress(GdanimError):
        for clip in read(plan):
            folders.add(script_of(clip).parent)
            with suppress(GdanimError):
                job_of(clip)
    return folders | _own(opened.sources()) | set(project_files())


def state_of(sources: Iterable[Path]) -> State:
    """Return time and size of every file of the sources, and every module in their folders.

    Hidden modules and folders, and folders called `output` or `__pycache__`, are left out.
    """
    files = (_modules(path) if path.is_dir() else [f"{path}"] for path in sources)
    return {path: _stamp(path) for path in chain.from_iterable(files)}


def until_changed(sources: Iterable[Path], state: State, pause: float = 0.5) -> None:
    """Wait until `state_of` the sources differs, and has been the same for one `pause`."""
    while (now := state_of(sources)) == state:
        time.sleep(pause)
    # An editor may save in several steps.
    while (later := state_of(sources)) != now:
        time.sleep(pause)
        now = later


def _own(files: Iterable[Path]) -> set[Path]:
    """Keep the files that users write: not the system's, Python's or a package's."""
    others = map(Path, (sys.prefix, sys.base_prefix, *site.getsitepackages(), *SYSTEM))
    folders = [other.resolve() for other in others]
    return {file for file in files if not any(file.is_relative_to(folder) for folder in folders)}


def _modules(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        kept = (name for name in folders if name not in (OUTPUT, "__pycache__"))
        folders[:] = [name for name in kept if not name.startswith(".")]
        modules = (name for name in files if name.endswith(".py") and not name.startswith("."))
        yield from (os.path.join(place, name) for name in modules)


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
