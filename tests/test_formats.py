"""What each format can hold, and how it says what it cannot."""

from __future__ import annotations

import pytest

from gdanim.errors import GdanimError
from gdanim.film.formats import FORMATS, GIF, MP4, Format


@pytest.mark.parametrize(
    ("format", "size", "fps", "message"),
    [
        (MP4, (641, 360), 30, "size: mp4 needs an even width and height, got 641x360; try 642x360"),
        (MP4, (640, 359), 30, "size: mp4 needs an even width and height, got 640x359; try 640x360"),
        (MP4, (0, 360), 30, "size: must be at least 1x1 pixels, got 0x360"),
        (MP4, (640, 360), 0, "fps: must be at least 1, got 0"),
        (GIF, (640, 360), 30, "fps: gif keeps 10, 20, 25, 50 frames per second, got 30; try 25"),
        (GIF, (640, 360), 60, "fps: gif keeps 10, 20, 25, 50 frames per second, got 60; try 50"),
    ],
)
def test_refuses_in_one_line(format: Format, size: tuple[int, int], fps: int, message: str) -> None:
    with pytest.raises(GdanimError) as caught:
        format.check(size, fps)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("format", "size", "fps"),
    [(MP4, (640, 360), 30), (MP4, (2, 2), 1), (GIF, (641, 359), 10), (GIF, (640, 360), 50)],
)
def test_accepts(format: Format, size: tuple[int, int], fps: int) -> None:
    format.check(size, fps)


def test_formats_go_by_name_and_name_the_extension() -> None:
    assert FORMATS["mp4"] is MP4
    assert FORMATS["gif"] is GIF
    assert [FORMATS[name].extension for name in FORMATS] == [f".{name}" for name in FORMATS]
