"""A run's numbers as CSV."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from gdanim.descent.run import Run
from gdanim.descent.table import columns

# Spreadsheets evaluate a text that begins with one of these.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_table(runs: Mapping[str, Run], path: Path) -> None:
    """Write the columns of `Run.to_frame`, with the run's label first if there are several.

    Numbers round-trip exactly; NaN is written as an empty cell. A text that a spreadsheet would
    take for a formula begins with an apostrophe.
    """
    names, values = zip(*columns(runs), strict=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(map(_inert, names))
        for row in zip(*(column.tolist() for column in values), strict=True):
            table.writerow("" if value != value else _inert(value) for value in row)


def _inert(cell: str | float) -> str | float:
    """Keep the cell from being a formula: https://owasp.org/www-community/attacks/CSV_Injection."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
