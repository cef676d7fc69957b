"""Files say what wrote them, and can be made again from that."""

from __future__ import annotations

import json
import shlex
import shutil
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import imageio.v3 as iio
import matplotlib
import numpy as np
import pytest
from click.testing import CliRunner, Result
from plans import batch

import gdanim as package
from gdanim import GradientDescent, Linear, Problem, Scene, cli, datasets, render
from gdanim.encoding import ffmpeg, metadata
from gdanim.errors import GdanimError
from gdanim.rendering.file_info import inspect
from gdanim.rendering.jobs import Origin, shown_path
from gdanim.rendering.provenance import Note, note_in
from gdanim.views.font_names import PACKAGE
from scripts import SCENE, write

SHORT = ["--size", "96x64", "--seconds", "0.4", "--fps", "10", "--theme", "dark"]
NOTE = Note({"numpy": "2"}, Origin("a b.py", "fast", {"lr": 0.3, "kind": "it's", "on": True}))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def gdanim(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, [*arguments])


def content(path: str) -> dict[str, bytes]:
    place = Path(path)
    files = sorted(place.iterdir()) if place.is_dir() else [place]
    return {file.name if place.is_dir() else "": file.read_bytes() for file in files}


@pytest.mark.parametrize(
    ("name", "options", "described"),
    [
        ("a.mp4", SHORT, "96x64, 4 frames, 0.4 s, 10 frames per second, h264, "),
        (
            "a.mp4",
            [*SHORT, "--codec", "av1"],
            "96x64, 4 frames, 0.4 s, 10 frames per second, av1, ",
        ),
        ("a.webm", SHORT, "96x64, 4 frames, 0.4 s, 10 frames per second, vp9, "),
        ("a.gif", SHORT, "96x64, 4 frames, 0.4 s, 10 frames per second, gif, "),
        ("a.webp", SHORT, "96x64, 4 frames, 0.4 s, 10 frames per second, webp, "),
        ("a.apng", SHORT, "96x64, 4 frames, 0.4 s, 10 frames per second, apng, "),
        ("a-frames", SHORT, "96x64, 4 frames, 0.4 s, 10 frames per second, png, "),
        ("a.png", [*SHORT, "--still", "3"], "96x64, png, "),
        ("a.svg", [*SHORT, "--still", "last"], "svg, "),
        ("a.pdf", [*SHORT, "--still", "0"], "pdf, "),
    ],
)
def test_render_read_and_render_again(name: str, options: list[str], described: str) -> None:
    write(Path(), SCENE)
    made = gdanim("render", "lesson.py", "--set", "lr=0.003", *options, "-o", name)
    assert made.exit_code == 0, made.output
    shown = gdanim("info", name).stdout.splitlines()
    assert shown[0].startswith(f"{name}: {described}")
    versions = [f"gdanim {package.__version__}", f"matplotlib {matplotlib.__version__}"]
    versions.append(f"numpy {np.__version__}")
    versions.append(f"{PACKAGE} {version(PACKAGE)}")
    if "--still" not in options:
        versions.append(f"ffmpeg {ffmpeg.version()}")
    assert shown[1] == f"made with: {', '.join(versions)}"
    assert shown[2].startswith("scene: lesson.py::scene, lr = 0.003, ")
    again = gdanim("info", name, "--again", "--yes", "-o", f"b{name[1:]}")
    assert again.exit_code == 0, again.output
    assert content(f"b{name[1:]}") == content(name)
    # The command that is shown does the same.
    words = shlex.split(shown[3].removeprefix("again: "))
    before = content(name)
    shutil.rmtree(name, ignore_errors=True)
    Path(name).unlink(missing_ok=True)
    assert gdanim(*words[1:]).exit_code == 0
    assert content(name) == before


@pytest.mark.parametrize("name", ["a.gif", "a-frames"])
def test_made_anew_in_a_folder(name: str) -> None:
    """It keeps its name and stays what it is, as no name of a file says what it shall be."""
    write(Path(), SCENE)
    assert gdanim("render", "lesson.py", *SHORT, "-o", name).exit_code == 0
    assert gdanim("info", name, "--again", "--yes", "-o", "COPY").exit_code == 0
    assert [path.name for path in Path("COPY").iterdir()] == [name]
    assert content(f"COPY/{name}") == content(name)


