"""Shrink or wrap texts to fit their place."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.text import Text
from matplotlib.transforms import Bbox

from gdanim.views._drawing.units import dpi

# The title shrinks to LEAST times its size before it is broken into two lines; no text shrinks
# below SMALLEST times its size.
LEAST, SMALLEST = 0.72, 0.4


def width(text: Text) -> float:
    """Return its width in inches, as drawn."""
    return text.get_window_extent().width / dpi(text)


def shrink(text: Text, room: float, smallest: float = SMALLEST) -> None:
    """Shrink a text to `room` inches, but not below `smallest` times its size."""
    shrink_until(text, lambda box: box.width <= room * dpi(text), smallest)


def shrink_until(text: Text, fits: Callable[[Bbox], bool], smallest: float = SMALLEST) -> None:
    """Shrink a text until its box in pixels `fits`, but not below `smallest` times its size."""
    size = full = float(text.get_fontsize())
    # FreeType refuses letters smaller than half a pixel; it takes whole dots per inch.
    least = max(smallest * full, 37 / max(1, int(dpi(text))))
    # Hinted text does not scale linearly, so its box is measured again at every size.
    while size > least and not fits(text.get_window_extent()):
        size = max(0.97 * size, least)
        text.set_fontsize(size)


def wrap(text: Text, room: float) -> None:
    """Shrink the text a little, or break it into two lines, or both, until it fits."""
    full = text.get_fontsize()
    shrink(text, room, LEAST)
    if width(text) <= room or " " not in text.get_text():
        shrink(text, room)
        return
    words = text.get_text().split()
    breaks = ["\n".join([" ".join(words[:k]), " ".join(words[k:])]) for k in range(1, len(words))]
    text.set(fontsize=full, text=min(breaks, key=lambda lines: max(map(len, lines.split("\n")))))
    shrink(text, room)
