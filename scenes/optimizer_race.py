"""Four optimizers race down a bowl that is a hundred times as steep across as along.

Watch gradient descent zigzag and crawl, and momentum overshoot and come back. The two adaptive
optimizers set out along the diagonal, as if the bowl were round.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Adam, Even, GradientDescent, Momentum, RMSProp, Scene, objectives, views


def scene(condition: Annotated[float, Interval(ge=10, le=100)] = 100.0) -> Scene:
    return Scene(
        objectives.bowl(condition=condition),
        {
            "gradient descent": GradientDescent(0.018),
            "momentum": Momentum(0.018, 0.9),
            "RMSProp": RMSProp(0.1),
            "Adam": Adam(0.2),
        },
        start=(9, 1),
        steps=100,
        title="Four optimizers, one valley",
        panels={"bowl": views.Contour(ranges=((-6, 10), (-1.8, 1.8))), "loss": views.LossCurve()},
        layout="bowl; loss",
        pace=Even(seconds=14),
    )
