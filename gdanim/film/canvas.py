"""The canvas that frames are drawn on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg

from gdanim.film.compositor import Compositor


class FrameCanvas(FigureCanvasAgg):
    """An Agg canvas that draws only when asked to.

    `Animation.save` calls `draw_idle` after updating a frame's artists, and then lets its writer
    grab the frame. On a plain Agg canvas `draw_idle` draws at once, as there is no event loop, so
    every frame would be drawn twice. Here only the writer draws.
    https://matplotlib.org/stable/api/backend_bases_api.html#matplotlib.backend_bases.FigureCanvasBase.draw_idle
    """

    _compositor: Compositor | None = None

    def draw_idle(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing; `picture` draws."""

    def invalidate(self) -> None:
        """Make the next `picture` draw again, after a change that matplotlib does not notice."""
        self.figure.stale = True

    def picture(self) -> memoryview:
        """Draw, and return the canvas's memory: RGBA `[height, width, 4]`, until the next draw."""
        if self._compositor is None:
            self.draw()  # type: ignore[no-untyped-call]
        elif self.figure.stale:
            self._compositor.draw()
            self.figure.stale = False
        pixels: memoryview = self.buffer_rgba()  # type: ignore[no-untyped-call]
        return pixels

    @contextmanager
    def settled(self, moving: Sequence[Artist]) -> Iterator[None]:
        """Draw only what is needed in the block, in which no artist but `moving` changes.

        Nothing is drawn while the figure is not stale.
        """
        self._compositor = Compositor(self, moving)
        self.invalidate()
        try:
            yield
        finally:
            self._compositor = None
