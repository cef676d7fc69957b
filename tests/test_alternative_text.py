"""Alternative texts: what is said of panels and runs, and in which words."""

from __future__ import annotations

import colorsys
import re
from dataclasses import replace

import numpy as np
import pytest
from cases import LINE as CASE
from cases import VIEWS, ViewCase
from event_runs import LINE, LINES, WAVE, run_of
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from gdanim.analysis.judgement import Ending
from gdanim.core.words import Mathtext, enumerated, plain, with_article
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.run import Run
from gdanim.narration.alternative_text import _again, alternative_text
from gdanim.pacing.timeline import Even
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.function_objective import FunctionObjective
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss, MeanAbsoluteError
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem
from gdanim.views._drawing.curve_place import curve_place
from gdanim.views.base import Clip, StepView, Update
from gdanim.views.colours import colour_name
from gdanim.views.fit import Fit
from gdanim.views.loss_curve import LossCurve
from gdanim.views.loss_slice import LossSlice
from gdanim.views.theme import DARK, LIGHT
from gdanim.views.theme import THEMES as BY_NAME


def clip_of(*runs: Run, labels: str = "abcdefgh") -> Clip:
    timeline = Even(4.0).timeline(list(runs), 10)
    return Clip(dict(zip(labels, runs, strict=False)), timeline, LIGHT)


def told(*runs: Run) -> str:
    return alternative_text(clip_of(*runs), {"fit": Fit()})


def test_the_alternative_text_of_a_wave() -> None:
    text = told(run_of("the wrong wave"))
    assert text == (
        "The panel shows 100 orange points and a blue sine curve, with the loss at every step in "
        "an inset. Gradient descent starts with the curve mostly far above the points, at a mean "
        "squared error of 20.3; by step 7 it is down to 3.86. It gets stuck in a local minimum: "
        "after 79 steps the loss is 2.47, although 0.0092 is possible. It ends with the curve "
        "across the points."
    )
    dark = replace(clip_of(run_of("the wrong wave")), theme=DARK, title="Stuck")
    assert alternative_text(dark, {"fit": Fit()}) == f"Stuck. {text}"
    asked = replace(dark, title="Stuck?")
    assert alternative_text(asked, {"fit": Fit()}) == f"Stuck? {text}"


def test_a_fall_is_told_by_the_step_that_has_nine_tenths_of_it() -> None:
    run = run_of("has not arrived")
    step = int(re.search(r"; by step (\d+) it is down to", told(run))[1])  # type: ignore[index]
    left = (run.losses - run.losses[-1]) / (run.losses[0] - run.losses[-1])
    assert left[step] <= 0.1 < left[step - 1]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("diverges", "It diverges from step 1 on: after"),
        ("converges", "It converges: by step"),
        ("steps down", "This happens 2 more times."),
        ("one step down", "At step 50 the learning rate changes from 0.01 to 0.001."),
        ("overfits", "and rises to"),
        ("stops at 676", "on, the loss barely falls. After 24 steps the loss is"),
        ("the wave swings", "d oscillates with a period of 2 steps and growing amplitude."),
        ("Adam", "the loss rises from"),
        ("no step", "No step is taken: the loss is"),
    ],
)
def test_what_is_told_of_a_run(name: str, wanted: str) -> None:
    text = told(run_of(name))
    assert wanted in text
    assert "nan" not in text and "−" not in text
    assert ("It diverges" in text) == (name == "diverges")


def test_a_run_that_diverges_has_not_fallen() -> None:
    assert "it is down to" not in told(run_of("diverges"))
    wild = descend(WAVE, GradientDescent(1e200), (1, 1, 1, 1), 3)
    assert "It ends with the curve far" in told(wild)


def test_an_objective_has_no_points() -> None:
    run = run_of("the wrong valley")
    text = alternative_text(clip_of(run), {"loss": LossSlice()})
    assert text.startswith("The panel shows the loss over x, with a ball that rolls down it. ")
    assert "Gradient descent starts at x = 1.50, at a loss of" in text
    assert "points" not in text and "curve" not in text
    without = replace(run, optimizer=None)
    assert " The training starts at x" in alternative_text(clip_of(without), {"loss": LossSlice()})


