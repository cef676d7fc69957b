"""Stochastic descent: batches, epochs, and what is recorded of them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from cases import LINE, VALLEY, WAVE

from gdanim.core.arrays import Ints
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.mini_batches import Batches
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem

START = (2.9, 1.72, 0, -1.2)


def test_each_step_goes_down_its_own_batch() -> None:
    run = descend(WAVE, GradientDescent(0.01), START, 50, batch_size=7)
    for step in range(50):
        batch = seen(run, step)
        expected = run.params[step] - 0.01 * WAVE.gradient(run.params[step], batch)
        np.testing.assert_allclose(run.params[step + 1], expected, rtol=1e-12)
    np.testing.assert_allclose(run.losses[3], WAVE.loss(run.params[3]), rtol=1e-12)


def seen(run: Run, step: int) -> Ints:
    batch = run.batch(step)
    assert batch is not None
    return batch


def test_every_point_comes_once_in_each_epoch_in_another_order() -> None:
    run = descend(WAVE, GradientDescent(0.01), START, epochs=3, batch_size=7)
    assert run.steps == 3 * 15
    epochs = [[seen(run, 15 * epoch + i) for i in range(15)] for epoch in range(3)]
    orders = [[int(i) for batch in batches for i in batch] for batches in epochs]
    assert all(sorted(order) == list(range(100)) for order in orders)
    assert orders[0] != orders[1] != orders[2] != list(range(100))
    sizes = [[len(batch) for batch in batches] for batches in epochs]
    assert sizes == [[7] * 14 + [2]] * 3
    assert run.batches is not None
    assert run.batches.shape == (45, 7)
    assert run.batches[14].tolist() == [*orders[0][-2:], *[-1] * 5]


def test_the_seed_decides() -> None:
    one, same, other = (
        descend(WAVE, GradientDescent(0.01), START, 20, seed=s, batch_size=5) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.params, same.params)
    assert not np.array_equal(one.params, other.params)


def test_all_points_in_one_batch_are_the_whole() -> None:
    whole = descend(WAVE, Adam(0.1), START, 20)
    batch = descend(WAVE, Adam(0.1), START, epochs=20, batch_size=100)
    np.testing.assert_allclose(batch.params, whole.params, rtol=1e-9)
    assert whole.batches is None
    assert whole.batch(0) is None


def test_epochs_of_the_whole_are_steps() -> None:
    assert descend(WAVE, Adam(0.1), START, epochs=4).steps == 4
    assert descend(WAVE, Adam(0.1), START, epochs=0, batch_size=5).batch(0) is None


def test_runs_share_their_batches_and_are_each_the_run_alone() -> None:
    starts = np.random.default_rng(0).uniform(-1, 1, (3, 4))
    together = descend(WAVE, Adam(0.1), starts, 40, batch_size=9)
    for index, start in enumerate(starts):
        alone = descend(WAVE, Adam(0.1), start, 40, batch_size=9)
        np.testing.assert_allclose(together[index].params, alone.params, rtol=1e-12, atol=1e-12)
        assert together[index].batches is not None
        np.testing.assert_array_equal(together[index].batches, alone.batches)


@pytest.mark.parametrize("lr", [0.2, 1e10, 1e160])
def test_divergence(lr: float) -> None:
    run = descend(LINE, GradientDescent([[lr], [0.001], [3 * lr]]), (-1, 3), 3000, batch_size=3)
    assert run.outcome.kind.tolist() == ["diverged", "finished", "diverged"]
    assert np.isfinite(run.losses).all()
    for index in (0, 2):
        one = run[index]
        batch = run.batch(one.steps)
        assert one.steps < 3000
        with np.errstate(all="ignore"):
            beyond = one.params[-1] - one.rate(0) * LINE.gradient(one.params[-1], batch)
            assert not np.isfinite(LINE.loss(beyond))


def test_one_epoch_of_many_points_evaluates_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a million points: neither the descent nor its record looks at all of them every step."""
    n, points = 500_000, []
    x = np.linspace(-1, 1, n)
    problem = Problem(Dataset(x, np.sin(x)), WAVE.model)
    forward = type(WAVE.model).forward

    def counted(model: Any, params: Any, x: Any) -> Any:
        points.append(x.shape[-2] * max(1, params.size // 4))
        return forward(model, params, x)

    monkeypatch.setattr(type(WAVE.model), "forward", counted)
    run = descend(problem, GradientDescent(0.1), (1, 1, 0, 0), epochs=1, batch_size=1000)
    assert run.steps == 500
    # Besides, the first loss and the last one, and the recorder's look at the first; and two looks
    # at what the model returns for two runs and three points.
    assert sum(points) <= 4 * n + 2 * 2 * 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 101}, "batch_size: must be at most 100, the number of points, got 101"),
        ({"batch_size": 0}, "batch_size: must be a whole number of at least 1, got 0"),
        ({"batch_size": 2.0}, "batch_size: must be a whole number of at least 1, got 2.0"),
        ({"epochs": -1}, "epochs: must be a whole number of at least 0, got -1"),
        ({"epochs": 2, "steps": 3}, "steps, epochs: give one of them, got 3 and 2"),
    ],
    ids=str,
)
def test_bad_values(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}$"):
        descend(LINE, GradientDescent(0.01), (0, 0), **arguments)


def test_no_data_to_choose_from() -> None:
    with pytest.raises(GdanimError, match="^batch_size: .*no data"):
        descend(VALLEY, GradientDescent(0.01), (0, 0), batch_size=3)


def test_a_linear_model_of_one_feature_in_batches() -> None:
    order = Batches(10, 3, seed=4).order(2)
    assert sorted(order) == list(range(10))
    problem = Problem(Dataset(np.arange(10.0), 2 * np.arange(10.0) + 1), Linear())
    run = descend(problem, Adam(0.1), (0, 0), epochs=300, batch_size=3)
    np.testing.assert_allclose(run.params[-1], [2, 1], atol=0.05)
