"""Errors in a scene script, shown by the author's own lines and not by those of libraries."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import dropwhile
from pathlib import Path
from types import TracebackType

from gdanim.errors import GdanimError

# Code that is not the author's: gdanim, the standard library and installed packages.
LIBRARIES = (Path(__file__).parents[1], Path(os.__file__).parent)
INSTALLED = {"site-packages", "dist-packages"}


class ScriptError(GdanimError):
    """A scene script failed; the message has the traceback of the author's own lines."""


@contextmanager
def own_lines(script: Path | None) -> Iterator[None]:
    """Turn an exception in the script's own lines into a ScriptError that shows just these.

    An exception that passed through none of them stays as it is.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        message = None if script is None else _message(f"{script}", error)
        if message is None:
            raise
        raise ScriptError(message) from error


def _message(script: str, error: BaseException) -> str | None:
    frames = _own_frames(script, error.__traceback__)
    text = traceback.format_exception_only(error)
    if isinstance(error, SyntaxError) and (frames or error.filename == script):
        return f"{error.filename}, line {error.lineno}: {text[-1]}" + "".join(text[1:-1]).rstrip()
    if not frames:
        return None
    where = f"{frames[-1].filename}, line {frames[-1].lineno}"
    if isinstance(error, GdanimError):
        return f"{where}: {error}"
    if isinstance(error, SystemExit):
        return (
            f"{where}: the script ends the program (SystemExit: {error.code}); "
            'remove this line, or put it below `if __name__ == "__main__":`'
        )
    return f"{where}: {''.join(text)}{''.join(frames.format())}".rstrip()


def _own_frames(script: str, tb: TracebackType | None) -> traceback.StackSummary:
    """Return the frames from the script's first one down, without those of libraries."""
    frames = dropwhile(lambda frame: frame.filename != script, traceback.extract_tb(tb))
    own = [frame for frame in frames if frame.filename == script or not _in_library(frame.filename)]
    return traceback.StackSummary.from_list(own)


def _in_library(name: str) -> bool:
    # `<string>` is generated code, such as the `__init__` of a dataclass.
    path = Path(name)
    return (
        name.startswith("<")
        or not INSTALLED.isdisjoint(path.parts)
        or any(library in path.parents for library in LIBRARIES)
    )
