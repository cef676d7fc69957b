"""LossCurve's extras, LearningRate, Gradient, Batch and Text against the run."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from artists import named
from cases import CLASSES, LINE, NETWORK, PLANE_NETWORK, VIEWS, ViewCase, changed
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from gdanim.core.numbers import quantity
from gdanim.core.words import Mathtext
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.recorder import Recorder
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.pacing.timeline import Every
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.schedules import Cosine, Exponential, Piecewise
from gdanim.views.base import View
from gdanim.views.batch import Batch
from gdanim.views.gradient import Gradient
from gdanim.views.learning_rate import LearningRate
from gdanim.views.loss_curve import LossCurve
from gdanim.views.text import Text

pytestmark = pytest.mark.slow


def scene(view: View, **changes: Any) -> Scene:
    base = Scene(
        LINE, GradientDescent(0.01), (-2, 9), steps=30, panels={"only": view}, pace=Every(1, 0, 0),
        size=(640, 360),
    )  # fmt: skip
    return changed(base, **changes)


def drawn(view: View, **changes: Any) -> tuple[Film, Axes, Run]:
    shown = scene(view, **changes)
    run = shown.run()
    film = shown.film(run)
    (ax,) = film.figure.axes
    return film, ax, run


@pytest.mark.parametrize(("scale", "axis"), [("linear", "linear"), ("log", "log")])
def test_the_loss_axis_is_as_asked(scale: Any, axis: str) -> None:
    _, ax, _ = drawn(LossCurve(scale=scale))
    assert ax.get_yscale() == axis
    assert drawn(LossCurve())[1].get_yscale() == "log"


def test_validation_is_dashed_and_named() -> None:
    train, held_out = datasets.linear(noise=9.0).split(0.5, seed=1)
    problem = Problem(train, Linear(), validation=held_out)
    film, ax, run = drawn(LossCurve(), problem=problem)
    film.show(20)
    solid, dashed = named(ax, "trace")
    assert (solid.get_linestyle(), dashed.get_linestyle()) == ("-", "--")
    expected = Problem(held_out, Linear()).losses(run.params)[:21]
    np.testing.assert_allclose(np.asarray(dashed.get_ydata()), expected)
    assert [text.get_text() for text in ax.texts[-2:]] == ["training", "validation"]
    low, high = ax.get_ylim()
    assert low < expected.min() and expected.max() < high


def test_the_gap_is_how_far_the_loss_is_above_the_best() -> None:
    film, ax, run = drawn(LossCurve(gap=True))
    best = LINE.minimum
    assert best is not None
    for frame in (12, 0, 30):
        film.show(frame)
        (line,) = named(ax, "gap")
        assert line.get_data()[0] == [frame, frame]
        np.testing.assert_allclose(np.asarray(line.get_ydata()), [best.loss, run.losses[frame]])
        assert ax.texts[-1].get_text() == f"{quantity(run.losses[frame] - best.loss)} above"


def test_changes_of_the_learning_rate_are_marked_when_they_happen() -> None:
    rate = Piecewise([0.01, 0.001, 0.0001], [10, 20])
    film, ax, run = drawn(LossCurve(), optimizer=GradientDescent(rate))
    (marks,) = named(ax, "changes")
    for frame, steps in ((9, []), (10, [10]), (30, [10, 20])):
        film.show(frame)
        assert np.asarray(marks.get_xdata()).tolist() == steps
        assert np.asarray(marks.get_ydata()).tolist() == run.losses[steps].tolist()
    assert not named(drawn(LossCurve())[1], "changes")


def test_learning_rate_shows_the_next_steps_rate() -> None:
    film, ax, _ = drawn(LearningRate(), optimizer=GradientDescent(Exponential(0.01, 0.9)))
    for frame in (15, 0, 30):
        film.show(frame)
        (line,) = named(ax, "trace")
        y = np.asarray(line.get_ydata())
        np.testing.assert_allclose(y, 0.01 * 0.9 ** np.minimum(np.arange(frame + 1), 29))
    assert ax.get_yscale() == "linear" and ax.get_ylim()[0] == 0
    steep = drawn(LearningRate(), optimizer=GradientDescent(Exponential(0.01, 0.5)))[1]
    assert steep.get_yscale() == "log"
    cosine = drawn(LearningRate(), optimizer=GradientDescent(Cosine(0.02, 30)))[1]
    assert cosine.get_yscale() == "linear", "its last rates are next to 0"
    own = drawn(LearningRate(), optimizer=GradientDescent((0.01, 0.02)))[1]
    assert [text.get_text() for text in own.texts] == ["slope", "intercept"]
    rates = {"a": GradientDescent(0.01), "b": GradientDescent(0.02)}
    (several,) = scene(LearningRate(), optimizer=rates).film().figure.axes
    assert [text.get_text() for text in several.texts] == ["a", "b"]


def test_gradient_shows_gradient_and_step_with_signs_and_numbers() -> None:
    film, ax, run = drawn(Gradient())
    for frame in (4, 0, 29):
        film.show(frame)
        gradient = LINE.gradient(run.params[frame])
        step = run.params[frame + 1] - run.params[frame]
        texts = [text.get_text() for text in ax.texts]
        assert texts == [quantity(float(value)) for value in (*gradient, *step)]
        bars = [c for c in ax.collections if isinstance(c, LineCollection)]
        ends = np.concatenate([np.array(c.get_segments())[:, 1, 0] for c in bars])
        visible = ends != 0
        np.testing.assert_array_equal(np.sign(ends)[visible], np.sign([*gradient, *step])[visible])
    film.show(0)
    # The longest bar of the run is the largest component: 1 from the middle.
    every = abs(LINE.gradient(run.params[:-1]))
    assert every.argmax() == 0
    lengths = abs(np.array(bars[0].get_segments())[:, 1, 0])
    assert lengths[0] == pytest.approx(1)
    # A bar a quarter as long is a thousand times smaller.
    expected = 1 + np.log10(abs(LINE.gradient(run.params[0])) / every.max()) / 4
    np.testing.assert_allclose(lengths, expected)
    film.show(30)
    last = run.params[30] - run.params[29]
    assert [text.get_text() for text in ax.texts[2:]] == [quantity(float(v)) for v in last]


@pytest.mark.parametrize("view", [Batch(), LearningRate(), LossCurve()])
def test_no_step_at_all(view: View) -> None:
    lr = GradientDescent(Cosine(0.01, 10))
    film, ax, _ = drawn(view, optimizer=lr, batch_size=32, steps=0)
    film.show(0)
    if view == Batch():
        assert ax.get_title(loc="left") == "batch: 32 of 100 points"


def test_batch_shows_the_batch_and_the_epoch_so_far() -> None:
    shown = scene(Batch(), batch_size=32, steps=9)
    run = shown.run()
    film = shown.film(run)
    (ax,) = film.figure.axes
    (image,) = ax.images
    assert run.batches is not None
    points = len(LINE.data)
    for frame in (6, 1, 0, 9):
        film.show(frame)
        pixels = np.asarray(image.get_array()).reshape(-1, 4)[:points]
        now = run.batches[frame - 1] if frame else np.array([], int)
        first = (frame - 1) // 4 * 4
        seen = run.batches[first:frame].ravel() if frame else np.array([], int)
        colours = np.unique(pixels, axis=0, return_inverse=True)[1].ravel()
        now, seen = now[now >= 0], np.setdiff1d(seen[seen >= 0], now)
        rest = np.setdiff1d(np.arange(points), [*now, *seen])
        groups = [set(colours[group].tolist()) for group in (now, seen, rest) if len(group)]
        assert all(len(group) == 1 for group in groups)
        assert len(set.union(*groups)) == len(groups)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("step {step}: {loss}", "step 7: {loss}"),
        (Mathtext("$w = {slope:.3f}$"), "$w = {slope:.3f}$"),
        (Mathtext(r"$\hat{{y}}$ by {rate}"), r"$\hat{{y}}$ by 0.01"),
        ("plain", "plain"),
    ],
)
def test_text_has_the_runs_values(text: str, shown: str) -> None:
    film, ax, run = drawn(Text(text))
    film.show(7)
    loss = quantity(float(run.losses[7]))
    assert ax.texts[0].get_text() == shown.format(loss=loss, slope=run.params[7, 0])
    assert not ax.axison


@pytest.mark.parametrize("size", [(640, 360), (270, 480)])
@pytest.mark.parametrize("words", ["the loss is {loss} and so on", "no value at all, only words"])
def test_text_stays_in_its_panel(size: tuple[int, int], words: str) -> None:
    text = Mathtext("A formula, $y = w x + b$, is kept whole. " + 6 * f"{words} ")
    panels = {"words": Text(text, size=1.5), "loss": LossCurve()}
    film = replace(scene(Text(text)), panels=panels, size=size).film()
    film.show(0)
    (label,), room = film.figure.axes[0].texts, film.figure.axes[0].bbox
    box = label.get_window_extent()
    assert box.width <= room.width and box.height <= room.height
    assert label.get_text().count("\n") > 1
    assert "$y = w x + b$" in label.get_text()
    assert label.get_text().replace("\n", " ").startswith("A formula, $y = w x + b$, is kept")


def test_text_of_several_runs_has_the_step_alone() -> None:
    rates = {"a": GradientDescent(0.01), "b": GradientDescent(0.02)}
    film = scene(Text("at {step}"), optimizer=rates).film()
    film.show(3)
    assert film.figure.axes[0].texts[0].get_text() == "at 3"
    with pytest.raises(GdanimError, match=r"Text: \{loss\} .*it has step"):
        scene(Text("{loss}"), optimizer=rates).film()


@pytest.mark.parametrize(
    ("view", "changes", "message"),
    [
        (Text("{lr}"), {}, r"Text: \{lr\} is not a value of this scene; it has slope, intercept, "),
        (Text("{slope:q}"), {}, "Text: '{slope:q}' is not a valid format"),
        (Text("{"), {}, "Text: '{' is not a valid format"),
        (Batch(), {}, "Batch: every step of this run used all points"),
        (
            Gradient(),
            {"problem": Problem(LINE.data, Polynomial(8)), "start": None,
             "optimizer": GradientDescent(1e-20)},
            "Gradient: shows at most 8 parameters, got 9",
        ),
        (
            LossCurve(gap=True),
            {"optimizer": {"a": GradientDescent(0.1), "b": GradientDescent(0.2)}},
            "LossCurve: gap needs a single run",
        ),
    ],
)  # fmt: skip
def test_what_they_refuse(view: View, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(GdanimError, match=message):
        scene(view, **changes).film()


def test_what_cannot_be_made() -> None:
    with pytest.raises(GdanimError, match="LossCurve: scale .*got"):
        LossCurve(scale="cubic")  # type: ignore[arg-type]
    with pytest.raises(GdanimError, match="Text: align .*got"):
        Text("a", align="top")  # type: ignore[arg-type]
    recorder = Recorder(LINE)
    recorder.snapshot((0, 0))
    recorder.snapshot((0, 1))
    with pytest.raises(GdanimError, match="LearningRate: .*without"):
        scene(LearningRate()).film(recorder.run())
    film = scene(LossCurve()).film(descend(LINE, GradientDescent(0.01), (0, 0), 1))
    assert len(film) == 2


@pytest.mark.parametrize("case", VIEWS, ids=str)
def test_a_frame_alone_is_the_frame_in_sequence(case: ViewCase) -> None:
    problem = next(one for one in (LINE, CLASSES, NETWORK, PLANE_NETWORK) if case.made_for(one))
    shown = scene(case.view, problem=problem, start=None, steps=12, size=(320, 180))
    run = shown.run()
    film = shown.film(run)

    def limits() -> list[tuple[float, ...]]:
        return [(*ax.get_xlim(), *ax.get_ylim()) for ax in film.figure.axes]

    fixed, moving = limits(), [id(artist) for artist in film.show(0)]
    with film.composed():
        frames = [np.array(film.draw(frame)) for frame in range(len(film))]
    assert limits() == fixed
    assert [id(artist) for artist in film.show(5)] == moving
    for frame in (9, 3):
        np.testing.assert_array_equal(np.array(shown.film(run).draw(frame)), frames[frame])


def test_panels_stand_in_the_same_places_whatever_is_in_memory() -> None:
    case = next(case for case in VIEWS if str(case) == "fit for each")
    shown = scene(case.view, problem=LINE, start=None, steps=2, size=(320, 180))
    run = shown.run()
    # Films that are kept move what comes after them to other places in memory.
    films = [shown.film(run) for _ in range(5)]
    places = [[ax.get_position().get_points() for ax in film.figure.axes] for film in films]
    assert len(np.unique(places, axis=0)) == 1
    # Few films differ in the solver's last bits, but none has any left.
    assert (np.round(places, 9) == places).all()
