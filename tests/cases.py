"""The tables that tests run over; a new model, loss, optimizer or view adds its row here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from gdanim.core.arrays import Floats, Ints
from gdanim.descent.adaptive import AdaGrad, Adam, AdamW, RMSProp
from gdanim.descent.descent import Descent
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.newton import Newton
from gdanim.descent.noise import Noisy
from gdanim.descent.optimizer import Optimizer
from gdanim.problems import datasets
from gdanim.problems.accuracy import predicts_classes
from gdanim.problems.cross_entropy import CrossEntropy
from gdanim.problems.dataset import Dataset
from gdanim.problems.formula import Formula
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
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
from gdanim.problems.mlp import MLP
from gdanim.problems.model import Model
from gdanim.problems.objective import KnownMinimum, Objective
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.problems.softmax import Softmax
from gdanim.scene import Scene
from gdanim.views.base import View
from gdanim.views.basins import Basins
from gdanim.views.boundary import Boundary
from gdanim.views.confusion import Confusion
from gdanim.views.contour import Contour
from gdanim.views.each import Each
from gdanim.views.fit import Fit
from gdanim.views.gradient import MOST, Gradient
from gdanim.views.hidden_units import HiddenUnits
from gdanim.views.inset import Inset
from gdanim.views.learning_rate import LearningRate
from gdanim.views.loss_curve import LossCurve
from gdanim.views.loss_slice import LossSlice
from gdanim.views.optimizer_state import OptimizerState
from gdanim.views.parameters import Parameters
from gdanim.views.predicted_actual import PredictedActual
from gdanim.views.rate_sweep import RateSweep
from gdanim.views.surface import Surface
from gdanim.views.text import Text
from gdanim.views.weights import Weights


@dataclass(frozen=True, eq=False)
class ModelCase:
    """A model, parameters that are typical of it, and how far x reaches."""

    name: str
    model: Model
    params: tuple[float, ...]
    reach: float = 2.0

    def __str__(self) -> str:
        return self.name

    def x(self, *shape: int) -> Floats:
        """Points of that shape and the model's number of features."""
        rng = np.random.default_rng(0)
        return rng.uniform(-self.reach, self.reach, (*shape, self.model.features or 1))

    @property
    def outputs(self) -> tuple[int, ...]:
        """The last axis of a prediction, which models of one number leave out."""
        return (self.model.outputs,) if self.model.outputs > 1 else ()

    @property
    def loss(self) -> Loss:
        """A loss that is defined for the model."""
        return CrossEntropy() if self.outputs else MeanSquaredError()


def outcomes(case: ModelCase, loss: Loss, points: int) -> Floats:
    """Values of y that the loss is defined for."""
    rng = np.random.default_rng(1)
    if isinstance(loss, CrossEntropy):
        return rng.permutation(np.arange(points) % max(case.model.outputs, 2)).astype(float)
    if isinstance(loss, LogLoss | NegativeLogLikelihood):
        return np.append(rng.uniform(size=points - 8), np.arange(8) % 2)
    return rng.normal(size=points)


def _network(name: str, model: MLP) -> ModelCase:
    return ModelCase(name, model, tuple(model.init(np.random.default_rng(3))))


def decay(x: Any, height: Any, rate: Any, floor: Any) -> Any:
    """NumPy's own functions, a condition, a parameter on its own."""
    return np.where(x > 0, height * np.exp(-rate * x), height + np.sinc(rate) * x) + floor


def saddle(x1: Any, x2: Any, a: Any, b: Any) -> Any:
    """Two features."""
    return a * x1**2 + np.tanh(b * x2) * abs(b)


def power(x: Any, a: Any, b: Any) -> Any:
    """What has a derivative of its own."""
    return a * np.exp(b * x)


def power_slopes(x: Any, a: Any, b: Any) -> Any:
    """By a and by b."""
    return np.exp(b * x), a * x * np.exp(b * x)


