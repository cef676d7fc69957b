"""The places over which panels show predictions: a line over one feature, a map over two."""

from __future__ import annotations

import numpy as np

from gdanim.core.arrays import Floats

# The number of points of a predicted curve: one for each pixel in a video 1280 pixels wide.
CURVE_POINTS = 1201
# The most points along each side of a map; what lies between them is interpolated.
MAP_SIDE = 61


def curve_grid(x: Floats) -> Floats:
    """Return a fine, even grid, a little wider than `x [N]`."""
    low, high = float(x.min()), float(x.max())
    margin = 0.03 * (high - low) or 0.5 * abs(high) or 0.5
    return np.linspace(low - margin, high + margin, CURVE_POINTS)


def map_limits(values: Floats) -> tuple[float, float]:
    """Return limits of a map's side, a little wider than the values."""
    low, high = float(values.min()), float(values.max())
    margin = 0.05 * (high - low) or 0.5 * abs(high) or 0.5
    return low - margin, high + margin


def map_grid(limits: tuple[float, float], side: int) -> Floats:
    """Return `side` even points, of which the second and the last but one are the limits."""
    low, high = limits
    step = (high - low) / (side - 3)
    return np.linspace(low - step, high + step, side)


def panel_axes(x: Floats) -> tuple[Floats, ...]:
    """Return the grid along each feature of points `x [N, D]`; nothing for more than two."""
    if x.shape[1] == 1:
        return (curve_grid(x[:, 0]),)
    if x.shape[1] == 2:
        return tuple(map_grid(map_limits(column), MAP_SIDE) for column in x.T)
    return ()


def grid_points(axes: tuple[Floats, ...]) -> Floats:
    """Return the points of the grid with these axes, the first varying fastest, `[G, D]`."""
    return np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, len(axes))
