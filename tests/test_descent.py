"""Descent: published runs, divergence, many runs at once, bad input."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from cases import LINE, OPTIMIZERS, WAVE, OptimizerCase
from numpy.typing import ArrayLike, NDArray
from published import BOOK_LOSSES, BOOK_START, book, first_line

from gdanim.core.arrays import BLOCK, Floats
from gdanim.descent.adaptive import Adam
from gdanim.descent.descent import Descent
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run
from gdanim.descent.starts import starts
from gdanim.descent.stopping import Stop
from gdanim.errors import GdanimError
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.formula import Formula
from gdanim.problems.linear import Linear
from gdanim.problems.losses import Huber, Loss, MeanAbsoluteError, MeanSquaredError
from gdanim.problems.mlp import MLP
from gdanim.problems.model import Model
from gdanim.problems.penalties import L2
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.schedules import Exponential

each_optimizer = pytest.mark.parametrize("case", OPTIMIZERS, ids=str)


# Published runs


def test_the_first_animated_line_to_every_published_digit() -> None:
    run = descend(first_line(), GradientDescent(0.01), (-1, 1), 400)
    error = np.sqrt(run.losses)
    published = {0: "9.1365", 10: "7.0426", 100: "0.6773", 200: "0.0571", 400: "0.02277"}
    for step, text in published.items():
        decimals = len(text.partition(".")[2])
        assert f"{error[step]:.{decimals}f}" == text, f"step {step}"
    assert [f"{value:.4f}" for value in run.params[400]] == ["2.9076", "8.0502"]


def test_the_book_start() -> None:
    problem = book()
    assert problem.loss(BOOK_START) == pytest.approx(25823.8086, abs=0.003)
    np.testing.assert_allclose(
        problem.gradient(BOOK_START), [-53195.8594, -3419.7146, -253.8908], atol=1e-3
    )


def test_the_book_losses() -> None:
    run = descend(book(), GradientDescent(1e-5), BOOK_START, 10)
    np.testing.assert_allclose(run.losses, BOOK_LOSSES, atol=0.003, rtol=0)


def test_the_book_loss_goes_on_falling_far_above_its_floor() -> None:
    problem = book()
    run = descend(problem, GradientDescent(1e-5), BOOK_START, 10_000)
    assert [f"{run.losses[step]:.2f}" for step in (1000, 10_000)] == ["672.74", "640.52"]
    floor = problem.loss(np.polyfit(problem.data.x[:, 0], problem.data.y, 2))
    assert floor == pytest.approx(7.303745, rel=1e-9)


def test_the_animated_line_in_distribution() -> None:
    # fast.ai's course of 2019, lesson 2 (fastai/course-v3, nbs/dl1/lesson2-sgd.ipynb); no seed.
    # These losses are of `y = x@a + torch.rand(n)`, noise uniform on (0, 1). Another revision
    # reads `0.25*torch.nrand(n)`, which torch has not, and keeps the outputs as they were.
    published = [7.9356, 1.4609, 0.4824, 0.1995, 0.1147, 0.0893, 0.0816, 0.0793, 0.0786, 0.0784]
    runs = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        x = rng.uniform(-1, 1, 100)
        data = Dataset(x, 3 * x + 2 + rng.uniform(0, 1, 100))
        runs.append(descend(Problem(data, Linear()), GradientDescent(0.1), (-1, 1), 100))
    losses, noise = np.array([run.losses for run in runs]), 1 / 12
    # A line through 100 points takes 2 of them: a fit's residuals are that much below the noise.
    assert losses[:, 100].mean() == pytest.approx(noise * 98 / 100, rel=0.01)
    # A uniform variable's fourth moment is 1.8 of its variance's square.
    assert abs(losses[:, 100] - noise).max() < 5 * noise * np.sqrt((1.8 - 1) / 100)
    # The noise's mean is the intercept's.
    np.testing.assert_allclose(np.mean([run.params[100] for run in runs], 0), (3, 2.5), atol=0.01)
    # All in the runs' middle nine tenths. Were the noise 0.25 normal, the first would be at 98 %.
    low, high = np.quantile(losses[:, :100:10], [0.05, 0.95], axis=0)
    assert np.all((low < published) & (published < high))
    # Start, first fall and floor together no further from the runs' mean than nine in ten runs
    # are (Mahalanobis, of the logarithms): they are at about 30 %, and with 0.25 normal at 99.9.
    offsets = np.log(np.vstack([losses[:, :100:10], published]))[:, [0, 1, 9]]
    offsets -= offsets[:-1].mean(axis=0)
    distances = np.vecdot(offsets @ np.linalg.inv(np.cov(offsets[:-1].T)), offsets)
    assert np.mean(distances[:-1] < distances[-1]) < 0.9


# The loop


@each_optimizer
def test_converges_on_a_line(case: OptimizerCase) -> None:
    run = descend(LINE, case.optimizer(), (-1, 3), 1000)
    best = np.polyfit(LINE.data.x[:, 0], LINE.data.y, 1)
    np.testing.assert_allclose(run.params[-1], best, rtol=1e-6)
    assert str(run.outcome) == "finished at step 1000"
    assert run.params.shape == (1001, 2)
    assert run.losses.shape == (1001,)
    assert (run.steps, run.runs) == (1000, ())


def test_the_rule() -> None:
    run = descend(LINE, GradientDescent(0.01), (-1, 3), 2)
    first = np.array([-1, 3]) - 0.01 * LINE.gradient((-1, 3))
    second = first - 0.01 * LINE.gradient(first)
    expected = np.stack([np.array([-1.0, 3.0]), first, second])
    np.testing.assert_allclose(run.params, expected, rtol=1e-14)


def test_no_steps() -> None:
    run = descend(LINE, GradientDescent(0.01), (-1, 3), 0)
    np.testing.assert_array_equal(run.params, [[-1, 3]])
    assert (run.steps, run.losses.shape, str(run.outcome)) == (0, (1,), "finished at step 0")
    assert run.rate(0) == 0.01


class Already(Stop):
    """Holds from the start."""

    @property
    def kind(self) -> str:
        return "converged"

    def holds(self, losses: Floats) -> NDArray[np.bool_]:
        return np.ones(losses.shape, dtype=bool)


@pytest.mark.parametrize("lr", [0.01, [0.01, 0.02], [[0.01], [0.02]]])
@pytest.mark.parametrize("how", [{"steps": 0}, {"steps": 9, "stop": Already()}])
@pytest.mark.parametrize("batch_size", [None, 7])
def test_no_steps_and_a_schedule(lr: Any, how: dict[str, Any], batch_size: int | None) -> None:
    """There is the one row that the first step would have used."""
    optimizer = GradientDescent(Exponential(lr, 0.5))
    run = descend(LINE, optimizer, (-1, 3), batch_size=batch_size, **how)
    assert run.steps == 0
    np.testing.assert_array_equal(run.rates, np.broadcast_to(lr, run.params.shape))
    assert run.batch(0) is None
    assert (run.batches is None) == (batch_size is None)


def test_without_a_start_the_seed_decides() -> None:
    one, same, other = (descend(WAVE, GradientDescent(0.1), None, 5, seed=s) for s in (3, 3, 4))
    np.testing.assert_array_equal(one.params, same.params)
    assert not np.array_equal(one.params[0], other.params[0])


def test_the_loss_on_held_out_points() -> None:
    held_out = Dataset(np.array([0.0, 1, 2]), np.array([1.0, 4, 2]))
    problem = Problem(LINE.data, Linear(), penalty=L2(0.1), validation=held_out)
    starts = np.random.default_rng(0).normal(size=(3, 2))
    run = descend(problem, GradientDescent(0.01), starts, 20)
    losses = run.validation_losses
    assert losses is not None and losses is run.validation_losses
    slope, intercept = run.params[..., 0], run.params[..., 1]
    squares = [(slope * x + intercept - y) ** 2 for x, y in [(0, 1), (1, 4), (2, 2)]]
    np.testing.assert_allclose(losses, np.mean(squares, axis=0), rtol=1e-12)
    with pytest.raises(ValueError, match="read-only"):
        losses[...] = 0
    one = run[1].validation_losses
    assert one is not None
    np.testing.assert_allclose(one, losses[:, 1], rtol=1e-12)
    assert descend(LINE, GradientDescent(0.01), (-1, 3), 2).validation_losses is None


def test_a_run_cannot_be_written_to() -> None:
    start = np.array([-1.0, 3.0])
    run = descend(LINE, GradientDescent(0.01), start, 5)
    start[0] = 99
    assert run.params[0, 0] == -1
    assert run.rates is not None
    for array in (run.params, run.losses, run.outcome.step, run.rates):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


# Divergence: no exception, and no warning, which pytest would turn into one


def _edge(problem: Problem) -> float:
    """The largest stable learning rate on a line: 2 over the Hessian's largest eigenvalue."""
    design = np.stack([problem.data.x[:, 0], np.ones(len(problem.data))], axis=1)
    return float(2 / np.linalg.eigvalsh(2 * design.T @ design / len(design)).max())


