"""The files to write for a scene: videos and stills, their names, and what goes next to them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gdanim.encoding.formats import (
    BY_EXTENSION,
    FORMATS,
    MP4,
    STILL_EXTENSIONS,
    STILLS,
    Format,
    with_codec,
)
from gdanim.errors import RequestError
from gdanim.film.defaults import OUTPUT

StillStep = int | Literal["last"]
"""The step that a picture shows."""

# Suffixes with two dots, so that they do not collide with a user's own notes or data.
POSTER, CAPTIONS, CHAPTERS, ALT, FILMSTRIP, TABLE = (
    ".poster.png",
    ".vtt",
    ".chapters.vtt",
    ".alt.txt",
    ".filmstrip.png",
    ".steps.csv",
)


@dataclass(frozen=True)
class Sidecars:
    """Which files to write next to a video: NAME.poster.png, NAME.vtt, ... next to NAME.mp4."""

    poster: StillStep | None = None
    captions: bool = False
    alt: bool = False
    filmstrip: bool = False
    csv: bool = False
    chapters: bool = False

    @property
    def suffixes(self) -> list[str]:
        """The suffixes of the files' names."""
        wanted = {
            POSTER: self.poster is not None,
            CAPTIONS: self.captions,
            CHAPTERS: self.chapters,
            ALT: self.alt,
            FILMSTRIP: self.filmstrip,
            TABLE: self.csv,
        }
        return [suffix for suffix, yes in wanted.items() if yes]

    def paths(self, base: Path) -> list[Path]:
        """The files' paths, for a video whose path without its extension is `base`."""
        return [sidecar_path(base, suffix) for suffix in self.suffixes]


NO_SIDECARS = Sidecars()


def sidecar_path(base: Path, suffix: str) -> Path:
    """The file next to `base` with this suffix."""
    return base.with_name(base.name + suffix)


@dataclass(frozen=True)
class VideoOutput:
    """A video, or a folder of frames, and its sidecars; `notice` is for the user to read."""

    path: Path
    format: Format
    sidecars: Sidecars = NO_SIDECARS
    notice: str = ""

    @property
    def base(self) -> Path:
        """The path without its extension, or without -frames."""
        return self.path.with_name(self.path.name[: -len(self.format.extension)])

    @property
    def paths(self) -> list[Path]:
        """Every path that is written."""
        return [self.path, *self.sidecars.paths(self.base)]


@dataclass(frozen=True)
class StillOutput:
    """A picture of one step."""

    path: Path
    step: StillStep

    @property
    def paths(self) -> list[Path]:
        """Every path that is written."""
        return [self.path]


Output = VideoOutput | StillOutput


@dataclass(frozen=True)
class OutputOptions:
    """Which files to write for each scene.

    `where` is the file's own path, or the folder for it (`output` when None). There is a video in
    each of the `formats`. With a step as `still`, png, svg and pdf among the formats mean a picture
    of that step. The default format is .png for a still, .mp4 otherwise. `sidecars`
    are written once, for the first video. `usual` is the format of videos if none is named.
    """

    where: str | None = None
    formats: Sequence[str] = ()
    still: StillStep | None = None
    codec: str | None = None
    sidecars: Sidecars = NO_SIDECARS
    usual: str = MP4.name


def outputs_for(name: str, options: OutputOptions) -> tuple[Output, ...]:
    """The files of the scene called `name`."""
    if options.where is not None and not is_folder(options.where):
        return _with_sidecars((single_output(Path(options.where), options),), options.sidecars)
    folder = Path(OUTPUT if options.where is None else options.where)
    videos = [
        VideoOutput(folder / f"{name}{format.extension}", format) for format in _videos(options)
    ]
    if options.still is None:
        return _with_sidecars(tuple(videos), options.sidecars)
    label = "last" if options.still == "last" else f"step{options.still}"
    stills = [
        StillOutput(folder / f"{name}-{label}.{kind}", options.still) for kind in _stills(options)
    ]
    return _with_sidecars((*videos, *stills), options.sidecars)


def single_output(path: Path, options: OutputOptions) -> Output:
    """The one output that goes to `path`."""
    formats, still = set(options.formats), options.still
    if len(formats) > 1 or (still is not None and not formats <= set(STILLS)):
        raise RequestError(
            f"{path}: one file cannot hold several outputs; "
            f"name a folder, such as {path.parent / path.stem}/"
        )
    extension = _extension(path)
    if extension not in (*BY_EXTENSION, *STILL_EXTENSIONS):
        raise RequestError(
            f"{path}: the file name must end in {', '.join(BY_EXTENSION)}, or for a still in "
            f"{', '.join(STILL_EXTENSIONS)}; a folder name must end in /"
        )
    if (still is not None) != (extension in STILL_EXTENSIONS):
        raise RequestError(
            f"{path}: a {', '.join(STILL_EXTENSIONS)} file is a still, which needs the step to "
            "show; give both (--still last) or neither"
        )
    kind = extension.removeprefix(".") if still is not None else BY_EXTENSION[extension].name
    if formats and formats != {kind}:
        (format,) = formats
        raise RequestError(
            f"{path}: the name says {kind}, but -f says {format}; remove one of the two"
        )
    if still is not None:
        _refuse_codec(options.codec)
        return StillOutput(path, still)
    return VideoOutput(path, with_codec(FORMATS[kind], options.codec))


def is_folder(where: str) -> bool:
    """Whether `where` names a folder to put files in, not a file or a folder of frames."""
    path = Path(where)
    if _extension(path) in BY_EXTENSION:
        return False
    return where.endswith(("/", os.sep)) or path.is_dir() or not path.suffix


def _videos(options: OutputOptions) -> list[Format]:
    names = list(dict.fromkeys(options.formats))
    if options.still is not None:
        names = [name for name in names if name not in STILLS]
        if not names:
            _refuse_codec(options.codec)
    elif not names:
        names = [options.usual]
    for name in names:
        if name not in FORMATS:
            raise RequestError(f"-f {name}: is for stills; name the step to show (--still last)")
    return [with_codec(FORMATS[name], options.codec) for name in names]


def _stills(options: OutputOptions) -> list[str]:
    return [kind for kind in dict.fromkeys(options.formats) if kind in STILLS] or ["png"]


def _with_sidecars(outputs: tuple[Output, ...], sidecars: Sidecars) -> tuple[Output, ...]:
    """The outputs, the first of them with these sidecars."""
    first, *others = outputs
    if sidecars == NO_SIDECARS:
        return outputs
    if isinstance(first, StillOutput):
        raise RequestError(
            f"{first.path}: is a still; {', '.join(sidecars.suffixes)} go with a video (-f mp4)"
        )
    return (replace(first, sidecars=sidecars), *others)


def _extension(path: Path) -> str:
    """What the name ends in: an extension, or -frames."""
    name = path.name.lower()
    return next((one for one in BY_EXTENSION if name.endswith(one)), path.suffix.lower())


def _refuse_codec(codec: str | None) -> None:
    if codec:
        raise RequestError(f"codec: a still has no codec, got {codec}")
