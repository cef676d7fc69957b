"""Who called gdanim: the folder of their script, and notices that point to their line."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from types import FrameType

from gdanim.errors import Notice

_PACKAGE = __name__.partition(".")[0]


def folder_of_caller() -> Path:
    """Return the folder of the file that called gdanim; the working folder outside of a file."""
    frame, _ = _first_outside()
    file = frame.f_globals.get("__file__") if frame else None
    return Path(file).resolve().parent if file else Path()


def notify(text: str) -> None:
    """Warn with a `Notice` that points to the caller's line."""
    _, depth = _first_outside()
    warnings.warn(text, Notice, stacklevel=depth)


def _first_outside() -> tuple[FrameType | None, int]:
    """Return the innermost frame that is not gdanim's, and its stack level for the caller."""
    frame: FrameType | None = sys._getframe(1)
    depth = 1
    # By the module's name, as the methods that dataclasses generate have no file.
    while frame is not None and f"{frame.f_globals.get('__name__')}".split(".")[0] == _PACKAGE:
        frame, depth = frame.f_back, depth + 1
    return frame, depth
