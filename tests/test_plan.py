"""Plans: what they ask for, and every mistake with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdanim.batch.plan import PlannedClip, read_plan
from gdanim.batch.plan_table import table_lines
from gdanim.encoding.formats import MP4
from gdanim.errors import RequestError
from gdanim.rendering.outputs import VideoOutput
from gdanim.rendering.quality import QUALITIES
from gdanim.views.theme import DARK, LIGHT

LESSON = """
from typing import Annotated
from annotated_types import Interval
from gdanim import GradientDescent, Linear, Problem, Scene, datasets


def line(lr: Annotated[float, Interval(gt=0, le=0.1)] = 0.01, seed: int = 0) -> Scene:
    return Scene(Problem(datasets.linear(seed=seed), Linear()), GradientDescent(lr), steps=4)


def other(bold: bool = False) -> Scene:
    return line()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lesson.py").write_text(LESSON, encoding="utf-8")
    return tmp_path


def plan(folder: Path, text: str) -> list[PlannedClip]:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return read_plan(path)


def names(clips: list[PlannedClip]) -> list[str]:
    return [output.path.name for clip in clips for output in clip.outputs]


def test_a_clip_is_a_scene_and_its_files(folder: Path) -> None:
    (clip,) = plan(folder, '[[clip]]\nscene = "lesson.py::line"\nset = {lr = 0.05, seed = 3}\n')
    assert clip.selection == f"{folder / 'lesson.py'}::line"
    assert clip.knobs == {"": {"lr": "0.05", "seed": "3"}}
    assert clip.outputs == (VideoOutput(folder / "output" / "lesson-line.mp4", MP4),)
    assert clip.where == f"{folder / 'plan.toml'}, line 1"


def test_defaults_fill_in_and_a_clip_goes_before_them(folder: Path) -> None:
    one, two = plan(
        folder,
        '[defaults]\nquality = "low"\nfps = 10\n'
        '[[clip]]\nscene = "lesson.py::line"\nfps = 20\nseconds = 2\n'
        '[[clip]]\nscene = "lesson.py::other"\nset.bold = true\n',
    )
    assert (one.settings.quality, one.settings.fps) == (QUALITIES["low"], 20)
    assert one.settings.seconds == 2
    assert (two.settings.fps, two.settings.seconds) == (10, None)
    assert two.knobs == {"": {"bold": "True"}}


def test_all_scenes_of_a_script(folder: Path) -> None:
    assert names(plan(folder, '[[clip]]\nscene = "lesson.py"\n')) == [
        "lesson-line.mp4",
        "lesson-other.mp4",
    ]
    assert names(plan(folder, '[[clip]]\nscene = "lesson.py"\noutput = "a/b"\n')) == [
        "b-line.mp4",
        "b-other.mp4",
    ]


def test_a_grid_makes_a_clip_of_every_value_theme_and_size(folder: Path) -> None:
    clips = plan(
        folder,
        '[[clip]]\nscene = "lesson.py::line"\noutput = "x"\n'
        "sweep = {lr = [0.01, 0.02], seed = [0, 1]}\n"
        'themes = ["light", "dark"]\nsizes = ["320x180", "180x180"]\nformats = ["mp4", "gif"]\n',
    )
    assert len(clips) == 2 * 2 * 2 * 2 and len(set(names(clips))) == 32
    assert clips[0].outputs[1].path.name == "x-lr0.01-seed0-light-320x180.gif"
    last = clips[-1]
    assert last.outputs[0].path.name == "x-lr0.02-seed1-dark-180x180.mp4"
    assert last.knobs == {"": {"lr": "0.02", "seed": "1"}}
    assert (last.settings.theme, last.settings.size) == (DARK, (180, 180))


