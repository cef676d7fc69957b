"""A text that moves: where it is, and its picture while it does not change.

Texts, formulas above all, are slow to draw, so one that has not changed, such as a caption, is put
back as a picture.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.patches import BoxStyle, FancyBboxPatch
from matplotlib.text import Text

from gdanim.film._pixels import Box, PixelCopy, pixels_in, whole

# Texts by their place among those below, and how often each has changed.
Beneath = list[tuple[int, int]]


class MovingText:
    """A text that is drawn again only after it has changed (is `stale`, in matplotlib's term).

    `box` is where it is now, None for nowhere; `room` is where it is expected to stay. `above`
    holds the boxes of still artists that belong above the text but are part of a picture below
    it: that picture is wrong once the text gets there.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        self.box: Box | None = None
        self.room: Box | None = None
        self.below: Sequence[Box | MovingText] = ()
        self.above: list[Box] = []
        self.changes = 0
        self._picture: tuple[PixelCopy, Beneath] | None = None

    def locate(self, renderer: RendererAgg) -> bool:
        """Update `box`; return whether it is clear of everything in `above`."""
        # `set_bbox` does not make a text stale.
        if self.text.stale or not _is_bare(self.text):
            self.box = _extent(self.text, renderer)
            self.changes += 1
            self._picture = None
        return not any(self.box and self.box.meets(other) for other in self.above)

    def expect(self, renderer: RendererAgg) -> None:
        """Add its surroundings to `room`, and forget what was below and above it."""
        self.box, self._picture, self.above = _extent(self.text, renderer), None, []
        if self.box is not None:
            room = _surroundings(self.text, self.box, renderer)
            self.room = room if self.room is None else self.room.joined(room)

    def draw(self, renderer: RendererAgg) -> None:
        """Draw it, or put back its picture."""
        beneath = self._beneath() if _is_bare(self.text) else None
        if self._picture is not None and self._picture[1] == beneath:
            self._picture[0].draw(renderer)
        elif self.box is not None:
            self.text.draw(renderer)
            self._picture = None if beneath is None else (PixelCopy(self.box, renderer), beneath)

    def _beneath(self) -> Beneath | None:
        """Return the texts that lie beneath it; None if anything else that moves may."""
        found = []
        for at, other in enumerate(self.below):
            box = other.box if isinstance(other, MovingText) else other
            if self.box and box and self.box.meets(box):
                if not (isinstance(other, MovingText) and _is_bare(other.text)):
                    return None
                found.append((at, other.changes))
        return found


def _is_bare(text: Text) -> bool:
    """Whether only its letters are drawn."""
    return text.get_bbox_patch() is None and not _has_effects(text)


def _has_effects(artist: Artist) -> bool:
    return bool(artist.get_path_effects() or artist.get_agg_filter())


def _extent(text: Text, renderer: RendererAgg) -> Box | None:
    """Return where the text is drawn now: None for nowhere, all pixels if unknown."""
    if not (text.get_visible() and text.get_text()):
        return None
    ground = text.get_bbox_patch()
    if _has_effects(text) or not (ground is None or _is_square(ground)):
        return whole(renderer)
    extent = text.get_window_extent(renderer)
    if not np.isfinite(extent.extents).all():
        return None
    return pixels_in(extent, renderer, _margin(text, renderer))


def _surroundings(text: Text, box: Box, renderer: RendererAgg) -> Box:
    """Return where a text in the box is likely to move.

    That is along the top of the figure, or up and down next to its panel.
    """
    if text.axes is None:
        return replace(box, left=0, right=int(renderer.width))
    panel = pixels_in(text.axes.bbox, renderer, _margin(text, renderer))
    return replace(box, top=min(box.top, panel.top), bottom=max(box.bottom, panel.bottom))


def _is_square(ground: FancyBboxPatch) -> bool:
    """Whether a text's background is just its box with the padding."""
    plain = type(ground.get_boxstyle()) is BoxStyle.Square and not _has_effects(ground)
    return plain and ground.get_mutation_aspect() in (None, 1)


def _margin(text: Text, renderer: RendererAgg) -> int:
    """Return how many pixels a text may extend beyond the box of its letters.

    Letters exceed it by at most a quarter of their size; the corners of a background by its
    padding, and by 1.42 times as much if the text is rotated.
    """
    size, ground = float(text.get_fontsize()), text.get_bbox_patch()
    points = 0.25 * size
    if ground is not None and _is_square(ground):
        pad: float = ground.get_boxstyle().pad  # type: ignore[attr-defined]
        points = max(points, 1.5 * (size * abs(pad) + ground.get_linewidth()))
    pixels: float = renderer.points_to_pixels(points)  # type: ignore[no-untyped-call]
    return math.ceil(pixels) + 1
