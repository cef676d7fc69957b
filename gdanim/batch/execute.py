"""Make the clips of a batch, whole or in chunks, on the workers of a pool."""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gdanim.batch import manifest
from gdanim.batch.plan import script_of
from gdanim.batch.staleness import ExaminedClip
from gdanim.batch.worker import (
    Chunk,
    ChunkPlan,
    Delivery,
    EncodedChunk,
    Files,
    OtherFilmError,
    WorkerTask,
    moved,
    read_files,
    stretch_path,
    work,
    work_remotely,
    write_files,
)
from gdanim.core.atomic import forget_leftovers, replacing, replacing_folder, scratch_folder
from gdanim.core.pool import WORKER_DIED, Pool, as_completed, is_broken
from gdanim.encoding.formats import FRAME
from gdanim.errors import GdanimError
from gdanim.rendering.encode_plan import EncodePlan
from gdanim.rendering.jobs import shown_path
from gdanim.rendering.result import Rendered

KEPT, MADE, FAILED, NOT_BEGUN = "kept", "made", "failed", "not begun"
# A clip of more chunks is not made by one worker, which would still be busy when others are done.
MOST_CHUNKS = 8


@dataclass(frozen=True)
class ClipResult:
    """What became of a clip: kept, made, failed, or not begun; with its files or its error."""

    examined: ExaminedClip
    status: str
    files: tuple[Rendered, ...] = ()
    error: str = ""

    @property
    def frames(self) -> int:
        """The number of frames in the files."""
        return sum(file.frames for file in self.files)


def run(
    examined: Sequence[ExaminedClip],
    pool: Pool,
    runs: Path,
    keep_going: bool = False,
    tell: Callable[[ClipResult, int, int, float], object] = lambda *done: None,
) -> list[ClipResult]:
    """Make what has to be made, keeping runs in the folder `runs`; the results in order.

    After a failure no other clip is begun, unless `keep_going`. A file counts as made, and its
    manifest says so, only when it is complete and in its place: whatever interrupts a batch, the
    next one continues from there. When a clip is done, `tell` gets its result, the numbers of clips
    done and in all, and the seconds left.
    """
    results = {
        number: ClipResult(one, FAILED if one.error else KEPT, error=one.error)
        for number, one in enumerate(examined)
        if not one.why
    }
    clips = {number: one for number, one in enumerate(examined) if number not in results}
    for path in _paths(clips.values()):
        forget_leftovers(path)
    begun, total = time.monotonic(), len(clips)
    with closing(outcomes(clips, pool, runs)) as made:
        for done, (number, outcome) in enumerate(made, start=1):
            results[number] = result = _result(examined[number], outcome)
            tell(result, done, total, (time.monotonic() - begun) / done * (total - done))
            if result.status == FAILED and not keep_going:
                break
    return [results.get(n, ClipResult(one, NOT_BEGUN)) for n, one in enumerate(examined)]


def _paths(examined: Iterable[ExaminedClip]) -> list[Path]:
    """List the files that the clips write."""
    return [path for one in examined for output in one.clip.outputs for path in output.paths]


def _result(examined: ExaminedClip, outcome: Delivery | Exception) -> ClipResult:
    """Note the files that were made, and of which scene, in their folders' manifests."""
    if isinstance(outcome, Exception):
        kind = "" if isinstance(outcome, GdanimError) else f"{type(outcome).__name__}: "
        return ClipResult(examined, FAILED, error=f"{kind}{outcome}")
    for output, entry in zip(examined.clip.outputs, examined.entries or (), strict=False):
        for path in output.paths:
            manifest.note(path, replace(entry, scene=outcome.scene or ""))
    assert isinstance(outcome.made, list)
    return ClipResult(examined, MADE, tuple(outcome.made))


def tidy(examined: Sequence[ExaminedClip], runs: Path) -> None:
    """Remove the kept runs that no clip draws any more, and repeated lines from manifests."""
    for folder in {path.parent for path in _paths(examined)}:
        if folder.is_dir():
            manifest.compact(folder)
    # It is unknown which runs a clip draws if it cannot be made.
    if any(one.error for one in examined):
        return
    wanted = {name for one in examined for name in one.runs}
    for file in runs.glob("*.npz"):
        if file.name not in wanted:
            file.unlink(missing_ok=True)


