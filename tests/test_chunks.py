"""Clips in chunks over workers: the same files as whole, whatever happens in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from chunked import FILES, PLAN, TOGETHER, Recorded, at_once, contents, noted, pool_of, script
from plans import IN_THREAD, write

from gdanim.batch.execute import FAILED, MADE, MOST_CHUNKS, ClipResult, outcomes, run_batch
from gdanim.batch.plan import read_plan
from gdanim.batch.receipt import RUNS
from gdanim.batch.staleness import ExaminedClip, examine
from gdanim.batch.worker import Chunk, ChunkTask, ClipTask, Delivery, OtherFilmError
from gdanim.core.pool import Pool, local_pool, processes
from gdanim.rendering.encode_plan import EncodedStretch

pytestmark = pytest.mark.slow


class Apart(Recorded):
    """Two processes that are sent all they need."""

    def __init__(self) -> None:
        self.pool = Pool(2, self.open, is_remote=True)
        super().__init__(lambda *_: Future())

    @contextmanager
    def open(self) -> Iterator[Executor]:
        with processes(2) as executor:
            self.forward = executor.submit
            yield self


def make(pool: Pool) -> ClipResult:
    (result,) = run_batch(examine(read_plan(Path("plan.toml")), force=True), pool, RUNS)
    return result


def test_chunks_make_the_files_that_one_worker_makes(folder: Path, log: Path) -> None:
    script(folder, log)
    whole = make(IN_THREAD)
    assert whole.status == MADE, whole.error
    files = contents()
    assert set(files) == FILES
    noted(log)
    script(folder, log, and_then=TOGETHER)
    elsewhere = Apart()
    for pool in (local_pool(2), elsewhere.pool):
        split = make(pool)
        assert split.status == MADE, split.error
        assert contents() == files
        assert len({process for _, process in noted(log)}) == 2
        for one, other in zip(whole.files, split.files, strict=True):
            for name in ("path", "size", "frames", "seconds", "bytes", "notice", "sidecars"):
                assert getattr(one, name) == getattr(other, name)
    chunks = [task.chunk for task in elsewhere.tasks if isinstance(task, ChunkTask)]
    assert [(chunk.output, chunk.frames) for chunk in chunks] == [
        *((0, range(k, k + 10)) for k in (0, 10, 20)),
        (0, range(30, 47)),
        (1, None),
    ]
    assert sorted(elsewhere.sidecars) == [(), (), (), ("long.poster.png", "long.vtt")]


def test_a_run_that_no_file_can_keep_is_descended_once(folder: Path, log: Path) -> None:
    script(folder, log, model="Noted")
    result = make(Apart().pool)
    assert result.status == MADE, result.error
    assert [what for what, _ in noted(log)].count("descends") == 1


KILL = """
            if frame == {at} and multiprocessing.parent_process() {once}:
                note("killed")
                os.kill(os.getpid(), 9)
