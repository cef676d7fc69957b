"""Themes from files: on the command line, in plans, in the note of a file, and in batches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image
from plans import batch

from gdanim import cli
from gdanim.batch.plan import read_plan
from gdanim.errors import GdanimError, RequestError
from gdanim.rendering.themes import project_theme, theme_called
from gdanim.views.theme import DARK, THEMES
from scripts import SCENE, write

pytestmark = pytest.mark.slow

PICTURE = ["--size", "96x64", "--still", "0"]
BRAND = 'base = "dark"\npoints = "#ff00ff"\n'
PROJECT = '[project]\nname = "talk"\n[tool.gdanim.theme]\n' + BRAND


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SCENE)
    (tmp_path / "brand.toml").write_text(BRAND)
    return tmp_path


def gdanim(*arguments: str) -> Result:
    result = CliRunner().invoke(cli.main, arguments, prog_name="gdanim")
    assert result.exit_code == 0, result.output
    return result


def test_a_file_s_colours_are_drawn() -> None:
    looks = []
    for name in ("dark", "light", "brand.toml"):
        gdanim("render", "lesson.py", *PICTURE, "--theme", name, "-o", "a.png")
        looks.append(Path("a.png").read_bytes())
    assert len(set(looks)) == 3


def test_the_note_names_the_file_and_renders_the_same_again() -> None:
    Path("looks").mkdir()
    Path("brand.toml").rename("looks/brand.toml")
    gdanim("render", "lesson.py", *PICTURE, "--theme", "looks/brand.toml", "-o", "a.png")
    assert "--theme=looks/brand.toml" in gdanim("info", "a.png").stdout
    gdanim("info", "a.png", "--again", "--yes", "-o", "b.png")
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


@pytest.mark.parametrize(
    ("name", "message"), [("drak", "did you mean dark?"), ("no.toml", "no.toml: cannot be read")]
)
def test_no_such_theme(name: str, message: str) -> None:
    result = CliRunner().invoke(cli.main, ["render", "lesson.py", *PICTURE, "--theme", name])
    assert result.exit_code in (1, 2)
    assert message in result.output
    assert not Path("output").exists()


def test_the_help_names_all_themes() -> None:
    shown = gdanim("render", "--help").stdout
    assert all(name in shown for name in THEMES)


def test_a_plan_takes_files_relative_to_its_folder(tmp_path: Path) -> None:
    (tmp_path / "plans").mkdir()
    (tmp_path / "brand.toml").rename(tmp_path / "plans" / "brand.toml")
    plan = write(
        tmp_path / "plans",
        '[[clip]]\nscene = "../lesson.py"\nthemes = ["dark", "brand.toml"]\n',
        "plan.toml",
    )
    dark, brand = read_plan(plan)
    assert dark.settings.theme == DARK and dark.settings.theme_file is None
    assert brand.settings.theme is not None
    assert (brand.settings.theme.paper, brand.settings.theme.points) == (DARK.paper, "#ff00ff")
    assert [clip.outputs[0].path.name for clip in (dark, brand)] == [
        "lesson-dark.mp4",
        "lesson-brand.mp4",
    ]


def test_a_plan_names_the_line_of_a_wrong_theme(tmp_path: Path) -> None:
    plan = write(tmp_path, '[[clip]]\nscene = "lesson.py"\nthemes = ["no.toml"]\n', "plan.toml")
    with pytest.raises(RequestError, match=r"plan\.toml, line 3: .*no\.toml"):
        read_plan(plan)


def test_a_batch_renders_again_what_a_changed_theme_file_changes(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[[clip]]\nscene = "lesson.py"\nthemes = ["brand.toml"]\nsizes = ["96x64"]\n'
        'seconds = 0.2\nfps = 10\nformats = ["gif"]\n',
        "plan.toml",
    )
    assert "made (is new)" in batch("plan.toml").stdout
    assert "made" not in batch("plan.toml").stdout.partition("0 made")[0]
    before = Path("output/lesson.gif").read_bytes()
    (tmp_path / "brand.toml").write_text(BRAND.replace("#ff00ff", "#00ff00"))
    assert batch("plan.toml").exit_code == 0
    assert Path("output/lesson.gif").read_bytes() != before
    assert "lesson.gif" in os.listdir("output")


def picture(*options: str) -> bytes:
    """The still that `gdanim render lesson.py` writes."""
    gdanim("render", "lesson.py", *PICTURE, *options, "-o", "a.png")
    return Path("a.png").read_bytes()


def pixels(*options: str) -> bytes:
    """The still without its note, which names the theme."""
    picture(*options)
    with Image.open("a.png") as image:
        return image.tobytes()


@pytest.mark.parametrize("place", [".", ".."], ids=["this folder", "a parent"])
@pytest.mark.parametrize("theme", ["table", "file", "name"])
def test_scenes_without_a_theme_have_the_project_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, theme: str
) -> None:
    (tmp_path / "talk").mkdir()
    (tmp_path / "lesson.py").rename(tmp_path / "talk" / "lesson.py")
    (tmp_path / "brand.toml").rename(tmp_path / "talk" / place / "brand.toml")
    monkeypatch.chdir("talk")
    light = pixels()
    expected = pixels("--theme", "dark" if theme == "name" else f"{place}/brand.toml")
    values = {"file": '"brand.toml"', "name": '"dark"'}
    text = PROJECT if theme == "table" else f"[tool.gdanim]\ntheme = {values[theme]}\n"
    Path(place, "pyproject.toml").write_text(text)
    assert pixels() == expected != light
    assert pixels("--theme", "light") == light, "the option takes precedence"
    given = "dark" if theme == "name" else Path(place, "pyproject.toml").as_posix()
    made = picture()
    assert f"--theme={given} " in gdanim("info", "a.png").stdout
    gdanim("info", "a.png", "--again", "--yes", "-o", "b.png")
    assert Path("b.png").read_bytes() == made


def test_a_scene_s_own_theme_stays(tmp_path: Path) -> None:
    own = SCENE.replace('title="Line"', 'title="Line", theme=views.LIGHT')
    write(tmp_path, own)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    made = picture()
    assert "--theme" not in gdanim("info", "a.png").stdout
    (tmp_path / "pyproject.toml").unlink()
    assert picture() == made


def test_only_the_nearest_project_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    assert project_theme() is not None
    (tmp_path / "talk").mkdir()
    monkeypatch.chdir("talk")
    Path("pyproject.toml").write_text('[project]\nname = "talk"\n')
    assert project_theme() is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.gdanim\n", "TOML"),
        ('[tool.gdanim.theme]\npoints = "orangish"', "theme: points: must be a colour"),
        ('[tool.gdanim]\ntheme = "drak"', "did you mean dark"),
        ('[tool.gdanim]\ntheme = "pyproject.toml"', "theme: must be a table"),
        ("[tool.gdanim]\ntheme = 3", "theme: must be a table"),
        ('[tool.gdanim]\nthem = "dark"', "them: unknown key"),
        ("[tool]\ngdanim = 3", "gdanim: must be a table"),
    ],
)
def test_a_wrong_theme_of_a_project(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(GdanimError, match=rf"^pyproject\.toml: .*{words}") as caught:
        project_theme()
    assert "\n" not in f"{caught.value}"
    gdanim("render", "lesson.py", *PICTURE, "--theme", "dark", "-o", "a.png")


def test_a_project_without_a_theme_named_by_the_option(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "talk"\n')
    with pytest.raises(GdanimError, match=r"has no table \[tool\.gdanim\.theme\]"):
        theme_called("pyproject.toml")


def test_clips_without_a_theme_have_the_project_s(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[[clip]]\nscene = "lesson.py"\n[[clip]]\nscene = "lesson.py"\nthemes = ["dark"]\n'
        'output = "dark"\n',
        "plan.toml",
    )
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    project = project_theme()
    assert project is not None and project.theme.points == "#ff00ff"
    plain, dark = read_plan(tmp_path / "plan.toml")
    (alone,) = read_plan(tmp_path)
    assert plain.settings.project_theme == alone.settings.project_theme == project
    assert dark.settings.project_theme is None
