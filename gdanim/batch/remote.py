"""A clip for a worker that has none of this machine's files, and the files that come back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gdanim.batch.plan import PlannedClip, script_of
from gdanim.batch.worker import Made, WorkerTask, moved, work

Files = Mapping[str, bytes]
"""The contents of files by their paths, relative to some folder."""


@dataclass(frozen=True)
class Delivery:
    """What a worker made, with the files of each output in a folder called by its number."""

    made: Made
    files: Files


def files_for(clip: PlannedClip, opened: Iterable[Path]) -> Files:
    """Read those of the `opened` files that are below the script's folder, and the script.

    Files elsewhere, such as those of packages, have to be on the other machine too.
    """
    root = script_of(clip).resolve().parent
    return _read(root, (path for path in sorted(opened) if path.is_relative_to(root)))


def work_remotely(task: WorkerTask, files: Files) -> Delivery:
    """In a worker: do the task in a folder of its own, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="gdanim-") as folder:
        sources, output = Path(folder).resolve() / "sources", Path(folder, "output")
        write_files(sources, files)
        script, colons, name = task.clip.selection.partition("::")
        clip = replace(task.clip, selection=f"{sources / Path(script).name}{colons}{name}")
        made = work(replace(task, clip=moved(clip, output), runs=()))
        return Delivery(made, _read(output, output.rglob("*")))


def write_files(folder: Path, files: Files) -> None:
    """Write the files below the folder."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _read(folder: Path, paths: Iterable[Path]) -> Files:
    files = (path for path in paths if path.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
