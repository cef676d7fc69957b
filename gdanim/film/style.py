"""The style of films: matplotlib's defaults, independent of the user's matplotlibrc.

matplotlib's settings and its parser of mathematics belong to the whole process, as do Python's
filters of warnings. So one thread draws at a time, and everything that draws does so in the style.
"""

from __future__ import annotations

import os
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl

from gdanim.views.fonts import BUILT_IN, families
from gdanim.views.theme import Theme

# Settings that stay as the user has them: the backend, which no figure here uses, and those of
# matplotlib's writers (`animation.writer`, `animation.embed_limit`), which change no pixel.
LEFT_ALONE = ("backend", "interactive", "toolbar", "timezone", "animation.")
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
    ours: dict[Any, Any] = {
        **_fonts(families(theme.font)),
        # Hinting bends letters of a small size, and makes some digits wider than others.
        "text.hinting": "none",
        "text.color": theme.ink,
    }
    return {
        key: value
        for key, value in (dict[Any, Any](mpl.rcParamsDefault) | ours).items()
        if not key.startswith(LEFT_ALONE) and mpl.rcParams[key] != value
    }


def _fonts(names: tuple[str, ...]) -> dict[Any, Any]:
    """Return matplotlib's settings of the families of texts and of mathematics."""
    # As fontconfig writes names.
    own = re.sub(r"([\\\-:,])", r"\\\1", names[0])
    if own == BUILT_IN:
        return {"font.family": [*names], "mathtext.fontset": "dejavusans"}
    return {
        "font.family": [*names],
        "mathtext.fontset": "custom",
        "mathtext.fallback": "stixsans",
        "mathtext.rm": own,
        "mathtext.sf": own,
        "mathtext.it": f"{own}:italic",
        "mathtext.cal": f"{own}:italic",
        "mathtext.bf": f"{own}:bold",
        "mathtext.bfit": f"{own}:italic:bold",
        "mathtext.tt": "DejaVu Sans Mono",
    }
