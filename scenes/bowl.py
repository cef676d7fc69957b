"""The bowl with the path: every point of the map is a line, and the run walks down to the best.

Watch the path turn: down the steep side at once, then along the valley. The star is the least
squares line, the arrow the step to come: the gradient times the learning rate, downhill.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets, views


def scene(lr: Annotated[float, Interval(gt=0, le=0.5)] = 0.05, seed: int = 0) -> Scene:
    data = datasets.linear(2.0, 1.0, points=40, range=(-1, 3), noise=0.6, seed=seed)
    return Scene(
        Problem(data, Linear()),
        GradientDescent(lr),
        start=(-1.6, 4.2),
        steps=90,
        title="Slope fast, intercept slow",
        panels={"fit": views.Fit(inset=None), "bowl": views.Contour()},
        pace=Even(seconds=12),
    )
