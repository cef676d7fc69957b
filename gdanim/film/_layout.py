"""Place panels and their texts in the frame."""

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
from gdanim.film.canvas import FilmFigure
from gdanim.views._drawing.card import CardPatch
from gdanim.views.base import View

# The figure has this height in inches for every size in pixels, so that text scales with the
# height, unless it would be narrower than NARROWEST: then that is its width, and text scales with
# the width.
HEIGHT_INCHES, NARROWEST = 7.2, 7.6
# The margins at the sides of the panels and below them, in inches.
SIDE, BOTTOM = 0.15, 0.09
# The number of decimals that panel positions, as fractions of the figure, are rounded to.
DECIMALS = 9
# The most of the frame's height that the header may take.
MOST_HEADER = 0.8
# Rows whose left edges differ by less than this fraction of the frame width are aligned.
NEAR = 0.1


def blank_figure(size: tuple[int, int], paper: str) -> Figure:
    """Create an empty figure of exactly `size` pixels."""
    width, height = size
    dpi = min(height / HEIGHT_INCHES, width / NARROWEST)
    # The canvas rounds down, so a product that falls short by one bit would cost a pixel.
    inches = (math.nextafter(width / dpi, math.inf), math.nextafter(height / dpi, math.inf))
    return FilmFigure(figsize=inches, dpi=dpi, facecolor=paper)


def mosaic(figure: Figure, panels: Mapping[str, View], layout: str | None) -> dict[str, Axes]:
    """Create axes by name, placed by a layout such as `"fit bowl; fit loss"`.

    Without a layout they are side by side, or one below the other in square and upright frames.
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
        raise GdanimError(f"layout: {layout!r} is not a valid mosaic: {error}") from None


def keep_inside(figure: Figure) -> None:
    """Shrink panel titles that would run off the frame's sides; the layout engine leaves them."""
    margin = 0.1 * figure.dpi
    for ax in figure.axes:
        for text in titles(ax):
            if text.get_text():
                shrink_until(text, between(margin, figure.bbox.width - margin))


def keep_apart(figure: Figure) -> None:
    """Shrink texts around a panel that are longer than the panel.

    A tick label of the y axis that overlaps one of the x axis is hidden.
    """
    for ax in figure.axes:
        below = [one for one in labels(ax) if one.get_horizontalalignment() == "center"]
        for text in (*titles(ax), *below, ax.xaxis.label):
            shrink(text, ax.bbox.width / figure.dpi)
        shrink_until(ax.yaxis.label, _no_higher(ax.bbox.height))
        left, right = sorted(ax.get_xlim())
        across = [
            one.get_window_extent()
            for one in ax.get_xticklabels()
            if one.get_text() and left <= one.get_position()[0] <= right
        ]
        for label in ax.get_yticklabels():
            own = label.get_window_extent()
            if any(own.overlaps(box) for box in across):
                label.set_visible(False)


def keep_on_cards(figure: Figure) -> None:
    """Shrink texts of insets that would leave their cards.

    A tick label that would leave the card ends at its tick instead.
    """
    for ax in figure.axes:
        cards = [patch.get_window_extent() for patch in ax.patches if isinstance(patch, CardPatch)]
        for card, inset in zip(cards, ax.child_axes, strict=False):
            assert isinstance(inset, Axes)
            # An inset follows its panel only when it is drawn.
            inset.apply_aspect(inset.get_axes_locator()(inset, None))  # type: ignore[arg-type]
            low, high = inset.get_xlim()
            for label in inset.get_xticklabels():
                inside = low <= label.get_position()[0] <= high
                if inside and label.get_window_extent().x1 > card.x1:
                    label.set_horizontalalignment("right")
            for text in (one for one in _own_texts(inset) if one.get_text()):
                shrink_until(text, between(-math.inf, card.x1))


def titles(ax: Axes) -> list[Text]:
    """Return a panel's own texts, without those that are drawn in it."""
    return [one for one in ax.get_children() if isinstance(one, Text) and one not in ax.texts]


def labels(ax: Axes) -> list[Text]:
    """Return the texts next to a panel that the layout makes room for.

    These are the texts that a view draws, except those with `in_layout=False`.
    """
    return [one for one in ax.texts if one.get_in_layout()]


def _own_texts(ax: Axes) -> list[Text]:
    """Return a panel's titles and the texts drawn in it, without the labels next to it."""
    return [*titles(ax), *(one for one in ax.texts if not one.get_in_layout())]


def _no_higher(pixels: float) -> Callable[[Bbox], bool]:
    """Return a test of whether a box is at most `pixels` high."""
    return lambda box: bool(box.height <= pixels)


def between(left: float, right: float) -> Callable[[Bbox], bool]:
    """Return a test of whether a box lies between two positions in pixels."""
    return lambda box: bool(left <= box.x0 and box.x1 <= right)


def align_left(figure: Figure) -> None:
    """Align the left ends of the first panels of all rows.

    matplotlib's layout aligns only panels of one grid, and a divided panel has its own.
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
    """Lay out the panels below `header` inches; return the left and right ends of the content."""
    for ax in figure.axes:
        # The layout makes room for axes, titles and labels, but not for what is drawn inside.
        for artist in (*ax.lines, *ax.collections, *ax.patches, *ax.child_axes):
            artist.set_in_layout(False)
    wide, high = figure.get_size_inches()
    if header > MOST_HEADER * high:
        raise GdanimError("title: leaves no room for the panels; take fewer lines")
    rect = (SIDE / wide, BOTTOM / high, 1 - 2 * SIDE / wide, 1 - (BOTTOM + header) / high)
    engine = ConstrainedLayoutEngine(rect=rect, w_pad=0.08, h_pad=0.08)
    with warnings.catch_warnings():
        # matplotlib warns if the frame is too small for the panels, but draws it anyway.
        warnings.filterwarnings("ignore", "constrained_layout not applied")
        engine.execute(figure)
    align_left(figure)
    for ax in figure.axes:
        # The solver's last bits vary with memory layout; round them away.
        ax.set_position(Bbox(np.round(ax.get_position().get_points(), DECIMALS)))
        ax.set_in_layout(True)
    boxes = [ax.get_position() for ax in figure.axes]
    beside = [
        text.get_window_extent().x1 / figure.bbox.width for ax in figure.axes for text in labels(ax)
    ]
    return min(box.x0 for box in boxes), max([*beside, *(box.x1 for box in boxes)])
