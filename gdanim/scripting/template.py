"""A scene script to start from."""

from __future__ import annotations

import keyword
from pathlib import Path

from gdanim.errors import GdanimError, RequestError

TEMPLATE = '''\
"""A straight line finds its data. Change anything, and render it again."""

from typing import Annotated

from annotated_types import Interval
from gdanim import GradientDescent, Linear, Problem, Scene, datasets


def scene(lr: Annotated[float, Interval(gt=0, le=0.1)] = 0.002, seed: int = 0) -> Scene:
    data = datasets.linear(slope=2, intercept=1, noise=2, seed=seed)
    return Scene(
        Problem(data, Linear()),
        GradientDescent(lr),
        start=(-1, 5),
        steps=300,
        title="A straight line finds its data",
    )
'''


def write_script(name: str, folder: Path) -> Path:
    """Write a script that renders as it is to `folder`, and give its path.

    Raises RequestError for a name that no module can have, or when there is such a file already.
    """
    name = name.removesuffix(".py")
    if keyword.iskeyword(name):
        raise RequestError(
            f"NAME: {name} is a word of Python itself, and no module's name; "
            f"choose another, such as {name.lower()}_lesson"
        )
    if not name.isidentifier():
        raise RequestError(
            f"NAME: must be of letters, digits and underscores and begin with no digit, "
            f"such as my_lesson; got {name!r}"
        )
    path = folder / f"{name}.py"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(TEMPLATE)
    except FileExistsError:
        raise RequestError(f"{path}: exists already; choose another name") from None
    except OSError as error:
        raise GdanimError(f"{path}: cannot be written: {error.strerror or error}") from None
    return path
