"""Anyone's training loop, recorded; and the optimizers of torch and optax, followed step by step.

The peers come with `pip install -e '.[dev,interop]'`; gdanim itself never imports them.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import LINE, WAVE
from numpy.typing import ArrayLike
from published import BOOK_START, book

from gdanim import schedules
from gdanim.core.arrays import Floats
from gdanim.descent.adaptive import AdaGrad, Adam, AdamW, RMSProp
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.recorder import Recorder
from gdanim.descent.run import Run
from gdanim.descent.schedule import Planned
from gdanim.descent.torch_landscape import torch_landscape
from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError
from gdanim.pacing.timeline import Even
from gdanim.problems import datasets, objectives
from gdanim.problems.losses import LogLoss
from gdanim.problems.mlp import MLP
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem
from gdanim.rendering.pipeline import render
from gdanim.scene import Scene

pytestmark = pytest.mark.slow

STEPS = 200
PLACES: dict[str, tuple[Objective, ArrayLike]] = {
    "Rosenbrock": (objectives.rosenbrock(), (-1.5, 2.0)),
    "the book's parabola": (book(), BOOK_START),
}


def peer(name: str) -> Any:
    found: Any = pytest.importorskip(name, reason=f"{name} comes with the extra 'interop'")
    if name == "torch":
        # Its threads would wait for each other on a machine that is busy.
        found.set_num_threads(1)
    return found


# Their optimizers, on our gradients: what is compared is the rule

TORCH: dict[str, tuple[Optimizer, Callable[[Any, Any], Any]]] = {
    "SGD": (GradientDescent(1e-5), lambda t, p: t.SGD(p, lr=1e-5)),
    "momentum": (Momentum(1e-6, 0.8), lambda t, p: t.SGD(p, lr=1e-6, momentum=0.8)),
    "Nesterov": (Nesterov(1e-6), lambda t, p: t.SGD(p, lr=1e-6, momentum=0.9, nesterov=True)),
    "AdaGrad": (AdaGrad(0.1), lambda t, p: t.Adagrad(p, lr=0.1)),
    "RMSProp": (RMSProp(1e-3), lambda t, p: t.RMSprop(p, lr=1e-3)),
    "RMSProp, decay 0.9": (RMSProp(1e-3, 0.9), lambda t, p: t.RMSprop(p, lr=1e-3, alpha=0.9)),
    "Adam": (Adam(0.01), lambda t, p: t.Adam(p, lr=0.01)),
    "Adam, other betas": (
        Adam(0.01, 0.8, 0.9, 1e-4),
        lambda t, p: t.Adam(p, lr=0.01, betas=(0.8, 0.9), eps=1e-4),
    ),
    "AdamW": (AdamW(0.01), lambda t, p: t.AdamW(p, lr=0.01)),
    "AdamW, decay 0.3": (AdamW(0.01, 0.3), lambda t, p: t.AdamW(p, lr=0.01, weight_decay=0.3)),
}

OPTAX: dict[str, tuple[Optimizer, Callable[[Any], Any]]] = {
    "sgd": (GradientDescent(1e-5), lambda o: o.sgd(1e-5)),
    "momentum": (Momentum(1e-6), lambda o: o.sgd(1e-6, momentum=0.9)),
    "Nesterov": (Nesterov(1e-6), lambda o: o.sgd(1e-6, momentum=0.9, nesterov=True)),
    # optax adds eps under the root, and starts from a sum of 0.1 unless told otherwise.
    "AdaGrad": (AdaGrad(0.1, eps=0), lambda o: o.adagrad(0.1, 0.0, eps=0.0)),
    "RMSProp": (
        RMSProp(1e-3, 0.9),
        lambda o: o.rmsprop(1e-3, decay=0.9, eps_in_sqrt=False),
    ),
    "Adam": (Adam(0.01), lambda o: o.adam(0.01)),
    "AdamW": (AdamW(0.01, 0.3), lambda o: o.adamw(0.01, weight_decay=0.3)),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", TORCH)
def test_the_trajectory_of_torch(name: str, place: str) -> None:
    torch = peer("torch")
    (optimizer, make), (problem, start) = TORCH[name], PLACES[place]
    params = torch.tensor(np.array(start), dtype=torch.float64, requires_grad=True)
    theirs, recorder = make(torch.optim, [params]), Recorder(problem)
    recorder.snapshot(params)
    for _ in range(STEPS):
        params.grad = torch.from_numpy(problem.gradient(params.detach().numpy()).copy())
        theirs.step()
        recorder.snapshot(params)
    ours = descend(problem, optimizer, start, STEPS)
    np.testing.assert_allclose(ours.params, recorder.run().params, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", OPTAX)
def test_the_trajectory_of_optax(name: str, place: str) -> None:
    jax, optax = peer("jax"), peer("optax")
    (optimizer, make), (problem, start) = OPTAX[name], PLACES[place]
    with jax.enable_x64(True):
        params = jax.numpy.array(np.array(start, dtype=np.float64))
        theirs, recorder = make(optax), Recorder(problem)
        state = theirs.init(params)
        recorder.snapshot(params)
        for _ in range(STEPS):
            gradient = jax.numpy.array(problem.gradient(np.asarray(params)))
            updates, state = theirs.update(gradient, state, params)
            params = optax.apply_updates(params, updates)
            recorder.snapshot(params)
    ours = descend(problem, optimizer, start, STEPS)
    np.testing.assert_allclose(ours.params, recorder.run().params, rtol=1e-10, atol=1e-10)


TORCH_SCHEDULES: dict[str, tuple[Planned, Callable[[Any, Any], Any]]] = {
    "exponential": (schedules.Exponential(0.5, 0.9), lambda s, o: s.ExponentialLR(o, 0.9)),
    "step": (schedules.StepDecay(0.5, 0.3, 4), lambda s, o: s.StepLR(o, 4, 0.3)),
    "cosine": (
        schedules.Cosine(0.5, 20, 0.1),
        lambda s, o: s.CosineAnnealingLR(o, 20, eta_min=0.1),
    ),
    "piecewise": (
        schedules.Piecewise([0.5, 0.05, 0.005], [5, 9]),
        lambda s, o: s.MultiStepLR(o, [5, 9], 0.1),
    ),
    "warm-up": (
        schedules.WarmUp(schedules.Constant(0.5), 7, 0.2),
        lambda s, o: s.LinearLR(o, 0.2, total_iters=7),
    ),
    "one-cycle": (schedules.OneCycle(0.5, 20), lambda s, o: s.OneCycleLR(o, 0.5, total_steps=20)),
}


@pytest.mark.parametrize("name", TORCH_SCHEDULES)
def test_the_schedules_of_torch(name: str) -> None:
    torch = peer("torch")
    ours, make = TORCH_SCHEDULES[name]
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.5)
    theirs, rates = make(torch.optim.lr_scheduler, optimizer), []
    for _ in range(19):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        theirs.step()
    np.testing.assert_allclose([float(ours(s)) for s in range(19)], rates, rtol=1e-10)


@pytest.mark.parametrize("factor", [0.5, 0.9])
def test_the_plateau_of_torch(factor: float) -> None:
    torch = peer("torch")
    run = descend(
        WAVE, GradientDescent(schedules.Plateau(0.3, factor, 3, 0.01)), (2.9, 1.72, 0, -1.2), 120
    )
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.3)
    theirs = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=factor, patience=3, threshold=0.01, eps=0
    )
    for step, loss in enumerate(run.losses[:-1]):
        theirs.step(loss)
        rate = optimizer.param_groups[0]["lr"]
        assert float(run.rate(step)) == pytest.approx(rate, rel=1e-12)
    assert rate < 0.3


# Whole loops of theirs


def shown(run: Run, folder: Path) -> None:
    """The run becomes a video, whose last frame is not the first."""
    scene = Scene(run.problem, run, title="Theirs", size=(160, 96), fps=4, pace=Even(2))
    made, film = render(scene, folder / "theirs.mp4"), scene.film()
    assert made.frames == len(film) == ffmpeg.count_frames(made.path)
    assert film.draw(0).tobytes() != film.draw(len(film) - 1).tobytes()


def test_a_loop_of_torch(tmp_path: Path) -> None:
    torch = peer("torch")
    x, y = torch.from_numpy(LINE.data.x.copy()), torch.from_numpy(LINE.data.y.copy())
    module = torch.nn.Linear(1, 1, dtype=torch.float64)
    with torch.no_grad():
        module.weight.fill_(-1.0)
        module.bias.fill_(3.0)
    optimizer = torch.optim.Adam(module.parameters(), lr=0.1)
    recorder = Recorder(LINE)
    recorder.snapshot(module)
    for _ in range(100):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(module(x)[:, 0], y).backward()
        optimizer.step()
        recorder.snapshot(module)
    ours, run = descend(LINE, Adam(0.1), (-1, 3), 100), recorder.run()
    np.testing.assert_allclose(run.params, ours.params, rtol=1e-9)
    shown(run, tmp_path)


def test_a_network_of_torch(tmp_path: Path) -> None:
    torch = peer("torch")
    x, y = torch.from_numpy(WAVE.data.x / 10), torch.from_numpy(WAVE.data.y.copy())
    problem = Problem(type(WAVE.data)(x.numpy(), y.numpy()), MLP((5, 3), "tanh"))
    torch.manual_seed(0)
    layers = [torch.nn.Linear(1, 5), torch.nn.Tanh(), torch.nn.Linear(5, 3), torch.nn.Tanh()]
    module = torch.nn.Sequential(*layers, torch.nn.Linear(3, 1)).double()
    optimizer = torch.optim.SGD(module.parameters(), lr=0.05)
    recorder = Recorder(problem)
    recorder.snapshot(module)
    losses = []
    for _ in range(50):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(module(x)[:, 0], y)
        losses.append(float(loss.detach()))
        loss.backward()
        optimizer.step()
        recorder.snapshot(module)
    run = recorder.run()
    np.testing.assert_allclose(run.losses[:-1], losses, rtol=1e-10)
    ours = descend(problem, GradientDescent(0.05), run.params[0], 50)
    np.testing.assert_allclose(run.params, ours.params, rtol=1e-8, atol=1e-10)
    shown(run, tmp_path)


def test_tensors_of_torch() -> None:
    torch = peer("torch")
    recorder = Recorder(LINE)
    slope = torch.tensor(2.0, requires_grad=True)
    recorder.snapshot([slope, torch.tensor([1.5])])
    recorder.snapshot({"intercept": torch.tensor(0.5, dtype=torch.bfloat16), "slope": slope})
    recorder.snapshot(torch.tensor([3.0, 4.0], requires_grad=True))
    np.testing.assert_array_equal(recorder.run().params, [[2, 1.5], [2, 0.5], [3, 4]])


def test_a_loop_of_scikit_learn(tmp_path: Path) -> None:
    linear_model = peer("sklearn.linear_model")
    estimator = linear_model.SGDRegressor(
        learning_rate="constant", eta0=0.001, penalty=None, shuffle=False
    )
    recorder = Recorder(LINE)
    with pytest.raises(GdanimError, match="SGDRegressor .*fit it first"):
        recorder.snapshot(estimator)
    recorder.snapshot((0, 0))
    x, y = LINE.data.x, LINE.data.y
    params = np.zeros(2)
    expected = [params]
    for _ in range(5):
        estimator.partial_fit(x, y)
        recorder.snapshot(estimator)
        # Its loss of a point is half the squared error.
        for point, value in zip(x[:, 0], y, strict=True):
            params = params - 0.001 * (params @ (point, 1) - value) * np.array([point, 1])
        expected.append(params)
    run = recorder.run()
    np.testing.assert_allclose(run.params, expected, rtol=1e-10)
    assert run.losses[-1] < run.losses[0]
    shown(run, tmp_path)


def test_a_loop_of_jax_and_optax(tmp_path: Path) -> None:
    jax, optax = peer("jax"), peer("optax")
    with jax.enable_x64(True):
        x, y = jax.numpy.array(LINE.data.x[:, 0]), jax.numpy.array(LINE.data.y)
        params = {"slope": jax.numpy.array(-1.0), "intercept": jax.numpy.array(3.0)}

        def loss(params: Any) -> Any:
            return ((params["slope"] * x + params["intercept"] - y) ** 2).mean()

        optimizer = optax.adam(0.1)
        state, recorder = optimizer.init(params), Recorder(LINE)
        recorder.snapshot(params)
        for _ in range(50):
            updates, state = optimizer.update(jax.grad(loss)(params), state)
            params = optax.apply_updates(params, updates)
            recorder.snapshot(params)
        tree = (jax.numpy.array([[7.0]]), [jax.numpy.array(8.0)])
        recorder.snapshot(tree)
        recorder.snapshot(jax.numpy.array([9.5, 0.5], dtype=jax.numpy.bfloat16))
        recorder.snapshot([jax.numpy.bfloat16(9.5), 0.5])
    run = recorder.run()
    ours = descend(LINE, Adam(0.1), (-1, 3), 50)
    np.testing.assert_allclose(run.params[:-3], ours.params, rtol=1e-9)
    np.testing.assert_array_equal(run.params[-3:], [[7, 8], [9.5, 0.5], [9.5, 0.5]])
    shown(run, tmp_path)


MOONS = Problem(datasets.moons(points=80), MLP((5,), "tanh", "logistic"), LogLoss())


def test_a_classifier_of_scikit_learn_with_a_hidden_layer(tmp_path: Path) -> None:
    neural_network = peer("sklearn.neural_network")
    estimator = neural_network.MLPClassifier((5,), "tanh", learning_rate_init=0.05, random_state=0)
    x, y = MOONS.data.x, MOONS.data.y
    recorder, predictions = Recorder(MOONS), Recorder(MOONS.data, predict=estimator)
    for _ in range(20):
        estimator.partial_fit(x, y, classes=[0, 1])
        loss = -np.log(estimator.predict_proba(x)[np.arange(len(y)), y.astype(int)]).mean()
        recorder.snapshot(estimator, loss=loss)
        predictions.snapshot(loss=loss)
    run, other = recorder.run(), predictions.run()
    np.testing.assert_allclose(run.losses, other.losses, rtol=1e-9)
    shown(run, tmp_path)
    shown(other, tmp_path)


def test_networks_of_torch_that_match_and_others() -> None:
    torch = peer("torch")
    nn, recorder = torch.nn, Recorder(MOONS)
    chance = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 1), nn.Sigmoid())
    with torch.no_grad():
        p = chance(torch.tensor(MOONS.data.x).float())[:, 0]
        y = torch.tensor(MOONS.data.y).float()
        loss = nn.functional.binary_cross_entropy(p, y)
    for given in (chance, chance.state_dict(), list(chance.parameters())):
        recorder.snapshot(given, loss=loss)
    params = recorder.run().params
    np.testing.assert_array_equal(params, params[[0, 0, 0]])
    for other, message in (
        (nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 1)), "activations are ReLU"),
        (nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1)), r"W1 \(5, 2\)"),
    ):
        with pytest.raises(GdanimError, match=message):
            recorder.snapshot(other)


def test_layers_of_jax(tmp_path: Path) -> None:
    jax = peer("jax")
    x, y = jax.numpy.array(MOONS.data.x), jax.numpy.array(MOONS.data.y)
    keys = jax.random.split(jax.random.key(0), 2)
    params = [
        (jax.random.normal(keys[0], (2, 5)), jax.numpy.zeros(5)),
        (jax.random.normal(keys[1], (5, 1)), jax.numpy.zeros(1)),
    ]

    def logit(params: Any, x: Any) -> Any:
        (w1, b1), (w2, b2) = params
        return (jax.numpy.tanh(x @ w1 + b1) @ w2 + b2)[:, 0]

    def loss(params: Any) -> Any:
        z = logit(params, x)
        return (jax.numpy.logaddexp(0, z) - y * z).mean()

    recorder = Recorder(MOONS)
    black_box = Recorder(MOONS.data, predict=lambda x: logit(params, x), logits=True)
    for _ in range(20):
        recorder.snapshot(params, loss=loss(params))
        black_box.snapshot(loss=loss(params))
        slopes = jax.grad(loss)(params)
        params = jax.tree.map(lambda value, slope: value - 0.1 * slope, params, slopes)
    run, other = recorder.run(), black_box.run()
    np.testing.assert_allclose(run.losses, other.losses, rtol=1e-4)
    shown(other, tmp_path)


def test_the_loss_of_a_network_of_torch_over_a_plane() -> None:
    torch = peer("torch")
    torch.manual_seed(0)
    x, y = torch.tensor(MOONS.data.x), torch.tensor(MOONS.data.y)
    layers = [torch.nn.Linear(2, 4), torch.nn.Dropout(0.5), torch.nn.Tanh(), torch.nn.Linear(4, 1)]
    network = torch.nn.Sequential(*layers).double()

    def loss(z: Any, y: Any) -> Any:
        return torch.nn.functional.binary_cross_entropy_with_logits(z[:, 0], y)

    paths: dict[str, list[Any]] = {}
    start = torch.nn.utils.parameters_to_vector(network.parameters()).detach().clone()
    for rate in (0.1, 0.5):
        torch.nn.utils.vector_to_parameters(start, network.parameters())
        optimizer, path = torch.optim.SGD(network.parameters(), lr=rate), [start]
        for _ in range(10):
            optimizer.zero_grad()
            loss(network(x), y).backward()
            optimizer.step()
            path.append([p.detach().clone() for p in network.parameters()])
        paths[f"rate {rate}"] = path
    layers[0].eval()
    modes, before = [part.training for part in network.modules()], network.state_dict()
    before = {name: value.clone() for name, value in before.items()}
    runs = torch_landscape(network, loss, x, y, paths, side=9, batch=50)
    assert [part.training for part in network.modules()] == modes
    assert all(p.requires_grad for p in network.parameters())
    for name, value in network.state_dict().items():
        assert torch.equal(value, before[name])
    one, other = runs.values()
    assert one.problem is other.problem and one.steps == other.steps == 10
    np.testing.assert_allclose(one.params[0], other.params[0], atol=1e-12)
    # The end of the first path is where all directions begin, and so in the plane itself.
    end = torch.cat([p.ravel() for p in paths["rate 0.1"][-1]])
    torch.nn.utils.vector_to_parameters(end, network.parameters())
    network.eval()
    np.testing.assert_allclose(one.params[-1], 0, atol=1e-12)
    with torch.no_grad():
        np.testing.assert_allclose(one.losses[-1], float(loss(network(x), y)), rtol=0.02)
    alone = torch_landscape(network, loss, x, y, directions="random", side=5)["network"]
    centre = alone.problem.loss((0.0, 0.0))
    with torch.no_grad():
        np.testing.assert_allclose(centre, float(loss(network(x), y)), rtol=1e-10)
    for wrong in ([], [start[:-1]]):
        with pytest.raises(GdanimError, match="^paths: "):
            torch_landscape(network, loss, x, y, {"a": wrong})
    with pytest.raises(GdanimError, match="needs a path"):
        torch_landscape(network, loss, x, y)


# What needs none of them


class Tensor:
    """Something that is no array until it is detached, as a tensor with a gradient."""

    def __init__(self, values: Floats) -> None:
        self._values, self._free = values, False

    def detach(self) -> Tensor:
        free = Tensor(self._values)
        free._free = True
        return free

    def cpu(self) -> Tensor:
        return self

    def double(self) -> Tensor:
        return self

    def numpy(self) -> Floats:
        assert self._free, "it has a gradient"
        return self._values


class Module:
    def parameters(self) -> Any:
        return iter([Tensor(np.array([[4.0]])), Tensor(np.array([5.0]))])


class Estimator:
    coef_ = np.array([[6.0]])
    intercept_ = 7.0

    def fit(self) -> None:
        """As every estimator can."""


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ((1, 2), [1, 2]),
        ([np.float32(1), 2], [1, 2]),
        (Tensor(np.array([1.0, 2.0])), [1, 2]),
        ([Tensor(np.array([[1.0]])), Tensor(np.array(2.0))], [1, 2]),
        ((np.array([[1.0]]), [np.array(2.0)]), [1, 2]),
        ({"intercept": 2, "slope": Tensor(np.array(1.0))}, [1, 2]),
        (Module().parameters(), [4, 5]),
        (iter([1, np.array([[2.0]])]), [1, 2]),
        (Module(), [4, 5]),
        (Estimator(), [6, 7]),
    ],
)
def test_what_a_snapshot_takes(params: Any, expected: list[float]) -> None:
    recorder = Recorder(LINE)
    recorder.snapshot(params)
    np.testing.assert_array_equal(recorder.run().params, [expected])


def test_several_runs_as_nested_lists() -> None:
    recorder = Recorder(LINE)
    recorder.snapshot([[1, 2], [3, 4], [5, 6]])
    assert recorder.run().runs == (3,)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"w": 1, "b": 2}, r"^params: a mapping needs the parameters' names as keys \(slope, inte"),
        ([np.ones(2), np.ones(1)], r"^params: 2 numbers expected \(slope, intercept\), got 3$"),
        ([], r"^params: 2 numbers expected \(slope, intercept\), got 0$"),
        (object(), "^params: expected numbers, got <object"),
    ],
)
def test_what_it_refuses(params: Any, message: str) -> None:
    with pytest.raises(GdanimError, match=message):
        Recorder(LINE).snapshot(params)


def test_gdanim_imports_none_of_them() -> None:
    script = (
        "import sys, gdanim, gdanim.cli, gdanim.rendering.pipeline\n"
        "for name in gdanim.__all__: getattr(gdanim, name)\n"
        "print([n for n in ('torch', 'jax', 'optax', 'sklearn') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
