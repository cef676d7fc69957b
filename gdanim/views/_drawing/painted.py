"""A panel's picture of its own, where matplotlib's images would cost thirty times as much."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.image import AxesImage
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray


class Painted(AxesImage):
    """A picture that fills its panel. A subclass gives `fill`."""

    opaque = True

    def __init__(self, ax: Axes, gid: str) -> None:
        extent = (*ax.get_xlim(), *ax.get_ylim())
        super().__init__(ax, origin="lower", extent=extent, zorder=0.6, gid=gid)
        self.set_clip_path(ax.patch)
        # What AxesImage asks of an image that has been set.
        self._A = np.zeros((1, 1))
        ax.add_image(self)

    @abstractmethod
    def fill(self, pixels: NDArray[np.uint32]) -> None:
        """Set the pixels `[height, width]`, each four bytes RGBA, from the bottom up."""

    def draw(self, renderer: Any) -> None:
        """Draw the picture; on Agg's canvas by writing its pixels."""
        if not (isinstance(renderer, RendererAgg) and self.opaque):
            super().draw(renderer)
            return
        canvas = np.asarray(renderer.buffer_rgba()).view(np.uint32)[..., 0]  # type: ignore[no-untyped-call]
        left, bottom, right, top = np.rint(self.axes.bbox.extents).astype(int).tolist()
        panel = canvas[len(canvas) - top : len(canvas) - bottom, left:right]
        self.fill(panel[::-1])

    def make_image(
        self, renderer: Any, magnification: float = 1.0, unsampled: bool = False
    ) -> tuple[NDArray[np.uint8], float, float, Affine2D]:
        """Return the pixels `[height, width, 4]` of the panel, and where they begin."""
        left, bottom, right, top = np.rint(self.axes.bbox.extents)
        height, width = (
            max(1, round(side * magnification)) for side in (top - bottom, right - left)
        )
        pixels = np.empty((height, width), np.uint32)
        self.fill(pixels)
        return pixels.view(np.uint8).reshape(height, width, 4), left, bottom, Affine2D()


def as_pixels(colours: Any, alpha: float = 1.0) -> NDArray[np.uint32]:
    """Return colours `[K, 3]` from 0 to 1 as pixels `[K]`."""
    bytes_of = np.full((len(colours), 4), round(255 * alpha), np.uint8)
    bytes_of[:, :3] = np.rint(255 * np.asarray(colours))
    return bytes_of.view(np.uint32)[:, 0]
