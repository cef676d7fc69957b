"""Data from tables: delimited text files, DataFrames, and the sets that ship with gdanim."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gdanim.core.arrays import Ints
from gdanim.core.caller import notify
from gdanim.core.numbers import counted
from gdanim.errors import GdanimError, did_you_mean, listed, path_of
from gdanim.problems._reading import Table, read_table
from gdanim.problems.columns import Column, find_decimal, from_values, parse
from gdanim.problems.dataset import Dataset


def from_csv(
    path: str | Path,
    x: str | int | Sequence[str | int],
    y: str | int,
    *,
    separator: str | None = None,
    decimal: Literal[".", ","] | None = None,
    missing: Literal["error", "drop"] = "error",
) -> Dataset:
    r"""Read columns of a CSV file, as spreadsheets and other tools write it.

    Parameters
    ----------
    path : str or Path
        The file: relative to the calling script, otherwise to the working folder. In UTF-8, in
        UTF-16 with a byte order mark, or, with a notice, in Latin-1. Empty lines, lines that begin
        with `#`, and lines above the columns' names are skipped.
    x : str, int, or sequence of these
        The name of each column of features. In a file without names, its number; the first is 0.
    y : str or int
        The column of values. Text is taken as the names of classes, which are numbered from 0 in
        alphabetical order (`no` before `yes`).
    separator : str, optional
        What is between columns: detected by default (comma, semicolon, tab, bar or space).
    decimal : {".", ","}, optional
        The decimal mark: detected by default, with a notice where it is not certain.
    missing : {"error", "drop"}, default "error"
        What to do with a row that lacks a value (an empty cell, `NA`, `NaN`, `null`, `-`, `?`):
        raise an error, or leave it out, with a notice of how many are.

    Returns
    -------
    Dataset
        The points, with the columns' names. A currency or per cent sign becomes the unit: `2%` is
        2. Dates become days since the first one, and axes show the dates.

    Raises
    ------
    GdanimError
        If the file or a column does not exist, or a value cannot be understood; the message names
        file, line and column.

    Warns
    -----
    Notice
        If rows are left out, or if the decimal mark or the encoding is not certain.

    See Also
    --------
    from_frame : Columns of a DataFrame.
    Dataset : Points from arrays.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from gdanim import datasets
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "growth.csv")
    ...     _ = path.write_text("day;height (cm)\n1.2.2024;7,5\n11.2.2024;1.008,25\n")
    ...     data = datasets.from_csv(path, x="day", y="height (cm)")
    >>> data
    Dataset(2 points, day -> height (cm))
    >>> data.x.ravel(), data.y
    (array([ 0., 10.]), array([   7.5 , 1008.25]))
    """
    _check_missing(missing)
    if decimal not in (None, ".", ","):
        raise GdanimError(f"decimal: must be '.' or ',', got {decimal!r}")
    names = _several(x)
    table = read_table(path_of(path, "cars.csv"), [*names, y], separator)
    mark = decimal or _decimal(table)
    last = len(names)
    columns = [
        parse(cells, mark, partial(table.place, column=k), classes=k == last)
        for k, cells in enumerate(table.columns)
    ]
    return _joined(table.names, columns, missing, f"{table.path}", table.place)


def _decimal(table: Table) -> str:
    """Find out the decimal mark of a file, and tell if another could be meant."""
    try:
        mark, guess = find_decimal(table.columns, table.separator)
    except GdanimError as error:
        raise GdanimError(f"{table.path}: {error}") from None
    if guess:
        notify(f"{table.path}: {guess}")
    return mark


def from_frame(
    frame: Any,
    x: str | Sequence[str],
    y: str,
    *,
    missing: Literal["error", "drop"] = "error",
) -> Dataset:
    """Take columns of a DataFrame, of another table, or of a dict.

    Parameters
    ----------
    frame : DataFrame, Table or mapping
        Anything whose columns are `frame[name]`: of pandas, polars, pyarrow, or a dict of
        sequences.
    x : str or sequence of str
        The name of each column of features: numbers or dates.
    y : str
        The column of values: numbers, dates, or text that names classes.
    missing : {"error", "drop"}, default "error"
        What to do with a row that lacks a value (None, NaN, NaT, NA): raise an error, or leave it
        out, with a notice of how many are.

    Returns
    -------
    Dataset
        The points, with the columns' names.

    Raises
    ------
    GdanimError
        If a column does not exist, or holds something that is not a number.

    Warns
    -----
    Notice
        If rows are left out.

    See Also
    --------
    from_csv : Columns of a file.

    Examples
    --------
    >>> from gdanim import datasets
    >>> table = {"age": [1, 2, 3], "kind": ["calf", "calf", "cow"]}
    >>> data = datasets.from_frame(table, x="age", y="kind")
    >>> data.y, data.classes
    (array([0., 0., 1.]), ('calf', 'cow'))
    """
    _check_missing(missing)
    names = [*_several(x), y]
    if hasattr(frame, "collect"):
        raise GdanimError(f"from_frame: the {type(frame).__name__} is lazy; give frame.collect()")
    for name in names:
        try:
            frame[name]
        except Exception:
            known = [f"{one}" for one in _names_of(frame)]
            raise GdanimError(
                f"from_frame: the {type(frame).__name__} has no column {name!r}"
                + (f"; its columns are {listed(map(repr, known))}" if known else "")
                + did_you_mean(f"{name}", known)
            ) from None
    columns = [
        from_values(f"column {name!r}", frame[name], classes=name == y, missing=True)
        for name in names
    ]
    for name, column in zip(names, columns, strict=True):
        if column.values.ndim != 1:
            raise GdanimError(f"from_frame: column {name!r} must hold one number in each row")
    if len(lengths := {len(column.values) for column in columns}) > 1:
        raise GdanimError(f"from_frame: the columns have different lengths: {listed(lengths)}")
    return _joined(
        names, columns, missing, "from_frame", lambda row, k: f"row {row}, column {names[k]!r}"
    )


def _names_of(frame: Any) -> Iterable[Any]:
    """Return the names of a table's columns, as its library keeps them."""
    for name in ("column_names", "columns"):
        if (names := getattr(frame, name, None)) is not None and isinstance(names, Iterable):
            return names
    dtype = getattr(frame, "dtype", None)
    return frame if isinstance(frame, Mapping) else getattr(dtype, "names", None) or ()


