"""Tables of pandas, polars and pyarrow, which come with the extra `interop`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest

from gdanim.errors import GdanimError, Notice
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset

COLUMNS = {
    "day": [date(2024, 1, 1), date(2024, 1, 3), None],
    "km": [1.5, None, 3.0],
    "year": [2001, 2002, None],
    "kind": ["b", "a", None],
}
MAKERS: dict[str, Callable[[Any], Any]] = {
    "pandas": lambda pandas: pandas.DataFrame(COLUMNS),
    "pandas with types of its own": lambda pandas: pandas.DataFrame(COLUMNS).convert_dtypes(),
    "polars": lambda polars: polars.DataFrame(COLUMNS),
    "pyarrow": lambda pyarrow: pyarrow.table(COLUMNS),
}


@pytest.fixture(params=MAKERS)
def frame(request: pytest.FixtureRequest) -> Any:
    library = pytest.importorskip(
        request.param.split()[0], reason=f"{request.param} comes with the extra 'interop'"
    )
    return MAKERS[request.param](library)


def test_numbers_dates_and_labels(frame: Any) -> None:
    with pytest.warns(Notice, match="1 of 3 .*left out"):
        data = datasets.from_frame(frame, x=["day", "year"], y="kind", missing="drop")
    np.testing.assert_array_equal(data.x, [[0, 2001], [2, 2002]])
    np.testing.assert_array_equal(data.y, [1, 0])
    assert data.classes == ("a", "b")
    assert data.x_units[0].first == 19723


def test_missing_values_and_names_are_told(frame: Any) -> None:
    with pytest.raises(GdanimError, match="^row 1, column 'km': lacks"):
        datasets.from_frame(frame, x="km", y="year")
    with pytest.raises(GdanimError, match=r"'Km'; .*mean km\?"):
        datasets.from_frame(frame, x="Km", y="year")


def test_columns_are_sequences(frame: Any) -> None:
    data = Dataset(frame["year"][:2], frame["kind"][:2])
    np.testing.assert_array_equal(data.y, [1, 0])
