"""Three classes: softmax regression on penguins, and a network that untangles spirals."""

from gdanim import (
    MLP,
    Adam,
    CrossEntropy,
    Even,
    GradientDescent,
    Problem,
    Scene,
    Softmax,
    datasets,
    views,
)


def penguins(seed: int = 1) -> Scene:
    """Three species by their bills: straight lines tell 19 of 20 apart."""
    return Scene(
        Problem(datasets.penguins().standardised(), Softmax(), CrossEntropy()),
        GradientDescent(0.5),
        steps=300,
        seed=seed,
        panels={"species": views.Boundary(), "loss": views.LossCurve(accuracy=True)},
        layout="species species loss",
        title="Softmax regression: which penguin has which bill",
    )


def spirals(seed: int = 0) -> Scene:
    """Three spirals: a network of 2 x 16 units, which has every point right in the end."""
    return Scene(
        Problem(datasets.spirals(classes=3), MLP((16, 16), "tanh", "softmax"), CrossEntropy()),
        Adam(0.02),
        steps=300,
        seed=seed,
        panels={"classes": views.Boundary(), "units": views.HiddenUnits()},
        layout="classes; classes; units",
        title="A network untangles three spirals",
        pace=Even(10),
    )
