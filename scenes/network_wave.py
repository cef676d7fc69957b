"""Two networks and a wave: one misses it with gradient descent, one learns it with Adam.

Watch the same 3000 steps. On the left are the sigmoids and learning rates of `network.py`: the
curve goes flat, and the loss stays at the variance of the points, 2.5 (20 seeds: 2.40 to 2.58). On
the right are tanh units and Adam, which takes larger steps where the gradients are small: the curve
finds one crest of the wave after the other, and the loss falls to the noise, 0.01 (20 seeds: below
0.015).
"""

from gdanim import MLP, Adam, GradientDescent, Problem, Scene, datasets, pacing, schedules, views

STEPS = 3000


def scene(seed: int = 0) -> Scene:
    data = datasets.sinusoid()
    return Scene(
        {
            "sigmoid, gradient descent": Problem(data, MLP((20,))),
            "tanh, Adam": Problem(data, MLP((20,), "tanh")),
        },
        {
            "sigmoid, gradient descent": GradientDescent(schedules.Switch(1e-4, 1e-3, cutoff=50)),
            "tanh, Adam": Adam(schedules.Cosine(0.05, STEPS)),
        },
        steps=STEPS,
        seed=seed,
        title="One network misses the wave, one learns it",
        panels={"fit": views.Each(views.Fit(inset=None)), "loss": views.LossCurve()},
        layout="fit; fit; loss",
        # The loss of a network has too many bends to comment on each.
        captions=False,
        pace=pacing.Log(seconds=16),
    )
