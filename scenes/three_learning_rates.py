"""Three learning rates: too small, right, too large, from the same start.

Watch the same forty steps: the first line does not get halfway, the second settles, and the third
swings wider each time. The limit is 2 over the largest curvature, here 0.02999.
"""

from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets, views


def scene(small: float = 0.0002, right: float = 0.015, large: float = 0.0304) -> Scene:
    rates = {"too small": small, "right": right, "too large": large}
    return Scene(
        Problem(datasets.linear(slope=2.0, intercept=1.0, noise=2.0), Linear()),
        {f"{name}: {lr:g}": GradientDescent(lr) for name, lr in rates.items()},
        start=(-2, -1.5),
        steps=40,
        title="Three learning rates",
        panels={"fit": views.Each(views.Fit(inset=None)), "loss": views.LossCurve()},
        layout="fit; fit; loss",
        pace=Even(seconds=12),
    )
