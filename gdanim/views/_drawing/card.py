"""The card that an inset is drawn on, and the corner where it hides least."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from gdanim.core.arrays import Floats
from gdanim.views._drawing.units import points_up, size_in_points
from gdanim.views.base import Clip, Update, View
from gdanim.views.theme import Theme

# The smallest and the largest width and height of an inset's card, as fractions of the panel, and
# the margin between the card and the data.
_LEAST, _MOST, _MARGIN = 0.34, 0.6, 0.02
# The distance between the card and the panel's spines, in points; through a larger one the curves
# under the card would show.
_OFF = 0.6
# The least width and height of the plot on the card, in points.
_PLOT = (105.0, 55.0)
# The room around the plot, for tick labels and a title, in heights of a tick label.
_LEFT, _RIGHT, _BOTTOM, _TOP = 5.0, 1.7, 2.5, 2.3
# How far left of its axis a power of ten stands, and how far above where matplotlib puts it, in
# points.
_PAD, _HIGH = 7.0, 6.0
# Limits are stretched to keep this part of the curves clear of the card: not the few at the start.
_OFTEN = 0.95


class CardPatch(Rectangle):
    """The opaque background of an inset, which the inset's texts must not leave."""


@dataclass(frozen=True)
class Card:
    """A corner of a panel: width and height in fractions of the panel."""

    right: bool
    top: bool
    size: tuple[float, float]

    def axes(self, ax: Axes, theme: Theme) -> Axes:
        """Return axes on an opaque card of the background's colour, above all else in `ax`."""
        width, height = self.size
        off = _OFF / size_in_points(ax)
        left = 1 - width if self.right else float(off[0])
        bottom = 1 - height if self.top else float(off[1])
        card = CardPatch((left, bottom), width, height, transform=ax.transAxes, zorder=5)
        card.set(facecolor=theme.paper, edgecolor=theme.grid, linewidth=1.0)
        ax.add_patch(card)
        letter = theme.small().tick_size / size_in_points(ax)
        low = np.array([left, bottom]) + letter * (_LEFT, _BOTTOM)
        high = np.array([left + width, bottom + height]) - letter * (_RIGHT, _TOP)
        across, up = np.maximum(high - low, 0.05)
        inset = ax.inset_axes((float(low[0]), float(low[1]), float(across), float(up)), zorder=6)
        # Above the numbers that it is a factor of: above the axis it would lift the title.
        power = inset.yaxis.get_offset_text()
        power.set(x=-_PAD / (across * size_in_points(ax)[0]), ha="right")
        power.set_transform(power.get_transform() + points_up(inset, _HIGH))
        return inset


def draw_inset(ax: Axes, card: Card | None, view: View | None, clip: Clip) -> Update:
    """Draw a smaller view on a card, above everything else."""
    if card is None or view is None:
        return lambda frame: []
    return view.draw(card.axes(ax, clip.theme), replace(clip, theme=clip.theme.small()))


def card_size(ax: Axes, theme: Theme) -> tuple[float, float]:
    """Return the width and height that a card needs, in fractions of the panel."""
    around = theme.small().tick_size * np.array([_LEFT + _RIGHT, _BOTTOM + _TOP])
    width, height = np.clip((around + _PLOT) / size_in_points(ax), _LEAST, _MOST)
    return float(width), float(height)


@dataclass(frozen=True, eq=False)
class Contents:
    """What a panel shows: points `x [N]`, `y [N]`, curves `[K, G]` over `grid [G]`, and limits."""

    x: Floats
    y: Floats
    grid: Floats
    curves: Floats
    low: float
    high: float


def emptiest_corner(contents: Contents, size: tuple[float, float]) -> tuple[Card, float, float]:
    """Return the card that hides least over the whole run, and y limits that keep data clear of it.

    Curves count by how much of them a card of this size would hide. Where every corner holds
    points, the limits are stretched until these are clear of the best one, and most curves too
    where that costs less than they would hide.
    """
    # Of equally empty corners the first is taken: a falling curve reads best at the top right.
    corners = [Card(right, top, size) for top in (True, False) for right in (True, False)]
    choices = (_weighed(contents, card, often) for often in (0, _OFTEN) for card in corners)
    _, card, low, high = min(choices, key=lambda item: item[0])
    return card, low, high


def _weighed(contents: Contents, card: Card, often: float) -> tuple[float, Card, float, float]:
    """Return the cost of a card, how much it hides and stretches; the card; the stretched limits.

    Limits are stretched for the points, and for this part of the curves.
    """
    low, high, height = contents.low, contents.high, card.size[1]
    y = contents.y[_across(card, contents.x, contents.grid)]
    curves = contents.curves[:, _across(card, contents.grid, contents.grid)]
    ends = np.clip(curves.max(axis=1) if card.top else curves.min(axis=1), low, high)
    inner = np.quantile(ends, [often if card.top else 1 - often], method="nearest")
    clear = y if often == 0 else np.append(y, inner)
    new_low, new_high = _stretched(clear, low, high, card.top, height)
    up = (curves - new_low) / (new_high - new_low)
    hidden = ((up > 1 - height) & (up < 1)) if card.top else ((up < height) & (up > 0))
    stretch = (new_high - new_low) / (high - low) - 1
    return float(hidden.mean()) + stretch, card, new_low, new_high


def _across(card: Card, x: Floats, grid: Floats) -> NDArray[np.bool_]:
    """Return which places are above or below a card in a panel as wide as the grid."""
    across, edge = (x - grid[0]) / (grid[-1] - grid[0]), card.size[0] + _MARGIN
    inside: NDArray[np.bool_] = across > 1 - edge if card.right else across < edge
    return inside


def _stretched(y: Floats, low: float, high: float, top: bool, height: float) -> tuple[float, float]:
    """Return the limits, moved at one end to keep the points `y` clear of a card there."""
    free = 1 - height - _MARGIN
    if not y.size:
        return low, high
    if top:
        return low, max(high, low + (float(y.max()) - low) / free)
    return min(low, high - (high - float(y.min())) / free), high
