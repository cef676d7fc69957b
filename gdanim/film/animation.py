"""A matplotlib animation of a film."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

from gdanim.core.atomic import scratch_folder
from gdanim.encoding.ffmpeg import encoders, executable
from gdanim.encoding.formats import MP4, usable
from gdanim.film.style import one_thread, plain_style
from gdanim.film.writer import FilmWriter
from gdanim.views.theme import Theme


class FilmAnimation(FuncAnimation):
    """A FuncAnimation that saves the same pixels with any writer, on every machine.

    This holds for `to_jshtml` and `to_html5_video`, too. A plain FuncAnimation is drawn with the
    settings of the user's matplotlibrc: background, resolution, hinting, even the font. Unless the
    user has set them, the path of ffmpeg is the one that gdanim uses, and the number of embedded
    frames has no limit. As the last expression of a notebook cell it is displayed as a video.
    """

    def __init__(
        self,
        theme: Theme,
        composed: Callable[[], AbstractContextManager[None]],
        fps: int,
        figure: Figure,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(figure, *args, **kwargs)
        self._theme, self._composed, self._fps, self._figure = theme, composed, fps, figure

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save like `FuncAnimation.save`, in the film's style."""
        # `extra_anim` may change any artist, so draw whole frames.
        alone = kwargs.get("extra_anim") is None
        with writable(), self._composed() if alone else plain_style(self._theme):
            super().save(*args, **kwargs)

    def to_html5_video(self, *args: Any, **kwargs: Any) -> str:
        """Encode like `FuncAnimation.to_html5_video`."""
        with writable():
            return str(super().to_html5_video(*args, **kwargs))

    def to_jshtml(self, *args: Any, **kwargs: Any) -> str:
        """Embed like `FuncAnimation.to_jshtml`, without a limit."""
        with writable():
            return str(super().to_jshtml(*args, **kwargs))

    def _repr_html_(self) -> str:
        """Embed the video that `gdanim render` makes, or HTML if `animation.html` is jshtml."""
        if mpl.rcParams["animation.html"] == "jshtml":
            return self.to_jshtml()
        with scratch_folder() as folder:
            path = folder / "film.mp4"
            writer = FilmWriter(usable(MP4, encoders()), self._fps)
            self.save(path, writer=writer)
            video = base64.b64encode(path.read_bytes()).decode()
        width, height = self._figure.canvas.get_width_height()
        return (
            f'<video controls width="{width}" height="{height}" style="max-width: 100%; '
            f'height: auto" src="data:video/mp4;base64,{video}"></video>'
        )


@contextmanager
def writable() -> Iterator[None]:
    """Let matplotlib's writers find gdanim's ffmpeg and embed any number of frames.

    Settings that the user has changed from matplotlib's defaults stay as they are.
    """
    with one_thread:
        ours: Any = {"animation.ffmpeg_path": executable(), "animation.embed_limit": math.inf}
        untouched = [key for key in ours if mpl.rcParams[key] == mpl.rcParamsDefault[key]]
        with mpl.rc_context({key: ours[key] for key in untouched}):
            yield
