"""Batches: only what has changed, whatever interrupts them. Small videos, real processes
where they matter.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cases import changed
from click.testing import CliRunner, Result
from plans import ELSEWHERE, IN_THREAD, LESSON, PLAN, batch, change, write
from processes import descendants, started, wait_for, watching

from gdanim.batch import receipt
from gdanim.batch import staleness as examining
from gdanim.batch.commands import sources_of
from gdanim.batch.execute import MADE, ClipResult, run_batch
from gdanim.batch.manifest import NAME, content_of
from gdanim.batch.plan import read_plan
from gdanim.batch.receipt import RUNS
from gdanim.batch.report import duration
from gdanim.batch.staleness import examine
from gdanim.batch.worker import ChunkPlan, ChunkTask, ClipTask, OtherFilmError, do_task, moved
from gdanim.cli import main
from gdanim.core.pool import Pool
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError
from gdanim.pacing.timeline import Every
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.rendering.comparison import compared
from gdanim.rendering.provenance import note_in
from gdanim.scene import Descent, Scene
from gdanim.scripting.watching import state_of
from gdanim.views.fit import Fit

pytestmark = pytest.mark.slow

BOTH = {"lesson.mp4", "other.gif"}
SMALL = """
from gdanim import Every, GradientDescent, Linear, Problem, Scene, datasets


def line() -> Scene:
    problem = Problem(datasets.linear(), Linear())
    return Scene(problem, GradientDescent(0.01), (0, 0), steps=2, pace=Every(1, 0, 0))
"""


def invoke(*arguments: str, real: bool = False) -> Result:
    return batch("plan.toml", *arguments, real=real)


def to_make() -> dict[str, str]:
    """What a batch would make now, and why."""
    done = invoke("--dry-run")
    assert done.exit_code == 0, done.output
    lines = [line.partition(": ") for line in done.output.splitlines()]
    return {
        Path(name).name: what.removeprefix("make (").removesuffix(")")
        for name, _, what in lines
        if what != "keep"
    }


def forget_receipt() -> None:
    """As when the files of a library, or ffmpeg's, are others."""
    (receipt.runs_of(Path("plan.toml")) / receipt.NAME).unlink(missing_ok=True)


def held(folder: Path) -> dict[str, str]:
    return {path.name: content_of(path) for path in (folder / "output").glob("[!.]*")}


def test_only_what_has_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert to_make() == dict.fromkeys(BOTH, "is new")
    assert not (folder / "output").exists()
    done = invoke(real=True)
    assert done.exit_code == 0, done.output
    assert "2 made; 10 frames in " in done.output.splitlines()[-1]
    first = held(folder)
    assert set(first) == BOTH
    assert to_make() == {}
    assert invoke().output.startswith("2 kept; 0 frames")

    # A comment is nothing; a helper and a CSV are something, the plan's own settings too.
    write(folder / "lesson.py", "# A comment.\n" + LESSON)
    assert to_make() == {}
    change(folder / "helper.py", "A line", "Another")
    assert to_make() == dict.fromkeys(BOTH, "the scene has changed")
    change(folder / "helper.py", "Another", "A line")
    change(folder / "points.csv", "2,5", "2,4")
    assert to_make() == dict.fromkeys(BOTH, "the scene has changed")
    change(folder / "points.csv", "2,4", "2,5")
    change(folder / "plan.toml", "lr = 0.02", "lr = 0.03")
    assert to_make() == {"other.gif": "the scene has changed"}
    change(folder / "plan.toml", "lr = 0.03", "lr = 0.02")
    change(folder / "plan.toml", "fps = 10", "fps = 20")
    assert to_make() == {"other.gif": "size, frame rate, look or format have changed"}
    change(folder / "plan.toml", "fps = 20", "fps = 10")
    assert to_make() == {}

    # Outputs that somebody edited or removed are noticed.
    with (folder / "output" / "lesson.mp4").open("ab") as file:
        file.write(b"x")
    (folder / "output" / "other.gif").unlink()
    assert to_make() == {"lesson.mp4": "was edited", "other.gif": "is gone"}
    assert invoke().exit_code == 0
    assert held(folder) == first and to_make() == {}

    # As is another version of what draws.
    monkeypatch.setattr(examining, "_versions", lambda *parts: "other")
    forget_receipt()
    why = "gdanim, a library that it draws with or a font has another version"
    assert to_make() == dict.fromkeys(BOTH, why)


