"""The command line: what it prints, its exit codes, and what it leaves behind."""

from __future__ import annotations

import importlib.metadata
import os
import re
import signal
import subprocess
import sys
import time
import tomllib
import warnings
from pathlib import Path
from textwrap import dedent
from typing import Any, NoReturn

import click
import imageio_ffmpeg
import numpy as np
import pytest
from click.testing import CliRunner, Result
from films import frame_shape

from gdanim import cli
from gdanim.cli import _doctor_checks as doctor
from gdanim.cli import messages as telling
from gdanim.descent.run import Outcome
from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import FORMATS
from gdanim.errors import GdanimError
from gdanim.rendering.result import Rendered
from gdanim.scripting.load import choose
from gdanim.version import __version__
from scripts import SCENE, TWO, write

SHORT = ["--size", "96x64", "--seconds", "0.4", "--fps", "10"]
COMMANDS = [
    "render", "batch", "info", "snippet", "embed", "explain", "play", "list", "new", "doctor",
]  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def gdanim(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments, prog_name="gdanim")


def refused(result: Result, message: str, code: int = 2) -> None:
    """It failed with this message and no traceback, and nothing was made."""
    assert message in result.stderr
    assert result.exit_code == code
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    assert not Path("output").exists()


def test_a_script_becomes_a_video(monkeypatch: pytest.MonkeyPatch) -> None:
    # However busy the machine is, nothing is said of a wait.
    monkeypatch.setattr(telling, "PATIENCE", 60)
    write(Path(), SCENE)
    result = gdanim("render", "lesson.py", *SHORT)
    assert result.exit_code == 0, result.output
    assert re.fullmatch(
        r"output/lesson\.mp4: 96x64, 4 frames, 0\.4 s, \d+ kB, made in \d+\.\d s\n", result.stdout
    )
    # No terminal: a plain line as the file is begun.
    assert result.stderr == "output/lesson.mp4\n"
    assert frame_shape("output/lesson.mp4") == (64, 96, 3)
    assert os.listdir("output") == ["lesson.mp4"]


def test_several_scenes_formats_and_a_still() -> None:
    write(Path(), TWO)
    result = gdanim("render", "lesson.py", *SHORT, "-f", "gif", "-f", "mp4", "--still", "3")
    assert result.exit_code == 0, result.output
    names = [f"lesson-{s}{end}" for s in ("calm", "wild") for end in (".gif", ".mp4", "-step3.png")]
    lines = [line.partition(":")[0] for line in result.stdout.splitlines()]
    # The second scene's learning rate is too large, which is said once.
    assert lines.pop(4) == "diverges from step 1 on"
    assert lines == [f"output/{name}" for name in names]
    assert sorted(os.listdir("output")) == sorted(names)


def test_a_panel_that_fails_is_found_before_another_scene_is_drawn() -> None:
    odd = """
from dataclasses import replace
from gdanim import views

class Odd(views.View):
    def draw(self, ax, clip):
        return 1 / 0

def third() -> Scene:
    return replace(calm(), panels={"odd": Odd()})
"""
    write(Path(), TWO + odd)
    result = gdanim("render", "lesson.py", *SHORT)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: lesson.py, line 15: ZeroDivisionError: "), result.stderr
    assert os.listdir() == ["lesson.py"]


def test_one_scene_of_several_and_only_its_still() -> None:
    write(Path(), TWO)
    result = gdanim("render", "lesson.py::wild", "--size", "96x64", "--still", "last", "-o", "new")
    assert re.fullmatch(
        r"new/lesson-wild-last\.png: 96x64, \d+ kB, made in \d+\.\d s\ndiverges .*\n", result.stdout
    )
    assert os.listdir("new") == ["lesson-wild-last.png"]


def test_every_option_arrives() -> None:
    write(Path(), SCENE)
    picture = ["--size", "96x64", "--still", "last"]
    cases: dict[str, list[str]] = {
        "plain": [],
        "again": [],
        "knob": ["--set", "steps=3", "--set", "lr=0.001"],
        "theme": ["--theme", "dark"],
    }
    shown = {}
    for name, options in cases.items():
        result = gdanim("render", "lesson.py", *picture, *options, "-o", f"{name}.png")
        assert result.exit_code == 0, result.output
        shown[name] = Path(f"{name}.png").read_bytes()
    assert shown["plain"] == shown["again"]
    assert len(set(shown.values())) == 3
    result = gdanim("render", "lesson.py", "-q", "low", "--seconds", "0.2", "-o", "a.mp4")
    assert "a.mp4: 854x480, 3 frames, 0.2 s, " in result.stdout


