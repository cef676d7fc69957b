"""Several runs in one scene: their labels, colours, steps and panels."""

from __future__ import annotations

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest
from artists import named
from cases import LINE, WAVE, make_scene
from matplotlib.axes import Axes

from gdanim.core.numbers import quantity
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.verdict import verdict
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.pacing.timeline import Every
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.formula import Formula
from gdanim.problems.linear import Linear
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem
from gdanim.scene import Scene, labelled, longest
from gdanim.views.base import Clip
from gdanim.views.each import Each
from gdanim.views.fit import Fit
from gdanim.views.loss_curve import LossCurve
from gdanim.views.theme import DARK, LIGHT, PROJECTOR, Theme

RATES = {name: GradientDescent(lr) for name, lr in (("slow", 1e-4), ("good", 1e-2), ("wild", 9.0))}
SIZE = (640, 360)
X = np.linspace(0, 1, 30)
# The exponential alone; its loss rises steeply again and again.
EXPONENTIAL = Problem(
    Dataset(4 * X, 2 * np.exp(4 * X)), Formula(lambda x, a, b: a * anp.exp(b * x))
)


def rates(**changes: object) -> Scene:
    usual = {"problem": LINE, "optimizer": RATES, "start": (-2, -1.5), "steps": 300}
    return make_scene(**{**usual, "pace": Every(1, 0, 0), "size": SIZE, **changes})


def test_a_mapping_makes_a_run_of_each_value() -> None:
    runs = rates().runs()
    assert list(runs) == ["slow", "good", "wild"]
    for label, run in runs.items():
        alone = descend(LINE, RATES[label], (-2, -1.5), 300)
        np.testing.assert_array_equal(run.params, alone.params)
    assert str(runs["wild"].outcome).startswith("diverged")
    assert longest(runs).steps == 300 > runs["wild"].steps


def test_mappings_of_several_fields_go_together() -> None:
    raw = datasets.linear()
    problems = {"raw": Problem(raw, Linear()), "scaled": Problem(raw.standardised(), Linear())}
    optimizers = {"scaled": GradientDescent(0.1), "raw": GradientDescent(0.01)}
    starts = {"raw": (-2.0, 1.0), "scaled": (0.0, 1.0)}
    runs = Scene(problems, optimizers, starts, steps=3).runs()
    assert list(runs) == ["raw", "scaled"]
    for label, run in runs.items():
        assert run.problem is problems[label] and run.optimizer is optimizers[label]
        assert run.params[0].tolist() == list(starts[label])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"start": {"slow": (1, 1)}},
            "start: needs a value for each of the labels slow, good, wil",
        ),
        ({"optimizer": {}}, "optimizer: give one, or several by their labels, got {}"),
        ({"problem": {"a": LINE}}, "optimizer: needs a value for each of the labels a, got slow"),
    ],
)
def test_labels_that_do_not_fit_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(GdanimError, match=message):
        rates(**changes)


def test_a_run_axis_is_labelled_by_its_rates_or_numbers() -> None:
    lr = GradientDescent([[0.001], [0.01], [1e-5]])
    by_rate = Scene(LINE, lr, (-2, 1), steps=4).runs()
    assert list(by_rate) == ["η = 0.001", "η = 0.01", "η = 10⁻⁵"]
    together = descend(LINE, lr, (-2, 1), 4)
    for i, run in enumerate(by_rate.values()):
        np.testing.assert_array_equal(run.params, together.params[:, i])
    by_number = Scene(LINE, GradientDescent(0.01), [(0, 1), (1, 0)], steps=4).runs()
    assert list(by_number) == ["run 1", "run 2"]
    named = Scene(LINE, {"a": GradientDescent(0.01), "b": lr}, (1, 0), steps=4).runs()
    assert list(named) == ["a", "b, η = 0.001", "b, η = 0.01", "b, η = 10⁻⁵"]
    square = descend(LINE, GradientDescent(0.01), np.zeros((2, 3, 2)), 2)
    assert list(labelled(square)) == [f"run {k}" for k in range(1, 7)]


def test_a_single_run_stays_a_single_run() -> None:
    scene = Scene(LINE, GradientDescent(0.01), (-2, 1), steps=4)
    assert list(scene.runs()) == ["run"]
    np.testing.assert_array_equal(scene.run().params, scene.runs()["run"].params)
    with pytest.raises(GdanimError, match=r"run: .*\(slow, good, wild\)"):
        rates(steps=2).run()


def clip(**changes: object) -> Clip:
    runs = rates().runs()
    timeline = Every(1, 0, 0).timeline(longest(runs), 30)
    return replace(Clip(runs, timeline, LIGHT), **changes)  # type: ignore[arg-type]


