"""What panels and captions say: keys of many runs, sizes of batches, mathematics in titles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from cases import LINE

from gdanim.core.words import Mathtext
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.film.film import Film
from gdanim.narration.alternative_text import alternative_text
from gdanim.pacing.timeline import Even
from gdanim.scene import Scene
from gdanim.views.base import View
from gdanim.views.batch import Batch
from gdanim.views.fit import Fit
from gdanim.views.loss_curve import LossCurve
from gdanim.views.theme import LIGHT

SIZES = [(640, 360), (360, 640)]


def compared(runs: int, view: View, size: tuple[int, int]) -> Film:
    rates = {f"rate {k}": GradientDescent(0.001 * 1.1**k) for k in range(runs)}
    return Scene(LINE, rates, steps=4, panels={"panel": view}, size=size).film()


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("view", [Fit(inset=None), LossCurve()], ids=["fit", "loss"])
def test_many_runs_have_a_key(view: View, size: tuple[int, int]) -> None:
    film = compared(12, view, size)
    film.draw(0)
    (ax, *_) = film.figure.axes
    key = [text for text in ax.texts if text.get_text().startswith("rate ")]
    assert [text.get_text() for text in key] == [f"rate {k}" for k in range(12)]
    assert [text.get_color() for text in key] == list(LIGHT.series(12))
    boxes = [text.get_window_extent() for text in key]
    assert all(above.y0 >= below.y1 - 1 for above, below in pairwise(boxes))
    assert min(box.x0 for box in boxes) >= ax.bbox.x1 and boxes[-1].y0 >= 0
    assert max(box.x1 for box in boxes) <= size[0]


def test_few_runs_have_their_names_at_the_ends() -> None:
    film = compared(3, LossCurve(), SIZES[0])
    film.draw(len(film) - 1)
    heights = [text.get_position()[1] for text in film.figure.axes[0].texts[-3:]]
    assert len({round(height, 6) for height in heights}) == 3


def test_the_batch_says_how_many_points_the_step_uses() -> None:
    points = LINE.points
    size = points // 2 + 1
    film = Scene(LINE, GradientDescent(0.01), batch_size=size, steps=2, panels={"b": Batch()},
                 size=SIZES[0], pace=Even(0.3, 0, 0), fps=10).film()  # fmt: skip
    said = []
    for frame in range(3):
        film.show(frame)
        said.append(film.figure.axes[0].get_title(loc="left"))
    assert said == [f"batch: {used} of {points} points" for used in (size, size, points - size)]


@pytest.mark.parametrize("size", [(1280, 720), (480, 270)], ids=str)
@pytest.mark.parametrize(
    "formula", [r"$\sum_i (y_i - \hat{y}_i)^2$", r"$\frac{1}{N}\sum_{i=1}^N r_i$"]
)
def test_sums_in_a_title_keep_clear_of_the_line_below(size: tuple[int, int], formula: str) -> None:
    scene = Scene(LINE, GradientDescent(0.01), steps=2, title=Mathtext(formula), size=size)
    film = scene.film()
    film.draw(0)
    title, method = (
        next(text for text in film.figure.texts if found in text.get_text())
        for found in (r"\sum", "gradient descent")
    )
    high, low = title.get_window_extent(), method.get_window_extent()
    assert high.y1 <= size[1] and high.y0 >= low.y1 - 1, "neither cut off nor over the next line"


def test_a_line_is_called_a_line() -> None:
    scene = Scene(LINE, GradientDescent(0.01), steps=3, size=SIZES[0])
    words = alternative_text(scene.clip(scene.runs()), scene.panels)
    assert "starts with the line" in words and "the curve" not in words
    assert np.isfinite(scene.run().losses).all()
