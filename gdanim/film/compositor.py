"""A figure in layers: what does not move is drawn once.

The artists are drawn one by one in the order in which matplotlib draws them, so that what lies
over what stays as it is, and a frame is the same to the bit as one that is drawn whole. All that is
below the first artist that moves is one picture, put back at every frame. Of what lies above it,
that which nothing that moves can reach belongs to that picture too; that which hides whatever is
beneath it (an inset on its card) is a picture of its own; the rest is drawn at every frame. A text
is drawn after it has changed, or something beneath it, and is put back as a picture otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from matplotlib.patches import BoxStyle, FancyBboxPatch, Patch
from matplotlib.text import Text
from matplotlib.transforms import Bbox, BboxBase
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
# Words by their place among those below, and how often each has changed.
Neighbours = list[tuple[int, int]]
Pixels = NDArray[np.uint32]

# These keep within their clip box, whatever they show.
CLIPPED = (Line2D, Collection, Patch, AxesImage)
# As a pixel's four bytes in memory: red, green, blue, alpha. Clear is as a canvas begins.
CLEAR, BLACK, WHITE = (
    np.array([level, level, level, alpha], np.uint8).view(np.uint32)[0]
    for level, alpha in ((255, 0), (0, 255), (255, 255))
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

    def joined(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(
            min(self.left, other.left), min(self.top, other.top),
            max(self.right, other.right), max(self.bottom, other.bottom),
        )  # fmt: skip


class Picture:
    """The pixels that are in a box of the canvas now, to be put back later."""

    def __init__(self, box: Box, renderer: RendererAgg) -> None:
        height = _all(renderer).bottom
        corners = Bbox.from_extents(box.left, height - box.bottom, box.right, height - box.top)
        self._region: Any = renderer.copy_from_bbox(corners)

    def draw(self, renderer: RendererAgg) -> None:
        """Put them back."""
        renderer.restore_region(self._region)  # type: ignore[no-untyped-call]


class Words:
    """A text that moves, drawn again only after it has changed.

    `box` is where it is now, None for nowhere. `room` is where it is expected to stay. What is
    still, lies above it and was put below it because of that is in the boxes `above`: when it gets
    there, the layers are no longer right. `below` are the reaches of all that moves beneath it.
    A text that is not `bare` is told nothing of what its ground or its effects do.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        self.box: Box | None = None
        self.room: Box | None = None
        self.below: list[Box | Words] = []
        self.above: list[Box] = []
        self.changes = 0
        self.bare = False
        self._changed = True
        self._picture: tuple[Picture, Neighbours] | None = None
        self._told = text.stale_callback
        text.stale_callback = self._changes

    def _changes(self, text: Artist, stale: bool) -> None:
        self._changed = True
        if self._told is not None:
            self._told(text, stale)

    def close(self) -> None:
        """Watch the text no more."""
        self.text.stale_callback = self._told

    def fits(self, renderer: RendererAgg) -> bool:
        """Find its place; whether that is beside all that lies above it."""
        # `set_bbox` does not make a text stale.
        before, self.bare = self.bare, _is_bare(self.text)
        if self._changed or not (before and self.bare):
            self.box = _extent(self.text, renderer)
            self.changes += 1
            self._picture = None
        return not any(self.box and self.box.meets(other) for other in self.above)

    def expect(self, renderer: RendererAgg) -> None:
        """Take its place now for one that it may have again."""
        if self.box is not None:
            room = _surroundings(self.text, self.box, renderer)
            self.room = room if self.room is None else self.room.joined(room)

    def draw(self, renderer: RendererAgg) -> None:
        """Draw it, or put it back as it was drawn before, with what lies beneath it."""
        beneath = self._beneath() if self.bare else None
        if self._picture is not None and self._picture[1] == beneath:
            self._picture[0].draw(renderer)
        elif self.box is not None:
            self.text.draw(renderer)
            self._picture = None if beneath is None else (Picture(self.box, renderer), beneath)
        self._changed = False

    def _beneath(self) -> Neighbours | None:
        """Which words lie beneath it as they are now; None where other things that move may."""
        found = []
        for at, other in enumerate(self.below):
            box = other.box if isinstance(other, Words) else other
            if self.box and box and self.box.meets(box):
                if not (isinstance(other, Words) and other.bare):
                    return None
                found.append((at, other.changes))
        return found


