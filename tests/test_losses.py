"""Losses: values, derivatives, broadcasting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import LOSSES, LOSSES_OF_PROBABILITIES

from gdanim.core.digest import key_of
from gdanim.errors import GdanimError
from gdanim.problems.losses import (
    Huber,
    LogLoss,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    NegativeLogLikelihood,
    RootMeanSquaredError,
    SumOfSquaredErrors,
)
from gdanim.problems.penalties import L1, L2

every_loss = pytest.mark.parametrize(
    "loss", [*LOSSES, *LOSSES_OF_PROBABILITIES], ids=lambda loss: loss.name
)
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)


def test_mean_squared_error_has_no_factor_of_a_half() -> None:
    value = MeanSquaredError().value(np.array([1.0, 2.0]), np.array([1.0, 5.0]))
    assert value == 4.5
    gradient = MeanSquaredError().gradient(np.array([1.0, 2.0]), np.array([1.0, 5.0]))
    np.testing.assert_array_equal(gradient, [0, -3])


@every_loss
@pytest.mark.parametrize("seed", range(5))
def test_gradient_is_the_derivative_of_value(loss: Loss, seed: int) -> None:
    rng = np.random.default_rng(seed)
    prediction, y, direction = rng.normal(size=(3, 9))
    h = 1e-5
    analytic = float(loss.gradient(prediction, y) @ direction)
    ahead, behind = (loss.value(prediction + t * direction, y) for t in (h, -h))
    numeric = float(ahead - behind) / (2 * h)
    assert analytic == pytest.approx(numeric, rel=1e-7, abs=1e-8), (
        f"{loss.name}: gradient gives {analytic!r}, the difference quotient {numeric!r}"
    )


@every_loss
def test_leading_axes_broadcast(loss: Loss) -> None:
    rng = np.random.default_rng(0)
    prediction, y = rng.normal(size=(4, 3, 9)), rng.normal(size=9)
    value, gradient = loss.value(prediction, y), loss.gradient(prediction, y)
    assert value.shape == (4, 3)
    assert gradient.shape == (4, 3, 9)
    for index in np.ndindex(4, 3):
        np.testing.assert_allclose(value[index], loss.value(prediction[index], y), rtol=1e-14)
        np.testing.assert_allclose(gradient[index], loss.gradient(prediction[index], y), rtol=1e-14)


@each_loss
def test_a_perfect_prediction_costs_nothing_and_pulls_nowhere(loss: Loss) -> None:
    y = np.array([1.0, -2.0])
    assert loss.value(y, y) == 0
    np.testing.assert_array_equal(loss.gradient(y, y), 0)


@every_loss
def test_one_prediction_gives_an_array_too(loss: Loss) -> None:
    assert isinstance(loss.value(np.ones(3), np.ones(3)), np.ndarray)
    assert loss.symbol


def test_values_worked_out_by_hand() -> None:
    prediction, y = np.array([1.0, 2.0, 9.0]), np.array([1.0, 5.0, 5.0])
    assert RootMeanSquaredError().value(prediction, y) == pytest.approx(np.sqrt(25 / 3))
    assert MeanAbsoluteError().value(prediction, y) == pytest.approx(7 / 3)
    # Residuals 0, -3, 4: nothing, 2 (3 - 1), 2 (4 - 1).
    assert Huber(2.0).value(prediction, y) == pytest.approx(10 / 3)
    np.testing.assert_allclose(Huber(2.0).gradient(prediction, y), [0, -2 / 3, 2 / 3])
    assert Huber(5.0).value(prediction, y) == pytest.approx(25 / 6)
    logit = np.log([1.0, 3.0])
    assert LogLoss().value(logit, np.array([1.0, 0.0])) == pytest.approx(np.log(2 * 4) / 2)


def test_factors_and_sums_worked_out_by_hand() -> None:
    prediction, y = np.array([1.0, 2.0, 9.0]), np.array([1.0, 5.0, 5.0])
    for loss, value in [
        (MeanSquaredError(0.5), 25 / 6),
        (MeanSquaredError(2.0), 50 / 3),
        (SumOfSquaredErrors(), 25.0),
        (SumOfSquaredErrors(0.5), 12.5),
    ]:
        assert loss.value(prediction, y) == pytest.approx(value)
    np.testing.assert_allclose(SumOfSquaredErrors().gradient(prediction, y), [0, -6, 8])
    np.testing.assert_allclose(MeanSquaredError(0.5).gradient(prediction, y), [0, -1, 4 / 3])
    logit = np.log([1.0, 3.0])
    assert NegativeLogLikelihood().value(logit, np.array([1.0, 0.0])) == pytest.approx(np.log(8))


@pytest.mark.parametrize(
    ("loss", "name", "symbol"),
    [
        (MeanSquaredError(), "mean squared error", "MSE"),
        (MeanSquaredError(0.5), "half mean squared error", "half MSE"),
        (MeanSquaredError(0.25), "mean squared error times 0.25", "0.25 MSE"),
        (SumOfSquaredErrors(), "sum of squared errors", "SSE"),
        (SumOfSquaredErrors(0.5), "half sum of squared errors", "half SSE"),
        (NegativeLogLikelihood(), "negative log-likelihood", "NLL"),
    ],
)
def test_a_loss_is_named_as_in_textbooks(loss: Loss, name: str, symbol: str) -> None:
    assert (loss.name, loss.symbol) == (name, symbol)


def test_each_loss_has_a_key_of_its_own() -> None:
    losses = [*LOSSES, *LOSSES_OF_PROBABILITIES, SumOfSquaredErrors(0.5), MeanSquaredError(0.25)]
    assert len({key_of(loss) for loss in losses}) == len({loss.symbol for loss in losses}) == 10


@every_loss
def test_sums_alone_grow_with_the_points(loss: Loss) -> None:
    prediction, y = np.array([0.2, -1.0]), np.array([0.0, 1.0])
    twice = float(loss.value(np.tile(prediction, 2), np.tile(y, 2)))
    once = float(loss.value(prediction, y))
    assert twice == pytest.approx(2 * once if loss.additive else once)


def test_log_loss_is_exact_for_every_logit() -> None:
    z = np.array([1000.0, -1000.0, 40.0, -40.0, 0.0])
    for truth in (0.0, 1.0):
        y = np.full(1, truth)
        values = [float(LogLoss().value(np.array([one]), y)) for one in z]
        wrong = np.where(truth, -z, z)
        expected = [max(w, 0) + np.log1p(np.exp(-abs(w))) for w in wrong]
        np.testing.assert_allclose(values, expected, rtol=1e-15)
        gradients = [LogLoss().gradient(np.array([one]), y)[0] for one in z]
        # e^-40 is far below what 1 - p could show.
        p_wrong = [1, 0, 1, np.exp(-40.0), 0.5] if not truth else [0, 1, np.exp(-40.0), 1, 0.5]
        np.testing.assert_allclose(gradients, np.where(truth, -1, 1) * p_wrong, rtol=1e-13)
    assert LogLoss().value(np.array([1000.0, -1000.0]), np.array([1.0, 0.0])) == 0
    assert LogLoss().value(np.array([1e308]), np.array([0.0])) == 1e308


def test_huber_does_not_overflow_where_it_is_a_line() -> None:
    assert Huber(1.0).value(np.array([1e200]), np.zeros(1)) == 1e200


def test_penalties_worked_out_by_hand() -> None:
    params = np.array([[1.0, -2.0], [0.0, 3.0]])
    np.testing.assert_allclose(L2(0.5).value(params), [2.5, 4.5])
    np.testing.assert_allclose(L2(0.5).gradient(params), params)
    np.testing.assert_allclose(L1(0.5).value(params), [1.5, 1.5])
    np.testing.assert_allclose(L1(0.5).gradient(params), [[0.5, -0.5], [0, 0.5]])


KINDS: list[type] = [Huber, L1, L2, MeanSquaredError, SumOfSquaredErrors]
NOT_NUMBERS: list[Any] = [-1.0, np.inf, np.nan, None, "1", True]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((kind, value) for kind in KINDS for value in NOT_NUMBERS),
        *((kind, 0.0) for kind in (Huber, MeanSquaredError, SumOfSquaredErrors)),
    ],
    ids=repr,
)
def test_what_must_be_positive(kind: Callable[[float], object], value: Any) -> None:
    with pytest.raises(GdanimError, match=rf"^{kind.__name__}: (delta|weight|factor): "):
        kind(value)


@pytest.mark.parametrize("kind", [L1, L2])
def test_a_penalty_of_weight_0_costs_nothing(kind: Callable[[float], L1 | L2]) -> None:
    params = np.array([1.0, -2.0])
    assert kind(0.0).value(params) == 0
    np.testing.assert_array_equal(kind(0.0).gradient(params), 0)
