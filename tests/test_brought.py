"""Files as the tools of several countries write them, read as they are."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdanim.errors import Notice
from gdanim.problems import datasets

FOLDER = Path(__file__).parent / "brought"


@dataclass(frozen=True)
class File:
    """A file, what is asked of it, and what it holds; `notices` are words of those expected."""

    name: str
    x: str | int
    y: str | int
    numbers: list[list[float]]
    options: dict[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    first: date | None = None
    unit: str = ""
    classes: tuple[str, ...] = ()


DROP = {"missing": "drop"}
FILES = [
    File("excel_germany.csv", "Größe", "Preis", [[1234.56, 10500], [78.5, 999.9], [2e6, 1]],
         notices=("Latin-1",)),
    File("excel_sep_line.csv", "km", "price", [[120000.5, 8900], [45000, 15300.25]]),
    File("excel_unicode_text.txt", "Länge", "Gewicht", [[1.5, 2.25], [3.5, 4.75]]),
    File("excel_usa.csv", "km", "price", [[120500, 8900.5], [45000, 15300], [980, -20]], unit="$"),
    File("sheets_dates.csv", "date", "visitors", [[0, 120], [30, 180], [60, 95]], DROP,
         notices=("1 of 4 rows",), first=date(2024, 1, 1)),
    File("libreoffice_germany.csv", "Datum", "Temperatur", [[0, 3.5], [1, -1.5], [28, 12]],
         first=date(2024, 2, 1)),
    File("usa_dates.csv", "day", "share", [[0, 2], [29, 3.5], [30, -1]], unit="%",
         first=date(2024, 1, 2)),
    File("switzerland.csv", "Monat", "Betrag", [[0, 1234.5], [31, 980], [91, 12000.75]], unit="CHF",
         first=date(2024, 1, 1)),
    File("france.csv", "surface", "loyer", [[35.5, 1050.5], [60, 1400], [120.25, 2890.99]],
         unit="€"),
    File("r_write_csv.csv", "age", "disease", [[63, 0], [41, 1], [55, 0]], DROP,
         notices=("1 of 4 rows",), classes=("no", "yes")),
    File("pandas_to_csv.csv", "time", "value", [[0, 1.5], [1.25, 2.5e-3]], DROP,
         notices=("1 of 3 rows",), first=date(2024, 1, 1)),
    File("numpy_savetxt.csv", "x", "y", [[1, 2.5], [-2, 0.5]]),
    File("no_header.csv", 0, 1, [[5.1, 1.4], [7, 4.7], [6.3, 6], [4.9, 1.5]]),
    File("no_header.csv", 0, 2, [[5.1, 0], [7, 1], [6.3, 2], [4.9, 0]],
         classes=("setosa", "versicolor", "virginica")),
    File("logger.tsv", "time (s)", "voltage", [[0, -0.25], [0.5, 1.125]], DROP,
         notices=("2 of 4 rows",)),
    File("india.csv", "year", "population", [[2001, 1028737], [2011, 1210854], [2021, 14075637]]),
    File("report.csv", "advertising", "sales", [[230.1, 22.1], [44.5, 10.4], [17.2, 9.3]]),
]  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.name}-{file.y}")
def test_a_file_is_read_at_the_first_try(file: File) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        data = datasets.from_csv(FOLDER / file.name, x=file.x, y=file.y, **file.options)
    np.testing.assert_allclose(np.column_stack([data.x, data.y]), file.numbers, rtol=1e-15)
    first = data.x_units[0].first
    assert file.first == (None if first is None else date.fromordinal(719163 + int(first)))
    assert data.y_unit.symbol == file.unit
    assert data.classes == file.classes
    assert len(caught) == len(file.notices)
    for warning, words in zip(caught, file.notices, strict=True):
        assert issubclass(warning.category, Notice)
        assert warning.filename == __file__
        assert words in str(warning.message) and file.name in str(warning.message)


def test_every_file_has_its_numbers() -> None:
    assert {file.name for file in FILES} == {path.name for path in FOLDER.iterdir()}
