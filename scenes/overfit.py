"""A polynomial of degree 12 overfits 15 points: it learns the wave first, then the noise.

Watch the hollow points, the validation set, and their loss, the dashed line: it is lowest after
about seven thousand steps, 0.072. From there on it rises to 1.33, while the training loss still
falls. Then set l2 to 0.0002: it ends at 0.085. Other points overfit sooner or later, or not at all:
of the first twenty seeds 17 end at least a tenth above their lowest.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import L2, GradientDescent, Polynomial, Problem, Scene, datasets, pacing, views


def scene(l2: Annotated[float, Interval(ge=0, le=1)] = 0.0, seed: int = 0) -> Scene:
    data = datasets.sinusoid(1, 4, 0, 0, points=30, range=(-1, 1), noise=0.3, seed=seed)
    train, validation = data.split(0.5, seed=seed)
    penalty = L2(l2) if l2 else None
    return Scene(
        Problem(train, Polynomial(12), penalty=penalty, validation=validation),
        GradientDescent(0.45),
        start=[0] * 13,
        steps=60_000,
        title=f"A polynomial of degree 12, 15 points{', a penalty' * (l2 > 0)}",
        panels={"fit": views.Fit(inset=None), "loss": views.LossCurve()},
        pace=pacing.Log(seconds=14),
    )
