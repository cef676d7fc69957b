"""Runs by name, and the events that each of them has."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from published import book

from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum
from gdanim.descent.run import Run
from gdanim.problems import datasets, objectives
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.schedules import Cosine, Exponential, Piecewise, StepDecay

LINE = Problem(datasets.linear(2.0, 1.0, noise=0.1), Linear())
PARABOLA = Problem(datasets.quadratic(noise=0.1), Polynomial(2))
WAVE = Problem(datasets.sinusoid(a=2.2, b=1.05, c=1.36, d=-4.7, noise=0.1), Sinusoid())


# The largest stable rate of LINE is 0.029994; that of WAVE's offset is 1.
LINES, WAVES = (-2, -1.5), (2.9, 1.72, 0, -1.2)


BOOK = (-0.7658, -0.7506, 1.3525)


def overfitted(degree: int, points: int, steps: int) -> Run:
    """A polynomial of that degree through few noisy points of a sine."""
    rng = np.random.default_rng(0)
    x, held_out = rng.uniform(-1, 1, points), rng.uniform(-1, 1, 500)
    y, unseen = (np.sin(3 * at) + rng.normal(0, 0.3, len(at)) for at in (x, held_out))
    data, validation = Dataset(x, y), Dataset(held_out, unseen)
    problem = Problem(data, Polynomial(degree), validation=validation)
    return descend(problem, GradientDescent(0.3), np.zeros(degree + 1), steps)


RUNS: dict[str, tuple[Callable[[], Run], set[str]]] = {
    "converges": (lambda: descend(LINE, GradientDescent(0.01), LINES, 1000), {"arrival"}),
    "has not arrived": (lambda: descend(LINE, GradientDescent(0.01), LINES, 150), set()),
    "a parabola under way": (lambda: descend(PARABOLA, GradientDescent(1e-4), None, 400), set()),
    "just stable": (lambda: descend(LINE, GradientDescent(0.0299), LINES, 300), {"oscillation"}),
    "just not": (
        lambda: descend(LINE, GradientDescent(0.0301), LINES, 300),
        {"divergence", "oscillation"},
    ),
    "the wave swings": (
        lambda: descend(WAVE, GradientDescent(1.002), WAVES, 89),
        {"divergence", "oscillation"},
    ),
    "a heavy ball": (
        lambda: descend(LINE, Momentum(0.002, 0.9), LINES, 300),
        {"overshoot", "oscillation", "arrival"},
    ),
    "Adam": (lambda: descend(LINE, Adam(0.1), LINES, 300), {"overshoot", "arrival"}),
    "diverges": (lambda: descend(LINE, GradientDescent(1.0), LINES, 300), {"divergence"}),
    "diverges, but not to infinity": (
        lambda: descend(PARABOLA, GradientDescent(1e-3), None, 12),
        {"divergence"},
    ),
    "stops at 676": (lambda: descend(book(), GradientDescent(1e-5), BOOK, 24), {"plateau"}),
    "stops at 676, ten steps": (lambda: descend(book(), GradientDescent(1e-5), BOOK, 10), set()),
    "a rate that dies": (
        lambda: descend(LINE, GradientDescent(Exponential(0.02, 0.5)), LINES, 100),
        {"plateau"},
    ),
    "a plateau at the start": (
        lambda: descend(objectives.wave(), GradientDescent(0.001), (0.05,), 200),
        {"plateau"},
    ),
    "the wrong wave": (lambda: descend(WAVE, GradientDescent(0.1), WAVES, 79), {"arrival"}),
    "the wrong valley": (
        lambda: descend(objectives.two_valleys(), GradientDescent(0.02), (1.5,), 300),
        {"arrival"},
    ),
    "the right valley": (
        lambda: descend(objectives.two_valleys(), GradientDescent(0.02), (-1.0,), 300),
        {"arrival"},
    ),
    "one step down": (
        lambda: descend(LINE, GradientDescent(Piecewise([0.01, 0.001], [50])), LINES, 150),
        {"learning rate"},
    ),
    "steps down": (
        lambda: descend(LINE, GradientDescent(StepDecay(0.01, 0.5, 40)), LINES, 150),
        {"learning rate"},
    ),
    "always slower": (
        lambda: descend(LINE, GradientDescent(Cosine(0.01, 150)), LINES, 150),
        set(),
    ),
    "overfits": (lambda: overfitted(9, 10, 20_000), {"overfitting"}),
    "overfits less": (lambda: overfitted(6, 9, 3000), {"overfitting"}),
    "does not overfit": (lambda: overfitted(3, 300, 300), {"arrival"}),
    "batches": (
        lambda: descend(LINE, GradientDescent(0.002), LINES, 1000, batch_size=5),
        set(),
    ),
    "other batches": (
        lambda: descend(LINE, GradientDescent(0.002), LINES, 1000, seed=1, batch_size=2),
        set(),
    ),
    "no step": (lambda: descend(LINE, GradientDescent(0.01), LINES, 0), set()),
    "one step": (lambda: descend(LINE, GradientDescent(0.01), LINES, 1), set()),
}


@cache
def run_of(name: str) -> Run:
    return RUNS[name][0]()
