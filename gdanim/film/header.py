"""The header: title, formula, learning rate; step, speed, loss and caption.

What its texts say is a function of the frame (`texts_of`); where they stand, of their widths
(`fit`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.cbook import is_math_text
from matplotlib.figure import Figure
from matplotlib.text import Text

from gdanim.core.numbers import count, percent, quantity
from gdanim.core.words import drawn, in_mathtext
from gdanim.descent.run import DIVERGED, Run
from gdanim.descent.schedule import written_rates
from gdanim.film._text_size import LEAST, shrink, width, wrap
from gdanim.film.captions import caption_at, captions
from gdanim.problems.accuracy import accuracies, predicts_classes
from gdanim.problems.model import Model, math_name
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem
from gdanim.views._drawing.formula import with_numbers
from gdanim.views._drawing.units import dpi
from gdanim.views.base import Clip, Update

# Inches above a line of text, and below the last one.
_ABOVE, _BELOW = 0.165, 0.25
# How far formulas reach above and below the baseline without sums and fractions, in heights of a
# letter, and the part of what is below that needs no room of its own.
_OVER, _UNDER, _SHALLOW = 1.05, 0.35, 0.2
# The gap between texts in one line, in inches.
_GAP = 0.25
_LINE_SPACING = 1.2
# The number of frames that the widest texts are chosen from.
_SAMPLES = 25

TextOf = Callable[[int], str]


@dataclass(frozen=True, eq=False)
class _HeaderItem:
    """A text of the header: its artist, the widest text it will show, its full size in points."""

    artist: Text
    widest: str
    size: float


@dataclass(frozen=True)
class _Slot:
    """The place of the item `name` in a line, and the width in inches that it may take there."""

    name: str
    room: float = np.inf
    wraps: bool = False


def draw_header(figure: Figure, clip: Clip) -> tuple[dict[str, _HeaderItem], Update]:
    """Create the items by name, and the function that updates them; `arrange` places them."""
    theme, shown, texts = clip.theme, captions(clip), texts_of(clip)
    small, samples = theme.subtitle_size, _samples(clip)

    def item(name: str, size: float, **look: Any) -> _HeaderItem:
        artist = figure.text(0, 0, "", size=size, **look)
        return _HeaderItem(artist, _widest(artist, samples[name]), size)

    items = {
        "title": item("title", theme.title_size, weight="bold"),
        "step": item("step", theme.step_size),
        "speed": item("speed", small, color=theme.muted),
        "method": item("method", small, color=theme.muted),
        "loss": item("loss", small, color=theme.loss),
        "caption": item("caption", small, color=theme.ink),
    }
    # Formulas take long to draw, and most runs keep one learning rate.
    still = {"method"} if _rates_are_constant(clip) else set()
    still |= set() if shown else {"caption"}
    moving: list[Artist] = [items[name].artist for name in texts if name not in still]
    for artist in moving:
        artist.set_zorder(items["title"].artist.get_zorder() + 1)

    def update(frame: int) -> list[Artist]:
        # Unlike `set`, these leave an artist alone that shows the same already: then the frame
        # need not be drawn again.
        for name, text_of in texts.items():
            items[name].artist.set_text(text_of(frame))
        items["caption"].artist.set_alpha(caption_at(shown, frame, clip)[1])
        return moving

    return items, update


def texts_of(clip: Clip) -> dict[str, TextOf]:
    """Return what each item but the title says at a frame."""
    speeds, shown = clip.timeline.speeds(), captions(clip)
    return {
        "step": partial(_step_text, clip),
        "speed": lambda frame: f"×{count(int(speeds[frame]))}" if speeds[frame] > 1 else "",
        "method": partial(method_text, clip),
        "loss": partial(loss_text, clip),
        "caption": lambda frame: caption_at(shown, frame, clip)[0],
    }


def _step_text(clip: Clip, frame: int) -> str:
    """Return `step 37`, with a remark at the last step of a diverged run."""
    steps = [clip.step(label, frame) for label in clip.runs]
    last = f"step {count(max(steps))}"
    if len(clip.runs) > 1:
        return last
    (run,) = clip.runs.values()
    diverged = run.outcome.kind == DIVERGED and steps[0] == run.steps
    return last + (", then infinite" if diverged else "")


def loss_text(clip: Clip, frame: int) -> str:
    """Return the loss with its symbol, and of classes the accuracy; nothing for several runs."""
    if len(clip.runs) > 1:
        return ""
    ((label, run),) = clip.runs.items()
    problem, step = run.problem, clip.step(label, frame)
    loss = f"{problem.loss_symbol} {quantity(float(run.losses[step]))}"
    if not predicts_classes(problem):
        return loss
    (share,) = accuracies(problem, run.params[[step]])
    return f"accuracy {percent(share, 1)},  {loss}"


def method_text(clip: Clip, frame: int) -> str:
    """Return formula, optimizer and learning rate, each only if all runs have the same."""
    parts = [method(run, clip.step(label, frame)) for label, run in clip.runs.items()]
    formula, name, rate = (one[0] if len(set(one)) == 1 else "" for one in zip(*parts, strict=True))
    said = "      ".join(filter(None, (formula, ",  ".join(filter(None, (name, rate))))))
    return in_mathtext(said)


def method(run: Run, step: int) -> tuple[str, str, str]:
    """Return the formula, the optimizer and its learning rate at a step; empty where unknown."""
    formula = f"${named_formula(run.problem)}$"
    name = "" if run.optimizer is None else run.optimizer.name
    if run.rates is None:
        return formula, name, ""
    lr = None if run.optimizer is None else run.optimizer.lr
    rates = written_rates(lr, run.rate(step))
    return formula, name, f"$\\eta$ = ({rates})" if "," in rates else f"$\\eta$ = {rates}"


def named_formula(problem: Objective) -> str:
    """Return the formula, with the parameters' names for symbols, as the panels write them."""
    if not (isinstance(problem, Problem) and isinstance(problem.model, Model)):
        return problem.formula
    model = problem.model
    names = dict(zip(model.symbols, map(math_name, model.names), strict=True))
    named = with_numbers(model.formula, names)
    # A name and the symbol after it need a space between them.
    return (
        problem.formula if named is None else re.sub(r"(mathrm\{[^}]*\}) (?=\w)", r"\1\\,", named)
    )


