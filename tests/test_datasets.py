"""Generated data and CSV files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdanim.errors import GdanimError
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.model import ModelCurve
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.sinusoid import Sinusoid

Make = Callable[..., Dataset]
GENERATORS: list[tuple[Make, tuple[Any, ...], tuple[float, ...]]] = [
    (datasets.linear, (3, 8), (3, 8)),
    (datasets.quadratic, (2, -1, 3), (2, -1, 3)),
    (datasets.polynomial, ([1, 0, -2, 3],), (1, 0, -2, 3)),
    (datasets.sinusoid, (2.2, 1.05, 1.36, -4.7), (2.2, 1.05, 1.36, -4.7)),
]
each_generator = pytest.mark.parametrize(
    ("make", "args", "params"), GENERATORS, ids=lambda value: getattr(value, "__name__", "")
)


def _curve(params: tuple[float, ...], x: np.ndarray[Any, Any], make: Make) -> np.ndarray[Any, Any]:
    if make is datasets.sinusoid:
        a, b, c, d = params
        return np.asarray(a * np.sin(b * x + c) + d)
    return np.polyval(params, x)


@each_generator
def test_without_noise_the_points_lie_on_the_curve(
    make: Make, args: tuple[Any, ...], params: tuple[float, ...]
) -> None:
    data = make(*args, noise=0)
    np.testing.assert_allclose(data.y, _curve(params, data.x[:, 0], make), rtol=1e-12, atol=1e-12)
    assert isinstance(data.truth, ModelCurve)
    np.testing.assert_array_equal(data.truth.params, params)
    np.testing.assert_array_equal(data.truth(data.x), data.y)


@each_generator
def test_points_range_noise_and_seed(
    make: Make, args: tuple[Any, ...], params: tuple[float, ...]
) -> None:
    data = make(*args, points=20_000, range=(-2, 3), noise=0.5, seed=1)
    assert data.x.shape == (20_000, 1)
    assert (data.x[0, 0], data.x[-1, 0]) == (-2, 3)
    np.testing.assert_allclose(np.diff(data.x[:, 0]), 5 / 19_999, rtol=1e-9)
    assert data.truth is not None
    error = data.y - data.truth(data.x)
    # Five standard deviations of the estimates from 20000 points.
    assert abs(error.mean()) < 5 * 0.5 / np.sqrt(20_000)
    assert error.std() == pytest.approx(0.5, rel=5 / np.sqrt(40_000))
    same = make(*args, points=20_000, range=(-2, 3), noise=0.5, seed=1)
    other = make(*args, points=20_000, range=(-2, 3), noise=0.5, seed=2)
    np.testing.assert_array_equal(data.y, same.y)
    assert not np.array_equal(data.y, other.y)


def test_default_points_are_100_0_2_apart() -> None:
    data = datasets.linear()
    np.testing.assert_allclose(data.x[:, 0], np.arange(-50, 50) / 5, atol=1e-12)


def test_least_squares_finds_the_true_line_without_noise() -> None:
    data = datasets.linear(3, 8, noise=0)
    np.testing.assert_allclose(np.polyfit(data.x[:, 0], data.y, 1), [3, 8], rtol=1e-12)


@each_generator
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"points": 0}, "points: must be a whole number of at least 1, got 0"),
        ({"points": 2.5}, "points: must be a whole number of at least 1, got 2.5"),
        ({"points": True}, "points: must be a whole number of at least 1, got True"),
        ({"range": (1, 1)}, r"range: must be \(low, high\) with low < high, got \(1, 1\)"),
        ({"range": (1, np.inf)}, r"range: must be \(low, high\) with low < high"),
        ({"range": (1, 2, 3)}, r"range: must be \(low, high\) with low < high, got \(1, 2, 3\)"),
        ({"range": 5}, r"range: must be \(low, high\) with low < high, got 5"),
        ({"noise": -1}, "noise: must be at least 0, got -1"),
        ({"noise": np.nan}, "noise: must be one finite number, got nan"),
        ({"noise": "0.1"}, "noise: expected numbers, got '0.1'"),
        ({"seed": -1}, "seed: must be a whole number of at least 0, got -1"),
        ({"seed": None}, "seed: must be a whole number of at least 0, got None"),
    ],
    ids=str,
)
def test_generators_refuse(
    make: Make,
    args: tuple[Any, ...],
    params: tuple[float, ...],
    wrong: dict[str, Any],
    message: str,
) -> None:
    with pytest.raises(GdanimError, match=f"^{message}"):
        make(*args, **wrong)


def test_coefficients_must_be_finite_numbers() -> None:
    with pytest.raises(GdanimError, match=r"^params: must be 2 finite numbers \(slope, intercept"):
        datasets.linear(slope=np.nan)
    with pytest.raises(GdanimError, match=r"^params: expected numbers, got \('2', 1.0\)"):
        datasets.linear(slope="2")  # type: ignore[arg-type]
    for wrong in ([], 3.0, [[1, 2]]):
        with pytest.raises(GdanimError, match="^coefficients: must be a sequence of numbers"):
            datasets.polynomial(wrong)  # type: ignore[arg-type]
    with pytest.raises(GdanimError, match="^Dataset: y must be finite"):
        datasets.polynomial([1e308, 1e308, 0])


def test_on_curve() -> None:
    data = datasets.on_curve(Polynomial(2), (1, 2, 3), [0, 1, 2])
    np.testing.assert_array_equal(data.y, [3, 6, 11])
    for wrong in ([[1, 2]], 1.0):
        with pytest.raises(GdanimError, match=r"^x: must have shape \[N\] or \[N, 1\], got \("):
            datasets.on_curve(Sinusoid(), (1, 1, 1, 1), wrong)
    with pytest.raises(GdanimError, match=r"^params: 2 numbers expected"):
        datasets.on_curve(Linear(), (1, 2, 3), [0])


# CSV


def _file(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "data.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_csv_columns_by_name(tmp_path: Path) -> None:
    path = _file(tmp_path, "year, price,size\n2001,1.5,10\n2002,-2e1,20\n")
    data = datasets.from_csv(path, x=["size", "year"], y="price")
    np.testing.assert_array_equal(data.x, [[10, 2001], [20, 2002]])
    np.testing.assert_array_equal(data.y, [1.5, -20])
    assert (data.x_names, data.y_name, data.truth) == (("size", "year"), "price", None)
    assert datasets.from_csv(str(path), x="size", y="price").x_names == ("size",)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffx,y\n1,2\n3,4\n",
        "x,y\r\n1,2\r\n3,4\r\n",
        '"x","y"\n"1","2"\n"3","4"\n',
        "\nx,y\n\n1,2\n  \n,\n3,4\n\n",
        "x,y\n1,2\n3,4",
        'x,note,y\n1,"a, b\nand c",2\n3,,4\n',
    ],
    ids=["BOM", "CRLF", "quoted", "blank lines", "no last newline", "other columns are free"],
)
def test_csv_as_spreadsheets_write_it(tmp_path: Path, text: str) -> None:
    data = datasets.from_csv(_file(tmp_path, text), x="x", y="y")
    np.testing.assert_array_equal(data.x[:, 0], [1, 3])
    np.testing.assert_array_equal(data.y, [2, 4])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ": is empty; its first line must name the columns"),
        ("\n \n", ": is empty; its first line must name the columns"),
        ("x,y\n", ": has a header but no data"),
        ("x,y\n\n", ": has a header but no data"),
        ("a,y\n1,2\n", r", line 1: column 'x' is missing; the columns.* are 'a', 'y'"),
        ("\na,y\n1,2\n", r", line 2: column 'x' is missing"),
        ("x;y\n1;2\n", r", line 1: column 'x' is missing; .* separated by commas, are 'x;y'"),
        ("x,y,x\n1,2,3\n", r", line 1: column 'x' appears twice"),
        ("x,y\n1,2\n\n1,two\n", r", line 4, column 'y': 'two' is not a finite number"),
        ("x,y\n,2\n", r", line 2, column 'x': '' is not a finite number"),
        ("x,y\nnan,2\n", r", line 2, column 'x': 'nan' is not a finite number"),
        ("x,y\n1,-inf\n", r", line 2, column 'y': '-inf' is not a finite number"),
        ("x,y\n1,2\n3\n", r", line 3: has 1 values, the header names 2 columns"),
        ("x,y\n1,2,3\n", r", line 2: has 3 values, the header names 2 columns"),
        ('x,y\n1,"2\n3,4\n', r", line 3: is not valid CSV: unexpected end of data"),
        ("x,y\n1,2\n".encode("utf-16"), r": is not UTF-8 text; save it as CSV in UTF-8"),
    ],
)
def test_csv_errors_name_file_line_and_column(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(GdanimError, match=rf"data\.csv{message}") as caught:
        datasets.from_csv(_file(tmp_path, text), x="x", y="y")
    assert "\n" not in str(caught.value)


def test_csv_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(GdanimError, match=r"absent\.csv: cannot be read: No such file"):
        datasets.from_csv(tmp_path / "absent.csv", x="x", y="y")
    with pytest.raises(GdanimError, match=r": cannot be read: Is a directory$"):
        datasets.from_csv(tmp_path, x="x", y="y")


def test_csv_needs_a_column(tmp_path: Path) -> None:
    with pytest.raises(GdanimError, match=r"^x: name at least one column$"):
        datasets.from_csv(_file(tmp_path, "x,y\n1,2\n"), x=[], y="y")