def test_a_script_is_run_once_here_and_once_for_each_clip(folder: Path) -> None:
    log = folder / "log.txt"
    noting = f"import os\nwith open({str(log)!r}, 'a') as log:\n    print(os.getpid(), file=log)\n"
    write(folder / "lesson.py", noting + LESSON)
    assert invoke(real=True).exit_code == 0
    runs = Counter(log.read_text(encoding="utf-8").split())
    assert runs.pop(f"{os.getpid()}") == 1 and runs.total() == len(BOTH)


def test_a_changed_look_descends_no_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = examine(read_plan(Path("plan.toml")))
    run_batch(items, IN_THREAD, RUNS)
    assert len(list(RUNS.glob("*.npz"))) == 2

    def no_descent(descent: object) -> None:
        raise AssertionError("descends again")

    monkeypatch.setattr(Descent, "run", no_descent)
    change(folder / "helper.py", "A line", "Another")
    items = examine(read_plan(Path("plan.toml")))
    assert {result.status for result in run_batch(items, IN_THREAD, RUNS)} == {"made"}
    change(folder / "points.csv", "2,5", "2,4")
    items = examine(read_plan(Path("plan.toml")))
    results = run_batch(items, IN_THREAD, RUNS, keep_going=True)
    assert {result.error for result in results} == {"AssertionError: descends again"}


def test_runs_that_nothing_draws_any_more_are_forgotten(folder: Path) -> None:
    invoke()
    before = set(RUNS.glob("*/*.npz"))
    change(folder / "plan.toml", "lr = 0.02", "lr = 0.03")
    invoke()
    after = set(RUNS.glob("*/*.npz"))
    assert len(before) == len(after) == 2 and len(before & after) == 1


def test_plans_in_one_folder_keep_their_runs(folder: Path) -> None:
    invoke()
    before = set(RUNS.glob("*/*.npz"))
    write(folder / "other.toml", PLAN.replace("lr = 0.02", "lr = 0.03"))
    assert batch("other.toml").exit_code == 0
    assert before < set(RUNS.glob("*/*.npz"))


def test_runs_of_a_plan_that_is_called_dots_lie_apart_from_other_files(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = folder / "scripts"
    (scripts / "below").mkdir(parents=True)
    write(scripts / "one.py", SMALL)
    other = scripts / "below" / RUNS.parent / "mine.npz"
    other.parent.mkdir()
    other.write_bytes(b"not gdanim's")
    monkeypatch.chdir(scripts / "below")
    result = batch("..")
    assert result.exit_code == 0, result.output
    assert other.read_bytes() == b"not gdanim's"
    assert len(list((RUNS / "scripts").glob("*.npz"))) == 1


def with_truth(folder: Path, truth: str) -> None:
    change(folder / "lesson.py", "data = datasets", "data = _own(datasets")
    change(folder / "lesson.py", 'y="y")', 'y="y"))')
    change(
        folder / "lesson.py",
        "HERE =",
        "import random\nfrom dataclasses import replace\n\nRNG = random.Random(0)\n\n\n"
        f"def _own(data):\n    return replace(data, truth={truth})\n\n\nHERE =",
    )


def test_what_no_key_can_describe_is_made_again(folder: Path) -> None:
    with_truth(folder, "lambda x: x[:, 0] * RNG.random()")
    assert invoke().exit_code == 0
    assert to_make() == dict.fromkeys(
        BOTH, "scene.problem.data.truth.RNG is a Random, which may have changed"
    )


def test_a_function_of_ones_own_is_described_by_what_it_does(folder: Path) -> None:
    with_truth(folder, "lambda x: x[:, 0] * 2")
    assert invoke().exit_code == 0
    assert to_make() == {}
    change(folder / "lesson.py", "import random", "import random  # A comment.")
    assert to_make() == {}
    change(folder / "lesson.py", "x[:, 0] * 2", "x[:, 0] * 3")
    assert set(to_make()) == BOTH


OWN_CLASSES = """
from dataclasses import dataclass

import numpy as np
from gdanim import GradientDescent
from gdanim.problems.model import LinearInParameters

@dataclass(frozen=True)
class Doubled(LinearInParameters):
    by: float = 2.0
    names = ("a", "b")

    def design(self, x):
        return np.concatenate([self.by * x, np.ones_like(x)], axis=-1)
"""


def test_a_class_of_ones_own_is_as_good_as_ours(folder: Path) -> None:
    with (folder / "helper.py").open("a") as file:
        file.write(OWN_CLASSES)
    change(folder / "lesson.py", "import TITLE", "import TITLE, Doubled")
    change(folder / "lesson.py", "Linear())", "Doubled())")
    assert invoke().exit_code == 0
    assert to_make() == {}
    # Its runs are kept: with another title they are drawn again, and not computed again.
    runs = {path: path.stat().st_mtime_ns for path in folder.rglob("*.npz")}
    change(folder / "helper.py", "TITLE = ", "TITLE = 'New: ' + ")
    assert set(to_make()) == BOTH
    assert invoke().exit_code == 0
    assert len(runs) == 2
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*.npz")} == runs
    change(folder / "helper.py", "self.by * x", "3 * self.by * x")
    assert set(to_make()) == BOTH


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dry-run", "--watch"], "--dry-run .* cannot be combined"),
        (["--dry-run", "--report", "r.json"], "--dry-run .* cannot be combined"),
        (["--dask", "tcp://127.0.0.1:9"], "-j .*--dask .*cannot be combined"),
    ],
)
def test_options_that_do_not_go_together(folder: Path, arguments: list[str], message: str) -> None:
    done = invoke(*arguments)
    assert done.exit_code == 2 and re.search(message, done.output)
    assert not (folder / "output").exists()


