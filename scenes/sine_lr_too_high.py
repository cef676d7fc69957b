"""Learning rate too high: the line goes flat and swings, every swing a little wider.

Watch the wave die within ten steps; from then on only the offset d moves, from one side of the
points to the other (with about one seed in five the wave flares up once more). The edge for d is a
learning rate of 1: its swings stay the same. At 1.002 they grow by 0.4 % a step, at 0.998 they
shrink.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Problem, Scene, Sinusoid, datasets


def scene(lr: Annotated[float, Interval(gt=0, le=2)] = 1.002, seed: int = 0) -> Scene:
    data = datasets.sinusoid(a=2.2, b=1.05, c=1.36, d=-4.7, noise=0.1, seed=seed)
    return Scene(
        Problem(data, Sinusoid()),
        GradientDescent(lr),
        start=(2.9, 1.72, 0, -1.2),
        steps=89,
        title="Sinusoid, learning rate too high" if lr >= 1 else f"Sinusoid, learning rate {lr:g}",
        # 90 states in 18 seconds: each swing is shown for a fifth of a second.
        pace=Even(seconds=20),
    )