def _samples(clip: Clip) -> dict[str, list[str]]:
    """Return texts that each item shows, in this clip and those linked to it."""
    every = clip.linked_clips or (clip,)
    frames = np.linspace(0, len(clip.timeline) - 1, _SAMPLES).astype(np.int64)
    texts = [texts_of(one) for one in every]
    samples = {
        name: [one[name](int(frame)) for one in texts for frame in frames] for name in texts[0]
    }
    said = [caption.text for one in every for caption in captions(one)]
    return samples | {"title": [drawn(clip.title)], "caption": [*said, ""]}


def _widest(artist: Text, texts: Iterable[str]) -> str:
    """Return the text that is the widest as the artist draws it."""

    def width_of(text: str) -> float:
        artist.set_text(text)
        return width(artist)

    # Measuring a formula takes milliseconds, and all digits are equally wide.
    return max({re.sub(r"\d", "0", text): text for text in texts}.values(), key=width_of)


def _rates_are_constant(clip: Clip) -> bool:
    known = [run.rate_columns for run in clip.runs.values() if run.rate_columns is not None]
    return not any((rates != rates[0]).any() for rates in known)


def fit(widths: Mapping[str, float], room: float) -> list[tuple[_Slot, ...]]:
    """Distribute items of these widths over lines that are `room` inches wide.

    Title and method share their lines with step and loss if they fit there, a little smaller if
    need be; otherwise these come below. The second slot of a line is at its right end. The speed
    has no slot: it stands next to the step.
    """
    lines: list[tuple[_Slot, ...]]
    speed = _GAP + widths["speed"] if widths["speed"] else 0.0
    beside_title, beside_method = _GAP + widths["step"] + speed, _GAP + widths["loss"]
    if (
        LEAST * widths["title"] + beside_title <= room
        and LEAST * widths["method"] + beside_method <= room
    ):
        lines = [
            (_Slot("title", room - beside_title), _Slot("step")),
            (_Slot("method", room - beside_method), _Slot("loss")),
        ]
    else:
        lines = [(_Slot("title", room, wraps=True),), (_Slot("method", room),)]
        if beside_title + widths["loss"] <= room:
            lines += [(_Slot("step"), _Slot("loss"))]
        else:
            lines += [(_Slot("step", room - speed),), (_Slot("loss", room),)]
    return [*lines, (_Slot("caption", room),)] if widths["caption"] else lines


def arrange(items: Mapping[str, _HeaderItem], left: float, right: float) -> float:
    """Place the items between `left` and `right`, fractions of the figure's width.

    Returns the inches of the figure's height that they take.
    """
    for item in items.values():
        item.artist.set(text=item.widest, fontsize=item.size)
    room = (right - left) * _figure(items["title"].artist).get_figwidth()
    lines = fit({name: width(item.artist) for name, item in items.items()}, room)
    for slot in (slot for line in lines for slot in line):
        (wrap if slot.wraps else shrink)(items[slot.name].artist, slot.room)
    height = _place([[items[slot.name].artist for slot in line] for line in lines], left, right)
    _place_beside(items["speed"].artist, items["step"].artist)
    return height + _BELOW


def _place(lines: Sequence[Sequence[Text]], left: float, right: float) -> float:
    """Set each line's texts left and right, from the top down; return the last baseline, inches."""
    down = 0.0
    high = _figure(lines[0][0]).get_figheight()
    for line in lines:
        breaks = line[0].get_text().count("\n")
        size = max(float(text.get_fontsize()) for text in line)
        over, under = np.max([_beyond(text) for text in line], axis=0)
        down += over + _ABOVE + (1 + _LINE_SPACING * breaks) * size / 72
        for text, x, side in zip(line, (left, right), ("left", "right"), strict=False):
            text.set(position=(x, 1 - down / high), ha=side, linespacing=_LINE_SPACING)
        down += under
    return down


def _beyond(text: Text) -> tuple[float, float]:
    """Return how far mathematics reaches above and below what a line has room for, in inches."""
    if not is_math_text(text.get_text()):
        return 0.0, 0.0
    text.set_linespacing(_LINE_SPACING)
    box, place = text.get_window_extent(), text.get_transform().transform(text.get_position())
    letter = float(text.get_fontsize()) / 72
    lines = 1 + _LINE_SPACING * text.get_text().count("\n")
    # Hinted letters may be a pixel larger.
    over, under = (box.y1 - place[1] - 1) / dpi(text), (place[1] - box.y0 - 1) / dpi(text)
    return (
        max(0.0, float(over) - _OVER * lines * letter),
        float(under) - _SHALLOW * letter if under > _UNDER * letter else 0.0,
    )


def _place_beside(speed: Text, step: Text) -> None:
    """Put the speed next to the longest step, towards the middle of the frame."""
    x, y = step.get_position()
    side = step.get_horizontalalignment()
    away = (width(step) + _GAP) / _figure(step).get_figwidth()
    speed.set(position=(x - away if side == "right" else x + away, y), ha=side)


def _figure(text: Text) -> Figure:
    figure = text.get_figure(root=True)
    assert figure is not None
    return figure
