"""Which files a scene depends on, and when one of them is saved."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import NoReturn

from gdanim.errors import GdanimError, printable_lines
from gdanim.film.defaults import OUTPUT
from gdanim.scripting.opened_files import opened_files

# Folders that hold what gdanim and Python write.
WRITTEN = (OUTPUT, "__pycache__")
State = dict[str, tuple[int, int]]


def keep_making(
    make: Callable[[], object], sources: Callable[[], set[Path]], echo: Callable[..., object]
) -> NoReturn:
    """Make at once, and again after every change of the sources, which are found anew each time.

    `echo(text, err=False)` tells the user what fails, and when the watch goes on.
    """
    known = set[Path]()
    while True:
        # Files read before still count, as a script that now fails reads fewer.
        known |= sources()
        state = state_of(known)
        try:
            make()
        except GdanimError as error:
            echo(f"Error: {printable_lines(error)}", err=True)
        echo("Watching for changes; press Ctrl-C to stop.")
        _until_changed(known, state)


def read_by(load: Callable[[], object]) -> set[Path]:
    """Find the files that users write and `load` reads, which may fail with a GdanimError.

    Only files that Python opens are found, except those that scripts write themselves.
    """
    with opened_files() as opened, suppress(GdanimError):
        load()
    return opened.sources()


def state_of(sources: Iterable[Path]) -> State:
    """Return time and size of every file of the sources, and every module in their folders.

    Hidden modules and folders, and folders called `output` or `__pycache__`, are left out.
    """
    files = (_modules(path) if path.is_dir() else [f"{path}"] for path in sources)
    return {path: _stamp(path) for path in chain.from_iterable(files)}


def _until_changed(sources: Iterable[Path], state: State, pause: float = 0.5) -> None:
    """Wait until `state_of` the sources differs, and has been the same for one `pause`."""
    while (now := state_of(sources)) == state:
        time.sleep(pause)
    # An editor may save in several steps.
    while (later := state_of(sources)) != now:
        time.sleep(pause)
        now = later


def _modules(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        kept = (name for name in folders if name not in WRITTEN and not name.startswith("."))
        folders[:] = kept
        modules = (name for name in files if name.endswith(".py") and not name.startswith("."))
        yield from (os.path.join(place, name) for name in modules)


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size)
