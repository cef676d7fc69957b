"""Where an inset hides least."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from gdanim.arrays import Floats
from gdanim.problems.dataset import Dataset
from gdanim.views.theme import Theme

# An inset's card, in fractions of its panel; the margin between card and data, and the one that
# keeps the card off the panel's spines.
WIDTH, HEIGHT, MARGIN, OFF = 0.34, 0.34, 0.02, 0.003
# The plot on the card, in fractions of the panel: room for tick labels and a title.
LEFT, RIGHT, BOTTOM, TOP = 0.065, 0.02, 0.07, 0.065


@dataclass(frozen=True)
class Card:
    """A corner of a panel, in fractions of the panel."""

    right: bool
    top: bool

    def axes(self, ax: Axes, theme: Theme) -> Axes:
        """Axes on an opaque card of the paper's colour, above all else in `ax`."""
        left = 1 - WIDTH if self.right else OFF
        bottom = 1 - HEIGHT if self.top else OFF
        card = Rectangle((left, bottom), WIDTH, HEIGHT, transform=ax.transAxes, zorder=5)
        card.set(facecolor=theme.paper, edgecolor=theme.grid, linewidth=1.0)
        ax.add_patch(card)
        inside = (left + LEFT, bottom + BOTTOM, WIDTH - LEFT - RIGHT, HEIGHT - BOTTOM - TOP)
        return ax.inset_axes(inside, zorder=6)


def emptiest_corner(
    data: Dataset, grid: Floats, predictions: Floats, low: float, high: float
) -> tuple[Card, float, float]:
    """The corner that hides least over the whole run, and the y limits that keep data clear of it.

    `predictions [K, G]` on `grid [G]` are weighed by how much of them the card would hide. Where
    every corner holds data, the limits are stretched until the data is clear of the best one.
    """
    span, edge = grid[-1] - grid[0], WIDTH + MARGIN

    def weighed(card: Card) -> tuple[float, Card, float, float]:
        def under(x: Floats) -> NDArray[np.bool_]:
            across = (x - grid[0]) / span
            inside: NDArray[np.bool_] = across > 1 - edge if card.right else across < edge
            return inside

        y = data.y[under(data.x[:, 0])]
        new_low, new_high = stretched(y, low, high, card.top)
        up = (predictions[:, under(grid)] - new_low) / (new_high - new_low)
        hidden = ((up > 1 - HEIGHT) & (up < 1)) if card.top else ((up < HEIGHT) & (up > 0))
        stretch = (new_high - new_low) / (high - low) - 1
        return float(hidden.mean()) + 2 * stretch, card, new_low, new_high

    # Of equally empty corners the first is taken: a falling curve reads best at the top right.
    corners = [Card(right, top) for top in (True, False) for right in (True, False)]
    _, card, low, high = min((weighed(card) for card in corners), key=lambda item: item[0])
    return card, low, high


def stretched(y: Floats, low: float, high: float, top: bool) -> tuple[float, float]:
    """The limits moved so far at one end that the points `y` lie clear of a card there."""
    free = 1 - HEIGHT - MARGIN
    if not y.size:
        return low, high
    if top:
        return low, max(high, low + (float(y.max()) - low) / free)
    return min(low, high - (high - float(y.min())) / free), high