def test_failures_are_named_and_stop_the_rest(folder: Path) -> None:
    write(folder / "broken.py", LESSON.replace("title=TITLE", "title=TITLE, panels={'f': Bad()}"))
    change(folder / "broken.py", "HERE =", f"{BAD}\nHERE =")
    write(
        folder / "plan.toml",
        '[defaults]\nsizes = ["64x48"]\n[[clip]]\nscene = "broken.py"\n'
        '[[clip]]\nscene = "lesson.py"\n',
    )
    done = invoke(real=True)
    assert done.exit_code == 1
    assert "1 failed, 1 not begun; 0 frames" in done.output
    assert "plan.toml, line 3: output/broken.mp4: " in done.output.replace(f"{folder}/", "")
    assert "too bad" in done.output and "Error: 1 of 2 clips failed; see above" in done.output
    assert held(folder) == {}
    report = folder / "report.json"
    done = invoke("--keep-going", "--report", str(report))
    assert done.exit_code == 1 and "1 made, 1 failed; 5 frames" in done.output
    assert set(held(folder)) == {"lesson.mp4"}
    one, two = json.loads(report.read_text(encoding="utf-8"))["clips"]
    assert (one["status"], two["status"]) == ("failed", "made")
    assert "too bad" in one["error"] and two["error"] is None
    assert two["files"][0]["frames"] == 5 and two["files"][0]["width"] == 64


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (SMALL.replace("pace=", "titel=1, pace="), "unexpected keyword argument 'titel'"),
        (SMALL.replace("def line(", "def line(("), "SyntaxError"),
    ],
    ids=["made", "loaded"],
)
@pytest.mark.parametrize("plan", ["scripts", "scripts/plan.toml"])
def test_a_scene_that_cannot_be_made_fails_alone(
    folder: Path, plan: str, text: str, said: str
) -> None:
    (folder / "scripts").mkdir()
    write(folder / "scripts" / "a.py", SMALL.replace("steps=2", "steps=2, size=(64, 48)"))
    write(folder / "scripts" / "b.py", text)
    write(folder / "scripts" / "plan.toml", '[[clip]]\nscene = "b.py"\n[[clip]]\nscene = "a.py"\n')

    def begun(*arguments: str) -> Result:
        return batch(plan, *arguments)

    stopped = begun()
    assert stopped.exit_code == 1 and said in stopped.output
    assert list(folder.glob("**/*.mp4")) == []
    shown = begun("--dry-run", "--keep-going")
    assert "a.mp4: make (is new)" in shown.output and "fails: " in shown.output, shown.output
    done = begun("--keep-going", "--report", "report.json")
    assert done.exit_code == 1 and "1 made, 1 failed; 3 frames" in done.output, done.output
    assert said in done.output and "Error: 1 of 2 clips failed; see above" in done.output
    assert [path.name for path in folder.glob("**/*.mp4")] == ["a.mp4"]
    clips = json.loads(Path("report.json").read_text(encoding="utf-8"))["clips"]
    assert sorted(clip["status"] for clip in clips) == ["failed", "made"]
    # Until the script is mended it is not known which runs it draws.
    assert len(list(folder.glob(f"**/{RUNS.name}/**/*.npz"))) == 1
    write(folder / "scripts" / "b.py", SMALL.replace("steps=2", "steps=3, size=(64, 48)"))
    assert "1 made, 1 kept" in begun().output
    write(folder / "scripts" / "b.py", text)
    begun("--keep-going")
    assert len(list(folder.glob(f"**/{RUNS.name}/**/*.npz"))) == 2


