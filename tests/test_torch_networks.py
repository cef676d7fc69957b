"""Five kinds of networks of torch, none of them of gdanim: recorded by what they predict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdanim import Dataset, Even, Recorder, Run, Scene, datasets, render

pytestmark = pytest.mark.slow
STEPS = 40


def signal_windows() -> Dataset:
    """Eight successive values of a noisy wave, and the next one."""
    wave = np.sin(0.4 * np.arange(68)) + np.random.default_rng(0).normal(0, 0.1, 68)
    windows = np.lib.stride_tricks.sliding_window_view(wave, 9)
    return Dataset(windows[:, :8], windows[:, 8], y_name="next value")


CURVE = datasets.quadratic(0.1, 0, 0, points=30).standardised(y=True)


def layer_norm(nn: Any) -> Any:
    return nn.Sequential(nn.Linear(1, 16), nn.LayerNorm(16), nn.Tanh(), nn.Linear(16, 1))


def dropout(nn: Any) -> Any:
    return nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 1))


def convolution(nn: Any) -> Any:
    layers = [nn.Unflatten(1, (1, 8)), nn.Conv1d(1, 4, 3), nn.ReLU(), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(24, 1))


def residual(nn: Any) -> Any:
    class Block(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.Sequential(nn.Linear(12, 12), nn.Tanh(), nn.Linear(12, 12))

        def forward(self, x: Any) -> Any:
            return x + self.inner(x)

    return nn.Sequential(nn.Linear(1, 12), Block(), Block(), nn.Linear(12, 1))


def classifier(nn: Any) -> Any:
    return nn.Sequential(nn.Linear(2, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Linear(12, 3))


NETWORKS: dict[str, tuple[Callable[[Any], Any], Dataset, list[str]]] = {
    "layer norm": (layer_norm, CURVE, ["fit"]),
    "dropout": (dropout, CURVE, ["fit"]),
    "convolution": (convolution, signal_windows(), ["predicted", "loss"]),
    "residual": (residual, CURVE, ["fit"]),
    "classifier": (classifier, datasets.blobs(60, classes=3), ["boundary"]),
}


def recorded(network: Any, data: Dataset, torch: Any) -> Run:
    """Train for a few steps, and record what the network predicts after each."""
    x, y = torch.tensor(data.x).float(), torch.tensor(data.y)
    y = y.long() if data.classes else y.float()[:, np.newaxis]
    functions = torch.nn.functional
    loss = functions.cross_entropy if data.classes else functions.mse_loss
    optimizer = torch.optim.Adam(network.parameters(), lr=0.03)
    recorder = Recorder(data, predict=network, logits=bool(data.classes))
    recorder.snapshot()
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss(network(x), y).backward()
        optimizer.step()
        recorder.snapshot(rate=0.03)
        assert all(part.training for part in network.modules()), "as the loop has left it"
    return recorder.run()


@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_recorded_and_drawn(name: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch comes with the extra 'interop'")
    # Its threads would wait for each other on a machine that is busy.
    torch.set_num_threads(1)
    torch.manual_seed(0)
    make, data, panels = NETWORKS[name]
    network = make(torch.nn)
    run = recorded(network, data, torch)
    scene = Scene(run, title=f"torch: {name}", pace=Even(seconds=0.5), size=(480, 270))
    assert list(scene.panels) == panels
    with torch.no_grad():
        expected = network.eval()(torch.tensor(data.x).float()).double()
        expected = expected.softmax(1) if data.classes else expected[:, 0]
    predicted = run.problem.model.predict(run.params[-1], data.x)  # type: ignore[attr-defined]
    np.testing.assert_allclose(predicted, expected.numpy(), atol=1e-5)
    assert run.losses[-1] < 0.6 * run.losses[0]
    film = scene.film()
    first, last = (np.array(film.draw(frame)) for frame in (0, len(film) - 1))
    assert np.mean((first != last).any(axis=-1)) > 0.005, "the prediction has moved"
    made = render(scene, tmp_path / "network.gif", fps=10)
    assert made.path.stat().st_size > 1000 and made.frames == 5
