"""Few colours: the right ones, and as close to the truth as they can be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence

from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import FORMATS, GIF, Format
from gdanim.encoding.palette import with_palette, write_palette

RED, PAPER, BLUE = (200, 40, 30), (250, 250, 247), (37, 99, 201)
SIZE = (32, 16)
Frame = NDArray[np.uint8]


def frame(*pixels: tuple[int, int, int]) -> Frame:
    """These pixels, repeated until the frame is full, RGB."""
    width, height = SIZE
    return np.resize(np.array(pixels, np.uint8), (height, width, 3))


def saved(path: Path, format: Format, colours: int, *frames: Frame) -> list[Frame]:
    """The frames of a file in few colours."""
    opaque = [np.dstack([one, np.full(one.shape[:2], 255, np.uint8)]) for one in frames]
    palette = path.with_name("palette.png")
    write_palette((one.data for one in opaque), SIZE, colours, palette)
    arguments: list[str | Path] = [*with_palette(format, palette).arguments, path]
    with ffmpeg.encoding(SIZE, 10, arguments) as write:
        for one in opaque:
            write(one.data)
    with Image.open(path) as picture:
        return [np.asarray(one.convert("RGB")) for one in ImageSequence.Iterator(picture)]


@pytest.mark.parametrize("name", ["gif", "webp", "apng"])
def test_colours_that_fit_are_kept_as_they_are(tmp_path: Path, name: str) -> None:
    frames = [frame(RED, PAPER, PAPER), frame(PAPER, PAPER, BLUE), frame(BLUE, RED)]
    shown = saved(tmp_path / f"a.{name}", FORMATS[name], 16, *frames)
    np.testing.assert_array_equal(shown, frames)


def test_there_are_no_more_colours_than_asked_for(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (*SIZE[::-1], 3)).astype(np.uint8)
    (shown,) = saved(tmp_path / "a.gif", GIF, 32, noise)
    assert 24 < len(np.unique(shown.reshape(-1, 3), axis=0)) <= 32


def test_a_thin_line_keeps_its_colour_on_a_paper_of_many_shades(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    paper = (245 + rng.integers(0, 8, (*SIZE[::-1], 3))).astype(np.uint8)
    paper[8, 4:28] = RED
    (shown,) = saved(tmp_path / "a.gif", GIF, 8, paper)
    assert np.abs(shown[8, 4:28].astype(int) - RED).max() <= 2


def test_what_moves_leaves_no_shadow(tmp_path: Path) -> None:
    """A pixel looks the same in every frame that draws it the same, whatever was there before."""
    rng = np.random.default_rng(1)
    shades = np.linspace(RED, PAPER, 400).round().astype(np.uint8)
    ground = shades[rng.integers(300, 400, SIZE[::-1])]
    frames = [ground.copy() for _ in range(6)]
    for number, one in enumerate(frames):
        one[:, 4 * number : 4 * number + 4] = shades[rng.integers(0, 400, (SIZE[1], 4))]
    shown = saved(tmp_path / "a.gif", GIF, 12, *frames)
    assert len(shown) == len(frames)
    for column in range(24, 32):
        for one in shown[1:]:
            np.testing.assert_array_equal(one[:, column], shown[0][:, column])
    for number in range(1, 6):
        np.testing.assert_array_equal(shown[number][:, :4], shown[-1][:, :4])
