"""A run that somebody else's loop made is shown like any other."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import LINE, VIEWS, WAVE
from click.testing import CliRunner, Result
from plans import batch

from gdanim import Formula, Problem, Recorder, Run, Scene, cli, datasets, descend, render, views
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.errors import GdanimError
from gdanim.film.header import method_text
from gdanim.narration.explain import explain
from gdanim.pacing.timeline import Every
from gdanim.problems.objective import Objective
from gdanim.rendering.csv_table import write_table
from gdanim.rendering.file_info import inspect
from scripts import write

pytestmark = pytest.mark.slow

START, LR, STEPS = (-2.0, -1.5), 0.01, 40
SIZE = (320, 180)

LOOP = """
from gdanim import Every, Linear, Problem, Recorder, Scene, datasets, views

def scene(lr: float = 0.01, start: float = 5.0) -> Scene:
    problem, params = Problem(datasets.linear(points=9), Linear()), [0.0, start]
    recorder = Recorder(problem)
    recorder.snapshot(params)
    for _ in range(4):
        params = [one - lr * slope for one, slope in zip(params, problem.gradient(params))]
        recorder.snapshot(params)
    return Scene(
        problem, recorder.run(), title="Loop", pace=Every(1, 0, 0), size=(128, 96), fps=10
    )
