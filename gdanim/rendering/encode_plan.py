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
from gdanim.rendering.sidecars import write_sidecars
from gdanim.rendering.tasks import RenderTask, film_of
from gdanim.scripting.load import own_lines


@dataclass(frozen=True)
class EncodedStretch:
    """The number of frames in an encoded stretch, and how many seconds it took."""

    frames: int
    elapsed: float


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

    def join(
        self, stretches: Sequence[EncodedStretch], files: Sequence[Path], path: Path
    ) -> Rendered:
        """Join the stretches, which are encoded in these files, to the file at `path`."""
        assert self.format is not None
        begun, drawn = time.perf_counter(), sum(one.frames for one in stretches)
        save_joined(files, path, self.format, self.fps, self.frames, drawn, self.metadata)
        elapsed = sum(one.elapsed for one in stretches) + time.perf_counter() - begun
        return Rendered(
            path,
            self.size,
            self.frames,
            self.frames / self.fps,
            bytes_taken(path),
            elapsed,
            self.outcome,
            self.notice,
        )


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


def plan_encode(task: RenderTask) -> list[EncodePlan]:
    """The plans of the task's outputs."""
    film = film_of(task)
    with own_lines(task.script):
        return [_plan(task, film, output) for output in task.outputs]


def _plan(task: RenderTask, film: Film, output: Output) -> EncodePlan:
    format, notice = None, ""
    if isinstance(output, VideoOutput):
        format, notice = output.format, output.notice
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
    task: RenderTask, film: Film, output: Output, frames: range, path: Path
) -> EncodedStretch:
    """Draw these frames of a video and encode them to `path`, in a folder that may be new.

    With the first stretch, the sidecars are written next to the output.
    """
    assert isinstance(output, VideoOutput)
    begun = time.perf_counter()
    path.parent.mkdir(parents=True, exist_ok=True)
    with own_lines(task.script), film.composed():
        held = encode_frames(film, frames, path, output.format, ignore_progress)
    if frames.start == 0:
        write_sidecars(task, film, output, output.base)
    return EncodedStretch(held, time.perf_counter() - begun)
