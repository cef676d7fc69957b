"""Boxes of a canvas's pixels: where artists can draw, and where they do."""

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

# Artists that keep within their clip box, whatever they show.
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
        """The smallest box around both."""
        return Box(
            min(self.left, other.left), min(self.top, other.top),
            max(self.right, other.right), max(self.bottom, other.bottom),
        )  # fmt: skip


class Picture:
    """The pixels that are in a box of the canvas now, to be put back later."""

    def __init__(self, box: Box, renderer: RendererAgg) -> None:
        height = whole(renderer).bottom
        corners = Bbox.from_extents(box.left, height - box.bottom, box.right, height - box.top)
        self._region: Any = renderer.copy_from_bbox(corners)

    def draw(self, renderer: RendererAgg) -> None:
        """Put them back."""
        renderer.restore_region(self._region)  # type: ignore[no-untyped-call]


def whole(renderer: RendererAgg) -> Box:
    """All pixels of the canvas."""
    return Box(0, 0, int(renderer.width), int(renderer.height))


def pixels_in(box: BboxBase, renderer: RendererAgg, margin: int) -> Box:
    """The pixels in a box of matplotlib's, which counts from the bottom, and `margin` around it."""
    x0, y0, x1, y1 = box.extents
    height = int(renderer.height)
    return Box(
        math.floor(x0) - margin, math.floor(height - y1) - margin,
        math.ceil(x1) + margin, math.ceil(height - y0) + margin,
    )  # fmt: skip


def reach(artist: Artist, renderer: RendererAgg) -> Box:
    """Where a moving artist can ever draw: within its clip box, else anywhere."""
    clip = artist.get_clip_box() if artist.get_clip_on() else None
    if clip is None or not isinstance(artist, CLIPPED) or artist.get_agg_filter() is not None:
        return whole(renderer)
    return pixels_in(clip, renderer, 1)


def touched(artists: Sequence[Artist], renderer: RendererAgg) -> Box | None:
    """The smallest box around all pixels that the artists change; None where there are none.

    On a clear ground everything that is drawn leaves its alpha, however little.
    """
    return _around(paint(artists, renderer, CLEAR) != CLEAR) if artists else None


def hidden(artists: Sequence[Artist], renderer: RendererAgg) -> NDArray[np.bool_]:
    """The pixels `[height, width]` whose colour does not depend on what lies below the artists."""
    white = paint(artists, renderer, WHITE).copy()
    return np.asarray(white == paint(artists, renderer, BLACK))


def paint(
    artists: Sequence[Artist], renderer: RendererAgg, ground: np.uint32
) -> NDArray[np.uint32]:
    """The canvas's pixels `[height, width]` with nothing but the artists on an even ground."""
    pixels = np.asarray(renderer.buffer_rgba()).view(np.uint32)[..., 0]  # type: ignore[no-untyped-call]
    pixels[...] = ground
    for artist in artists:
        artist.draw(renderer)
    return pixels


def _around(mask: NDArray[np.bool_]) -> Box | None:
    """The smallest box around everything that is true; None where nothing is."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return None
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(mask[top:bottom].any(axis=0))
    return Box(int(columns[0]), top, int(columns[-1]) + 1, bottom)