class Layers:
    """A canvas's figure, of which only `moving` changes from frame to frame.

    `draw` composes what the artists show now. The rest of the figure, the order of its artists and
    the clip boxes must stay as they are when this is made; so must what is placed by matplotlib,
    such as a title, and what a text does not become stale by: its transform, its font's own
    properties. `steps` are what is drawn for it, from back to front. `close` it when done.
    """

    def __init__(self, canvas: FigureCanvasAgg, moving: Sequence[Artist]) -> None:
        self._canvas = canvas
        self._moving = {id(artist) for artist in moving}
        self._words = {id(text): Words(text) for text in _texts(canvas.figure, self._moving)}
        self._build()

    def close(self) -> None:
        """Leave the artists as they were."""
        for words in self._words.values():
            words.close()

    def draw(self) -> None:
        """Draw the frame: the same pixels as the canvas's own `draw`, sooner."""
        renderer = _renderer(self._canvas)
        if not all([words.fits(renderer) for words in self._words.values()]):
            self._build()
        for step in self.steps:
            step.draw(renderer)

    def _build(self) -> None:
        # Limits, ticks and titles find their places while the whole is drawn.
        self._canvas.draw()  # type: ignore[no-untyped-call]
        for words in self._words.values():
            words.fits(_renderer(self._canvas))
            words.expect(_renderer(self._canvas))
        self.steps = list(_steps(self._canvas, self._moving, self._words))


def _texts(figure: Figure, moving: set[int]) -> Iterator[Text]:
    """The moving texts that are drawn by themselves."""
    for artist, _ in draw_order(figure, moving):
        if type(artist) is Text and id(artist) in moving:
            yield artist


def _is_bare(text: Text) -> bool:
    """Whether the letters are all that is drawn, where they are set."""
    return text.get_bbox_patch() is None and not _is_changed_by_effects(text)


def _is_changed_by_effects(artist: Artist) -> bool:
    return bool(artist.get_path_effects() or artist.get_agg_filter())


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


def _steps(
    canvas: FigureCanvasAgg, moving: set[int], words: Mapping[int, Words]
) -> Iterator[Artist | Picture | Words]:
    renderer = _renderer(canvas)
    ground, *above = _layers(canvas.figure, moving, words, renderer)
    _paint(ground.artists, renderer, CLEAR)
    yield Picture(_all(renderer), renderer)
    for layer in above:
        if layer.moves:
            yield from (words.get(id(artist), artist) for artist in layer.artists)
        else:
            yield from _overlay(layer.artists, renderer)


@dataclass(frozen=True)
class Layer:
    """Artists that follow each other, the boxes that they keep within, and the words among them."""

    moves: bool
    artists: list[Artist]
    boxes: list[Box]
    words: list[Words]

    def clear_of(self, box: Box) -> bool:
        """Whether nothing here can reach into the box."""
        rooms = (words.room for words in self.words)
        return not any(own is not None and own.meets(box) for own in (*self.boxes, *rooms))


def _layers(
    figure: Figure, moving: set[int], words: Mapping[int, Words], renderer: RendererAgg
) -> list[Layer]:
    """From back to front; what is still lies as far down as it can, the first is all still."""
    layers = [Layer(False, [], [_all(renderer)], [])]
    below: list[Box | Words] = []
    for moves, run in groupby(draw_order(figure, moving), key=lambda item: item[1]):
        artists = [artist for artist, _ in run]
        if moves:
            layer = Layer(True, artists, [], [])
            for artist in artists:
                if id(artist) in words:
                    one = words[id(artist)]
                    one.below, one.above = [*below], []
                    layer.words.append(one)
                    below.append(one)
                else:
                    layer.boxes.append(_reach(artist, renderer))
                    below.append(layer.boxes[-1])
            layers.append(layer)
        elif len(layers) == 1:
            layers[0].artists.extend(artists)
        else:
            _sink(artists, layers, renderer)
    return layers


def _sink(artists: list[Artist], layers: list[Layer], renderer: RendererAgg) -> None:
    """Put still artists down into the lowest of the layers that their order allows."""
    together = _touched(artists, renderer)
    if together is None:
        return
    if _lowest(together, layers) == 0:
        _put(artists, together, layers, 0)
        return
    for artist in artists:
        box = _touched([artist], renderer)
        if box is not None:
            at = _lowest(box, layers)
            if at is None:
                at = len(layers)
                layers.append(Layer(False, [], [], []))
            _put([artist], box, layers, at)


def _put(artists: list[Artist], box: Box, layers: list[Layer], at: int) -> None:
    layers[at].artists.extend(artists)
    layers[at].boxes.append(box)
    for layer in layers[at + 1 :]:
        for words in layer.words:
            words.above.append(box)


