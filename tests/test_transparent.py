"""Frames without a background: in every kind of file, seen over two others."""

from __future__ import annotations

import re
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from cases import LINE
from click.testing import CliRunner
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from gdanim import cli, views
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError
from gdanim.pacing.timeline import Even
from gdanim.rendering.pipeline import render
from gdanim.rendering.provenance import note_in
from gdanim.scene import Scene
from gdanim.views.theme import DARK, Theme
from scripts import SCENE, write

SIZE = (320, 180)
BLACK, GREEN = (0, 0, 0), (40, 160, 60)
Pictures = NDArray[np.uint8]


def scene(**look: Any) -> Scene:
    usual: dict[str, Any] = {"size": SIZE, "fps": 10, "pace": Even(1, 0, 0), "title": "A line"}
    return Scene(LINE, GradientDescent(0.01), (-1, 3), steps=20, **usual | look)


def pictures(path: Path) -> Pictures:
    """Each frame, RGBA, as a player sees it."""
    if path.is_dir():
        return np.stack([iio.imread(file) for file in sorted(path.iterdir())])
    if path.suffix == ".webm":
        # ffmpeg's own decoder of VP9 knows no alpha.
        command = [ffmpeg.executable(), "-v", "error", "-c:v", "libvpx-vp9", "-i", f"{path}"]
        wanted = ["-f", "rawvideo", "-pix_fmt", "rgba", "-"]
        pixels = subprocess.run([*command, *wanted], capture_output=True, check=True).stdout
        return np.frombuffer(pixels, np.uint8).reshape(-1, SIZE[1], SIZE[0], 4)
    with Image.open(path) as picture:
        return np.stack([
            np.asarray(frame.convert("RGBA")) for frame in ImageSequence.Iterator(picture)
        ])  # fmt: skip


def over(frames: Pictures, ground: tuple[int, int, int]) -> NDArray[np.float64]:
    alpha = frames[..., 3:] / 255
    return frames[..., :3] * alpha + np.array(ground) * (1 - alpha)


def drawn(made: Scene) -> Pictures:
    film = made.film()
    return np.stack([np.array(film.draw(frame)) for frame in range(len(film))])


@pytest.mark.parametrize("theme", [views.LIGHT, DARK])
@pytest.mark.parametrize(("kind", "far"), [
    (".webm", 6.0), (".webp", 0.0), (".apng", 0.0), ("-frames", 0.0),
])  # fmt: skip
def test_a_video_lies_over_any_background(
    tmp_path: Path, kind: str, far: float, theme: Theme
) -> None:
    path = tmp_path / f"line{kind}"
    clear = scene(theme=replace(theme, transparent=True))
    render(scene(theme=theme), path, transparent=True)
    found, expected = pictures(path), drawn(clear)
    assert len(found) == len(expected) == 10
    assert (found[..., 3] == 0).mean() > 0.5, "most of it is background"
    for ground in (BLACK, GREEN):
        off = over(found, ground) - over(expected, ground)
        assert np.sqrt(np.mean(off**2)) <= far


def test_a_gif_has_whole_pixels(tmp_path: Path) -> None:
    path, clear = tmp_path / "line.gif", scene(theme=replace(DARK, transparent=True))
    render(scene(theme=DARK), path, transparent=True)
    found, expected = pictures(path), drawn(clear)
    np.testing.assert_array_equal(found[..., 3] == 255, expected[..., 3] >= 128)
    shown = found[..., 3] == 255
    off = found[shown][:, :3].astype(float) - expected[shown][:, :3]
    assert np.sqrt(np.mean(off**2)) < 8


@pytest.mark.parametrize("kind", [".webm", ".webp", ".apng", "-frames", ".gif"])
def test_without_the_option_every_pixel_is_opaque(tmp_path: Path, kind: str) -> None:
    found = pictures(render(scene(pace=Even(0.3, 0, 0)), tmp_path / f"line{kind}").path)
    assert found.shape[-1] == 3 or (found[..., 3] == 255).all()


def test_composed_frames_are_whole_ones() -> None:
    panels = {"fit": views.Fit(), "bowl": views.Contour(), "loss": views.LossCurve()}
    film = scene(panels=panels, theme=replace(DARK, transparent=True), size=(640, 360)).film()
    whole = [np.array(film.draw(frame)) for frame in (0, 4, 9)]
    with film.composed():
        for frame, expected in zip((0, 4, 9), whole, strict=True):
            film.show(frame)
            np.testing.assert_array_equal(np.asarray(film.canvas.picture()), expected)


def test_a_still_has_no_background(tmp_path: Path) -> None:
    def made(kind: str, transparent: bool) -> Path:
        path = tmp_path / f"line-{transparent}.{kind}"
        return render(scene(), path, still=20, transparent=transparent).path

    corner = [iio.imread(made("png", clear))[0, 0, 3] for clear in (True, False)]
    assert corner == [0, 255]
    for clear in (True, False):
        (ground,) = re.findall(
            r'<g id="patch_1">.*?style="(.*?)"', made("svg", clear).read_text(), re.DOTALL
        )
        assert ground == ("fill: none" if clear else "fill: #ffffff")
        streams = re.findall(
            rb"stream\r?\n(.*?)endstream", made("pdf", clear).read_bytes(), re.DOTALL
        )
        page = next(one for one in map(_inflated, streams) if b" m\n" in one)
        # The first path is the page itself: painted (f) or not (n).
        assert page.partition(b"h\n\n")[2][:1] == (b"n" if clear else b"f")


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


@pytest.mark.parametrize("codec", ["h264", "hevc", "av1"])
def test_what_has_no_transparent_pixels_says_what_to_take(tmp_path: Path, codec: str) -> None:
    with pytest.raises(GdanimError, match="transparent: mp4.* take webm, gif, webp, apng"):
        render(scene(), tmp_path / "line.mp4", codec=codec, transparent=True)
    assert not (tmp_path / "line.mp4").exists()


def test_a_long_video_is_transparent_in_all_its_stretches(tmp_path: Path) -> None:
    path = tmp_path / "line.webm"
    render(scene(pace=Even(62)), path, transparent=True)
    found = pictures(path)[::40]
    assert ((found[..., 3] == 0).mean(axis=(1, 2)) > 0.5).all()


def test_the_command_and_what_makes_the_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SCENE)
    words = "render lesson.py -o lesson.webp --transparent --size 160x96 --fps 5 --filmstrip"
    done = CliRunner().invoke(cli.main, words.split(), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert pictures(Path("lesson.webp"))[0, 0, 0, 3] == 0
    assert iio.imread("lesson.filmstrip.png").shape[2] == 3
    assert "--transparent" in note_in(Path("lesson.webp")).command(Path("again.webp"))
