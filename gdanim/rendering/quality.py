"""Qualities, sizes and bytes by name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gdanim.errors import RequestError
from gdanim.film.defaults import FPS, SIZE, Size, check_size

BYTES = {
    **{"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9},
    **{"kib": 2**10, "mib": 2**20, "gib": 2**30},
}


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


def parse_size(text: str) -> Size:
    """`1280x720` as width and height; RequestError for anything else."""
    match = re.fullmatch(r"(-?\d{1,9})x(-?\d{1,9})", text)
    if not match:
        raise RequestError(f"{text!r} is not a size; write WIDTHxHEIGHT, such as 1280x720")
    return check_size((int(match[1]), int(match[2])))


def parse_bytes(text: str) -> int:
    """`5MB`, `800kB` or `1.5MiB` in bytes; RequestError for anything else."""
    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?) ?([a-z]{1,3})", text.strip().lower())
    unit = BYTES.get(match[2]) if match else None
    count = int(float(match[1]) * unit) if match and unit else 0
    if count < 1:
        raise RequestError(
            "max-size: must be a number above 0 and its unit, such as 5MB, 800kB or 5MiB, "
            f"got {text!r}"
        )
    return count
