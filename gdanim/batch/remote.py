"""A clip for a worker that has none of this machine's files, and the files that come back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gdanim.batch.plan import PlannedClip, script_of
from gdanim.batch.worker import ChunkPlan, EncodedChunk, WorkerTask, work
from gdanim.core.atomic import replacing, replacing_folder
from gdanim.rendering.result import Rendered

Files = Mapping[str, bytes]
"""The contents of files by their paths, relative to some folder."""


@dataclass(frozen=True)
class Delivery:
    """What a worker made, in a folder for each output, called by its number."""

    rendered: tuple[Rendered, ...]
    files: Files


def files_for(clip: PlannedClip, opened: Iterable[Path]) -> Files:
    """Read those of the `opened` files that are below the script's folder, and the script.

    Files elsewhere, such as those of packages, have to be on the other machine too.
    """
    root = script_of(clip).resolve().parent
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(opened)
        if path.is_relative_to(root) and path.is_file()
    }


def work_remotely(task: WorkerTask, files: Files) -> Delivery | ChunkPlan | EncodedChunk:
    """In a worker: do the task in a folder of its own, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="gdanim-") as folder:
        root = Path(folder).resolve()
        _write_all(root, files)
        script, colons, name = task.clip.selection.partition("::")
        clip = replace(
            task.clip,
            selection=f"{root / Path(script).name}{colons}{name}",
            outputs=tuple(
                replace(output, path=root / "output" / f"{number}" / output.path.name)
                for number, output in enumerate(task.clip.outputs)
            ),
        )
        made = work(replace(task, clip=clip, runs=()))
        if not isinstance(made, list):
            return made
        return Delivery(tuple(made), _read_all(root / "output"))


def place_files(clip: PlannedClip, delivery: Delivery) -> list[Rendered]:
    """Put the files in their places, each only when it is complete."""
    return [_placed(clip, rendered, delivery.files) for rendered in delivery.rendered]


def _placed(clip: PlannedClip, rendered: Rendered, files: Files) -> Rendered:
    place, made = clip.outputs[int(rendered.path.parent.name)].path.parent, rendered.path
    prefix = f"{made.parent.name}/"
    own = {name.removeprefix(prefix): files[name] for name in files if name.startswith(prefix)}
    folder = {Path(name).name: content for name, content in own.items() if "/" in name}
    if folder:
        with replacing_folder(place / made.name, r".*") as part:
            _write_all(part, folder)
    for name in own.keys() - {f"{made.name}/{name}" for name in folder}:
        with replacing(place / name) as part:
            part.write_bytes(own[name])
    sidecars = tuple(place / sidecar.name for sidecar in rendered.sidecars)
    return replace(rendered, path=place / made.name, sidecars=sidecars)


def _write_all(folder: Path, files: Files) -> None:
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _read_all(folder: Path) -> Files:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