def test_the_edge_of_stability() -> None:
    edge = _edge(LINE)
    assert f"{edge:.6f}" == "0.029994"
    below, above = (descend(LINE, GradientDescent(edge * f), (-1, 3), 5000) for f in (0.99, 1.01))
    assert str(below.outcome) == "finished at step 5000"
    best = np.polyfit(LINE.data.x[:, 0], LINE.data.y, 1)
    np.testing.assert_allclose(below.params[-1], best, rtol=1e-9)
    assert above.losses[-1] > above.losses[100] > above.losses[0]


@pytest.mark.parametrize("lr", [0.05, 1.0, 1e10, 1e200])
def test_a_diverging_run_ends_at_its_last_finite_step(lr: float) -> None:
    run = descend(LINE, GradientDescent(lr), (-1, 3), 2000)
    assert run.steps < 2000
    assert str(run.outcome) == f"diverged at step {run.steps}"
    assert np.isfinite(run.params).all()
    assert np.isfinite(run.losses).all()
    with np.errstate(all="ignore"):
        beyond = run.params[-1] - lr * LINE.gradient(run.params[-1])
        assert not np.isfinite(LINE.loss(beyond))
    assert run.rate(0) == run.rate(run.steps) == lr


def test_divergence_at_the_very_last_step_is_seen() -> None:
    steps = descend(LINE, GradientDescent(1.0), (-1, 3), 2000).steps
    exactly = descend(LINE, GradientDescent(1.0), (-1, 3), steps)
    one_more = descend(LINE, GradientDescent(1.0), (-1, 3), steps + 1)
    assert str(exactly.outcome) == f"finished at step {steps}"
    assert str(one_more.outcome) == f"diverged at step {steps}"


