"""Descents beside what people would use instead: seconds, and how many times as long as ours.

    OPENBLAS_NUM_THREADS=1 python benchmarks/descent.py

Peers that are not installed are left out (`pip install -e '.[interop]'` brings them). Every row is
the best of several tries in turn, so that what else the machine does hits both alike; torch's loop
is timed over fewer steps, and what all of them would take is reckoned from that.
"""

from __future__ import annotations

import importlib
import importlib.util
import platform
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from gdanim import (
    Adam,
    Dataset,
    GradientDescent,
    Linear,
    MeanSquaredError,
    Polynomial,
    Problem,
    Sinusoid,
    datasets,
    descend,
    starts,
)
from gdanim.core.arrays import Floats

STEPS, LR, START = 500_000, 1e-5, np.array([-0.7658, -0.7506, 1.3525])
TORCH_STEPS = 5_000
WAVE = Problem(datasets.sinusoid(), Sinusoid())
WAVE_START = np.array([2.9, 1.72, 0.0, -1.2])
Task = Callable[[], object]


def main() -> None:
    """Print a table for each comparison."""
    packages = [name for name in ("numpy", "jax", "torch") if installed(name)]
    print(platform.machine(), *(f"{name} {version(name)}" for name in packages))
    problem = book()
    print(f"\nthe book's parabola, {STEPS} recorded steps")
    table(
        {
            "gdanim": lambda: descend(problem, GradientDescent(LR), START, STEPS),
            "NumPy, X @ w - y": lambda: plain(problem),
            **({"JAX, lax.scan, warm": jax_scan(problem)} if installed("jax") else {}),
        }
    )
    if installed("torch"):
        seconds = best({"torch": lambda: torch_loop(problem)}, 2)["torch"] * STEPS / TORCH_STEPS
        print(f"{'torch, loop of the book':28}{seconds:10.3f} s, reckoned")
    print("\nthe sinusoid, 1000 steps")
    many = starts(Sinusoid(), 0, 1000)
    table(
        {
            "one run": lambda: descend(WAVE, GradientDescent(0.01), WAVE_START, 1000),
            "1000 runs side by side": lambda: descend(WAVE, GradientDescent(0.01), many, 1000),
        }
    )
    for points in (20, 100):
        data = Dataset(np.linspace(-1, 1, points), np.linspace(-1, 1, points) ** 2)
        line, wave = Problem(data, Polynomial(2)), Problem(data, Sinusoid())
        print(f"\n10 000 steps on {points} points, one by one")
        table(
            {
                "NumPy by hand, Adam": partial(adam_by_hand, line, 10_000),
                "gdanim, Adam": partial(descend, line, Adam(0.01), (1, 1, 1), 10_000),
            }
        )
        table(
            {
                "NumPy by hand, sinusoid": partial(sinusoid_by_hand, wave, 10_000),
                "gdanim, sinusoid": partial(
                    descend, wave, GradientDescent(0.01), WAVE_START, 10_000
                ),
            }
        )
    print("\nhalf a million points, one epoch in batches of 1000")
    x = np.random.default_rng(0).uniform(-1, 1, 500_000)
    large = Problem(Dataset(x, np.sin(3 * x)), Sinusoid())
    table(
        {
            "NumPy by hand, one pass": partial(sinusoid_by_hand, large, 1),
            "gdanim, one pass": lambda: large.loss_and_gradient_at(WAVE_START),
            "gdanim, one epoch": lambda: descend(
                large, GradientDescent(0.01), WAVE_START, epochs=1, batch_size=1000
            ),
        }
    )
    print("\nlong runs, the rows in a file")
    wide = Dataset(np.random.default_rng(0).normal(size=(10, 999)), np.arange(10.0))
    table(
        {
            "5 000 000 steps x 3": lambda: descend(problem, GradientDescent(LR), START, 5_000_000),
            "200 000 steps x 1000": lambda: descend(
                Problem(wide, Linear(999), MeanSquaredError()),
                GradientDescent(1e-4),
                np.zeros(1000),
                200_000,
            ),
        },
        tries=1,
    )


def installed(name: str) -> bool:
    """Whether a package is there, and says its version."""
    try:
        return importlib.util.find_spec(name) is not None and bool(version(name))
    except PackageNotFoundError:
        return False


