"""What a worker does: make the files of one clip, or one chunk of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from gdanim.batch.comparison import compared
from gdanim.batch.plan import PlannedClip
from gdanim.core.serialize import own_types
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.rendering.encode_plan import EncodePlan, encode_stretch, plan_encode, stretches_of
from gdanim.rendering.jobs import Job, origin_of
from gdanim.rendering.outputs import VideoOutput
from gdanim.rendering.pipeline import draw
from gdanim.rendering.result import Rendered, film_digest
from gdanim.rendering.sidecars import write_sidecars
from gdanim.rendering.tasks import RenderTask, film_of, tasks_of
from gdanim.scene import Descent
from gdanim.scripting.load import choose


class OtherFilmError(GdanimError):
    """The film that a worker would draw is not the one that the clip's chunks were planned for."""


@dataclass(frozen=True)
class Chunk:
    """One of a clip's outputs, by its number; only these frames of it, or all when None."""

    output: int
    frames: range | None = None


@dataclass(frozen=True, eq=False)
class ChunkPlan:
    """What the clip's files, by their outputs' numbers, are to be joined from.

    `runs` are the data of its recorded runs, without problem and optimizer, which every worker has
    from the script.
    """

    outputs: Mapping[int, EncodePlan]
    runs: tuple[Mapping[str, Any], ...]

    @property
    def chunks(self) -> list[Chunk]:
        """The chunks, in the order to make them."""
        return [
            Chunk(number, frames)
            for number, plan in self.outputs.items()
            for frames in plan.stretches or (None,)
        ]


@dataclass(frozen=True)
class EncodedChunk:
    """An encoded stretch: the number of its frames, and how many seconds it took."""

    frames: int
    elapsed: float


@dataclass(frozen=True, eq=False)
class WorkerTask:
    """What a worker is to make: the clip, one chunk of its plan, or only the plan.

    That is the plan if there are more than `most_chunks` chunks. `number` is the clip's, `runs` the
    files that keep the run of each of its descents.
    """

    number: int
    clip: PlannedClip
    runs: tuple[Path, ...] = ()
    most_chunks: int | None = None
    plan: ChunkPlan | None = None
    chunk: Chunk | None = None


Made = list[Rendered] | Rendered | ChunkPlan | EncodedChunk
"""A clip's files, the plan for its chunks, or what was made of one chunk: a file or a stretch."""


def moved(clip: PlannedClip, folder: Path) -> PlannedClip:
    """Return the clip with each output in a folder of its own in `folder`, called by its number."""
    outputs = (
        replace(output, path=folder / f"{number}" / output.path.name)
        for number, output in enumerate(clip.outputs)
    )
    return replace(clip, outputs=tuple(outputs))


def stretch_path(path: Path, frames: range) -> Path:
    """Return where an encoded stretch of the video at `path` waits to be joined."""
    return path.parent / "stretches" / f"{frames.start}{path.suffix}"


def work(task: WorkerTask) -> Made:
    """Descend, or take the runs that are known, and make the files, a chunk, or the plan."""
    runs: list[Run] = []

    def record(descent: Descent) -> Run:
        if task.plan:
            runs.append(Run(descent.problem, descent.optimizer, **task.plan.runs[len(runs)]))
        else:
            runs.append(_kept(descent, task.runs[len(runs)]) if task.runs else descent.run())
        return runs[-1]

    tasks = list(tasks_of(job_of(task.clip), task.clip.settings, record))
    if task.chunk is not None:
        return _chunk(task, tasks)
    chunks = sum(max(1, len(stretches_of(one, o))) for one in tasks for o in one.outputs)
    if task.most_chunks is not None and chunks > task.most_chunks:
        return ChunkPlan(_encode_plans(task.clip, tasks), tuple(map(_data, runs)))
    return [rendered for one in tasks for rendered in draw(one)]


def job_of(clip: PlannedClip) -> Job:
    """Make the clip's scene, or the comparison of its scenes; ScriptError if the script fails."""
    function = clip.function or choose(clip.selection)[0]
    values = {label: function.values(texts) for label, texts in clip.knobs.items()}
    scenes = {label: function(**knobs) for label, knobs in values.items()}
    if len(scenes) > 1:
        return Job(compared(scenes), clip.outputs, function.script)
    ((label, scene),) = scenes.items()
    origin = origin_of(function, values[label])
    if clip.script is not None:
        origin = replace(origin, script=clip.script)
    return Job(scene, clip.outputs, function.script, origin)


def _kept(descent: Descent, path: Path) -> Run:
    """Load the run that the file keeps; if there is none, compute and keep it."""
    if path.exists():
        try:
            return Run.load(path, own_types(descent))
        except GdanimError:
            path.unlink(missing_ok=True)
    run = descent.run()
    # A run that no file can keep is computed again next time.
    with suppress(GdanimError):
        run.save(path)
    return run


def _data(run: Run) -> dict[str, Any]:
    """Return the run's own fields, as not every problem and optimizer can be sent."""
    shared = ("problem", "optimizer")
    return {f.name: getattr(run, f.name) for f in fields(run) if f.init and f.name not in shared}


def _encode_plans(clip: PlannedClip, tasks: Sequence[RenderTask]) -> dict[int, EncodePlan]:
    numbers = {output.path: number for number, output in enumerate(clip.outputs)}
    films = [(task, film_of(task)) for task in tasks]
    return {
        numbers[output.path]: plan_encode(task, film, output)
        for task, film in films
        for output in task.outputs
    }


def _chunk(task: WorkerTask, tasks: Sequence[RenderTask]) -> Rendered | EncodedChunk:
    assert task.plan is not None and task.chunk is not None
    begun, chunk = time.perf_counter(), task.chunk
    path = task.clip.outputs[chunk.output].path
    ((render_task, output),) = ((t, o) for t in tasks for o in t.outputs if o.path == path)
    film = film_of(render_task)
    # The script was edited meanwhile, or gives another scene each time.
    if film_digest(film) != task.plan.outputs[chunk.output].digest:
        raise OtherFilmError(f"{task.clip.selection}: its film is not always the same")
    if chunk.frames is None:
        (rendered,) = draw(replace(render_task, outputs=(output,)))
        return rendered
    assert isinstance(output, VideoOutput)
    file = stretch_path(path, chunk.frames)
    file.parent.mkdir(parents=True, exist_ok=True)
    frames = encode_stretch(render_task, film, output, chunk.frames, file)
    if chunk.frames.start == 0:
        write_sidecars(render_task, film, output, output.base)
    return EncodedChunk(frames, time.perf_counter() - begun)
