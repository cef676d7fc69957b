"""Texts that cannot be set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from matplotlib.figure import Figure
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


def _fault(text: Text) -> str | None:
    """What matplotlib says against it, without its many lines; None where it can be set."""
    try:
        text.get_window_extent()
    except ValueError as error:
        return f"{error}".strip().splitlines()[-1].partition(": ")[2]
    return None
