"""What wrote a file: stored in it as a note, read back, and turned into a command."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePath

from gdanim.core.digest import installed
from gdanim.encoding import ffmpeg, metadata
from gdanim.encoding.formats import BY_EXTENSION, STILL_EXTENSIONS
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.rendering.jobs import Origin, shown_path
from gdanim.rendering.outputs import Output, StillOutput
from gdanim.rendering.tasks import RenderTask
from gdanim.version import __version__
from gdanim.views.font_names import FONT, PACKAGE
from gdanim.views.theme import THEMES, Theme

# The options of `gdanim render` that a note may contain.
OPTIONS = (
    "size",
    "fps",
    "seconds",
    "theme",
    "still",
    "max-size",
    "codec",
    "transparent",
    "loop",
    "hold",
)
# Those that take no value.
FLAGS = ("transparent",)
# No note of ours has more characters, or more frames per second.
LONGEST, FASTEST = 100_000, 1000
# The files that gdanim leaves a note in.
_WRITTEN = (*(end for end in BY_EXTENSION if end.startswith(".")), *STILL_EXTENSIONS)


@dataclass(frozen=True)
class Note:
    """What wrote a file: versions by package, the scene, its seed, options of `gdanim render`.

    `fps` is the file's own rate, which a size limit may have reduced below that of the options.
    """

    versions: Mapping[str, str]
    origin: Origin | None = None
    seed: int = 0
    fps: int = 0
    options: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """One line of ASCII."""
        return json.dumps({"gdanim": __version__, **asdict(self)}, separators=(",", ":"))

    def command(self, output: Path) -> list[str]:
        """The words of the command that makes the file again; GdanimError if it has no script."""
        if self.origin is None:
            raise GdanimError(
                f"{output}: its scene came from no script, so no command makes it again"
            )
        settings = [f"--set={name}={value}" for name, value in self.origin.knobs.items()]
        options = [
            f"--{name}" if name in FLAGS else f"--{name}={text}"
            for name, text in self.options.items()
        ]
        scene = f"{self.origin.script}::{self.origin.scene}"
        return ["gdanim", "render", scene, *settings, *options, "-o", f"{output}"]


def note_of(task: RenderTask, film: Film, output: Output, asked: Film | None = None) -> str:
    """The note for a file drawn from `film`: everything that its pixels depend on.

    Under a size limit, `asked` is the film as it was requested.
    """
    settings = task.settings
    options = dict.fromkeys(OPTIONS, None) | {
        "size": "x".join(map(str, (asked or film).size)),
        "fps": (asked or film).timeline.fps,
        "seconds": settings.seconds,
        "max-size": f"{settings.max_size}B" if asked else None,
        "transparent": settings.transparent or None,
        "loop": settings.loop,
        "hold": settings.hold,
    }
    theme, file, project = settings.theme, settings.theme_file, settings.project_theme
    if theme is None and project is not None and task.scene.theme in _both(project.theme):
        theme, file = project.theme, project.file
    if theme is not None and theme in THEMES.values():
        options["theme"] = theme.name
    elif file is not None:
        options["theme"] = shown_path(Path(file))
    if isinstance(output, StillOutput):
        options["still"] = output.step
    elif output.format.crf is not None:
        options["codec"] = output.format.codec
    given = {name: f"{value}" for name, value in options.items() if value is not None}
    found = _library_versions(film.fonts, encoder=not isinstance(output, StillOutput))
    return Note(found, task.origin, task.scene.seed, film.timeline.fps, given).text()


def _both(theme: Theme) -> tuple[Theme, Theme]:
    """The theme with and without its background."""
    return theme, replace(theme, transparent=True)


def note_in(path: Path) -> Note:
    """The note in a file or folder; GdanimError if gdanim left none there."""
    if not (path.is_dir() or path.suffix.lower() in _WRITTEN):
        *others, last = _WRITTEN
        raise GdanimError(
            f"{path}: must be a {', '.join(others)} or {last} file, or a folder of frames"
        )
    try:
        text = metadata.read_note(path)
    except (OSError, ValueError) as error:
        raise GdanimError(f"{path}: cannot be read: {error}") from None
    try:
        if len(text) > LONGEST:
            raise ValueError
        return _parsed(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise GdanimError(
            f"{path}: contains no note on what wrote it; gdanim's files do, until another program "
            "rewrites them"
        ) from None


def _library_versions(fonts: Sequence[str], encoder: bool) -> dict[str, str]:
    """The versions of the packages that frames depend on, other fonts, the `encoder` ffmpeg."""
    import matplotlib
    import numpy

    found = {"matplotlib": matplotlib.__version__, "numpy": numpy.__version__}
    if FONT in fonts:
        found[PACKAGE] = installed(PACKAGE)
    if others := ", ".join(font for font in fonts if font != FONT):
        found["font"] = others
    return {**found, "ffmpeg": ffmpeg.version()} if encoder else found


def _parsed(fields: dict[str, object]) -> Note:
    """The note in these fields; only known ones count, as anyone may have written the file."""
    packages, options, origin = fields["versions"], fields["options"], fields["origin"]
    if not (isinstance(packages, dict) and isinstance(options, dict)):
        raise TypeError
    if not isinstance(fields["gdanim"], str) or not set(options) <= set(OPTIONS):
        raise ValueError
    if not 0 <= int(f"{fields['fps']}") <= FASTEST:
        raise ValueError
    return Note(
        {name: f"{version}" for name, version in {"gdanim": fields["gdanim"], **packages}.items()},
        None if origin is None else _origin(origin),
        int(f"{fields['seed']}"),
        int(f"{fields['fps']}"),
        {name: f"{text}" for name, text in options.items()},
    )


def _origin(fields: object) -> Origin:
    if not isinstance(fields, dict):
        raise TypeError
    origin = Origin(f"{fields['script']}", f"{fields['scene']}", fields["knobs"])
    scripted = PurePath(origin.script).suffix == ".py" and not origin.script.startswith("-")
    if not (scripted and origin.scene.isidentifier() and isinstance(origin.knobs, dict)):
        raise ValueError
    return origin
