"""Networks of other packages in the parameters of ours: by their shapes, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gdanim import Recorder, datasets
from gdanim.core.arrays import Floats
from gdanim.descent._layers import shapes_of
from gdanim.errors import GdanimError
from gdanim.problems.cross_entropy import CrossEntropy
from gdanim.problems.losses import LogLoss
from gdanim.problems.mlp import MLP
from gdanim.problems.model import Model
from gdanim.problems.problem import Problem
from gdanim.problems.softmax import Softmax

MOONS = Problem(datasets.moons(points=40), MLP((3,), "tanh", "logistic"), LogLoss())
RNG = np.random.default_rng(0)
W1, B1, W2, B2 = (RNG.normal(size=shape) for shape in ((3, 2), (3,), (1, 3), (1,)))
OURS = np.concatenate([part.ravel() for part in (W1, B1, W2, B2)])


def taken(params: Any, problem: Problem = MOONS) -> Floats:
    recorder = Recorder(problem)
    recorder.snapshot(params)
    params_taken: Floats = recorder.run().params[0]
    return params_taken


class Module:
    """What gdanim looks at of a torch module."""

    def __init__(self, *arrays: Floats) -> None:
        self._arrays = arrays

    def parameters(self) -> Any:
        return iter(self._arrays)


class Sequential(Module):
    """A torch Sequential, with one layer for every array or name."""

    def __init__(self, *layers: Any) -> None:
        super().__init__(*(part for layer in layers for part in layer.parameters()))
        self._layers = layers

    def __iter__(self) -> Any:
        return iter(self._layers)


class Linear(Module):
    pass


def activation(name: str) -> Any:
    """A layer without parameters."""
    return type(name, (Module,), {})()


class Classifier:
    """What a fitted MLPClassifier has."""

    def __init__(self, activation: str = "tanh") -> None:
        self.activation = activation
        self.coefs_, self.intercepts_ = [W1.T, W2.T], [B1, B2]

    def fit(self) -> None:
        """As every estimator can."""


@pytest.mark.parametrize(
    "params",
    [
        OURS,
        [W1, B1, W2, B2],
        [W1.T, B1, W2.T, B2],
        [(W1.T, B1), (W2.T, B2)],
        [[W1.T, W2.T], [B1, B2]],
        [W1, B1[:, np.newaxis], W2, B2[:, np.newaxis]],
        [W1.T, B1[np.newaxis], W2.T, B2[np.newaxis]],
        {"Dense_1": {"kernel": W2.T, "bias": B2}, "Dense_0": {"bias": B1, "kernel": W1.T}},
        {"params": {"Dense_2": {"bias": B1, "kernel": W1.T}, "Dense_10": {"kernel": W2.T, "bias": B2}}},  # noqa: E501
        {"0.weight": W1, "0.bias": B1, "2.weight": W2, "2.bias": B2},
        Module(W1, B1, W2, B2),
        Sequential(Linear(W1, B1), activation("Tanh"), Linear(W2, B2), activation("Sigmoid")),
        Sequential(Linear(W1, B1), activation("Tanh"), activation("Dropout"), Linear(W2, B2)),
        Classifier(),
    ],
)  # fmt: skip
def test_layers_are_taken_by_their_shapes(params: Any) -> None:
    np.testing.assert_array_equal(taken(params), OURS)


def test_a_matrix_of_classes() -> None:
    problem = Problem(datasets.blobs(points=30, classes=3), Softmax(), CrossEntropy())
    weights, biases = RNG.normal(size=(3, 2)), RNG.normal(size=3)
    for given in ([weights, biases], [weights.T, biases]):
        np.testing.assert_array_equal(taken(given, problem), [*weights.ravel(), *biases])


SQUARE = Problem(datasets.moons(points=40), MLP((2, 2), "tanh", "logistic"), LogLoss())
SQUARES = [RNG.normal(size=shape) for shape in ((2, 2), (2,), (2, 2), (2,), (1, 2), (1,))]


def test_one_oblong_layer_tells_the_order_of_all() -> None:
    a, b, c, d, last, e = SQUARES
    ours = np.concatenate([part.ravel() for part in SQUARES])
    np.testing.assert_array_equal(taken([a.T, b, c.T, d, last.T, e], SQUARE), ours)
    np.testing.assert_array_equal(taken(SQUARES, SQUARE), ours)


class Parameter(np.ndarray):
    """An array that a torch module has registered."""


def test_square_layers_alone_are_told_apart_by_their_package() -> None:
    problem = Problem(datasets.blobs(points=30, classes=2), Softmax(), CrossEntropy())
    weights, biases = RNG.normal(size=(2, 2)), RNG.normal(size=2)
    ours = [*weights.ravel(), *biases]
    with pytest.raises(GdanimError, match=r"\[out, in\] or \[in, out\]"):
        taken([weights, biases], problem)
    np.testing.assert_array_equal(taken(Module(weights, biases), problem), ours)
    np.testing.assert_array_equal(taken({"kernel": weights.T, "bias": biases}, problem), ours)
    registered = [weights.view(Parameter), biases.view(Parameter)]
    np.testing.assert_array_equal(taken(registered, problem), ours)


MISTAKES: dict[str, Any] = {
    "wider": [RNG.normal(size=(4, 2)), np.zeros(4), RNG.normal(size=(1, 4)), np.zeros(1)],
    "a layer too many": [W1, B1, np.eye(3), B1, W2, B2],
    "no biases": [W1, W2],
    "mixed": [W1.T, B1, W2, B2],
    "a module of [in, out]": Module(W1.T, B1, W2.T, B2),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_other_layers_are_refused_one_by_one(name: str) -> None:
    with pytest.raises(GdanimError, match=r"W1 \(3, 2\), b1 \(3,\), W2 \(1, 3\).*predict="):
        taken(MISTAKES[name])


@pytest.mark.parametrize(
    "network",
    [
        Sequential(Linear(W1, B1), activation("ReLU"), Linear(W2, B2)),
        Sequential(Linear(W1, B1), activation("GELU"), Linear(W2, B2)),
        Sequential(Linear(W1, B1), Linear(W2, B2)),
        Classifier("relu"),
    ],
)
def test_another_activation_is_refused(network: Any) -> None:
    with pytest.raises(GdanimError, match="activations are .*the model has tanh"):
        taken(network)


SILENT: dict[str, tuple[Any, Callable[[Floats], Floats]]] = {
    "another activation": (MLP((3,), "sigmoid"), lambda params: params),
    "theta = (b, w)": (MLP((3,), "tanh"), lambda params: params[::-1].copy()),
}


@pytest.mark.parametrize("name", SILENT)
def test_what_numbers_do_not_tell_the_loss_does(name: str) -> None:
    other, moved = SILENT[name]
    true = Problem(MOONS.data, MLP((3,), "tanh"))
    wrong = Problem(MOONS.data, other)
    Recorder(true).snapshot(OURS, loss=true.loss(OURS))
    with pytest.raises(GdanimError, match="the activation, the order of the parameters"):
        Recorder(wrong).snapshot(moved(OURS), loss=true.loss(OURS))


def test_losses_of_several_runs_are_compared_one_by_one() -> None:
    rows = np.stack([OURS, 2 * OURS])
    Recorder(MOONS).snapshot(rows, loss=MOONS.loss(rows))
    with pytest.raises(GdanimError, match="the loop's loss"):
        Recorder(MOONS).snapshot(rows, loss=MOONS.loss(rows)[::-1])


def test_a_validation_loss_is_compared() -> None:
    train, held_out = MOONS.data.split(0.8, seed=0)
    problem = Problem(train, MOONS.model, LogLoss(), validation=held_out)
    right = problem.validation_losses(OURS[np.newaxis])[0]
    Recorder(problem).snapshot(OURS, validation=right)
    with pytest.raises(GdanimError, match="validation loss"):
        Recorder(problem).snapshot(OURS, validation=1.1 * right)
    with pytest.raises(GdanimError, match="no validation set"):
        Recorder(MOONS).snapshot(OURS, validation=right)


@pytest.mark.parametrize("model", [MLP((3, 2), features=4), Softmax(3, 2)])
def test_names_have_the_shapes(model: Model) -> None:
    shapes = shapes_of(model.names)
    assert sum(int(np.prod(shape)) for shape in shapes.values()) == len(model.names)
    assert shapes_of(("slope", "intercept")) == {}
