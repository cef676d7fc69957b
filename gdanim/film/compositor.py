"""Compose frames from a background, the artists that move, and pictures of what lies above them.

A frame is the same to the bit as one that matplotlib draws as a whole, and takes less time. Artists
keep the order in which matplotlib draws them. Everything below the first artist that moves is one
picture, the background. A still artist further up joins a picture below it if nothing between them
can reach its pixels, such as axes, ticks and titles, which are drawn after the lines of the
previous panel. Several that together hide everything beneath, such as an inset's card, are a
picture of their own. The others, such as points on residuals, are drawn in every frame.

A single background with the moving artists on top would be less code, but would draw an inset's
still artists in every frame, or else below what they should hide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.text import Text

from gdanim.film._draw_order import draw_order
from gdanim.film._moving_text import MovingText
from gdanim.film._pixels import CLEAR, Box, PixelCopy, covered, paint, reach, touched, whole


class Compositor:
    """Draw a canvas's figure, of which only `moving` changes from frame to frame.

    The rest of the figure, the order of its artists and their clip boxes must not change, nor
    whatever matplotlib places by itself, such as titles. The figure must not be drawn by other
    means between a change of an artist and `draw`. `steps` are drawn from back to front.
    """

    steps: Sequence[Artist | PixelCopy | MovingText]

    def __init__(self, canvas: FigureCanvasAgg, moving: Sequence[Artist]) -> None:
        self._canvas = canvas
        self._moving = {id(artist) for artist in moving}
        self._texts = {
            id(artist): MovingText(artist)
            for artist, _ in draw_order(canvas.figure, self._moving)
            if type(artist) is Text and id(artist) in self._moving
        }
        self._build()

    def draw(self) -> None:
        """Draw the frame: the same pixels as the canvas's own `draw`, in less time."""
        renderer = _renderer(self._canvas)
        if not all([text.locate(renderer) for text in self._texts.values()]):
            self._build()
        for step in self.steps:
            step.draw(renderer)

    def _build(self) -> None:
        # Drawing the whole figure sets limits and places ticks and titles.
        self._canvas.draw()  # type: ignore[no-untyped-call]
        renderer = _renderer(self._canvas)
        for text in self._texts.values():
            text.expect(renderer)
        background, *others = self._layers(renderer)
        paint(background.artists, renderer, CLEAR)
        self.steps = [PixelCopy(whole(renderer), renderer)]
        for layer in others:
            if layer.moves:
                self.steps += [self._texts.get(id(one), one) for one in layer.artists]
            else:
                self.steps += _overlay(layer.artists, renderer)

    def _layers(self, renderer: RendererAgg) -> list[_Layer]:
        """Return the layers from back to front, still artists as far down as their order allows."""
        layers = [_Layer(False, [], [whole(renderer)])]
        below: list[Box | MovingText] = []
        order = draw_order(self._canvas.figure, self._moving)
        for moves, run in groupby(order, key=lambda item: item[1]):
            artists = [artist for artist, _ in run]
            if moves:
                movers = [self._texts.get(id(one)) or reach(one, renderer) for one in artists]
                for mover in movers:
                    if isinstance(mover, MovingText):
                        mover.below = [*below]
                    below.append(mover)
                layers.append(_Layer(True, artists, movers))
            elif len(layers) == 1:
                layers[0].artists.extend(artists)
            else:
                _sink(artists, layers, renderer)
        return layers


@dataclass(frozen=True)
class _Layer:
    """Consecutive artists, and where each can draw."""

    moves: bool
    artists: list[Artist]
    places: list[Box | MovingText]

    def clear_of(self, box: Box) -> bool:
        """Whether nothing here can reach into the box."""
        rooms = (one.room if isinstance(one, MovingText) else one for one in self.places)
        return not any(room is not None and room.meets(box) for room in rooms)


def _sink(artists: list[Artist], layers: list[_Layer], renderer: RendererAgg) -> None:
    """Move still artists down into the lowest layer that their order allows."""
    together = touched(artists, renderer)
    if together is None:
        return
    if _lowest(together, layers) == 0:
        _put(artists, together, layers, 0)
        return
    for artist in artists:
        box = touched([artist], renderer)
        if box is not None:
            at = _lowest(box, layers)
            if at is None:
                at = len(layers)
                layers.append(_Layer(False, [], []))
            _put([artist], box, layers, at)


def _lowest(box: Box, layers: list[_Layer]) -> int | None:
    """Find the lowest still layer that the box may be drawn on top of."""
    lowest = None
    for at in reversed(range(len(layers))):
        if not layers[at].moves:
            lowest = at
        if not layers[at].clear_of(box):
            break
    return lowest


def _put(artists: list[Artist], box: Box, layers: list[_Layer], at: int) -> None:
    """Add still artists to a layer, and their box to the texts above that they should cover."""
    layers[at].artists.extend(artists)
    layers[at].places.append(box)
    for layer in layers[at + 1 :]:
        for place in layer.places:
            if isinstance(place, MovingText):
                place.above.append(box)


def _overlay(artists: list[Artist], renderer: RendererAgg) -> Iterator[Artist | PixelCopy]:
    """Replace still artists over moving ones by a picture if they hide everything beneath it.

    The edge of a card may be antialiased and must be drawn; then its inside is the picture.
    """
    boxes = touched(artists, renderer), touched(artists[1:], renderer)
    opaque = covered(artists, renderer)
    for edge, box in enumerate(boxes):
        if box and opaque[box.top : box.bottom, box.left : box.right].all():
            yield from artists[:edge]
            yield PixelCopy(box, renderer)
            return
    yield from artists


def _renderer(canvas: FigureCanvasAgg) -> RendererAgg:
    renderer: RendererAgg = canvas.get_renderer()  # type: ignore[no-untyped-call]
    return renderer
