"""The Parameters panel against the run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from artists import named
from cases import LINE, WAVE, changed
from matplotlib.axes import Axes

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.errors import GdanimError
from gdanim.pacing.timeline import Every
from gdanim.scene import Scene
from gdanim.views.each import Each
from gdanim.views.parameters import Parameters


def scene(view: Parameters, **changes: object) -> Scene:
    base = Scene(
        LINE, GradientDescent(0.01), (-2, -1.5), steps=40, panels={"parameters": view},
        pace=Every(1, 0, 0), size=(640, 360),
    )  # fmt: skip
    return changed(base, **changes)


def moving(ax: Axes) -> tuple[list[list[float]], list[list[float]]]:
    """The y values of the lines and of the dots."""
    lines = [np.asarray(line.get_ydata()).tolist() for line in named(ax, "trace")]
    dots = [np.asarray(line.get_ydata()).tolist() for line in named(ax, "step")]
    return lines, dots


@pytest.mark.parametrize("distance", [False, True])
def test_lines_end_at_the_frames_step(distance: bool) -> None:
    shown = scene(Parameters(distance=distance))
    run = shown.run()
    film = shown.film(run)
    (ax,) = film.figure.axes
    best = np.polyfit(LINE.data.x[:, 0], LINE.data.y, 1)
    values = abs(run.params - best) if distance else run.params
    for frame in (25, 0, 40):
        film.show(frame)
        lines, dots = moving(ax)
        np.testing.assert_allclose(lines, values[: frame + 1].T, rtol=1e-9, atol=1e-14)
        np.testing.assert_allclose(np.ravel(dots), values[frame], rtol=1e-9, atol=1e-14)
    assert [text.get_text() for text in ax.texts] == ["slope", "intercept"]
    assert ax.get_yscale() == ("log" if distance else "linear")
    goals = [np.asarray(line.get_ydata()) for line in named(ax, "optimum")]
    np.testing.assert_allclose(np.ravel(goals), [] if distance else np.repeat(best, 2))


def test_names_choose_and_order_the_parameters() -> None:
    shown = scene(Parameters(names=("intercept",)))
    run = shown.run()
    film = shown.film(run)
    film.show(40)
    lines, _ = moving(film.figure.axes[0])
    np.testing.assert_array_equal(lines, [run.params[:, 1]])
    assert film.figure.axes[0].get_title(loc="left") == "intercept"


def test_runs_are_told_apart_by_colour_and_parameters_by_style() -> None:
    rates = {"slow": GradientDescent(1e-4), "fast": GradientDescent(1e-2)}
    film = scene(Parameters(), optimizer=rates).film()
    lines = named(film.figure.axes[0], "trace")
    assert len({line.get_color() for line in lines}) == 2
    assert [line.get_linestyle() for line in lines] == ["-", "--", "-", "--"]
    names = [text.get_text() for text in film.figure.axes[0].texts]
    assert names == ["slow, slope", "slow, intercept", "fast, slope", "fast, intercept"]
    one = scene(Parameters(names=("slope",)), optimizer=rates).film()
    assert [text.get_text() for text in one.figure.axes[0].texts] == ["slow", "fast"]


def test_a_diverging_run_leaves_the_others_their_room() -> None:
    rates = {"good": GradientDescent(1e-2), "wild": GradientDescent(9.0)}
    film = scene(Parameters(), optimizer=rates, steps=300).film()
    low, high = film.figure.axes[0].get_ylim()
    assert -15 < low < -2 and 2 < high < 15
    film.draw(len(film) - 1)


def test_what_it_refuses() -> None:
    with pytest.raises(GdanimError, match="among slope, intercept, .*'w'"):
        scene(Parameters(names=("w",))).film()
    with pytest.raises(GdanimError, match="Parameters: distance needs"):
        scene(Parameters(distance=True), problem=WAVE, start=None).film()
    both = {"line": LINE, "wave": WAVE}
    optimizer = GradientDescent(1e-3)
    with pytest.raises(GdanimError, match="line, wave .*different parameters"):
        scene(Parameters(), problem=both, start=None, optimizer=optimizer).film()
    film = scene(Parameters(), problem=both, start=None, optimizer=optimizer)
    replace(film, panels={"parameters": Each(Parameters())}).film().draw(0)
