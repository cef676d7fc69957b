"""Panels of any layout and size are inside the frame, and none lies over another."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from gdanim.film._layout import blank_figure, keep_apart, mosaic, settle
from gdanim.film.style import plain_style
from gdanim.views.base import View
from gdanim.views.fit import Fit
from gdanim.views.theme import LIGHT

# As many panels as divide a row evenly.
ROWS = st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=3)
SIZES = st.tuples(st.integers(480, 1920), st.integers(480, 1920))


@settings(max_examples=15, derandomize=True, deadline=None)
@given(rows=ROWS, size=SIZES, header=st.floats(0.3, 1.5))
def test_panels_keep_inside_and_apart(
    rows: list[int], size: tuple[int, int], header: float
) -> None:
    panels: dict[str, View] = {
        f"{r}{c}": Fit() for r, count in enumerate(rows) for c in range(count)
    }
    lines = [[f"{r}{c * count // 6}" for c in range(6)] for r, count in enumerate(rows)]
    with plain_style(LIGHT):
        figure = blank_figure(size, LIGHT.paper)
        places = mosaic(figure, panels, "; ".join(map(" ".join, lines)))
        for name, ax in places.items():
            ax.set(title=name, xlabel="x", ylabel="y")
        left, right = settle(figure, header)
    boxes = [ax.get_position() for ax in places.values()]
    top = 1 - header / figure.get_figheight()
    assert set(places) == set(panels) and 0 < left < right <= 1
    for box in boxes:
        assert 0 < box.x0 < box.x1 < 1 and 0 < box.y0 < box.y1 < top
    for one, other in combinations(boxes, 2):
        apart = one.x1 <= other.x0 or other.x1 <= one.x0 or one.y1 <= other.y0 or other.y1 <= one.y0
        assert apart


@settings(max_examples=15, derandomize=True, deadline=None)
@given(names=st.lists(st.sampled_from("abcd"), min_size=1, unique=True), size=SIZES)
def test_without_a_layout_panels_stand_in_one_row_or_column(
    names: list[str], size: tuple[int, int]
) -> None:
    figure = blank_figure(size, LIGHT.paper)
    places = mosaic(figure, {name: Fit() for name in names}, None)
    assert list(places) == names
    boxes = [ax.get_position() for ax in places.values()]
    upright = size[0] < 1.2 * size[1]
    across, down = {round(box.x0, 6) for box in boxes}, {round(box.y0, 6) for box in boxes}
    assert (len(across), len(down)) == ((1, len(names)) if upright else (len(names), 1))


@pytest.mark.parametrize(("tick", "hidden"), [(0.0, True), (-0.02, False)])
def test_only_ticks_in_view_hide_the_label_in_the_corner(tick: float, hidden: bool) -> None:
    figure = Figure(figsize=(4, 3), dpi=100)
    ax = figure.subplots()
    ax.set_xticks([tick, 1], ["a long label in the corner", ""])
    ax.set_yticks([0, 1], ["zero", "one"])
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.tick_params(pad=-5, length=0)
    figure.draw_without_rendering()
    keep_apart(figure)
    # matplotlib lists the visible ones only.
    assert [label.get_text() for label in ax.get_yticklabels()] == ["zero", "one"][hidden:]