BAD = """
from dataclasses import dataclass
from gdanim.views import View


@dataclass(frozen=True)
class Bad(View):
    def draw(self, ax, clip):
        raise RuntimeError("too bad")

"""


def test_all_is_checked_before_anything_is_made(folder: Path) -> None:
    change(folder / "plan.toml", '["gif"]', '["mp4"]')
    change(folder / "plan.toml", 'output = "other"', 'output = "other"\nsizes = ["63x48"]')
    done = invoke()
    assert done.exit_code == 2
    assert "plan.toml, line 8: output/other.mp4: size: mp4 needs an even width" in done.output
    assert not (folder / "output").exists()


KILLER = """
import os, signal
from multiprocessing import parent_process
from dataclasses import dataclass
from gdanim.views import View


@dataclass(frozen=True)
class Bad(View):
    def draw(self, ax, clip):
        if parent_process():
            os.kill(os.getpid(), signal.SIGKILL)

"""


def test_a_killed_worker_fails_its_own_clip_alone(folder: Path) -> None:
    write(folder / "killer.py", LESSON.replace("title=TITLE", "title=TITLE, panels={'f': Bad()}"))
    change(folder / "killer.py", "HERE =", f"{KILLER}\nHERE =")
    text = "\n".join(
        f'[[clip]]\nscene = "{name}.py"\noutput = "{number}"\n'
        for number, name in enumerate(["lesson", "killer", "lesson"])
    )
    write(folder / "plan.toml", f'[defaults]\nsizes = ["64x48"]\n{text}')
    done = CliRunner().invoke(main, ["batch", "plan.toml", "-j", "2", "--keep-going"])
    assert done.exit_code == 1 and "2 made, 1 failed" in done.output
    assert "1.mp4: a worker process exited unexpectedly" in done.output
    assert set(held(folder)) == {"0.mp4", "2.mp4"}


