"""What the README shows is what is there."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import gdanim
from gdanim.cli import main
from gdanim.rendering.pipeline import render
from gdanim.rendering.result import Rendered
from gdanim.scene import Scene

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)


def test_the_scene_it_shows_is_the_one_that_ships() -> None:
    assert PYTHON[0] == (ROOT / "scenes" / "sine_lr_too_high.py").read_text(encoding="utf-8")


def test_its_programs_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    minutes = np.arange(0, 60, 3)
    table = np.stack([minutes, 22 + 65 * np.exp(-0.05 * minutes)], axis=1)
    np.savetxt("coffee.csv", table, delimiter=",", header="minutes,degrees", comments="")
    seen: list[Scene] = []

    def small(scene: Scene, path: str) -> Rendered:
        seen.append(scene)
        return render(scene, path, size=(160, 96), fps=2)

    monkeypatch.setattr(gdanim, "render", small, raising=False)
    programs = [text for text in PYTHON[1:] if "import torch" not in text or find_spec("torch")]
    for text in programs:
        exec(compile(text, "README.md", "exec"), {})
    assert len(seen) == len(programs) > 0
    for scene in seen:
        losses = scene.run().losses
        assert losses[-1] < losses[0] / 100


def commands() -> list[str]:
    """The commands that it shows for `my_scene.py`, which `gdanim new my_scene` writes."""
    lines = "".join(re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)).splitlines()
    return [line.partition("#")[0].strip() for line in lines if " my_scene.py" in line]


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
def test_its_commands_run(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    assert runner.invoke(main, ["new", "my_scene"]).exit_code == 0
    # Small and short, and otherwise as it is shown.
    small = " --size 160x96" + " --fps 10 --seconds 1" * ("--still" not in command)
    result = runner.invoke(main, (command.removeprefix("gdanim ") + small).split())
    assert result.exit_code == 0, result.output
    assert len(list(tmp_path.rglob("*.*"))) > 1


def test_it_lists_every_scene_that_ships() -> None:
    listed = re.findall(r"^\| `(\w+\.py)` \|", README, flags=re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in (ROOT / "scenes").glob("*.py"))


def test_its_files_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not missing
