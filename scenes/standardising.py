"""With and without standardising: the same points, the same start, sixty steps.

Watch the left line, at half of its largest stable rate: x runs from 60 to 80, far from 0, so the
slope can hardly change without the intercept, and the line stays flat. On the right x has mean 0
and variance 1, and a tenth of the largest stable rate is enough.
"""

from typing import Annotated

import numpy as np
from annotated_types import Interval

from gdanim import Dataset, Even, GradientDescent, Linear, Problem, Scene, views


def scene(noise: Annotated[float, Interval(ge=0, le=20)] = 2.0, seed: int = 0) -> Scene:
    rng = np.random.default_rng(seed)
    height = rng.uniform(60, 80, 60)
    raw = Dataset(height, 3 * (height - 70) + 150 + rng.normal(0, noise, 60), ("height",), "weight")
    return Scene(
        {
            "as measured": Problem(raw, Linear()),
            "standardised": Problem(raw.standardised(), Linear()),
        },
        {"as measured": GradientDescent(1e-4), "standardised": GradientDescent(0.1)},
        start=(0, 140),
        steps=60,
        title="Standardise first",
        panels={
            "fit": views.Each(views.Fit(inset=None, units="standardised")),
            "loss": views.LossCurve(),
        },
        layout="fit; fit; loss",
        pace=Even(seconds=12),
    )
