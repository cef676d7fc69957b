"""Clips in shares over workers: the same files as whole, whatever happens in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from test_batch import InThread, folder, write

from gdanim.batch.batch import FAILED, MADE, Result, examine, run
from gdanim.batch.bundle import Bundle, make_bundle
from gdanim.batch.commands import RUNS
from gdanim.batch.manifest import content_of
from gdanim.batch.plan import PlannedClip, read
from gdanim.batch.scheduling import LONG, Making, most_at_once, outcomes, to_hand_out
from gdanim.batch.shares import OtherFilmError, Piece, Share, Task
from gdanim.batch.sites import Elsewhere, Here, Site
from gdanim.batch.work import Made
from gdanim.core.pool import processes
from gdanim.film import stretches

__all__ = ["folder"]

# Of 47 frames in four stretches, which are short in every process that loads it.
SCRIPT = """
import os
import time
from dataclasses import dataclass
from pathlib import Path

from gdanim import Every, GradientDescent, Linear, Problem, Scene, datasets
from gdanim.film import stretches
from gdanim.views import View

stretches.SHORTEST = 10
LOG = Path({log!r})


def note(what):
    with LOG.open("a") as file:
        file.write(f"{{what}} {{os.getpid()}}\\n")


class Noted(Linear):
    def init(self, rng):
        note("descends")
        return super().init(rng)


@dataclass(frozen=True)
class Own(View):
    def draw(self, ax, clip):
        note("draws")
        (line,) = ax.plot([0, 46], [0, 1])

        def update(frame):
            line.set_ydata([frame / 46, {height}])
            {and_then}
            return [line]

        return update


def scene(lr: float = 0.01) -> Scene:
    return Scene(
        Problem(datasets.linear(), {model}()), GradientDescent(lr), steps=46, title=f"{title}",
        panels={{"own": Own()}}, pace=Every(1, 0, 0),
    )
"""
PLAN = """
[[clip]]
scene = "long.py"
sizes = ["64x48"]
formats = ["mp4", "gif"]
fps = 10
poster = 7
captions = true
"""
FILES = {"long.mp4", "long.gif", "long.poster.png", "long.vtt"}


class Apart(Elsewhere):
    """Processes that are sent all they need."""

    workers = 2

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.beside: list[tuple[str, ...]] = []

    @contextmanager
    def open(self) -> Iterator[Executor]:
        with processes(self.workers) as executor:
            yield executor

    def submit(self, executor: Executor, packed: Bundle, task: Task) -> Future[Any]:
        self.tasks.append(task)
        return super().submit(executor, packed, task)

    def receive(self, clip: PlannedClip, result: Any) -> Made:
        if isinstance(result, Piece):
            self.beside.append(tuple(result.beside))
        return super().receive(clip, result)


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    # The script changes it in this process too.
    monkeypatch.setattr(stretches, "SHORTEST", 10)


@pytest.fixture
def log(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    write(folder / "plan.toml", PLAN)
    return tmp_path_factory.mktemp("log") / "log.txt"


def script(
    folder: Path, log: Path, height: str = "0", and_then: str = "pass", model: str = "Linear",
    title: str = "Long",
) -> None:  # fmt: skip
    text = SCRIPT.format(log=f"{log}", height=height, and_then=and_then, model=model, title=title)
    write(folder / "long.py", text)


def make(site: Site) -> Result:
    (result,) = run(examine(read(Path("plan.toml")), anyway=True), site)
    return result


def contents() -> dict[str, str]:
    return {path.name: content_of(path) for path in Path("output").glob("[!.]*")}


def noted(log: Path) -> list[tuple[str, str]]:
    """What the script has noted, each with the process that it ran in."""
    if not log.exists():
        return []
    lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    log.unlink()
    return [(what, process) for what, process in lines]


# It goes on only when another process is at the next stretch.
TOGETHER = """for _ in range(6000 * (frame == 15)):
                if "late" in LOG.read_text():
                    break
                time.sleep(0.01)
            if frame == 25:
                note("late")"""


def test_shares_make_the_files_that_one_worker_makes(folder: Path, log: Path) -> None:
    script(folder, log)
    whole = make(InThread(1, RUNS))
    assert whole.status == MADE, whole.error
    files = contents()
    assert set(files) == FILES
    noted(log)
    script(folder, log, and_then=TOGETHER)
    elsewhere = Apart()
    for site in (Here(2, RUNS), elsewhere):
        split = make(site)
        assert split.status == MADE, split.error
        assert contents() == files
        assert len({process for _, process in noted(log)}) == 2
        for one, other in zip(whole.files, split.files, strict=True):
            for name in ("path", "size", "frames", "seconds", "bytes", "notice", "sidecars"):
                assert getattr(one, name) == getattr(other, name)
    shares = [task.share for task in elsewhere.tasks]
    assert [(share.output, share.frames) for share in shares if share] == [
        *((0, range(k, k + 10)) for k in (0, 10, 20)),
        (0, range(30, 47)),
        (1, None),
    ]
    assert sorted(elsewhere.beside) == [(), (), (), ("long.poster.png", "long.vtt")]


def test_a_run_that_no_file_can_keep_is_descended_once(folder: Path, log: Path) -> None:
    script(folder, log, model="Noted")
    result = make(Apart())
    assert result.status == MADE, result.error
    assert [what for what, _ in noted(log)].count("descends") == 1


KILL = """
            if frame == {at} and multiprocessing.parent_process() {once}:
                note("killed")
                os.kill(os.getpid(), 9)
