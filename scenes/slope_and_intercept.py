"""Slope fast, intercept slow: the way of each parameter to its optimum.

Watch the two lines of the lower panel, on a logarithmic axis. The slope's falls to a hundredth in
36 steps, when the intercept's has 87 % left: its gradient is weighted by x, which is up to 10 here,
that of the intercept by 1. From step 100 on both are parallel: what is left of the slope's distance
is due to the intercept's. `slope_fast.py` shows what helps.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets, views


def scene(lr: Annotated[float, Interval(gt=0, le=0.025)] = 0.002, seed: int = 0) -> Scene:
    data = datasets.linear(slope=2.0, intercept=1.0, noise=1.0, seed=seed)
    return Scene(
        Problem(data, Linear()),
        GradientDescent(lr),
        start=(-2, -3),
        steps=600,
        title="Slope fast, intercept slow",
        panels={"way": views.Parameters(), "distance": views.Parameters(distance=True)},
        layout="way; distance",
        pace=Even(seconds=12),
    )
