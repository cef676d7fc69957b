"""The loss, drawn: a line from every point to the prediction.

Watch the lines: the loss is the mean of their squared lengths, so the long ones count most. They
shrink from 8.6 on average to 0.85 (other seeds: 0.84 to 1.11). The best line would leave 0.63, but
the intercept still has 13 % of its way to go.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets, views


def scene(lr: Annotated[float, Interval(gt=0, le=0.05)] = 0.005, seed: int = 0) -> Scene:
    data = datasets.linear(slope=2.0, intercept=3.0, noise=1.0, points=40, seed=seed)
    return Scene(
        Problem(data, Linear()),
        GradientDescent(lr),
        start=(0.5, 8),
        steps=200,
        title="The residuals make the loss",
        panels={"fit": views.Fit(residuals="lines", trail=0, numbers=True)},
        pace=Even(seconds=12),
    )
