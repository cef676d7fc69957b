"""Sites where videos are shown, and what each accepts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gdanim.errors import RequestError, did_you_mean
from gdanim.film.defaults import Size

MB = 1_000_000


@dataclass(frozen=True)
class Platform:
    """The format, size and frame rate for a platform, and its limits of seconds and bytes.

    Explicit options take precedence.
    """

    name: str
    format: str
    size: Size
    fps: int
    longest: float | None = None
    bytes: int | None = None


# docs/platforms.md has the sources.
PLATFORMS: Mapping[str, Platform] = {
    platform.name: platform
    for platform in (
        Platform("x", "mp4", (1280, 720), 30, longest=140.0),
        Platform("discord", "mp4", (1280, 720), 30, bytes=10 * MB),
        Platform("whatsapp", "mp4", (854, 480), 30, bytes=1 * MB),
        # GitHub pages show animated images but not videos.
        Platform("github", "webp", (960, 540), 20, bytes=10 * MB),
        Platform("linkedin", "mp4", (1920, 1080), 30, longest=1800.0, bytes=500 * MB),
        Platform("instagram", "mp4", (1080, 1350), 30, longest=900.0, bytes=300 * MB),
    )
}


def platform_called(name: str) -> Platform:
    """The platform of this name; RequestError if there is none."""
    if name not in PLATFORMS:
        close = did_you_mean(name, PLATFORMS)
        raise RequestError(f"platform: must be one of {', '.join(PLATFORMS)}, got {name!r}{close}")
    return PLATFORMS[name]


def usual_format(name: str | None) -> str:
    """The format of videos when none is asked for: that of the platform, if there is one."""
    return "mp4" if name is None else PLATFORMS[name].format


def given_up(
    platform: Platform, asked: tuple[Size, int, float], made: tuple[Size, int, float]
) -> str:
    """What differs from the scene's own size, frames per second and seconds; empty if nothing."""
    words = [
        ("x".join(map(str, size)), f"{fps} frames per second", f"{seconds:g} s")
        for size, fps, seconds in (asked, made)
    ]
    changed = [f"{new} instead of {old}" for old, new in zip(*words, strict=True) if new != old]
    return f"for {platform.name}: {', '.join(changed)}" if changed else ""
