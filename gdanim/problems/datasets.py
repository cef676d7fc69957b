"""Data to fit: generated from a known curve, or read from a file.

Longer than other modules because most of it is documentation of public names.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from gdanim.core.arrays import check_int, check_non_negative, check_params, floats
from gdanim.errors import GdanimError, expect
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.model import Model, ModelCurve
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.sinusoid import Sinusoid

Range = tuple[float, float]
# The default range: 100 points are 0.2 apart.
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
    """Generate points on a line, `slope x + intercept`, with noise.

    Parameters
    ----------
    slope : float, default 2.0
        The slope of the line.
    intercept : float, default 1.0
        The value at x = 0.
    points : int, default 100
        The number of points, spread evenly over `range`; at least 1.
    range : (low, high), default (-10.0, 9.8)
        The lowest and the highest x.
    noise : float, default 0.1
        The standard deviation of the normal noise added to y, in the units of y; at least 0.
    seed : int, default 0
        The seed of the noise.

    Returns
    -------
    Dataset
        The points, with the true curve as `truth`.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    on_curve : Points on any model, without noise.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.linear(slope=3, intercept=8, points=3, range=(0, 2), noise=0).y
    array([ 8., 11., 14.])
    """
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
    """Generate points on a parabola, `a x^2 + b x + c`, with noise.

    Parameters
    ----------
    a : float, default 1.0
        The coefficient of x^2.
    b : float, default -1.0
        The coefficient of x.
    c : float, default 0.5
        The value at x = 0.
    points : int, default 100
        The number of points, spread evenly over `range`; at least 1.
    range : (low, high), default (-10.0, 9.8)
        The lowest and the highest x.
    noise : float, default 0.1
        The standard deviation of the normal noise added to y, in the units of y; at least 0.
    seed : int, default 0
        The seed of the noise.

    Returns
    -------
    Dataset
        The points, with the true curve as `truth`.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    polynomial : Any degree.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.quadratic(1, 0, 0, points=3, range=(-1, 1), noise=0).y
    array([1., 0., 1.])
    """
    return polynomial((a, b, c), points=points, range=range, noise=noise, seed=seed)


def polynomial(
    coefficients: Sequence[float],
    *,
    points: int = 100,
    range: Range = RANGE,
    noise: float = 0.1,
    seed: int = 0,
) -> Dataset:
    """Generate points on a polynomial, with noise.

    Parameters
    ----------
    coefficients : sequence of float
        The coefficients, highest power first.
    points : int, default 100
        The number of points, spread evenly over `range`; at least 1.
    range : (low, high), default (-10.0, 9.8)
        The lowest and the highest x.
    noise : float, default 0.1
        The standard deviation of the normal noise added to y, in the units of y; at least 0.
    seed : int, default 0
        The seed of the noise.

    Returns
    -------
    Dataset
        The points, with the true curve as `truth`.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    quadratic : Degree 2.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.polynomial([1, 0, 0, 1], points=3, range=(0, 2), noise=0).y
    array([1., 2., 9.])
    """
    if np.ndim(coefficients) != 1 or not len(coefficients):
        raise GdanimError(
            f"coefficients: must be a sequence of numbers, highest power first, "
            f"got {coefficients!r:.80}"
        )
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
    """Generate points on a sine wave, `a sin(b x + c) + d`, with noise.

    Parameters
    ----------
    a : float, default 2.2
        The amplitude.
    b : float, default 1.05
        The angular frequency.
    c : float, default 1.36
        The phase, in radians.
    d : float, default -4.7
        The offset.
    points : int, default 100
        The number of points, spread evenly over `range`; at least 1.
    range : (low, high), default (-10.0, 9.8)
        The lowest and the highest x.
    noise : float, default 0.1
        The standard deviation of the normal noise added to y, in the units of y; at least 0.
    seed : int, default 0
        The seed of the noise.

    Returns
    -------
    Dataset
        The points, with the true curve as `truth`.

    Raises
    ------
    GdanimError
        If an argument is not allowed.

    See Also
    --------
    on_curve : Points on any model, without noise.

    Examples
    --------
    >>> from gdanim import datasets
    >>> datasets.sinusoid(2, 1, 0, 1, points=3, range=(-1, 1), noise=0).y.round(3)
    array([-0.683,  1.   ,  2.683])
    """
    return _observed(Sinusoid(), (a, b, c, d), points, range, noise, seed)


def _observed(
    model: Model, params: Sequence[float], points: int, range: Range, noise: float, seed: int
) -> Dataset:
    check_int("points", points, least=1)
    check_int("seed", seed)
    ends = floats("range", range).tolist()
    if np.shape(ends) != (2,) or not (np.isfinite(ends).all() and ends[0] < ends[1]):
        raise GdanimError(f"range: must be (low, high) with low < high, got {range!r:.80}")
    check_non_negative("noise", noise)
    clean = on_curve(model, params, np.linspace(ends[0], ends[1], points))
    error = noise * np.random.default_rng(seed).normal(size=points)
    return Dataset(clean.x, clean.y + error, truth=clean.truth)


def from_csv(path: str | Path, *, x: str | Sequence[str], y: str) -> Dataset:
    r"""Read columns of a CSV file with a header line.

    Parameters
    ----------
    path : str or Path
        The file, in UTF-8. Empty lines are skipped.
    x : str or sequence of str
        The name of each column of features.
    y : str
        The name of the column of values.

    Returns
    -------
    Dataset
        The points, with the columns' names.

    Raises
    ------
    GdanimError
        If the file cannot be read as CSV, a column is missing, or a value is not a finite number;
        the message names file, line and column.

    See Also
    --------
    Dataset : Points from arrays.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from gdanim import datasets
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "growth.csv")
    ...     _ = path.write_text("age,height\n1,75\n2,87\n")
    ...     datasets.from_csv(path, x="age", y="height")
    Dataset(2 points, age -> height)
    """
    columns = [x] if isinstance(x, str) else list(x)
    if not columns:
        raise GdanimError("x: name at least one column")
    rows = list(_rows(Path(path), [*columns, y]))
    if not rows:
        raise GdanimError(f"{path}: has a header but no data")
    table = np.array(rows)
    return Dataset(table[:, :-1], table[:, -1], tuple(columns), y)


def _rows(path: Path, columns: list[str]) -> Iterator[list[float]]:
    """Yield the named columns of each line, as numbers."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = _lines(path, file)
            where, header = next(lines, ("", []))
            if not header:
                raise GdanimError(f"{path}: is empty; its first line must name the columns")
            header = [name.strip() for name in header]
            places = [_place(where, header, column) for column in columns]
            for where, row in lines:
                yield _numbers(where, header, places, row)
    except UnicodeDecodeError:
        raise GdanimError(f"{path}: is not UTF-8 text; save it as CSV in UTF-8") from None
    except OSError as error:
        raise GdanimError(f"{path}: cannot be read: {error.strerror}") from None


