"""Data to fit: generated with known truth, or read from a file."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from gdanim.arrays import Floats
from gdanim.errors import GdanimError
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.model import Fixed, Model
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.sinusoid import Sinusoid

Range = tuple[float, float]
# 100 points, 0.2 apart.
RANGE: Range = (-10.0, 9.8)


def linear(
    slope: float = 2.0,
    intercept: float = 1.0,
    *,
    points: int = 100,
    range: Range = RANGE,
    noise: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Points on `slope x + intercept`; see `polynomial` for the other arguments."""
    return _observed(Linear(), (slope, intercept), points, range, noise, seed)


def quadratic(
    a: float = 1.0,
    b: float = -1.0,
    c: float = 0.5,
    *,
    points: int = 100,
    range: Range = RANGE,
    noise: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Points on `a x^2 + b x + c`; see `polynomial` for the other arguments."""
    return polynomial((a, b, c), points=points, range=range, noise=noise, seed=seed)


def polynomial(
    coefficients: Sequence[float],
    *,
    points: int = 100,
    range: Range = RANGE,
    noise: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Points on a polynomial, highest power first.

    `points` of them evenly over `range` (both ends included), with normal noise of standard
    deviation `noise` (in units of y) drawn from `seed`. Raises GdanimError for fewer than one
    point, an empty range, or negative noise.
    """
    return _observed(Polynomial(len(coefficients) - 1), coefficients, points, range, noise, seed)


def sinusoid(
    a: float = 2.2,
    b: float = 1.05,
    c: float = 1.36,
    d: float = -4.7,
    *,
    points: int = 100,
    range: Range = RANGE,
    noise: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Points on `a sin(b x + c) + d`; see `polynomial` for the other arguments."""
    return _observed(Sinusoid(), (a, b, c, d), points, range, noise, seed)


def _observed(
    model: Model, params: Sequence[float], points: int, range: Range, noise: float, seed: int
) -> Dataset:
    if points < 1:
        raise GdanimError(f"points: must be at least 1, got {points}")
    low, high = range
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise GdanimError(f"range: must be (low, high) with low < high, got {range}")
    if not (math.isfinite(noise) and noise >= 0):
        raise GdanimError(f"noise: must be a standard deviation of at least 0, got {noise}")
    truth = Fixed(model, np.array(params, dtype=np.float64))
    x = np.linspace(low, high, points)[:, np.newaxis]
    y = truth(x) + noise * np.random.default_rng(seed).normal(size=points)
    return Dataset(x, y, truth=truth)


def from_csv(path: str | Path, *, x: str | Sequence[str], y: str) -> Dataset:
    """The columns `x` (one name or several) and `y` of a CSV file with a header line.

    Raises GdanimError that names file, line and column for a missing column, a value that is no
    finite number, an empty file, or a line with too few or too many values.
    """
    columns = [x] if isinstance(x, str) else list(x)
    rows = list(_rows(Path(path), [*columns, y]))
    if not rows:
        raise GdanimError(f"{path}: has a header but no line of data")
    table = np.array(rows)
    return Dataset(table[:, :-1], table[:, -1], tuple(columns), y)


def _rows(path: Path, columns: list[str]) -> Iterator[list[float]]:
    """The named columns of each line, as numbers."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            header = [name.strip() for name in next(reader, [])]
            if not header:
                raise GdanimError(f"{path}: is empty; its first line must name the columns")
            places = [_place(path, header, column) for column in columns]
            for row in reader:
                if row:
                    yield _numbers(f"{path}, line {reader.line_num}", header, places, row)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GdanimError(f"{path}: cannot be read as CSV: {error}") from None


def _place(path: Path, header: list[str], column: str) -> int:
    if header.count(column) != 1:
        problem = "appears twice" if column in header else "is missing"
        raise GdanimError(
            f"{path}, line 1: column {column!r} {problem}; the columns are {', '.join(header)}"
        )
    return header.index(column)


def _numbers(where: str, header: list[str], places: list[int], row: list[str]) -> list[float]:
    if len(row) != len(header):
        raise GdanimError(f"{where}: has {len(row)} values, the header names {len(header)} columns")
    return [_number(f"{where}, column {header[place]!r}", row[place]) for place in places]


def _number(where: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise GdanimError(f"{where}: {text!r} is not a finite number")
    return number


def on_curve(model: Model, params: Sequence[float], x: Floats) -> Dataset:
    """Points without noise on `model` with `params`, at the given x `[N]` or `[N, D]`."""
    truth = Fixed(model, np.array(params, dtype=np.float64))
    x = np.asarray(x, dtype=np.float64)
    return Dataset(x, truth(x if x.ndim == 2 else x[:, np.newaxis]), truth=truth)