SLOW = LESSON.replace("steps=4", "steps=100000").replace("title=TITLE", "title='slow'")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda s: s.name)
def test_interrupted_and_resumed(folder: Path, number: signal.Signals) -> None:
    write(folder / "slow.py", SLOW)
    plan = (
        '[defaults]\nsizes = ["64x48"]\n[[clip]]\nscene = "lesson.py"\n'
        '[[clip]]\nscene = "slow.py"\nsweep = {lr = [0.01, 0.02]}\n'
    )
    write(folder / "plan.toml", plan)
    command = [sys.executable, "-m", "gdanim", "batch", "plan.toml", "-j", "1"]
    with started(command, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert b"[1/3" in process.stdout.readline()
        wait_for(lambda: len(list((folder / "output").glob(".slow-*"))) == 1)
        children = descendants(process.pid)
        assert len(children) >= 2
        process.send_signal(number)
        errors = process.stderr.read()
        assert process.wait(60) == (130 if number == signal.SIGINT else -number)
        assert number != signal.SIGINT or errors.strip() == b"interrupted"
    wait_for(lambda: not any(Path(f"/proc/{child}").exists() for child in children))
    assert set(held(folder)) == {"lesson.mp4"}
    if number == signal.SIGINT:
        assert list((folder / "output").glob(".slow-*")) == []
    change(folder / "slow.py", "steps=100000", "steps=5")
    assert invoke("--dry-run").output.splitlines()[0].endswith("output/lesson.mp4: keep")
    assert "2 made, 1 kept" in invoke().output
    # What a killed worker left behind is gone.
    assert list((folder / "output").glob(".slow-*")) == []


def test_watch_makes_again_what_a_saved_file_changes(folder: Path) -> None:
    with watching("batch", "plan.toml", "-j", "1", "--report", "report.json") as lines:
        change(folder / "plan.toml", "lr = 0.02", "lr = 0.03")
        made = [next(lines) for _ in range(2)]
        assert "other.gif: made (the scene has changed)" in made[0] and "1 kept" in made[1]
        assert next(lines).startswith("Watching")
        write(folder / "helper.py", "TITLE = 1 / 0\n")
        assert next(lines).startswith("Watching")


def test_only_what_is_read_is_watched(folder: Path) -> None:
    change(folder / "lesson.py", "HERE =", 'Path("made.txt").write_text("x")\nHERE =')
    plan = Path("plan.toml")

    def changed(name: str, text: str) -> bool:
        before = state_of(sources)
        write(folder / name, text)
        return state_of(sources) != before

    sources = sources_of(plan)
    assert not any(changed(name, "...") for name in ("report.json", "log.txt", "made.txt"))
    for name in ("plan.toml", "lesson.py", "helper.py", "points.csv"):
        assert changed(name, (folder / name).read_text(encoding="utf-8") + "\n\n")
    assert changed("other.py", "") and changed("helper.py", "TITLE = 1 / 0\n")

    # What a script that fails has read before; a module or file that is not there yet.
    (folder / "helper.py").unlink()
    (folder / "points.csv").unlink()
    sources = sources_of(plan)
    assert changed("helper.py", "from pathlib import Path\nTITLE = Path('title.txt').read_text()\n")
    sources = sources_of(plan)
    assert changed("title.txt", "A line")
    sources = sources_of(plan)
    assert changed("points.csv", "no numbers")
    sources = sources_of(plan)
    assert changed("points.csv", "x,y\n0,0\n1,2\n") and changed("title.txt", "Another")


def test_watch_notices_a_new_pyproject(folder: Path) -> None:
    assert invoke().exit_code == 0
    plan = Path("plan.toml")
    sources = sources_of(plan)
    before = state_of(sources)
    assert state_of(sources) == before
    write(folder / "pyproject.toml", '[tool.gdanim]\ntheme = "dark"\n')
    assert state_of(sources) != before
    assert to_make() == dict.fromkeys(BOTH, "size, frame rate, look or format have changed")


def test_watch_sees_the_data_that_lie_elsewhere(folder: Path) -> None:
    (folder / "scripts").mkdir()
    (folder / "plans").mkdir()
    for name in ("lesson.py", "helper.py"):
        (folder / name).rename(folder / "scripts" / name)
    change(folder / "scripts" / "lesson.py", "Path(__file__).parent", "Path(__file__).parents[1]")
    change(folder / "plan.toml", "lesson.py", "../scripts/lesson.py")
    (folder / "plan.toml").rename(folder / "plans" / "plan.toml")
    with watching("batch", "plans/plan.toml", "-j", "1") as lines:
        change(folder / "points.csv", "2,5", "2,4")
        assert "made (the scene has changed)" in next(lines)
        assert any(line.startswith("Watching") for line in lines)


def test_the_results_are_in_the_plans_order(folder: Path) -> None:
    items = examine(read_plan(Path("plan.toml")))
    told: list[tuple[int, int]] = []

    def tell(result: object, done: int, total: int, left: float) -> None:
        told.append((done, total))

    results = run_batch(items, IN_THREAD, RUNS, tell=tell)
    assert [result.examined for result in results] == items
    assert told == [(1, 2), (2, 2)]
    assert (folder / "output" / NAME).exists()


def scene(**changes: object) -> Scene:
    base = Scene(Problem(datasets.linear(), Linear()), GradientDescent(0.01), (0, 0), steps=4)
    return changed(base, pace=Every(1, 0, 0), size=(320, 180), **changes)


def test_compared_scenes_are_one() -> None:
    both = compared({"slow": scene(), "fast": scene(optimizer=GradientDescent(0.02))})
    runs = both.runs()
    assert list(runs) == ["slow", "fast"]
    assert (runs["slow"].losses == scene().run().losses).all()
    assert runs["fast"].losses[-1] < runs["slow"].losses[-1]
    both.film().draw(0)
    # Equal panels need not be the same ones. A panel for every run, and a line below each.
    assert len(both.film().figure.axes) == 4


def test_a_comparison_has_a_title_only_where_all_have_it() -> None:
    assert compared({"a": scene(title="x"), "b": scene(title="x")}).title == "x"
    assert compared({"a": scene(title="lr = 1"), "b": scene(title="lr = 2")}).title == ""


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"steps": 9}, "b changes steps of the scene, which compared runs share"),
        ({"seed": 9}, "b changes seed"),
        ({"captions": False}, "b changes captions"),
        ({"panels": {"fit": Fit(inset=None)}}, "b changes panels"),
        ({"start": [(0, 0), (1, 1)]}, None),
        ({"optimizer": {"x": GradientDescent(0.1)}}, "b compares runs already"),
    ],
)
def test_scenes_that_cannot_be_compared(other: dict[str, object], message: str | None) -> None:
    scenes = {"a": scene(), "b": scene(**other)}
    if message is None:
        assert list(compared(scenes).runs()) == ["a", "b, run 1", "b, run 2"]
        return
    with pytest.raises(GdanimError, match=message):
        compared(scenes)


