"""Three traces of a loss: one still falls, one oscillates, one has converged.

Watch the last tenth of each curve: only the flat one at the bottom shows that training is over. The
absolute error is as steep near its minimum as far away, so steps do not get shorter there: with too
large a learning rate they jump from one side to the other for ever.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Linear, MeanAbsoluteError, Problem, Scene, datasets, views

# With less noise or more, not all three names are true.
Noise = Annotated[float, Interval(ge=0.3, le=0.8)]


def scene(noise: Noise = 0.5, seed: int = 0) -> Scene:
    data = datasets.linear(slope=2.0, intercept=1.0, noise=noise, seed=seed).standardised()
    rates = {"still falling": 0.08, "oscillating": 3.5, "converged": 0.35}
    return Scene(
        Problem(data, Linear(), MeanAbsoluteError()),
        {name: GradientDescent(lr) for name, lr in rates.items()},
        start=(-2, -1.5),
        steps=60,
        title="Is the training over?",
        panels={"trace": views.Each(views.LossCurve(scale="log"))},
        # The verdicts are enough.
        captions=False,
        pace=Even(seconds=12),
    )
