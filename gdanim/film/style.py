"""matplotlib as it comes, whatever the user's matplotlibrc says."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl

from gdanim.views.theme import Theme

# The backend is the user's business, and no figure here asks for one; so are matplotlib's writers,
# whose settings (`animation.writer`, `animation.embed_limit`) change no pixel.
LEFT_ALONE = ("backend", "interactive", "toolbar", "timezone", "animation.")
FONT = "DejaVu Sans"


@contextmanager
def plain_style(theme: Theme) -> Iterator[None]:
    """Artists made or drawn inside look the same on every machine."""
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
        # The film has one notice of them all.
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)
        yield