"""


def loop(problem: Objective = LINE, lr: float = LR, steps: int = STEPS) -> Recorder:
    """Gradient descent as anybody would write it, recorded."""
    recorder, params = Recorder(problem), np.array(START)
    recorder.snapshot(params)
    for _ in range(steps):
        params -= lr * problem.gradient(params)
        recorder.snapshot(params)
    return recorder


def gdanim(*words: str) -> Result:
    return CliRunner().invoke(cli.main, words)


def pixels(scene: Scene, frame: int) -> bytes:
    return scene.film().draw(frame).tobytes()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_its_frames_are_those_of_the_same_descent() -> None:
    panels = {"fit": views.Fit(), "bowl": views.Contour(), "rate": views.LearningRate()}
    ours = Scene(LINE, GradientDescent(LR), START, STEPS, panels=panels, size=SIZE)
    recorder = Recorder(LINE)
    for params in ours.run().params:
        recorder.snapshot(params)
    recorded = recorder.run(GradientDescent(LR), rates=[LR] * STEPS)
    theirs = Scene(LINE, recorded, panels=panels, size=SIZE)
    for frame in (0, 100, 299):
        assert pixels(theirs, frame) == pixels(ours, frame)


def test_the_scene_takes_the_run_as_it_is() -> None:
    run = loop().run()
    scene = Scene(LINE, run)
    assert scene.run() is run
    assert (scene.max_steps, scene.descents) == (STEPS, {"run": run})


@pytest.mark.parametrize("case", [case for case in VIEWS if case.made_for(LINE)], ids=str)
def test_every_view_shows_a_run_without_rates(case: Any) -> None:
    if (
        case.name in ("learning rate", "rate sweep", "text", "optimizer state")
        or "basins" in case.name
    ):
        pytest.skip("these show the rate itself, or repeat the run")
    film = Scene(LINE, loop().run(), panels={"one": case.view}, size=SIZE).film()
    first, last = (film.draw(frame).tobytes() for frame in (0, len(film) - 1))
    assert first != last


def test_nothing_is_said_of_a_rate_that_nobody_knows(tmp_path: Path) -> None:
    run = loop().run()
    film = Scene(LINE, run, panels={"words": views.Text("hello, {step}")}, size=SIZE).film()
    assert method_text(film.clip, 0) == r"$\hat{y} = \mathrm{slope}\,x + \mathrm{intercept}$"
    assert "hello, 0" in {text.get_text() for text in film.figure.axes[0].texts}
    assert not any("rate 0" in line or "nan" in line for line in explain(run))
    write_table({"run": run}, tmp_path / "a.csv")
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["learning_rate"] for row in rows} == {""}
    # An optimizer that is known, with rates that are not.
    named = loop().run(GradientDescent(LR))
    assert method_text(Scene(LINE, named).film().clip, 0).endswith("gradient descent")
    assert not any("nan" in line for line in explain(named))


def test_a_rate_that_was_recorded_is_said_without_an_optimizer() -> None:
    run = loop().run(rates=[LR] * STEPS)
    assert method_text(Scene(LINE, run).film().clip, 0).endswith(r"$\eta$ = 0.01")


def test_beside_our_own_descent() -> None:
    scene = Scene(LINE, {"mine": loop(lr=0.02).run(), "ours": GradientDescent(LR)}, START, 50)
    runs = scene.runs()
    assert [(label, run.steps) for label, run in runs.items()] == [("mine", 40), ("ours", 50)]
    assert scene.max_steps == 50
    mine, ours = loop().run(), GradientDescent(LR)
    assert Scene(LINE, {"mine": mine, "ours": ours}, epochs=3).max_steps is None
    assert replace(scene, panels={"loss": views.LossCurve()}, size=SIZE).film().draw(299)


def test_several_runs_of_one_recorder() -> None:
    recorder = Recorder(LINE)
    for params in ([(0, 1), (1, 0)], [(1, 1), (1, 1)]):
        recorder.snapshot(params)
    runs = Scene(LINE, recorder.run()).runs()
    assert list(runs) == ["run 1", "run 2"]
    recorder = Recorder(LINE)
    recorder.snapshot([(0, 1)])
    assert list(Scene(LINE, recorder.run()).runs()) == ["run 1"]


def test_a_run_from_a_file_is_one_of_the_same_problem(tmp_path: Path) -> None:
    loop().run().save(tmp_path / "a.npz")
    run = Run.load(tmp_path / "a.npz")
    assert run.problem is not LINE
    loaded, ours = Scene(LINE, {"a": run, "b": GradientDescent(LR)}, START).runs().values()
    assert loaded.problem is ours.problem


def test_formulas_are_compared_by_their_losses() -> None:
    data = datasets.linear(2.0, 1.0)
    one, same, other = (
        Problem(data, Formula(formula))
        for formula in (lambda x, w, b: w * x + b, lambda x, w, b: w * x + b, lambda x, w, b: b * x)
    )
    run = loop(one).run()
    assert Scene(same, run).run() is run
    with pytest.raises(GdanimError, match="^optimizer: .*recorded"):
        Scene(other, run)


MISTAKES: dict[str, tuple[Callable[[], object], str]] = {
    "another problem": (
        lambda: Scene(Problem(datasets.linear(2.0, 1.1), LINE.model), loop().run()),
        "recorded of another problem",
    ),
    "another model": (
        lambda: Scene(WAVE, {"mine": loop().run()}),
        "^optimizer: the run 'mine' was recorded of another problem",
    ),
    "the recorder": (
        lambda: Scene(LINE, loop()),  # type: ignore[arg-type]
        r"^optimizer: must be an Optimizer, such as GradientDescent\(0.01\), or a Run, such as "
        r"recorder.run\(\); got <gdanim",
    ),
    "nothing": (
        lambda: Scene(LINE, None),
        "^optimizer: must be an Optimizer, .*; got None$",
    ),
    "no rates": (
        lambda: Scene(LINE, loop().run(), panels={"rate": views.LearningRate()}).film(),
        r"^LearningRate: .* without learning rates; give them as recorder.run\(rates=\[...\]\)",
    ),
    "a text of the rate": (
        lambda: Scene(LINE, loop().run(), panels={"text": views.Text("{rate}")}).film(),
        "^Text: {rate} is not a value of this scene; it has slope, intercept, step, loss$",
    ),
    "a run": (
        lambda: render(loop().run(), "a.mp4"),  # type: ignore[arg-type]
        r"^render: takes a Scene, got a Run; show it with Scene\(run\)$",
    ),
    "a film": (
        lambda: render(Scene(LINE, loop().run()).film(), "a.mp4"),  # type: ignore[arg-type]
        "^render: takes a Scene, got a Film; pass the Scene that the film was made from$",
    ),
    "a function": (
        lambda: render(test_beside_our_own_descent, "a.mp4"),  # type: ignore[arg-type]
        r"^render: takes a Scene, got a function; call it: scene\(\)$",
    ),
    "a problem": (
        lambda: render(LINE, "a.mp4"),  # type: ignore[arg-type]
        r"^render: takes a Scene, got a Problem; give a Scene\(problem, optimizer\)$",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name: str) -> None:
    make, message = MISTAKES[name]
    with pytest.raises(GdanimError, match=message):
        make()


def test_a_script_that_returns_the_run_alone(folder: Path) -> None:
    write(folder, LOOP.replace("return Scene(", "return recorder.run()\n    Scene("))
    refused = gdanim("render", "lesson.py")
    assert refused.exit_code == 1
    assert "scene() must return a Scene, got Run; show it with Scene(run)" in refused.stderr


def test_files_of_a_loop_in_a_script(folder: Path) -> None:
    write(folder, LOOP)
    beside = ["--poster", "2", "--captions", "--alt", "--filmstrip", "--csv"]
    assert gdanim("render", "lesson.py", "-o", "a.mp4", *beside).exit_code == 0
    assert (inspect(Path("a.mp4")).frames, inspect(Path("a.mp4")).size) == (5, (128, 96))
    first = Path("a.mp4").read_bytes()
    assert gdanim("info", "a.mp4", "--again", "--yes", "-o", "b.mp4").exit_code == 0
    assert Path("b.mp4").read_bytes() == first
    assert gdanim("render", "lesson.py", "--still", "4", "-o", "a.png").exit_code == 0
    late = gdanim("render", "lesson.py", "--still", "5", "-o", "a.png")
    assert "a still of this scene can show steps 0 to 4, got 5" in late.stderr
    assert gdanim("explain", "lesson.py").exit_code == 0
    page = ["--sweep", "lr=0.01,0.02", "-o", "page.html"]
    assert gdanim("embed", "lesson.py", *page).exit_code == 0


def test_a_still_of_a_late_step(folder: Path) -> None:
    scene = Scene(LINE, loop(steps=500).run(), size=SIZE)
    assert render(scene, "a.png", still=450).path == Path("a.png")
    with pytest.raises(GdanimError, match="500, got 501"):
        render(scene, "a.png", still=501)


def test_a_batch_knows_when_the_loop_has_gone_otherwise(folder: Path) -> None:
    script = write(folder, LOOP)
    Path("plan.toml").write_text(
        '[[clip]]\nscene = "lesson.py"\n[[clip]]\nscene = "lesson.py"\noutput = "both"\n'
        "sweep = {lr = [0.01, 0.02]}\ncompare = true\n",
        encoding="utf-8",
    )
    made = batch("plan.toml")
    assert made.exit_code == 0, made.output
    assert {path.name for path in folder.rglob("*.mp4")} == {"lesson.mp4", "both.mp4"}
    assert not list(folder.rglob("*.npz")), "what a script has recorded need not be kept"

    def reasons() -> list[str]:
        said = batch("plan.toml", "--dry-run").output.splitlines()
        return [line for line in said if "lesson" in line or "both" in line]

    kept = reasons()
    script.write_text(f"# A comment.\n{script.read_text()}", encoding="utf-8")
    assert reasons() == kept
    script.write_text(script.read_text().replace("range(4)", "range(3)"), encoding="utf-8")
    assert len(reasons()) == 2 and not set(reasons()) & set(kept)


def test_a_recorded_run_without_a_step() -> None:
    scene = Scene(LINE, loop(steps=0).run(), size=SIZE, pace=Every(1, 0, 0))
    assert scene.film().draw(0)


def test_what_descend_gives_can_be_shown_again() -> None:
    run = descend(LINE, GradientDescent([[0.01], [0.02]]), START, 3)
    assert list(Scene(LINE, run).runs()) == ["η = 0.01", "η = 0.02"]