def test_a_shorter_run_stays_at_its_own_last_step() -> None:
    wild = clip().runs["wild"]
    assert clip().step("wild", 300) == wild.steps < 300 == clip().step("good", 300)
    assert clip().steps("wild").tolist() == [clip().step("wild", f) for f in range(301)]


def test_colours_stay_with_their_labels() -> None:
    colours = [clip().colour(label) for label in RATES]
    assert len(set(colours)) == 3
    assert [clip(selected=label).colour(label) for label in RATES] == colours
    alone = clip(runs={"good": clip().runs["good"]})
    assert alone.colour("good") == LIGHT.prediction
    assert alone.colour("good", LIGHT.loss) == LIGHT.loss
    for theme in (LIGHT, DARK):
        for count in (2, 6, 7, 30):
            assert len(set(theme.series(count))) == count


def test_only_the_selected_run_is_drawn() -> None:
    one = clip(selected="good")
    assert list(one.drawn_runs) == ["good"] and one.run is one.runs["good"] and len(one.runs) == 3
    assert list(clip().drawn_runs) == list(RATES)
    with pytest.raises(GdanimError, match="one run .*has 3"):
        clip().run  # noqa: B018
    with pytest.raises(GdanimError, match="selected: .*got 'fast'"):
        clip(selected="fast")
    with pytest.raises(GdanimError, match="runs: .*at least one"):
        clip(runs={})
    axis = descend(LINE, GradientDescent([[0.01], [0.02]]), (0, 0), 2)
    with pytest.raises(GdanimError, match=r"runs: 'two' .*\(2,\)"):
        clip(runs={"two": axis})


def header(film: Film) -> list[str]:
    return [text.get_text() for text in film.figure.texts if text.get_text()]


def test_the_header_says_what_the_runs_have_in_common() -> None:
    film = rates(title="Rates").film()
    film.show(200)
    title, step, method, *_ = header(film)
    assert (title, step) == ("Rates", "step 200")
    assert "gradient descent" in method and r"\hat{y}" in method and "eta" not in method
    starts = rates(optimizer=GradientDescent(0.01), start=[(0, 1), (1, 0)]).film()
    assert any(text.endswith(r"$\eta$ = 0.01") for text in header(starts))
    problems = rates(problem={"line": LINE, "wave": WAVE}, optimizer=RATES["slow"], start=None)
    assert r"\hat{y}" not in "".join(header(replace(problems, panels={"loss": LossCurve()}).film()))


def fronts(ax: Axes, gid: str) -> dict[str, list[float]]:
    """The y values of the moving lines called so, by colour."""
    return {str(line.get_color()): np.asarray(line.get_ydata()).tolist() for line in named(ax, gid)}


def test_fit_and_loss_curve_draw_every_run_in_its_colour() -> None:
    scene = rates(panels={"fit": Fit(inset=None), "loss": LossCurve()})
    runs = scene.runs()
    film = scene.film(runs)
    film.show(200)
    fit, loss = film.figure.axes
    one = clip()
    for label, run in runs.items():
        step, colour = min(200, run.steps), one.colour(label)
        assert fronts(loss, "step")[colour] == [run.losses[step]]
        if label != "wild":
            x = np.asarray(fit.get_lines()[1].get_xdata())
            slope, intercept = run.params[step]
            np.testing.assert_allclose(
                fronts(fit, "curve")[colour], slope * x + intercept, rtol=1e-9
            )


def test_each_draws_one_run_a_panel_with_the_same_axes() -> None:
    film = rates(panels={"fit": Each(Fit(inset=None)), "loss": LossCurve()}, layout="fit; loss")
    runs = film.runs()
    drawn = film.film(runs)
    drawn.show(300)
    shown = [ax for ax in drawn.figure.axes if ax.get_title(loc="left") in RATES]
    assert [ax.get_title(loc="left") for ax in shown] == list(RATES)
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in shown}) == 1
    assert [ax.get_ylabel() for ax in shown] == ["y", "", ""]
    assert [set(fronts(ax, "curve")) for ax in shown] == [{clip().colour(label)} for label in RATES]
    left = [ax.get_position().x0 for ax in shown]
    assert left == sorted(left) and len({ax.get_position().y0 for ax in shown}) == 1
    below = [[text.get_text() for text in ax.texts] for ax in drawn.figure.axes if not ax.axison]
    losses = [f"MSE {quantity(float(run.losses[-1]))}" for run in runs.values()]
    assert [loss for loss, _ in below] == losses
    assert [words for _, words in below] == ["still falling", "converged", "diverged"]
    drawn.show(10)
    assert not any(ax.texts[1].get_text() for ax in drawn.figure.axes if not ax.axison)


