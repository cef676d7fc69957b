"""A line: its slope settles in five steps, its intercept in about two hundred.

Watch the slope arrive first: x is large, so the loss curves 33 times as much along the slope as
along the intercept. When the slope has 0.6 % of its way left, the intercept has 91 %; after a
hundred steps it still has 13 %, at the end 3 %. The largest stable learning rate is 0.02999; try
it, and then 0.0301.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets


def scene(lr: Annotated[float, Interval(gt=0, le=0.05)] = 1e-2, seed: int = 0) -> Scene:
    data = datasets.linear(slope=2.0, intercept=1.0, noise=0.1, seed=seed)
    return Scene(
        Problem(data, Linear()),
        GradientDescent(lr),
        start=(-2, -1.5),
        steps=179,
        title="Linear regression",
        # 180 states in 12 seconds: 15 steps a second.
        pace=Even(seconds=14),
    )
