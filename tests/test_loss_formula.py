"""Losses from functions of the prediction and y: the same numbers as the classes give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest
from cases import MODELS, ModelCase, outcomes

from gdanim import (
    CrossEntropy,
    Dataset,
    GdanimError,
    GradientDescent,
    Linear,
    Logistic,
    LogLoss,
    Loss,
    MeanSquaredError,
    Momentum,
    Problem,
    Recorder,
    RootMeanSquaredError,
    Scene,
    Softmax,
    SumOfSquaredErrors,
    datasets,
    descend,
    views,
)
from gdanim.core.digest import key_of

Function = Callable[[Any, Any], Any]


def squares(prediction: Any, y: Any) -> Any:
    return (prediction - y) ** 2


def minus_log_probability(prediction: Any, y: Any) -> Any:
    return -np.log(prediction[np.arange(len(y)), y.astype(int)])


PAIRS: list[tuple[str, Function, Loss]] = [
    ("by point", squares, MeanSquaredError()),
    ("mean of all", lambda p, y: np.mean((p - y) ** 2), MeanSquaredError()),
    ("mean over an axis", lambda p, y: ((p - y) ** 2).mean(axis=-1), MeanSquaredError()),
    ("sum", lambda p, y: np.sum((p - y) ** 2), SumOfSquaredErrors()),
    ("norm", lambda p, y: np.linalg.norm(p - y) / np.sqrt(len(y)), RootMeanSquaredError()),
    ("a loop", lambda p, y: sum((a - b) ** 2 for a, b in zip(p, y)) / len(y), MeanSquaredError()),  # noqa: B905
]


@pytest.mark.parametrize(("_", "f", "like"), PAIRS, ids=[name for name, _, _ in PAIRS])
@pytest.mark.parametrize("case", [case for case in MODELS if not case.outputs], ids=str)
def test_a_function_is_the_loss_that_it_writes_out(
    case: ModelCase, _: str, f: Function, like: Loss
) -> None:
    data = Dataset(case.x(12), outcomes(case, like, 12))
    mine, theirs = Problem(data, case.model, f), Problem(data, case.model, like)  # type: ignore[arg-type]
    params = np.array(case.params) * np.array([[[1.0], [0.9]], [[1.1], [0.8]], [[0.5], [1.2]]])
    for batch in (None, np.array([0, 3, 4])):
        value, gradient = (mine.loss_at(params, batch), mine.gradient_at(params, batch))
        np.testing.assert_allclose(value, theirs.loss_at(params, batch), rtol=1e-11)
        np.testing.assert_allclose(
            gradient, theirs.gradient_at(params, batch), rtol=1e-9, atol=1e-9
        )
    assert mine.loss_function.additive == like.additive


def test_classes() -> None:
    data = datasets.iris()
    mine = Problem(data, Softmax(), minus_log_probability)  # type: ignore[arg-type]
    theirs = Problem(data, Softmax(), CrossEntropy())
    params = np.random.default_rng(0).normal(size=(2, 9))
    np.testing.assert_allclose(mine.loss(params), theirs.loss(params), rtol=1e-12)
    np.testing.assert_allclose(mine.gradient(params), theirs.gradient(params), atol=1e-12)
    probability: Any = lambda p, y: -y * np.log(p) - (1 - y) * np.log(1 - p)  # noqa: E731
    two = Dataset(np.arange(4.0), np.arange(4.0) % 2)
    losses = [Problem(two, Logistic(), loss).loss((0.5, -1)) for loss in (probability, LogLoss())]
    assert losses[0] == pytest.approx(losses[1], rel=1e-12)


def test_a_run_with_mini_batches_is_that_of_the_class() -> None:
    data = datasets.linear(points=30)
    train, held_out = data.split(0.8)
    mine = Problem(train, Linear(), squares, validation=held_out)  # type: ignore[arg-type]
    runs = [
        descend(problem, Momentum(0.01), steps=60, batch_size=5)
        for problem in (mine, replace(mine, loss_function=MeanSquaredError()))
    ]
    for mine_, theirs in ((r.params, s.params) for r, s in [runs]):
        np.testing.assert_allclose(mine_, theirs, rtol=1e-12)
    np.testing.assert_allclose(runs[0].losses, runs[1].losses, rtol=1e-11)
    held = [np.asarray(run.validation_losses) for run in runs]
    np.testing.assert_allclose(held[0], held[1], rtol=1e-11)
    assert runs[0].judgement.ending == runs[1].judgement.ending


def test_the_header_has_the_name_of_the_function() -> None:
    named = Problem(datasets.linear(), Linear(), partial(squares))  # type: ignore[arg-type]
    assert (named.loss_name, named.loss_symbol) == ("squares", "squares")
    assert Problem(datasets.linear(), Linear(), lambda p, y: abs(p - y)).loss_name == "loss"  # type: ignore[arg-type]


def test_the_key_follows_the_code() -> None:
    def problem(f: Any) -> Problem:
        return Problem(datasets.linear(), Linear(), f)

    same = [problem(lambda prediction, y: (prediction - y) ** 2) for _ in range(2)]
    assert key_of(same[0]) == key_of(same[1])
    assert key_of(same[0]) != key_of(problem(lambda prediction, y: (prediction - y) ** 4))


@pytest.mark.parametrize("f", [squares, lambda p, y: np.mean((p - y) ** 2)])
def test_it_is_drawn_in_every_panel_of_a_regression(f: Any) -> None:
    problem = Problem(datasets.linear(points=20), Linear(), f)
    panels = {"fit": views.Fit(), "loss": views.LossCurve(), "map": views.Contour(),
              "rates": views.RateSweep(rates=(0.01, 0.1)), "slope": views.Gradient()}  # fmt: skip
    scene = Scene(problem, GradientDescent(0.02), steps=30, panels=panels, size=(480, 270))
    like = replace(problem, loss_function=MeanSquaredError())
    assert np.array(scene.preview(30)).std() > 5
    assert (
        scene.run().judgement.ending
        == descend(like, GradientDescent(0.02), steps=30).judgement.ending
    )


def test_the_loss_of_recorded_predictions() -> None:
    data = datasets.linear(points=12)
    # What cannot be differentiated will do, as nothing is descended.
    recorder = Recorder(data, predict=lambda x: x[:, 0], loss=lambda p, y: float(np.ptp(p - y)))
    recorder.snapshot()
    recorder.snapshot()
    run = recorder.run()
    np.testing.assert_allclose(run.losses, np.ptp(data.x[:, 0] - data.y))


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda p: p, "takes 1 positional argument but 2"),
        (lambda p, y: p if p > y else y, "cannot branch"),
        (lambda p, y: None, "it returns None"),
        (lambda p, y: np.ones(3), "one number for each point, or one for all; .* shape \\(3,\\)"),
        (lambda p, y: np.exp(p, out=p), "cannot assign in place"),
        (lambda p, y: np.median(p - y), "autograd has no derivative of median"),
        (MeanSquaredError, "must be a Loss, such as MeanSquaredError\\(\\)"),
        ("mse", "must be a Loss, such as MeanSquaredError\\(\\)"),
    ],
)
def test_mistakes_are_one_line(f: Any, message: str) -> None:
    with pytest.raises(GdanimError, match=f"loss_function: .*{message}") as caught:
        Problem(datasets.linear(), Linear(), f)
    assert "\n" not in f"{caught.value}"