def best(tasks: dict[str, Task], tries: int = 5) -> dict[str, float]:
    """The least seconds of each, tried in turn."""
    seconds = dict.fromkeys(tasks, np.inf)
    for _ in range(tries):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            seconds[name] = min(seconds[name], time.perf_counter() - start)
    return seconds


def table(tasks: dict[str, Task], tries: int = 5) -> None:
    """A row for each: seconds, and the ratio to the first."""
    seconds = best(tasks, tries)
    first = next(iter(seconds.values()))
    for name, each in seconds.items():
        print(f"{name:28}{each:10.4f} s{each / first:10.2f}", flush=True)


def book() -> Problem:
    """20 points whose least-squares fit and mean squared residual are those of the book's run."""
    t = np.arange(20.0)
    noise = np.random.default_rng(0).normal(size=20)
    noise -= np.polyval(np.polyfit(t, noise, 2), t)
    fit = np.polyval((0.76818132, -14.74207961, 71.77026364), t)
    return Problem(Dataset(t, fit + noise * np.sqrt(7.303745 / np.mean(noise**2))), Polynomial(2))


def plain(problem: Problem) -> Floats:
    """The loop that anyone would write, every step kept."""
    x, y = problem.data.x ** np.array([2, 1, 0]), problem.data.y
    w, rows = START, np.empty((STEPS + 1, 3))
    rows[0] = w
    for i in range(STEPS):
        w = w - LR * (2 / len(y)) * (x.T @ (x @ w - y))
        rows[i + 1] = w
    return rows


def jax_scan(problem: Problem) -> Task:
    """The same as a jitted scan in float64, compiled already."""
    # Peers are not there where the types are checked.
    jax: Any = importlib.import_module("jax")
    jax.config.update("jax_enable_x64", True)
    x = jax.numpy.array(problem.data.x ** np.array([2, 1, 0]))
    y = jax.numpy.array(problem.data.y)

    def step(w: Any, _: None) -> tuple[Any, Any]:
        w = w - LR * (2 / len(y)) * (x.T @ (x @ w - y))
        return w, w

    run = jax.jit(lambda w: jax.lax.scan(step, w, None, length=STEPS)[1])
    start = jax.numpy.array(START)
    np.asarray(run(start))
    return lambda: np.asarray(run(start))


def torch_loop(problem: Problem) -> list[float]:
    """The loop of the book's chapter 4: autograd, an in-place step, the gradient set to None."""
    torch: Any = importlib.import_module("torch")
    time, speed = (torch.from_numpy(each.copy()) for each in (problem.data.x[:, 0], problem.data.y))
    params = torch.tensor(START, requires_grad=True)
    losses = []
    for _ in range(TORCH_STEPS):
        a, b, c = params
        loss = ((a * time**2 + b * time + c - speed) ** 2).mean()
        loss.backward()
        params.data -= LR * params.grad.data
        params.grad = None
        losses.append(loss.item())
    return losses


def adam_by_hand(problem: Problem, steps: int) -> Floats:
    """Adam on a parabola, every step kept."""
    x, y = problem.data.x ** np.array([2, 1, 0]), problem.data.y
    w, rows = np.ones(3), np.empty((steps + 1, 3))
    m, v = np.zeros(3), np.zeros(3)
    rows[0] = w
    for i in range(steps):
        g = (x @ w - y) @ x * (2 / len(y))
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g * g
        w = w - 0.01 * (m / (1 - 0.9 ** (i + 1))) / (np.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8)
        rows[i + 1] = w
    return rows


def sinusoid_by_hand(problem: Problem, steps: int) -> Floats:
    """Gradient descent on a sinusoid, every step kept."""
    x, y = problem.data.x[:, 0], problem.data.y
    w, rows = WAVE_START, np.empty((steps + 1, 4))
    rows[0] = w
    for i in range(steps):
        a, b, c, d = w
        u = b * x + c
        sine = np.sin(u)
        r = (a * sine + d - y) * (2 / len(y))
        inner = r * a * np.cos(u)
        w = w - 0.01 * np.array([r @ sine, inner @ x, inner.sum(), r.sum()])
        rows[i + 1] = w
    return rows


if __name__ == "__main__":
    main()
