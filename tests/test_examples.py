"""The scenes that ship with gdanim: found by name, in a clone and in an installed package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gdanim import cli
from gdanim.batch.plan import read_plan
from gdanim.scripting import examples
from scripts import SCENE, write

ROOT = Path(__file__).parent.parent
PICTURE = ["--size", "96x64", "--still", "0"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def gdanim(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments, prog_name="gdanim")


def built() -> dict[str, dict[str, object]]:
    """What hatch puts into the wheel and the source distribution."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    targets: dict[str, dict[str, object]] = tomllib.loads(text)["tool"]["hatch"]["build"]["targets"]
    return targets


def test_the_wheel_carries_the_scenes_and_the_sdist_what_the_wheel_is_built_from() -> None:
    packaged = examples.FOLDERS[0].relative_to(examples.PACKAGE.parent).as_posix()
    assert built()["wheel"]["force-include"] == {"scenes": packaged}
    included = built()["sdist"]["include"]
    assert isinstance(included, list) and {"gdanim", "scenes"} <= set(included)


def test_an_installed_package_finds_its_scenes(tmp_path: Path) -> None:
    site, work = tmp_path / "site", tmp_path / "work"
    work.mkdir()
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "gdanim", site / "gdanim", ignore=unwanted)
    included = built()["wheel"]["force-include"]
    assert isinstance(included, dict)
    for source, target in included.items():
        shutil.copytree(ROOT / source, site / target, ignore=unwanted)
    done = subprocess.run(
        [sys.executable, "-m", "gdanim", "render", "heart::one_feature", *PICTURE],
        cwd=work,
        env={**os.environ, "PYTHONPATH": f"{site}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert os.listdir(work / "output") == ["heart-one_feature-step0.png"]


def test_list_shows_them_where_there_are_no_others() -> None:
    result = gdanim("list")
    assert result.exit_code == 0, result.output
    scripts = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert scripts == [f"{name}.py" for name in examples.names()]
    assert len(scripts) > 20
    assert gdanim("list", "linear").stdout in result.stdout


@pytest.mark.parametrize("name", ["linear", "linear.py", "linear::scene", "linear.py::scene"])
def test_a_scene_is_rendered_by_its_name(name: str) -> None:
    result = gdanim("render", name, *PICTURE)
    assert result.exit_code == 0, result.output
    assert os.listdir("output") == ["linear-step0.png"]


def test_a_file_of_that_name_comes_first(tmp_path: Path) -> None:
    write(Path(), SCENE, "linear.py")
    for name in ("linear", "linear.py"):
        assert examples.find_script(name) == Path("linear.py")
    assert examples.find_script("linear", tmp_path.parent) == examples.folder() / "linear.py"
    assert "Down the bowl." in gdanim("list", "linear").stdout


def test_a_folder_of_that_name_is_not_in_the_way() -> None:
    Path("linear").mkdir()
    assert gdanim("list", "linear.py").exit_code == 0
    assert gdanim("render", "linear", *PICTURE, "-o", "linear/").exit_code == 0


def test_only_a_bare_name_is_one_of_theirs() -> None:
    path = "lessons/linear.py"
    assert examples.find_script(path) == Path(path)
    result = gdanim("render", path)
    assert (result.exit_code, f"{path}: no such file" in result.stderr) == (2, True)


@pytest.mark.parametrize("arguments", [["render", "liner.py"], ["new", "a", "--from", "liner"]])
def test_an_unknown_name_is_told_the_nearest(arguments: list[str]) -> None:
    result = gdanim(*arguments)
    assert result.exit_code == 2
    assert "did you mean linear" in result.stderr
    assert not os.listdir()


def test_what_was_rendered_by_name_is_rendered_again() -> None:
    assert gdanim("render", "heart::one_feature", *PICTURE).exit_code == 0
    path = "output/heart-one_feature-step0.png"
    assert "gdanim render heart.py::one_feature" in gdanim("info", path).stdout
    before = Path(path).read_bytes()
    result = gdanim("info", path, "--again", "--yes", "-o", "again.png")
    assert result.exit_code == 0, result.output
    assert Path("again.png").read_bytes() == before


def test_a_plan_names_them_too(tmp_path: Path) -> None:
    plan = write(tmp_path, '[[clip]]\nscene = "linear"\n', "plan.toml")
    (clip,) = read_plan(plan)
    assert clip.selection == f"{examples.folder() / 'linear.py'}::scene"
    assert clip.outputs[0].path == tmp_path / "output" / "linear.mp4"


def test_a_copy_to_start_from() -> None:
    result = gdanim("new", "mine", "--from", "heart.py")
    assert result.exit_code == 0, result.output
    assert Path("mine.py").read_bytes() == (ROOT / "scenes" / "heart.py").read_bytes()
    assert sorted(os.listdir()) == ["data", "mine.py"] and os.listdir("data") == ["heart.csv"]
    assert gdanim("render", "mine.py::two_features", *PICTURE).exit_code == 0
    assert gdanim("new", "line", "--from", "linear").exit_code == 0
    assert os.listdir("data") == ["heart.csv"]


def test_a_copy_overwrites_nothing() -> None:
    Path("data").mkdir()
    Path("data/heart.csv").write_text("mine")
    assert gdanim("new", "mine", "--from", "heart").exit_code == 0
    assert Path("data/heart.csv").read_text() == "mine"
    result = gdanim("new", "mine", "--from", "linear")
    assert (result.exit_code, "mine.py: already exists" in result.stderr) == (2, True)
