"""Each example of docs/extending.md runs, and what it defines is as good as gdanim's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from films import frame_shape

from gdanim.core.digest import key_of
from gdanim.descent.run import Run
from gdanim.narration.alternative_text import alternative_text
from gdanim.rendering.pipeline import render
from gdanim.scripting.load import load

PAGE = (Path(__file__).parent.parent / "docs" / "extending.md").read_text(encoding="utf-8")
EXAMPLES = {
    title: code
    for title, code in re.findall(r"^## An? (\w+)\n.*?```python\n(.*?)```", PAGE, re.M | re.S)
}


def test_there_is_an_example_of_each_kind() -> None:
    assert list(EXAMPLES) == ["optimizer", "model", "loss", "view", "theme", "format"]
    for title, code in EXAMPLES.items():
        assert len(re.findall(r"\S.*\n", code)) <= 40, title


@pytest.fixture(params=list(EXAMPLES))
def example(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """An example's kind, and its code as a script."""
    script = tmp_path / f"own_{request.param}.py"
    script.write_text(EXAMPLES[request.param], encoding="utf-8")
    return request.param, script


def test_each_example_is_rendered(example: tuple[str, Path], tmp_path: Path) -> None:
    _, script = example
    (scene,) = load(script).scenes
    made = scene()
    rendered = render(made, tmp_path / "own.gif", size=(160, 96), fps=10, seconds=0.5)
    assert rendered.frames == 5
    (run,) = made.runs().values()
    assert run.losses[-1] < 0.1 * run.losses[0]


def test_what_it_defines_is_named_in_the_alternative_text(example: tuple[str, Path]) -> None:
    kind, script = example
    made = load(script).scenes[0]()
    text = alternative_text(made.clip(made.runs()), made.panels)
    words = {"optimizer": "Lion", "loss": "loss", "view": "a histogram of the residuals"}
    assert words.get(kind, "points") in text


def test_its_run_is_saved_and_loaded(example: tuple[str, Path], tmp_path: Path) -> None:
    _, script = example
    module = load(script)
    (run,) = module.scenes[0]().runs().values()
    run.save(tmp_path / "run.npz")
    own = [type(value) for value in (run.optimizer, run.problem.model, run.problem.loss_function)]  # type: ignore[attr-defined]
    again = Run.load(tmp_path / "run.npz", types=own)
    assert (again.params == run.params).all() and (again.losses == run.losses).all()


def test_it_has_a_key_that_follows_its_code(example: tuple[str, Path]) -> None:
    _, script = example
    scene = load(script).scenes[0]
    assert key_of(scene().descents, "scene") == key_of(scene().descents, "scene")


def test_the_format_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = EXAMPLES["format"].replace("scene().film()", "replace(scene(), size=(160, 96)).film()")
    exec(compile(code, "extending.md", "exec"), {"__name__": "__main__"})
    assert frame_shape("lesson.mkv") == (96, 160, 3)
