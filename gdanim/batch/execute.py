"""Make the clips of a batch, whole or in chunks, on the workers of a pool."""

from __future__ import annotations

import tempfile
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gdanim.batch.manifest import Manifest, note
from gdanim.batch.plan import PlannedClip, script_of
from gdanim.batch.remote import Delivery, Files, files_for, place_files, work_remotely
from gdanim.batch.staleness import ExaminedClip
from gdanim.batch.worker import Chunk, ChunkPlan, EncodedChunk, OtherFilmError, WorkerTask, work
from gdanim.core.atomic import forget_leftovers, replacing
from gdanim.core.pool import WORKER_DIED, Pool, as_completed_with_retries, is_broken
from gdanim.errors import GdanimError
from gdanim.rendering.encode_plan import EncodePlan
from gdanim.rendering.jobs import shown_path
from gdanim.rendering.result import Rendered

KEPT, MADE, FAILED, NOT_BEGUN = "kept", "made", "failed", "not begun"
# A clip of more chunks is not made by one worker, which would still be at it when others are done.
MOST_CHUNKS = 8


class LostError(GdanimError):
    """The workers cannot be reached any more; what would be sent to them would wait forever."""


@dataclass(frozen=True)
class ClipResult:
    """What became of a clip: kept, made, failed, or not begun; with its files or its error."""

    examined: ExaminedClip
    status: str
    files: tuple[Rendered, ...] = ()
    error: str = ""


Tell = Callable[[ClipResult, int, int, float], object]
"""Called when a clip is done: its result, the numbers of clips done and in all, seconds left."""


def run(
    examined: Sequence[ExaminedClip],
    pool: Pool,
    runs: Path,
    keep_going: bool = False,
    tell: Tell = lambda result, done, total, left: None,
) -> list[ClipResult]:
    """Make what has to be made, keeping runs in the folder `runs`; the results in order.

    After a clip that failed no other is begun, unless `keep_going`. A file counts as made, and its
    manifest says so, only when it stands complete in its place: whatever interrupts a batch, the
    next one continues from there.
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


def _result(examined: ExaminedClip, outcome: Sequence[Rendered] | Exception) -> ClipResult:
    """Note the files that were made in their folders' manifests."""
    if isinstance(outcome, GdanimError):
        return ClipResult(examined, FAILED, error=f"{outcome}")
    if isinstance(outcome, Exception):
        return ClipResult(examined, FAILED, error=f"{type(outcome).__name__}: {outcome}")
    for output, entry in zip(examined.clip.outputs, examined.entries or (), strict=False):
        for path in output.paths:
            note(path.parent, path.name, entry)
    return ClipResult(examined, MADE, tuple(outcome))


def tidy(examined: Sequence[ExaminedClip], runs: Path) -> None:
    """Remove the kept runs that no clip draws any more, and repeated lines from manifests."""
    for folder in {path.parent for path in _paths(examined)}:
        if folder.is_dir():
            Manifest.of(folder).write()
    # Which runs a clip draws that cannot be made is unknown.
    if any(one.error for one in examined):
        return
    wanted = {name for one in examined for name in one.runs}
    for file in runs.glob("*.npz"):
        if file.name not in wanted:
            file.unlink(missing_ok=True)


