"""Problem: loss and gradient over the data and over batches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases import LINE, LOSSES, MODELS, ModelCase

from gdanim import arrays
from gdanim.errors import GdanimError
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.losses import Loss, MeanSquaredError
from gdanim.problems.model import LinearInParameters
from gdanim.problems.problem import Problem

each_model = pytest.mark.parametrize("case", MODELS, ids=str)
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)


def _problem(case: ModelCase, loss: Loss) -> Problem:
    y = np.random.default_rng(1).normal(size=13)
    return Problem(Dataset(case.x(13), y), case.model, loss)


@each_model
@each_loss
@pytest.mark.parametrize("batch", [None, [2, 3, 3, 7]], ids=["all", "batch"])
def test_gradient_is_the_derivative_of_loss(
    case: ModelCase, loss: Loss, batch: list[int] | None
) -> None:
    problem, params = _problem(case, loss), np.array(case.params)
    direction = np.random.default_rng(2).normal(size=len(params))
    chosen = None if batch is None else np.array(batch)
    h = 1e-5
    analytic = float(problem.gradient(params, chosen) @ direction)
    ahead, behind = (float(problem.loss(params + t * direction, chosen)) for t in (h, -h))
    numeric = (ahead - behind) / (2 * h)
    assert analytic == pytest.approx(numeric, rel=1e-6), (
        f"{case}, {loss.name}: gradient {analytic!r}, difference quotient {numeric!r}"
    )


@each_model
@each_loss
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


@each_model
def test_a_constant_hessian_is_the_change_of_the_gradient(case: ModelCase) -> None:
    problem, params = _problem(case, MeanSquaredError()), np.array(case.params)
    hessian = problem.hessian()
    if not isinstance(case.model, LinearInParameters):
        assert hessian is None
        return
    assert hessian is not None
    step = np.random.default_rng(3).normal(size=len(params))
    change = problem.gradient(params + step) - problem.gradient(params)
    np.testing.assert_allclose(hessian @ step, change, rtol=1e-9, atol=1e-9)


@each_model
def test_no_direction_leads_down_from_the_best_fit(case: ModelCase) -> None:
    problem = _problem(case, MeanSquaredError())
    best = problem.best()
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
