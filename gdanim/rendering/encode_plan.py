"""A long video in stretches that any process can encode, and that are then joined."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gdanim.descent.run import Outcome, stack_outcomes
from gdanim.encoding.formats import Format
from gdanim.encoding.metadata import Metadata
from gdanim.film.chapters import chapters
from gdanim.film.defaults import Size
from gdanim.film.film import Film
from gdanim.film.progress import ignore_progress
from gdanim.film.save import save_joined
from gdanim.film.stretches import cut, encode_frames
from gdanim.rendering.outputs import Output, VideoOutput
from gdanim.rendering.provenance import note_of
from gdanim.rendering.result import Rendered, bytes_taken, film_digest
from gdanim.rendering.tasks import RenderTask
from gdanim.scripting.load import own_lines


@dataclass(frozen=True, eq=False)
class EncodePlan:
    """All that is needed to join a file from stretches encoded separately.

    `stretches` are the frames of each; there are none if the file is made in one go. Films with
    different digests (`film_digest`) differ.
    """

    stretches: tuple[range, ...]
    format: Format | None
    size: Size
    fps: int
    frames: int
    metadata: Metadata
    notice: str
    outcome: Outcome
    digest: str

    def join(self, pieces: Sequence[Path], path: Path, drawn: int, elapsed: float) -> Rendered:
        """Join the encoded stretches, `drawn` frames in all, to the file."""
        assert self.format is not None
        begun = time.perf_counter()
        save_joined(pieces, path, self.format, self.fps, self.frames, drawn, self.metadata)
        elapsed += time.perf_counter() - begun
        return Rendered(
            path, self.size, self.frames, self.frames / self.fps, bytes_taken(path), elapsed,
            self.outcome, self.notice,
        )  # fmt: skip


def stretches_of(task: RenderTask, output: Output) -> tuple[range, ...]:
    """The frames of each stretch of a long video; empty for what is made in one go."""
    if not isinstance(output, VideoOutput) or task.settings.max_size is not None:
        return ()
    timeline = task.timeline
    if timeline is None:
        with own_lines(task.script):
            timeline = task.scene.timeline(task.runs)
    stretches = cut(len(timeline), timeline.fps, output.format)
    return tuple(stretches) if len(stretches) > 1 else ()


def plan_encode(task: RenderTask, film: Film, output: Output) -> EncodePlan:
    """Return the plan for drawing `film` to an output."""
    format, notice = None, ""
    if isinstance(output, VideoOutput):
        format, notice = output.format, output.notice
    with own_lines(task.script):
        return EncodePlan(
            stretches_of(task, output),
            format,
            film.size,
            film.timeline.fps,
            len(film),
            Metadata(note_of(task, film, output), chapters(film.clip)),
            "; ".join(filter(None, (notice, film.notice))),
            stack_outcomes([run.outcome for run in task.runs.values()]),
            film_digest(film),
        )


def encode_stretch(
    task: RenderTask, film: Film, output: VideoOutput, frames: range, path: Path
) -> int:
    """Draw these frames of a video and encode them to `path`; return their number."""
    with own_lines(task.script), film.composed():
        return encode_frames(film, frames, path, output.format, ignore_progress)
