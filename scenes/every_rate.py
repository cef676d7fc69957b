"""Every learning rate at once: the loss that each has reached, from too small to too large.

Watch the curve: it sinks from the right, as larger rates come down first, and beyond the largest
stable one it stands up like a wall. The star is the best rate so far, the ball the run itself.
"""

from dataclasses import replace
from typing import Annotated

from annotated_types import Interval

from gdanim import Dataset, Descent, Even, GradientDescent, Linear, Problem, Scene, datasets, views

Rate = Annotated[float, Interval(gt=0, le=1)]


def scene(lr: Rate = 0.05, seed: int = 0) -> Scene:
    return Scene(
        Problem(_data(seed), Linear()),
        GradientDescent(lr),
        start=(-1.6, 4.2),
        steps=90,
        title="Every learning rate",
        panels={"bowl": views.Contour(), "rates": views.RateSweep()},
        pace=Even(seconds=12),
    )


def in_other_units(lr: Rate = 0.1, seed: int = 0) -> Scene:
    """One rate, one line: right for x in centimetres, far too large for x in millimetres.

    The largest stable rate is about 80 times smaller there.
    """
    wide = _data(seed)
    fine = replace(wide, x=10 * wide.x)
    rule = GradientDescent(lr)
    return Scene(
        {
            "x in centimetres": Descent(Problem(wide, Linear()), rule, (-1.6, 4.2), 80),
            "x in millimetres": Descent(Problem(fine, Linear()), rule, (-0.16, 4.2), 80),
        },
        title=f"Is {lr:g} too large? It depends on the units",
        panels={"rates": views.RateSweep()},
        pace=Even(seconds=12),
    )


def _data(seed: int) -> Dataset:
    return datasets.linear(2.0, 1.0, points=40, range=(-1, 3), noise=0.6, seed=seed)