@pytest.mark.parametrize(
    ("size", "rows"), [((720, 1280), 2), ((1280, 720), 1), ((720, 720), 2)], ids=str
)
def test_narrow_panels_begin_another_row(size: tuple[int, int], rows: int) -> None:
    six = {f"lr = {lr}": GradientDescent(lr) for lr in (0.002, 0.004, 0.006, 0.008, 0.01, 0.012)}
    scene = Scene(LINE, six, (-1, 3), steps=5, panels={"fit": Each(Fit(inset=None))}, size=size)
    film = scene.film()
    film.draw(0)
    shown = [ax for ax in film.figure.axes if ax.axison]
    assert [ax.get_title(loc="left") for ax in shown] == list(six)
    assert len({round(ax.get_position().y0, 3) for ax in shown}) == rows
    per_row = 6 // rows
    assert [ax.get_ylabel() for ax in shown] == ["y", *[""] * (per_row - 1)] * rows
    assert min(ax.get_window_extent().width for ax in shown) > 90
    bottoms = [ax.texts[1].get_window_extent().y0 for ax in film.figure.axes if not ax.axison]
    assert len(bottoms) == 6
    for bottom, below in zip(bottoms, shown[per_row:], strict=False):
        assert bottom > below.bbox.y1


@pytest.mark.parametrize("theme", [LIGHT, PROJECTOR], ids=["light", "projector"])
def test_divided_panels_begin_where_the_others_do(theme: Theme) -> None:
    panels = {"fit": Each(Fit(inset=None)), "loss": LossCurve()}
    film = rates(panels=panels, layout="fit; loss", size=(1280, 720), theme=theme).film()
    loss, fit, *others = (ax.get_position() for ax in film.figure.axes if ax.axison)
    assert fit.x0 == loss.x0
    assert all(other.x0 > fit.x1 and other.width > 0.95 * fit.width for other in others)


def test_verdicts_stand_on_one_line() -> None:
    film = rates(panels={"loss": Each(LossCurve())}, size=(1280, 720)).film()
    film.draw(0)
    lines = [ax.texts[1] for ax in film.figure.axes if not ax.axison]
    for text, words in zip(lines, ("oscillating", "converged", "still falling"), strict=True):
        text.set_text(words)
    pixels = np.asarray(film.canvas.picture())
    # All three have high letters, one has letters that hang.
    tops = []
    for box in (text.get_window_extent() for text in lines):
        columns = slice(int(box.x0), int(box.x1))
        ink = (pixels[-int(box.y1) : -int(box.y0), columns, :3] < 128).any(axis=(1, 2))
        tops.append(int(box.y1) - int(ink.argmax()))
    assert len(set(tops)) == 1


@pytest.mark.parametrize(
    ("problem", "lr", "steps", "start", "words"),
    [
        (LINE, 0.02995, 200, (-2, -1.5), "still falling"),
        (LINE, 0.0304, 40, (-2, -1.5), "diverged"),
        (LINE, 0.02, 500, (-2, -1.5), "converged"),
        (LINE, 3e-4, 200, (-2, -1.5), "still falling"),
        (WAVE, 0.1, 300, (2.9, 1.72, 0, -1.2), "local minimum"),
        (LINE, 1e-9, 0, (-2, -1.5), "not started"),
        # Up from 11 to 1618 at steps 68 to 73, and on the way down again.
        (EXPONENTIAL, 1e-4, 100, (1, 0.5), "still falling"),
        # Neither a plateau that the loss has left, nor a rise that it has made good, says how.
        (objectives.rosenbrock(), 5e-4, 1500, (-1.5, 2), "still falling"),
        (EXPONENTIAL, 1e-4, 15, (1, 1), "still falling"),
        # So narrow that its slope cannot be told from level ground; a bowl has no local minimum.
        (Problem(Dataset(1e-6 * X, 2 + 3 * X), Linear()), 0.1, 400, (0, 0), "hardly moving"),
        (objectives.bowl(condition=1e10), 1e-10, 400, (1, 1e-5), "hardly moving"),
    ],
)
def test_verdicts(
    problem: Objective, lr: float, steps: int, start: tuple[float, ...], words: str
) -> None:
    assert verdict(descend(problem, GradientDescent(lr), start, steps)) == words


def test_fit_refuses_runs_of_different_data_and_each_shows_them() -> None:
    raw = datasets.linear()
    problems = {"raw": Problem(raw, Linear()), "scaled": Problem(raw.standardised(), Linear())}
    scene = Scene(problems, GradientDescent(0.01), (0, 0), steps=3, size=SIZE)
    with pytest.raises(GdanimError, match="Fit: .*raw, scaled .*different"):
        scene.film()
    film = replace(scene, panels={"fit": Each(Fit())}).film()
    film.draw(0)
    one, other = (ax for ax in film.figure.axes if ax.axison)
    assert one.get_xlim() != other.get_xlim()
    with pytest.raises(GdanimError, match="Each: .*no room"):
        rates(steps=2, panels={"fit": Fit(inset=Each(LossCurve()))}).film()