MODELS = [
    ModelCase("linear", Linear(), (1.5, -0.5)),
    ModelCase("linear in 3 features", Linear(3), (1.5, -0.5, 0.25, 2.0)),
    ModelCase("constant", Polynomial(0), (1.5,)),
    ModelCase("quadratic", Polynomial(2), (0.5, -1.0, 2.0)),
    ModelCase("sextic", Polynomial(6), (0.1, -0.2, 0.3, 0.5, -0.5, 1.0, 2.0)),
    ModelCase("sinusoid", Sinusoid(), (2.2, 1.05, 1.36, -4.7), reach=10.0),
    ModelCase("logistic", Logistic(), (1.5, -0.5)),
    ModelCase("logistic in 2 features", Logistic(2), (1.5, -0.5, 0.25)),
    _network("network", MLP((4,))),
    _network("tanh network", MLP((3, 2), "tanh", features=2)),
    _network("relu network", MLP((5, 4, 3), "relu")),
    _network("logistic network", MLP((3,), "tanh", "logistic", features=2)),
    ModelCase("softmax", Softmax(3, 2), (1.5, -0.5, 0.25, -1.0, 0.0, 2.0, 0.3, -0.2, 0.1)),
    _network("softmax network", MLP((3, 2), "tanh", "softmax", features=2, classes=4)),
    ModelCase("function", Formula(decay), (1.5, 0.5, -1.0)),
    ModelCase("function of 2 features", Formula(saddle, features=2), (0.5, -1.0)),
    ModelCase("function with derivative", Formula(power, derivative=power_slopes), (1.5, 0.7)),
]

# Losses of any prediction, and those that need a probability.
LOSSES: list[Loss] = [
    MeanSquaredError(),
    MeanSquaredError(0.5),
    SumOfSquaredErrors(),
    RootMeanSquaredError(),
    MeanAbsoluteError(),
    Huber(0.7),
]
LOSSES_OF_PROBABILITIES: list[Loss] = [LogLoss(), NegativeLogLikelihood()]
PAIRS: list[tuple[ModelCase, Loss]] = [
    *((case, loss) for case in MODELS for loss in LOSSES if not case.outputs),
    *(
        (case, loss)
        for case in MODELS
        for loss in LOSSES_OF_PROBABILITIES
        if case.model.logits is not None and not case.outputs
    ),
    *((case, CrossEntropy()) for case in MODELS if case.model.logits is not None),
]


@dataclass(frozen=True, eq=False)
class OptimizerCase:
    """How an optimizer is made from a learning rate, and one that is stable on LINE."""

    name: str
    make: Callable[[Any], Optimizer]
    lr: float

    def __str__(self) -> str:
        return self.name

    def optimizer(self) -> Optimizer:
        """With the stable rate."""
        return self.make(self.lr)


OPTIMIZERS = [
    OptimizerCase("gradient descent", GradientDescent, 0.01),
    OptimizerCase("momentum", Momentum, 0.01),
    OptimizerCase("Nesterov", Nesterov, 0.01),
    OptimizerCase("AdaGrad", AdaGrad, 1.0),
    OptimizerCase("RMSProp", RMSProp, 0.01),
    OptimizerCase("Adam", Adam, 0.1),
    OptimizerCase("AdamW", lambda lr: AdamW(lr, decay=1e-9), 0.1),
    OptimizerCase("Newton", Newton, 0.5),
    OptimizerCase("damped Newton", lambda lr: Newton(lr, damping=0.1), 0.5),
    OptimizerCase("noisy", lambda lr: Noisy(GradientDescent(lr), 1e-9), 0.01),
]

LINE = Problem(datasets.linear(2.0, 1.0), Linear())
WAVE = Problem(datasets.sinusoid(), Sinusoid())
CLASSES = Problem(
    Dataset(np.random.default_rng(0).normal(size=(20, 2)), np.tile([0.0, 1.0], 10)),
    Logistic(2),
    LogLoss(),
)
NETWORK = Problem(datasets.linear(points=20), MLP((2,)))
PLANE_NETWORK = Problem(CLASSES.data, MLP((3, 2), "tanh", "logistic"), LogLoss())


class Valley(Objective):
    """Rosenbrock's function, a curved valley with its minimum 0 at (1, 1), by hand."""

    names = ("x", "y")
    formula = r"(1 - x)^2 + 100\,(y - x^2)^2"
    loss_name = "value"
    minimum = KnownMinimum("minimum", 0.0, np.ones(2))

    def init(self, rng: np.random.Generator) -> Floats:
        return rng.uniform(-2, 2, 2)

    def loss_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        x, y = np.moveaxis(params, -1, 0)
        return np.asarray((1 - x) ** 2 + 100 * (y - x * x) ** 2)

    def gradient_at(self, params: Floats, batch: Ints | None = None) -> Floats:
        x, y = np.moveaxis(params, -1, 0)
        across = y - x * x
        return np.stack([-2 * (1 - x) - 400 * x * across, 200 * across], axis=-1)


