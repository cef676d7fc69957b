"""Learning rate too high: the line goes flat and swings, every swing a little wider.

Watch the wave die within ten steps; from then on only the offset d moves, from one side of the
points to the other (some seeds let the wave flare up once more). A rate of 1 is the edge for d: the
swings of 1.002 grow by 0.4 % a step and run away slowly, those of 1 stay, those of 0.998 shrink.
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
        title="Sinusoid, learning rate too high",
        # 90 states in 18 seconds: each swing stands for a fifth of a second.
        pace=Even(seconds=20),
    )
