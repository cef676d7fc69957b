"""Three learning rates: too small, right, too large, from the same start.

Watch the same eighty steps: the first slope does not get halfway, the second line settles, its loss
within 0.3 % of the best fit's, and the third swings wider each time. The limit is 2 over the
largest curvature, here 0.02999.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets, views

# Within these bounds the names are true.
Small = Annotated[float, Interval(gt=0, le=1e-4)]
Right = Annotated[float, Interval(ge=0.018, le=0.028)]
Large = Annotated[float, Interval(ge=0.0301, le=0.04)]


def scene(small: Small = 1e-4, right: Right = 0.02, large: Large = 0.0302) -> Scene:
    rates = {"too small": small, "right": right, "too large": large}
    return Scene(
        Problem(datasets.linear(slope=2.0, intercept=1.0, noise=2.0), Linear()),
        {f"{name}: {lr:g}": GradientDescent(lr) for name, lr in rates.items()},
        start=(-2, -1.5),
        steps=80,
        title="Three learning rates",
        panels={"fit": views.Each(views.Fit(inset=None)), "loss": views.LossCurve()},
        layout="fit; fit; loss",
        pace=Even(seconds=12),
    )
