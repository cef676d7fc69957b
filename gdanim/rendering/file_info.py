"""What a file contains, and what wrote it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gdanim.encoding import ffmpeg, metadata
from gdanim.errors import RequestError, printable
from gdanim.rendering.provenance import Note, note_in
from gdanim.scripting.examples import find_script, is_shipped
from gdanim.scripting.load import returning


@dataclass(frozen=True)
class Inspected:
    """A file: codec, width and height (None for a drawing), frames, frame rate, bytes, note.

    `fps` is 0 for a still; for a folder of frames it is the rate that they were made at.
    """

    codec: str
    size: tuple[int, int] | None
    frames: int
    fps: float
    bytes: int
    note: Note

    def described(self) -> str:
        """`1280x720, 300 frames, 10 s, 30 frames per second, h264`."""
        parts = ["x".join(map(str, self.size))] if self.size else []
        if self.fps:
            parts += [f"{self.frames} frames", f"{self.frames / self.fps:g} s"]
            parts.append(f"{self.fps:g} frames per second")
        return ", ".join([*parts, self.codec])

    def lines(self, path: Path) -> Iterator[str]:
        """What wrote the file, and the command that writes it to `path` again."""
        versions = [f"{name} {version}" for name, version in self.note.versions.items()]
        yield printable(f"made with: {', '.join(versions)}")
        if self.note.origin:
            knobs = "".join(f", {name} = {v}" for name, v in self.note.origin.knobs.items())
            yield printable(f"scene: {self.note.origin.script}::{self.note.origin.scene}{knobs}")
            yield f"again: {command_line(self.note.command(path))}"

    def check_again(self, path: Path) -> None:
        """Raise RequestError if the note's command is not safe: anyone may have written the file.

        Its script must lie in or below the working folder, or ship with gdanim, and must have a
        function of the scene's name with a return annotation.
        """
        origin = self.note.origin
        if origin is None:
            return
        script = find_script(origin.script)
        name = printable(f"{script}")
        if not (script.resolve().is_relative_to(Path.cwd().resolve()) or is_shipped(script)):
            raise RequestError(
                f"{name}: --again runs only scripts in the working folder and below it; go to the "
                "folder in which the file was rendered, or run the command yourself"
            )
        if not script.is_file():
            raise RequestError(
                f"{name}: no such file; the path is relative to the folder in which {path} was "
                "rendered: run the command there"
            )
        if origin.scene not in returning(script):
            raise RequestError(
                f"{name}: --again does not run it, as it has no function {origin.scene} that is "
                "annotated -> Scene"
            )


def command_line(command: Sequence[str]) -> str:
    """The command for a shell, with unprintable characters escaped."""
    return printable(shlex.join(command))


def inspect(path: Path) -> Inspected:
    """Inspect a file or a folder of frames; GdanimError if gdanim did not write it."""
    note = note_in(path)
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files)
    fps = 0.0 if "still" in note.options else float(note.fps)
    kind = files[0].suffix.lower().removeprefix(".")
    if kind in ("svg", "pdf"):
        return Inspected(kind, None, 1, 0.0, size, note)
    if kind in ("png", "webp"):
        frames = metadata.shown_frames(path, fps) if fps else 1
        return Inspected(kind, metadata.picture_size(files[0]), frames, fps, size, note)
    stream = ffmpeg.stream(path)
    return Inspected(stream.codec, stream.size, ffmpeg.count_frames(path), stream.fps, size, note)
