"""The probabilities of classes over a plane: colours, and the lines where two are equal.

The model is evaluated on a coarse grid; cubic interpolation gives the picture and the lines.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import contourpy
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gdanim.core.arrays import Floats
from gdanim.problems.grids import grid_points, map_grid
from gdanim.problems.model import Model
from gdanim.views._drawing.bands import mix_colours
from gdanim.views._drawing.painted import Painted, as_pixels

# The number of shades of a class, and how strong its colour is where it is certain.
_SHADES, _STRENGTH = 64, 0.5
# The picture is about this many cells wide; borders are found on this many cells a side.
_ACROSS, _LINE_CELLS = 640, 150
# Models of at least so many units are evaluated in single precision: networks in a third of the
# time. Their parameters must be far below its largest number, and the limits of an axis apart from
# each other by more than a share of their size, so that no rounding can be seen.
_COSTLY, _LARGE, _APART = 8, 1e15, 0.02
# Scores beyond these are as good as certain, and would leave single precision.
_CERTAIN = 1e4
_SMALLEST, _ROUNDING = 1e-300, 1e-16


def log_chances(model: Model, params: Floats, x: Any) -> Floats:
    """Return the logarithm of the probability of each class, `(p),(n,d)->(k,n)`; K is at least 2.

    It is computed in the precision of `x`. A prediction that is not finite leaves all classes
    equally likely.
    """
    params = params.astype(x.dtype, copy=False)
    scores: Any
    with np.errstate(all="ignore"):
        if model.logits is not None:
            scores = model.logits.predict(params, x)
        else:
            chance = np.clip(model.predict(params, x), 0, 1).astype(np.float64)
            scores = np.log(np.maximum(chance, _SMALLEST)) - np.log(
                np.maximum(1 - chance, _SMALLEST)
            )
        # Classes first, as sums over an axis of few numbers are slow if it is the last one.
        scores = np.stack([np.zeros_like(scores), scores] if model.outputs == 1 else [*scores.T])
        scores -= scores.mean(axis=0)
        np.clip(scores, -_CERTAIN, _CERTAIN, out=scores)
        scores[:, np.isnan(scores).any(axis=0)] = 0
        scores -= scores.max(axis=0)
        scores -= np.log(np.exp(scores).sum(axis=0))
        return np.asarray(scores)


class Grid:
    """A grid of `side` x `side` points over the panel and one cell beyond, for interpolation."""

    def __init__(self, ax: Axes, side: int) -> None:
        self.side = side
        self.limits = ax.get_xlim(), ax.get_ylim()
        self._points = grid_points(tuple(map_grid(limits, side) for limits in self.limits))
        apart = all(high - low > _APART * max(abs(low), abs(high)) for low, high in self.limits)
        self._rounded = self._points.astype(np.float32) if apart else None

    def points_for(self, model: Model, params: Floats) -> Floats | NDArray[np.float32]:
        """Return the points `[side^2, 2]`, in the precision that will do for the prediction."""
        exact = model.workspace < _COSTLY or not abs(params).max() < _LARGE
        return self._points if exact or self._rounded is None else self._rounded

    def squares(self, values: Floats) -> NDArray[np.float32]:
        """Return values `[K, side^2]` as `[K, side, side]`, in single precision."""
        return np.asarray(values.reshape(-1, self.side, self.side), dtype=np.float32)

    def borders(self, log_chances: NDArray[np.float32]) -> list[Floats]:
        """Return the lines where the two likeliest classes are equally likely."""
        finer = interpolation(self.side, _LINE_CELLS, True)
        fine = finer @ log_chances @ finer.T
        x, y = (np.linspace(low, high, _LINE_CELLS) for low, high in self.limits)
        found: list[Floats] = []
        for k in range(len(fine) if len(fine) > 2 else 1):
            ahead = fine[k] - np.delete(fine, k, axis=0).max(axis=0)
            if ahead.any():
                generator = contourpy.contour_generator(x, y, ahead, line_type="Separate")
                found += generator.lines(0.0)  # type: ignore[arg-type]
        return found


class ClassPicture(Painted):
    """The likeliest class as a colour, paler where it is less certain.

    `chances [K, S, S]` holds the logarithms of the probabilities on a Grid; setting them changes
    the picture. It is made of square cells of a few pixels; the lines on top hide their steps.
    """

    def __init__(self, ax: Axes, paper: str, colours: list[str], alpha: float = 1.0) -> None:
        super().__init__(ax, "classes")
        self.chances: NDArray[np.float32] = np.zeros((len(colours), 4, 4), np.float32)
        self.opaque = alpha == 1
        self._table = as_pixels(_class_shades(paper, colours), alpha)

    def fill(self, pixels: NDArray[np.uint32]) -> None:
        """Set the pixels `[height, width]`, from the bottom up, to the colours of their cells."""
        height, width = pixels.shape
        cell = max(1, round(width / _ACROSS))
        across = np.repeat(self._table[:, np.newaxis], cell, axis=1)
        cells = self.cells(-(-height // cell), -(-width // cell))
        wide = across.take(cells, axis=0).reshape(len(cells), -1)[:, :width]
        for row in range(cell):
            part = pixels[row::cell]
            part[...] = wide[: len(part)]

    def cells(self, height: int, width: int) -> NDArray[np.uint16]:
        """Return the shade of each cell, `[height, width]`: the class times _SHADES, and more."""
        classes, side, _ = self.chances.shape
        up, across = interpolation(side, height, False), interpolation(side, width, False)
        top, *others = np.matmul(np.matmul(up, self.chances), across.T)
        first = np.zeros((height, width), np.float32)
        for k, other in enumerate(others, start=1):
            np.copyto(first, np.float32(k * _SHADES), where=other > top)
            np.maximum(top, other, out=top)
        # A shade is a step of the logarithm, from equal probabilities to certainty.
        top *= np.float32(_SHADES / np.log(classes))
        top += _SHADES
        np.clip(top, 0, _SHADES - 1, out=top)
        top += first
        return np.asarray(top, dtype=np.uint16)


def _class_shades(paper: str, colours: list[str]) -> list[tuple[float, float, float]]:
    """Return the colours of each class, from equal probabilities to certainty."""
    classes = len(colours)
    chances = classes ** ((np.arange(_SHADES) + 0.5) / _SHADES - 1)
    strengths = _STRENGTH * (chances - 1 / classes) / (1 - 1 / classes)
    return [
        mix_colours(paper, colour, strength)
        for colour in colours
        for strength in strengths.tolist()
    ]


@lru_cache(maxsize=32)
def interpolation(coarse: int, fine: int, with_ends: bool) -> NDArray[np.float32]:
    """Return the matrix `[fine, coarse]` of cubic interpolation between a Grid's points.

    The fine points are the middles of cells, or run from one end of the panel to the other. Keys,
    "Cubic convolution interpolation for digital image processing", 1981, with a = -1/2.
    """
    share = np.linspace(0, 1, fine) if with_ends else (np.arange(fine) + 0.5) / fine
    place = 1 + share * (coarse - 3)
    first = np.minimum(place.astype(int), coarse - 3)
    matrix = np.zeros((fine, coarse), np.float32)
    for offset in (-1, 0, 1, 2):
        away = abs(place - first - offset)
        near = 1.5 * away**3 - 2.5 * away**2 + 1
        far = -0.5 * away**3 + 2.5 * away**2 - 4 * away + 2
        matrix[np.arange(fine), first + offset] = np.where(away <= 1, near, far)
    matrix.setflags(write=False)
    return matrix
