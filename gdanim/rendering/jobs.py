"""What is asked for: scenes with their knobs set, settings, and the files to make."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from gdanim.encoding.formats import FORMATS, MP4, STILLS, Format, with_codec
from gdanim.errors import RequestError
from gdanim.rendering.provenance import Origin, shown_path
from gdanim.rendering.quality import MEDIUM, OUTPUT, Quality, Size, check_fps, check_size
from gdanim.rendering.sidecars import NOTHING, Sidecars, Still
from gdanim.rendering.sweep import grid, suffix
from gdanim.scene import Scene
from gdanim.scripting.knobs import Value
from gdanim.scripting.load import SceneFunction, choose
from gdanim.views.theme import Theme

LONGEST = 3600.0
# By the end of the file's or folder's name.
VIDEOS = {format.extension: format for format in FORMATS.values()}
PICTURES = tuple(f".{kind}" for kind in STILLS)


@dataclass(frozen=True)
class Settings:
    """What a render decides instead of the scene; None leaves it to the scene.

    Size: `size`, else that of `quality`, else the scene's. Frames per second: `fps`, else the
    scene's, else those of `quality`, else of medium. `seconds` keeps the scene's pace over another
    length. No video takes more than `max_size` bytes. Raises RequestError for what no video can
    have.
    """

    quality: Quality | None = None
    size: Size | None = None
    fps: int | None = None
    seconds: float | None = None
    theme: Theme | None = None
    max_size: int | None = None

    def __post_init__(self) -> None:
        if self.size is not None:
            check_size(self.size)
        if self.fps is not None:
            check_fps(self.fps)
        if self.seconds is not None and not 0 < self.seconds <= LONGEST:
            raise RequestError(
                f"seconds: must be above 0 and at most {LONGEST:g}, got {self.seconds:g}"
            )

    def applied(self, scene: Scene, format: Format | None = None) -> Scene:
        """The scene as it is to be rendered in `format` (None: a still)."""
        size = self.size or (self.quality.size if self.quality else scene.size)
        wanted = (self.fps, scene.fps, (self.quality or MEDIUM).fps)
        fps = next(rate for rate in wanted if rate is not None)
        if format and format.fps and self.fps is None:
            fps = max((rate for rate in format.fps if rate <= fps), default=min(format.fps))
        pace = scene.pace if self.seconds is None else scene.pace.with_duration(self.seconds)
        return replace(scene, size=size, fps=fps, pace=pace, theme=self.theme or scene.theme)


@dataclass(frozen=True)
class Output:
    """A file to make: a video in `format`, with what goes beside it, or the still of a step."""

    path: Path
    format: Format | None = None
    still: Still | None = None
    notice: str = ""
    beside: Sidecars = NOTHING

    @property
    def base(self) -> Path:
        """The path without its extension, or without -frames."""
        end = self.format.extension if self.format else self.path.suffix
        return self.path.with_name(self.path.name[: len(self.path.name) - len(end)])

    @property
    def paths(self) -> list[Path]:
        """All that is written."""
        return [self.path, *self.beside.paths(self.base)]


@dataclass(frozen=True, eq=False)
class Job:
    """A scene, its outputs, and the script that it comes from if it comes from one."""

    scene: Scene
    outputs: tuple[Output, ...]
    script: Path | None = None
    origin: Origin | None = None


def request(
    selections: Sequence[str],
    settings: Mapping[str, str],
    where: str | None = None,
    formats: Sequence[str] = (),
    still: Still | None = None,
    codec: str | None = None,
    beside: Sidecars = NOTHING,
    sweep: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[Job]:
    """What `gdanim render` asks for: the scenes of `SCRIPT[::SCENE]`, knobs set, and their files.

    `settings` are the knobs' texts, for every scene alike, and `sweep` those of knobs with several
    values, which make a job for every combination, its files named after it; see `outputs` for the
    others.
    """
    for name in sweep:
        if name in settings:
            raise RequestError(f"{name}: is set and swept; do one of both")
    chosen = [scene for selection in selections for scene in choose(selection)]
    scenes = [(scene, swept) for scene in chosen for swept in grid(sweep)]
    # All knobs are looked at before any scene is made, which may read files and take its time.
    values = [scene.values({**settings, **swept}) for scene, swept in scenes]
    names = ["-".join(filter(None, (scene.file_name, suffix(swept)))) for scene, swept in scenes]
    files = [outputs(name, where, formats, still, codec, beside) for name in names]
    return [
        Job(scene(**knobs), places, scene.script, origin_of(scene, knobs))
        for (scene, _), knobs, places in zip(scenes, values, files, strict=True)
    ]


def origin_of(scene: SceneFunction, knobs: Mapping[str, Value]) -> Origin:
    values = {knob.name: knobs.get(knob.name, knob.default) for knob in scene.knobs}
    return Origin(shown_path(scene.script), scene.name, values)


def outputs(
    name: str,
    where: str | None = None,
    formats: Sequence[str] = (),
    still: Still | None = None,
    codec: str | None = None,
    beside: Sidecars = NOTHING,
) -> tuple[Output, ...]:
    """The files of the scene called `name`.

    `where` is the file's own path, or the folder for it (`output` when None). A video in each of
    the `formats`, and the still of a step, for which png, svg and pdf among the formats are then
    meant; without formats just the still as a .png, or an .mp4. What is to go `beside` a video does
    so once, beside the first.
    """
    if where is not None and not is_folder(where):
        return _accompanied((single(Path(where), formats, still, codec),), beside)
    folder = Path(OUTPUT if where is None else where)
    videos, pictures = _kinds(formats, still, codec)
    label = "last" if still == "last" else f"step{still}"
    made = (
        *(Output(folder / f"{name}{kind.extension}", kind) for kind in videos),
        *(Output(folder / f"{name}-{label}.{kind}", still=still) for kind in pictures),
    )
    return _accompanied(made, beside)


def _accompanied(made: tuple[Output, ...], beside: Sidecars) -> tuple[Output, ...]:
    """With what goes beside a video, beside the first."""
    if beside == NOTHING:
        return made
    if made[0].format is None:
        ends = ", ".join(beside.ends)
        raise RequestError(f"{made[0].path}: is a still; {ends} go beside a video (-f mp4)")
    return (replace(made[0], beside=beside), *made[1:])


def _kinds(
    formats: Sequence[str], still: Still | None, codec: str | None
) -> tuple[list[Format], list[str]]:
    """The kinds of video and those of still that are asked for."""
    pictures = [kind for kind in dict.fromkeys(formats) if kind in STILLS and still is not None]
    names = [kind for kind in dict.fromkeys(formats) if kind not in pictures]
    for name in names:
        if name not in FORMATS:
            raise RequestError(f"-f {name}: is for stills; name the step to show (--still last)")
    if codec and not names and still is not None:
        raise RequestError(f"codec: a still has none, got {codec}")
    if still is not None:
        return [with_codec(FORMATS[name], codec) for name in names], pictures or ["png"]
    return [with_codec(FORMATS[name], codec) for name in names or [MP4.name]], []


def is_folder(where: str) -> bool:
    """Whether an output of that name is the folder for files, and no file or folder of frames."""
    path = Path(where)
    if _ending(path) in VIDEOS:
        return False
    return where.endswith(("/", os.sep)) or path.is_dir() or not path.suffix


def _ending(path: Path) -> str:
    """What the name ends in: an extension, or -frames."""
    return next((e for e in VIDEOS if path.name.lower().endswith(e)), path.suffix.lower())


def single(
    path: Path, formats: Sequence[str], still: Still | None, codec: str | None = None
) -> Output:
    """The one output that goes to `path`."""
    kinds = set(formats)
    if len(kinds) > 1 or (still is not None and not kinds <= set(STILLS)):
        raise RequestError(
            f"{path}: several outputs do not fit into one file; "
            f"name a folder, such as {path.parent / path.stem}/"
        )
    ending = _ending(path)
    if ending not in (*VIDEOS, *PICTURES):
        raise RequestError(
            f"{path}: the file's name must end in {', '.join(VIDEOS)}, or for a still in "
            f"{', '.join(PICTURES)}; a folder's in /"
        )
    if (still is not None) != (ending in PICTURES):
        raise RequestError(
            f"{path}: a still is a {', '.join(PICTURES)} file, and such a file needs the step to "
            "show; name both (--still last) or neither"
        )
    kind = VIDEOS[ending].name if ending in VIDEOS else ending.removeprefix(".")
    if formats and kind != formats[0]:
        raise RequestError(
            f"{path}: its name says {kind} and -f says {formats[0]}; leave one of them away"
        )
    if still is not None:
        if codec:
            raise RequestError(f"codec: a still has none, got {codec}")
        return Output(path, still=still)
    return Output(path, with_codec(FORMATS[kind], codec))
