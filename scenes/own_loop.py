"""A training loop of your own, recorded: random steps, of which only the better ones are kept.

Watch the path: without a gradient it gropes its way down, quickly at first; then more and more
guesses are in vain: of the first fifty 26 are kept, of the last fifty three. Put your own loop in
place of this one.
"""

from typing import Annotated

import numpy as np
from annotated_types import Interval

from gdanim import Even, Linear, Problem, Recorder, Scene, datasets, views


def scene(stride: Annotated[float, Interval(gt=0, le=2)] = 0.2, seed: int = 0) -> Scene:
    problem = Problem(datasets.linear(slope=2.0, intercept=1.0, noise=0.1, seed=seed), Linear())
    rng, params = np.random.default_rng(seed), np.array([-2.0, -1.5])
    recorder = Recorder(problem)
    recorder.snapshot(params)
    for _ in range(150):
        guess = params + rng.normal(0, stride, 2)
        if problem.loss(guess) < problem.loss(params):
            params = guess
        recorder.snapshot(params)
    return Scene(
        problem,
        recorder.run(),
        title="Random steps, the better ones kept",
        panels={"fit": views.Fit(), "bowl": views.Contour()},
        pace=Even(seconds=14),
    )
