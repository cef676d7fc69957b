"""Half a million steps of `fastbook_quadratic.py`: the loss, stuck at 676, falls to 57.5.

Watch the speed: the first nine steps, which find the bend, are shown one by one; then each frame
shows the same amount of motion, first hundreds of steps and at last thousands, while the parabola
slides to the points.
"""

import numpy as np

from gdanim import Dataset, GradientDescent, Polynomial, Problem, Scene, pacing

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
        steps=500_000,
        title="After 676, half a million steps",
        pace=pacing.ByMotion(seconds=20),
    )
