"""The order in which matplotlib draws a figure's artists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure


def draw_order(figure: Figure, moving: set[int]) -> Iterator[tuple[Artist, bool]]:
    """Yield artists from back to front, each with whether it changes (its `id` is in `moving`).

    Axes of which a part moves are split into their parts, others are one artist. This follows
    `draw` of matplotlib's Figure and Axes on an Agg canvas, which composites and rasterizes
    nothing.
    """
    yield figure.patch, id(figure.patch) in moving
    for child in _by_zorder(
        [child for child in figure.get_children() if child is not figure.patch]
    ):
        yield from _parts(child, moving)


def _by_zorder(artists: Sequence[Artist]) -> list[Artist]:
    shown = (artist for artist in artists if not artist.get_animated())
    return sorted(shown, key=lambda artist: artist.get_zorder())


def _parts(artist: Artist, moving: set[int]) -> Iterator[tuple[Artist, bool]]:
    moves = any(id(part) in moving for part in artist.findobj())
    if not (moves and isinstance(artist, Axes) and _draws_only_children(artist, moving)):
        yield artist, moves
    elif artist.get_visible():
        framed = artist.axison and artist.get_frame_on()
        left_out: list[Artist] = [artist.patch]
        if not framed:
            left_out += artist.spines.values()
        children = [child for child in artist.get_children() if child not in left_out]
        if not artist.axison:
            children = [child for child in children if not isinstance(child, Axis)]
        if framed:
            yield artist.patch, id(artist.patch) in moving
        for child in _by_zorder(children):
            yield from _parts(child, moving)


def _draws_only_children(axes: Axes, moving: set[int]) -> bool:
    """Whether drawing the axes only draws its children, one after the other."""
    return id(axes) not in moving and type(axes).draw is Axes.draw and axes.get_agg_filter() is None
