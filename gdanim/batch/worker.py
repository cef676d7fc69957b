"""What a worker does: make the files of one clip, or one chunk of it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from gdanim.batch.plan import PlannedClip
from gdanim.batch.staleness import loaded_job, run_name, scene_key
from gdanim.core.atomic import scratch_folder
from gdanim.core.digest import UnkeyableError
from gdanim.core.serialize import own_types
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.rendering.encode_plan import EncodePlan, encode_stretch, plan_encode, stretches_of
from gdanim.rendering.jobs import Job
from gdanim.rendering.outputs import VideoOutput
from gdanim.rendering.pipeline import draw
from gdanim.rendering.result import Rendered, film_digest
from gdanim.rendering.sidecars import write_sidecars
from gdanim.rendering.tasks import RenderTask, film_of, tasks_of
from gdanim.scene import Descent

Files = Mapping[str, bytes]
"""The contents of files by their paths, relative to some folder."""


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
    from the script. `scene` is the scene's key.
    """

    outputs: Mapping[int, EncodePlan]
    runs: tuple[Mapping[str, Any], ...]
    scene: str | None

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
    folder that keeps runs.
    """

    number: int
    clip: PlannedClip
    runs: Path | None = None
    most_chunks: int | None = None
    plan: ChunkPlan | None = None
    chunk: Chunk | None = None


Made = list[Rendered] | Rendered | ChunkPlan | EncodedChunk
"""A clip's files, the plan for its chunks, or what was made of one chunk: a file or a stretch."""


@dataclass(frozen=True)
class Delivery:
    """What a worker made, and the key of the scene that it loaded; None if that has none.

    `files` come from another machine, those of each output in a folder named after its number.
    """

    made: Made
    scene: str | None = None
    files: Files = field(default_factory=dict)


def moved(clip: PlannedClip, folder: Path) -> PlannedClip:
    """Return the clip with each output in a numbered folder of its own in `folder`."""
    outputs = (
        replace(output, path=folder / f"{number}" / output.path.name)
        for number, output in enumerate(clip.outputs)
    )
    return replace(clip, outputs=tuple(outputs))


def stretch_path(path: Path, frames: range) -> Path:
    """Return where an encoded stretch of the video at `path` waits to be joined."""
    return path.parent / "stretches" / f"{frames.start}{path.suffix}"


def work(task: WorkerTask) -> Delivery:
    """Load the scene, and make the files, a chunk of them, or the plan.

    The script may have been edited since the clip was examined, so keys are of what is loaded here.
    """
    job, opened = loaded_job(task.clip)
    try:
        scene = scene_key(job, opened)
    except UnkeyableError:
        scene = None
    return Delivery(_made(task, job, scene), scene)


def _made(task: WorkerTask, job: Job, scene: str | None) -> Made:
    """Descend, or take the runs that are known, and make what the task says."""
    runs = list[Run]()

    def record(descent: Descent) -> Run:
        if task.plan:
            data = task.plan.runs[len(runs)]
            runs.append(Run(descent.problem, descent.optimizer, **data))
        else:
            runs.append(_kept(descent, task.runs))
        return runs[-1]

    tasks = list(tasks_of(job, task.clip.settings, record))
    if task.plan and task.chunk:
        if scene != task.plan.scene:
            raise OtherFilmError(f"{task.clip.selection}: its scene is not always the same")
        return _chunk(task.clip, tasks, task.plan, task.chunk)
    outputs = [(one, output) for one in tasks for output in one.outputs]
    chunks = sum(max(1, len(stretches_of(*pair))) for pair in outputs)
    if task.most_chunks is not None and chunks > task.most_chunks:
        plans = {
            task.clip.outputs.index(output): plan_encode(one, film, output)
            for one, film in ((one, film_of(one)) for one in tasks)
            for output in one.outputs
        }
        return ChunkPlan(plans, tuple(map(_data, runs)), scene)
    return [rendered for one in tasks for rendered in draw(one)]


def work_remotely(task: WorkerTask, files: Files) -> Delivery:
    """Do the task in a folder of its own that holds the files; it is removed afterwards."""
    with scratch_folder() as folder:
        sources, output = folder / "sources", folder / "output"
        write_files(sources, files)
        clip = replace(task.clip, selection=f"{sources / Path(task.clip.selection).name}")
        made = work(replace(task, clip=moved(clip, output), runs=None))
        return replace(made, files=read_files(output, output.rglob("*")))


def write_files(folder: Path, files: Files) -> None:
    """Write the files below the folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def read_files(folder: Path, paths: Iterable[Path]) -> Files:
    """Read those of the paths that are files below the folder."""
    files = (path for path in paths if path.is_relative_to(folder) and path.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def _kept(descent: Descent, folder: Path | None) -> Run:
    """Load the run that the folder keeps; if there is none, compute and keep it."""
    try:
        path = folder and folder / run_name(descent)
    except UnkeyableError:
        path = None
    if path is None:
        return descent.run()
    if path.exists():
        try:
            return Run.load(path, own_types(descent))
        except GdanimError:
            path.unlink(missing_ok=True)
    run = descent.run()
    # A run that cannot be saved is computed again next time.
    with suppress(GdanimError):
        run.save(path)
    return run


def _data(run: Run) -> dict[str, Any]:
    """Return the run's own fields, as not every problem and optimizer can be sent."""
    shared = ("problem", "optimizer")
    return {f.name: getattr(run, f.name) for f in fields(run) if f.init and f.name not in shared}


def _chunk(
    clip: PlannedClip, tasks: Sequence[RenderTask], plan: ChunkPlan, chunk: Chunk
) -> Rendered | EncodedChunk:
    begun, output = time.perf_counter(), clip.outputs[chunk.output]
    (task,) = (task for task in tasks if output in task.outputs)
    film = film_of(task)
    # The script was edited meanwhile, or makes a different scene each time.
    if film_digest(film) != plan.outputs[chunk.output].digest:
        raise OtherFilmError(f"{clip.selection}: its film is not always the same")
    if chunk.frames is None:
        (rendered,) = draw(replace(task, outputs=(output,)))
        return rendered
    assert isinstance(output, VideoOutput)
    file = stretch_path(output.path, chunk.frames)
    file.parent.mkdir(parents=True, exist_ok=True)
    frames = encode_stretch(task, film, output, chunk.frames, file)
    if chunk.frames.start == 0:
        write_sidecars(task, film, output, output.base)
    return EncodedChunk(frames, time.perf_counter() - begun)
