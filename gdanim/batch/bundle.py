"""A clip for a machine that sees none of our files, and the files that come back."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gdanim.batch.opened import opened_files
from gdanim.batch.plan import PlannedClip
from gdanim.batch.shares import WHOLE, Piece, Split, Task
from gdanim.batch.work import Made, Order, job_of, make
from gdanim.core.atomic import replacing, replacing_folder
from gdanim.rendering.jobs import shown_path
from gdanim.rendering.result import Rendered


@dataclass(frozen=True)
class Bundle:
    """A clip, and by their paths the files that its script reads: itself, helpers, data.

    Paths are relative to the script's folder; outputs have names without folders.
    """

    clip: PlannedClip
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Finished:
    """A file that was made, and its bytes; of a folder of frames, those of its files by name.

    `beside` are the bytes of what was written beside it, by name.
    """

    rendered: Rendered
    content: bytes | Mapping[str, bytes]
    beside: Mapping[str, bytes] = field(default_factory=dict)


def bundle_of(clip: PlannedClip) -> Bundle:
    """The clip with all files below its script's folder that it opens when it is loaded and called.

    Files elsewhere, such as those of packages, have to be on the other machine too.
    """
    script, colons, name = clip.selection.partition("::")
    root = Path(script).resolve().parent
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(read_by(clip))
        if path.is_relative_to(root)
    }
    selection = f"{Path(script).name}{colons}{name}"
    outputs = tuple(
        replace(output, path=Path(f"{k}", output.path.name))
        for k, output in enumerate(clip.outputs)
    )
    shown = shown_path(Path(script))
    return Bundle(replace(clip, selection=selection, outputs=outputs, script=shown), files)


def read_by(clip: PlannedClip) -> set[Path]:
    """All files that the clip's script opens when it is loaded and called, itself among them."""
    with opened_files() as opened:
        job_of(clip)
    return {path for path in opened.sources() if path.is_file()}


def make_bundle(bundle: Bundle, task: Task = WHOLE) -> list[Finished] | Split | Piece:
    """Make the clip, or a share of it, in a folder of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="gdanim-") as folder:
        root = Path(folder).resolve()
        for name, content in bundle.files.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        clip = replace(
            bundle.clip,
            selection=f"{root / bundle.clip.selection}",
            outputs=tuple(
                replace(output, path=root / "output" / output.path)
                for output in bundle.clip.outputs
            ),
        )
        made = make(Order(clip, root / "runs", task))
        return [_finished(one) for one in made] if isinstance(made, list) else made


def unpack(clip: PlannedClip, made: list[Finished] | Split | Piece) -> Made:
    """Put the files that are finished in their places, each only when it is complete."""
    if not isinstance(made, list):
        return made
    by_name = {output.path.name: output.path for output in clip.outputs}
    return [_placed(by_name[one.rendered.path.name], one) for one in made]


def _finished(rendered: Rendered) -> Finished:
    beside = {path.name: path.read_bytes() for path in rendered.sidecars}
    return Finished(rendered, _content(rendered.path), beside)


def _placed(path: Path, finished: Finished) -> Rendered:
    if isinstance(finished.content, bytes):
        with replacing(path) as part:
            part.write_bytes(finished.content)
    else:
        with replacing_folder(path, r".*") as part:
            for name, content in finished.content.items():
                (part / name).write_bytes(content)
    beside = tuple(path.with_name(name) for name in finished.beside)
    for place, content in zip(beside, finished.beside.values(), strict=True):
        with replacing(place) as part:
            part.write_bytes(content)
    return replace(finished.rendered, path=path, sidecars=beside)


def _content(path: Path) -> bytes | dict[str, bytes]:
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.iterdir()}
    return path.read_bytes()
