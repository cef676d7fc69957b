"""Make the clips of a batch, whole or in chunks, on the workers of a pool."""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from gdanim.batch import manifest, worker
from gdanim.batch.plan import script_of
from gdanim.batch.staleness import ExaminedClip
from gdanim.batch.worker import Chunk, ChunkPlan, ChunkTask, ClipTask, Delivery, Task
from gdanim.core.atomic import forget_leftovers, replacing, replacing_folder, scratch_folder
from gdanim.core.pool import WORKER_DIED, Pool, as_completed, is_broken
from gdanim.encoding.formats import FRAME
from gdanim.errors import GdanimError
from gdanim.rendering.encode_plan import EncodedStretch
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


def run_batch(
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
        for done, (number, result) in enumerate(made, start=1):
            results[number] = result
            tell(result, done, total, (time.monotonic() - begun) / done * (total - done))
            if result.status == FAILED and not keep_going:
                break
    return [results.get(n, ClipResult(one, NOT_BEGUN)) for n, one in enumerate(examined)]


def _paths(examined: Iterable[ExaminedClip]) -> list[Path]:
    """List the files that the clips write."""
    return [path for one in examined for output in one.clip.outputs for path in output.paths]


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
    """A clip while it is made: the tasks that are left, and what was made so far.

    Chunks, and the files that come from another machine, wait in `folder`. `scene` is the key of
    the scene that a worker loaded, if it has one.
    """

    examined: ExaminedClip
    task: ClipTask
    folder: Path
    left: list[Task]
    plan: ChunkPlan | None = None
    made: dict[Chunk, Rendered | EncodedStretch] = field(default_factory=dict)
    files: tuple[Rendered, ...] = ()
    scene: str | None = None

    @cached_property
    def sources(self) -> worker.Files:
        """What other machines are sent; they must have packages and files elsewhere themselves."""
        root = script_of(self.examined.clip).resolve().parent
        return worker.read_files(root, sorted(self.examined.opened.sources(root)))

    def add(self, task: Task, delivery: Delivery) -> list[Task]:
        """Add what a worker made, and place the files after the last task; return new tasks."""
        worker.write_files(self.folder, delivery.files)
        self.left.remove(task)
        self.scene, made = delivery.scene, delivery.made
        if isinstance(made, ChunkPlan):
            self.plan, clip = made, worker.moved(self.task.clip, self.folder)
            return self.begin(*(ChunkTask(task.number, clip, made, one) for one in made.chunks))
        self.made.update(made)
        if not self.left:
            self.files = tuple(map(self._placed, sorted({chunk.output for chunk in self.made})))
        return []

    def begin(self, *tasks: Task) -> list[Task]:
        """Set the tasks that are left, and return them; what was made is forgotten."""
        self.left, self.made = [*tasks], {}
        return [*tasks]

    def _placed(self, number: int) -> Rendered:
        """Copy an output's files to their places, where each appears only when complete."""
        path, *sidecars = self.task.clip.outputs[number].paths
        whole = self.made.get(Chunk(number))
        made = whole if isinstance(whole, Rendered) else self._joined(number)
        # One worker on this machine has made it in its place.
        if made.path == path:
            return made
        for place in (path, *sidecars):
            file = self.folder / place.name
            if file.is_dir():
                with replacing_folder(place, FRAME) as part:
                    shutil.copytree(file, part, dirs_exist_ok=True)
            else:
                with replacing(place) as part:
                    shutil.copyfile(file, part)
        return replace(made, path=path, sidecars=tuple(sidecars))

    def _joined(self, number: int) -> Rendered:
        """Join the stretches of an output."""
        assert self.plan is not None
        plan = self.plan.outputs[number]
        path = self.folder / self.task.clip.outputs[number].path.name
        made = [self.made[Chunk(number, frames)] for frames in plan.stretches]
        stretches = [one for one in made if isinstance(one, EncodedStretch)]
        files = [worker.stretch_path(path, frames) for frames in plan.stretches]
        return plan.join(stretches, files, path)


def outcomes(
    clips: Mapping[int, ExaminedClip], pool: Pool, runs: Path
) -> Generator[tuple[int, ClipResult], None, None]:
    """Yield what became of each clip, by its number; nothing more after workers were lost."""
    with scratch_folder() as folder:
        tasks = _tasks(clips, pool.workers, None if pool.is_remote else runs)
        states = {
            task.number: ClipState(clips[task.number], task, folder / f"{task.number}", [task])
            for task in tasks
        }
        queue = deque[Task](state.task for state in states.values())

        def submit(executor: Executor, task: Task) -> Future[Any]:
            if pool.is_remote:
                return executor.submit(worker.do_task_remotely, task, states[task.number].sources)
            return executor.submit(worker.do_task, task)

        def is_wanted(task: Task) -> bool:
            return task.number in states and task in states[task.number].left

        for task, future in as_completed(pool, queue, submit, is_wanted):
            if future.cancelled():
                queue.clear()
            if is_wanted(task):
                result = _result(states[task.number], task, future, queue)
                if result is not None:
                    shutil.rmtree(states.pop(task.number).folder, ignore_errors=True)
                    yield task.number, result


def _tasks(
    clips: Mapping[int, ExaminedClip], workers: int, runs: Path | None
) -> Iterator[ClipTask]:
    """Yield a task for each clip, to be split if it is long or workers would be idle."""
    for position, (number, one) in enumerate(clips.items()):
        most = 1 if len(clips) - position < workers else MOST_CHUNKS
        # Left out: what only this process has.
        clip = replace(one.clip, function=None, opened=None, script=shown_path(script_of(one.clip)))
        yield ClipTask(number, clip, runs, None if workers == 1 else most)


def _result(
    state: ClipState, task: Task, future: Future[Any], queue: deque[Task]
) -> ClipResult | None:
    """Return what became of the clip; None while there is more to do, which is then queued.

    Files that were made are noted in their folders' manifests, with the scene that was drawn.
    """
    try:
        if future.cancelled():
            raise GdanimError("the connection to its worker was lost; run the same command again")
        if is_broken(future):
            raise GdanimError(WORKER_DIED)
        more = state.add(task, future.result())
    except worker.OtherFilmError:
        # One worker makes the whole clip.
        more = state.begin(replace(state.task, most_chunks=None))
    except Exception as error:
        kind = "" if isinstance(error, GdanimError) else f"{type(error).__name__}: "
        return ClipResult(state.examined, FAILED, error=f"{kind}{error}")
    queue.extendleft(reversed(more))
    if state.left:
        return None
    for file, entry in zip(state.files, state.examined.entries or (), strict=False):
        for path in (file.path, *file.sidecars):
            manifest.note(path, replace(entry, scene=state.scene or ""))
    return ClipResult(state.examined, MADE, state.files)