def test_a_script_that_has_changed_since() -> None:
    script = write(Path(), SCENE)
    assert gdanim("render", "lesson.py", *SHORT, "-o", "a.gif").exit_code == 0
    before = content("a.gif")
    script.write_text(script.read_text().replace("lr", "rate"))
    result = gdanim("info", "a.gif", "--again", "--yes")
    assert result.exit_code == 2
    assert "has no such knob; its knobs are rate" in result.stderr
    assert "Usage: main render [OPTIONS] SCRIPT" in result.stderr
    assert content("a.gif") == before


def test_again_from_another_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path(), SCENE)
    assert gdanim("render", "lesson.py", *SHORT, "-o", "a.gif").exit_code == 0
    (folder / "else").mkdir()
    monkeypatch.chdir("else")
    result = gdanim("info", "../a.gif", "--again", "--yes")
    assert result.exit_code == 2
    assert "lesson.py: no such file; the path is relative to the folder in which " in result.stderr
    assert gdanim("info", "../a.gif").exit_code == 0


def forge(name: str, script: str, scene: str = "scene", **knobs: str) -> None:
    """Write a picture whose note says that this script made it."""
    note = replace(NOTE, origin=Origin(script, scene, knobs), options={"still": "0"})
    iio.imwrite(name, np.zeros((4, 4, 3), np.uint8))
    metadata.insert_png_note(Path(name), note.text())


EVIL = "open('ran', 'w').close()\n"


