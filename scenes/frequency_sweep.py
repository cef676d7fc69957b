"""Every frequency and learning rate to start with, and the loss that each has reached.

Watch the right half: the blue window that opens is where the wave is found, and the ball is in it.
At its learning rate, starts with b from 0.83 to 1.42 find the frequency of the points, 1.05; at
twice the rate none does, and from a start with b = 1.6 none either.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Problem, Scene, Sinusoid, datasets, views

Rate = Annotated[float, Interval(gt=0, le=0.1)]
Frequency = Annotated[float, Interval(ge=0, le=2.2)]


def scene(lr: Rate = 0.01, frequency: Frequency = 1.4, seed: int = 0) -> Scene:
    data = datasets.sinusoid(a=2.2, b=1.05, c=1.36, d=-4.7, noise=0.1, seed=seed)
    starts = views.Basins(("b", "learning rate"), "loss", ranges=((0, 2.2), (1e-3, 0.1)))
    return Scene(
        Problem(data, Sinusoid()),
        GradientDescent(lr),
        start=(2.9, frequency, 0, -1.2),
        steps=120,
        title="Every frequency to start from",
        panels={"fit": views.Fit(inset=None), "starts": starts},
        pace=Even(seconds=12),
    )
