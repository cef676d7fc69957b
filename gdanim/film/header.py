"""The header: title, formula, learning rate; step, speed, loss and caption.

What its texts say is a function of the frame (`words`); where they stand is a function of their
widths (`fit`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.text import Text

from gdanim.core.numbers import count, quantity, setting
from gdanim.descent.run import DIVERGED, Run
from gdanim.descent.schedule import Schedule
from gdanim.film._text_size import LEAST, shrink, width, wrap
from gdanim.film.captions import caption_at, captions
from gdanim.views.base import Clip, Update

# Inches above a line of text, and below the last one.
_ABOVE, _BELOW = 0.165, 0.25
# The gap between texts in one line, in inches.
_GAP = 0.25
_LINE_SPACING = 1.2
# The number of frames that the widest texts are chosen from.
_SAMPLES = 25


@dataclass(frozen=True, eq=False)
class HeaderItem:
    """A text of the header: its artist, its longest content, and its full size in points."""

    artist: Text
    longest: str
    size: float


@dataclass(frozen=True)
class Slot:
    """The place of the item `name` in a line, and the width in inches that it may take there."""

    name: str
    room: float = np.inf
    wraps: bool = False


def draw_header(figure: Figure, clip: Clip) -> tuple[dict[str, HeaderItem], Update]:
    """Create the items by name, and the function that updates them; `arrange` places them."""
    theme, speeds, shown = clip.theme, clip.timeline.speeds(), captions(clip)
    longest = _longest_words(clip)

    def item(text: str, size: float, **look: Any) -> HeaderItem:
        return HeaderItem(figure.text(0, 0, text, size=size, **look), text, size)

    items = {
        "title": item(clip.title, theme.title_size, weight="bold"),
        "step": item(longest["step"], theme.step_size),
        "speed": item(longest["speed"], theme.subtitle_size, color=theme.muted),
        "method": item(longest["method"], theme.subtitle_size, color=theme.muted),
        "loss": item(longest["loss"], theme.subtitle_size, color=theme.loss),
        "caption": item(longest["caption"], theme.subtitle_size, color=theme.ink),
    }
    moving = ["step", "speed", "loss"]
    moving += ["caption"] if shown else []
    # Formulas take long to draw, and most runs keep one learning rate.
    moving += [] if _rates_are_constant(clip) else ["method"]
    moving_artists: list[Artist] = [items[name].artist for name in moving]
    for artist in moving_artists:
        artist.set_zorder(items["title"].artist.get_zorder() + 1)

    def update(frame: int) -> list[Artist]:
        caption, visibility = caption_at(shown, frame, clip)
        for name, text in words(clip, frame, int(speeds[frame])).items():
            items[name].artist.set_text(text)
        items["caption"].artist.set(text=caption, alpha=visibility)
        return moving_artists

    return items, update


def words(clip: Clip, frame: int, speed: int) -> dict[str, str]:
    """Return the texts of step, speed, method and loss at a frame that goes `speed` steps on.

    Several runs show what they have in common, and no loss.
    """
    runs, steps = list(clip.runs.values()), [clip.step(label, frame) for label in clip.runs]
    step, loss = f"step {count(max(steps))}", ""
    if len(runs) == 1:
        run, now = runs[0], steps[0]
        step = step_text(run, now)
        loss = f"{run.problem.loss_symbol} {quantity(float(run.losses[now]))}"
    return {
        "step": step,
        "speed": f"×{count(speed)}" if speed > 1 else "",
        "method": common(map(method, runs, steps)),
        "loss": loss,
    }


def _longest_words(clip: Clip) -> dict[str, str]:
    """Return the texts with the most characters in this clip and those linked to it."""
    every, speeds = clip.linked_clips or (clip,), clip.timeline.speeds()
    frames = np.linspace(0, len(speeds) - 1, _SAMPLES).astype(np.int64)
    samples = [words(one, int(frame), int(speeds[frame])) for one in every for frame in frames]
    longest = {name: max((said[name] for said in samples), key=len) for name in samples[0]}
    events = [caption.text for one in every for caption in captions(one)]
    return longest | {"caption": max(events, key=len, default="")}


def _rates_are_constant(clip: Clip) -> bool:
    known = [run.rate_columns for run in clip.runs.values() if run.rate_columns is not None]
    return not any((rates != rates[0]).any() for rates in known)


def fit(widths: Mapping[str, float], room: float) -> list[tuple[Slot, ...]]:
    """Distribute items of these widths over lines that are `room` inches wide.

    Title and method share their lines with step and loss if they fit there, a little smaller if
    need be; otherwise these come below. The second slot of a line is at its right end. The speed
    has no slot: it stands next to the step.
    """
    lines: list[tuple[Slot, ...]]
    speed = _GAP + widths["speed"] if widths["speed"] else 0.0
    beside_title, beside_method = _GAP + widths["step"] + speed, _GAP + widths["loss"]
    if (
        LEAST * widths["title"] + beside_title <= room
        and LEAST * widths["method"] + beside_method <= room
    ):
        lines = [
            (Slot("title", room - beside_title), Slot("step")),
            (Slot("method", room - beside_method), Slot("loss")),
        ]
    else:
        lines = [(Slot("title", room, wraps=True),), (Slot("method", room),)]
        if beside_title + widths["loss"] <= room:
            lines += [(Slot("step"), Slot("loss"))]
        else:
            lines += [(Slot("step", room - speed),), (Slot("loss", room),)]
    return [*lines, (Slot("caption", room),)] if widths["caption"] else lines


def arrange(items: Mapping[str, HeaderItem], left: float, right: float) -> float:
    """Place the items between `left` and `right`, fractions of the figure's width.

    Returns the inches of the figure's height that they take.
    """
    for item in items.values():
        item.artist.set(text=item.longest, fontsize=item.size)
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
        down += _ABOVE + (1 + _LINE_SPACING * breaks) * size / 72
        for text, x, side in zip(line, (left, right), ("left", "right"), strict=False):
            text.set(position=(x, 1 - down / high), ha=side, linespacing=_LINE_SPACING)
    return down


def _place_beside(speed: Text, step: Text) -> None:
    """Put the speed next to the longest step, towards the middle of the frame."""
    x, y = step.get_position()
    side = step.get_horizontalalignment()
    away = (width(step) + _GAP) / _figure(step).get_figwidth()
    speed.set(position=(x - away if side == "right" else x + away, y), ha=side)


def step_text(run: Run, step: int) -> str:
    """Return `step 37`, with a remark at the last step of a diverged run."""
    diverged = run.outcome.kind == DIVERGED and step == run.steps
    return f"step {count(step)}" + (", then infinite" if diverged else "")


def method(run: Run, step: int) -> tuple[str, str, str]:
    """Return the formula, the optimizer and its learning rate at a step; empty where unknown."""
    formula = f"${run.problem.formula}$"
    name = "" if run.optimizer is None else run.optimizer.name
    if run.rates is None:
        return formula, name, ""
    # A rate that somebody chose is shown in full, the values of a schedule to three digits.
    planned = run.optimizer is not None and isinstance(run.optimizer.lr, Schedule)
    rates = ", ".join(
        setting(float(f"{one:{'.3g' if planned else '.17g'}}")) for one in np.ravel(run.rate(step))
    )
    return formula, name, f"$\\eta$ = ({rates})" if "," in rates else f"$\\eta$ = {rates}"


def common(methods: Iterable[tuple[str, str, str]]) -> str:
    """Join formula, optimizer and rate in one line, each only if all runs have the same."""
    formula, name, rate = (
        parts[0] if len(set(parts)) == 1 else "" for parts in zip(*methods, strict=True)
    )
    return "      ".join(filter(None, (formula, ",  ".join(filter(None, (name, rate))))))


def _figure(text: Text) -> Figure:
    figure = text.get_figure(root=True)
    assert figure is not None
    return figure
