"""Logistic regression: the probability of heart disease, from real patients of one clinic.

Watch the S turn around: at the start a fast heart means disease, and the model learns the opposite.
The log loss stops at 0.5955, not far below the 0.6931 of guessing one half for everybody.
"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from annotated_types import Interval

from gdanim import (
    Dataset,
    Even,
    GradientDescent,
    Logistic,
    LogLoss,
    Problem,
    Scene,
    datasets,
    views,
)

Rate = Annotated[float, Interval(gt=0, le=20)]


def patients(**features: str) -> Dataset:
    # Heart Disease (Janosi et al. 1989), UCI Machine Learning Repository, CC BY 4.0.
    file = Path(__file__).parent / "data" / "heart.csv"
    data = datasets.from_csv(file, x=list(features), y="heart_disease")
    return replace(data, x_names=tuple(features.values()), y_name="disease").standardised()


def one_feature(lr: Rate = 0.5) -> Scene:
    """By the greatest heart rate alone: the S turns around, and the log loss stops at 0.5955."""
    return Scene(
        Problem(patients(max_heart_rate="greatest heart rate"), Logistic(), LogLoss()),
        GradientDescent(lr),
        start=(3, -2),
        steps=79,
        title="Heart disease, by the greatest heart rate",
        panels={"boundary": views.Boundary(), "loss": views.LossCurve()},
        layout="boundary boundary loss",
        pace=Even(seconds=10),
    )


def two_features(lr: Rate = 0.5) -> Scene:
    """With age as a second feature: its weight ends at a fifth of the heart rate's."""
    return Scene(
        Problem(patients(age="age", max_heart_rate="greatest heart rate"), Logistic(2), LogLoss()),
        GradientDescent(lr),
        start=(2, 2, -1),
        steps=79,
        title="Heart disease, by age and greatest heart rate",
        panels={"boundary": views.Boundary(), "parameters": views.Parameters(units="standardised")},
        pace=Even(seconds=10),
    )
