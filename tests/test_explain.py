"""A descent in words: the issue's examples, and what is said of other runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scripts import TWO, write
from test_descent import book

from gdanim.cli import main
from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum
from gdanim.explain import count, explain, number, percent
from gdanim.problems import datasets, objectives
from gdanim.problems.linear import Linear
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid

LINE = Problem(datasets.linear(), Linear())
WAVE = Problem(datasets.sinusoid(), Sinusoid())


def test_the_book() -> None:
    run = descend(book(), GradientDescent(1e-5), (-0.7658, -0.7506, 1.3525), 500_000)
    assert explain(run) == [
        "learning rate 1e-05 is 28 % of the largest stable one, 3.5399e-05; "
        "the fastest would be 3.5398e-05",
        "the fit's floor is 7.30: no parameters have a smaller loss",
        "the condition number is 218 451",
        "the slowest direction (mostly c) halves every 268 000 steps",
        "after 500 000 steps the loss is 57.5; 50.2 of it is still that direction, not noise",
        "with standardised features the condition number would be 7.7 instead of 218 451",
    ]


def test_the_blogs_line_past_the_edge() -> None:
    lines = explain(descend(LINE, GradientDescent(3e-2), (-2.0, -1.5), 100))
    assert lines[0] == (
        "learning rate 0.03 is past the edge of stability, 0.029994: the distance along the "
        "steepest direction (mostly slope) grows by 0.04 % with every step"
    )
    assert lines[4].endswith("of it is still the direction that is mostly slope, not noise")
    lines = explain(descend(LINE, GradientDescent(1e-2), (-2.0, -1.5), 1000))
    assert lines[0].startswith("learning rate 0.01 is 33 % of the largest stable one, 0.029994; ")
    assert lines[4].endswith(", which is the floor")


@pytest.mark.parametrize(
    ("run", "sentence"),
    [
        (
            lambda: descend(WAVE, GradientDescent(0.1), (2.9, 1.72, 0, -1.2), 300),
            "it has settled in a local minimum, 2.4",
        ),
        (
            lambda: descend(WAVE, GradientDescent(0.01), (2.0, 1.0, 1.3, -4.0), 20),
            "it has not settled: ",
        ),
        (
            lambda: descend(WAVE, GradientDescent(0.005), (2.2, 1.05, 1.36, -4.7), 500),
            "so it has arrived at the best that is known",
        ),
        (
            lambda: descend(objectives.rosenbrock(), Adam(0.1), (-1.5, 2), 1500),
            "so it has arrived at the best that is known",
        ),
        (
            lambda: descend(objectives.himmelblau(), GradientDescent(0.001), (0, 0), 1),
            "it stands where the loss still bends down in some direction",
        ),
        (
            lambda: descend(objectives.rosenbrock(), GradientDescent(0.1), (2, 2), 50),
            "the run diverges after ",
        ),
        (
            lambda: descend(objectives.rosenbrock(), GradientDescent(0.1), (2, 2), 50),
            "near its start alone, for the surface has another shape elsewhere, this holds",
        ),
        (
            lambda: descend(objectives.saddle(), GradientDescent(0.1), (1, 0.1), 20),
            "there is no floor: along a direction of negative curvature the loss falls for ever",
        ),
        (
            lambda: descend(objectives.bowl(), GradientDescent(0.1), (1, 1), 20),
            "the minimum is 0: no parameters have a smaller loss",
        ),
        (
            lambda: descend(objectives.bowl(), Momentum(0.1), (1, 1), 20),
            "for plain gradient descent the largest stable learning rate is 0.20000",
        ),
        (
            lambda: descend(LINE, GradientDescent([0.02, 0.5]), (1, 1), 20),
            "the learning rates are at 67 % of the edge of stability",
        ),
        (
            lambda: descend(LINE, GradientDescent([0.04, 0.5]), (1, 1), 20),
            "the learning rates are past the edge of stability, by a factor of 1.3",
        ),
        (
            lambda: descend(
                Problem(datasets.polynomial((1.0, 0.0)), Polynomial(12)), GradientDescent(1e-30),
                np.zeros(13), 1,
            ),
            "along one direction (",
        ),
    ],
)  # fmt: skip
def test_what_is_said(run: Callable[[], object], sentence: str) -> None:
    lines = explain(run())  # type: ignore[arg-type]
    assert any(line.startswith(sentence) for line in lines), lines


def test_numbers_in_words() -> None:
    assert [number(v) for v in (7.303745, 268000.25, 3.5399e-5, 0.00924, 57.5016, 0)] == [
        "7.30", "268 000", "3.54e-05", "0.00924", "57.5", "0",
    ]  # fmt: skip
    assert number(9.996) == "10.0" and number(0.029993723, 5) == "0.029994"
    assert [count(v) for v in (218450.6, 7.702, np.inf, 1e18)] == [
        "218 451", "7.7", "infinite", "1.0e+18",
    ]  # fmt: skip
    assert [percent(v) for v in (0.2825, 0.00041855, 0.9998, 1.0, 0.5, 1.5)] == [
        "28 %", "0.04 %", "99.98 %", "100 %", "50 %", "150 %",
    ]  # fmt: skip


def test_command_line(tmp_path: Path) -> None:
    path = write(tmp_path, TWO)
    done = CliRunner().invoke(main, ["explain", f"{path}::calm", "--set", "lr=0.001"])
    assert done.exit_code == 0
    assert done.output.startswith(f"{path}::calm\n    Learning rate 0.001 is ")
    assert done.output.count("\n") == 6 + ("With standardised" in done.output)
    done = CliRunner().invoke(main, ["explain", f"{path}"])
    assert f"{path}::calm\n" in done.output and f"{path}::wild\n" in done.output
    assert CliRunner().invoke(main, ["explain", "absent.py"]).exit_code == 2


def test_runs_that_are_compared_are_explained_one_by_one(tmp_path: Path) -> None:
    text = TWO.replace("GradientDescent(lr)", "GradientDescent([[lr], [2 * lr]])")
    done = CliRunner().invoke(main, ["explain", f"{write(tmp_path, text)}::calm"])
    assert done.exit_code == 0, done.output
    assert "    η = 0.01:\n    Learning rate 0.01 " in done.output
    assert "    η = 0.02:\n    Learning rate 0.02 " in done.output
