"""A local minimum: the wave settles at the wrong frequency, and the loss stays high.

Watch the offset d arrive in twenty steps while the wave shrinks, out of step with the points. The
loss is higher between here and the right frequency, so no step leads there. It stops at 2.46 (other
seeds: 2.41 to 2.52); that of the right wave is 0.01.
"""

from typing import Annotated

from annotated_types import Interval

from gdanim import Even, GradientDescent, Problem, Scene, Sinusoid, datasets


def scene(lr: Annotated[float, Interval(gt=0, le=2)] = 0.1, seed: int = 0) -> Scene:
    data = datasets.sinusoid(a=2.2, b=1.05, c=1.36, d=-4.7, noise=0.1, seed=seed)
    # Smaller learning rates need more steps, larger ones overshoot.
    settles = 0.05 <= lr <= 0.1
    return Scene(
        Problem(data, Sinusoid()),
        GradientDescent(lr),
        start=(2.9, 1.72, 0, -1.2),
        steps=79,
        title="Sinusoid, " + ("stuck in a local minimum" if settles else f"learning rate {lr:g}"),
        # 80 states in 8 seconds: 10 steps a second.
        pace=Even(seconds=10),
    )
