"""The header: title, formula, learning rate; step and loss."""

from __future__ import annotations

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
    """Two lines of text between `left` and `right` (fractions of the figure's width)."""
    run, theme = clip.run, clip.theme
    title = figure.text(left, FIRST, clip.title, weight="bold", size=theme.title_size)
    step = figure.text(right, FIRST, "", ha="right", size=theme.step_size)
    subtitle = figure.text(left, SECOND, "", color=theme.muted, size=theme.subtitle_size)
    loss = figure.text(right, SECOND, "", color=theme.loss, size=theme.subtitle_size, ha="right")
    symbol = run.problem.loss_symbol

    def update(frame: int) -> list[Artist]:
        now = int(clip.timeline.steps[frame])
        step.set_text(step_text(run, now))
        loss.set_text(f"{symbol} {quantity(float(run.losses[now]))}")
        subtitle.set_text(method(run, now))
        return [step, loss, subtitle]

    update(len(clip.timeline) - 1)
    for first, second in ((title, step), (subtitle, loss)):
        shrink(first, second, right - left)
    return update


def step_text(run: Run, step: int) -> str:
    """`step 37`; a diverged run's last step says so."""
    diverged = run.outcome.kind == DIVERGED and step == run.steps
    return f"step {count(step)}" + (", then infinite" if diverged else "")


def method(run: Run, step: int) -> str:
    """The formula, the optimizer and its learning rate at this step."""
    parts = [f"${run.problem.formula}$"]
    if run.optimizer is not None:
        rates = ", ".join(setting(float(rate)) for rate in np.ravel(run.rate(step)))
        rates = f"({rates})" if "," in rates else rates
        parts.append(f"{run.optimizer.name},  $\\eta$ = {rates}")
    return "      ".join(parts)


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
