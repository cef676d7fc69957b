"""Texts that cannot be set, or not all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.text import Text

from gdanim.errors import GdanimError


@contextmanager
def named_if_broken(figure: Figure) -> Iterator[None]:
    """matplotlib's error about a formula between dollar signs becomes one that names the text."""
    try:
        yield
    except ValueError as error:
        for text in (one for one in figure.findobj(Text) if isinstance(one, Text)):
            if (fault := _fault(text)) is not None:
                raise GdanimError(
                    f"the text {text.get_text()!r:.200} is no mathtext between its dollar signs: "
                    rf"{fault}; mend it, or write \$ for a dollar sign"
                ) from error
        raise


def lacking(figure: Figure) -> str:
    """A notice of the characters that fonts have no glyphs for; empty where there are none."""
    missing = dict[str, None]()
    for text in figure.findobj(Text):
        if isinstance(text, Text) and not text.get_text().isascii():
            font = get_font(findfont(text.get_fontproperties()))
            used = (sign for sign in text.get_text() if not sign.isascii())
            missing |= {sign: None for sign in used if not font.get_char_index(ord(sign))}
    return f"the font has no {' '.join(missing)}: boxes stand for them" if missing else ""


def _fault(text: Text) -> str | None:
    """What matplotlib says against it, without its many lines; None where it can be set."""
    try:
        text.get_window_extent()
    except ValueError as error:
        return f"{error}".strip().splitlines()[-1].partition(": ")[2]
    return None
