"""Two valleys, x^4 - 4 x^2 + x: the ball finds the one it starts above, not the deeper one.

Watch which valley each ball rolls into. Nothing at the bottom of the right one shows that the left
one is deeper: the slope there is 0.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Scene, objectives, views

Rate = Annotated[float, Interval(gt=0, le=0.15)]


def random_start(lr: Rate = 0.04, seed: int = 0) -> Scene:
    """One weight from a random point, step by step; another seed may end in the other valley."""
    return Scene(
        objectives.two_valleys(),
        GradientDescent(lr),
        steps=29,
        title="One weight, from a random point",
        panels={"curve": views.LossSlice()},
        pace=Even(seconds=12),
        seed=seed,
    )


def local_and_global(lr: Annotated[float, Interval(ge=0.02, le=0.1)] = 0.04) -> Scene:
    """A start on either side of the hump: one ends in the deeper valley, the other does not."""
    return Scene(
        objectives.two_valleys(),
        GradientDescent(lr),
        start={"ends in the global minimum": (-0.4,), "ends in a local minimum": (0.6,)},
        steps=29,
        title="Where it starts decides where it ends",
        panels={"curve": views.LossSlice()},
        pace=Even(seconds=12),
    )