def test_clock() -> None:
    assert [duration(s) for s in (0.4, 8, 125, 3725)] == ["0 s", "8 s", "2:05", "1:02:05"]


def test_a_manifest_survives_a_line_that_was_cut_short(folder: Path) -> None:
    assert invoke().exit_code == 0
    manifest = folder / "output" / NAME
    first, second = manifest.read_text(encoding="utf-8").splitlines(keepends=True)
    write(manifest, first + second[:40])
    assert len(to_make()) == 1
    assert invoke().exit_code == 0
    assert to_make() == {}
    # What was noted twice, or cut short, is written once.
    assert sorted(manifest.read_text(encoding="utf-8").splitlines(keepends=True)) == sorted(
        [first, second]
    )


def test_what_goes_beside_a_video_is_kept_up_to_date_with_it(folder: Path) -> None:
    kinds = ("captions", "alt", "filmstrip", "csv")
    asked = '[defaults]\nposter = "last"\n' + "".join(f"{kind} = true\n" for kind in kinds)
    change(folder / "plan.toml", "[defaults]\n", asked)
    change(folder / "plan.toml", PLAN[PLAN.rindex("[[clip]]") :], "")
    done = invoke()
    assert done.exit_code == 0, done.output
    ends = ("mp4", "poster.png", "vtt", "alt.txt", "filmstrip.png", "steps.csv")
    names = {f"lesson.{end}" for end in ends}
    assert set(held(folder)) == names
    assert to_make() == {}
    for end in ("vtt", "filmstrip.png", "steps.csv"):
        (folder / "output" / f"lesson.{end}").unlink()
        assert to_make() == {"lesson.mp4": "is gone"}
    assert invoke().exit_code == 0 and set(held(folder)) == names
    write(folder / "output" / "lesson.alt.txt", "A line.")
    assert to_make() == {"lesson.mp4": "was edited"}
    change(folder / "plan.toml", "csv = true\n", "")
    assert to_make() == {"lesson.mp4": "size, frame rate, look or format have changed"}


def after_first(pool: Pool, act: Callable[[], object]) -> Pool:
    """The pool, with something that happens when its first task is done."""

    @contextmanager
    def opened() -> Iterator[Executor]:
        with pool.open() as executor:
            yield Acting(executor)

    pending = [act]

    class Acting(Executor):
        def __init__(self, other: Executor) -> None:
            self.other = other

        def submit(self, *arguments: Any, **keywords: Any) -> Future[Any]:
            future: Future[Any] = self.other.submit(*arguments, **keywords)
            future.exception()
            for now in pending:
                now()
            pending.clear()
            return future

    return replace(pool, open=opened)


@pytest.mark.parametrize("pool", [IN_THREAD, ELSEWHERE])
@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("lesson.py", "title=TITLE", 'title="New"'),
        ("lesson.py", "(0, 0)", "(0, 3)"),
        ("helper.py", "A line", "Another"),
        ("points.csv", "2,5", "2,4"),
    ],
)
def test_a_clip_is_noted_as_what_was_drawn(
    folder: Path, pool: Pool, name: str, old: str, new: str
) -> None:
    examined = examine(read_plan(Path("plan.toml")))
    editing = after_first(pool, lambda: change(folder / name, old, new))
    results = run_batch(examined, editing, RUNS / "plan.toml")
    assert {result.status for result in results} == {MADE}
    why = "the scene has changed"
    assert to_make() == {"lesson.mp4": why}
    change(folder / name, new, old)
    assert to_make() == {"other.gif": why}
    # The run that was kept is of what was descended, too.
    assert invoke().exit_code == 0
    mended = held(folder)
    assert invoke("--force").exit_code == 0
    assert held(folder) == mended


