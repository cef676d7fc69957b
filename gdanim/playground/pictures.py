"""Which rectangles of a picture have changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdanim.playground.messages import Rectangle

Pixels = NDArray[np.uint8]
# Pictures are compared in squares of this many pixels: smaller ones make more rectangles, larger
# ones more pixels that have not changed.
SQUARE = 16


def changed(before: Pixels | None, after: Pixels) -> list[Rectangle]:
    """Return disjoint rectangles that hold every changed pixel; the whole of a picture of new size.

    Both are RGBA, `[height, width, 4]`.
    """
    height, width = after.shape[:2]
    if before is None or before.shape != after.shape:
        return [(0, 0, width, height)]
    differs = (before.view(np.uint32) != after.view(np.uint32))[..., 0]
    rows = np.logical_or.reduceat(differs, range(0, height, SQUARE), axis=0)
    squares = np.logical_or.reduceat(rows, range(0, width, SQUARE), axis=1)
    # Strips that stand exactly below each other are one rectangle: by left and width, open so far.
    done, open_ = list[Rectangle](), dict[tuple[int, int], Rectangle]()
    for number, row in enumerate(squares):
        top = number * SQUARE
        high, below = min(SQUARE, height - top), dict[tuple[int, int], Rectangle]()
        for left, wide in _strips(row, width):
            _, first, _, above = open_.pop((left, wide), (0, top, 0, 0))
            below[left, wide] = (left, first, wide, above + high)
        done += open_.values()
        open_ = below
    return [*done, *open_.values()]


def cropped(pixels: Pixels, rectangles: list[Rectangle]) -> bytes:
    """Return the pixels of the rectangles one after the other."""
    return b"".join(pixels[y : y + h, x : x + w].tobytes() for x, y, w, h in rectangles)


def _strips(row: NDArray[np.bool_], width: int) -> list[tuple[int, int]]:
    """Return left and width of each run of changed squares in a row."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], row, [False]]).astype(np.int8)))
    return [
        (int(first) * SQUARE, min(int(end) * SQUARE, width) - int(first) * SQUARE)
        for first, end in edges.reshape(-1, 2)
    ]
