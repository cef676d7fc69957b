"""Mini-batches of five points: the noise in their gradients leads out of a local minimum.

Watch the fit stumble: every step follows the gradient of five points, which differs from that of
all hundred. With all points in each step, the same start ends at a loss of 2.46, as in
`sine_local_minimum.py`; with mini-batches the loss falls to the noise, 0.01. Seeds differ in luck:
six of the first twenty get out.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Problem, Scene, Sinusoid, datasets


def scene(
    lr: Annotated[float, Interval(gt=0, le=0.1)] = 1e-2,
    batch_size: Annotated[int, Interval(ge=1, le=100)] = 5,
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Scene:
    data = datasets.sinusoid(a=2.2, b=1.05, c=1.36, d=-4.7, noise=0.1)
    return Scene(
        Problem(data, Sinusoid()),
        GradientDescent(lr),
        start=(2.9, 1.72, 0, -1.2),
        batch_size=batch_size,
        epochs=15,
        seed=seed,
        title=f"Stochastic descent, {batch_size} of 100 points a step",
        pace=Even(seconds=17),
    )
