"""A figure in layers: what does not move is drawn once.

The artists are drawn one by one in the order in which matplotlib draws them, so that what lies
over what stays as it is, and a frame is the same to the bit as one that is drawn whole. All that is
below the first artist that moves is one picture, put back at every frame. Of what lies above it,
that which nothing that moves can reach belongs to that picture too; that which hides whatever is
beneath it (an inset on its card) is a picture of its own; the rest is drawn at every frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Pixels = NDArray[np.uint32]

# These keep within their clip box, whatever they show.
CLIPPED = (Line2D, Collection, Patch, AxesImage)
# Opaque, as a pixel's four bytes in memory: red, green, blue, alpha.
BLACK, WHITE = (
    np.array([level, level, level, 255], np.uint8).view(np.uint32)[0] for level in (0, 255)
)


@dataclass(frozen=True)
class Box:
    """Pixels: columns `left` to `right`, rows `top` to `bottom`, counted from the top, ends out."""

    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: Box) -> bool:
        """Whether they have a pixel in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


class Picture:
    """The pixels that are in a box of the canvas now, to be put back later."""

    def __init__(self, box: Box, renderer: RendererAgg) -> None:
        height = _all(renderer).bottom
        corners = Bbox.from_extents(box.left, height - box.bottom, box.right, height - box.top)
        self._region: Any = renderer.copy_from_bbox(corners)

    def draw(self, renderer: RendererAgg) -> None:
        """Put them back."""
        renderer.restore_region(self._region)  # type: ignore[no-untyped-call]


class Layers:
    """A canvas's figure, of which only `moving` changes from frame to frame.

    `draw` composes what the artists show now. The rest of the figure, the order of its artists and
    the clip boxes must stay as they are when this is made. `steps` are what is drawn for it, from
    back to front.
    """

    def __init__(self, canvas: FigureCanvasAgg, moving: Sequence[Artist]) -> None:
        # Limits, ticks and titles find their places while the whole is drawn.
        canvas.draw()  # type: ignore[no-untyped-call]
        self._canvas = canvas
        self.steps = list(_steps(canvas, {id(artist) for artist in moving}))

    def draw(self) -> None:
        """Draw the frame: the same pixels as the canvas's own `draw`, sooner."""
        renderer = _renderer(self._canvas)
        for step in self.steps:
            step.draw(renderer)


def draw_order(figure: Figure, moving: set[int]) -> Iterator[tuple[Artist, bool]]:
    """The figure's artists from back to front, each with whether it changes (`id` in `moving`).

    Axes are taken apart where a part of them moves, and whole otherwise. This follows `draw` of
    matplotlib's Figure and Axes on an Agg canvas, where nothing is composited or rasterized.
    """
    yield figure.patch, id(figure.patch) in moving
    children = [child for child in figure.get_children() if child is not figure.patch]
    for child in _by_zorder(children):
        yield from _parts(child, moving)


def _by_zorder(artists: Sequence[Artist]) -> list[Artist]:
    shown = (artist for artist in artists if not artist.get_animated())
    return sorted(shown, key=lambda artist: artist.get_zorder())


def _parts(artist: Artist, moving: set[int]) -> Iterator[tuple[Artist, bool]]:
    moves = any(id(part) in moving for part in artist.findobj())
    if not (moves and isinstance(artist, Axes) and _is_plain(artist, moving)):
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


def _is_plain(axes: Axes, moving: set[int]) -> bool:
    """Whether drawing the axes is no more than drawing its children, one after the other."""
    return id(axes) not in moving and type(axes).draw is Axes.draw and axes.get_agg_filter() is None


def _steps(canvas: FigureCanvasAgg, moving: set[int]) -> Iterator[Artist | Picture]:
    renderer = _renderer(canvas)
    ground, *above = _layers(canvas.figure, moving, renderer)
    _paint(ground.artists, renderer, BLACK)
    yield Picture(_all(renderer), renderer)
    for layer in above:
        if layer.moves:
            yield from layer.artists
        else:
            yield from _overlay(layer.artists, renderer)


@dataclass(frozen=True)
class Layer:
    """Artists that follow each other, and the boxes that they keep within."""

    moves: bool
    artists: list[Artist]
    boxes: list[Box]

    def clear_of(self, box: Box) -> bool:
        """Whether nothing here can reach into the box."""
        return not any(own.meets(box) for own in self.boxes)


