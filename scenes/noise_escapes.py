"""Noise on the gradient leads out of a valley that plain gradient descent never leaves.

Watch the two balls in the shallow valley on the right: the plain one rolls to its bottom and rests.
The noisy one shakes until it crosses the ridge, and comes to rest in the deep valley as the
learning rate falls. About sixty of a hundred seeds get across.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Noisy, Scene, objectives, schedules
from gdanim.views import LossCurve, LossSlice


def scene(
    scale: Annotated[float, Interval(gt=0, le=20)] = 12.0,
    lr: Annotated[float, Interval(gt=0, le=0.03)] = 0.02,
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Scene:
    plain = GradientDescent(schedules.Cosine(lr, 600, last=lr / 200))
    return Scene(
        objectives.two_valleys(),
        {"plain": plain, "with noise": Noisy(plain, scale, seed)},
        start=(1.8,),
        steps=600,
        panels={"x": LossSlice(), "loss": LossCurve()},
        title="Noise against a dead end",
        pace=Even(seconds=14),
    )