VALLEY, VALLEY_START = Valley(), (-1.5, 2.0)


@dataclass(frozen=True, eq=False)
class ViewCase:
    """A view, and the problems that it is made for."""

    name: str
    view: View
    made_for: Callable[[Objective], bool] = lambda problem: True

    def __str__(self) -> str:
        return self.name


def few_parameters(problem: Objective) -> bool:
    """At most as many as Gradient shows."""
    return len(problem.names) <= MOST


def two_parameters(problem: Objective) -> bool:
    return len(problem.names) >= 2


def quickly_repeated(problem: Objective) -> bool:
    """So small that a run can be repeated from every start."""
    return few_parameters(problem) and problem.workspace < 1000


def a_plane(problem: Objective) -> bool:
    return two_parameters(problem) and quickly_repeated(problem)


def one_feature(problem: Objective) -> bool:
    return isinstance(problem, Problem) and problem.data.features == 1


def two_classes(problem: Objective) -> bool:
    return (
        isinstance(problem, Problem)
        and problem.data.features <= 2
        and set(problem.data.y.tolist()) <= set(range(max(2, problem.model.outputs)))
    )


def network_of_one_feature(problem: Objective) -> bool:
    return one_feature(problem) and isinstance(problem, Problem) and isinstance(problem.model, MLP)


def network_of_two_features(problem: Objective) -> bool:
    return (
        isinstance(problem, Problem)
        and isinstance(problem.model, MLP)
        and problem.data.features == 2
    )


def predicts_a_number(problem: Objective) -> bool:
    if not isinstance(problem, Problem):
        return False
    return problem.model.logits is None and problem.model.outputs == 1


VIEWS = [
    ViewCase("fit", Fit(), one_feature),
    ViewCase("loss curve", LossCurve()),
    ViewCase("parameters", Parameters()),
    ViewCase("parameters with an inset", Inset(Parameters(), LossCurve(scale="linear"))),
    ViewCase("learning rate", LearningRate()),
    ViewCase("gradient", Gradient(), few_parameters),
    ViewCase("text", Text("{step}: {loss}, {rate}")),
    ViewCase("fit with squares", Fit(residuals="squares"), one_feature),
    ViewCase("fit for each", Each(Fit(residuals="lines")), one_feature),
    ViewCase("loss slice", LossSlice()),
    ViewCase("contour", Contour(), two_parameters),
    ViewCase("contour of a pair", Contour((0, 1)), two_parameters),
    ViewCase("contour of the main plane", Contour("main"), two_parameters),
    ViewCase("surface", Surface(), two_parameters),
    ViewCase("surface, turning", Surface((0, 1), turn=60), two_parameters),
    ViewCase("boundary", Boundary(), two_classes),
    ViewCase("weights", Weights(), network_of_one_feature),
    ViewCase("hidden units", HiddenUnits(), network_of_two_features),
    ViewCase("rate sweep", RateSweep(count=31)),
    ViewCase("basins", Basins(cells=32), a_plane),
    ViewCase(
        "basins over the rate", Basins((0, "learning rate"), "loss", cells=20), quickly_repeated
    ),
    ViewCase("optimizer state", OptimizerState(), few_parameters),
    ViewCase("confusion", Confusion(), predicts_classes),
    ViewCase("predicted against actual", PredictedActual(), predicts_a_number),
]


def make_scene(problem: Any, optimizer: Any, start: Any = None, **arguments: Any) -> Scene:
    """A Scene, all of whose arguments can be given by name."""
    return Scene(problem, optimizer, start, **arguments)


def only(scene: Scene) -> Descent:
    """The one descent of the scene."""
    (descent,) = scene.descents.values()
    assert isinstance(descent, Descent)
    return descent


def changed(scene: Scene, **changes: Any) -> Scene:
    """The scene of one descent with other arguments, for the descent or for how it is shown."""
    before = {field.name: getattr(only(scene), field.name) for field in fields(Descent)}
    before |= {field.name: getattr(scene, field.name) for field in fields(Scene)}
    before.pop("descents")
    return make_scene(**(before | changes))