def _layers(figure: Figure, moving: set[int], renderer: RendererAgg) -> list[Layer]:
    """From back to front; what is still lies as far down as it can, the first is all still."""
    order = list(draw_order(figure, moving))
    layers = [Layer(False, [], [_all(renderer)])]
    for moves, run in groupby(order, key=lambda item: item[1]):
        artists = [artist for artist, _ in run]
        if moves:
            layers.append(Layer(True, artists, [_reach(artist, renderer) for artist in artists]))
        elif len(layers) == 1:
            layers[0].artists.extend(artists)
        else:
            _sink(artists, layers, renderer)
    return layers


def _sink(artists: list[Artist], layers: list[Layer], renderer: RendererAgg) -> None:
    """Put still artists down into the lowest of the layers that their order allows."""
    together = _box(_touched(artists, renderer))
    if together is None:
        return
    if _lowest(together, layers) is layers[0]:
        layers[0].artists.extend(artists)
        return
    for artist in artists:
        box = _box(_touched([artist], renderer))
        if box is not None:
            layer = _lowest(box, layers)
            if layer is None:
                layers.append(layer := Layer(False, [], []))
            layer.artists.append(artist)
            layer.boxes.append(box)


def _lowest(box: Box, layers: list[Layer]) -> Layer | None:
    """The still layer furthest down on top of which the box may be drawn now."""
    lowest = None
    for layer in reversed(layers):
        if not layer.moves:
            lowest = layer
        if not layer.clear_of(box):
            break
    return lowest


def _overlay(artists: list[Artist], renderer: RendererAgg) -> list[Artist | Picture]:
    """How to draw still artists over moving ones: as a picture where it hides all beneath it.

    The edge of a card may be antialiased and has to be drawn; then what lies inside is a picture.
    """
    inside = _box(_touched(artists[1:], renderer))
    white, black = (_paint(artists, renderer, ground) for ground in (WHITE, BLACK))
    opaque = white == black
    for edge, box in enumerate((_box((white != WHITE) | (black != BLACK)), inside)):
        if box and opaque[box.top : box.bottom, box.left : box.right].all():
            return [*artists[:edge], Picture(box, renderer)]
    return [*artists]


def _paint(artists: Sequence[Artist], renderer: RendererAgg, ground: np.uint32) -> Pixels:
    """The pixels `[height, width]` of the artists alone, on an opaque ground."""
    pixels = np.asarray(renderer.buffer_rgba()).view(np.uint32)[..., 0]  # type: ignore[no-untyped-call]
    pixels[...] = ground
    for artist in artists:
        artist.draw(renderer)
    return pixels.copy()


def _touched(artists: Sequence[Artist], renderer: RendererAgg) -> Mask:
    """The pixels that the artists change.

    Black and white are the ends of every channel, and blending is monotonic: what leaves both as
    they are changes nothing between them, and what makes both the same makes all the same.
    """
    touched: Mask = _paint(artists, renderer, BLACK) != BLACK
    touched |= _paint(artists, renderer, WHITE) != WHITE
    return touched


def _box(mask: Mask) -> Box | None:
    """The smallest box around all that is true; None when nothing is."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    return Box(int(columns[0]), top, int(columns[-1]) + 1, bottom)


def _reach(artist: Artist, renderer: RendererAgg) -> Box:
    """Where a moving artist can ever draw: within its clip box, else anywhere."""
    clip = artist.get_clip_box() if artist.get_clip_on() else None
    if clip is None or not isinstance(artist, CLIPPED) or artist.get_agg_filter() is not None:
        return _all(renderer)
    x0, y0, x1, y1 = clip.extents
    height = _all(renderer).bottom
    return Box(
        math.floor(x0) - 1, math.floor(height - y1) - 1,
        math.ceil(x1) + 1, math.ceil(height - y0) + 1,
    )  # fmt: skip


def _all(renderer: RendererAgg) -> Box:
    return Box(0, 0, int(renderer.width), int(renderer.height))


def _renderer(canvas: FigureCanvasAgg) -> RendererAgg:
    renderer: RendererAgg = canvas.get_renderer()  # type: ignore[no-untyped-call]
    return renderer
