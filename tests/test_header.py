"""The header: what its texts say, and in which lines they stand."""

from __future__ import annotations

import pytest
from cases import LINE
from matplotlib.figure import Figure

from gdanim import MLP, Linear, Polynomial, Problem, schedules
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.schedule import Rate
from gdanim.film.header import _widest, fit, method, named_formula, texts_of
from gdanim.pacing.timeline import Every
from gdanim.problems.model import Model
from gdanim.scene import Scene


@pytest.mark.parametrize(
    ("lr", "step", "rate"),
    [
        # Three digits of what a schedule makes, six of what somebody wrote.
        (schedules.Exponential(0.012345678, 0.9), 0, "0.0123"),
        (schedules.Exponential(0.012345678, 0.9), 1, "0.0111"),
        (0.012345678, 1, "0.0123457"),
        ([0.0125, 0.00175], 1, "(0.0125, 0.00175)"),
    ],
)
def test_the_digits_of_a_learning_rate(lr: Rate, step: int, rate: str) -> None:
    run = descend(LINE, GradientDescent(lr), (-2, -1.5), 3)
    assert method(run, step)[2] == f"$\\eta$ = {rate}"


@pytest.mark.parametrize(
    ("model", "formula"),
    [
        (Linear(), r"\hat{y} = \mathrm{slope}\,x + \mathrm{intercept}"),
        (Polynomial(2), r"\hat{y} = a\,x^{2} + b\,x + c"),
        # Not every symbol stands in it.
        (MLP((3,)), MLP((3,)).formula),
    ],
)
def test_the_formula_has_the_names_of_the_panels(model: Model, formula: str) -> None:
    assert named_formula(Problem(LINE.data, model)) == formula


def said(scene: Scene, frame: int) -> dict[str, str]:
    return {name: text_of(frame) for name, text_of in texts_of(scene.film().clip).items()}


def test_the_texts_of_a_frame() -> None:
    run = descend(LINE, GradientDescent(0.01), (-2, -1.5), 3)
    alone = said(Scene(run, pace=Every(3, first=0)), 1)
    assert (alone["step"], alone["speed"]) == ("step 3", "×3")
    assert alone["loss"].startswith(f"{LINE.loss_symbol} ")
    both = Scene({"one": run, "other": descend(LINE, GradientDescent(0.02), (-2, -1.5), 2)})
    texts = said(both, 0)
    assert (texts["step"], texts["speed"], texts["loss"]) == ("step 0", "", "")
    assert "gradient descent" in texts["method"] and "eta" not in texts["method"]


def test_texts_that_stay_the_same_are_left_alone() -> None:
    film = Scene(LINE, GradientDescent(0.01), (-2, -1.5), steps=3, captions=False).film()
    film.draw(0)
    for frame in (1, 2):
        assert film.timeline.steps[frame] == film.timeline.steps[0]
        film.show(frame)
        assert not film.figure.stale


def test_the_room_of_a_text_is_that_of_the_widest() -> None:
    artist = Figure().text(0, 0, "")
    assert _widest(artist, ["step iiii", "step MMM", "step"]) == "step MMM"


WIDTHS = {"title": 3.0, "step": 1.0, "speed": 0.0, "method": 3.0, "loss": 1.0, "caption": 0.0}
TWO_LINES = [["title", "step"], ["method", "loss"]]


@pytest.mark.parametrize(
    ("changes", "room", "lines"),
    [
        ({}, 4.3, TWO_LINES),
        # The title and the method shrink a little before they get lines of their own.
        ({}, 3.5, TWO_LINES),
        ({}, 3.3, [["title"], ["method"], ["step", "loss"]]),
        ({"loss": 2.0}, 3.5, [["title"], ["method"], ["step", "loss"]]),
        ({"speed": 0.5}, 3.5, [["title"], ["method"], ["step", "loss"]]),
        ({}, 2.2, [["title"], ["method"], ["step"], ["loss"]]),
        ({"caption": 9.0}, 4.3, [*TWO_LINES, ["caption"]]),
        ({"caption": 9.0}, 2.2, [["title"], ["method"], ["step"], ["loss"], ["caption"]]),
    ],
)
def test_the_lines_of_a_header(
    changes: dict[str, float], room: float, lines: list[list[str]]
) -> None:
    assert [[slot.name for slot in line] for line in fit(WIDTHS | changes, room)] == lines


@pytest.mark.parametrize("room", [4.3, 3.5, 3.3, 2.2])
@pytest.mark.parametrize("speed", [0.0, 0.5])
def test_items_in_one_line_have_room_next_to_each_other(room: float, speed: float) -> None:
    widths = WIDTHS | {"speed": speed}
    for line in fit(widths, room):
        taken = sum(min(widths[slot.name], slot.room) for slot in line)
        if any(slot.name == "step" for slot in line):
            taken += speed
        assert taken < room or (len(line) == 1 and taken == room)
