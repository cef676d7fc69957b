"""The slope is learnt fast and the intercept slowly: a first regression, and three remedies.

Watch the distances to the best fit: the slope's falls to a hundredth in 30 to 45 epochs, the
intercept's in 450, when the loss is close to the variance of the noise. The remedies are another
optimizer, more epochs, or a learning rate for each parameter: `--set remedy=rates`. For the rates
of decay alone, see `slope_and_intercept.py`.
"""

from typing import Annotated, Literal

from annotated_types import Interval

from gdanim import Adam, Even, GradientDescent, Linear, Problem, Scene, datasets
from gdanim.views import Fit, Parameters


def scene(
    remedy: Literal["none", "optimizer", "epochs", "rates"] = "none",
    lr: Annotated[float, Interval(gt=0, le=0.03)] = 5e-3,
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
        title="Fast slope, slow intercept",
        pace=Even(seconds=14),
    )