def _lines(path: Path, file: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each line that holds a value, with its place in the file."""
    reader = csv.reader(file, strict=True)
    try:
        for row in reader:
            if "".join(row).strip():
                yield f"{path}, line {reader.line_num}", row
    except csv.Error as error:
        raise GdanimError(f"{path}, line {reader.line_num}: is not valid CSV: {error}") from None


def _place(where: str, header: list[str], column: str) -> int:
    if header.count(column) != 1:
        problem = "appears twice" if column in header else "is missing"
        raise GdanimError(
            f"{where}: column {column!r} {problem}; the columns, separated by commas, are "
            f"{', '.join(map(repr, header))}"
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


def on_curve(model: Model, params: Sequence[float], x: ArrayLike) -> Dataset:
    """Generate points on the curve of a model, without noise.

    Parameters
    ----------
    model : Model
        The model.
    params : sequence of float
        Its parameters.
    x : (n,) or (n, d) array_like
        Where the points lie.

    Returns
    -------
    Dataset
        The points, with the curve as `truth`.

    Raises
    ------
    GdanimError
        If the parameters or points do not fit the model, or are not finite.

    See Also
    --------
    linear, sinusoid : Points with noise.

    Examples
    --------
    >>> from gdanim import Polynomial, datasets
    >>> datasets.on_curve(Polynomial(2), (1, 2, 3), [0, 1, 2]).y
    array([ 3.,  6., 11.])
    """
    expect("model", model, Model, "Linear()")
    fixed = check_params("params", params, model.names)
    if fixed.ndim != 1 or not np.isfinite(fixed).all():
        raise GdanimError(
            f"params: must be {len(model.names)} finite numbers ({', '.join(model.names)}), "
            f"got {params!r:.80}"
        )
    places = floats("x", x)
    if places.ndim == 1:
        places = places[:, np.newaxis]
    if places.ndim != 2 or places.shape[1] != model.features:
        raise GdanimError(f"x: must have shape [N] or [N, {model.features}], got {np.shape(x)}")
    truth = ModelCurve(model, fixed)
    with np.errstate(all="ignore"):
        y = truth(places)
    return Dataset(places, y, truth=truth)
