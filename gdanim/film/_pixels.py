"""Boxes of pixels on a canvas: where artists can draw, and where they do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import Collection
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox, BboxBase
from numpy.typing import NDArray

# Artists that never draw outside their clip box.
CLIPPED = (Line2D, Collection, Patch, AxesImage)
# A pixel's four bytes in memory: red, green, blue, alpha. A canvas is clear when it is new.
CLEAR, BLACK, WHITE = (
    np.array([level, level, level, alpha], np.uint8).view(np.uint32)[0]
    for level, alpha in ((255, 0), (0, 255), (255, 255))
)


@dataclass(frozen=True)
class Box:
    """Columns `left` to `right` and rows `top` to `bottom` from the top, both ends exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: Box) -> bool:
        """Whether they have a pixel in common."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def joined(self, other: Box) -> Box:
        """Return the smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


class PixelCopy:
    """A copy of the canvas's pixels in a box, to be put back later."""

    def __init__(self, box: Box, renderer: RendererAgg) -> None:
        height = whole(renderer).bottom
        corners = Bbox.from_extents(box.left, height - box.bottom, box.right, height - box.top)
        self._region: Any = renderer.copy_from_bbox(corners)

    def draw(self, renderer: RendererAgg) -> None:
        """Put the pixels back."""
        renderer.restore_region(self._region)  # type: ignore[no-untyped-call]


def whole(renderer: RendererAgg) -> Box:
    """Return the box of all pixels of the canvas."""
    return Box(0, 0, int(renderer.width), int(renderer.height))


def pixels_in(box: BboxBase, renderer: RendererAgg, margin: int) -> Box:
    """Return the pixels in a matplotlib box, whose y counts from the bottom, and a margin."""
    x0, y0, x1, y1 = box.extents
    height = int(renderer.height)
    return Box(
        math.floor(x0) - margin,
        math.floor(height - y1) - margin,
        math.ceil(x1) + margin,
        math.ceil(height - y0) + margin,
    )


def reach(artist: Artist, renderer: RendererAgg) -> Box:
    """Return where a moving artist can draw: in its clip box, or anywhere if it has none."""
    clip = artist.get_clip_box() if artist.get_clip_on() else None
    if clip is None or not isinstance(artist, CLIPPED) or artist.get_agg_filter() is not None:
        return whole(renderer)
    return pixels_in(clip, renderer, 1)


def touched(artists: Sequence[Artist], renderer: RendererAgg) -> Box | None:
    """Return the smallest box around all pixels that the artists change; None if there are none.

    On a transparent canvas whatever is drawn leaves some alpha.
    """
    return _around(paint(artists, renderer, CLEAR) != CLEAR) if artists else None


def covered(artists: Sequence[Artist], renderer: RendererAgg) -> NDArray[np.bool_]:
    """Find the pixels `[height, width]` in which the artists hide whatever lies below them."""
    white = paint(artists, renderer, WHITE).copy()
    return np.asarray(white == paint(artists, renderer, BLACK))


def paint(
    artists: Sequence[Artist], renderer: RendererAgg, ground: np.uint32
) -> NDArray[np.uint32]:
    """Draw only the artists on a background of one colour; return the pixels `[height, width]`."""
    pixels = np.asarray(renderer.buffer_rgba()).view(np.uint32)[..., 0]  # type: ignore[no-untyped-call]
    pixels[...] = ground
    for artist in artists:
        artist.draw(renderer)
    return pixels


def _around(mask: NDArray[np.bool_]) -> Box | None:
    """Return the smallest box around all true elements; None if there are none."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    return Box(int(columns[0]), top, int(columns[-1]) + 1, bottom)
