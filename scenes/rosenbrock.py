"""Four optimizers in Rosenbrock's valley: easy to find, hard to follow to its minimum.

Watch the bottom of the valley: all four are there in a few steps. Then gradient descent creeps,
momentum and Nesterov gather speed along it, and Adam, whose steps depend more on the
sign than on the size of a gradient, reaches the star first.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Adam, Even, GradientDescent, Momentum, Nesterov, Scene, objectives
from gdanim.views import Contour, LossCurve


def scene(
    lr: Annotated[float, Interval(gt=0, le=1e-3)] = 5e-4,
    momentum: Annotated[float, Interval(ge=0, lt=1)] = 0.9,
    adam_lr: Annotated[float, Interval(gt=0, le=1)] = 0.1,
) -> Scene:
    return Scene(
        objectives.rosenbrock(),
        {
            "gradient descent": GradientDescent(lr),
            "momentum": Momentum(lr, momentum),
            "Nesterov": Nesterov(lr, momentum),
            "Adam": Adam(adam_lr),
        },
        start=(-1.5, 2),
        steps=1500,
        panels={"valley": Contour(), "loss": LossCurve()},
        title="Rosenbrock's valley",
        pace=Even(seconds=14),
    )
