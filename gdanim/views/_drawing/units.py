"""Points and pixels."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from gdanim.core.arrays import Floats


def dpi(artist: Artist) -> float:
    """Return the number of pixels in an inch of the artist's figure."""
    figure = artist.get_figure(root=True)
    assert figure is not None
    return figure.dpi


def size_in_points(ax: Axes) -> Floats:
    """Return the panel's width and height in points, `[2]`; before the layout, roughly."""
    return np.array([ax.bbox.width, ax.bbox.height]) * 72 / dpi(ax)


def points_up(artist: Artist, points: float) -> ScaledTranslation:
    """Return a transform that moves a place up by this many points."""
    figure = artist.get_figure(root=True)
    assert figure is not None
    return ScaledTranslation(0, points / 72, figure.dpi_scale_trans)
