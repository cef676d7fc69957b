"""matplotlib's animation of a film."""

from __future__ import annotations

from typing import Any

from matplotlib.animation import FuncAnimation

from gdanim.film.style import plain_style
from gdanim.views.theme import Theme


class FilmAnimation(FuncAnimation):
    """A FuncAnimation that saves the film's own pixels, with any writer, on every machine.

    `to_jshtml` and `to_html5_video` save too. Without this, the user's matplotlibrc would have its
    say when matplotlib's writers draw: background, resolution, hinting, even the font.
    """

    def __init__(self, theme: Theme, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._theme = theme

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As `FuncAnimation.save`."""
        with plain_style(self._theme):
            super().save(*args, **kwargs)
