"""Why does the loss stop at 676? A roller coaster's speed, from chapter 4 of the fast.ai book.

Watch the loss: it stops at 676, although the noise of the points is only 7.30. The bend is learnt
in ten steps and the rest takes millions, for the loss curves 218 451 times as much along one
direction as along another.
"""

import numpy as np

from gdanim import Dataset, Even, GradientDescent, Polynomial, Problem, Scene

# The book's start, and the loss and gradient there, determine this least-squares fit and its error.
BEST_FIT, FLOOR = (0.76818132, -14.74207961, 71.77026364), 7.303745


def scene(seed: int = 0) -> Scene:
    time = np.arange(20.0)
    noise = np.random.default_rng(seed).normal(size=20)
    noise -= np.polyval(np.polyfit(time, noise, 2), time)
    speed = np.polyval(BEST_FIT, time) + noise * np.sqrt(FLOOR / np.mean(noise**2))
    return Scene(
        Problem(Dataset(time, speed, ("time",), "speed"), Polynomial(2)),
        GradientDescent(1e-5),
        start=(-0.7658, -0.7506, 1.3525),
        steps=24,
        title="The loss stops at 676, the floor is 7.30",
        # 25 states in 10 seconds.
        pace=Even(seconds=12),
    )
