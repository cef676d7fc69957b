"""Points and pixels."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.core.arrays import Floats


def dpi(artist: Artist) -> float:
    """The pixels of an inch of the artist's figure."""
    figure = artist.get_figure(root=True)
    assert figure is not None
    return figure.dpi


def size_in_points(ax: Axes) -> Floats:
    """The panel's width and height in points, `[2]`; before the layout, about these."""
    return np.array([ax.bbox.width, ax.bbox.height]) * 72 / dpi(ax)