def test_one_theme_and_one_size_leave_the_name_alone(folder: Path) -> None:
    (clip,) = plan(
        folder, '[[clip]]\nscene = "lesson.py::line"\nthemes = ["light"]\nsizes = ["320x180"]\n'
    )
    assert names([clip]) == ["lesson-line.mp4"]
    assert (clip.settings.theme, clip.settings.size) == (LIGHT, (320, 180))


def test_a_compared_sweep_is_one_clip(folder: Path) -> None:
    (clip,) = plan(
        folder,
        '[[clip]]\nscene = "lesson.py::line"\ncompare = true\nset = {seed = 2}\n'
        "[clip.sweep]\nlr = [0.01, 0.02]\n",
    )
    assert clip.knobs == {
        "lr = 0.01": {"seed": "2", "lr": "0.01"},
        "lr = 0.02": {"seed": "2", "lr": "0.02"},
    }


def test_a_folder_is_a_clip_for_every_scene(folder: Path) -> None:
    (folder / "_helper.py").write_text("", encoding="utf-8")
    clips = read_plan(folder)
    assert [clip.outputs for clip in clips] == [
        (VideoOutput(Path("output/lesson-line.mp4"), MP4),),
        (VideoOutput(Path("output/lesson-other.mp4"), MP4),),
    ]
    assert clips[0].where == f"{folder / 'lesson.py'}::line"


def test_helper_modules_in_a_folder_are_no_clips(folder: Path, tmp_path: Path) -> None:
    (folder / "helper.py").write_text("", encoding="utf-8")
    assert len(read_plan(folder)) == 2
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "helper.py").write_text("", encoding="utf-8")
    with pytest.raises(RequestError, match="annotated"):
        read_plan(alone)


SCENE = '[[clip]]\nscene = "lesson.py::line"\n'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", None, "has no clips"),
        ("clip = 3\n", None, "has no clips"),
        ("x = [\n", None, "TOML"),
        (f"{SCENE}[other]\n", 3, "other is unknown"),
        (f"{SCENE}fsp = 3\n", 3, "fsp is unknown; did you mean fps?"),
        (f"{SCENE}zzz = 3\n", 3, "zzz is unknown; allowed are scene, output"),
        (f"[defaults]\nfps = 9\nscene = 'a.py'\n{SCENE}", 3, "scene is unknown"),
        (f'{SCENE}\n\nfps = "fast"\n', 5, "fps must be a whole number of frames per second"),
        (f"{SCENE}fps = true\n", 3, "fps must be a whole number"),
        (f"{SCENE}fps = 0\n", 3, "fps: must be a whole number from 1 to 120"),
        (f"{SCENE}seconds = 0\n", 3, "seconds: must be above 0"),
        (f'{SCENE}formats = ["avi"]\n', 3, "formats must be a list of some of mp4"),
        (f"{SCENE}formats = []\n", 3, "formats must be a list"),
        (f'{SCENE}formats = [["mp4"]]\n', 3, "formats must be a list of some of mp4"),
        (f'{SCENE}output = ""\n', 3, "output must be a file name without extension"),
        *(
            (f"{SCENE}output = '{name}'\n", 3, "output must be a file name without extension")
            for name in ("lecture1/", "/a", "../a", "a/../../b", "a/./b", "..\\a", "C:a", "a//b")
        ),
        (f'{SCENE}themes = ["red"]\n', 3, "themes must be a list of some of light"),
        (f'{SCENE}sizes = ["big"]\n', 3, "'big' is not a size; write WIDTHxHEIGHT"),
        (f'{SCENE}quality = "best"\n', 3, "quality must be one of low, medium, high, 4k"),
        (f"{SCENE}set = {{lr = 3}}\n", 3, "lr=3: must be a number above 0 and at most 0.1"),
        (f"{SCENE}set = {{rate = 3}}\n", 3, "no such knob"),
        (f"{SCENE}[clip.set]\nlr = []\n", 3, "set must be knobs and values"),
        (f"{SCENE}sweep = {{lr = [0.1, 7]}}\n", 3, "lr=7: must be"),
        (f"{SCENE}sweep = {{lr = []}}\n", 3, "sweep must be knobs and lists"),
        (f"{SCENE}sweep = {{lr = [0.1, 0.1]}}\n", 3, "sweep has a value twice"),
        (f"{SCENE}compare = true\nsweep = {{lr = [0.1, 0.1]}}\n", 4, "sweep has a value twice"),
        (f"[defaults]\nset = {{lr = 3}}\n{SCENE}", 2, "lr=3: must be a number above 0"),
        (f"[defaults]\nfps = 0\n{SCENE}", 2, "fps: must be a whole number from 1 to 120"),
        (f"[defaults]\nfps = 9\n{SCENE}fps = 0\n", 5, "fps: must be a whole number"),
        (f"{SCENE}poster = -1\n", 3, "poster must be the number of a step"),
        (f"{SCENE}alt = 1\n", 3, "alt must be true or false"),
        (f"{SCENE}filmstrip = 6\n", 3, "filmstrip must be true or false"),
        (f'{SCENE}csv = "yes"\n', 3, "csv must be true or false"),
        (
            f'{SCENE}alt = true\n{SCENE}alt = true\nformats = ["gif"]\n',
            4,
            "alt.txt is also the output",
        ),
        (f"{SCENE}compare = true\n", 3, "compare needs sweep"),
        ("[[clip]]\nfps = 10\n", 1, "a clip needs scene"),
        ('[[clip]]\nscene = "none.py"\n', 2, "no such file"),
        ('[[clip]]\nscene = "lesson.py::lin"\n', 2, "has no scene lin; it has line"),
        (f"{SCENE}{SCENE}", 3, "is also the output of "),
        (
            f'{SCENE}[[clip]]\nscene = "lesson.py::other"\noutput = "lesson-line"\n',
            3,
            "also the output of",
        ),
        (f"{SCENE}[[clip]]\nscene = 'lesson.py::other'\nbad = 1\n", 5, "bad is unknown"),
    ],
)
def test_mistakes_name_file_and_line(
    folder: Path, text: str, line: int | None, message: str
) -> None:
    with pytest.raises(RequestError) as caught:
        plan(folder, text)
    where = f"{folder / 'plan.toml'}" + (f", line {line}: " if line else ": ")
    assert str(caught.value).startswith(where)
    assert message in str(caught.value)