@dataclass
class ClipState:
    """A clip while it is made: its plan if it was split, and the chunks that are done.

    `files` are what remote workers are sent. Encoded stretches wait in `folder`.
    """

    clip: PlannedClip
    folder: Path
    files: Files | None = None
    plan: ChunkPlan | None = None
    done: dict[Chunk, Rendered | EncodedChunk] = field(default_factory=dict)

    def add(self, chunk: Chunk, made: Rendered | EncodedChunk) -> list[Rendered] | None:
        """Add what was made of a chunk; return all files of the clip if it was the last one."""
        if isinstance(made, EncodedChunk):
            with replacing(self._file(chunk)) as part:
                part.write_bytes(made.content)
            made = replace(made, content=b"")
        self.done[chunk] = made
        assert self.plan is not None
        if len(self.done) < len(self.plan.chunks):
            return None
        return [self._output(number, plan) for number, plan in sorted(self.plan.outputs.items())]

    def _file(self, chunk: Chunk) -> Path:
        assert chunk.frames is not None
        path = self.clip.outputs[chunk.output].path
        return self.folder / f"{chunk.output}-{chunk.frames.start}{path.suffix}"

    def _output(self, number: int, plan: EncodePlan) -> Rendered:
        """Return the file of an output, joined if it was made in stretches."""
        whole = self.done.get(Chunk(number))
        if isinstance(whole, Rendered):
            return whole
        path = self.clip.outputs[number].path
        chunks = [Chunk(number, frames) for frames in plan.stretches]
        made = [one for one in map(self.done.get, chunks) if isinstance(one, EncodedChunk)]
        drawn, elapsed = sum(one.frames for one in made), sum(one.elapsed for one in made)
        rendered = plan.join([self._file(chunk) for chunk in chunks], path, drawn, elapsed)
        for name, content in made[0].sidecars.items():
            with replacing(path.with_name(name)) as part:
                part.write_bytes(content)
        return replace(rendered, sidecars=tuple(map(path.with_name, made[0].sidecars)))


Outcomes = Generator[tuple[int, Sequence[Rendered] | Exception], None, None]


def outcomes(clips: Mapping[int, ExaminedClip], pool: Pool, runs: Path) -> Outcomes:
    """Yield what became of each clip, by its number; nothing more after workers were lost."""
    queue = deque(_tasks(clips, pool.workers, runs))
    with tempfile.TemporaryDirectory(prefix="gdanim-") as scratch:
        states = {n: ClipState(one.clip, Path(scratch, f"{n}")) for n, one in clips.items()}

        def submit(executor: Executor, task: WorkerTask) -> Future[Any]:
            if not pool.is_remote:
                return executor.submit(work, task)
            state = states[task.number]
            if state.files is None:
                state.files = files_for(state.clip, clips[task.number].opened.sources())
            return executor.submit(work_remotely, task, state.files)

        def is_wanted(task: WorkerTask) -> bool:
            return task.number in states and states[task.number].plan is task.plan

        for task, future in as_completed_with_retries(pool, queue, submit, is_wanted):
            if is_wanted(task):
                outcome = _outcome(states[task.number], task, future, queue)
                if outcome is not None:
                    del states[task.number]
                    yield task.number, outcome


def _tasks(clips: Mapping[int, ExaminedClip], workers: int, runs: Path) -> Iterator[WorkerTask]:
    """Yield a task for each clip, to be split if it is long or workers would be idle."""
    for position, (number, one) in enumerate(clips.items()):
        most = 1 if len(clips) - position < workers else MOST_CHUNKS
        # What only this process has is left out.
        clip = replace(one.clip, function=None, opened=None, script=shown_path(script_of(one.clip)))
        kept = tuple(runs / name for name in one.runs)
        yield WorkerTask(number, clip, kept, None if workers == 1 else most)


def _outcome(
    state: ClipState, task: WorkerTask, future: Future[Any], queue: deque[WorkerTask]
) -> Sequence[Rendered] | Exception | None:
    """Return what became of the clip; None while there is more to do, which is then queued."""
    try:
        if future.cancelled():
            queue.clear()
            raise LostError("the connection to its worker was lost; run the same command again")
        if is_broken(future):
            raise GdanimError(WORKER_DIED)
        made = future.result()
        if isinstance(made, ChunkPlan):
            state.plan = made
            parts = [replace(task, plan=made, chunk=chunk) for chunk in made.chunks]
            queue.extendleft(reversed(parts))
            return None
        if isinstance(made, Delivery):
            made = place_files(state.clip, made)
        if isinstance(made, list) and task.chunk is not None:
            (made,) = made
        files: list[Rendered] | None = state.add(task.chunk, made) if task.chunk else made
        return files
    except Exception as error:
        if task.plan is not None:
            _remove(queue, task.number)
        if not isinstance(error, OtherFilmError):
            return error
        state.plan, state.done = None, {}
        queue.appendleft(replace(task, plan=None, chunk=None, most_chunks=None))
        return None


def _remove(queue: deque[WorkerTask], number: int) -> None:
    """Remove the clip's tasks."""
    others = [task for task in queue if task.number != number]
    queue.clear()
    queue.extend(others)