@dataclass
class ClipState:
    """A clip while it is made: its task, and what was made of its chunks if it was split.

    Chunks, and the files that come from another machine, wait in `folder`, which has a folder for
    each output. `files` are sent to other machines.
    """

    task: WorkerTask
    folder: Path
    files: Files | None = None
    plan: ChunkPlan | None = None
    done: dict[Chunk, Rendered | EncodedChunk] = field(default_factory=dict)

    def chunks(self) -> list[WorkerTask]:
        """Return a task for each chunk of the plan."""
        clip, chunks = moved(self.task.clip, self.folder), self.plan.chunks if self.plan else ()
        return [replace(self.task, clip=clip, plan=self.plan, chunk=chunk) for chunk in chunks]

    def add(self, task: WorkerTask, delivery: Delivery) -> Delivery | None:
        """Add what a worker made for the task; return all files of the clip once they are there."""
        made: Any = delivery.made
        write_files(self.folder, delivery.files)
        if isinstance(made, ChunkPlan):
            self.plan = made
        elif task.plan is None or task.chunk is None:
            return (
                replace(delivery, made=[*map(self._placed, made)]) if delivery.files else delivery
            )
        else:
            self.done[task.chunk] = made
            if len(self.done) == len(task.plan.chunks):
                plans = sorted(task.plan.outputs.items())
                files = [self._placed(self._whole(number, plan)) for number, plan in plans]
                return replace(delivery, made=files)
        return None

    def _whole(self, number: int, plan: EncodePlan) -> Rendered:
        """Return an output's file, joined if it was made in stretches."""
        whole = self.done.get(Chunk(number))
        if isinstance(whole, Rendered):
            return whole
        path = moved(self.task.clip, self.folder).outputs[number].path
        chunks = [self.done[Chunk(number, frames)] for frames in plan.stretches]
        drawn, elapsed = sum(one.frames for one in chunks), sum(one.elapsed for one in chunks)
        pieces = [stretch_path(path, frames) for frames in plan.stretches]
        return plan.join(pieces, path, drawn, elapsed)

    def _placed(self, made: Rendered) -> Rendered:
        """Copy an output's files to their places, where each appears only when complete."""
        waiting = self.folder / made.path.parent.name
        path, *sidecars = self.task.clip.outputs[int(waiting.name)].paths
        for place in (path, *sidecars):
            file = waiting / place.name
            if file.is_dir():
                with replacing_folder(place, FRAME) as part:
                    shutil.copytree(file, part, dirs_exist_ok=True)
            else:
                with replacing(place) as part:
                    shutil.copyfile(file, part)
        return replace(made, path=path, sidecars=tuple(sidecars))


def outcomes(
    clips: Mapping[int, ExaminedClip], pool: Pool, runs: Path
) -> Generator[tuple[int, Delivery | Exception], None, None]:
    """Yield what became of each clip, by its number; nothing more after workers were lost."""
    queue = deque(_tasks(clips, pool.workers, runs))
    with scratch_folder() as folder:
        states = {task.number: ClipState(task, folder / f"{task.number}") for task in queue}

        def submit(executor: Executor, task: WorkerTask) -> Future[Any]:
            if not pool.is_remote:
                return executor.submit(work, task)
            state, one = states[task.number], clips[task.number]
            if state.files is None:
                # Files elsewhere, such as those of packages, have to be on that machine too.
                root = script_of(one.clip).resolve().parent
                state.files = read_files(root, sorted(one.opened.sources(root)))
            return executor.submit(work_remotely, task, state.files)

        def is_wanted(task: WorkerTask) -> bool:
            return task.number in states and states[task.number].plan is task.plan

        for task, future in as_completed(pool, queue, submit, is_wanted):
            if future.cancelled():
                queue.clear()
            if is_wanted(task):
                outcome = _outcome(states[task.number], task, future, queue)
                if outcome is not None:
                    shutil.rmtree(states.pop(task.number).folder, ignore_errors=True)
                    yield task.number, outcome


def _tasks(clips: Mapping[int, ExaminedClip], workers: int, runs: Path) -> Iterator[WorkerTask]:
    """Yield a task for each clip, to be split if it is long or workers would be idle."""
    for position, (number, one) in enumerate(clips.items()):
        most = 1 if len(clips) - position < workers else MOST_CHUNKS
        # Left out: what only this process has.
        clip = replace(one.clip, function=None, opened=None, script=shown_path(script_of(one.clip)))
        yield WorkerTask(number, clip, runs, None if workers == 1 else most)


def _outcome(
    state: ClipState, task: WorkerTask, future: Future[Any], queue: deque[WorkerTask]
) -> Delivery | Exception | None:
    """Return what became of the clip; None while there is more to do, which is then queued."""
    try:
        if future.cancelled():
            raise GdanimError("the connection to its worker was lost; run the same command again")
        if is_broken(future):
            raise GdanimError(WORKER_DIED)
        files = state.add(task, future.result())
    except OtherFilmError:
        state.plan, state.done = None, {}
        queue.appendleft(replace(state.task, most_chunks=None))
        return None
    except Exception as error:
        return error
    if task.plan is None:
        queue.extendleft(reversed(state.chunks()))
    return files
