"""Frames in few colours: a palette for the whole film, and each frame's pixels in it."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.uint8]
"""`[n, 3]`: red, green, blue."""

ROUNDS = 12
# Of the 256 places of a palette, the last is transparent: encoders put it where nothing changes.
PLACES, TRANSPARENT = 256, 255
# A pixel keeps its colour when that is no further from the truth than the nearest one and so much;
# but not where the palette has the very colour, as that of paper, or lines would leave shadows.
TOLERANCE = 6.0


def choose_palette(frames: Iterable[memoryview], most: int) -> Colours:
    """The `most` colours nearest to those of the frames (RGBA `[height, width, 4]`), by k-means.

    A colour counts as (number of pixels)^(3/4), so that thin lines get their share beside the
    paper. The start is the farthest-first one, so there is nothing random in it.
    """
    colours, counts = _histogram(frames)
    weights = counts**0.75
    centres = _spread(colours, weights, min(most, len(colours)))
    for _ in range(ROUNDS):
        nearest = _nearest(colours, centres)
        total = np.bincount(nearest, weights, len(centres))
        sums = [np.bincount(nearest, weights * level, len(centres)) for level in colours.T]
        means = np.stack(sums, axis=-1) / np.maximum(total, 1e-300)[:, np.newaxis]
        # Dyadic, so that products with levels are exact and no machine breaks a tie otherwise.
        centres = np.where(total[:, np.newaxis] > 0, np.rint(64 * means) / 64, centres)
    return _snapped(colours, counts, centres)


def _snapped(
    colours: NDArray[np.int32], counts: NDArray[np.float64], centres: NDArray[np.float64]
) -> Colours:
    """The centres; where most of the pixels around one have one colour, as paper has, that one."""
    nearest = _nearest(colours, centres)
    total = np.bincount(nearest, counts, len(centres))
    most = counts > total[nearest] / 2
    snapped = np.rint(centres)
    snapped[nearest[most]] = colours[most]
    return snapped.astype(np.uint8)


class Quantiser:
    """Frames to ffmpeg's pal8: a byte for each pixel, then the palette (256 times BGRA).

    To be called with the film's frames in their order. A pixel whose old colour is still as good
    as any, up to TOLERANCE, keeps it: what does not change costs an encoder nothing.
    """

    def __init__(self, colours: Colours) -> None:
        if not 0 < len(colours) < PLACES:
            raise ValueError(f"a palette has 1 to {PLACES - 1} colours, got {len(colours)}")
        self._colours = colours.astype(np.int32)
        places = np.zeros((PLACES, 4), np.uint8)
        places[:, :3] = colours[0, ::-1]
        places[: len(colours), :3] = colours[:, ::-1]
        places[:TRANSPARENT, 3] = 255
        self._places = places.tobytes()
        # The nearest colour of each RGB that has been seen so far; TRANSPARENT: not yet.
        self._known = np.full(1 << 24, TRANSPARENT, np.uint8)
        self._shown: NDArray[np.uint8] | None = None

    def __call__(self, frame: memoryview) -> memoryview:
        """One frame: RGBA `[height, width, 4]` to `height * width + 1024` bytes."""
        rgb = _packed(frame)
        indices = self._look_up(rgb)
        if self._shown is None:
            self._shown = indices
        else:
            changed = np.flatnonzero(indices != self._shown)
            truth = _unpacked(rgb[changed])
            old, new = self._shown[changed], indices[changed]
            nearest = self._error(truth, new)
            worse = (nearest == 0) | (self._error(truth, old) > nearest + TOLERANCE)
            self._shown[changed[worse]] = new[worse]
        return memoryview(self._shown.tobytes() + self._places)

    def _look_up(self, rgb: NDArray[np.uint32]) -> NDArray[np.uint8]:
        indices = self._known[rgb]
        unknown = np.unique(rgb[indices == TRANSPARENT])
        if len(unknown):
            self._known[unknown] = _nearest(_unpacked(unknown), self._colours)
            indices = self._known[rgb]
        return indices

    def _error(self, truth: NDArray[np.int32], indices: NDArray[np.uint8]) -> NDArray[np.float64]:
        error: NDArray[np.float64] = np.sqrt(((truth - self._colours[indices]) ** 2).sum(axis=-1))
        return error


def _packed(frame: memoryview) -> NDArray[np.uint32]:
    """Red, green and blue of each pixel as one number, red lowest."""
    return np.frombuffer(frame, "<u4") & np.uint32(0xFFFFFF)


def _unpacked(rgb: NDArray[np.uint32]) -> NDArray[np.int32]:
    return np.stack([rgb & 255, rgb >> 8 & 255, rgb >> 16], axis=-1).astype(np.int32)


def _histogram(frames: Iterable[memoryview]) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """The colours there are, `[n, 3]`, and how many pixels have each."""
    parts = [np.unique(_packed(frame), return_counts=True) for frame in frames]
    rgb, which = np.unique(np.concatenate([part[0] for part in parts]), return_inverse=True)
    counts = np.concatenate([part[1] for part in parts]).astype(np.float64)
    return _unpacked(rgb), np.bincount(which, counts).astype(np.float64)


def _spread(
    colours: NDArray[np.int32], weights: NDArray[np.float64], n: int
) -> NDArray[np.float64]:
    """`n` of the colours: the weightiest, then always the one worst served so far."""
    chosen = [int(weights.argmax())]
    distance = ((colours - colours[chosen[0]]) ** 2).sum(axis=-1)
    while len(chosen) < n:
        chosen.append(int((weights * distance).argmax()))
        distance = np.minimum(distance, ((colours - colours[chosen[-1]]) ** 2).sum(axis=-1))
    return colours[chosen].astype(np.float64)


def _nearest(
    colours: NDArray[np.int32], centres: NDArray[np.float64] | NDArray[np.int32]
) -> NDArray[np.intp]:
    """For each of `colours [n, 3]` the nearest of `centres [k, 3]`."""
    # |a - b|^2 without |a|^2, which is the same for all b; in rows, as n times k may be much.
    squares = (centres.astype(np.float64) ** 2).sum(axis=-1)
    rows = np.array_split(colours.astype(np.float64), 1 + len(colours) // 4096)
    return np.concatenate([(squares - 2 * (row @ centres.T)).argmin(axis=-1) for row in rows])
