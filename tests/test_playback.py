"""How often animated pictures play, and how long their last frame stays."""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import LINE
from click.testing import CliRunner
from films import flat
from PIL import Image

from gdanim import cli
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.encoding.formats import FORMATS
from gdanim.encoding.metadata import Metadata
from gdanim.errors import GdanimError
from gdanim.film.save import save
from gdanim.rendering.pipeline import render
from gdanim.rendering.provenance import note_in
from gdanim.scene import Scene
from scripts import SCENE, write

PICTURES = ("gif", "webp", "apng")


def played(path: Path) -> tuple[int | None, list[float]]:
    """How often it plays, as its kind of file counts, and the milliseconds of each frame."""
    with Image.open(path) as picture:
        loop, times = picture.info.get("loop"), []
        for k in range(picture.n_frames):  # type: ignore[attr-defined]
            picture.seek(k)
            picture.load()
            times.append(picture.info["duration"])
        return loop, times


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("loop", [None, 0, 1, 3])
def test_it_plays_so_often_and_holds_its_end(tmp_path: Path, kind: str, loop: int | None) -> None:
    usual, made = tmp_path / f"usual.{kind}", tmp_path / f"made.{kind}"
    save(flat(), usual, FORMATS[kind])
    save(flat(), made, FORMATS[kind].replayed(loop, 2.5), metadata=Metadata("a note"))
    count, times = played(made)
    # A GIF counts repetitions; without that block it plays once.
    expected = {None: 0, 0: 0, 1: None, 3: 2} if kind == "gif" else {None: 0, 0: 0, 1: 1, 3: 3}
    assert count == expected[loop]
    assert times[-1] == pytest.approx(2500) and times[:-1] == played(usual)[1][:-1]
    assert played(usual)[0] == 0, "for ever, unless something else is said"


@pytest.mark.parametrize("kind", ["mp4", "webm", "png"])
def test_others_leave_it_to_the_player(kind: str) -> None:
    for loop, hold in ((1, None), (None, 2.0)):
        with pytest.raises(GdanimError, match="(loop|hold): .*take gif, webp, apng"):
            FORMATS[kind].replayed(loop, hold)


@pytest.mark.parametrize("wrong", [{"loop": -1}, {"loop": 65536}, {"hold": -1.0}, {"hold": 601.0}])
def test_what_no_picture_can_hold(tmp_path: Path, wrong: dict[str, int]) -> None:
    scene = Scene(LINE, GradientDescent(0.01), steps=3, size=(160, 96))
    with pytest.raises(GdanimError, match="loop|hold"):
        render(scene, tmp_path / "a.gif", seconds=1, **wrong)  # type: ignore[arg-type]


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SCENE)
    words = "render lesson.py -o a.gif --loop 1 --hold 3 --size 160x96 --fps 10 --seconds 1"
    done = CliRunner().invoke(cli.main, words.split(), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert played(Path("a.gif"))[0] is None and played(Path("a.gif"))[1][-1] == 3000
    again = note_in(Path("a.gif")).command(Path("b.gif"))
    assert "--loop=1" in again and "--hold=3.0" in again
