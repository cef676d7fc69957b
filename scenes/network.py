"""A neural network of 20 sigmoids, and three curves: it stops too early each time.

The learning rates and the rule are from a blog: the second, larger rate begins once six steps lower
the loss by less than a cutoff, and the run stops at a smaller cutoff. The noise explains 0.01 of
the loss. Set patience to 0.001 to see how much there was left to learn.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import (
    MLP,
    Dataset,
    GradientDescent,
    Problem,
    Scene,
    Stall,
    datasets,
    schedules,
)

# A fraction of the blog's smaller cutoff: a smaller one is more patient.
Patience = Annotated[float, Interval(gt=0, le=1)]


def _fitted(
    data: Dataset, rates: tuple[float, float], cutoffs: tuple[float, float], seed: int, title: str
) -> Scene:
    return Scene(
        Problem(data, MLP((20,))),
        GradientDescent(schedules.Switch(*rates, cutoff=cutoffs[1])),
        steps=20_000,
        stop=Stall(cutoffs[0]),
        title=title,
        seed=seed,
    )


def linear(patience: Patience = 1.0, seed: int = 0) -> Scene:
    """A line: found in about a hundred steps, except for its ends; the loss stops at 13 to 15."""
    cutoffs = (1 * patience, 10)
    return _fitted(datasets.linear(), (1e-3, 3e-3), cutoffs, seed, "A network bends towards a line")


def quadratic(patience: Patience = 1.0, seed: int = 0) -> Scene:
    """A parabola: a basin, too shallow and without arms; the loss stops at 260 (220 to 310)."""
    cutoffs = (5 * patience, 50)
    return _fitted(
        datasets.quadratic(), (1e-3, 2e-3), cutoffs, seed, "A network bends towards a parabola"
    )


def sinusoid(patience: Patience = 1.0, seed: int = 0) -> Scene:
    """A wave: the network stays nearly flat, at -4.1; the points' mean would be better, at -4.9.

    The loss stops at 3.1 (seeds: 3.1 to 3.5), above the variance of the points, 2.5.
    `network_wave.py` has one that learns the wave.
    """
    cutoffs = (0.1 * patience, 50)
    return _fitted(datasets.sinusoid(), (1e-4, 1e-3), cutoffs, seed, "A network misses a wave")
