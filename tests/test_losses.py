"""Losses: values, derivatives, broadcasting."""

from __future__ import annotations

import numpy as np
import pytest
from cases import LOSSES

from gdanim.problems.losses import Loss, MeanSquaredError

each_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)


def test_mean_squared_error_has_no_factor_of_a_half() -> None:
    value = MeanSquaredError().value(np.array([1.0, 2.0]), np.array([1.0, 5.0]))
    assert value == 4.5
    gradient = MeanSquaredError().gradient(np.array([1.0, 2.0]), np.array([1.0, 5.0]))
    np.testing.assert_array_equal(gradient, [0, -3])


@each_loss
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


@each_loss
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


@each_loss
def test_one_prediction_gives_an_array_too(loss: Loss) -> None:
    assert isinstance(loss.value(np.ones(3), np.ones(3)), np.ndarray)
    assert loss.symbol
