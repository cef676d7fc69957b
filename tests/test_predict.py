"""Runs of which only the predictions are known: any model, recorded by what it predicts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdanim import Recorder, Run, Scene, datasets, views
from gdanim.analysis.judgement import Ending
from gdanim.core.arrays import Floats
from gdanim.core.digest import key_of
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.errors import GdanimError
from gdanim.narration.alternative_text import alternative_text
from gdanim.narration.explain import explain
from gdanim.problems import _places
from gdanim.problems.cross_entropy import CrossEntropy
from gdanim.problems.dataset import Dataset
from gdanim.problems.grids import grid_points, panel_axes
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss, MeanSquaredError
from gdanim.problems.mlp import MLP
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.views.base import View

TRAIN, HELD_OUT = datasets.linear(2.0, 1.0, points=40).split(0.8, seed=0)
CURVE = Problem(TRAIN, Polynomial(2), validation=HELD_OUT)
PLANE = Problem(datasets.moons(points=60), Logistic(), LogLoss())
BLOBS, OTHERS = datasets.blobs(classes=3, points=90, spread=2.0).split(0.8, seed=0)
THREE = Problem(BLOBS, MLP((4,), "tanh", "softmax"), CrossEntropy(), validation=OTHERS)
PROBLEMS = {"curve": CURVE, "two classes": PLANE, "three classes": THREE}
RATES = {"curve": GradientDescent(1e-4), "two classes": Adam(0.1), "three classes": Adam(0.05)}


def recorded(problem: Problem, run: Run, **options: Any) -> Run:
    """The run, recorded again by nothing but what its model predicts."""
    params = run.params[0]
    recorder = Recorder(
        problem.data,
        predict=lambda x: problem.model.predict(params, x),
        validation=problem.validation,
        **options,
    )
    for row in run.params:
        params = row
        recorder.snapshot()
    return recorder.run()


@pytest.fixture(scope="module", params=list(PROBLEMS))
def pair(request: pytest.FixtureRequest) -> tuple[Run, Run]:
    """A descent, and the same recorded by its predictions."""
    problem = PROBLEMS[request.param]
    own = descend(problem, RATES[request.param], steps=20)
    return own, recorded(problem, own)


def test_its_losses_are_those_of_the_model(pair: tuple[Run, Run]) -> None:
    own, run = pair
    np.testing.assert_allclose(run.losses, own.losses, rtol=1e-12)
    if own.validation_losses is None:
        assert run.validation_losses is None
    else:
        assert run.validation_losses is not None
        np.testing.assert_allclose(run.validation_losses, own.validation_losses, rtol=1e-12)


def test_its_default_panel_is_that_of_the_model(pair: tuple[Run, Run]) -> None:
    assert Scene(pair[1]).panels == Scene(pair[0]).panels


@pytest.mark.parametrize("step", [0, 7, 20])
def test_its_frames_are_those_of_the_model(pair: tuple[Run, Run], step: int) -> None:
    curve = pair[0].problem is CURVE
    panels = {"one": views.Fit(inset=None) if curve else views.Boundary()}
    shown = []
    for run in pair:
        film = Scene(run, panels=panels, size=(640, 360), captions=False).film()
        pixels = np.asarray(film.draw(film.timeline.frame(step)))
        # The header names formula and optimizer.
        shown.append(pixels[90:, :, :3].astype(int))
    # Colours are shades, and a line may be rounded to another pixel.
    assert (abs(shown[0] - shown[1]).max(axis=-1) > 8).mean() < 0.01


def test_panels_ask_for_the_places_that_were_recorded(
    pair: tuple[Run, Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise AssertionError("nothing needs to be interpolated")

    monkeypatch.setattr(_places, "_between", refuse)
    Scene(pair[1], size=(320, 180)).film().draw(0)


def test_it_is_described_like_any_other(pair: tuple[Run, Run]) -> None:
    run = pair[1]
    scene = Scene(run)
    text = alternative_text(scene.clip(scene.runs()), scene.panels)
    assert "step = " not in text and text.startswith("The panel shows")
    assert f"after 20 steps the loss ({run.problem.loss_symbol})" in explain(run)[0]
    assert repr(run) == "Run(20 steps of recorded predictions: finished at step 20)"


def test_a_file_keeps_it(pair: tuple[Run, Run], tmp_path: Path) -> None:
    run = pair[1]
    run.save(tmp_path / "run.npz")
    back = Run.load(tmp_path / "run.npz")
    np.testing.assert_array_equal(back.losses, run.losses)
    assert key_of(back) == key_of(run)
    frames = [Scene(one, size=(320, 180)).film().draw(100).tobytes() for one in (run, back)]
    assert frames[0] == frames[1]


def test_its_key_is_that_of_the_predictions() -> None:
    own = descend(CURVE, GradientDescent(1e-4), steps=3)
    first, same = recorded(CURVE, own), recorded(CURVE, own)
    other = recorded(CURVE, descend(CURVE, GradientDescent(1.1e-4), steps=3))
    assert key_of(first) == key_of(same) != key_of(other)


def black_box(data: Dataset = TRAIN, steps: int = 3, **given: Any) -> Recorder:
    """Recorded predictions that come near the data, step by step."""
    recorder: Recorder = Recorder(data, predict=lambda x: len(recorder) * x[:, 0], **given)
    for _ in range(steps + 1):
        recorder.snapshot()
    return recorder


@pytest.mark.parametrize(
    "view",
    [
        views.Contour(),
        views.Surface(),
        views.LossSlice(),
        views.Parameters(),
        views.Gradient(),
        views.Weights(),
        views.HiddenUnits(),
    ],
    ids=lambda view: type(view).__name__,
)
def test_panels_of_parameters_say_that_there_are_none(view: View) -> None:
    with pytest.raises(GdanimError, match=f"^{type(view).__name__}: .*only predictions"):
        Scene(black_box().run(), panels={"one": view}).film()


def test_numbers_beside_the_predictions_are_shown() -> None:
    recorder = Recorder(TRAIN, predict=lambda x: x[:, 0])
    for step in range(5):
        recorder.snapshot({"friction": 0.1 * step, "mass": np.array([2.0])}, rate=0.5)
    run = recorder.run()
    assert run.problem.shown_names == ("friction", "mass")
    panels = {"numbers": views.Parameters(), "text": views.Text("{friction} {mass} {rate}")}
    scene = Scene(run, panels=panels, size=(480, 270))
    film = scene.film()
    film.draw(film.timeline.frame(4))
    assert "0.4000 2.000 0.5" in {text.get_text() for text in film.figure.axes[1].texts}
    with pytest.raises(GdanimError, match="only predictions"):
        Scene(run, panels={"map": views.Contour()}).film()
    with pytest.raises(GdanimError, match="friction, mass"):
        recorder.snapshot({"friction": 1.0})


def test_the_loops_own_losses_are_shown() -> None:
    recorder = Recorder(TRAIN, predict=lambda x: x[:, 0])
    for step in range(4):
        recorder.snapshot(loss=np.float32(8.0 / 2**step), validation=step + 1.0)
    run = recorder.run()
    np.testing.assert_array_equal(run.losses, [8, 4, 2, 1])
    assert run.validation_losses is not None
    np.testing.assert_array_equal(run.validation_losses, [1, 2, 3, 4])
    assert Scene(run, panels={"loss": views.LossCurve()}, size=(320, 180)).film().draw(0)
    with pytest.raises(GdanimError, match="every snapshot"):
        recorder.snapshot(validation=1.0)


def test_a_loss_that_is_known_has_to_be_the_loops() -> None:
    recorder = Recorder(TRAIN, predict=lambda x: x[:, 0], loss=MeanSquaredError())
    right = float(np.mean((TRAIN.x[:, 0] - TRAIN.y) ** 2))
    recorder.snapshot(loss=np.float32(right))
    with pytest.raises(GdanimError, match=r"the loop's loss is .* recorded model"):
        recorder.snapshot(loss=right / 2)


def test_swings_of_predictions_are_found() -> None:
    recorder: Recorder = Recorder(
        TRAIN, predict=lambda x: (2 + (-1.02) ** len(recorder)) * x[:, 0] + 1
    )
    for _ in range(60):
        recorder.snapshot()
    run = recorder.run()
    assert any("prediction oscillates" in event.text for event in run.events)
    assert run.judgement.ending in (Ending.OSCILLATING, Ending.GROWING)


def test_a_run_that_becomes_infinite_has_diverged() -> None:
    recorder: Recorder = Recorder(
        TRAIN, predict=lambda x: 10.0 ** min(100 * len(recorder), 300) * x[:, 0]
    )
    for _ in range(6):
        recorder.snapshot()
    run = recorder.run()
    assert (str(run.outcome.kind), run.steps) == ("diverged", 1)
    assert run.judgement.ending == Ending.DIVERGED


def test_long_recordings_leave_memory_alone() -> None:
    recorder = black_box(memory=4096, steps=5)
    rows = recorder._predictions._rows  # type: ignore[union-attr]
    assert rows is not None and all(part._file is not None for part in rows)
    assert recorder.run().losses.shape == (6,)


def test_between_recorded_places_it_is_linear() -> None:
    data = Dataset(np.random.default_rng(0).uniform(-1, 1, (30, 2)), np.arange(30.0))
    recorder = Recorder(data, predict=lambda x: 1 + 2 * x[:, 0] - 3 * x[:, 1])
    recorder.snapshot()
    model = recorder.run().problem.model  # type: ignore[attr-defined]
    places = np.random.default_rng(1).uniform(-0.9, 0.9, (50, 2))
    expected = 1 + 2 * places[:, 0] - 3 * places[:, 1]
    found = model.predict(np.zeros((3, 1)), places)
    np.testing.assert_allclose(found, np.tile(expected, (3, 1)), atol=1e-5)
    np.testing.assert_array_equal(model.predict(np.zeros(1), data.x[[4, 2]]), expected_at(data))
    with pytest.raises(GdanimError, match="were recorded from"):
        model.predict(np.zeros(1), places + 9)


def expected_at(data: Dataset) -> Floats:
    return 1 + 2 * data.x[[4, 2], 0] - 3 * data.x[[4, 2], 1]


def test_more_than_two_features_are_recorded_at_the_points() -> None:
    data = Dataset(np.random.default_rng(0).normal(size=(20, 5)), np.arange(20.0))
    asked: list[int] = []

    def predict(x: Floats) -> Any:
        asked.append(len(x))
        return x.sum(axis=1)

    recorder = Recorder(data, predict=predict)
    recorder.snapshot()
    assert asked == [20]
    assert Scene(recorder.run(), panels={"loss": views.LossCurve()}, size=(320, 180)).film()


class Estimator:
    """What scikit-learn's classifiers have."""

    def predict_proba(self, x: Floats) -> Floats:
        second = 1 / (1 + np.exp(-x[:, 0]))
        return np.stack([1 - second, second], axis=1)

    def predict(self, x: Floats) -> Floats:
        return np.asarray(x[:, 0] > 0).astype(float)


