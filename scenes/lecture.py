"""A picture for a lecture: the fit, the bowl with the path, and the traces of the parameters.

Watch one step in all three at once: the line turns, the ball rolls, the traces move. After twenty
steps the slope has a fifth of its way left to go, and the intercept nearly half.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets, views


def scene(lr: Annotated[float, Interval(gt=0, le=0.2)] = 0.05, seed: int = 0) -> Scene:
    data = datasets.linear(slope=2.0, intercept=1.0, range=(-1, 3), points=60, noise=0.5, seed=seed)
    return Scene(
        Problem(data, Linear()),
        GradientDescent(lr),
        start=(-1.6, 4.2),
        steps=60,
        title="Slope fast, intercept slow",
        panels={
            "fit": views.Fit(residuals="lines", inset=None, trail=0),
            "bowl": views.Contour(),
            "traces": views.Parameters(),
        },
        layout="fit bowl; fit bowl; fit bowl; fit traces; fit traces",
        pace=Even(seconds=12),
    )
