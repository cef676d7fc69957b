"""Places where videos are shown, and what each takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gdanim.errors import RequestError, did_you_mean
from gdanim.film.defaults import Size

MB = 1_000_000


@dataclass(frozen=True)
class Place:
    """The format, size and frame rate of files for a place, and their most seconds and bytes.

    Options that are given take precedence.
    """

    name: str
    format: str
    size: Size
    fps: int
    longest: float | None = None
    bytes: int | None = None


# docs/places.md has the sources.
PLACES: Mapping[str, Place] = {
    place.name: place
    for place in (
        Place("x", "mp4", (1280, 720), 30, longest=140.0),
        Place("discord", "mp4", (1280, 720), 30, bytes=10 * MB),
        Place("whatsapp", "mp4", (854, 480), 30, bytes=1 * MB),
        # GitHub pages show animated images but not videos.
        Place("github", "webp", (960, 540), 20, bytes=10 * MB),
        Place("linkedin", "mp4", (1920, 1080), 30, longest=1800.0, bytes=500 * MB),
        Place("instagram", "mp4", (1080, 1350), 30, longest=900.0, bytes=300 * MB),
    )
}


def place_called(name: str) -> Place:
    """The place of this name; RequestError when there is none."""
    if name not in PLACES:
        close = did_you_mean(name, PLACES)
        raise RequestError(f"place: must be one of {', '.join(PLACES)}, got {name!r}{close}")
    return PLACES[name]


def usual_format(name: str | None) -> str:
    """The format of videos when none is asked for: that of the place, if there is one."""
    return "mp4" if name is None else PLACES[name].format


def given_up(place: Place, asked: tuple[Size, int, float], made: tuple[Size, int, float]) -> str:
    """What differs from the scene's own size, frames per second and seconds; empty if nothing."""
    words = [
        ("x".join(map(str, size)), f"{fps} frames per second", f"{seconds:g} s")
        for size, fps, seconds in (asked, made)
    ]
    changed = [f"{new} instead of {old}" for old, new in zip(*words, strict=True) if new != old]
    return f"for {place.name}: {', '.join(changed)}" if changed else ""