def test_runs_that_are_compared_have_their_colours_and_ends() -> None:
    slow = descend(LINE, GradientDescent(0.001), LINES, 10)
    text = told(run_of("converges"), run_of("diverges"), slow)
    assert "3 runs are compared: a (blue), b (pink) and c (brown)." in text
    _, of_a, of_b, of_c = re.split(r"(?=\"[abc]\": )", text)
    assert "It converges" in of_a and "It diverges" in of_b and "After 10 steps" in of_c
    assert "It ends with the line close to the points." in of_a
    assert "100 orange points and the line of each run" in text


def test_a_start_that_runs_have_in_common_is_told_once() -> None:
    run, other = run_of("the wrong valley"), run_of("the right valley")
    text = alternative_text(clip_of(run, run), {})
    assert re.search(r'All start at x = 1\.50, at a loss of .*\. "a": It gets stuck', text)
    text = alternative_text(clip_of(run, other), {})
    assert '"a": It starts at x = 1.50, at a' in text and '"b": It starts at x = minus 1' in text


@pytest.mark.parametrize("case", [case for case in VIEWS if case.made_for(CASE)], ids=str)
def test_views_describe_themselves(case: ViewCase) -> None:
    clip = clip_of(descend(CASE, GradientDescent(0.01), LINES, 5))
    text = alternative_text(clip, {"panel": case.view})
    assert text.startswith("The panel shows ") and "a view called" not in text


def test_a_view_of_the_users_own_is_counted_and_named() -> None:
    class Histogram(StepView):
        def draw(self, ax: Axes, clip: Clip) -> Update:
            raise NotImplementedError

    panels = {"loss": LossCurve(), "own": Histogram()}
    assert alternative_text(clip_of(run_of("converges")), panels).startswith(
        "One panel shows the loss at every step. Another shows a view called Histogram. Gradient"
    )


def test_many_runs_are_counted() -> None:
    runs = [run_of(name) for name in ["converges"] * 5 + ["diverges", "has not arrived"]]
    text = told(*runs)
    assert "7 runs are compared" in text
    assert "At the end: 5 converged, 1 diverged and 1 still falling." in text
    assert f"({'abcdefg'[int(np.argmin([run.losses[-1] for run in runs]))]})" in text


@pytest.mark.parametrize(
    ("shift", "scale", "words"),
    [
        (0.0, 0.0, "close to"),
        (0.3, 0.0, "above"),
        (-0.3, 0.0, "below"),
        (2.0, 0.0, "far above"),
        (-2.0, 0.0, "far below"),
        (0.0, -1.5, "across"),
        (0.0, -5.0, "far from most of"),
        (np.inf, 0.0, "out of sight of"),
    ],
)
def test_where_a_curve_runs(shift: float, scale: float, words: str) -> None:
    y = np.linspace(-0.5, 0.5, 100)
    assert curve_place(y + scale * y + shift, y) == words


def test_mostly_above_and_a_flat_line_of_points() -> None:
    y = np.linspace(-0.5, 0.5, 100)
    assert curve_place(np.where(y < 0.3, y + 0.2, y - 0.2), y) == "mostly above"
    assert curve_place(np.full(9, 3.0), np.full(9, 3.0)) == "close to"
    assert curve_place(np.ones(9), np.zeros(9)) == "far above"


