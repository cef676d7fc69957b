"""The canvas that frames are drawn on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg

from gdanim.film.compositor import Compositor


class FrameCanvas(FigureCanvasAgg):
    """An Agg canvas that draws only when it is told to.

    `Animation.save` calls `draw_idle` after it has set a frame's artists, and then has its writer
    grab the frame. On a plain Agg canvas `draw_idle` draws at once, as there is no event loop to
    wait for, so every frame would be drawn twice. Here the writer's `draw` is the only one.
    https://matplotlib.org/stable/api/backend_bases_api.html#matplotlib.backend_bases.FigureCanvasBase.draw_idle
    """

    _compositor: Compositor | None = None

    def draw_idle(self, *args: Any, **kwargs: Any) -> None:
        """Leave it: whoever wants the picture calls `draw`."""

    def invalidate(self) -> None:
        """Have the next `picture` drawn anew, after a change that matplotlib takes no notice of."""
        self.figure.stale = True

    def picture(self) -> memoryview:
        """Draw; the canvas's own memory, RGBA `[height, width, 4]`, valid until the next draw."""
        if self._compositor is None:
            self.draw()  # type: ignore[no-untyped-call]
        elif self.figure.stale:
            self._compositor.draw()
            self.figure.stale = False
        pixels: memoryview = self.buffer_rgba()  # type: ignore[no-untyped-call]
        return pixels

    @contextmanager
    def settled(self, moving: Sequence[Artist]) -> Iterator[None]:
        """In the block nothing but `moving` changes, so `picture` draws the rest no more, nor
        anything while the figure is not stale.
        """
        self._compositor = Compositor(self, moving)
        self.invalidate()
        try:
            yield
        finally:
            self._compositor = None