def _lowest(box: Box, layers: list[Layer]) -> int | None:
    """The still layer furthest down on top of which the box may be drawn now."""
    lowest = None
    for at in reversed(range(len(layers))):
        if not layers[at].moves:
            lowest = at
        if not layers[at].clear_of(box):
            break
    return lowest


def _overlay(artists: list[Artist], renderer: RendererAgg) -> list[Artist | Picture]:
    """How to draw still artists over moving ones: as a picture where it hides all beneath it.

    The edge of a card may be antialiased and has to be drawn; then what lies inside is a picture.
    """
    inside = _touched(artists[1:], renderer)
    white = _paint(artists, renderer, WHITE).copy()
    black = _paint(artists, renderer, BLACK)
    opaque = white == black
    for edge, box in enumerate((_box((white != WHITE) | (black != BLACK)), inside)):
        if box and opaque[box.top : box.bottom, box.left : box.right].all():
            return [*artists[:edge], Picture(box, renderer)]
    return [*artists]


def _paint(artists: Sequence[Artist], renderer: RendererAgg, ground: np.uint32) -> Pixels:
    """The canvas's pixels `[height, width]`, with the artists alone on an even ground."""
    pixels = np.asarray(renderer.buffer_rgba()).view(np.uint32)[..., 0]  # type: ignore[no-untyped-call]
    pixels[...] = ground
    for artist in artists:
        artist.draw(renderer)
    return pixels


def _touched(artists: Sequence[Artist], renderer: RendererAgg) -> Box | None:
    """The smallest box around all pixels that the artists change; None when there are none.

    On a clear ground whatever is drawn leaves its alpha, however little.
    """
    return _box(_paint(artists, renderer, CLEAR) != CLEAR) if artists else None


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
    return _pixels(clip, renderer, 1)


def _extent(text: Text, renderer: RendererAgg) -> Box | None:
    """Where the text is drawn now, anywhere where that cannot be told; None when it is not."""
    if not (text.get_visible() and text.get_text()):
        return None
    ground = text.get_bbox_patch()
    if _is_changed_by_effects(text) or not (ground is None or _is_square(ground)):
        return _all(renderer)
    extent = text.get_window_extent(renderer)
    if not np.isfinite(extent.extents).all():
        return None
    return _pixels(extent, renderer, _margin(text, renderer))


def _surroundings(text: Text, box: Box, renderer: RendererAgg) -> Box:
    """Where a text that is in the box is likely to go: along the top of the figure, up and down
    beside its panel.
    """
    if text.axes is None:
        return replace(box, left=0, right=int(renderer.width))
    panel = _pixels(text.axes.bbox, renderer, _margin(text, renderer))
    return replace(box, top=min(box.top, panel.top), bottom=max(box.bottom, panel.bottom))


def _is_square(ground: FancyBboxPatch) -> bool:
    """Whether a text's ground is its box and the padding, no more."""
    plain = type(ground.get_boxstyle()) is BoxStyle.Square and not _is_changed_by_effects(ground)
    return plain and ground.get_mutation_aspect() in (None, 1)


def _margin(text: Text, renderer: RendererAgg) -> int:
    """How far a text may reach out of the box that its letters are set in.

    Letters go beyond it by a quarter of their size at most; the corners of a ground by its padding,
    and when they are turned by 1.42 times as much.
    """
    size, ground = float(text.get_fontsize()), text.get_bbox_patch()
    points = 0.25 * size
    if ground is not None and _is_square(ground):
        pad: float = ground.get_boxstyle().pad  # type: ignore[attr-defined]
        points = max(points, 1.5 * (size * abs(pad) + ground.get_linewidth()))
    pixels: float = renderer.points_to_pixels(points)  # type: ignore[no-untyped-call]
    return math.ceil(pixels) + 1


def _pixels(box: BboxBase, renderer: RendererAgg, margin: int) -> Box:
    """The pixels in a box of matplotlib's, which counts from below, and `margin` around it."""
    x0, y0, x1, y1 = box.extents
    height = int(renderer.height)
    return Box(
        math.floor(x0) - margin, math.floor(height - y1) - margin,
        math.ceil(x1) + margin, math.ceil(height - y0) + margin,
    )  # fmt: skip


def _all(renderer: RendererAgg) -> Box:
    return Box(0, 0, int(renderer.width), int(renderer.height))


def _renderer(canvas: FigureCanvasAgg) -> RendererAgg:
    renderer: RendererAgg = canvas.get_renderer()  # type: ignore[no-untyped-call]
    return renderer
