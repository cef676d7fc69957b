"""An arrow at the edge of a panel, for a curve that is nowhere in view."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.markers import MarkerStyle

from gdanim.core.arrays import Floats
from gdanim.views._drawing.units import dpi
from gdanim.views.theme import Theme

# How far inside the panel an arrow at its edge stands, in diameters of a point, and how far from
# the corners, as a part of the panel's width.
_INSIDE, _BESIDE = 1.3, 0.03


def draw_edge_arrow(
    ax: Axes, theme: Theme, colour: str
) -> Callable[[Floats, Floats], PathCollection]:
    """Draw an arrow at the panel's edge, for a curve that is nowhere in view."""
    arrow = ax.scatter(
        [], [], s=(2.2 * theme.point_size) ** 2, color=colour, edgecolors=theme.paper,
        linewidths=1.2, zorder=4.6, gid="outside", transform=ax.get_xaxis_transform(),
    )  # fmt: skip
    low, high = ax.get_ylim()
    shapes = {
        side: MarkerStyle(marker).get_path().transformed(MarkerStyle(marker).get_transform())
        for side, marker in ((-1, "v"), (1, "^"))
    }

    def show(x: Floats, y: Floats) -> PathCollection:
        side = 1 if (y > high).all() else -1 if (y < low).all() else 0
        if side:
            near = np.median(x[side * y == (side * y).min()])
            nearest = np.clip(near, *np.quantile(x, [_BESIDE, 1 - _BESIDE]))
            inside = _INSIDE * theme.point_size * dpi(ax) / 72 / ax.bbox.height
            arrow.set_paths([shapes[side]])
            arrow.set_offsets([[nearest, 1 - inside if side > 0 else inside]])
        else:
            arrow.set_offsets(np.empty((0, 2)))
        return arrow

    return show
