"""Problem: loss and gradient over the data and over batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from cases import LINE, MODELS, PAIRS, ModelCase, outcomes

from gdanim.core import arrays
from gdanim.core.arrays import Floats
from gdanim.errors import GdanimError
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import (
    Huber,
    LogLoss,
    Loss,
    MeanAbsoluteError,
    MeanSquaredError,
    RootMeanSquaredError,
    SumOfSquaredErrors,
)
from gdanim.problems.mlp import MLP
from gdanim.problems.model import LinearInParameters, Model
from gdanim.problems.penalties import L1, L2
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem

each_model = pytest.mark.parametrize("case", MODELS, ids=str)
each_model_of_a_number = pytest.mark.parametrize(
    "case", [case for case in MODELS if not case.outputs], ids=str
)
each_pair = pytest.mark.parametrize(
    ("case", "loss"), PAIRS, ids=lambda value: getattr(value, "name", "")
)


def _problem(case: ModelCase, loss: Loss) -> Problem:
    return Problem(Dataset(case.x(13), outcomes(case, loss, 13)), case.model, loss)


@each_pair
def test_gradient_is_the_derivative_of_loss(case: ModelCase, loss: Loss) -> None:
    problem, params = _problem(case, loss), np.array(case.params)
    direction = np.random.default_rng(2).normal(size=len(params))
    h = 1e-5
    for batch in (None, np.array([2, 3, 3, 7])):
        analytic = float(problem.gradient(params, batch) @ direction)
        ahead, behind = (float(problem.loss(params + t * direction, batch)) for t in (h, -h))
        numeric = (ahead - behind) / (2 * h)
        assert analytic == pytest.approx(numeric, rel=1e-6), (
            f"{case}, {loss.name}, {batch}: gradient {analytic!r}, quotient {numeric!r}"
        )


@each_pair
def test_loss_and_gradient_of_many_runs_are_those_of_each(case: ModelCase, loss: Loss) -> None:
    problem = _problem(case, loss)
    runs = np.array(case.params) + 0.1 * np.random.default_rng(3).normal(size=(20, 1))
    losses, gradients = problem.loss_and_gradient_at(runs)
    np.testing.assert_allclose(losses, [problem.loss(run) for run in runs], rtol=1e-12)
    expected = [problem.gradient(run) for run in runs]
    np.testing.assert_allclose(gradients, expected, rtol=1e-12, atol=1e-12)


class Curve(Model):
    """A user's model, whose prediction is its parameters themselves."""

    features, names, formula = 1, ("a", "b", "c"), "y"

    def init(self, rng: np.random.Generator) -> Floats:
        return rng.normal(size=3)

    def predict(self, params: Floats, x: Floats) -> Floats:
        return params

    def vjp(self, params: Floats, x: Floats, cotangent: Floats) -> Floats:
        return cotangent


def test_a_prediction_that_is_no_new_array_stays_as_it_is() -> None:
    problem = Problem(Dataset(np.arange(3.0), np.array([5.0, 7.0, 9.0])), Curve())
    runs = np.zeros((2, 3))
    losses, gradients = problem.loss_and_gradient_at(runs)
    np.testing.assert_array_equal(runs, np.zeros((2, 3)))
    np.testing.assert_allclose(losses, [(25 + 49 + 81) / 3] * 2)
    np.testing.assert_allclose(gradients, [[-10 / 3, -14 / 3, -6]] * 2)


@each_pair
def test_a_batch_is_the_problem_of_its_points(case: ModelCase, loss: Loss) -> None:
    whole, batch = _problem(case, loss), np.array([4, 0, 9])
    part = Problem(Dataset(whole.data.x[batch], whole.data.y[batch]), case.model, loss)
    np.testing.assert_allclose(
        whole.loss(case.params, batch), part.loss(case.params), rtol=1e-13, atol=0
    )
    np.testing.assert_allclose(
        whole.gradient(case.params, batch), part.gradient(case.params), rtol=1e-12, atol=1e-12
    )


def test_each_run_can_have_its_own_batch() -> None:
    batches = np.array([[0, 1], [50, 99], [7, 7]])
    params = np.array([[1.0, 2.0], [0.0, 0.0], [-1.0, 3.0]])
    losses, gradients = LINE.loss(params, batches), LINE.gradient(params, batches)
    for run in range(3):
        np.testing.assert_allclose(losses[run], LINE.loss(params[run], batches[run]), rtol=1e-13)
        one = LINE.gradient(params[run], batches[run])
        np.testing.assert_allclose(gradients[run], one, rtol=1e-13)