def test_a_plan_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read"):
        read_plan(tmp_path / "none.toml")


def test_table_lines() -> None:
    text = 'a = 1\n[t]\n"b" = 2\n[[c]]\nx.y = 1\n[c.z]\nb = 0\n[[c]]\n  b=3\n[d]\nb = 4\n'
    lines = table_lines(text)
    assert lines[""] == [{"": 1, "a": 1, "t": 2, "c": 4, "d": 10}]
    assert lines["t"] == [{"": 2, "b": 3}]
    assert lines["c"] == [{"": 4, "x": 5, "z": 6}, {"": 8, "b": 9}]
    assert lines["d"] == [{"": 10, "b": 11}]


def test_the_codec_and_the_most_bytes(folder: Path) -> None:
    (clip,) = plan(folder, '[[clip]]\nscene = "lesson.py::line"\ncodec = "av1"\nmax-size = "5MB"\n')
    (output,) = clip.outputs
    assert isinstance(output, VideoOutput) and output.format.codec == "av1"
    assert clip.settings.max_size == 5_000_000
    for line, said in (
        ('max-size = "5"', "line 3: max-size: must be a number above 0 and its unit"),
        ("max-size = 5", "line 3: max-size must be .* got 5"),
        ('codec = "vp9"', "line 3: codec: mp4 takes .*vp9 goes into webm"),
        ('codec = "divx"', "line 3: codec must be one of h264"),
    ):
        with pytest.raises(RequestError, match=said):
            plan(folder, f'[[clip]]\nscene = "lesson.py::line"\n{line}\n')
