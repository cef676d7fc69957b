"""Gradients against those that autograd and JAX derive from formulas written anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from types import ModuleType
from typing import Any

import autograd
import autograd.numpy
import numpy as np
import pytest
from cases import PAIRS, ModelCase, decay, outcomes, power, saddle

from gdanim.problems.cross_entropy import CrossEntropy
from gdanim.problems.dataset import Dataset
from gdanim.problems.losses import LogLoss, Loss, NegativeLogLikelihood
from gdanim.problems.penalties import L1, L2
from gdanim.problems.problem import Problem

Array = Any
Predict = Callable[[ModuleType, Array, Array], Array]
BATCH = np.array([2, 3, 3, 7])


def _line(xp: ModuleType, p: Array, x: Array) -> Array:
    return x @ p[:-1] + p[-1]


def _polynomial(xp: ModuleType, p: Array, x: Array) -> Array:
    return sum(coefficient * x[:, 0] ** power for power, coefficient in enumerate(p[::-1]))


def _network(sizes: tuple[int, ...], activation: str) -> Predict:
    def predict(xp: ModuleType, p: Array, x: Array) -> Array:
        act = {
            "sigmoid": lambda z: 1 / (1 + xp.exp(-z)),
            "tanh": xp.tanh,
            "relu": lambda z: xp.where(z > 0, z, 0.0),
        }[activation]
        units, at = x, 0
        for layer, (before, after) in enumerate(pairwise(sizes), 2):
            weights = xp.reshape(p[at : at + before * after], (after, before))
            at += before * after
            units = units @ weights.T + p[at : at + after]
            at += after
            units = act(units) if layer < len(sizes) else units
        return units[:, 0] if sizes[-1] == 1 else units

    return predict


# Of the logits, where the prediction is a probability.
MODELS: dict[str, Predict] = {
    "linear": _line,
    "linear in 3 features": _line,
    "constant": lambda xp, p, x: p[0] + 0 * x[:, 0],
    "quadratic": _polynomial,
    "sextic": _polynomial,
    "sinusoid": lambda xp, p, x: p[0] * xp.sin(p[1] * x[:, 0] + p[2]) + p[3],
    "logistic": _line,
    "logistic in 2 features": _line,
    "network": _network((1, 4, 1), "sigmoid"),
    "tanh network": _network((2, 3, 2, 1), "tanh"),
    "relu network": _network((1, 5, 4, 3, 1), "relu"),
    "logistic network": _network((2, 3, 1), "tanh"),
    "softmax": lambda xp, p, x: x @ xp.reshape(p[:6], (3, 2)).T + p[6:],
    "softmax network": _network((2, 3, 2, 4), "tanh"),
    "function": lambda xp, p, x: (
        xp.where(
            x[:, 0] > 0,
            p[0] * xp.exp(-p[1] * x[:, 0]),
            p[0] + xp.sin(xp.pi * p[1]) / (xp.pi * p[1]) * x[:, 0],
        )
        + p[2]
    ),
    "function of 2 features": lambda xp, p, x: p[0] * x[:, 0] ** 2 - p[1] * xp.tanh(p[1] * x[:, 1]),
    "function with derivative": lambda xp, p, x: p[0] * xp.exp(p[1] * x[:, 0]),
}
LOSSES: dict[str, Callable[[ModuleType, Array, Array], Array]] = {
    "mean squared error": lambda xp, z, y: xp.mean((z - y) ** 2),
    "half mean squared error": lambda xp, z, y: xp.sum((z - y) ** 2) / (2 * len(y)),
    "sum of squared errors": lambda xp, z, y: xp.sum((z - y) ** 2),
    "root mean squared error": lambda xp, z, y: xp.sqrt(xp.mean((z - y) ** 2)),
    "mean absolute error": lambda xp, z, y: xp.mean(xp.abs(z - y)),
    "Huber loss": lambda xp, z, y: xp.mean(
        xp.where(xp.abs(z - y) <= 0.7, (z - y) ** 2 / 2, 0.7 * (xp.abs(z - y) - 0.35))
    ),
    "log loss": lambda xp, z, y: xp.mean(
        -y * xp.log(1 / (1 + xp.exp(-z))) - (1 - y) * xp.log(1 / (1 + xp.exp(z)))
    ),
    "negative log-likelihood": lambda xp, z, y: xp.sum(
        y * xp.log(1 + xp.exp(-z)) + (1 - y) * xp.log(1 + xp.exp(z))
    ),
    "cross-entropy": lambda xp, z, y: (
        -xp.mean(xp.log((xp.exp(z) / xp.exp(z).sum(1, keepdims=True))[np.arange(len(z)), y]))
    ),
}


def _written_anew(xp: ModuleType, case: ModelCase, loss: Loss, x: Array, y: Array) -> Any:
    def value(p: Array) -> Array:
        z = MODELS[case.name](xp, p, x)
        if isinstance(loss, CrossEntropy):
            scores = z if case.outputs else xp.stack([0 * z, z], 1)
            return LOSSES[loss.name](xp, scores, np.asarray(y).astype(int))
        of_logits = isinstance(loss, (LogLoss, NegativeLogLikelihood))
        probability = case.model.logits is not None and not of_logits
        return LOSSES[loss.name](xp, 1 / (1 + xp.exp(-z)) if probability else z, y)

    return value


def _data(case: ModelCase, loss: Loss, batch: Array | None) -> tuple[Array, Array]:
    x, y = case.x(13), np.random.default_rng(1).uniform(size=13)
    if isinstance(loss, CrossEntropy):
        y = outcomes(case, loss, 13)
    return (x, y) if batch is None else (x[batch], y[batch])


def _agrees(case: ModelCase, loss: Loss, batch: Array | None, value: Any, gradient: Any) -> None:
    problem = Problem(Dataset(*_data(case, loss, None)), case.model, loss)
    np.testing.assert_allclose(problem.loss(case.params, batch), value, rtol=1e-12)
    np.testing.assert_allclose(
        problem.gradient(case.params, batch), gradient, rtol=1e-10, atol=1e-10
    )


@pytest.mark.parametrize(("case", "loss"), PAIRS, ids=lambda value: getattr(value, "name", ""))
def test_autograd(case: ModelCase, loss: Loss) -> None:
    params = np.array(case.params)
    for batch in (None, BATCH):
        value = _written_anew(autograd.numpy, case, loss, *_data(case, loss, batch))
        _agrees(case, loss, batch, value(params), autograd.grad(value)(params))


def test_jax() -> None:
    pytest.importorskip("jax")
    # JAX starts threads, and warns whenever a process with threads forks: it gets its own.
    done = subprocess.run(
        [sys.executable, __file__],
        env={**os.environ, "JAX_ENABLE_X64": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    for (case, loss), found in zip(PAIRS, json.loads(done.stdout), strict=True):
        _agrees(case, loss, None, *found)


def _jax() -> None:
    """Print the loss and the gradient of every pair over all points."""
    import jax

    found = []
    for case, loss in PAIRS:
        x, y = map(jax.numpy.asarray, _data(case, loss, None))
        derive = jax.value_and_grad(_written_anew(jax.numpy, case, loss, x, y))
        value, gradient = derive(jax.numpy.asarray(case.params))
        found.append((float(value), gradient.tolist()))
    print(json.dumps(found))


@pytest.mark.parametrize("penalty", [L1(0.3), L2(0.3)], ids=repr)
def test_penalties(penalty: L1 | L2) -> None:
    for case, loss in PAIRS:
        data = Dataset(*_data(case, loss, None))
        free = [name in case.model.intercepts for name in case.model.names]

        def cost(p: Array, free: list[bool] = free) -> Array:
            sizes = autograd.numpy.abs(p) if isinstance(penalty, L1) else p**2
            return autograd.numpy.sum(autograd.numpy.where(free, 0.0, 0.3 * sizes))

        plain = Problem(data, case.model, loss)
        penalised = Problem(data, case.model, loss, penalty)
        params = np.array(case.params)
        np.testing.assert_allclose(
            penalised.loss(params), plain.loss(params) + cost(params), rtol=1e-13
        )
        np.testing.assert_allclose(
            penalised.gradient(params),
            plain.gradient(params) + autograd.grad(cost)(params),
            rtol=1e-12,
            atol=1e-14,
        )


@pytest.mark.parametrize("formula", [decay, saddle, power])
def test_a_formula_may_use_autograds_numpy_too(
    formula: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from gdanim.problems.formula import Formula

    features = 2 if formula is saddle else 1
    x = np.random.default_rng(0).normal(size=(7, features))
    params = np.array([[0.5, -1.0, 2.0], [1.5, 0.3, 0.0]])[:, : 3 if formula is decay else 2]
    plain = Formula(formula, features).vjp(params, x, np.ones(7))
    monkeypatch.setitem(formula.__globals__, "np", autograd.numpy)
    np.testing.assert_array_equal(Formula(formula, features).vjp(params, x, np.ones(7)), plain)


if __name__ == "__main__":
    _jax()
