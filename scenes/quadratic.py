"""A parabola: the bend is found at once, the tilt takes hundreds of steps, the height far more.

Watch the two ends come to the points, from 183 and 117 away to 3 and less, while the bottom hardly
moves and ends 2.4 too low: the loss is steep along the weight of x^2, flat along that of x, and
flatter still along the constant. It falls below 300 in six steps
and is still above 3 after 449.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Polynomial, Problem, Scene, datasets


def scene(lr: Annotated[float, Interval(gt=0, le=1e-3)] = 1e-4, seed: int = 0) -> Scene:
    data = datasets.quadratic(a=1.0, b=-1.0, c=0.5, noise=0.1, seed=seed)
    return Scene(
        Problem(data, Polynomial(2)),
        GradientDescent(lr),
        start=(-0.5, 2, -2),
        steps=449,
        title="Quadratic regression",
        # 450 states in 15 seconds: 30 steps a second.
        pace=Even(seconds=17),
    )
