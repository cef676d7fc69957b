"""What an optimizer remembers, as bars: gradient, memory, and the step that comes of them.

Lengths are logarithmic, and the numbers exact.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Adam, Even, Momentum, Optimizer, Scene, objectives, views

Rate = Annotated[float, Interval(gt=0, le=0.17)]


def momentum(lr: Rate = 0.13, kept: Annotated[float, Interval(ge=0, lt=1)] = 0.75) -> Scene:
    """Momentum adds up the gradients that agree, and cancels those that alternate.

    Watch the velocity: along x it grows to four times the gradient in four steps; along y, where
    the gradient keeps changing its sign, it is about half of it. Without memory, this learning rate
    diverges.
    """
    return _inside(Momentum(lr, kept), 30, "What momentum remembers")


def adam(lr: Annotated[float, Interval(gt=0, le=2)] = 0.5) -> Scene:
    """Adam divides the mean gradient by the root of the mean square, each parameter by its own.

    Watch the first step: the gradient along y is more than four times that along x, and both steps
    are as long as the learning rate.
    """
    return _inside(Adam(lr), 40, "What Adam remembers")


def _inside(optimizer: Optimizer, steps: int, title: str) -> Scene:
    return Scene(
        objectives.bowl(condition=20),
        optimizer,
        start=(-9, 2),
        steps=steps,
        title=title,
        panels={
            "map": views.Contour(ranges=((-10, 6), (-4, 4))),
            "state": views.OptimizerState(),
        },
        pace=Even(seconds=15),
    )
