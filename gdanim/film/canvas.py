"""The canvas that frames are drawn on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from matplotlib.artist import Artist
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from gdanim.film._renderer import FrameRenderer
from gdanim.film.compositor import Compositor


class FrameCanvas(FigureCanvasAgg):
    """An Agg canvas that draws only when asked to.

    `Animation.save` calls `draw_idle` after updating a frame's artists, and then lets its writer
    grab the frame. On a plain Agg canvas `draw_idle` draws at once, as there is no event loop, so
    every frame would be drawn twice. Here only the writer draws.
    https://matplotlib.org/stable/api/backend_bases_api.html#matplotlib.backend_bases.FigureCanvasBase.draw_idle
    """

    _compositor: Compositor | None = None
    _composed: object = None
    renderer: FrameRenderer
    _look_of_renderer: tuple[float, ...] | None = None

    def get_renderer(self) -> RendererAgg:
        """Return the renderer, a new one after a change of the figure's size."""
        look = (*self.get_width_height(physical=True), self.figure.dpi)
        if self._look_of_renderer != look:
            self.renderer, self._look_of_renderer = FrameRenderer(*look), look
        return self.renderer

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
            self._compose(self._compositor)
        pixels: memoryview = self.buffer_rgba()  # type: ignore[no-untyped-call]
        return pixels

    @contextmanager
    def settled(self, moving: Sequence[Artist]) -> Iterator[None]:
        """Draw only what is needed in the block, in which no artist but `moving` changes.

        Nothing is drawn while the figure is not stale. Nested blocks have no effect.
        """
        if self._compositor is not None:
            yield
            return
        self._compositor = Compositor(self, moving)
        self._composed = self._look()
        self.invalidate()
        try:
            yield
        finally:
            self._compositor = None

    def compose(self) -> bool:
        """Draw only what has changed; return False if the whole figure must be drawn."""
        if self._compositor is None or self._look() != self._composed:
            return False
        # Before saving, matplotlib does a dry run for the layout; draw nothing then.
        if "draw_path" not in vars(self.get_renderer()):
            self._compose(self._compositor)
        return True

    def _compose(self, compositor: Compositor) -> None:
        # The compositor may ask for the whole figure.
        self._compositor = None
        try:
            compositor.draw()
        finally:
            self._compositor = compositor
        self.figure.stale = False

    def _look(self) -> object:
        """What `savefig` may change for a frame."""
        return self.get_width_height(), self.figure.dpi, to_rgba(self.figure.get_facecolor())


class FilmFigure(Figure):
    """A figure that a FrameCanvas composes for matplotlib's own writers, too."""

    def draw(self, renderer: RendererBase) -> None:
        """Draw the figure, in a settled canvas only what is needed."""
        if not (isinstance(self.canvas, FrameCanvas) and self.canvas.compose()):
            super().draw(renderer)