class Keras:
    """A model that is called, and whose predict prints."""

    def __call__(self, x: Floats) -> Floats:
        return x[:, :1]

    def predict(self, x: Floats) -> Floats:
        raise AssertionError("it would print a line for every snapshot")


@pytest.mark.parametrize(
    ("data", "predict", "outputs"),
    [
        (PLANE.data, Estimator(), 1),
        (PLANE.data, lambda x: np.full((len(x), 2), 0.5), 2),
        (TRAIN, Estimator(), 1),
        (TRAIN, Keras(), 1),
        (BLOBS, lambda x: np.arange(len(x)) % 3, 3),
        (Dataset(PLANE.data.x, 2 * PLANE.data.y - 1), Estimator(), 1),
    ],
)
def test_what_can_predict(data: Dataset, predict: Any, outputs: int) -> None:
    recorder = Recorder(data, predict=predict)
    recorder.snapshot()
    run = recorder.run()
    assert run.problem.model.outputs == outputs  # type: ignore[attr-defined]
    assert np.isfinite(run.losses).all()


def test_logits_are_exact() -> None:
    recorder = Recorder(PLANE.data, predict=lambda x: 50 * x[:, 0], logits=True)
    recorder.snapshot()
    z = 50 * PLANE.data.x[:, 0]
    expected = np.mean(np.logaddexp(0, z) - PLANE.data.y * z)
    np.testing.assert_allclose(recorder.run().losses, [expected], rtol=1e-12)