def _several(x: Any) -> list[Any]:
    """Return the columns of features as a list; GdanimError if there are none."""
    names = [x] if isinstance(x, str | int) else [*x] if isinstance(x, Iterable) else []
    if not names:
        raise GdanimError(f"x: must name at least one column, such as 'age'; got {x!r:.80}")
    return names


def _check_missing(missing: str) -> None:
    if missing not in ("error", "drop"):
        raise GdanimError(f'missing: must be "error" or "drop", got {missing!r}')


def _joined(
    names: Sequence[str],
    columns: Sequence[Column],
    missing: str,
    source: str,
    place: Callable[[int, int], str],
) -> Dataset:
    """Return the columns, of which the last is y, as a Dataset; leave out rows if that is asked."""
    _check_finite(columns, place)
    lacking = np.isnan([column.values for column in columns])
    if lacking.any():
        rows = np.flatnonzero(lacking.any(axis=0))
        if missing == "error":
            k = int(np.argmax(lacking[:, rows[0]]))
            more = f", like {counted(len(rows) - 1, 'other row')}" if len(rows) > 1 else ""
            raise GdanimError(
                f"{place(int(rows[0]), k)}: lacks a value{more}; correct it, or write "
                'missing="drop" to leave such rows out'
            )
        points = lacking.shape[1]
        if len(rows) == points:
            raise GdanimError(f"{source}: every row lacks a value in {listed(names)}")
        notify(
            f"{source}: {len(rows):,} of {counted(points, 'row')} left out, as they lack a value"
        )
        columns = [_without(column, rows) for column in columns]
    *features, value = columns
    x = np.stack([column.values for column in features], axis=1)
    return Dataset(
        x,
        value.values,
        tuple(names[:-1]),
        names[-1],
        x_units=tuple(column.unit for column in features),
        y_unit=value.unit,
        classes=value.classes,
    )


def _check_finite(columns: Sequence[Column], place: Callable[[int, int], str]) -> None:
    for k, column in enumerate(columns):
        for row in np.flatnonzero(np.isinf(column.values)).tolist():
            raise GdanimError(f"{place(row, k)}: is too large for a number; correct it")


def _without(column: Column, rows: Ints) -> Column:
    """Return the column without some rows; dates are counted from the first that is left."""
    values, unit = np.delete(column.values, rows), column.unit
    if unit.first is not None:
        earliest = float(values.min())
        values, unit = values - earliest, replace(unit, first=unit.first + earliest)
    return Column(values, unit, column.classes)
