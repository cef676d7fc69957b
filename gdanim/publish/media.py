"""A video and what lies beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gdanim.errors import RequestError
from gdanim.film import ffmpeg
from gdanim.publish.beside import ALT, CAPTIONS, POSTER, named

# Best first: a browser takes the first that it can play.
VIDEOS = {".webm": "video/webm", ".mp4": "video/mp4"}
LIGHT, DARK = "-light", "-dark"


@dataclass(frozen=True)
class Media:
    """The files of one video: those that play, its poster and captions, None where there are none.

    `alt` is its alternative text, or its name; `frames` the folder of its frames.
    """

    videos: tuple[Path, ...]
    size: tuple[int, int]
    fps: float
    poster: Path | None
    captions: Path | None
    frames: Path | None
    alt: str

    @property
    def video(self) -> Path:
        """The one that programs other than browsers play: the MP4 if there is one."""
        return self.videos[-1]


def found(video: Path) -> tuple[Media, Media | None]:
    """What there is of the video, and of its dark version if NAME-dark lies beside NAME or
    NAME-light; RequestError for what is no video.
    """
    if video.suffix.lower() not in VIDEOS or not video.is_file():
        raise RequestError(f"{video}: must be an .mp4 or .webm file that is there")
    name = video.with_suffix("").name
    plain = name.removesuffix(LIGHT).removesuffix(DARK)
    light, dark = (video.with_name(plain + end) for end in (LIGHT, DARK))
    if not _videos(dark):
        return _media(video.with_name(name)), None
    bright = light if _videos(light) else video.with_name(plain)
    return (_media(bright), _media(dark)) if _videos(bright) else (_media(dark), None)


def _videos(base: Path) -> tuple[Path, ...]:
    return tuple(path for path in (named(base, end) for end in VIDEOS) if path.is_file())


def _media(base: Path) -> Media:
    videos = _videos(base)
    stream = ffmpeg.stream(videos[-1])
    alt = named(base, ALT)
    told = " ".join(alt.read_text(encoding="utf-8").split()) if alt.is_file() else ""
    frames = named(base, "-frames")
    return Media(
        videos,
        stream.size,
        stream.fps,
        _there(named(base, POSTER)),
        _there(named(base, CAPTIONS)),
        frames if frames.is_dir() else None,
        told or f"Animation of gradient descent: {base.name}",
    )


def _there(path: Path) -> Path | None:
    return path if path.is_file() else None