@pytest.mark.parametrize("lead", [(40,), (40, 3), (5, 3, 2), (0, 3)], ids=str)
def test_losses_in_blocks_equal_loss(
    lead: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    params = np.random.default_rng(0).normal(size=(*lead, 2))
    at_once = LINE.loss(params)
    monkeypatch.setattr(arrays, "BLOCK", 1000)
    np.testing.assert_allclose(LINE.losses(params), at_once, rtol=1e-13)


def test_a_block_holds_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "BLOCK", 1000)
    rows = np.arange(7.0)
    for cost, expected in [(1, [7]), (334, [2, 2, 2, 1]), (5000, [1] * 7), (0, [7])]:
        sizes: list[int] = []

        def double(block: arrays.Floats, sizes: list[int] = sizes) -> arrays.Floats:
            sizes.append(len(block))
            return block * 2

        np.testing.assert_array_equal(arrays.in_blocks(double, rows, cost), rows * 2)
        assert sizes == expected


def test_plain_numbers_are_parameters_too() -> None:
    assert LINE.loss((2, 1)) == pytest.approx(0.01, rel=0.3)
    assert LINE.gradient([2, 1]).shape == (2,)
    assert LINE.names == ("slope", "intercept")


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ((1, 2, 3), r"params: 2 numbers expected \(slope, intercept\), got 3"),
        (1.0, r"params: 2 numbers expected \(slope, intercept\), got a single number"),
        (("a", "b"), r"params: expected numbers, got \('a', 'b'\)"),
        ((1, None), r"params: expected numbers, got \(1, None\)"),
    ],
    ids=str,
)
def test_wrong_parameters(params: Any, message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{message}$"):
        LINE.loss(params)
    with pytest.raises(GdanimError, match=f"^{message}$"):
        LINE.gradient(params)


def test_model_and_data_must_have_the_same_features() -> None:
    message = r"^Problem: the model takes 2 feature\(s\) and the data has 1 \(x\); change one"
    with pytest.raises(GdanimError, match=message):
        Problem(LINE.data, Linear(2))


SQUARES = [MeanSquaredError(), MeanSquaredError(0.5), SumOfSquaredErrors(), SumOfSquaredErrors(3.0)]
each_square = pytest.mark.parametrize("loss", SQUARES, ids=lambda loss: loss.symbol)


@each_model_of_a_number
@each_square
def test_a_constant_hessian_is_the_change_of_the_gradient(case: ModelCase, loss: Loss) -> None:
    problem, params = _problem(case, loss), np.array(case.params)
    hessian = problem.hessian
    if not isinstance(case.model, LinearInParameters):
        assert hessian is None
        return
    assert hessian is not None
    step = np.random.default_rng(3).normal(size=len(params))
    change = problem.gradient(params + step) - problem.gradient(params)
    np.testing.assert_allclose(hessian @ step, change, rtol=1e-9, atol=1e-9)


@each_model_of_a_number
@each_square
def test_no_direction_leads_down_from_the_best_fit(case: ModelCase, loss: Loss) -> None:
    problem = _problem(case, loss)
    best = problem.minimum
    if best is None:
        assert not isinstance(case.model, LinearInParameters)
        return
    assert best.params is not None
    assert best.loss == problem.loss(best.params) <= problem.loss(case.params)
    np.testing.assert_allclose(problem.gradient(best.params), 0, atol=1e-9)


def test_overflow_neither_raises_nor_warns() -> None:
    for params in ((1e308, 1e308), (np.inf, 0.0), (np.nan, 1.0)):
        assert not np.isfinite(LINE.loss(params))
        assert not np.isfinite(LINE.gradient(params)).all()


# Penalties and validation sets


def ridge(weight: float) -> Problem:
    return Problem(LINE.data, Polynomial(3), penalty=L2(weight))


def test_the_best_fit_knows_the_ridge() -> None:
    problem = ridge(0.7)
    best, hessian = problem.minimum, problem.hessian
    assert best is not None and best.params is not None and hessian is not None
    np.testing.assert_allclose(problem.gradient(best.params), 0, atol=1e-7)
    step = np.array([1.0, -2.0, 0.5, 3.0])
    change = problem.gradient(step) - problem.gradient(np.zeros(4))
    np.testing.assert_allclose(hessian @ step, change, rtol=1e-9)
    assert best.loss > problem.loss_function.value(
        problem.model.predict(best.params, problem.data.x), problem.data.y
    )


def test_no_best_fit_is_claimed_where_least_squares_gives_none() -> None:
    model = Linear()
    plain = Dataset(LINE.data.x, LINE.data.y)
    for loss, penalty in [
        (MeanSquaredError(), L1(0.1)),
        (RootMeanSquaredError(), L2(0.1)),
        (MeanAbsoluteError(), None),
        (Huber(), None),
    ]:
        problem = Problem(plain, model, loss, penalty)
        assert problem.minimum is None
        assert problem.hessian is None
    root = Problem(plain, model, RootMeanSquaredError())
    best, squares = root.minimum, LINE.minimum
    assert best is not None and squares is not None
    assert best.loss == pytest.approx(np.sqrt(squares.loss))
    assert root.hessian is None


@each_square
def test_the_ridge_weighs_as_much_as_the_loss_says(loss: Loss) -> None:
    problem = Problem(LINE.data, Polynomial(3), loss, L2(0.7))
    best, hessian = problem.minimum, problem.hessian
    assert best is not None and best.params is not None and hessian is not None
    np.testing.assert_allclose(problem.gradient(best.params), 0, atol=1e-5)
    step = np.array([1.0, -2.0, 0.5, 3.0])
    change = problem.gradient(step) - problem.gradient(np.zeros(4))
    np.testing.assert_allclose(hessian @ step, change, rtol=1e-9)


@pytest.mark.parametrize("points", [2, 3, 40], ids=lambda points: f"{points} points")
@pytest.mark.parametrize(
    ("loss", "times"),
    [
        (MeanSquaredError(0.5), lambda n: 0.5),
        (MeanSquaredError(3.0), lambda n: 3.0),
        (SumOfSquaredErrors(), lambda n: n),
        (SumOfSquaredErrors(0.5), lambda n: 0.5 * n),
    ],
    ids=lambda value: getattr(value, "symbol", ""),
)
def test_a_factor_multiplies_losses_gradients_hessians_and_the_least_loss(
    loss: Loss, times: Callable[[int], float], points: int
) -> None:
    data = datasets.linear(points=points, noise=1.0)
    plain, other, factor = Problem(data, Linear()), Problem(data, Linear(), loss), times(points)
    params = np.array([[0.5, 2.0], [-1.0, 3.0]])
    np.testing.assert_allclose(other.loss(params), factor * plain.loss(params), rtol=1e-12)
    np.testing.assert_allclose(other.gradient(params), factor * plain.gradient(params), rtol=1e-12)
    assert other.hessian is not None and plain.hessian is not None
    np.testing.assert_allclose(other.hessian, factor * plain.hessian, rtol=1e-12)
    assert other.minimum is not None and plain.minimum is not None
    np.testing.assert_allclose(
        np.asarray(other.minimum.params), np.asarray(plain.minimum.params), rtol=1e-10
    )
    assert other.minimum.loss == pytest.approx(factor * plain.minimum.loss, rel=1e-9, abs=1e-20)
    both = other.loss_and_gradient_at(params)
    np.testing.assert_allclose(both[0], other.loss(params), rtol=1e-12)
    np.testing.assert_allclose(both[1], other.gradient(params), rtol=1e-12)


def test_penalties_show_in_name_and_symbol() -> None:
    assert ridge(1.0).loss_symbol == "MSE + L2"
    assert ridge(1.0).loss_name == "mean squared error + L2"
    assert LINE.loss_symbol == "MSE"


def test_validation_losses_are_those_of_the_validation_set_without_penalty() -> None:
    train, validation = LINE.data.split(0.7, seed=1)
    problem = Problem(train, Linear(), penalty=L2(5.0), validation=validation)
    params = np.random.default_rng(0).normal(size=(6, 3, 2))
    expected = np.mean(
        (params[..., :1] * validation.x[:, 0] + params[..., 1:] - validation.y) ** 2, -1
    )
    np.testing.assert_allclose(problem.validation_losses(params), expected, rtol=1e-12)
    with pytest.raises(GdanimError, match=r"^Problem: .*no validation set"):
        LINE.validation_losses(params)
    with pytest.raises(GdanimError, match="1 feature.*validation .*2"):
        Problem(train, Linear(), validation=Dataset(np.ones((3, 2)), np.ones(3)))


def test_log_loss_needs_a_probability_and_outcomes() -> None:
    outcomes = Dataset(np.arange(4.0), [0.0, 1.0, 1.0, 0.5])  # type: ignore[arg-type]
    assert Problem(outcomes, Logistic(), LogLoss()).loss((0.0, 0.0)) == pytest.approx(np.log(2))
    for model in (Linear(), MLP()):
        with pytest.raises(GdanimError, match=r"^LogLoss: (Linear|MLP) .*probability"):
            Problem(outcomes, model, LogLoss())
    wrong = Dataset(np.arange(2.0), [1.0, 2.0])  # type: ignore[arg-type]
    for data, validation in ((wrong, None), (outcomes, wrong)):
        with pytest.raises(GdanimError, match=r"^LogLoss: .*point 1 is 2\.0$"):
            Problem(data, Logistic(), LogLoss(), validation=validation)


@each_pair
def test_nothing_raises_or_warns_far_out(case: ModelCase, loss: Loss) -> None:
    problem = _problem(case, loss)
    for size in (1e3, 1e160, 1e308, np.inf, np.nan):
        params = np.full(len(case.params), size)
        assert problem.loss(params).shape == ()
        assert problem.gradient(params).shape == params.shape
        assert problem.losses(np.stack([params, -params])).shape == (2,)
