"""A ball rolls down the loss of one weight; the steeper the slope, the longer its step.

Watch the arrow, the next step: learning rate times slope. It shrinks as the curve flattens, so the
ball slows down by itself. Try lr=0.3: it jumps from wall to wall. Above 1 / mean(x^2) = 0.416 it
climbs out.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, Formula, GradientDescent, Problem, Scene, datasets, views


def line_through_0(x, slope):  # type: ignore[no-untyped-def]
    return slope * x


def scene(lr: Annotated[float, Interval(gt=0, le=0.5)] = 0.03, seed: int = 0) -> Scene:
    data = datasets.linear(2.0, 0.0, points=40, range=(-1, 3), noise=0.6, seed=seed)
    return Scene(
        Problem(data, Formula(line_through_0, formula=r"\hat{y} = \mathrm{slope}\cdot x")),
        GradientDescent(lr),
        start=(-1.5,),
        steps=24,
        title="One weight: the steeper, the further",
        panels={"fit": views.Fit(inset=None), "u": views.LossSlice()},
        # 24 steps in 10 seconds: between two, the ball rolls.
        pace=Even(seconds=12, tween=True),
    )
