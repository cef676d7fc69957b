"""What wrote a file: kept in it as a note, read back, and turned into the command that did it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePath

from gdanim.encoding import ffmpeg
from gdanim.encoding import metadata as containers
from gdanim.errors import GdanimError
from gdanim.scripting.knobs import Value
from gdanim.version import __version__

# The options of `gdanim render` that a note may name.
OPTIONS = ("size", "fps", "seconds", "theme", "still", "codec", "max-size")


@dataclass(frozen=True)
class Origin:
    """The scene function that a file shows: its script, its name, the values of all its knobs."""

    script: str
    scene: str
    knobs: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Note:
    """What wrote a file: versions by package, the scene, its seed, options of `gdanim render`.

    `fps` is the file's own rate, which a limit on its size may have made lower than the option's.
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
        """The words of the command that makes the file anew; GdanimError when nobody knows."""
        if self.origin is None:
            raise GdanimError(
                f"{output}: its scene came from no script, so no command makes it anew"
            )
        settings = [f"--set={name}={value}" for name, value in self.origin.knobs.items()]
        options = [f"--{name}={text}" for name, text in self.options.items()]
        scene = f"{self.origin.script}::{self.origin.scene}"
        return ["gdanim", "render", scene, *settings, *options, "-o", f"{output}"]


def shown_path(script: Path) -> str:
    """A script's path as it was named; of an absolute one what is below the working folder.

    A file that is passed on must not tell where on whose computer it was made.
    """
    if script.is_absolute():
        here = Path.cwd()
        script = script.relative_to(here) if here in script.parents else Path(script.name)
    return script.as_posix()


def read(path: Path) -> Note:
    """The note in a file or folder; GdanimError when there is none that gdanim wrote."""
    try:
        text = containers.read_note(path)
    except (OSError, ValueError) as error:
        raise GdanimError(f"{path}: cannot be read: {error}") from None
    try:
        return _parsed(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise GdanimError(
            f"{path}: does not say what wrote it; gdanim's files do, until another program "
            "writes them anew"
        ) from None


def versions(encoder: bool) -> dict[str, str]:
    """The versions of what frames depend on, with ffmpeg's when it encodes them."""
    import matplotlib
    import numpy

    found = {"matplotlib": matplotlib.__version__, "numpy": numpy.__version__}
    return {**found, "ffmpeg": ffmpeg.version()} if encoder else found


def _parsed(fields: dict[str, object]) -> Note:
    """The note that these fields make; it may be anybody's, so only what is known gets in."""
    packages, options, origin = fields["versions"], fields["options"], fields["origin"]
    if not (isinstance(packages, dict) and isinstance(options, dict)):
        raise TypeError
    if not isinstance(fields["gdanim"], str) or not set(options) <= set(OPTIONS):
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