@pytest.mark.parametrize(
    "script", ["{}/above/evil.py", "../evil.py", "link.py", "below/../../evil.py", "linked/evil.py"]
)
def test_again_runs_nothing_outside_the_working_folder(
    script: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in (folder / "above", folder):
        place.mkdir(exist_ok=True)
        write(place, EVIL + SCENE, "evil.py")
    here = folder / "here"
    (here / "below").mkdir(parents=True)
    monkeypatch.chdir(here)
    (here / "link.py").symlink_to(folder / "evil.py")
    (here / "linked").symlink_to(folder)
    forge("a.png", script.format(folder))
    result = gdanim("info", "a.png", "--again", "--yes")
    assert result.exit_code == 2 and "working folder" in result.stderr
    assert not list(folder.rglob("ran"))


def test_again_runs_only_what_has_the_scene(folder: Path) -> None:
    write(folder, EVIL + SCENE, "lesson.py")
    write(folder, EVIL + "def scene():\n    pass\n", "other.py")
    for name, script, scene in (("a.png", "lesson.py", "wild"), ("b.png", "other.py", "scene")):
        forge(name, script, scene)
        result = gdanim("info", name, "--again", "--yes")
        assert result.exit_code == 2 and f"has no function {scene}" in result.stderr
    write(folder, "(" * 100_000, "deep.py")
    forge("c.png", "deep.py")
    assert gdanim("info", "c.png", "--again", "--yes").exit_code == 2
    assert not Path("ran").exists()


@pytest.mark.parametrize(("answer", "runs"), [("y\n", True), ("n\n", False), ("", False)])
def test_again_asks_before_it_runs_a_script(folder: Path, answer: str, runs: bool) -> None:
    write(folder, EVIL + SCENE, "lesson.py")
    forge("a.png", "lesson.py")
    result = CliRunner().invoke(cli.main, ["info", "a.png", "--again"], input=answer)
    assert "gdanim render lesson.py::scene" in result.stdout
    assert Path("ran").exists() == runs == (result.exit_code == 0)


HIDDEN = "\x1b[2J\x9b2J\x07\r\u202e\u2028"


def test_a_note_prints_nothing_but_its_own_lines(folder: Path) -> None:
    origin = Origin("a\n.py", "scene", {"kind\nagain: rm": f"b\nagain: rm{HIDDEN}"})
    note = replace(NOTE, versions={"numpy\nagain: rm": HIDDEN}, origin=origin)
    iio.imwrite("a.png", np.zeros((4, 4, 3), np.uint8))
    metadata.insert_png_note(Path("a.png"), note.text())
    result = gdanim("info", "a.png")
    assert result.exit_code == 0
    lines = result.stdout.split("\n")
    begin = [line.partition(":")[0] for line in lines]
    assert begin == ["a.png", "made with", "scene", "again", ""]
    assert "".join(lines).isprintable() and "\\u001b[2J" in lines[1]


def test_names_and_scripts_print_nothing_but_their_own_lines(folder: Path) -> None:
    """What scripts, plans and tables from elsewhere are called, in lists, errors and reports."""
    name = f"les\nson{HIDDEN}.py"
    write(folder, SCENE.replace("A line.", f"A line.{HIDDEN}").lstrip(), name)
    write(folder, f"raise ValueError({HIDDEN!r} + 'x\\ny')", "bad.py")
    texts = [
        gdanim("list", ".").output,
        gdanim("render", "bad.py").output,
        gdanim("batch", ".", "--dry-run").output,
        batch(".", "--keep-going", "--report", "r.json").output,
        gdanim("render", name, *SHORT, "-o", "a.gif", "--captions", "--alt").output,
        *(Path(name).read_text(encoding="utf-8") for name in ("r.json", "a.vtt", "a.alt.txt")),
    ]
    for text in texts:
        assert text.replace("\n", "").isprintable(), text
    assert json.loads(Path("r.json").read_text(encoding="utf-8"))["clips"][1]["scene"].endswith(
        f"{name}::scene"
    )


def test_no_file_tells_where_it_was_made(folder: Path) -> None:
    (folder / "lessons").mkdir()
    script = write(folder / "lessons", SCENE)
    assert script.is_absolute()
    picture = ["--size", "96x64", "--still", "0", "-o", f"{folder / 'a.svg'}"]
    assert gdanim("render", f"{script}", *picture).exit_code == 0
    assert f"{folder}" not in metadata.read_note(folder / "a.svg")
    origin = note_in(folder / "a.svg").origin
    assert origin is not None and origin.script == "lessons/lesson.py"


def test_paths_as_they_were_named(folder: Path) -> None:
    assert shown_path(Path("../lesson.py")) == "../lesson.py"
    assert shown_path(folder / "lesson.py") == "lesson.py"
    assert shown_path(folder.parent / "lesson.py") == "lesson.py"


def test_a_scene_that_no_script_made(folder: Path) -> None:
    scene = Scene(Problem(datasets.linear(), Linear()), GradientDescent(0.01), seed=7)
    render(scene, "a.png", still=0, size=(96, 64))
    found = inspect(Path("a.png"))
    assert (found.size, found.note.origin, found.note.seed) == ((96, 64), None, 7)
    assert list(found.lines(Path("a.png")))[1:] == []
    refused = gdanim("info", "a.png", "--again", "--yes")
    assert refused.exit_code == 1
    assert "a.png: its scene came from no script" in refused.stderr


def test_the_command_is_fit_for_a_shell() -> None:
    words = NOTE.command(Path("out/a.mp4"))
    assert shlex.split(shlex.join(words)) == words
    assert words[2:6] == ["a b.py::fast", "--set=lr=0.3", "--set=kind=it's", "--set=on=True"]


@pytest.mark.parametrize("content", [b"something else", b""])
@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.webp", "a.svg", "a.pdf", "a.png", "a.txt"])
def test_files_that_say_nothing(name: str, content: bytes) -> None:
    Path(name).write_bytes(content)
    result = gdanim("info", name)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {name}: ")
    assert (".svg or .pdf file" in line) == (name == "a.txt")


@pytest.mark.parametrize(
    "change",
    [
        {"options": {"open": ""}},
        {"options": ["size"]},
        {"origin": {"script": "--open.py", "scene": "a", "knobs": {}}},
        {"origin": {"script": "a.sh", "scene": "a", "knobs": {}}},
        {"origin": {"script": "a.py", "scene": "a b", "knobs": {}}},
        {"origin": {"script": "a.py", "scene": "a", "knobs": []}},
        {"origin": "a.py"},
        {"versions": None},
        {"gdanim": None},
        {"seed": "x"},
    ],
)
def test_notes_of_others_are_not_taken_for_ours(change: dict[str, object]) -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    for fields, ours in ((json.loads(NOTE.text()), True), (change, False)):
        iio.imwrite("a.png", picture)
        metadata.insert_png_note(Path("a.png"), json.dumps({**json.loads(NOTE.text()), **fields}))
        if ours:
            assert note_in(Path("a.png")).origin == NOTE.origin
        else:
            with pytest.raises(GdanimError, match="^a.png: contains no note"):
                note_in(Path("a.png"))