"""


def killing(at: int, once: str = "") -> str:
    return "import multiprocessing" + KILL.format(at=at, once=once)


def test_a_killed_worker_costs_the_shares_that_were_running(folder: Path, log: Path) -> None:
    script(folder, log)
    make(InThread(1, RUNS))
    files = contents()
    noted(log)
    once = "and 'killed' not in LOG.read_text()"
    script(folder, log, and_then=killing(25, once))
    site = Apart()
    result = make(site)
    assert result.status == MADE, result.error
    assert contents() == files
    # At most two were running; it was begun, and there are five shares.
    times = Counter(task.share for task in site.tasks)
    assert times[None] == 1 and set(times.values()) <= {1, 2} and 7 <= times.total() <= 8
    assert times[Share(0, range(20, 30))] == 2
    assert times[Share(0, range(0, 10))] == 1


def test_a_share_that_kills_its_worker_again_has_failed(folder: Path, log: Path) -> None:
    # A GIF is a share of its own, which would be killed at the same frame, at the same time or not.
    write(folder / "plan.toml", PLAN.replace(', "gif"', ""))
    script(folder, log, and_then=killing(25))
    result = make(Apart())
    assert result.status == FAILED
    assert result.error.startswith("a worker process exited unexpectedly")
    assert contents() == {}
    assert [what for what, _ in noted(log)].count("killed") == 2


def test_a_share_that_fails_fails_its_clip(folder: Path, log: Path) -> None:
    script(folder, log, height="1 / (frame - 25)")
    result = make(Here(2, RUNS))
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
    result = make(site)
    assert result.status == MADE, result.error
    assert set(contents()) == FILES
    assert [task for task in site.tasks if task.share is None][-1].most is None


def test_what_is_late_of_a_split_that_was_given_up_is_dropped(folder: Path, log: Path) -> None:
    script(folder, log)
    (clip,) = read(Path("plan.toml"))
    late, last = Future[Any](), Future[Any]()

    class Given(Apart):
        """Whose second share comes when the clip is being made whole already."""

        def submit(self, executor: Executor, packed: Bundle, task: Task) -> Future[Any]:
            self.tasks.append(task)
            future = Future[Any]()
            if len(self.tasks) == 1:
                future.set_result(make_bundle(packed, task))
            elif len(self.tasks) == 2:
                future.set_exception(OtherFilmError("another"))
            elif len(self.tasks) == 3:
                return late
            else:
                late.set_result(Piece(b"", 0, 0))
                Timer(0.1, lambda: last.set_result([])).start()
                return last
            return future

    site = Given()
    assert list(outcomes({7: clip}, site)) == [(7, [])]
    assert [task.share is None for task in site.tasks] == [True, False, False, True]


def test_shares_of_what_is_begun_come_first(folder: Path, log: Path) -> None:
    script(folder, log)
    makings = clips(2)
    makings[1].waiting = [Share(0, range(0, 10)), Share(1)]
    assert list(to_hand_out(makings)) == [(1, Share(0, range(0, 10))), (1, Share(1)), (0, None)]


def clips(number: int) -> dict[int, Making]:
    (clip,) = read(Path("plan.toml"))
    return {k: Making(clip, Path(f"{k}")) for k in range(number)}


@pytest.mark.parametrize(
    ("waiting", "workers", "most"),
    [(1, 1, None), (9, 1, None), (2, 2, 8), (1, 2, 1), (3, 4, 1), (4, 4, 8), (100, 4, 8)],
)
def test_clips_are_split_where_there_are_fewer_than_workers(
    folder: Path, log: Path, waiting: int, workers: int, most: int | None
) -> None:
    script(folder, log)
    assert most_at_once(clips(waiting), workers) == most


def test_a_film_of_many_stretches_is_split_among_many_clips(folder: Path, log: Path) -> None:
    script(folder, log)
    plan = "".join(
        f'[[clip]]\nscene = "long.py"\noutput = "{name}"\nsizes = ["64x48"]\nfps = 10\n{more}'
        for name, more in (("a", "seconds = 9\n"), ("b", ""), ("c", ""))
    )
    write(folder / "plan.toml", plan)
    site = Apart()
    results = run(examine(read(Path("plan.toml"))), site)
    assert [(result.status, result.files[0].frames) for result in results] == [
        (MADE, 90),
        (MADE, 47),
        (MADE, 47),
    ]
    assert site.tasks[0].most == site.tasks[1].most == LONG
    shares = {task.share.frames for task in site.tasks if task.share}
    assert {range(k, k + 10) for k in range(0, 90, 10)} <= shares
