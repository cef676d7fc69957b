"""The view of words and formulas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text as Label

from gdanim.core.numbers import count, quantity, setting
from gdanim.core.words import Mathtext, drawn, plain
from gdanim.errors import GdanimError, expect
from gdanim.views.base import Clip, StepView, Update

# A space outside formulas: an even number of dollar signs follows.
_SPACES = re.compile(r" (?=[^$]*(?:\$[^$]*\$[^$]*)*$)")
# Text that does not fit shrinks, but not below this part of its size.
_SMALLEST = 0.5
_ALIGN = {"left": 0.0, "center": 0.5, "right": 1.0}


class _Value(float):
    """A number that is written as in the header, unless a format says otherwise."""

    def __format__(self, spec: str) -> str:
        return float.__format__(self, spec) if spec else quantity(self)


@dataclass(frozen=True)
class Text(StepView):
    """Words and formulas with the run's current values.

    Lines break where the text has line ends and at the panel's edge; text that does not fit gets
    smaller, down to half its size.

    Parameters
    ----------
    text : str
        A format string; `Mathtext` for mathematics. Its fields are `{step}`, `{loss}`,
        `{rate}` (the learning rate of the step to come) and each parameter's name; with several
        runs only `{step}`. Write `{{` and `}}` for braces.
    size : float, default 1.0
        The size of the letters, relative to that of labels.
    align : {"left", "center", "right"}, default "left"
        How the lines are aligned in the panel.

    Raises
    ------
    GdanimError
        If `align` is not one of the three; when drawn with a field that does not exist (as `{rate}`
        in a run recorded without learning rates) or with an invalid format.

    Examples
    --------
    >>> from gdanim import views
    >>> words = views.Text("The slope is {slope}.", size=1.2, align="center")
    >>> words.align
    'center'
    """

    text: str
    size: float = 1.0
    align: Literal["left", "center", "right"] = "left"

    def __post_init__(self) -> None:
        expect("Text: text", self.text, str, "'step {step}'")
        if self.align not in _ALIGN:
            raise GdanimError(f"Text: align must be one of {', '.join(_ALIGN)}, got {self.align!r}")

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw the text at half the panel's height."""
        ax.set_axis_off()
        theme = clip.theme
        words = ax.text(
            _ALIGN[self.align],
            0.5,
            drawn(self._at(clip, 0)),
            ha=self.align,
            va="center",
            linespacing=1.5,
            color=theme.ink,
            fontsize=self.size * theme.label_size,
            transform=ax.transAxes,
            in_layout=False,
        )

        full = self.size * theme.label_size
        moves = "{" in self.text.replace("{{", "")

        def update(frame: int) -> list[Artist]:
            _fill(words, drawn(self._at(clip, frame)), full)
            # A text that never changes is drawn once.
            return [words] if moves else []

        return update

    def describe(self, clip: Clip) -> str:
        """Quote the text of the last frame."""
        return f'the text "{plain(self._at(clip, len(clip.timeline) - 1))}"'

    def _at(self, clip: Clip, frame: int) -> str:
        known = _values(clip, frame)
        try:
            text = self.text.format_map(known)
        except (KeyError, IndexError) as error:
            raise GdanimError(
                f"Text: {{{error.args[0]}}} is not a value of this scene; it has {', '.join(known)}"
            ) from None
        except (ValueError, AttributeError, TypeError) as error:
            raise GdanimError(f"Text: {self.text!r:.60} is not a valid format: {error}") from None
        return Mathtext(text) if isinstance(self.text, Mathtext) else text


def _fill(words: Label, text: str, full: float) -> None:
    """Break the lines of `text` to fit into the panel, and shrink it if they cannot."""
    assert words.axes is not None
    room, size = words.axes.bbox, full
    while True:
        words.set_fontsize(size)
        words.set_text("\n".join(_wrapped(words, line, room.width) for line in text.split("\n")))
        box = words.get_window_extent()
        fits = box.width <= room.width and box.height <= room.height
        if fits or size <= _SMALLEST * full:
            return
        size = max(0.9 * size, _SMALLEST * full)


def _wrapped(words: Label, line: str, width: float) -> str:
    """Return one line as several, broken at spaces outside formulas where it gets too wide."""
    broken, *rest = _SPACES.split(line)
    for word in rest:
        words.set_text(f"{broken.rpartition(chr(10))[2]} {word}")
        broken += (" " if words.get_window_extent().width <= width else "\n") + word
    return broken


def _values(clip: Clip, frame: int) -> Mapping[str, object]:
    """Return the values that a text can name at this frame."""
    step = max(clip.step(label, frame) for label in clip.drawn_runs)
    if len(clip.drawn_runs) > 1:
        return {"step": count(step)}
    run = clip.run
    rates = {}
    if run.rates is not None:
        rate = run.rate(step)
        rates["rate"] = str(rate) if rate.ndim else setting(float(rate))
    names = run.problem.shown_names
    params = dict(zip(names, map(_Value, run.params[step, : len(names)]), strict=True))
    return {
        **params,
        "step": count(step),
        "loss": _Value(run.losses[step]),
        **rates,
    }
