"""Texts that matplotlib cannot draw, or not completely."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from matplotlib.figure import Figure
from matplotlib.text import Text

from gdanim.errors import GdanimError
from gdanim.views.fonts import drawing_font


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


def fonts_of_signs(figure: Figure) -> dict[str, str | None]:
    """Return the family that draws each character beyond ASCII; None where none has it."""
    drawn: dict[str, str | None] = {}
    for text in _texts(figure):
        if not text.get_text().isascii():
            signs = sorted(
                {sign for sign in text.get_text() if not sign.isascii()} - set(drawn),
                key=text.get_text().index,
            )
            drawn |= {sign: drawing_font(sign, text) for sign in signs}
    return drawn


def lacking(drawn: Mapping[str, str | None]) -> str:
    """Name the characters that no font has; empty if there are none."""
    missing = " ".join(sign for sign, family in drawn.items() if family is None)
    return f"no font here has {missing}: shown as boxes; install one that does" if missing else ""


def _texts(figure: Figure) -> list[Text]:
    return [one for one in figure.findobj(Text) if isinstance(one, Text)]


def _fault(text: Text) -> str | None:
    """Return the last line of matplotlib's error for a text; None if it can be drawn."""
    try:
        text.get_window_extent()
    except ValueError as error:
        return f"{error}".strip().splitlines()[-1].partition(": ")[2]
    return None
