"""What a worker does: make the files of one clip, or one chunk of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from gdanim.rendering.encode_plan import (
    EncodedStretch,
    EncodePlan,
    encode_stretch,
    plan_encode,
    stretches_of,
)
from gdanim.rendering.jobs import Job
from gdanim.rendering.pipeline import draw
from gdanim.rendering.result import Rendered, film_digest
from gdanim.rendering.tasks import film_of, tasks_of
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


Made = Mapping[Chunk, Rendered | EncodedStretch]


@dataclass(frozen=True, eq=False)
class ClipTask:
    """A clip to make, or only to plan if it has more than `most_chunks` chunks.

    `number` is the clip's in its batch, `runs` the folder that keeps runs.
    """

    number: int
    clip: PlannedClip
    runs: Path | None = None
    most_chunks: int | None = None

    def make(self, job: Job, scene: str | None) -> Made | ChunkPlan:
        """Descend, or load the runs that are kept, and make all files or the plan."""
        runs = list[Run]()

        def record(descent: Descent) -> Run:
            runs.append(_kept_run(descent, self.runs))
            return runs[-1]

        tasks = list(tasks_of(job, self.clip.settings, record))
        outputs = [(task, output) for task in tasks for output in task.outputs]
        numbers = [self.clip.outputs.index(output) for _, output in outputs]
        chunks = sum(max(1, len(stretches_of(*pair))) for pair in outputs)
        if self.most_chunks is None or chunks <= self.most_chunks:
            files = (file for task in tasks for file in draw(task))
            return dict(zip(map(Chunk, numbers), files, strict=True))
        plans = (plan for task in tasks for plan in plan_encode(task))
        return ChunkPlan(dict(zip(numbers, plans, strict=True)), tuple(map(_data, runs)), scene)


@dataclass(frozen=True, eq=False)
class ChunkTask:
    """One chunk to make of the clip that has this number in its batch."""

    number: int
    clip: PlannedClip
    plan: ChunkPlan
    chunk: Chunk

    def make(self, job: Job, scene: str | None) -> Made:
        """Make the chunk; OtherFilmError if the script gives another film than was planned."""
        plan, output = self.plan, self.clip.outputs[self.chunk.output]
        data = iter(plan.runs)

        def known(descent: Descent) -> Run:
            return Run(descent.problem, descent.optimizer, **next(data))

        if scene != plan.scene:
            raise OtherFilmError(f"{self.clip.selection}: its scene is not always the same")
        tasks = tasks_of(job, self.clip.settings, known)
        task = next(task for task in tasks if output in task.outputs)
        film, frames = film_of(task), self.chunk.frames
        if film_digest(film) != plan.outputs[self.chunk.output].digest:
            raise OtherFilmError(f"{self.clip.selection}: its film is not always the same")
        if frames is None:
            (file,) = draw(replace(task, outputs=(output,)))
            return {self.chunk: file}
        path = stretch_path(output.path, frames)
        return {self.chunk: encode_stretch(task, film, output, frames, path)}


Task = ClipTask | ChunkTask


@dataclass(frozen=True)
class Delivery:
    """What a worker made, and the key of the scene that it loaded; None if that has none.

    `files` come from another machine.
    """

    made: Made | ChunkPlan
    scene: str | None = None
    files: Files = field(default_factory=dict)


def do_task(task: Task) -> Delivery:
    """Load the scene and do the task.

    The script may have been edited since the clip was examined, so keys are of what is loaded here.
    """
    job, opened = loaded_job(task.clip)
    try:
        scene = scene_key(job, opened)
    except UnkeyableError:
        scene = None
    return Delivery(task.make(job, scene), scene)


def do_task_remotely(task: Task, files: Files) -> Delivery:
    """Do the task in a folder of its own that holds the files; it is removed afterwards."""
    with scratch_folder() as folder:
        sources, output = folder / "sources", folder / "output"
        write_files(sources, files)
        clip = replace(task.clip, selection=f"{sources / Path(task.clip.selection).name}")
        made = do_task(replace(task, clip=moved(clip, output)))
        return replace(made, files=read_files(output, output.rglob("*")))


def moved(clip: PlannedClip, folder: Path) -> PlannedClip:
    """Return the clip with its outputs in the folder; those of a clip have different names."""
    outputs = (replace(output, path=folder / output.path.name) for output in clip.outputs)
    return replace(clip, outputs=tuple(outputs))


def stretch_path(path: Path, frames: range) -> Path:
    """Return where an encoded stretch of the video at `path` waits to be joined."""
    return path.parent / "stretches" / path.name / f"{frames.start}{path.suffix}"


def write_files(folder: Path, files: Files) -> None:
    """Write the files below the folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def read_files(folder: Path, paths: Iterable[Path]) -> Files:
    """Read those of the paths that are files below the folder."""
    files = (path for path in paths if path.is_relative_to(folder) and path.is_file())
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def _kept_run(descent: Descent, folder: Path | None) -> Run:
    """Load the run that the folder keeps; if there is none, compute and keep it."""
    try:
        path = folder and folder / run_name(descent)
    except UnkeyableError:
        path = None
    if path is None:
        return descent.run()
    try:
        return Run.load(path, own_types(descent))
    except GdanimError:
        # There is none, or it is damaged.
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
