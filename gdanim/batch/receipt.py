"""Whether anything has changed since all clips of a plan were made, without loading a script.

When a batch is complete it leaves a receipt: which files it has read and made, and how they were.
While all of them, the environment and the names in the folders of the scripts are the same, there
is nothing to do. What a script learns in other ways, such as the date, does not count here.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from gdanim.core.atomic import replacing
from gdanim.film.defaults import OUTPUT
from gdanim.scripting.opened_files import OpenedFiles

# Next to the outputs: the runs that each plan has recorded, so that they are not computed again
# when only the look has changed, and its receipt.
RUNS = Path(OUTPUT, ".gdanim-runs")
NAME = "receipt.json"
FORMAT = 1
# They differ from one call to the next.
PASSING = {"_", "COLUMNS", "LINES", "OLDPWD", "PWD", "SHLVL"}
# Seconds: how far the clock of a file system may be behind.
TICK = 0.02


def runs_of(plan: Path) -> Path:
    """Return the folder that keeps the plan's runs and its receipt."""
    # The plan's own name, even if it was given as `.` or `..`.
    return (Path() if plan.is_dir() else plan.parent) / RUNS / plan.resolve().name


def unchanged(plan: Path) -> list[str] | None:
    """Return a line for each clip when all are up to date for certain; None when in doubt."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        known = json.loads((runs_of(plan) / NAME).read_bytes())
        if known["format"] == FORMAT and known["around"] == _around():
            seen = {"read": _content, "libraries": _state, "made": _state, "folders": _names}
            if all(
                look(Path(path)) == before
                for part, look in seen.items()
                for path, before in known[part].items()
            ):
                return [str(line) for line in known["lines"]]
    return None


def write(
    plan: Path, opened: OpenedFiles, also: Iterable[Path], made: Iterable[Path], begun: float,
    lines: Sequence[str],
) -> None:  # fmt: skip
    """Leave a receipt of a complete batch.

    `opened` are the files that were opened to find out what is to be made, and `also` those that
    would have been if they existed; `made` are the batch's own files. There is no receipt when one
    that was read has changed since the time `begun`.
    """
    # Imported late: mostly there is nothing to do.
    from gdanim.encoding import ffmpeg

    own = {path.resolve() for path in made}
    read = opened.sources() | {path.resolve() for path in also}
    read = {path for path in read - own if runs_of(plan).resolve() not in path.parents}
    if any(path.is_file() and path.stat().st_mtime > begun - TICK for path in read):
        return
    folders = {path.parent for path in read if path.suffix == ".py"}
    folders.add(plan.resolve() if plan.is_dir() else plan.resolve().parent)
    libraries = opened.of_libraries() | {ffmpeg.executable()}
    tree = {
        "format": FORMAT,
        "around": _around(),
        "read": {f"{path}": _content(path) for path in sorted(read)},
        "libraries": {path: _state(Path(path)) for path in sorted(libraries)},
        "made": {f"{path}": _state(path) for path in sorted(own)},
        "folders": {f"{path}": _names(path) for path in sorted(folders)},
        "lines": lines,
    }
    with replacing(runs_of(plan) / NAME) as part:
        part.write_text(json.dumps(tree, indent=1), encoding="utf-8")


def _around() -> str:
    """Digest what scripts may see around them."""
    variables = sorted(item for item in os.environ.items() if item[0] not in PASSING)
    seen = (sys.version, sys.executable, os.getcwd(), variables)
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def _content(path: Path) -> str | None:
    """Digest the bytes of a file; None if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _state(path: Path) -> list[Any] | None:
    """Return the size and time of a file, those of its files for a folder; None if it is gone."""
    try:
        if path.is_dir():
            return [[one.name, _state(one)] for one in sorted(path.iterdir())]
        known = path.stat()
        return [known.st_size, known.st_mtime_ns]
    except OSError:
        return None


def _names(folder: Path) -> list[str] | None:
    """Return what a folder holds that a script may import or read; None for no folder."""
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:
        return None
    return [name for name in names if name not in (OUTPUT, "__pycache__") and name[0] != "."]
