"""The header: title, formula, learning rate; step, speed of time and loss."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.text import Text

from gdanim.core.numbers import count, quantity, setting
from gdanim.core.words import drawn
from gdanim.descent.run import DIVERGED, Run
from gdanim.descent.schedule import Schedule
from gdanim.film._text_size import LEAST, shrink, width, wrap
from gdanim.film.captions import caption_at, captions
from gdanim.views.base import Clip, Update

# Inches above a line of text, and below the last one.
ABOVE, BELOW = 0.165, 0.25
# The gap between texts in one line, in inches.
GAP = 0.25
LINE_SPACING = 1.2
# How many frames decide how wide the texts are.
SAMPLES = 25


@dataclass(frozen=True, eq=False)
class Header:
    """The texts at the top: what they say is a function of the frame."""

    title: Text
    step: Text
    speed: Text
    subtitle: Text
    loss: Text
    caption: Text


@dataclass(frozen=True)
class Words:
    """What the header says besides the title."""

    step: str
    speed: str
    subtitle: str
    loss: str
    caption: str


def draw_header(figure: Figure, clip: Clip) -> tuple[Header, Update]:
    """The texts, each as wide as it will ever be, and what sets them; `arrange` places them."""
    theme, speeds = clip.theme, clip.timeline.speeds()
    header = Header(
        figure.text(0, 0, drawn(clip.title), weight="bold", size=theme.title_size),
        figure.text(0, 0, "", size=theme.step_size),
        figure.text(0, 0, "", color=theme.muted, size=theme.subtitle_size),
        figure.text(0, 0, "", color=theme.muted, size=theme.subtitle_size),
        figure.text(0, 0, "", color=theme.loss, size=theme.subtitle_size),
        figure.text(0, 0, "", color=theme.ink, size=theme.subtitle_size),
    )
    shown = captions(clip)
    every = clip.linked_clips or (clip,)

    def say(words: Words) -> None:
        for field in fields(words):
            getattr(header, field.name).set_text(getattr(words, field.name))

    def update(frame: int) -> list[Artist]:
        caption, visible = caption_at(shown, frame, clip)
        say(Words(*says(clip, frame, int(speeds[frame])), caption))
        header.caption.set_alpha(visible)
        return moving

    frames = np.linspace(0, len(speeds) - 1, SAMPLES).astype(np.int64)
    samples = [says(one, int(frame), int(speeds[frame])) for one in every for frame in frames]
    widest = [max(column, key=len) for column in zip(*samples, strict=True)]
    # Formulas take long to draw, and most runs keep one rate.
    known = [run.rate_columns for run in clip.runs.values() if run.rate_columns is not None]
    one_rate = not any((rates != rates[0]).any() for rates in known)
    moving: list[Artist] = [header.step, header.speed, header.loss]
    moving += [header.caption] if shown else []
    moving += [] if one_rate else [header.subtitle]
    for text in moving:
        text.set_zorder(header.title.get_zorder() + 1)
    said = [caption.text for one in every for caption in captions(one)]
    caption = max(said, key=len, default="")
    say(Words(widest[0], widest[1], widest[2], widest[3], caption))
    return header, update


def says(clip: Clip, frame: int, speed: int) -> tuple[str, str, str, str]:
    """Step, speed, subtitle and loss at that frame; of several runs, what they have in common."""
    runs, steps = list(clip.runs.values()), [clip.step(label, frame) for label in clip.runs]
    quick = f"×{count(speed)}" if speed > 1 else ""
    method_now = common(map(method, runs, steps))
    if len(runs) > 1:
        return f"step {count(max(steps))}", quick, method_now, ""
    (run,), (now,) = runs, steps
    loss = f"{run.problem.loss_symbol} {quantity(float(run.losses[now]))}"
    return step_text(run, now), quick, method_now, loss


def arrange(header: Header, clip: Clip, left: float, right: float) -> float:
    """Place the texts between `left` and `right`; return the inches of height that they take."""
    room = (right - left) * _figure(header.title).get_figwidth()
    header.title.set(text=drawn(clip.title), fontsize=clip.theme.title_size)
    for text in (header.subtitle, header.loss, header.caption):
        text.set_fontsize(clip.theme.subtitle_size)
    header.step.set_fontsize(clip.theme.step_size)
    aside = GAP + width(header.step) + (GAP + width(header.speed) if header.speed.get_text() else 0)
    below = GAP + width(header.loss)
    lines: list[tuple[Text, Text | None]] = [(header.title, header.step)]
    lines.append((header.subtitle, header.loss))
    if (
        LEAST * width(header.title) + aside <= room
        and LEAST * width(header.subtitle) + below <= room
    ):
        shrink(header.title, room - aside)
        shrink(header.subtitle, room - below)
    else:
        wrap(header.title, room)
        shrink(header.subtitle, room)
        lines = [(header.title, None), (header.subtitle, None)]
        if aside + width(header.loss) <= room:
            lines.append((header.step, header.loss))
        else:
            shrink(header.step, room - (aside - GAP - width(header.step)))
            shrink(header.loss, room)
            lines += [(header.step, None), (header.loss, None)]
    if header.caption.get_text():
        shrink(header.caption, room)
        lines.append((header.caption, None))
    height = place(lines, left, right)
    beside(header.speed, header.step)
    return height + BELOW


def place(lines: Sequence[tuple[Text, Text | None]], left: float, right: float) -> float:
    """Set each line's texts left and right, from the top down; the last baseline in inches."""
    down = 0.0
    high = _figure(lines[0][0]).get_figheight()
    for one, other in lines:
        rows = one.get_text().count("\n")
        size = max(text.get_fontsize() for text in (one, other) if text is not None)
        down += ABOVE + (1 + LINE_SPACING * rows) * float(size) / 72
        one.set(position=(left, 1 - down / high), ha="left", linespacing=LINE_SPACING)
        if other is not None:
            other.set(position=(right, 1 - down / high), ha="right")
    return down


