"""A film: a figure with its panels, and what each frame shows on it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist

from gdanim.core.words import looks_like_mathtext
from gdanim.film._layout import blank_figure, keep_apart, keep_inside, keep_on_cards, mosaic, settle
from gdanim.film._missing_glyphs import fonts_of_signs, lacking, named_if_broken
from gdanim.film.animation import FilmAnimation
from gdanim.film.canvas import FrameCanvas
from gdanim.film.captions import unplaced
from gdanim.film.chapters import left_out
from gdanim.film.defaults import SIZE
from gdanim.film.header import arrange, draw_header
from gdanim.film.style import plain_style
from gdanim.views.base import Clip, Update, View
from gdanim.views.fonts import jumping_digits, own_family


class Film:
    """A figure with its panels, and what each frame shows on it.

    `draw(frame)` returns the pixels of one frame. Frames can be drawn in any order with the same
    result, as long as no other code changes the panels' artists. `size` is width and height in
    pixels. `fonts` are the families that draw its texts, the theme's own first. `notice` names the
    characters that no font has, a font whose numbers jump, a text with unmarked mathematics, and a
    note or chapter that is not reached; it is empty if there are none. A film is pickled as the
    arguments it was created with.
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
            ground = "none" if clip.theme.transparent else clip.theme.paper
            self.figure = blank_figure(size, ground)
            self.canvas = FrameCanvas(self.figure)
            with named_if_broken(self.figure):
                self._updates: list[Update] = self._compose(layout)
            drawn = fonts_of_signs(self.figure)
            own = own_family(clip.theme.font)
            stepped_in = sorted({family for family in drawn.values() if family} - {own})
            self.fonts = own, *stepped_in
            notices = (
                lacking(drawn),
                _jumping(clip),
                _unparsed(clip),
                unplaced(clip),
                left_out(clip),
            )
            self.notice = "; ".join(filter(None, notices))

    def _compose(self, layout: str | None) -> list[Update]:
        """Draw and place the panels and the header; return the functions that update them."""
        places = mosaic(self.figure, self.panels, layout)
        updates = [
            self._as_seen(view, view.draw(places[name], self.clip))
            for name, view in self.panels.items()
        ]
        header, update_header = draw_header(self.figure, self.clip)
        # The header's height depends on where the panels end at the sides, and they begin below it.
        height = arrange(header, 0.05, 0.95)
        left, right = settle(self.figure, height)
        if (final := arrange(header, left, right)) != height:
            settle(self.figure, final)
        keep_inside(self.figure)
        keep_apart(self.figure)
        keep_on_cards(self.figure)
        return [update_header, *updates]

    def __reduce__(self) -> tuple[type[Film], tuple[object, ...]]:
        return Film, self._parts

    def __len__(self) -> int:
        return len(self.timeline)

    def show(self, frame: int) -> list[Artist]:
        """Update every artist to what `frame` shows; return the artists that move."""
        return [artist for update in self._updates for artist in update(frame)]

    def _as_seen(self, view: View, update: Update) -> Update:
        """Wrap a panel's update so that it runs only if the view's frame key has changed."""
        last: dict[Hashable, Sequence[Artist]] = {}

        def show(frame: int) -> Sequence[Artist]:
            # Line breaks and the distances of labels depend on the figure's size.
            seen = view.frame_key(self.clip, frame), *self.figure.bbox.size
            if seen not in last:
                last.clear()
                last[seen] = list(update(frame))
                self.canvas.invalidate()
            return last[seen]

        return show

    def showing(self, step: int) -> Film:
        """Return a film whose `timeline.frame(step)` shows exactly `step`: this one if possible."""
        if step in self.timeline.steps:
            return self
        clip, panels, layout, size = self._parts
        return Film(replace(clip, timeline=clip.timeline.showing(step)), panels, layout, size)

    def draw(self, frame: int) -> memoryview:
        """Draw one frame; return its RGBA pixels, valid until the next is drawn."""
        with plain_style(self.clip.theme):
            self.show(frame)
            return self.canvas.picture()

    @contextmanager
    def composed(self) -> Iterator[None]:
        """Compose frames in the block from the artists that move and pictures of all others."""
        with plain_style(self.clip.theme), self.canvas.settled(self.show(0)):
            yield

    def animation(self, frames: range | None = None) -> FuncAnimation:
        """Make a matplotlib animation of all frames, or of some."""
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


def _jumping(clip: Clip) -> str:
    """Say that the digits of the font are of different widths; empty if they are not."""
    jump = jumping_digits(clip.theme.font)
    return f"{clip.theme.font}: has digits of different widths, so numbers jump" if jump else ""


def _unparsed(clip: Clip) -> str:
    """Name the first text that looks like mathematics but is drawn literally, if any does."""
    texts = filter(looks_like_mathtext, (clip.title, *clip.runs, *clip.notes.values()))
    found = next(texts, None)
    return (
        f"{found!r:.80} is drawn literally; for mathematics, write Mathtext(...)" if found else ""
    )
