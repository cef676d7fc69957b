"""The header: title, formula, learning rate; step and loss."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.text import Text

from gdanim.descent.run import DIVERGED, Run
from gdanim.views.base import Clip, Update
from gdanim.views.numbers import count, quantity, setting

# Heights of the two lines of text, as fractions of the figure.
FIRST, SECOND = 0.935, 0.884
# Text that does not fit shrinks no further than this.
SMALLEST = 0.4
# The gap between the texts at the left and at the right.
GAP = 0.03


def draw_header(figure: Figure, clip: Clip, left: float, right: float) -> Update:
    """Two lines of text between `left` and `right` (fractions of the figure's width).

    Of several runs it says what they have in common, and no loss.
    """
    runs, theme = list(clip.runs.values()), clip.theme
    title = figure.text(left, FIRST, clip.title, weight="bold", size=theme.title_size)
    step = figure.text(right, FIRST, "", ha="right", size=theme.step_size)
    subtitle = figure.text(left, SECOND, "", color=theme.muted, size=theme.subtitle_size)
    loss = figure.text(right, SECOND, "", color=theme.loss, size=theme.subtitle_size, ha="right")

    def update(frame: int) -> list[Artist]:
        steps = [clip.step(label, frame) for label in clip.runs]
        subtitle.set_text(common(map(method, runs, steps)))
        if len(runs) > 1:
            step.set_text(f"step {count(max(steps))}")
        else:
            (run,), (now,) = runs, steps
            step.set_text(step_text(run, now))
            symbol = run.problem.loss_symbol
            loss.set_text(f"{symbol} {quantity(float(run.losses[now]))}")
        return moving

    # Formulas take long to draw, and most runs keep one rate.
    one_rate = all((run.rates == run.rates[0]).all() for run in runs)
    moving: list[Artist] = [step, loss] if one_rate else [step, loss, subtitle]
    for text in moving:
        text.set_zorder(title.get_zorder() + 1)
    update(len(clip.timeline) - 1)
    for first, second in ((title, step), (subtitle, loss)):
        shrink(first, second, right - left)
    return update


def step_text(run: Run, step: int) -> str:
    """`step 37`; a diverged run's last step says so."""
    diverged = run.outcome.kind == DIVERGED and step == run.steps
    return f"step {count(step)}" + (", then infinite" if diverged else "")


def method(run: Run, step: int) -> tuple[str, str, str]:
    """The formula, the optimizer, and its learning rate at this step."""
    formula = f"${run.problem.formula}$"
    if run.optimizer is None:
        return formula, "", ""
    rates = ", ".join(setting(float(rate)) for rate in np.ravel(run.rate(step)))
    return (
        formula,
        run.optimizer.name,
        f"$\\eta$ = ({rates})" if "," in rates else f"$\\eta$ = {rates}",
    )


def common(methods: Iterable[tuple[str, str, str]]) -> str:
    """Formula, optimizer and rate in one line, each only where all runs have the same."""
    formula, name, rate = (
        parts[0] if len(set(parts)) == 1 else "" for parts in zip(*methods, strict=True)
    )
    return "      ".join(filter(None, (formula, ",  ".join(filter(None, (name, rate))))))


def shrink(left: Text, right: Text, width: float) -> None:
    """Make the text at the left small enough to stay clear of the one at the right."""
    figure = left.figure
    assert figure is not None
    total = figure.bbox.width
    room = (width - GAP) * total - right.get_window_extent().width
    size = full = float(left.get_fontsize())
    # Hinted text does not scale evenly, so its width is measured anew at every size.
    while left.get_window_extent().width > room and size > SMALLEST * full:
        size *= 0.97
        left.set_fontsize(size)
