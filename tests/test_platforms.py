"""Files for platforms: what each takes, and what that costs."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest
from cases import LINE
from click.testing import CliRunner

from gdanim import cli
from gdanim.batch.plan import read_plan
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError
from gdanim.pacing.timeline import Even
from gdanim.rendering import platforms
from gdanim.rendering.pipeline import render
from gdanim.rendering.platforms import PLATFORMS, Platform
from gdanim.scene import Scene
from scripts import SCENE, write

# Kept as they are: what people's videos are made for.
EXPECTED = {
    "x": ("mp4", (1280, 720), 30, 140.0, None),
    "discord": ("mp4", (1280, 720), 30, None, 10_000_000),
    "whatsapp": ("mp4", (854, 480), 30, None, 1_000_000),
    "github": ("webp", (960, 540), 20, None, 10_000_000),
    "linkedin": ("mp4", (1920, 1080), 30, 1800.0, 500_000_000),
    "instagram": ("mp4", (1080, 1350), 30, 900.0, 300_000_000),
}


def scene(**look: Any) -> Scene:
    usual: dict[str, Any] = {"size": (320, 180), "fps": 10, "pace": Even(1)}
    return Scene(LINE, GradientDescent(0.01), (-1, 3), steps=20, **usual | look)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that takes hardly anything, so that tests are quick."""
    tiny = Platform("x", "mp4", (160, 96), 8, longest=2.0, bytes=500_000)
    monkeypatch.setattr(platforms, "PLATFORMS", {**PLATFORMS, "x": tiny})


def test_what_each_place_takes() -> None:
    found = {name: dataclasses.astuple(platform)[1:] for name, platform in PLATFORMS.items()}
    assert found == EXPECTED


def test_the_documentation_has_the_same_figures() -> None:
    text = (Path(__file__).parent.parent / "docs" / "platforms.md").read_text(encoding="utf-8")
    row = r"^\| `(\w+)` \| (\w+) \| (\d+)x(\d+) \| (\d+) \| (.*?) ?\| (.*?) ?\|"
    rows = re.findall(row, text, re.M)
    found = {
        name: (
            kind, (int(width), int(height)), int(fps),
            float(longest.removesuffix(" s")) if longest else None,
            int(most.removesuffix(" MB")) * 1_000_000 if most else None,
        )
        for name, kind, width, height, fps, longest, most in rows
    }  # fmt: skip
    assert found == EXPECTED


def test_a_video_is_made_to_measure_and_says_what_that_cost(tmp_path: Path, small: None) -> None:
    path = tmp_path / "line.mp4"
    made = render(scene(pace=Even(5)), path, platform="x")
    assert ffmpeg.stream(path) == ffmpeg.Stream("h264", (160, 96), 8.0)
    assert (made.size, made.seconds) == ((160, 96), 2.0) and made.bytes <= 500_000
    assert made.notice == (
        "for x: 160x96 instead of 320x180, 8 frames per second instead of 10 frames per second, "
        "2 s instead of 5 s"
    )


def test_what_is_said_otherwise_comes_first(tmp_path: Path, small: None) -> None:
    asked: dict[str, Any] = {"size": (128, 96), "fps": 12, "seconds": 1.5, "platform": "x"}
    made = render(scene(), tmp_path / "a.mp4", **asked)
    assert (made.size, made.frames, made.seconds) == ((128, 96), 18, 1.5)
    slow = render(scene(fps=4), tmp_path / "b.mp4", platform="x")
    assert slow.frames == 4, "no frames are made up"
    fits = render(scene(size=(160, 96), fps=8), tmp_path / "c.mp4", platform="x")
    assert fits.notice == ""


def test_an_unknown_place(tmp_path: Path) -> None:
    with pytest.raises(GdanimError, match="did you mean github"):
        render(scene(), tmp_path / "a.mp4", platform="gitub")


def test_the_command_takes_the_format_of_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SCENE)
    for more, name in (("", "lesson.webp"), ("-f gif", "lesson.gif")):
        words = f"render lesson.py --for github {more} --seconds 0.5 --size 160x96".split()
        done = CliRunner().invoke(cli.main, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert Path("output", name).is_file()
    Path("plan.toml").write_text('[[clip]]\nscene = "lesson.py"\nfor = "github"\nloop = 1\n')
    (clip,) = read_plan(Path("plan.toml"))
    assert [output.path.suffix for output in clip.outputs] == [".webp"]
    assert clip.settings.platform == PLATFORMS["github"] and clip.settings.loop == 1