def test_some_of_many_runs_diverge() -> None:
    rates = [0.01, 1.0, 0.029, 30.0]
    together = descend(LINE, GradientDescent(np.array(rates)[:, np.newaxis]), (-1, 3), 300)
    assert together.params.shape == (301, 4, 2)
    assert together.losses.shape == (301, 4)
    assert together.outcome.kind.tolist() == ["finished", "diverged", "finished", "diverged"]
    for index, lr in enumerate(rates):
        alone = descend(LINE, GradientDescent(lr), (-1, 3), 300)
        one = together[index]
        assert str(one.outcome) == str(alone.outcome)
        np.testing.assert_allclose(one.params, alone.params, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(one.losses, alone.losses, rtol=1e-11)
        assert one.rate(5) == lr
        assert one.rate(5).shape == ()
        # From its end on, a run stands still.
        held = together.params[alone.steps :, index]
        np.testing.assert_array_equal(held, np.broadcast_to(held[0], held.shape))


def test_when_all_runs_diverge_the_longest_decides_the_length() -> None:
    run = descend(LINE, GradientDescent([[1.0], [30.0]]), (-1, 3), 2000)
    assert run.outcome.kind.tolist() == ["diverged", "diverged"]
    assert run.steps == run.outcome.step[0] > run.outcome.step[1]


# Many runs


@each_optimizer
def test_a_run_of_the_axis_equals_that_run_alone(case: OptimizerCase) -> None:
    starts = np.random.default_rng(0).uniform(-3, 3, (2, 3, 2))
    together = descend(LINE, case.optimizer(), starts, 50)
    assert together.runs == (2, 3)
    assert repr(together).startswith("Run((2, 3) runs x 50 steps of slope, intercept: finished at")
    for i, j in np.ndindex(2, 3):
        one, alone = together[i][j], descend(LINE, case.optimizer(), starts[i, j], 50)
        np.testing.assert_allclose(one.params, alone.params, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(one.losses, alone.losses, rtol=1e-12)
        assert repr(one) == repr(alone)
        for step in (0, 50):
            np.testing.assert_array_equal(one.rate(step), alone.rate(step))


def exponential(x: Floats, a: Floats, b: Floats) -> Floats:
    return np.exp(a * x) + b


def logarithm(x: Floats, a: Floats, b: Floats) -> Floats:
    # Below 0 it is not a number, and steps may lead there and back.
    return np.log(a + b * x)


@pytest.mark.slow
@pytest.mark.parametrize("loss", [MeanSquaredError(), MeanAbsoluteError(), Huber(0.5)], ids=repr)
@pytest.mark.parametrize(
    "model",
    [Polynomial(3), MLP((3,)), Formula(exponential), Formula(logarithm)],
    ids=["cubic", "network", "exponential", "logarithm"],
)
def test_many_runs_end_where_each_ends_alone(model: Model, loss: Loss) -> None:
    """Whatever overflows on the way."""
    x = np.linspace(0.1, 4, 12)
    problem = Problem(Dataset(x, np.sin(x) + x), model, loss)
    rng = np.random.default_rng(1)
    starts = rng.uniform(0.2, 2, (20, len(model.names))) * rng.choice([1, 1, 9], (20, 1))
    starts = starts[np.isfinite(problem.losses(starts[np.newaxis])[0])]
    ends = set()
    for lr in (0.01, 0.7, 40.0):
        together = descend(problem, GradientDescent(lr), starts, 80)
        for index, start in enumerate(starts):
            alone = descend(problem, GradientDescent(lr), start, 80)
            assert str(together[index].outcome) == str(alone.outcome)
            assert np.isfinite(alone.losses).all()
            ends.add(str(alone.outcome.kind))
    assert "diverged" in ends or not isinstance(loss, MeanSquaredError)


@pytest.mark.parametrize(
    "optimizer", [GradientDescent(0.01), Momentum(0.001), Adam(0.05)], ids=lambda rule: rule.name
)
def test_many_runs_of_a_wave_are_each_the_run_alone(optimizer: Optimizer) -> None:
    together = descend(WAVE, optimizer, starts(WAVE, 0, 20), 200)
    for index in range(20):
        alone = descend(WAVE, optimizer, together.params[0, index], 200)
        np.testing.assert_allclose(together[index].params, alone.params, rtol=1e-12, atol=1e-12)


def test_more_runs_than_are_evaluated_at_a_time_equal_each_alone() -> None:
    problem = Problem(datasets.sinusoid(points=50_000), Sinusoid())
    assert 2 < 4 * BLOCK / problem.workspace < 3
    many = np.random.default_rng(0).uniform((1, 1, 0, -5), (3, 4, 2, 5), (5, 4))
    together = descend(problem, GradientDescent(1e-3), many, 3)
    for index, start in enumerate(many):
        alone = descend(problem, GradientDescent(1e-3), start, 3)
        np.testing.assert_allclose(together[index].params, alone.params, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(together[index].losses, alone.losses, rtol=1e-12)


@pytest.mark.parametrize(
    ("lr", "start", "shape"),
    [
        (0.01, (-1, 3), (2,)),
        (np.float32(0.01), (-1, 3), (2,)),
        ([0.01, 0.5], (-1, 3), (2,)),
        ([[0.01], [0.02], [0.03]], (-1, 3), (3, 2)),
        ([[0.01], [0.02], [0.03]], [(-1, 3), (0, 0), (1, 1)], (3, 2)),
        ([0.01, 0.5], [(-1, 3), (0, 0), (1, 1)], (3, 2)),
        ([[0.01, 0.5], [0.02, 0.6], [0.03, 0.7]], (-1, 3), (3, 2)),
        ([[[0.01]], [[0.02]]], [(-1, 3), (0, 0), (1, 1)], (2, 3, 2)),
    ],
    ids=str,
)
def test_learning_rates_broadcast(lr: ArrayLike, start: ArrayLike, shape: tuple[int, ...]) -> None:
    run = descend(LINE, GradientDescent(lr), start, 10)
    assert run.params.shape == (11, *shape)
    assert run.rates is not None and run.rates.shape == (10, *shape)
    params = np.broadcast_to(np.asarray(start, dtype=np.float64), shape)
    for step in range(11):
        np.testing.assert_allclose(run.params[step], params, rtol=1e-12)
        np.testing.assert_array_equal(
            run.rates[min(step, 9)], np.broadcast_to(run.rate(step), shape)
        )
        np.testing.assert_array_equal(
            np.broadcast_to(run.rate(step), shape),
            np.broadcast_to(np.asarray(lr, dtype=np.float64), shape),
        )
        params = params - np.asarray(lr, dtype=np.float64) * LINE.gradient(params)


@pytest.mark.parametrize("index", [0, 2, -1])
def test_a_run_of_the_axis_has_its_own_rates(index: int) -> None:
    lr = np.array([[0.01, 0.5], [0.02, 0.6], [0.03, 0.7]])
    one = descend(LINE, GradientDescent(lr), (-1, 3), 4)[index]
    np.testing.assert_array_equal(one.rate(2), lr[index])
    shared = descend(LINE, GradientDescent([0.01, 0.5]), [(-1, 3), (0, 0), (1, 1)], 4)[index]
    np.testing.assert_array_equal(shared.rate(2), [0.01, 0.5])
    shared = descend(LINE, GradientDescent([[0.01, 0.5]]), [(-1, 3), (0, 0), (1, 1)], 4)[index]
    np.testing.assert_array_equal(shared.rate(2), [0.01, 0.5])


def test_there_is_no_run_beyond_the_last() -> None:
    run = descend(LINE, GradientDescent([[0.01], [0.02]]), (-1, 3), 4)
    with pytest.raises(IndexError):
        run[2]
    with pytest.raises(IndexError, match="single run"):
        run[0][0]


def test_the_optimizer_keeps_its_own_rates() -> None:
    lr = np.array([0.01, 0.5])
    optimizer = GradientDescent(lr)
    lr[0] = 99
    np.testing.assert_array_equal(np.asarray(optimizer.lr), [0.01, 0.5])
    assert repr(GradientDescent(np.float64(0.1))) == "GradientDescent(lr=0.1)"


# Bad input


@pytest.mark.parametrize(
    ("lr", "message"),
    [
        (0, "lr: must be a finite number above 0, got 0"),
        (-0.1, "lr: must be a finite number above 0, got -0.1"),
        (np.nan, "lr: must be a finite number above 0, got nan"),
        (np.inf, "lr: must be a finite number above 0, got inf"),
        (True, "lr: must be a finite number above 0, got True"),
        ([], "lr: must be a finite number above 0, got []"),
        ([0.1, 0], "lr: must be a finite number above 0, got [0.1, 0]"),
        ("0.1", "lr: expected numbers, got '0.1'"),
        (None, "lr: expected numbers, got None"),
    ],
)
def test_bad_rates(lr: Any, message: str) -> None:
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}$"):
        GradientDescent(lr)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"start": (1, 2, 3)}, "start: 2 numbers expected (slope, intercept), got 3"),
        ({"start": 1.0}, "start: 2 numbers expected (slope, intercept), got a single number"),
        ({"start": ()}, "start: 2 numbers expected (slope, intercept), got 0"),
        ({"start": "12"}, "start: expected numbers, got '12'"),
        ({"start": (1, None)}, "start: expected numbers, got (1, None)"),
        ({"start": (1, np.nan)}, "start: must be finite numbers (slope, intercept), got (1, nan)"),
        ({"start": np.ones((0, 2))}, "start: must be finite numbers (slope, intercept), got array"),
        ({"start": (1e200, 0)}, "start: [1e+200, 0.0] has no finite loss; start nearer to"),
        ({"start": [(0, 0), (1e200, 0)]}, "start: [1e+200, 0.0] has no finite loss"),
        ({"steps": -1}, "steps: must be a whole number of at least 0, got -1"),
        ({"steps": 10.0}, "steps: must be a whole number of at least 0, got 10.0"),
        ({"steps": True}, "steps: must be a whole number of at least 0, got True"),
        ({"seed": None}, "seed: must be a whole number of at least 0, got None"),
        ({"optimizer": GradientDescent([1, 2, 3])}, "lr: shape (3,) does not fit start (2,) of 2"),
        (
            {"optimizer": GradientDescent([[1], [2], [3]]), "start": [(0, 0), (1, 1)]},
            "lr: shape (3, 1) does not fit start (2, 2) of 2 parameters; give one number, 2 num",
        ),
    ],
    ids=str,
)
def test_bad_arguments(arguments: dict[str, Any], message: str) -> None:
    good: dict[str, Any] = {"optimizer": GradientDescent(0.01), "start": (1, 2)}
    with pytest.raises(GdanimError, match=f"^{re.escape(message)}"):
        descend(LINE, **(good | arguments))


