"""The style of films: matplotlib's defaults, independent of the user's matplotlibrc."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl

from gdanim.views.theme import Theme

# Settings that stay as the user has them: the backend, which no figure here uses, and those of
# matplotlib's writers (`animation.writer`, `animation.embed_limit`), which change no pixel.
LEFT_ALONE = ("backend", "interactive", "toolbar", "timezone", "animation.")
FONT = "DejaVu Sans"


@contextmanager
def plain_style(theme: Theme) -> Iterator[None]:
    """Make artists created or drawn in the block look the same on every machine."""
    defaults = {k: v for k, v in mpl.rcParamsDefault.items() if not k.startswith(LEFT_ALONE)}
    with (
        mpl.rc_context(
            {
                **defaults,
                "font.family": FONT,
                "mathtext.fontset": "dejavusans",
                "text.color": theme.ink,
            }
        ),
        warnings.catch_warnings(),
    ):
        # `Film.notice` names all missing glyphs at once.
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
        yield
