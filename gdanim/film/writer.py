"""A matplotlib movie writer that sends frames to ffmpeg."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from matplotlib.animation import AbstractMovieWriter
from matplotlib.figure import Figure

from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import Format
from gdanim.errors import GdanimError
from gdanim.film.canvas import FrameCanvas


class FilmWriter(AbstractMovieWriter):
    """Pass the canvas's memory to ffmpeg, frame by frame.

    For `Animation.save(path, writer=FilmWriter(MP4, fps=30))` on a figure with a FrameCanvas.
    Formats with a palette are not supported: `gdanim.film.save` chooses the palette. The size in
    pixels is that of the canvas; `dpi` and `savefig_kwargs` of `Animation.save` have no effect.
    `frames` is the number of frames written.
    """

    def __init__(self, format: Format, fps: int) -> None:
        if format.colours is not None:
            raise GdanimError(f"palette: {format.name} needs one; gdanim.film.save chooses it")
        super().__init__(fps=fps)
        self.format = format
        self.frames = 0
        self._process = ExitStack()

    def setup(self, fig: Figure, outfile: str | Path, dpi: float | None = None) -> None:
        """Check size and frame rate, and start ffmpeg."""
        super().setup(fig, outfile, fig.dpi)
        if not isinstance(fig.canvas, FrameCanvas):
            raise GdanimError("figure: its canvas must be a gdanim.film.canvas.FrameCanvas")
        size = fig.canvas.get_width_height()
        self.format.check(size, self.fps)
        self._canvas = fig.canvas
        path = Path(outfile)
        if self.format.folder:
            # Only the name is a pattern.
            path = Path(f"{path.parent}".replace("%", "%%"), path.name)
        self._write = self._process.enter_context(
            ffmpeg.encoding(size, self.fps, (*self.format.arguments, path), self.format.alpha)
        )

    def grab_frame(self, **savefig_kwargs: Any) -> None:
        """Draw the canvas and write it."""
        self._write(self._canvas.picture())
        self.frames += 1

    def finish(self) -> None:
        """Complete the file."""
        self._process.close()

    @contextmanager
    def saving(
        self, fig: Figure, outfile: str | Path, dpi: float | None, *args: Any, **kwargs: Any
    ) -> Generator[AbstractMovieWriter, None, None]:
        """Call `setup` before the block and `finish` after it; on an exception, stop ffmpeg.

        matplotlib's own `saving` also calls `finish` after an exception, which would leave a
        truncated file.
        https://matplotlib.org/stable/api/_as_gen/matplotlib.animation.AbstractMovieWriter.html
        """
        with self._process:
            self.setup(fig, outfile, dpi)
            yield self
