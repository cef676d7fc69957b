"""A damaged or malicious file gets one line that names it, and nothing else, from every reader."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hostile import variants
from PIL import Image

from gdanim import GradientDescent, Linear, Problem, Run, Scene, datasets, render
from gdanim.batch.plan import read_plan
from gdanim.encoding.metadata import insert_png_note, read_note
from gdanim.errors import GdanimError, printable
from gdanim.publish.media import find_media
from gdanim.rendering.file_info import inspect
from gdanim.scene import Descent
from gdanim.views.theme import theme_from_file
from scripts import SCENE

# `GDANIM_FUZZ=300 pytest tests/test_hostile_files.py` tries more, GDANIM_SEED others.
COUNT = int(os.environ.get("GDANIM_FUZZ", "15"))
SEED = int(os.environ.get("GDANIM_SEED", "0"))

PLAN = (
    '[defaults]\nfps = 10\n\n[[clip]]\nscene = "lesson.py"\nset = {lr = 0.02}\nsizes = ["64x48"]\n'
)
THEME = 'points = "#FA0"\nruns = ["gold", "#7ae582"]\nline_width = 5\nbase = "dark"\n'
CSV = "size;price\n1,5;2\n2,5;3\n3,5;5,25\n"


def read_csv(path: Path) -> object:
    return datasets.from_csv(path, x="size", y="price")


READERS: dict[str, Callable[[Path], object]] = {
    "plan.toml": read_plan,
    "theme.toml": theme_from_file,
    "table.csv": read_csv,
    "run.npz": Run.load,
    **dict.fromkeys(("a.svg", "a.pdf", "a.png", "a.gif", "a.webp"), inspect),
}
SLOW: dict[str, Callable[[Path], object]] = {
    "a.mp4": inspect,
    "a.webm": inspect,
    "a.apng": inspect,
    "a.mp4 ": find_media,
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file of each kind, as gdanim and its users write them."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "lesson.py").write_text(SCENE, encoding="utf-8")
    for name, text in (("plan.toml", PLAN), ("theme.toml", THEME), ("table.csv", CSV)):
        (folder / name).write_text(text, encoding="utf-8")
    problem = Problem(datasets.linear(points=5), Linear())
    Descent(problem, GradientDescent(0.01), (0.0, 0.0), 3).run().save(folder / "run.npz")
    scene = Scene(problem, GradientDescent(0.01), (0, 0), steps=3)
    for name in {name.strip() for name in (*READERS, *SLOW) if name.startswith("a.")}:
        if name.endswith((".svg", ".pdf", ".png")):
            render(scene, folder / name, size=(64, 48), still="last")
        else:
            render(scene, folder / name, size=(64, 48), seconds=0.2, fps=10)
    return folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings(action="ignore"):
        yield tmp_path


def assert_one_line(read: Callable[[Path], object], path: Path) -> None:
    try:
        read(path)
    except GdanimError as error:
        message = f"{error}"
        assert path.name in message
        assert message == printable(message) and len(message) < 1000, message[:2000]


@pytest.mark.parametrize("name", READERS)
def test_no_reader_fails_in_its_own_way(name: str, sound: Path, folder: Path) -> None:
    READERS[name](sound / name)
    (folder / "lesson.py").write_text(SCENE, encoding="utf-8")
    path = folder / name
    for content in variants((sound / name).read_bytes(), SEED, COUNT):
        path.write_bytes(content)
        assert_one_line(READERS[name], path)


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_no_reader_of_videos_fails_in_its_own_way(name: str, sound: Path, folder: Path) -> None:
    path = folder / name.strip()
    SLOW[name](sound / path.name)
    for content in variants((sound / path.name).read_bytes(), SEED, COUNT // 3):
        path.write_bytes(content)
        assert_one_line(SLOW[name], path)


@pytest.mark.parametrize("note", ["[" * 200_000, '{"a":' * 100_000, "x" * 1_000_000])
@pytest.mark.parametrize("name", ["a.svg", "a.png"])
def test_a_note_of_absurd_depth_or_size_is_none(
    name: str, note: str, sound: Path, folder: Path
) -> None:
    own = read_note(sound / name)
    if name == "a.svg":
        text = (sound / name).read_text(encoding="utf-8")
        escaped = own.replace('"', "&quot;")
        assert escaped in text or own in text
        (folder / name).write_text(text.replace(escaped, note).replace(own, note), encoding="utf-8")
    else:
        Image.new("RGB", (4, 4)).save(folder / name)
        insert_png_note(folder / name, note)
    with pytest.raises(GdanimError, match="contains no note"):
        inspect(folder / name)


@pytest.mark.parametrize("part", ["a", '"a,b"', "'a,b'", '"a" '])
@pytest.mark.parametrize("read", [read_plan, theme_from_file])
def test_a_key_of_many_parts_is_too_large(
    read: Callable[[Path], object], part: str, folder: Path
) -> None:
    path = folder / "dotted.toml"
    path.write_text(".".join([part] * 30_000) + " = 1\n", encoding="utf-8")
    with pytest.raises(GdanimError, match=r"dotted\.toml: is too large"):
        read(path)


def test_a_number_that_no_float_holds_is_named(folder: Path) -> None:
    (folder / "table.csv").write_text("size;price\n1;2\n2;3\n1e999;4\n", encoding="utf-8")
    with pytest.raises(GdanimError, match=r"table\.csv, line 4, .*size.*: is too large"):
        read_csv(folder / "table.csv")
