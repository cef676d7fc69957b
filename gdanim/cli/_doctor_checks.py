"""The checks of `gdanim doctor`: what is installed, and whether it works."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from packaging.requirements import Requirement

from gdanim.core.atomic import scratch_folder
from gdanim.encoding.ffmpeg import encoders
from gdanim.encoding.formats import FORMATS, VARIANTS, Format, usable, with_codec
from gdanim.errors import GdanimError
from gdanim.version import __version__

OLDEST = (3, 11)
# The extras that users install, and what needs each of them.
EXTRAS = {
    "explain": "`gdanim explain` for models that are not linear in their parameters",
    "slides": "`gdanim snippet --for pptx`",
    "cluster": "`gdanim batch --dask`",
}
# Formats with a codec other than their default.
ON_REQUEST = tuple(
    format
    for format in dict.fromkeys(with_codec(like, like.codec) for like in VARIANTS)
    if format != FORMATS[format.name]
)
REINSTALL = "run `pip install --force-reinstall gdanim`"


@dataclass(frozen=True)
class Finding:
    """The result of one check; `detail` says what was found or, if it failed, what to do."""

    name: str
    works: bool
    detail: str


def findings(folder: Path) -> Iterator[Finding]:
    """Check Python, the dependencies, ffmpeg, all formats and codecs, and the output folder."""
    installed = _finding("gdanim", _installed)
    yield installed
    yield _finding("Python", _python)
    for extra in ("", *EXTRAS) if installed.works else ():
        for requirement in requirements(extra):
            yield _finding(requirement.name, partial(_version, requirement, extra))
    yield _finding("ffmpeg", _ffmpeg)
    for format in FORMATS.values():
        yield _finding(format.name, partial(_test_clip, format))
    for format in ON_REQUEST:
        yield _finding(f"{format.name}/{format.codec}", partial(_test_codec, format))
    yield _finding("output folder", partial(_writable, folder))


def _finding(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except (GdanimError, ImportError) as error:
        return Finding(name, False, f"{error}")


def _installed() -> str:
    """Return the version; GdanimError if only the source is there, without its requirements."""
    try:
        importlib.metadata.version("gdanim")
    except importlib.metadata.PackageNotFoundError:
        raise GdanimError(
            f"{__version__} is not installed, so its dependencies are not checked: "
            "run `pip install -e .` in the folder of its source"
        ) from None
    return __version__


def _python() -> str:
    version = platform.python_version()
    if sys.version_info < OLDEST:
        raise GdanimError(f"{version} is too old: install Python 3.11 or newer")
    return f"{version}, {sys.executable}"


def requirements(extra: str = "") -> list[Requirement]:
    """Return the packages that gdanim's metadata asks for: always, or only with an extra."""
    every = map(Requirement, importlib.metadata.requires("gdanim") or ())
    return [one for one in every if _holds(one, extra) and not (extra and _holds(one, ""))]


def _holds(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def _version(requirement: Requirement, extra: str) -> str:
    try:
        version = importlib.metadata.version(requirement.name)
    except importlib.metadata.PackageNotFoundError:
        if extra:
            install = f"pip install 'gdanim[{extra}]'"
            return f"not installed; only needed for {EXTRAS[extra]}: {install}"
        raise GdanimError(f"is not installed: {REINSTALL}") from None
    if not requirement.specifier.contains(version, prereleases=True):
        wanted = f"{requirement.name}{requirement.specifier}"
        raise GdanimError(f"{version} does not fit: run `pip install '{wanted}'`")
    return version


def _ffmpeg() -> str:
    from gdanim.encoding.ffmpeg import executable, version

    return f"{version()}, {executable()}"


def _test_clip(format: Format) -> str:
    """Render a tiny clip, which needs the encoder and most of gdanim."""
    import gdanim

    problem = gdanim.Problem(gdanim.datasets.linear(), gdanim.Linear())
    scene = gdanim.Scene(problem, gdanim.GradientDescent(0.01), start=(0, 0), steps=5)
    with scratch_folder() as folder:
        path = folder / f"clip{format.extension}"
        made = gdanim.render(scene, path, size=(320, 180), fps=10, seconds=1, codec=format.codec)
    return f"{made.frames} frames encoded in {made.elapsed:.1f} s"


def _test_codec(format: Format) -> str:
    """Render a clip with a codec that not every ffmpeg has; its absence is not a fault."""
    available = encoders()
    try:
        usable(format, available)
    except GdanimError:
        return f"this ffmpeg lacks it: --codec {format.codec} cannot be used for {format.name}"
    return _test_clip(format)


def _writable(folder: Path) -> str:
    place = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        raise GdanimError(
            f"{folder.absolute()} is not writable ({error.strerror or error}): "
            "change to another folder, or choose one with `gdanim render -o`"
        ) from None
    return f"{folder.absolute()}"
