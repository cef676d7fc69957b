"""The data's points: markers, hollow in the validation set, or a density if there are many."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.lines import Line2D

from gdanim.core.arrays import Floats
from gdanim.problems.dataset import Dataset
from gdanim.views.theme import Theme

# More points than this are drawn as their density, in this many cells across and up.
MANY = 5000
_CELLS = (480, 270)
# The opacity of a cell with a single point, from 0 to 1.
_FAINTEST = 0.3


def draw_points(ax: Axes, theme: Theme, data: Dataset, validation: Dataset | None) -> None:
    """Draw the points once; the limits have to be set."""
    if len(data) > MANY:
        _draw_density(ax, theme.points, data)
    else:
        filled_points(ax, theme, len(data)).set_data(data.x[:, 0], data.y)
    if validation is not None and len(validation) <= MANY:
        ax.plot(
            validation.x[:, 0],
            validation.y,
            "o",
            markerfacecolor=theme.paper,
            markeredgecolor=theme.points,
            markeredgewidth=1.6,
            zorder=2.1,
            gid="validation",
            markersize=0.85 * point_size(theme.point_size, len(validation) + len(data)),
        )
        name_validation(ax, theme)


def filled_points(ax: Axes, theme: Theme, points: int) -> Line2D:
    """Return markers that are yet to be placed, in the size for so many points."""
    (markers,) = ax.plot(
        [],
        [],
        "o",
        color=theme.points,
        markeredgecolor=theme.paper,
        markeredgewidth=0.9,
        markersize=point_size(theme.point_size, points),
        zorder=2,
        gid="points",
    )
    return markers


def name_validation(ax: Axes, theme: Theme) -> None:
    """Say above the panel's right end what hollow points are."""
    ax.set_title("○ validation", loc="right", color=theme.muted, fontsize=theme.tick_size, pad=6)


def _draw_density(ax: Axes, colour: str, data: Dataset) -> None:
    """Draw how many points there are in each cell of the panel, as the opacity of its colour."""
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    counts, _, _ = np.histogram2d(
        data.y, data.x[:, 0], bins=_CELLS[::-1], range=((low, high), (left, right))
    )
    share = np.log1p(counts) / np.log1p(counts.max(initial=1.0))
    pixels = np.empty((*counts.shape, 4))
    pixels[..., :3] = to_rgb(colour)
    pixels[..., 3] = np.where(counts > 0, _FAINTEST + (1 - _FAINTEST) * share, 0.0)
    ax.imshow(
        pixels,
        extent=(left, right, low, high),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        zorder=2,
    )


def draw_rings(ax: Axes, theme: Theme, points: int) -> PathCollection:
    """Draw rings to put around the points of a mini-batch."""
    size = 1.7 * point_size(theme.point_size, points)
    return ax.scatter(
        [],
        [],
        s=size**2,
        facecolors="none",
        edgecolors=theme.ink,
        linewidths=1.8,
        zorder=4.5,
        gid="mini-batch",
    )


def move_rings(rings: PathCollection, x: Floats, y: Floats) -> PathCollection:
    """Put the rings around the points `x [K]`, `y [K]`."""
    rings.set_offsets(np.column_stack([x, y]))
    return rings


def point_size(size: float, points: int) -> float:
    """Return the diameter of a point, smaller if there are many."""
    return float(np.clip(size * (90 / points) ** 0.35, 2.0, size))
