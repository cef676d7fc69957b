"""What the header says of the method, and how exactly."""

from __future__ import annotations

import pytest
from cases import LINE

from gdanim.descent import schedules
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.schedule import Rate
from gdanim.film.header import method


@pytest.mark.parametrize(
    ("lr", "step", "rate"),
    [
        # Three digits of what a schedule makes, six of what somebody wrote.
        (schedules.Exponential(0.012345678, 0.9), 0, "0.0123"),
        (schedules.Exponential(0.012345678, 0.9), 1, "0.0111"),
        (0.012345678, 1, "0.0123457"),
        ([0.0125, 0.00175], 1, "(0.0125, 0.00175)"),
    ],
)
def test_the_digits_of_a_learning_rate(lr: Rate, step: int, rate: str) -> None:
    run = descend(LINE, GradientDescent(lr), (-2, -1.5), 3)
    assert method(run, step)[2] == f"$\\eta$ = {rate}"
