"""Texts made small enough for their place."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.text import Text
from matplotlib.transforms import Bbox

from gdanim.views._drawing.units import dpi

# A text that does not fit shrinks to this share of its size, then goes to two lines, and shrinks
# no further than to SMALLEST.
LEAST, SMALLEST = 0.72, 0.4


def width(text: Text) -> float:
    """In inches, as it is drawn."""
    return text.get_window_extent().width / dpi(text)


def shrink(text: Text, room: float, smallest: float = SMALLEST) -> None:
    """Make the text so small that it fits into `room` inches, but not below that share."""
    shrink_until(text, lambda box: box.width <= room * dpi(text), smallest)


def shrink_until(text: Text, fits: Callable[[Bbox], bool], smallest: float = SMALLEST) -> None:
    """Make the text so small that its box in pixels `fits`, but not below that share."""
    size = full = float(text.get_fontsize())
    # FreeType refuses letters of less than half a pixel; it is told whole dots per inch.
    least = max(smallest * full, 37 / max(1, int(dpi(text))))
    # Hinted text does not scale evenly, so its box is measured anew at every size.
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
