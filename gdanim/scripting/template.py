"""A scene script to start from."""

from __future__ import annotations

import keyword
from pathlib import Path

from gdanim.errors import GdanimError, RequestError, did_you_mean
from gdanim.scripting import examples

TEMPLATE = '''\
"""A straight line finds its data. Change anything, and render it again."""

from typing import Annotated

from annotated_types import Interval
from gdanim import GradientDescent, Linear, Problem, Scene, datasets, pacing


def scene(lr: Annotated[float, Interval(gt=0, le=1)] = 0.002, seed: int = 0) -> Scene:
    data = datasets.linear(slope=2, intercept=1, noise=2, seed=seed)
    return Scene(
        Problem(data, Linear()),
        GradientDescent(lr),
        start=(-1, 5),
        steps=300,
        title="A straight line finds its data",
        # The same motion in every second, gliding from step to step.
        pace=pacing.ByMotion(seconds=10, tween=True),
    )
'''


def write_script(name: str, folder: Path, example: str | None = None) -> list[Path]:
    """Write a new script to `folder` and return the files written, the script first.

    The script is a copy of the scene called `example` that ships with gdanim, together with the
    data that it reads, or else a straight line. Existing files are never overwritten: a script
    raises RequestError, data is left as it is. A name that no Python module can have raises
    RequestError, too.
    """
    path = folder / f"{_module_name(name)}.py"
    if example is None:
        return [_create(path, TEMPLATE.encode())]
    source = _shipped(example)
    written = [_create(path, source.read_bytes())]
    for file in examples.data_files(source):
        if not (folder / file).exists():
            (folder / file).parent.mkdir(exist_ok=True)
            written.append(_create(folder / file, (source.parent / file).read_bytes()))
    return written


def _module_name(name: str) -> str:
    name = name.removesuffix(".py")
    if keyword.iskeyword(name):
        raise RequestError(
            f"NAME: {name} is a Python keyword and cannot name a script; "
            f"choose another, such as {name.lower()}_lesson"
        )
    if not name.isidentifier():
        raise RequestError(
            "NAME: must consist of letters, digits and underscores and not begin with a digit, "
            f"such as my_lesson; got {name!r}"
        )
    return name


def _shipped(name: str) -> Path:
    stem = name.removesuffix(".py")
    if stem not in examples.names():
        raise RequestError(
            f"--from {name}: no scene of that name ships with gdanim"
            f"{did_you_mean(stem, examples.names()) or ';'} `gdanim list` shows them all"
        )
    return examples.folder() / f"{stem}.py"


def _create(path: Path, content: bytes) -> Path:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise RequestError(f"{path}: already exists; choose another name") from None
    except OSError as error:
        raise GdanimError(f"{path}: cannot be written: {error.strerror or error}") from None
    return path
