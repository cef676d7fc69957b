"""matplotlib's animation of a film."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
from matplotlib.animation import FuncAnimation

from gdanim.film.ffmpeg import executable
from gdanim.film.style import plain_style
from gdanim.views.theme import Theme


class FilmAnimation(FuncAnimation):
    """A FuncAnimation that saves the film's own pixels, with any writer, on every machine.

    `to_jshtml` and `to_html5_video` save too. Without this, the user's matplotlibrc would have its
    say when matplotlib's writers draw: background, resolution, hinting, even the font. Where it
    says nothing of them, ffmpeg is the one that gdanim uses, and pages take all the frames. As the
    last line of a notebook's cell it is shown as a video.
    """

    def __init__(self, theme: Theme, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._theme = theme

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As `FuncAnimation.save`."""
        with writable(), plain_style(self._theme):
            super().save(*args, **kwargs)

    def to_html5_video(self, *args: Any, **kwargs: Any) -> str:
        """As `FuncAnimation.to_html5_video`."""
        with writable():
            return str(super().to_html5_video(*args, **kwargs))

    def to_jshtml(self, *args: Any, **kwargs: Any) -> str:
        """As `FuncAnimation.to_jshtml`."""
        with writable():
            return str(super().to_jshtml(*args, **kwargs))

    def _repr_html_(self) -> str:
        """A video, unless the user's `animation.html` is jshtml."""
        jshtml = mpl.rcParams["animation.html"] == "jshtml"
        return self.to_jshtml() if jshtml else self.to_html5_video()


def writable() -> AbstractContextManager[None]:
    """In the block, matplotlib's writers find our ffmpeg and have no limit, unless the user's
    settings differ from matplotlib's own.
    """
    said = {key for key, value in mpl.rcParamsDefault.items() if mpl.rcParams[key] != value}
    ours: Any = {"animation.ffmpeg_path": executable(), "animation.embed_limit": math.inf}
    return mpl.rc_context({key: value for key, value in ours.items() if key not in said})
