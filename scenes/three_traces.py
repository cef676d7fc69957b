"""Three trace plots: a loss that still falls, one that oscillates, one that has converged.

Watch the last tenth of each curve: only the flat one at the floor says that training is over.
"""

from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets, views


def scene(noise: float = 0.5, seed: int = 0) -> Scene:
    data = datasets.linear(slope=2.0, intercept=1.0, noise=noise, seed=seed)
    rates = {"still falling": 0.0003, "oscillating": 0.02995, "converged": 0.02}
    return Scene(
        Problem(data, Linear()),
        {name: GradientDescent(lr) for name, lr in rates.items()},
        start=(-2, -1.5),
        steps=400,
        title="Is the training over?",
        panels={"trace": views.Each(views.LossCurve(scale="log"))},
        # The verdicts say it.
        captions=False,
        pace=Even(seconds=12),
    )