MISTAKES: dict[str, tuple[Callable[[], object], str]] = {
    "data alone": (lambda: Recorder(TRAIN), "^Recorder: data alone needs predict="),
    "a problem": (lambda: Recorder(CURVE, predict=abs), "^Recorder: data: must be a Dataset"),
    "no function": (lambda: Recorder(TRAIN, predict=3), "^Recorder: predict must be a function"),
    "no predict": (lambda: Recorder(CURVE, loss=LogLoss()), "go with predict="),
    "logits": (
        lambda: Recorder(PLANE.data, predict=lambda x: 9 * x[:, 0]).snapshot(),
        r"probabilities.*logits=True",
    ),
    "one shape": (lambda: Recorder(TRAIN, predict=lambda x: 1.0).snapshot(), "^predict: must ret"),
    "too many": (lambda: Recorder(TRAIN, predict=lambda x: x[:, [0, 0]]).snapshot(), "2 numbers"),
    "a class too many": (
        lambda: Recorder(BLOBS, predict=lambda x: x).snapshot(),
        "^predict: there are 3 classes",
    ),
    "a name": (
        lambda: Recorder(TRAIN, predict=lambda x: x).snapshot({"step": 1}),
        '"step" is the number',
    ),
    "a gradient": (lambda: black_box().run().problem.gradient([0.0]), "there is no gradient"),
    "no such step": (lambda: black_box().run().problem.loss([9.0]), "steps 0 to 3"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(name: str) -> None:
    make, message = MISTAKES[name]
    with pytest.raises(GdanimError, match=message):
        make()


def test_some_rates_are_none() -> None:
    recorder = Recorder(TRAIN, predict=lambda x: x[:, 0])
    for rate in (None, 0.1, None):
        recorder.snapshot(rate=rate)
    with pytest.raises(GdanimError, match="rate= with every snapshot"):
        recorder.run()
    assert recorder.run(rates=[0.1, 0.1]).rates is not None


def test_the_grid_of_a_map_has_its_first_axis_fastest() -> None:
    axes = panel_axes(PLANE.data.x)
    points = grid_points(axes)
    assert points.shape == (len(axes[0]) * len(axes[1]), 2)
    assert points[0, 1] == points[1, 1] and points[0, 0] < points[1, 0]
