"""The learning rate rises when the loss stalls, and the run stops when it stalls again.

Watch the learning rate in the header: it triples at step 128, when six steps change the loss by
less than 0.01, and the run ends at step 153, when they change it by less than 0.002. The second
learning rate is just above the largest stable one (0.02999). That does no harm here: the slope has
long arrived, and in 25 steps an error of it would grow by 1 %.
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
        title=f"A {'larger' if raised > lr else 'smaller'} learning rate where the loss stalls",
        pace=Even(seconds=12),
    )
