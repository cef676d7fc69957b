"""A run as a table, for pandas and as CSV."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import numpy as np
import pytest
from cases import LINE

from gdanim import (
    FunctionObjective,
    GradientDescent,
    Linear,
    Problem,
    Run,
    datasets,
    descend,
    objectives,
)  # fmt: skip
from gdanim.errors import GdanimError
from gdanim.rendering.csv_table import write_table

SIDE_BY_SIDE = GradientDescent([[0.01], [0.02]])


def cells(runs: dict[str, Run], folder: Path) -> list[list[str]]:
    write_table(runs, folder / "a.csv")
    return list(csv.reader((folder / "a.csv").read_text(encoding="utf-8").splitlines()))


def test_a_frame_holds_what_the_sidecar_does(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    train, validation = datasets.linear(points=20).split(0.3)
    problem = Problem(train, Linear(), validation=validation)
    for lr, expected in (
        (0.02, ["learning_rate"]),
        ((0.01, 0.1), ["learning_rate_slope", "learning_rate_intercept"]),
    ):
        run = descend(problem, GradientDescent(lr), start=(0, 5), steps=3)
        frame = run.to_frame()
        names = ["step", "loss", "validation_loss", *expected, "slope", "intercept"]
        assert list(frame.columns) == names
        head, *rows = cells({"run": run}, tmp_path)
        assert head == names
        read = np.array([[float(cell or "nan") for cell in row] for row in rows])
        np.testing.assert_array_equal(frame.to_numpy(), read)
    assert run.validation_losses is not None
    np.testing.assert_array_equal(frame["loss"], run.losses)
    np.testing.assert_array_equal(frame["validation_loss"], run.validation_losses)
    np.testing.assert_array_equal(frame[["slope", "intercept"]], run.params)
    assert frame["step"].dtype.kind == "i"
    assert frame["learning_rate_slope"].isna().tolist() == [False] * 3 + [True]


def test_runs_side_by_side_come_one_after_the_other() -> None:
    pytest.importorskip("pandas")
    both = descend(LINE, SIDE_BY_SIDE, start=(0, 5), steps=4)
    frame = both.to_frame()
    assert frame["run"].tolist() == [0] * 5 + [1] * 5
    for number, own in frame.groupby("run"):
        np.testing.assert_array_equal(own["loss"], both[number].losses)
    assert [one.ending for one in both.judgements] == [both[k].judgement.ending for k in (0, 1)]


def test_a_parameter_may_be_called_like_a_column() -> None:
    pytest.importorskip("pandas")
    objective = FunctionObjective(lambda step, loss: step**2 + loss**2)
    frame = descend(objective, GradientDescent(0.1), start=(1, 2), steps=1).to_frame()
    assert list(frame.columns) == ["step", "loss", "learning_rate", "step", "loss"]
    assert frame.iloc[0].tolist() == [0, 5, 0.1, 1, 2]


def test_without_pandas_a_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    run = descend(objectives.bowl(), GradientDescent(0.1), start=(2, 1), steps=2)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(GdanimError, match="pip install pandas"):
        run.to_frame()
