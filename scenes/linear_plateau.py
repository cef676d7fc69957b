"""A learning rate that is raised where the loss stalls, and a descent that stops where it rests.

Watch the rate in the header: it is tripled at step 128, when six steps change the loss by less
than 0.01, and the descent ends when they change it by less than 0.002. The second rate is just past
the edge of stability (0.02999): it would swing in the end, if the descent did not stop before.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Linear, Problem, Scene, Stall, datasets, schedules


def scene(
    lr: Annotated[float, Interval(gt=0, le=0.03)] = 1e-2,
    raised: Annotated[float, Interval(gt=0, le=0.05)] = 3e-2,
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Scene:
    data = datasets.linear(slope=2.0, intercept=1.0, noise=0.1, seed=seed)
    return Scene(
        Problem(data, Linear()),
        GradientDescent(schedules.Switch(lr, raised, cutoff=0.01, steps=6)),
        start=(-2, -1.5),
        steps=1000,
        stop=Stall(0.002, steps=6),
        title="A larger step where the loss stalls",
        pace=Even(seconds=12),
    )
