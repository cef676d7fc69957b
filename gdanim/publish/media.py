"""A video and the files next to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gdanim.encoding import ffmpeg
from gdanim.encoding.chapters import read_chapters
from gdanim.encoding.formats import FORMATS
from gdanim.encoding.metadata import picture_size
from gdanim.errors import RequestError
from gdanim.rendering.outputs import ALT, CAPTIONS, CHAPTERS, POSTER, sidecar_path

_TYPES = {format.extension: format.mime for format in FORMATS.values()}
# The types of videos, best first: browsers take the first that they can play. MP4 is last.
VIDEOS = {end: mime for end, mime in reversed(_TYPES.items()) if mime.startswith("video/")}
# The types of animated pictures, each of which stands alone.
PICTURES = {end: mime for end, mime in _TYPES.items() if mime.startswith("image/")}
LIGHT, DARK = "-light", "-dark"


@dataclass(frozen=True)
class Media:
    """The files of one video: those that play, its poster, captions and chapters, or None.

    `begins` are the seconds at which the video's own chapters begin. `alt` is its
    alternative text, or its name; `frames` the folder of its frames. An animated picture is the
    only one of `videos`; its `fps` is 0.
    """

    videos: tuple[Path, ...]
    size: tuple[int, int]
    fps: float
    poster: Path | None
    captions: Path | None
    chapters: Path | None
    begins: tuple[float, ...]
    frames: Path | None
    alt: str

    @property
    def video(self) -> Path:
        """The file for programs other than browsers: the MP4 if there is one."""
        return self.videos[-1]

    @property
    def picture(self) -> Path | None:
        """The animated picture; None for a video."""
        return self.video if self.video.suffix.lower() in PICTURES else None

    def seen_from(self, place: Callable[[Path], Path]) -> Media:
        """Return the same files as a page names them that writes `place(path)` for each path."""

        def placed(path: Path | None) -> Path | None:
            return path and place(path)

        return replace(
            self,
            videos=tuple(place(video) for video in self.videos),
            poster=placed(self.poster),
            captions=placed(self.captions),
            chapters=placed(self.chapters),
        )


def find_media(video: Path) -> tuple[Media, Media | None]:
    """Find the files of a video, and of its dark version, NAME-dark next to NAME or NAME-light.

    Raises RequestError for anything but a video.
    """
    kind = video.suffix.lower()
    if kind not in (*VIDEOS, *PICTURES):
        *others, last = (*VIDEOS, *PICTURES)
        raise RequestError(f"{video}: must be a {', '.join(others)} or {last} file")
    if not video.is_file():
        raise RequestError(f"{video}: no such file")
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


def media_of(video: Path) -> Media:
    """Return the files of this existing video alone, without its other versions."""
    kind = video.suffix.lower()
    return _media(video.with_suffix(""), list(VIDEOS) if kind in VIDEOS else [kind])


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
        _existing(sidecar_path(base, POSTER)),
        _existing(sidecar_path(base, CAPTIONS)),
        _existing(sidecar_path(base, CHAPTERS)),
        tuple(read_chapters(videos[-1])) if fps else (),
        frames if frames.is_dir() else None,
        told or f"Animation of gradient descent: {base.name}",
    )


def _measured(path: Path) -> tuple[tuple[int, int], float]:
    """Width and height, and the frames per second of a video."""
    if path.suffix.lower() in VIDEOS:
        stream = ffmpeg.stream(path)
        return stream.size, stream.fps
    # ffmpeg cannot read animated WebP.
    return picture_size(path), 0.0


def _existing(path: Path) -> Path | None:
    return path if path.is_file() else None
