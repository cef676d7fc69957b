"""A video and what lies beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError, RequestError
from gdanim.rendering.outputs import ALT, CAPTIONS, POSTER, sidecar_path

# Best first: a browser takes the first that it can play.
VIDEOS = {".webm": "video/webm", ".mp4": "video/mp4"}
# Pictures that move, which stand alone.
PICTURES = {".gif": "image/gif", ".webp": "image/webp", ".apng": "image/apng"}
LIGHT, DARK = "-light", "-dark"


@dataclass(frozen=True)
class Media:
    """The files of one video: those that play, its poster and captions, None where there are none.

    `alt` is its alternative text, or its name; `frames` the folder of its frames. A picture that
    moves is the only one of `videos`; its `fps` is 0.
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

    @property
    def picture(self) -> Path | None:
        """The picture that moves, where it is one and no video."""
        return self.video if self.video.suffix.lower() in PICTURES else None


def found(video: Path) -> tuple[Media, Media | None]:
    """What there is of the video, and of its dark version if NAME-dark lies beside NAME or
    NAME-light; RequestError for what is no video.
    """
    kind = video.suffix.lower()
    if kind not in (*VIDEOS, *PICTURES) or not video.is_file():
        *others, last = (*VIDEOS, *PICTURES)
        raise RequestError(f"{video}: must be a {', '.join(others)} or {last} file that is there")
    ends = list(VIDEOS) if kind in VIDEOS else [kind]
    name = video.with_suffix("").name
    plain = name.removesuffix(LIGHT).removesuffix(DARK)
    light, dark = (video.with_name(plain + end) for end in (LIGHT, DARK))
    if not _files(dark, ends):
        return _media(video.with_name(name), ends), None
    bright = light if _files(light, ends) else video.with_name(plain)
    if not _files(bright, ends):
        return _media(dark, ends), None
    return _media(bright, ends), _media(dark, ends)


def _files(base: Path, ends: Sequence[str]) -> tuple[Path, ...]:
    return tuple(path for path in (sidecar_path(base, end) for end in ends) if path.is_file())


def _media(base: Path, ends: Sequence[str]) -> Media:
    videos = _files(base, ends)
    size, fps = _measured(videos[-1])
    alt = sidecar_path(base, ALT)
    told = " ".join(alt.read_text(encoding="utf-8").split()) if alt.is_file() else ""
    frames = sidecar_path(base, "-frames")
    return Media(
        videos,
        size,
        fps,
        _there(sidecar_path(base, POSTER)),
        _there(sidecar_path(base, CAPTIONS)),
        frames if frames.is_dir() else None,
        told or f"Animation of gradient descent: {base.name}",
    )


def _measured(path: Path) -> tuple[tuple[int, int], float]:
    """Width and height, and the frames per second of a video."""
    if path.suffix.lower() in VIDEOS:
        stream = ffmpeg.stream(path)
        return stream.size, stream.fps
    # ffmpeg reads no animated WebP.
    try:
        with Image.open(path) as picture:
            return picture.size, 0.0
    except OSError:
        raise GdanimError(f"{path}: is no picture that can be read") from None


def _there(path: Path) -> Path | None:
    return path if path.is_file() else None
