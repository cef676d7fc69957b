"""A run's numbers as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from gdanim.descent.run import Run


def write_table(runs: Mapping[str, Run], path: Path) -> None:
    """Write a row for every step: step, loss, learning rate, parameters; the run first of several.

    A row's learning rate is that of the step which leads on from there, so the last row has none,
    and where it was not recorded none has. A rate for each parameter takes a column for each.
    Numbers read back to the bit.
    """
    first = next(iter(runs.values()))
    several, wide = len(runs) > 1, max(map(_columns, runs.values()))
    names = first.problem.names
    header = ["learning_rate"] if wide == 1 else [f"learning_rate_{name}" for name in names]
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([*["run"] * several, "step", "loss", *header, *names])
        for label, run in runs.items():
            rates = [[""] * wide] * run.steps
            if run.rates is not None:
                rates = run.rates[: run.steps, :wide].tolist()
            rows = zip(run.losses.tolist(), [*rates, [""] * wide], run.params.tolist(), strict=True)
            table.writerows(
                [*[label] * several, step, loss, *rate, *params]
                for step, (loss, rate, params) in enumerate(rows)
            )


def _columns(run: Run) -> int:
    return 1 if run.rate_columns is None else run.rate_columns.shape[1]
