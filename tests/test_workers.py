"""A film in stretches: the same file from any number of processes; faults leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest
from click.testing import CliRunner
from matplotlib.axes import Axes
from processes import working_in

from gdanim import cli
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import FORMATS, MP4, Format
from gdanim.errors import GdanimError
from gdanim.film import stretches, workers
from gdanim.film.film import Film
from gdanim.film.save import save
from gdanim.film.workers import Workers
from gdanim.pacing.timeline import Every
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.rendering import pipeline
from gdanim.rendering.jobs import Job, Settings
from gdanim.rendering.outputs import OutputOptions, outputs_for
from gdanim.rendering.pipeline import render
from gdanim.rendering.tasks import prepare
from gdanim.scene import Scene
from gdanim.scripting.load import choose, load
from gdanim.views.base import Clip, Update, View
from gdanim.views.loss_curve import LossCurve
from scripts import SCENE, write

pytestmark = pytest.mark.slow

FRAMES = 47


def scene(view: View | None = None) -> Scene:
    return Scene(
        Problem(datasets.linear(points=9), Linear()),
        GradientDescent(0.01),
        (0, 5),
        FRAMES - 1,
        panels={"only": view or LossCurve()},
        pace=Every(1, 0, 0),
        fps=10,
        size=(160, 96),
    )


@dataclass(frozen=True)
class Raises(View):
    """Fails at a frame."""

    at: int

    def draw(self, ax: Axes, clip: Clip) -> Update:
        def update(frame: int) -> list[Axes]:
            if frame == self.at:
                raise ZeroDivisionError(f"at frame {frame}")
            return []

        return update


@pytest.fixture(autouse=True)
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stretches, "SHORTEST", 10)


@pytest.mark.parametrize(
    ("frames", "fps", "lengths"),
    [
        (0, 10, [0]),
        (1, 10, [1]),
        (19, 10, [19]),
        (20, 10, [10, 10]),
        (47, 10, [10, 10, 10, 17]),
        (47, 12, [12, 12, 23]),
        (20, 3, [20]),
        (24, 3, [12, 12]),
    ],
)
def test_stretches_are_whole_seconds(frames: int, fps: int, lengths: list[int]) -> None:
    cut = stretches.stretches(frames, fps)
    assert [len(some) for some in cut] == lengths
    assert [frame for some in cut for frame in some] == list(range(frames))


# As gdanim's own, but quicker to encode.
WEBM = replace(
    FORMATS["webm"], crf=None, output=("-c:v", "libvpx", "-b:v", "200k", "-threads", "1")
)


@pytest.mark.parametrize(
    ("format", "numbers"), [(MP4, (1, 2, 9)), (WEBM, (1, 2))], ids=["mp4", "webm"]
)
def test_any_number_of_processes_makes_the_same_file(
    tmp_path: Path, format: Format, numbers: tuple[int, ...]
) -> None:
    film = scene().film()
    files = []
    for jobs in numbers:
        path = tmp_path / f"{jobs}{format.extension}"
        told: list[tuple[int, int]] = []
        save(film, path, format, lambda *done, told=told: told.append(done), workers=Workers(jobs))
        assert told == [(done, FRAMES) for done in range(FRAMES + 1)]
        files.append(path.read_bytes())
    assert ffmpeg.count_frames(path) == FRAMES
    assert set(files) == {files[0]}
    assert "Duration: 00:00:04.70" in described(path)


def described(path: Path) -> str:
    asked = subprocess.run([ffmpeg.executable(), "-i", str(path)], capture_output=True, text=True)
    return asked.stderr


class Watched:
    """A folder with an old video in it, and the processes that were started since."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "out" / "a.mp4"
        self.path.parent.mkdir()
        self.path.write_bytes(b"the old one")
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.processes: list[SpawnProcess] = []

    def assert_untouched(self) -> None:
        assert self.path.read_bytes() == b"the old one"
        assert os.listdir(self.path.parent) == ["a.mp4"]
        assert os.listdir(self.scratch) == []
        assert len(self.processes) == 2
        assert all(process.exitcode is not None for process in self.processes)
        # What a killed process leaves behind finds its pipe closed, and ends.
        until = time.monotonic() + 20
        while working_in(self.scratch) and time.monotonic() < until:
            time.sleep(0.05)
        assert working_in(self.scratch) == []


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    watched = Watched(tmp_path)

    start = SpawnProcess.start

    def recorded(process: SpawnProcess) -> None:
        start(process)
        watched.processes.append(process)

    monkeypatch.setattr(SpawnProcess, "start", recorded)
    monkeypatch.setattr(tempfile, "tempdir", str(watched.scratch))
    return watched


def test_a_worker_killed(watched: Watched) -> None:
    def progress(done: int, total: int) -> None:
        if done == 5:
            watched.processes[1].kill()

    with pytest.raises(GdanimError, match="^a worker .*exited"):
        save(scene().film(), watched.path, MP4, progress, workers=Workers(2))
    watched.assert_untouched()


