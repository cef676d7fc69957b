"""Published runs that gdanim must reproduce."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.logistic import Logistic
from gdanim.problems.losses import LogLoss, MeanSquaredError
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem

DATA = Path(__file__).parent / "data"
HEART = Path(__file__).parent.parent / "scenes" / "data" / "heart.csv"

# fast.ai's course of 2018; scenes/first_line.py shows it.
FIRST_X = """
    0.2764 0.3057 0.4897 0.787  0.6627 0.6034 0.3722 0.1886 0.4145 0.6801
    0.5178 0.4675 0.3708 0.9557 0.1604 0.4065 0.8752 0.6775 0.1818 0.2346
    0.591  0.9049 0.9551 0.3547 0.7319 0.5636 0.7542 0.7464 0.2111 0.1858
"""


# The fast.ai book, chapter 4; scenes/fastbook_quadratic.py shows it.
BOOK_START = (-0.7658, -0.7506, 1.3525)
BOOK_LOSSES = [
    *(25823.8086, 5435.5366, 1577.4496, 847.3781, 709.2227, 683.0757),
    *(678.1245, 677.1840, 677.0025, 676.9644, 676.9537),
]


def first_line() -> Problem:
    x = np.array([float(text) for text in FIRST_X.split()])
    return Problem(Dataset(x, 3 * x + 8), Linear())


def book() -> Problem:
    """20 points whose least-squares parabola and mean squared residual are the book's.

    Only these two decide the run, so the residuals are any that are orthogonal to 1, t and t^2.
    """
    t = np.arange(20.0)
    design = np.stack([t**2, t, np.ones(20)], axis=1)
    basis, _ = np.linalg.qr(design)
    residual = np.random.default_rng(7).normal(size=20)
    residual -= basis @ (basis.T @ residual)
    residual *= np.sqrt(7.303745 / np.mean(residual**2))
    return Problem(
        Dataset(t, design @ (0.76818132, -14.74207961, 71.77026364) + residual), Polynomial(2)
    )


def food_trucks() -> Problem:
    """Exercise 1 of Andrew Ng's course; its cost J has a factor 1/(2m)."""
    data = datasets.from_csv(DATA / "ex1data1.csv", x="population", y="profit")
    return Problem(data, Linear(), MeanSquaredError(factor=0.5))


def patients(*features: str) -> Problem:
    """Heart disease by standardised features, as in scenes/heart.py."""
    data = datasets.from_csv(HEART, x=features, y="heart_disease").standardised()
    return Problem(data, Logistic(len(features)), LogLoss())
