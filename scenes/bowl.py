"""The loss as a map: every point is a line, and the run walks down to the best one.

Watch the path turn: down the steep side at once, then along the valley. The star is the least
squares line, and the arrow is the next step: the learning rate times the gradient, downhill.
"""

from dataclasses import replace
from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets, views

Rate = Annotated[float, Interval(gt=0, le=0.5)]


def scene(lr: Rate = 0.05, seed: int = 0) -> Scene:
    data = datasets.linear(2.0, 1.0, points=40, range=(-1, 3), noise=0.6, seed=seed)
    return Scene(
        Problem(data, Linear()),
        GradientDescent(lr),
        start=(-1.6, 4.2),
        steps=90,
        title="Slope fast, intercept slow" if lr <= 0.25 else f"Learning rate {lr:g}",
        panels={"fit": views.Fit(inset=None), "bowl": views.Contour()},
        pace=Even(seconds=12),
    )


def in_three_dimensions(lr: Rate = 0.05, seed: int = 0) -> Scene:
    """The same bowl as a landscape, turning slowly."""
    return replace(scene(lr, seed), panels={"bowl": views.Surface(turn=60)})