def beside(speed: Text, step: Text) -> None:
    """Set the speed where the widest step leaves it room: towards the middle of the frame."""
    x, y = step.get_position()
    away = (width(step) + GAP) / _figure(step).get_figwidth()
    if step.get_horizontalalignment() == "right":
        speed.set(position=(x - away, y), ha="right")
    else:
        speed.set(position=(x + away, y), ha="left")


def step_text(run: Run, step: int) -> str:
    """`step 37`; a diverged run's last step says so."""
    diverged = run.outcome.kind == DIVERGED and step == run.steps
    return f"step {count(step)}" + (", then infinite" if diverged else "")


def method(run: Run, step: int) -> tuple[str, str, str]:
    """The formula, the optimizer, and its learning rate at this step; empty what is not known."""
    formula = f"${run.problem.formula}$"
    name = "" if run.optimizer is None else run.optimizer.name
    if run.rates is None:
        return formula, name, ""
    # What somebody chose is shown in full; of what a schedule made of it, three digits say enough.
    planned = run.optimizer is not None and isinstance(run.optimizer.lr, Schedule)
    rates = ", ".join(
        setting(float(f"{one:{'.3g' if planned else '.17g'}}")) for one in np.ravel(run.rate(step))
    )
    return formula, name, f"$\\eta$ = ({rates})" if "," in rates else f"$\\eta$ = {rates}"


def common(methods: Iterable[tuple[str, str, str]]) -> str:
    """Formula, optimizer and rate in one line, each only where all runs have the same."""
    formula, name, rate = (
        parts[0] if len(set(parts)) == 1 else "" for parts in zip(*methods, strict=True)
    )
    return "      ".join(filter(None, (formula, ",  ".join(filter(None, (name, rate))))))


def _figure(text: Text) -> Figure:
    figure = text.get_figure(root=True)
    assert figure is not None
    return figure
