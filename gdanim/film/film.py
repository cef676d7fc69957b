"""A clip as frames."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from gdanim.errors import GdanimError
from gdanim.film._missing_glyphs import lacking, named_if_broken
from gdanim.film.animation import FilmAnimation
from gdanim.film.canvas import FrameCanvas
from gdanim.film.defaults import SIZE
from gdanim.film.header import arrange, draw_header, shrink, shrink_until
from gdanim.film.style import plain_style
from gdanim.views._drawing.axes import ROOM
from gdanim.views.base import Clip, Update, View
from gdanim.views.inset import CARD

# The figure is this high in inches whatever its size in pixels, so that text follows the height;
# a frame that would be narrower than this is as wide, so that text follows the width.
HEIGHT_INCHES, NARROWEST = 7.2, 7.6
# The margin beside and below the panels, in inches.
SIDE, BOTTOM = 0.15, 0.09
# So many decimals of a panel's place, in the figure's widths and heights, are kept.
DECIMALS = 9
# Rows whose left ends are within this share of the frame's width begin at the same place.
NEAR = 0.1


class Film:
    """A figure with its panels, and what each frame shows on it.

    `draw(frame)` gives the pixels of one frame; frames may be drawn in any order and come out the
    same, as long as nobody else sets what the panels show. `size` is width and height in pixels.
    `notice` says what of it cannot be shown. A film is pickled as what it is made of.
    """

    def __init__(
        self,
        clip: Clip,
        panels: Mapping[str, View],
        layout: str | None = None,
        size: tuple[int, int] = SIZE,
    ) -> None:
        self.clip = clip
        self.size = size
        self.panels = dict(panels)
        self._parts = (clip, self.panels, layout, size)
        self.timeline = clip.timeline
        with plain_style(clip.theme):
            self.figure = blank_figure(size, clip.theme.paper)
            self.canvas = FrameCanvas(self.figure)
            with named_if_broken(self.figure):
                self._updates: list[Update] = self._compose(layout)
            self.notice = lacking(self.figure)

    def _compose(self, layout: str | None) -> list[Update]:
        """Draw the panels and the header and find their places; what moves them."""
        places = mosaic(self.figure, self.panels, layout)
        updates = [
            self._as_seen(view, view.draw(places[name], self.clip))
            for name, view in self.panels.items()
        ]
        header, say = draw_header(self.figure, self.clip)
        # How high the header is depends on where the panels end, and they begin below it.
        height = arrange(header, self.clip, 0.05, 0.95)
        left, right = settle(self.figure, height)
        if (final := arrange(header, self.clip, left, right)) != height:
            settle(self.figure, final)
        keep_inside(self.figure)
        keep_apart(self.figure)
        keep_on_cards(self.figure)
        return [say, *updates]

    def __reduce__(self) -> tuple[type[Film], tuple[object, ...]]:
        return Film, self._parts

    def __len__(self) -> int:
        return len(self.timeline)

    def show(self, frame: int) -> list[Artist]:
        """Set every artist to what `frame` shows; the artists that move."""
        return [artist for update in self._updates for artist in update(frame)]

    def _as_seen(self, view: View, update: Update) -> Update:
        """The panel's update, made only where the view sees something else than at the last one."""
        last: dict[Hashable, Sequence[Artist]] = {}

        def show(frame: int) -> Sequence[Artist]:
            # Texts are broken and names kept apart as the figure's size has it.
            seen = view.frame_key(self.clip, frame), *self.figure.bbox.size
            if seen not in last:
                last.clear()
                last[seen] = list(update(frame))
                self.figure.stale = True
            return last[seen]

        return show

    def showing(self, step: int) -> Film:
        """A film whose `timeline.frame(step)` shows exactly that step; this one where it does."""
        if step in self.timeline.steps:
            return self
        clip, panels, layout, size = self._parts
        return Film(replace(clip, timeline=clip.timeline.showing(step)), panels, layout, size)

    def draw(self, frame: int) -> memoryview:
        """The RGBA pixels of one frame, valid until the next is drawn."""
        with plain_style(self.clip.theme):
            self.show(frame)
            return self.canvas.picture()

    @contextmanager
    def composed(self) -> Iterator[None]:
        """In the block, frames are composed of what moves and of pictures of all else."""
        with plain_style(self.clip.theme), self.canvas.settled(self.show(0)):
            yield

    def animation(self, frames: range | None = None) -> FuncAnimation:
        """matplotlib's animation of these frames, or of some."""
        return FilmAnimation(
            self.clip.theme,
            self.composed,
            self.timeline.fps,
            self.figure,
            self.show,
            frames=range(len(self)) if frames is None else frames,
            # Without an init_func matplotlib would call the first update twice.
            init_func=lambda: [],
            interval=1000 / self.timeline.fps,
            cache_frame_data=False,
        )


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
        below = [
            one
            for one in ax.texts
            if one.get_gid() == ROOM and one.get_horizontalalignment() == "center"
        ]
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
        cards = [patch.get_window_extent() for patch in ax.patches if patch.get_gid() == CARD]
        for card, inset in zip(cards, ax.child_axes, strict=False):
            low, high = inset.get_xlim()
            for label in inset.get_xticklabels():
                if low <= label.get_position()[0] <= high:
                    if label.get_window_extent().x1 > card.x1:
                        label.set_horizontalalignment("right")
            own = [one for one in inset.get_children() if isinstance(one, Text)]
            for text in (one for one in own if one.get_text() and one.get_gid() != ROOM):
                shrink_until(text, between(-math.inf, card.x1))


def titles(ax: Axes) -> list[Text]:
    """A panel's own texts, without those that are drawn in it."""
    return [one for one in ax.get_children() if isinstance(one, Text) and one not in ax.texts]


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
        # The layout makes room for axes and titles, and not for what is drawn inside.
        for artist in (*ax.lines, *ax.collections, *ax.patches, *ax.texts, *ax.child_axes):
            artist.set_in_layout(artist.get_gid() == ROOM)
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
        text.get_window_extent().x1 / figure.bbox.width
        for ax in figure.axes
        for text in ax.texts
        if text.get_gid() == ROOM
    ]
    return min(box.x0 for box in boxes), max([*beside, *(box.x1 for box in boxes)])
