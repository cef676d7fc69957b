"""Where panels and their texts stand in the frame."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from gdanim.errors import GdanimError
from gdanim.film._text_size import shrink, shrink_until
from gdanim.views._drawing.card import CardPatch
from gdanim.views.base import View

# The figure is this high in inches whatever its size in pixels, so that text follows the height;
# a frame that would be narrower than this is as wide, so that text follows the width.
HEIGHT_INCHES, NARROWEST = 7.2, 7.6
# The margin beside and below the panels, in inches.
SIDE, BOTTOM = 0.15, 0.09
# So many decimals of a panel's place, in the figure's widths and heights, are kept.
DECIMALS = 9
# Rows whose left ends are within this share of the frame's width begin at the same place.
NEAR = 0.1


def blank_figure(size: tuple[int, int], paper: str) -> Figure:
    """An empty figure of exactly `size` pixels."""
    width, height = size
    dpi = min(height / HEIGHT_INCHES, width / NARROWEST)
    # The canvas rounds down, so a product that falls short by one bit would cost a pixel.
    inches = (math.nextafter(width / dpi, math.inf), math.nextafter(height / dpi, math.inf))
    return Figure(figsize=inches, dpi=dpi, facecolor=paper)


def mosaic(figure: Figure, panels: Mapping[str, View], layout: str | None) -> dict[str, Axes]:
    """Axes by name, placed as in `"fit bowl; fit loss"`; without a layout side by side, in a square
    or upright frame one below the other.
    """
    upright = figure.get_figwidth() < 1.2 * figure.get_figheight()
    if layout is None:
        rows = [[name] for name in panels] if upright else [list(panels)]
    else:
        rows = [row.split() for row in layout.split(";")]
    named = {name for row in rows for name in row} - {"."}
    if named != set(panels):
        raise GdanimError(
            f"layout: names {', '.join(sorted(named))}, the panels are {', '.join(panels)}; "
            f"every panel needs one place"
        )
    try:
        return dict(figure.subplot_mosaic(rows))  # type: ignore[arg-type]  # strings are hashable
    except ValueError as error:
        raise GdanimError(f"layout: {layout!r} is no mosaic: {error}") from None


def keep_inside(figure: Figure) -> None:
    """Shrink the panels' titles that would leave the frame at the side; no layout moves these."""
    margin = 0.1 * figure.dpi
    for ax in figure.axes:
        for text in titles(ax):
            if text.get_text():
                shrink_until(text, between(margin, figure.bbox.width - margin))


def keep_apart(figure: Figure) -> None:
    """Shrink the texts above, below and beside a panel that are longer than it, and leave out the
    lowest name on its y axis where it meets one on its x axis.
    """
    for ax in figure.axes:
        below = [one for one in labels(ax) if one.get_horizontalalignment() == "center"]
        for text in (*titles(ax), *below, ax.xaxis.label):
            shrink(text, ax.bbox.width / figure.dpi)
        shrink_until(ax.yaxis.label, no_higher(ax.bbox.height))
        across = [one.get_window_extent() for one in ax.get_xticklabels() if one.get_text()]
        for label in ax.get_yticklabels():
            if any(label.get_window_extent().overlaps(box) for box in across):
                label.set_visible(False)


def keep_on_cards(figure: Figure) -> None:
    """Shrink the texts of insets that would leave their cards, and end the last tick's label where
    the tick is.
    """
    for ax in figure.axes:
        cards = [patch.get_window_extent() for patch in ax.patches if isinstance(patch, CardPatch)]
        for card, inset in zip(cards, ax.child_axes, strict=False):
            assert isinstance(inset, Axes)
            low, high = inset.get_xlim()
            for label in inset.get_xticklabels():
                if low <= label.get_position()[0] <= high:
                    if label.get_window_extent().x1 > card.x1:
                        label.set_horizontalalignment("right")
            for text in (one for one in own_texts(inset) if one.get_text()):
                shrink_until(text, between(-math.inf, card.x1))


def titles(ax: Axes) -> list[Text]:
    """A panel's own texts, without those that are drawn in it."""
    return [one for one in ax.get_children() if isinstance(one, Text) and one not in ax.texts]


def labels(ax: Axes) -> list[Text]:
    """The texts next to a panel that the layout makes room for: those that a view draws, but for
    texts with `in_layout=False`.
    """
    return [one for one in ax.texts if one.get_in_layout()]


def own_texts(ax: Axes) -> list[Text]:
    """A panel's titles and the texts that are drawn in it, without the labels next to it."""
    return [*titles(ax), *(one for one in ax.texts if not one.get_in_layout())]


def no_higher(pixels: float) -> Callable[[Bbox], bool]:
    """Whether a box is at most so high."""
    return lambda box: bool(box.height <= pixels)


def between(left: float, right: float) -> Callable[[Bbox], bool]:
    """Whether a box lies between two places, in pixels."""
    return lambda box: bool(left <= box.x0 and box.x1 <= right)


def align_left(figure: Figure) -> None:
    """Let the first panels of all rows begin at the same place: a panel that was divided has its
    own grid, and the layout lines up those of one grid alone.
    """
    boxes = {ax: ax.get_position() for ax in figure.axes}
    first = {
        ax: box
        for ax, box in boxes.items()
        if not any(o.x1 <= box.x0 and o.y0 < box.y1 and box.y0 < o.y1 for o in boxes.values())
    }
    left = min(box.x0 for box in first.values())
    near = {ax: box for ax, box in first.items() if box.x0 < left + NEAR}
    begin = max(box.x0 for box in near.values())
    for ax, box in near.items():
        ax.set_position(Bbox.from_extents(begin, box.y0, box.x1, box.y1))


def settle(figure: Figure, header: float) -> tuple[float, float]:
    """Lay the panels out below `header` inches; the left and right end of plots and labels."""
    for ax in figure.axes:
        # The layout makes room for axes, titles and labels, and not for what is drawn inside.
        for artist in (*ax.lines, *ax.collections, *ax.patches, *ax.child_axes):
            artist.set_in_layout(False)
    wide, high = figure.get_size_inches()
    rect = (SIDE / wide, BOTTOM / high, 1 - 2 * SIDE / wide, 1 - (BOTTOM + header) / high)
    figure.set_layout_engine(ConstrainedLayoutEngine(rect=rect, w_pad=0.08, h_pad=0.08))
    with warnings.catch_warnings():
        # Of a frame too small for panels nobody has to be told.
        warnings.filterwarnings("ignore", "constrained_layout not applied")
        figure.draw_without_rendering()
    figure.set_layout_engine("none")
    align_left(figure)
    for ax in figure.axes:
        # The solver's last bits depend on where its variables lie in memory.
        ax.set_position(Bbox(np.round(ax.get_position().get_points(), DECIMALS)))
        ax.set_in_layout(True)
    boxes = [ax.get_position() for ax in figure.axes]
    beside = [
        text.get_window_extent().x1 / figure.bbox.width for ax in figure.axes for text in labels(ax)
    ]
    return min(box.x0 for box in boxes), max([*beside, *(box.x1 for box in boxes)])