def test_a_worker_killed_under_the_command(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "cores", lambda: 4)
    script = write(watched.scratch.parent, SCENE)

    def kill_a_worker() -> None:
        while len(watched.processes) < 2 or not working_in(watched.scratch):
            time.sleep(0.01)
        watched.processes[1].kill()

    killer = threading.Thread(target=kill_a_worker)
    killer.start()
    arguments = ["-o", f"{watched.path}", "-j", "2", "--seconds", "60", "--size", "160x96"]
    result = CliRunner().invoke(cli.main, ["render", f"{script}", *arguments])
    killer.join()
    assert "Error: a worker process exited unexpectedly" in result.stderr
    assert result.exit_code == 1
    watched.assert_untouched()


def test_a_worker_that_cannot_be_started(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = SpawnProcess.start

    def start(process: SpawnProcess) -> None:
        if len(watched.processes) == 2:
            raise OSError("no more processes")
        begin(process)

    monkeypatch.setattr(SpawnProcess, "start", start)
    with pytest.raises(OSError, match="^no more processes$"):
        save(scene().film(), watched.path, MP4, workers=Workers(3))
    watched.assert_untouched()


def test_an_interrupt(watched: Watched) -> None:
    def progress(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(scene().film(), watched.path, MP4, progress, workers=Workers(2))
    watched.assert_untouched()


@pytest.mark.parametrize("at", [10, 33])
def test_an_error_in_the_drawing_is_raised_as_it_is(watched: Watched, at: int) -> None:
    with pytest.raises(ZeroDivisionError, match=f"^at frame {at}$"):
        save(scene(Raises(at)).film(), watched.path, MP4, workers=Workers(2))
    watched.assert_untouched()


@pytest.mark.skipif(sys.platform != "linux", reason="looks for the process in /proc")
def test_an_encoder_killed(watched: Watched) -> None:
    def progress(done: int, total: int) -> None:
        if done == 5:
            while not (encoders := working_in(watched.scratch)):
                time.sleep(0.01)
            os.kill(encoders[0], signal.SIGKILL)

    with pytest.raises(GdanimError, match="^ffmpeg was killed .*9"):
        save(scene().film(), watched.path, MP4, progress, workers=Workers(2))
    watched.assert_untouched()


def nothing() -> None:
    raise AssertionError("a script that fails the second time")


def test_a_script_that_cannot_be_loaded_again(watched: Watched) -> None:
    with pytest.raises(GdanimError, match="fails the second time"):
        save(scene().film(), watched.path, MP4, workers=Workers(2, nothing))
    watched.assert_untouched()


def test_what_only_the_main_program_has_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    main = sys.modules["__main__"]
    mine = type("Mine", (Raises,), {"__module__": "__main__"})
    monkeypatch.setattr(main, "Mine", mine, raising=False)
    with pytest.raises(GdanimError, match="main program"):
        workers.packed(scene(mine(-1)).film())
    unnamed = type("Unnamed", (Raises,), {})
    with pytest.raises(GdanimError, match="cannot be sent"):
        workers.packed(scene(unnamed(-1)).film())


def test_a_film_that_cannot_be_sent_is_made_in_one_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "available", lambda: 2)
    unnamed = type("Unnamed", (Raises,), {})
    made = render(scene(unnamed(-1)), tmp_path / "a.mp4", processes=2)
    assert made.frames == FRAMES
    assert made.notice.startswith("made in one process: the scene cannot be sent")
    assert render(scene(unnamed(-1)), tmp_path / "a.mp4").notice == ""


@pytest.mark.parametrize(
    ("wanted", "seconds", "used"),
    [(None, 39, 1), (None, 41, 2), (None, 600, 8), (1, 600, 1), (3, 20, 3), (99, 600, 8)],
)
def test_as_many_processes_as_a_long_video_is_worth(
    wanted: int | None, seconds: float, used: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = list[int]()

    def save(film: Film, path: Path, *others: object) -> None:
        counts.extend(one.count for one in others if isinstance(one, workers.Workers))
        path.write_bytes(b"video")

    monkeypatch.setattr(pipeline, "save", save)
    monkeypatch.setattr(workers, "available", lambda: 8)
    job = Job(scene(), outputs_for("a", OutputOptions(f"{tmp_path}/")))
    (task,) = prepare([job], Settings(seconds=seconds, fps=30))
    (made,) = pipeline.draw(task, processes=wanted)
    assert made.notice == ""
    assert counts == [used]


OWN = """
    print("loading")
    from gdanim import Every, GradientDescent, Problem, Scene, datasets, Linear, views
    from gdanim.views.base import View

    class Own(View):
        def draw(self, ax, clip):
            (line,) = ax.plot([0, 1], [0, 1])
            def update(frame):
                line.set_ydata([0, frame])
                return [line]
            return update

    def scene() -> Scene:
        return Scene(
            Problem(datasets.linear(points=9), Linear()), GradientDescent(0.01), (0, 5), 46,
            panels={"own": Own()}, pace=Every(1, 0, 0), fps=10, size=(160, 96),
        )
"""


def test_what_a_script_defines_is_known_in_every_process(tmp_path: Path) -> None:
    (function,) = choose(f"{write(tmp_path, OWN)}")
    film: Film = function().film()
    paths = [tmp_path / "1.mp4", tmp_path / "2.mp4"]

    for jobs, path in enumerate(paths, 1):
        save(film, path, MP4, workers=Workers(jobs, partial(load, function.script)))
    assert paths[0].read_bytes() == paths[1].read_bytes()
