"""Ids of an SVG's elements: the artists' gids, made unique and valid."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from matplotlib.figure import Figure


@contextmanager
def unique_ids(figure: Figure) -> Iterator[None]:
    """In the block, the artists' gids are valid XML names, and no two are the same.

    Of several artists called `ball` the others become `ball-2`, `ball-3`, in the figure's order.
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
    """The text as an XML name: a letter or `_`, then letters, digits, `_`, `.` and `-`."""
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", text)
    return name if re.match(r"[A-Za-z_]", name) else f"_{name}"
