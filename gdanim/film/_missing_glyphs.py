"""Texts that matplotlib cannot draw, or not completely."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.text import Text

from gdanim.errors import GdanimError


@contextmanager
def named_if_broken(figure: Figure) -> Iterator[None]:
    """Turn matplotlib's error about a formula into one that names the text."""
    try:
        yield
        for text in _texts(figure):
            # The layout measures no name of an inset's axis.
            if "$" in text.get_text():
                text.get_window_extent()
    except ValueError as error:
        for text in _texts(figure):
            if (fault := _fault(text)) is not None:
                raise GdanimError(
                    f"the text {text.get_text()!r:.200} is not valid mathtext between its dollar "
                    rf"signs: {fault}; correct it, or write \$ for a dollar sign"
                ) from error
        raise


def lacking(figure: Figure) -> str:
    """Name the characters that the fonts have no glyphs for; empty if there are none."""
    missing = dict[str, None]()
    for text in _texts(figure):
        if not text.get_text().isascii():
            font = get_font(findfont(text.get_fontproperties()))
            used = (sign for sign in text.get_text() if not sign.isascii())
            missing |= {sign: None for sign in used if not font.get_char_index(ord(sign))}
    return f"the font has no {' '.join(missing)}: boxes stand for them" if missing else ""


def _texts(figure: Figure) -> list[Text]:
    return [one for one in figure.findobj(Text) if isinstance(one, Text)]


def _fault(text: Text) -> str | None:
    """Return the last line of matplotlib's error for a text; None if it can be drawn."""
    try:
        text.get_window_extent()
    except ValueError as error:
        return f"{error}".strip().splitlines()[-1].partition(": ")[2]
    return None