def test_opening_what_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path(), SCENE)
    opened: list[str] = []

    def launch(path: str) -> int:
        opened.append(path)
        return len(opened) - 1

    monkeypatch.setattr(click, "launch", launch)
    picture = ["render", "lesson.py", "--size", "96x64", "--still", "0"]
    assert gdanim(*picture).exit_code == 0
    assert not opened
    assert gdanim(*picture, "--open").exit_code == 0
    assert opened == ["output/lesson-step0.png"]
    result = gdanim(*picture, "--open")
    assert (result.exit_code, "no program is associated" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'SCRIPT[::SCENE]...'"),
        (["none.py"], "Error: none.py: no such file; `gdanim list` shows the scenes there are"),
        (["."], "Error: .: is a folder; name a script, such as lesson.py"),
        (["notes.txt"], "Error: notes.txt: is not a Python script; its name must end in .py"),
        (["lesson.py::sene"], "lesson.py: has no scene sene; it has scene; did you mean scene?"),
        (["lesson.py", "--set", "lr=3"], "Error: lr=3: must be a number above 0 and at most 2"),
        (["lesson.py", "--set", "lr=fast"], "Error: lr=fast: must be a number above 0 and at most"),
        (["lesson.py", "--set", "stepps=3"], "knobs are lr, steps, quiet, start; did you mean st"),
        (["lesson.py", "--set", "lr"], "'lr'; write KNOB=VALUE, such as lr=0.3"),
        (["lesson.py", "--set", "=1"], "'=1'; write KNOB=VALUE, such as lr=0.3"),
        (
            ["lesson.py", "--set", "lr=1", "--set", "lr=2"],
            "Invalid value for '--set': lr is given twice",
        ),
        (
            ["lesson.py", "--sweep", "lr"],
            "Invalid value for '--sweep': cannot read 'lr'; write KNOB=V1",
        ),
        (["lesson.py", "--sweep", "lr=1,1"], "Invalid value for '--sweep': lr has a value that is"),
        (["lesson.py", "--size", "big"], "'big' is not a size; write WIDTHxHEIGHT, such as"),
        (["lesson.py", "--size", "0x0"], "must be whole numbers from 48 to 8192 pixels, got 0x0"),
        (["lesson.py", "--size", "-96x64"], "whole numbers from 48 to 8192 pixels, got -96x64"),
        (["lesson.py", "--size", "9999x64"], "whole numbers from 48 to 8192 pixels, got 9999x64"),
        (["lesson.py", "--size", "97x64"], "output/lesson.mp4: size: mp4 needs an even width and"),
        (["lesson.py", "--fps", "0"], "Invalid value for '--fps': 0 is not in the range"),
        (["lesson.py", "--fps", "30", "-f", "gif"], "output/lesson.gif: fps: gif keeps 10, 20"),
        (["lesson.py", "--seconds", "0"], "seconds: must be above 0 and at most 3600, got 0"),
        (["lesson.py", "--seconds", "nan"], "seconds: must be above 0 and at most 3600, got nan"),
        (["lesson.py", "--still", "first"], "'first' is not a step; write its number, or last"),
        (["lesson.py", "--still", "-1"], "'-1' is not a step; write its number, or last"),
        (["lesson.py", "--still", "99"], "a still of this scene can show steps 0 to 12, got 99"),
        (["lesson.py", "-f", "avi"], "Invalid value for '-f' / '--format': 'avi' is not one of"),
        (["lesson.py", "-q", "best"], "Invalid value for '-q' / '--quality': 'best' is not one"),
        (["lesson.py", "--theme", "red"], "Invalid value for '--theme': 'red' is not one of"),
        (["lesson.py", "-o", "a.avi"], "a.avi: the file name must end in .mp4, .webm"),
        (["lesson.py", "-o", "a.mp4", "-f", "gif"], "the name says mp4, but -f says gif"),
        (["lesson.py", "two.py", "-o", "a.mp4"], "a.mp4: 3 outputs would go to this one file"),
        (["lesson.py", "lesson.py"], "output/lesson.mp4: 2 outputs would go to this one file"),
        (["lesson.py", "-o", "notes.txt/a.mp4"], "notes.txt is not a folder; choose another place"),
        (["two.py", "--set", "lr=1"], "two.py::wild has no such knob; it has no knobs"),
    ],
)
def test_wrong_usage(arguments: list[str], message: str) -> None:
    write(Path(), SCENE)
    write(Path(), SCENE, "notes.txt")
    write(Path(), TWO, "two.py")
    result = gdanim("render", *arguments)
    refused(result, message)
    assert "Usage: gdanim render" in result.stderr
    assert sorted(os.listdir()) == ["lesson.py", "notes.txt", "two.py"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (\n", "lesson.py, line 1: SyntaxError: '(' was never closed"),
        ("1 / 0\n", "lesson.py, line 1: ZeroDivisionError: division by zero"),
        ("raise SystemExit\n", "lesson.py, line 1: the script ends the program"),
        ("", "lesson.py: has no scene; write a function annotated -> Scene"),
        (SCENE.replace("GradientDescent(lr)", "GradientDescent(-1)"), "line 21: lr: must be "),
        (SCENE.replace("return Scene", "Scene"), "scene() must return a Scene, got NoneType"),
        (
            SCENE.replace(" = 0.01", ""),
            "scene: parameter lr: has no default: write lr",
        ),
        (SCENE.replace("(0, 5)", "(0, 5, 1)"), "start: 2 numbers expected"),
    ],
)
def test_a_broken_script(text: str, message: str) -> None:
    write(Path(), text)
    refused(gdanim("render", "lesson.py", *SHORT), message, code=1)


