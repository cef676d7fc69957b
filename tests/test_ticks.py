"""Ticks: two numbers on an axis wherever they have room, and no more than have."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from gdanim.film.style import plain_style
from gdanim.views._drawing import axes
from gdanim.views.theme import LIGHT


def drawn(
    letters: float, limits: tuple[float, float], across: bool, steps: int | None = None
) -> tuple[Axes, list[Text]]:
    """An axis whose length is in heights of its numbers, and the numbers that are seen on it."""
    inches = letters * LIGHT.tick_size / 72
    with plain_style(LIGHT):
        figure = Figure(figsize=(10, 10), dpi=100)
        FigureCanvasAgg(figure)
        ax = figure.add_axes(
            (0.2, 0.2, inches / 10 if across else 0.5, 0.5 if across else inches / 10)
        )
        axes.style_axes(ax, LIGHT)
        ax.set(**{"xlim" if across else "ylim": limits})
        if steps is not None:
            axes.count_steps(ax, steps)
        axis, other = (ax.xaxis, ax.yaxis) if across else (ax.yaxis, ax.xaxis)
        other.set_visible(False)
        figure.draw_without_rendering()
    low, high = ax.get_xlim() if across else ax.get_ylim()
    return ax, [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("limits", [(-33, 33), (-9, 41), (0.4, 1.9), (-1.8, 1.8), (95, 204)])
def test_two_numbers_where_they_have_room(limits: tuple[float, float], across: bool) -> None:
    for letters in np.linspace(3.0, 14.0, 23):
        _, numbers = drawn(2.2 * letters if across else letters, limits, across)
        assert len(numbers) >= 2, letters
        boxes = [number.get_window_extent() for number in numbers]
        assert not any(one.overlaps(other) for one, other in pairwise(boxes)), letters


def test_one_number_where_two_have_none() -> None:
    assert len(drawn(1.2, (-33, 33), across=False)[1]) == 1
    assert len(drawn(3.0, (-33, 33), across=True)[1]) == 1


@pytest.mark.parametrize("steps", [7, 89, 300, 1499, 1500, 60_000])
def test_steps_have_two_numbers_on_a_narrow_axis(steps: int) -> None:
    _, numbers = drawn(9.0, (0, 1), across=True, steps=steps)
    assert len(numbers) >= 2
    boxes = [number.get_window_extent() for number in numbers]
    assert not any(one.overlaps(other) for one, other in pairwise(boxes))