def test_numbers_of_numpy_are_steps_too() -> None:
    run = descend(LINE, GradientDescent(0.01), None, np.int64(3), np.int64(1))  # type: ignore[arg-type]
    assert isinstance(run, Run)
    assert run.steps == 3


def test_one_point_and_a_constant_feature() -> None:
    run = descend(Problem(Dataset([2.0], [5.0]), Linear()), GradientDescent(0.1), (0, 0), 100)  # type: ignore[arg-type]
    assert run.losses[-1] < 1e-12
    level = Problem(datasets.polynomial([7], noise=0), Polynomial(0))
    assert descend(level, GradientDescent(0.5), (0,), 1).params[-1, 0] == pytest.approx(7)


def test_progress_is_told_and_can_end_the_descent() -> None:
    told: list[tuple[int, int]] = []
    problem, optimizer = Problem(datasets.linear(), Linear()), Adam(0.1)
    run = descend(problem, optimizer, (0, 0), steps=1000, progress=lambda *one: told.append(one))
    taken = [steps for steps, _ in told]
    assert taken == sorted(set(taken)) and taken[-1] == 1000 and {all for _, all in told} == {1000}
    assert np.diff([0, *taken]).max() <= 64
    assert np.array_equal(run.params, descend(problem, optimizer, (0, 0), steps=1000).params)

    def end(taken: int, steps: int) -> None:
        raise InterruptedError(f"{taken}")

    with pytest.raises(InterruptedError, match="16"):
        Descent(problem, optimizer, (0, 0), steps=1000).run(end)
