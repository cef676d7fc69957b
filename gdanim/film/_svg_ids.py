"""Unique and valid ids for the elements of an SVG, from the artists' gids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from matplotlib.figure import Figure


@contextmanager
def unique_ids(figure: Figure) -> Iterator[None]:
    """Make the artists' gids unique, valid XML names in the block.

    Several artists called `ball` become `ball`, `ball-2`, `ball-3`, in the figure's order.
    """
    named = [(artist, gid) for artist in figure.findobj() if (gid := artist.get_gid())]
    taken = set[str]()
    try:
        for artist, gid in named:
            name = xml_name(gid)
            numbered = (name if number == 1 else f"{name}-{number}" for number in count(1))
            artist.set_gid(next(one for one in numbered if one not in taken))
            taken.add(f"{artist.get_gid()}")
        yield
    finally:
        for artist, gid in named:
            artist.set_gid(gid)


def xml_name(text: str) -> str:
    """Turn a text into an XML name: a letter or `_`, then letters, digits, `_`, `.`, `-`."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", text)
    return name if re.match(r"[A-Za-z_]", name) else f"_{name}"
