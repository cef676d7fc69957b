"""How large and how smooth a video is, and where it goes when nobody says so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gdanim.errors import RequestError
from gdanim.film.defaults import FPS, SIZE

Size = tuple[int, int]

OUTPUT = "output"
# Below, the letters of most scenes are less than half a pixel high, which FreeType refuses.
SMALLEST, LARGEST = 48, 8192
FASTEST = 120


@dataclass(frozen=True)
class Quality:
    """Width and height in pixels, and frames per second."""

    size: Size
    fps: int


QUALITIES = {
    "low": Quality((854, 480), 15),
    "medium": Quality(SIZE, FPS),
    "high": Quality((1920, 1080), 60),
    "4k": Quality((3840, 2160), 60),
}
MEDIUM = QUALITIES["medium"]


def check_size(size: Size) -> Size:
    """`size`, or RequestError where no video of that size can be made."""
    whole = len(size) == 2 and all(isinstance(length, int) for length in size)
    if not (whole and all(SMALLEST <= length <= LARGEST for length in size)):
        raise RequestError(
            f"size: width and height must be whole numbers from {SMALLEST} to {LARGEST} pixels, "
            f"got {'x'.join(map(str, size))}"
        )
    return size


def parse_size(text: str) -> Size:
    """`1280x720` as width and height; RequestError for anything else."""
    match = re.fullmatch(r"(-?\d{1,9})x(-?\d{1,9})", text)
    if not match:
        raise RequestError(f"{text!r} is no size; write WIDTHxHEIGHT, such as 1280x720")
    return check_size((int(match[1]), int(match[2])))


def check_fps(fps: int) -> int:
    """`fps`, or RequestError where no video of that rate can be made."""
    if not (isinstance(fps, int) and 1 <= fps <= FASTEST):
        raise RequestError(
            f"fps: must be a whole number from 1 to {FASTEST} frames per second, got {fps}"
        )
    return fps