def test_ffmpeg_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path(), SCENE)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/no/ffmpeg")
    refused(gdanim("render", "lesson.py", *SHORT), "ffmpeg cannot be started", code=1)


@pytest.mark.parametrize("arguments", [["--debug", "render"], ["render", "--debug"]])
def test_debug_shows_the_traceback(arguments: list[str]) -> None:
    write(Path(), "1 / 0\n")
    result = gdanim(*arguments, "lesson.py")
    assert isinstance(result.exception, GdanimError)
    assert isinstance(result.exception.__cause__, ZeroDivisionError)


def test_an_error_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("gdanim.scripting.load.load", broken)
    write(Path(), SCENE)
    assert isinstance(gdanim("list", "lesson.py").exception, KeyError)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("what", ['raise ValueError("of its own") from None', "pass"])
def test_an_interrupt_that_a_library_takes_for_something_else(what: str) -> None:
    text = f"""
        import signal
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            {what}
    """
    write(Path(), dedent(text) + SCENE)
    command = [sys.executable, "-m", "gdanim", "render", "lesson.py", *SHORT]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 143
    assert result.stderr.endswith("terminated\n") and "Error" not in result.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(
    ("number", "code", "word"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "terminated"),
        (getattr(signal, "SIGHUP", 1), 129, "terminated"),
    ],
)
def test_an_interrupted_render_leaves_nothing(number: int, code: int, word: str) -> None:
    write(Path(), SCENE)
    Path("scratch").mkdir()
    arguments = ("render", "lesson.py", "--size", "96x64", "--seconds", "600", "-o", "new/a.mp4")
    process = subprocess.Popen(
        [sys.executable, "-m", "gdanim", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": f"{Path('scratch').absolute()}"},
        # A shell that starts the tests in the background has them, and all they start, ignore it.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "new/a.mp4\n"
    while not any(part.stat().st_size for part in Path("scratch").glob("*/*.mp4")):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.strip()) == (code, "", word)
    assert sorted(os.listdir()) == ["lesson.py", "scratch"]
    assert os.listdir("scratch") == []


@pytest.mark.skipif(sys.platform == "win32", reason="pipes")
def test_stdout_closed_early() -> None:
    Path("scenes").mkdir()
    write(Path("scenes"), SCENE)
    read, write_end = os.pipe()
    os.close(read)
    with os.fdopen(write_end) as closed:
        done = subprocess.run(
            [sys.executable, "-m", "gdanim", "list"], stdout=closed, stderr=subprocess.PIPE
        )
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="terminals")
def test_a_bar_on_a_terminal() -> None:
    pty = pytest.importorskip("pty")
    write(Path(), SCENE)
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gdanim", "render", "lesson.py", *SHORT],
        stdout=subprocess.DEVNULL,
        stderr=terminal,
    )
    assert process.wait(timeout=60) == 0
    os.close(terminal)
    shown = os.read(main, 65536).decode()
    os.close(main)
    assert "output/lesson.mp4  [####" in shown
    assert "100%" in shown


