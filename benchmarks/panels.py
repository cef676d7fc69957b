"""Fit and loss side by side: several panels, no inset."""

from gdanim import Even, GradientDescent, Problem, Scene, Sinusoid, datasets, views


def scene() -> Scene:
    return Scene(
        Problem(datasets.sinusoid(a=2.2, b=1.05, c=1.36, d=-4.7, noise=0.1), Sinusoid()),
        GradientDescent(0.05),
        start=(2.9, 1.72, 0, -1.2),
        steps=300,
        title="Fit and loss",
        panels={"fit": views.Fit(inset=None), "loss": views.LossCurve()},
        pace=Even(10),
    )