def test_an_edit_between_chunks_makes_the_clip_whole(folder: Path) -> None:
    """Only frames in the middle differ, so the ends alone would not tell."""
    change(folder / "plan.toml", PLAN[PLAN.rindex("[[clip]]") :], "")
    change(folder / "lesson.py", "steps=4", "steps=4, panels={'own': views.LossCurve()}")
    change(folder / "lesson.py", "import Every", "import views, Every")
    write(folder / "patch.py", "")
    change(folder / "lesson.py", "from helper", "import patch\nfrom helper")
    task = ClipTask(0, examine(read_plan(Path("plan.toml")))[0].clip, most_chunks=0)
    plan = do_task(task).made
    assert isinstance(plan, ChunkPlan)
    chunk = ChunkTask(0, moved(task.clip, folder / "parts"), plan, plan.chunks[0])
    write(folder / "patch.py", "X = 1")
    with pytest.raises(OtherFilmError):
        do_task(chunk)
    write(folder / "patch.py", "")
    do_task(chunk)


def test_modules_that_change_others_count(folder: Path) -> None:
    change(folder / "helper.py", "TITLE", "import matplotlib.axes\n\nTITLE")
    assert invoke().exit_code == 0
    assert to_make() == {}
    with (folder / "helper.py").open("a") as file:
        file.write("\n\nmatplotlib.axes.Axes.gridline_width = 3\n")
    assert to_make() == dict.fromkeys(BOTH, "the scene has changed")
    assert invoke().exit_code == 0
    with (folder / "helper.py").open("a") as file:
        file.write("# A comment.\n")
    assert to_make() == {}


def test_another_ffmpeg_makes_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert invoke().exit_code == 0
    forget_receipt()
    monkeypatch.setattr(ffmpeg, "version", lambda: "1.2.3")
    why = "gdanim, a library that it draws with or a font has another version"
    assert to_make() == dict.fromkeys(BOTH, why)


def test_a_renamed_script_is_named_by_its_files(folder: Path, tmp_path: Path) -> None:
    assert invoke().exit_code == 0
    (folder / "lesson.py").rename(folder / "lecture.py")
    change(folder / "plan.toml", '"lesson.py"\n\n', '"lecture.py"\noutput = "lesson"\n\n')
    change(folder / "plan.toml", '"lesson.py"', '"lecture.py"')
    assert to_make() == dict.fromkeys(BOTH, "script, scene or knobs have other names")
    assert invoke().exit_code == 0
    assert to_make() == {}
    origin = note_in(Path("output/lesson.mp4")).origin
    assert origin is not None and origin.script == "lecture.py"


def test_where_a_batch_is_started_does_not_matter(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert invoke().exit_code == 0
    monkeypatch.chdir(folder.parent)
    done = CliRunner().invoke(main, ["batch", f"{folder.name}/plan.toml", "--dry-run"])
    assert done.output.count(": keep\n") == 2


def made_elsewhere() -> ClipResult:
    """The plan's first clip, made by a worker that has none of its files."""
    examined = examine(read_plan(Path("plan.toml"))[:1])
    (result,) = run_batch(examined, ELSEWHERE, RUNS)
    return result


def test_a_file_from_elsewhere_names_the_script_as_it_is_called_here(folder: Path) -> None:
    (folder / "scripts").mkdir()
    for name in ("lesson.py", "helper.py", "points.csv"):
        (folder / name).rename(folder / "scripts" / name)
    change(folder / "plan.toml", PLAN[PLAN.rindex("[[clip]]") :], "")
    change(folder / "plan.toml", "lesson.py", "scripts/lesson.py")
    made_elsewhere()
    origin = note_in(Path("output/lesson.mp4")).origin
    assert origin is not None and origin.script == "scripts/lesson.py"
    there = held(folder)
    assert invoke("--force").exit_code == 0
    assert held(folder) == there


def test_a_bundle_brings_back_what_goes_beside_a_video(folder: Path) -> None:
    change(folder / "plan.toml", "[defaults]\n", "[defaults]\nposter = 2\nalt = true\n")
    rendered = made_elsewhere().files[0]
    names = ["lesson.poster.png", "lesson.alt.txt"]
    assert rendered.sidecars == tuple(Path("output", name) for name in names)
    assert set(held(folder)) == {"lesson.mp4", *names}
    assert "orange points" in Path("output/lesson.alt.txt").read_text(encoding="utf-8")
