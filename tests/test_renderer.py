"""Letters that are drawn once: the same pixels and sizes as matplotlib's own renderer gives."""

from __future__ import annotations

import string
from itertools import product
from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from numpy.typing import NDArray

from gdanim.film._renderer import FrameRenderer
from gdanim.film.style import plain_style
from gdanim.views._drawing.predictions import vertex_gap
from gdanim.views.fonts import families
from gdanim.views.theme import LIGHT

SIGNS = f"{string.ascii_letters}{string.punctuation} −×µ°αβηθ½·²".replace("$", "")
# Every digit before and after every other one, and between any two signs.
PAIRS = ["".join(pair) for pair in product(string.digits, repeat=2)]
BETWEEN = [f"{digit}{sign}{digit}{digit}" for digit, sign in product("1234567890", SIGNS)]
TEXTS = [
    "MSE 2.618", "MSE 17.04", "step 1,024,  ×13", "0.0001 % of 7e−05", "1º, 2º: fi1fl, AV 11 77",
    r"$\eta = 0.02$, $\frac{1}{7}$", "12 שלום 34", "第 3 步 17", "½ 12 ²", "",
]  # fmt: skip
FACES = [(style, weight) for style in ("normal", "italic") for weight in ("normal", "bold")]


def drawn(renderer: Any, words: str, look: FontProperties, **where: Any) -> NDArray[np.uint8]:
    """The picture of a text on a blank canvas."""
    renderer.clear()
    x, y = where.pop("at", (20.3, 40.7))
    text = Text(x, y, words, fontproperties=look, **where)
    text.set_figure(Figure(dpi=renderer.dpi))
    text.draw(renderer)
    return np.array(renderer.buffer_rgba())


@pytest.fixture(params=FACES, ids=" ".join)
def look(request: pytest.FixtureRequest) -> FontProperties:
    style, weight = request.param
    return FontProperties(family=[*families(LIGHT.font)], style=style, weight=weight, size=13.7)


@pytest.fixture
def renderers() -> list[Any]:
    return [FrameRenderer(300, 90, 83.4), RendererAgg(300, 90, 83.4)]  # type: ignore[no-untyped-call]


def test_texts_are_as_matplotlib_draws_them(look: FontProperties, renderers: list[Any]) -> None:
    places = [(20.3, 40.7), (20, 40), (3.016, 70.99), (-4.4, 12.2)]
    with plain_style(LIGHT):
        for words, at in product([*TEXTS, *TEXTS], places):
            ours, theirs = (drawn(one, words, look, at=at) for one in renderers)
            np.testing.assert_array_equal(ours, theirs, words)
        for angle in (90, 30):
            ours, theirs = (drawn(one, "MSE 2.618", look, rotation=angle) for one in renderers)
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
def test_any_digit_may_take_anothers_place(look: FontProperties, renderers: list[Any]) -> None:
    with plain_style(LIGHT):
        for words in (*PAIRS, *BETWEEN, *TEXTS):
            if "$" not in words:
                ours, theirs = (
                    one.get_text_width_height_descent(words, look, False) for one in renderers
                )
                assert ours == theirs, words
        for start in range(0, len(BETWEEN), 8):
            words = "".join(BETWEEN[start : start + 8])
            ours, theirs = (drawn(one, words, look, at=(1.3, 40.2)) for one in renderers)
            np.testing.assert_array_equal(ours, theirs, words)


def test_a_text_with_other_digits_is_not_shaped_again(monkeypatch: pytest.MonkeyPatch) -> None:
    renderer, shaped = FrameRenderer(300, 90, 100), list[str]()
    measure = FrameRenderer._measured

    def noted(self: FrameRenderer, s: str, *rest: Any) -> tuple[float, float, float]:
        shaped.append(s)
        return measure(self, s, *rest)

    monkeypatch.setattr(FrameRenderer, "_measured", noted)
    look = FontProperties(family=[*families(LIGHT.font)], size=12)
    with plain_style(LIGHT):
        for number in range(1000, 1100):
            renderer.get_text_width_height_descent(f"loss {number}", look, False)
    # Its shape, its other letters, and each digit once.
    assert sorted(shaped) == sorted(["loss 0000", "loss     ", *string.digits])


def test_vertices_are_left_out_where_a_curve_is_straight() -> None:
    x = np.linspace(0, 1, 1201)
    assert vertex_gap(np.stack([3 * x, 1 - x]), 1e-6) == 16
    assert vertex_gap(np.sin(200 * x)[np.newaxis], 1e-6) == 2
    wave = np.sin(12 * x)
    gap = vertex_gap(wave[np.newaxis], 1e-3)
    assert 2 < gap < 16
    assert np.abs(np.interp(x, x[::gap], wave[::gap]) - wave).max() < 2e-3
    assert vertex_gap(np.empty((0, 1201)), 0) == 16
