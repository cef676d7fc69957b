"""The slope is learnt fast and the intercept slowly: a first regression, and three remedies.

Watch the distances to the best fit: the slope's falls to a hundredth in 41 to 46 epochs, the
intercept's to 0.011 in 450, when the loss is within 2 % of the best fit's. The remedies are another
optimizer, more epochs, or a learning rate for each parameter, `--set remedy=rates`: both distances
are a hundredth after 82, 459 and 21 epochs. For the rates of decay alone, see
`slope_and_intercept.py`.
"""

from typing import Annotated, Literal

from annotated_types import Interval

from gdanim import Adam, Even, GradientDescent, Linear, Problem, Scene, datasets
from gdanim.views import Fit, Parameters

TITLES = {
    "none": "Fast slope, slow intercept",
    "optimizer": "Slope and intercept, with Adam",
    "epochs": "Fast slope, slow intercept, twice the epochs",
    "rates": "Slope and intercept, a learning rate for each",
}


def scene(
    remedy: Literal["none", "optimizer", "epochs", "rates"] = "none",
    lr: Annotated[float, Interval(gt=0, le=0.025)] = 5e-3,
    seed: Annotated[int, Interval(ge=0)] = 0,
) -> Scene:
    data = datasets.linear(slope=2.0, intercept=10.0, noise=1.0, seed=seed)
    rates = GradientDescent({"slope": lr, "intercept": 20 * lr})
    optimizers = {"optimizer": Adam(0.2), "rates": rates}
    return Scene(
        Problem(data, Linear()),
        optimizers.get(remedy, GradientDescent(lr)),
        start=(0, 0),
        epochs=900 if remedy == "epochs" else 450,
        panels={"fit": Fit(), "parameters": Parameters(distance=True)},
        title=TITLES[remedy],
        pace=Even(seconds=14),
    )