def test_lists_in_words() -> None:
    assert [enumerated("abc"[:n]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
    assert [with_article(noun) for noun in ("blue line", "orange line")] == [
        "a blue line",
        "an orange line",
    ]
    assert plain(Mathtext("$\\alpha$ =\n−1")) == "alpha = minus 1"


def test_colours_in_words() -> None:
    for theme in BY_NAME.values():
        assert colour_name(theme.points) == "orange"
        assert colour_name(theme.prediction) == "blue"
        names = [colour_name(colour) for colour in theme.runs]
        assert len(set(names)) == len(names), names
    known = {"#ffffff": "white", "#000000": "black", "#808080": "grey", "#5c0a0a": "dark red"}
    assert {colour: colour_name(colour) for colour in known} == known


@pytest.mark.parametrize(
    ("hue", "lightness", "saturation", "name"),
    [
        (0.6, 0.5, 0.12, "grey"),
        (0.6, 0.5, 0.18, "blue"),
        (0.6, 0.08, 1.0, "black"),
        (0.6, 0.12, 1.0, "dark blue"),
    ],
)
def test_where_a_colour_ends(hue: float, lightness: float, saturation: float, name: str) -> None:
    assert colour_name(to_hex(colorsys.hls_to_rgb(hue, lightness, saturation))) == name


def test_a_curve_is_close_within_a_twentieth_of_the_points_range() -> None:
    y = np.linspace(-0.5, 0.5, 100)
    assert [curve_place(y + shift, y) for shift in (0.04, 0.06)] == ["close to", "above"]


def test_six_runs_are_named_and_three_parameters() -> None:
    runs = [run_of("converges")] * 7
    assert "7 runs are compared. The panel" in told(*runs)
    assert "6 runs are compared: a (blue), " in told(*runs[:6])
    x = np.random.default_rng(0).normal(size=(20, 3))
    for features, named in ((2, True), (3, False)):
        problem = Problem(Dataset(x[:, :features], x[:, 0]), Linear(features))
        run = descend(problem, GradientDescent(0.1), np.zeros(features + 1), 3)
        text = alternative_text(clip_of(run), {"loss": LossCurve()})
        assert ("starts at slope1 = 0, slope2 = 0" in text) == named


@pytest.mark.parametrize("offset", [0.0, 1e3, -1e6])
@pytest.mark.parametrize(("lr", "unchanged"), [(1e-6, True), (1e-2, False), (1.0, False)])
def test_almost_unchanged_is_a_matter_of_what_can_be_gained(
    offset: float, lr: float, unchanged: bool
) -> None:
    well = FunctionObjective(lambda x: x**2 + offset, ("x",), (-4, 4))
    text = alternative_text(clip_of(descend(well, GradientDescent(lr), (3,), 60)), {})
    assert ("almost unchanged" in text) == unchanged, text


def test_a_run_that_starts_at_the_minimum_stays_there() -> None:
    run = descend(objectives.bowl(), GradientDescent(0.1), (0, 0), 10)
    assert "almost unchanged" in alternative_text(clip_of(run), {})
    start = descend(objectives.bowl(), GradientDescent(0.1), (3, 1), 0)
    assert "almost unchanged" not in alternative_text(clip_of(start), {})


@pytest.mark.parametrize(
    ("problem", "start", "words"),
    [
        (Problem(datasets.linear(noise=2.0, seed=3), Linear(), MeanAbsoluteError()), (0, 0),
         r"\(minimum: 1\.65\)"),
        (Problem(datasets.linear(noise=2.0), Linear()), (0, 0), r"\(best fit: 3\.70\)"),
        (objectives.rosenbrock(), (-1.5, 2), r"\(minimum: 0\)"),
        (Problem(Dataset(np.arange(6.0), np.repeat([0.0, 1.0], 3)), Logistic(), LogLoss()), (-3, 2),
         r"\(infimum: 0\)"),
    ],
)  # fmt: skip
def test_the_lowest_loss_has_its_own_name(
    problem: Objective, start: tuple[float, ...], words: str
) -> None:
    run = descend(problem, GradientDescent(1e-3), start, 100)
    text = alternative_text(clip_of(run), {})
    assert re.search(words, text) and "true curve" not in text, text


def test_a_parameter_next_to_0_is_0() -> None:
    run = descend(objectives.bowl(), GradientDescent(0.09), (9, 1), 300)
    assert 0 < abs(run.params[-1, 1]) < 1e-9
    assert "It ends at x = 0 and y = 0." in alternative_text(clip_of(run), {})
    assert 0 < run.losses[-1] < 1e-12
    assert "the loss has settled, and it ends at 0. " in alternative_text(clip_of(run), {})
    far = descend(objectives.bowl(), GradientDescent(5.0), (9, 1e-9), 100)
    assert far.judgement.ending == Ending.DIVERGED
    told = alternative_text(clip_of(far), {})
    assert "starts at x = 9 and y = 1 times 10 to the minus 9," in told


def test_events_that_come_again_and_again_are_not_counted() -> None:
    assert [_again(times) for times in (0, 1, 2, 6)] == [
        "",
        " This happens once more.",
        " This happens 2 more times.",
        " This recurs many times.",
    ]
