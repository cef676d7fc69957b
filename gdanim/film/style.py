"""The style of films: matplotlib's defaults, independent of the user's matplotlibrc.

matplotlib's settings and its parser of mathematics belong to the whole process, as do Python's
filters of warnings. So one thread draws at a time, and everything that draws does so in the style.
"""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl

from gdanim.views.theme import Theme

# Settings that stay as the user has them: the backend, which no figure here uses, and those of
# matplotlib's writers (`animation.writer`, `animation.embed_limit`), which change no pixel.
LEFT_ALONE = ("backend", "interactive", "toolbar", "timezone", "animation.")
FONT = "DejaVu Sans"
# Held by the thread that draws; it may take it again.
one_thread = threading.RLock()
if hasattr(os, "register_at_fork"):
    # A fork waits for the other threads' drawing: no one would finish it in the child, where its
    # settings would stay.
    os.register_at_fork(
        before=one_thread.acquire,
        after_in_parent=one_thread.release,
        after_in_child=one_thread.release,
    )


@contextmanager
def plain_style(theme: Theme) -> Iterator[None]:
    """Make artists created or drawn in the block look the same on every machine, in one thread."""
    with one_thread, mpl.rc_context(_changed(theme)), warnings.catch_warnings():
        # `Film.notice` names all missing glyphs at once.
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
        yield


def _changed(theme: Theme) -> dict[Any, Any]:
    """Return what differs from the settings that matplotlib has now: it checks each one set."""
    ours = {"font.family": FONT, "mathtext.fontset": "dejavusans", "text.color": theme.ink}
    return {
        key: value
        for key, value in (dict[Any, Any](mpl.rcParamsDefault) | ours).items()
        if not key.startswith(LEFT_ALONE) and mpl.rcParams[key] != value
    }
