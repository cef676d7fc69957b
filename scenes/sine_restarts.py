"""Random restarts: one start may end in a local minimum; several give several chances.

Watch the losses part: four waves settle at a wrong frequency, between 2.46 and 2.50, and two find
the points, at the 0.01 of the noise. Nothing at the start tells which ones will. With 12 of the
first 20 seeds at least one does.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Problem, Scene, Sinusoid, datasets, starts
from gdanim.views import Fit, LossCurve


def scene(
    lr: Annotated[float, Interval(gt=0, le=0.1)] = 1e-2,
    restarts: Annotated[int, Interval(ge=1, le=8)] = 6,
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Scene:
    data = datasets.sinusoid(a=2.2, b=1.05, c=1.36, d=-4.7, noise=0.1)
    return Scene(
        Problem(data, Sinusoid()),
        GradientDescent(lr),
        start=starts(Sinusoid(), seed, restarts),
        steps=400,
        panels={"fit": Fit(inset=None), "loss": LossCurve()},
        title=f"{restarts} random start{'s' * (restarts > 1)}",
        pace=Even(seconds=14),
    )