"""


def killing(at: int, once: str = "") -> str:
    return "import multiprocessing" + KILL.format(at=at, once=once)


def test_a_killed_worker_costs_the_chunks_that_were_running(folder: Path, log: Path) -> None:
    script(folder, log)
    make(IN_THREAD)
    files = contents()
    noted(log)
    once = "and 'killed' not in LOG.read_text()"
    script(folder, log, and_then=killing(25, once))
    site = Apart()
    result = make(site.pool)
    assert result.status == MADE, result.error
    assert contents() == files
    # At most two were running; it was begun, and there are five chunks.
    times = Counter(task.chunk if isinstance(task, ChunkTask) else None for task in site.tasks)
    assert times[None] == 1 and set(times.values()) <= {1, 2} and 7 <= times.total() <= 8
    assert times[Chunk(0, range(20, 30))] == 2
    assert times[Chunk(0, range(0, 10))] == 1


def test_a_chunk_that_kills_its_worker_again_has_failed(folder: Path, log: Path) -> None:
    # A GIF is a chunk of its own, which would be killed at the same frame, at the same time or not.
    write(folder / "plan.toml", PLAN.replace(', "gif"', ""))
    script(folder, log, and_then=killing(25))
    result = make(Apart().pool)
    assert result.status == FAILED
    assert result.error.startswith("a worker process exited unexpectedly")
    assert contents() == {}
    assert [what for what, _ in noted(log)].count("killed") == 2


def test_a_chunk_that_fails_fails_its_clip(folder: Path, log: Path) -> None:
    script(folder, log, height="1 / (frame - 25)")
    result = make(local_pool(2))
    assert result.status == FAILED
    assert "long.py, line " in result.error and "ZeroDivisionError" in result.error
    assert "long.mp4" not in contents()


@pytest.mark.parametrize(
    ("height", "title"), [("time.monotonic_ns() % 97", "Long"), ("0", "{time.monotonic_ns()}")]
)
def test_a_film_that_is_not_always_the_same_is_made_by_one_worker(
    folder: Path, log: Path, height: str, title: str
) -> None:
    script(folder, log, height=height, title=title)
    site = Apart()
    result = make(site.pool)
    assert result.status == MADE, result.error
    assert set(contents()) == FILES
    assert [task for task in site.tasks if isinstance(task, ClipTask)][-1].most_chunks is None


def examined() -> ExaminedClip:
    (clip,) = examine(read_plan(Path("plan.toml")))
    return clip


def test_what_is_late_of_a_plan_that_was_given_up_is_dropped(folder: Path, log: Path) -> None:
    script(folder, log)
    late, last = Future[Any](), Future[Any]()

    def given(function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """The second chunk comes when the clip is being made whole already."""
        number, failing = len(executor.tasks), Future[Any]()
        if number == 1:
            return at_once(function, *arguments)
        if number == 2:
            failing.set_exception(OtherFilmError("another"))
            return failing
        if number == 3:
            return late
        waiting = executor.tasks[2]
        assert isinstance(waiting, ChunkTask)
        late.set_result(Delivery({waiting.chunk: EncodedStretch(0, 0)}))
        Timer(0.1, lambda: last.set_result(Delivery({}))).start()
        return last

    executor = Recorded(given)
    ((number, result),) = outcomes({7: examined()}, pool_of(executor), RUNS)
    assert (number, result.status, result.files) == (7, MADE, ())
    kinds = [type(task) for task in executor.tasks]
    assert kinds == [ClipTask, ChunkTask, ChunkTask, ClipTask]


def test_chunks_of_what_is_begun_come_first(folder: Path, log: Path) -> None:
    script(folder, log)
    write(folder / "plan.toml", three_clips())
    executor = Recorded(at_once)
    results = run_batch(examine(read_plan(Path("plan.toml"))), pool_of(executor), RUNS)
    assert {result.status for result in results} == {MADE}
    begun = [task.number for task in executor.tasks]
    assert begun == [0, 1, *[0] * 9, 2, *[2] * 4]


def three_clips() -> str:
    return "".join(
        f'[[clip]]\nscene = "long.py"\noutput = "{name}"\nsizes = ["64x48"]\nfps = 10\n{more}'
        for name, more in (("a", "seconds = 9\n"), ("b", ""), ("c", ""))
    )


@pytest.mark.parametrize(
    ("clips", "workers", "most"),
    [(1, 1, None), (9, 1, None), (2, 2, 8), (1, 2, 1), (3, 4, 1), (4, 4, 8), (100, 4, 8)],
)
def test_clips_are_split_where_there_are_fewer_than_workers(
    folder: Path, log: Path, clips: int, workers: int, most: int | None
) -> None:
    script(folder, log)
    executor = Recorded(lambda *_: at_once(Delivery, {}))
    made = outcomes(dict.fromkeys(range(clips), examined()), pool_of(executor, workers), RUNS)
    assert sorted((number, result.files) for number, result in made) == [
        (number, ()) for number in range(clips)
    ]
    split = [task.most_chunks for task in executor.tasks if isinstance(task, ClipTask)]
    assert split[0] == most
    # Of the last clips there is one fewer than workers.
    assert split[1 - workers or clips :] == [1] * min(workers - 1, clips)


def test_a_film_of_many_stretches_is_split_among_many_clips(folder: Path, log: Path) -> None:
    script(folder, log)
    write(folder / "plan.toml", three_clips())
    site = Apart()
    results = run_batch(examine(read_plan(Path("plan.toml"))), site.pool, RUNS)
    assert [(result.status, result.files[0].frames) for result in results] == [
        (MADE, 90),
        (MADE, 47),
        (MADE, 47),
    ]
    first, second = site.tasks[:2]
    assert isinstance(first, ClipTask) and isinstance(second, ClipTask)
    assert first.most_chunks == second.most_chunks == MOST_CHUNKS
    chunks = {task.chunk.frames for task in site.tasks if isinstance(task, ChunkTask)}
    assert {range(k, k + 10) for k in range(0, 90, 10)} <= chunks
