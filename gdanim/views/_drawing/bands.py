"""Heights over a plane as bands of colour."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import contourpy
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.path import Path

from gdanim.core.arrays import Floats
from gdanim.views.theme import Theme

# The number of bands of colour in a map of the loss.
_BANDS = 13
# This part of a plane lies lower than the height at which the bands begin to widen.
_LOWEST = 0.02
# The highest point is at most this many times as high as that: it keeps the bands from all being
# near the minimum.
_WIDEST = 1e8
_NOTHING = Path(np.empty((0, 2)))


@dataclass(frozen=True)
class Scale:
    """The place of a loss among the bands, from 0 at `low` to 1 at `high`.

    Proportional to `log(1 + (loss - low) / unit)`: linear near the lowest loss and logarithmic
    above, so that both a bowl and a valley that spans many decades get rings.
    """

    low: float
    unit: float
    high: float

    def __call__(self, losses: Floats) -> Floats:
        """`()->()`: 0 at the lowest loss, 1 at the highest and beyond."""
        clipped = np.clip(losses, self.low, self.high)
        top = np.log1p((self.high - self.low) / self.unit)
        return np.asarray(np.log1p((clipped - self.low) / self.unit) / top)


def loss_scale(losses: Floats, low: float = np.inf) -> Scale:
    """Return the scale for the losses of a plane and for `low`, the lowest known loss."""
    finite = losses[np.isfinite(losses) & (losses < 1e300)]
    if not finite.size:
        return Scale(0.0, 1.0, 1.0)
    low = min(low, float(finite.min()))
    height = float(finite.max()) - low
    if not height > 0:
        return Scale(low, 1.0, low + 1.0)
    unit = float(np.quantile(finite, _LOWEST)) - low
    return Scale(low, max(unit, height / _WIDEST), low + height)


def mix_colours(colour: str, other: str, share: float) -> tuple[float, float, float]:
    """Mix two colours: `share` of `other`, and the rest of `colour`."""
    mix = (1 - share) * np.array(to_rgb(colour)) + share * np.array(to_rgb(other))
    red, green, blue = mix.tolist()
    return red, green, blue


def loss_colours(theme: Theme, count: int = _BANDS) -> list[tuple[float, float, float]]:
    """Return quiet colours, the deepest for the lowest loss."""
    deep = to_hex(mix_colours(theme.prediction, theme.muted, 0.3))
    return [
        mix_colours(deep, theme.paper, 0.18 + 0.77 * (k / (count - 1)) ** 0.8) for k in range(count)
    ]


class Bands:
    """Bands of equal height between 0 and 1, and lines between them; `show` sets both."""

    def __init__(self, ax: Axes, colours: list[tuple[float, float, float]], line: str) -> None:
        self.edges = np.linspace(0, 1, len(colours) + 1)
        self.filled = PathCollection(
            [], facecolors=colours, edgecolors=colours, linewidths=0.4, zorder=0.6, gid="bands"
        )
        self.lines = LineCollection([], colors=line, linewidths=0.9, alpha=0.7, zorder=0.7)
        for collection in (self.filled, self.lines):
            ax.add_collection(collection, autolim=False)

    def show(self, x: Floats, y: Floats, heights: Floats) -> list[Artist]:
        """Set the bands to heights `[Y, X]` on the grid of `x [X]` and `y [Y]`."""
        bands = contourpy.contour_generator(x, y, heights, fill_type="OuterCode")
        ends = [-np.inf, *self.edges[1:-1].tolist(), np.inf]
        self.filled.set_paths([_joined_path(*bands.filled(*pair)) for pair in pairwise(ends)])
        levels = contourpy.contour_generator(x, y, heights, line_type="Separate")
        lines: list[Floats] = [line for edge in ends[1:-1] for line in levels.lines(edge)]  # type: ignore[misc]
        self.lines.set_segments(lines)
        return [self.filled, self.lines]


def _joined_path(points: list[Floats], codes: list[Floats]) -> Path:
    """Join all parts of a band in one path."""
    return Path(np.concatenate(points), np.concatenate(codes)) if points else _NOTHING