def test_the_bar_stands_where_the_frames_are(monkeypatch: pytest.MonkeyPatch) -> None:
    bars = []
    original = click.progressbar

    def remembered(**options: Any) -> Any:
        bars.append(original(**options))
        return bars[-1]

    monkeypatch.setattr(click, "progressbar", remembered)
    with telling.bar(Path("a.mp4"), 4) as progress:
        for done in (0, 1, 3):
            progress(done, 4)
            assert bars[0].pos == done


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)]
)
def test_help_is_quick(arguments: list[str]) -> None:
    script = (
        "import sys; from click.testing import CliRunner; from gdanim.cli import main\n"
        "print(CliRunner().invoke(main, sys.argv[1:]).stdout)\n"
        "print(sorted({'numpy', 'matplotlib', 'imageio', 'annotated_types'} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    shown, loaded = done.stdout.rstrip().rsplit("\n", 1)
    assert loaded == "[]"
    expected = f"version {__version__}" if "--version" in arguments else "Usage: "
    assert expected in shown


def test_help_names_all_commands_and_choices() -> None:
    assert sorted(cli.main.commands) == sorted(COMMANDS)
    shown = gdanim("render", "--help").stdout
    for word in (
        "[mp4|webm|gif|webp|apng|png|svg|pdf]",
        "[h264|hevc|av1|vp9]",
        "[low|medium|high|4k]",
        "light, dark, projector",
        "WxH",
        "STEP|last",
    ):
        assert word in shown


def test_list() -> None:
    Path("scenes").mkdir()
    write(Path("scenes"), SCENE)
    write(Path("scenes"), '"""Two of them."""\n' + TWO, "two.py")
    write(Path("scenes"), "N = 3\n", "helpers.py")
    result = gdanim("list")
    assert result.exit_code == 0
    assert result.stdout == dedent("""\
        scenes/helpers.py
            no scene
        scenes/lesson.py
            scene  Down the bowl.
                lr = 0.01  (a number above 0 and at most 2)
                steps = 12  (a whole number)
                quiet = False  (true or false)
                start = near  (one of near, far)
        scenes/two.py
            calm  Two of them.
                lr = 0.01  (a number)
            wild  Two of them.
        """)
    assert gdanim("list", "scenes/two.py").stdout in result.stdout


def test_list_with_a_broken_script() -> None:
    write(Path(), SCENE, "a.py")
    write(Path(), "x = (\n", "b.py")
    write(Path(), SCENE, "c.py")
    result = gdanim("list", ".")
    lines = result.stdout.splitlines()
    place = lines.index("b.py")
    assert lines[place + 1] == "    Error: b.py, line 1: SyntaxError: '(' was never closed"
    assert lines.index("a.py") < place < lines.index("c.py")
    assert (result.exit_code, result.stderr) == (
        1,
        "Error: 1 of the scripts cannot be read; see above\n",
    )


def test_list_without_scenes() -> None:
    Path("scenes").mkdir()
    refused(gdanim("list"), "scenes: has no scripts; `gdanim new NAME` writes one")


def test_a_new_script_renders_as_it_is() -> None:
    result = gdanim("new", "my_lesson")
    assert result.stdout == "my_lesson.py: written; now run `gdanim render my_lesson.py`\n"
    assert gdanim("list", "my_lesson.py").exit_code == 0
    result = gdanim("render", "my_lesson.py", *SHORT, "--set", "lr=0.01")
    assert result.exit_code == 0, result.output
    assert Path("output/my_lesson.mp4").exists()


@pytest.mark.parametrize("lr", ["0.01", "0.1", "0.5"])
def test_a_new_script_takes_the_learning_rates_that_people_try(lr: str) -> None:
    assert gdanim("new", "my_lesson").exit_code == 0
    (scene,) = choose("my_lesson.py")
    assert scene(**scene.values({"lr": lr})).max_steps == 300


def test_new_overwrites_nothing() -> None:
    write(Path(), SCENE)
    refused(gdanim("new", "lesson.py"), "lesson.py: already exists; choose another name")
    assert Path("lesson.py").read_text() == SCENE


@pytest.mark.parametrize("name", ["", "2nd", "a b", "../up", "x.y", "my-lesson"])
def test_names_that_a_script_cannot_have(name: str) -> None:
    refused(gdanim("new", name), f"such as my_lesson; got {name!r}")
    assert not os.listdir()


@pytest.mark.parametrize("name", ["import", "None"])
def test_a_script_is_not_called_like_a_keyword(name: str) -> None:
    refused(gdanim("new", name), f"{name} is a Python keyword")
    assert not os.listdir()
    assert gdanim("new", f"{name.lower()}_lesson").exit_code == 0


def test_doctor_on_a_machine_that_works() -> None:
    result = gdanim("doctor")
    assert result.exit_code == 0, result.output
    found = dict(line.split()[1::-1] for line in result.stdout.splitlines())
    assert set(found.values()) == {"ok"}
    codecs = {"mp4/hevc", "mp4/av1", "webm/av1"}
    assert {"gdanim", "Python", "numpy", "ffmpeg", *FORMATS, *codecs, "output"} <= set(found)
    assert imageio_ffmpeg.get_ffmpeg_exe() in result.stdout
    assert not os.listdir()


def test_doctor_looks_at_all_that_gdanim_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(doctor.__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    extras = project["optional-dependencies"]
    asked(
        monkeypatch,
        *project["dependencies"],
        *(f"{one}; extra == '{extra}'" for extra, names in extras.items() for one in names),
    )
    for extra, expected in {"": project["dependencies"], **extras}.items():
        found = doctor.requirements(extra)
        assert [f"{one.name}{one.specifier}" for one in found] == expected
    assert set(doctor.EXTRAS) <= set(extras)


def asked(monkeypatch: pytest.MonkeyPatch, *requirements: str) -> None:
    """Let gdanim's metadata ask for these packages."""
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: [*requirements])


def test_doctor_without_ffmpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", "/no/ffmpeg")
    result = gdanim("doctor")
    failed = [line.split()[1] for line in result.stdout.splitlines() if line.startswith("FAIL")]
    assert failed == ["ffmpeg", *FORMATS, "mp4/hevc", "mp4/av1", "webm/av1"]
    assert "unset IMAGEIO_FFMPEG_EXE" in result.stdout
    assert (
        result.stderr
        == f"Error: these checks failed: {', '.join(failed)}; see above for what to do\n"
    )
    assert result.exit_code == 1


@pytest.fixture
def no_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor encodes nothing, where a test is about its other checks."""
    monkeypatch.setattr(doctor, "FORMATS", {})
    monkeypatch.setattr(doctor, "ON_REQUEST", ())


@pytest.mark.usefixtures("no_clips")
def test_doctor_says_which_extras_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    asked(monkeypatch, "pytest>=1; extra == 'slides'", "no-such-thing; extra == 'cluster'")
    found = {finding.name: finding for finding in doctor.findings(Path("output"))}
    assert found["pytest"].detail == pytest.__version__
    assert found["no-such-thing"].works
    assert found["no-such-thing"].detail == (
        "not installed; only needed for `gdanim batch --dask`: pip install 'gdanim[cluster]'"
    )


@pytest.mark.usefixtures("no_clips")
@pytest.mark.parametrize("extra", ["", "; extra == 'explain'"])
def test_doctor_finds_what_is_too_old(monkeypatch: pytest.MonkeyPatch, extra: str) -> None:
    asked(monkeypatch, f"numpy>=99.5{extra}", f"click>=8{extra}")
    found = {finding.name: finding for finding in doctor.findings(Path("output"))}
    assert found["click"].works and not found["numpy"].works
    assert found["numpy"].detail.endswith("pip install 'numpy>=99.5'`")


def test_doctor_where_ffmpeg_lacks_a_codec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "FORMATS", {"mp4": FORMATS["mp4"]})
    monkeypatch.setattr(doctor, "encoders", lambda: ffmpeg.encoders() - {"libx265"})
    found = {finding.name: finding for finding in doctor.findings(Path("output"))}
    assert all(finding.works for finding in found.values())
    assert found["mp4/hevc"].detail.endswith("--codec hevc cannot be used for mp4")
    assert "frames encoded" in found["mp4/av1"].detail


@pytest.mark.usefixtures("no_clips")
def test_doctor_where_gdanim_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> NoReturn:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    monkeypatch.setattr(importlib.metadata, "requires", missing)
    result = gdanim("doctor")
    (failed,) = (line for line in result.stdout.splitlines() if line.startswith("FAIL"))
    assert "pip install -e ." in failed
    assert result.stderr == "Error: these checks failed: gdanim; see above for what to do\n"
    assert result.exit_code == 1


@pytest.mark.usefixtures("no_clips")
def test_doctor_without_a_dependency_or_a_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked(monkeypatch, "numpy", "no-such-thing")
    monkeypatch.setattr(doctor, "OLDEST", (99, 0))
    Path("output").write_text("a file")
    found = {finding.name: finding for finding in doctor.findings(tmp_path / "output")}
    failed = {name: finding.detail for name, finding in found.items() if not finding.works}
    assert set(failed) == {"Python", "no-such-thing", "output folder"}
    assert "is too old: install Python 3.11 or newer" in failed["Python"]
    assert "run `pip install --force-reinstall gdanim`" in failed["no-such-thing"]
    assert "render -o" in failed["output folder"]


@pytest.mark.parametrize(
    ("count", "text"), [(12, "1 kB"), (34_567, "35 kB"), (1_250_000, "1.2 MB")]
)
def test_sizes_in_words(count: int, text: str) -> None:
    outcome = Outcome(np.array("finished"), np.array(12))
    rendered = Rendered(Path("a.mp4"), (96, 64), 4, 0.4, count, 1.26, outcome)
    assert (
        telling.report(rendered, rendered.elapsed)
        == f"a.mp4: 96x64, 4 frames, 0.4 s, {text}, made in 1.3 s"
    )


def test_a_single_frame_in_words() -> None:
    outcome = Outcome(np.array("finished"), np.array(12))
    rendered = Rendered(Path("a.mp4"), (96, 64), 1, 1 / 30, 2000, 0.3, outcome)
    assert (
        telling.report(rendered, rendered.elapsed)
        == "a.mp4: 96x64, 1 frame, 0.0333 s, 2 kB, made in 0.3 s"
    )


def test_a_notice_about_data_is_one_line_with_the_line_of_the_script(tmp_path: Path) -> None:
    (tmp_path / "cars.csv").write_text("km,price\n1,2\n2,\n3,4\n")
    script = tmp_path / "cars.py"
    script.write_text(
        "from gdanim import *\n\ndef scene() -> Scene:\n"
        "    data = datasets.from_csv('cars.csv', x='km', y='price', missing='drop')\n"
        "    return Scene(Problem(data, Linear()), GradientDescent(0.1), steps=2)\n"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        result = gdanim("render", f"{script}", "--still", "last", "-o", f"{tmp_path / 'cars.png'}")
    assert result.exit_code == 0, result.output
    told = [line for line in result.stderr.splitlines() if "left out" in line]
    assert told == [
        f"{script}, line 4: {tmp_path / 'cars.csv'}: 1 of 3 rows left out, as they lack a value"
    ]


def test_the_time_is_all_that_the_user_waits_and_what_is_done_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "PATIENCE", 0.2)
    slow = SCENE.replace("-> Scene:\n", "-> Scene:\n    __import__('time').sleep(0.6)\n")
    write(folder, slow)
    times = []

    def report(rendered: Rendered, seconds: float) -> str:
        times.append(seconds - rendered.elapsed)
        return telling.report(rendered, seconds)

    monkeypatch.setattr(sys.modules["gdanim.cli.render"], "report", report)
    result = gdanim("render", "lesson.py", "--still", "last")
    assert result.exit_code == 0, result.output
    (rest,) = times
    assert rest >= 0.6, "the scene's own time belongs to it"
    assert "running lesson.py" in result.stderr
