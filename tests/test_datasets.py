"""Generated data and CSV files."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdanim.errors import GdanimError, Notice
from gdanim.problems import datasets
from gdanim.problems.dataset import Dataset
from gdanim.problems.linear import Linear
from gdanim.problems.model import ModelCurve
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.scene import Scene
from gdanim.scripting.load import load

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
    with pytest.raises(GdanimError, match="^params: .*finite .*slope"):
        datasets.linear(slope=np.nan)
    with pytest.raises(GdanimError, match=r"^params: .*\('2', 1.0\)"):
        datasets.linear(slope="2")  # type: ignore[arg-type]
    for wrong in ([], 3.0, [[1, 2]]):
        with pytest.raises(GdanimError, match="^coefficients: .*sequence"):
            datasets.polynomial(wrong)  # type: ignore[arg-type]
    with pytest.raises(GdanimError, match="^Dataset: y .*finite"):
        datasets.polynomial([1e308, 1e308, 0])


def test_on_curve() -> None:
    data = datasets.on_curve(Polynomial(2), (1, 2, 3), [0, 1, 2])
    np.testing.assert_array_equal(data.y, [3, 6, 11])
    for wrong in ([[1, 2]], 1.0):
        with pytest.raises(GdanimError, match=r"^x: .*got \("):
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
        ("a;y\n1;2\n", r", line 1: column 'x' is missing; .* separated by semicolons, are 'a'"),
        ("x,y,x\n1,2,3\n", r", line 1: column 'x' appears twice"),
        ("x,y\n1,2\n\n1,two\n", r", line 4, column 'y': 'two' is not a number; correct it"),
        ("x,y\n,2\n3,4\n", r", line 2, column 'x': lacks a value; .*missing=\"drop\""),
        ("x,y\n1,2\nnan,2\n", r", line 3, column 'x': lacks a value"),
        ("x,y\n1,2\n1,-inf\n2,-inf\n", r", line 3, column 'y': '-inf' is not a number; .* finite"),
        ("x,y\n1,2\n3\n", r", line 3: has 1 values, the header names 2 columns"),
        ("x,y\n1,2,3\n", r", line 2: has 3 values, the header names 2 columns"),
        ('x,y\n1,"2\n3,4\n', r", line 3: is not valid CSV: unexpected end of data"),
        (b"PK\x03\x04zip", r": is an Excel workbook or another archive; save the table as CSV"),
        (b"x,y\n\0\1\2,2\n", r": is not text; save the table as CSV"),
    ],
)
def test_csv_errors_name_file_line_and_column(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(GdanimError, match=rf"data\.csv{message}") as caught:
        datasets.from_csv(_file(tmp_path, text), x="x", y="y")
    assert "\n" not in str(caught.value)


def test_csv_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(GdanimError, match=r"absent\.csv: no such file"):
        datasets.from_csv(tmp_path / "absent.csv", x="x", y="y")
    with pytest.raises(GdanimError, match="cannot be read: .*directory$"):
        datasets.from_csv(tmp_path, x="x", y="y")


def test_csv_needs_a_column(tmp_path: Path) -> None:
    with pytest.raises(GdanimError, match="^x: .*at least one"):
        datasets.from_csv(_file(tmp_path, "x,y\n1,2\n"), x=[], y="y")


def _read(tmp_path: Path, text: str | bytes, **options: Any) -> Dataset:
    return datasets.from_csv(_file(tmp_path, text), x="x", y="y", **options)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("X,y\n1,2\n", r"column 'x' is missing; .*mean X\?$"),
        ("weight,y\n1,2\n", r"column 'x' is missing; the columns"),
        ("1,2\n3,4\n", r", line 1: names no columns.*such as x=0, y=1"),
        (
            "audi,2\n3,4\n",
            r", line 1: column 'x' is missing \(if the file names no columns, .* x=0",
        ),
        ("x;y\n1.234;5\n", r": '1.234' is 1.234 or 1234; write which, decimal='.' or decimal=','"),
        ("x\ty\n1,234\t5\n", r": '1,234' is 1.234 or 1234; write which"),
        ('x,y\n1.5,2\n2,"2,5"\n', r", line 3, column 'y': '2,5' is not .*write decimal=','"),
        ("x,y\n1,$2\n2,€3\n", r", line 3, column 'y': '€3' has a different unit from '\$2'"),
        ("x,y\n1,2%\n2,0.5\n", r", line 3, column 'y': '0.5' has a different unit from '2%'"),
        ("x,y\n1/2/2024,2\n2/3/2024,3\n", r", line 2, .*'1/2/2024' may begin with the day or the"),
        ("x,y\n1/20/2024,2\n20/1/2024,3\n", r", line 2, .* begins with the month and '20/1/2024'"),
        ("x,y\n2024-01-01,2\n2024-02-30,3\n", r", line 3, column 'x': .* is not a date"),
        ("x,y\n2024-01-01,2\n2024-02-20,3\nsoon,4\n", r", line 4, .*'soon' is not a date like"),
        ("x,y\n29.02.2024,2\n29.02.2023,3\n", r", line 3, column 'x': .* is not a date"),
        ("x,y\n1/31/24 1:30 PM,2\n2/1/24 13:61 PM,3\n", ", line 3, .* is not a date"),
        ("x,y\nred,2\nblue,3\n", r", line 2, column 'x': 'red' is not a number or a date; feat"),
        ("x,y\n1,NA\n2,?\n", r", line 2, column 'y': the column holds no values"),
        ("x,y\n1,2\n2,?\n3,\n", r", line 3, column 'y': lacks a value, like 1 other row; .*drop"),
    ],
)
def test_what_cannot_be_understood_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(GdanimError, match=rf"data\.csv{message}|data\.csv, line \d+: {message}"):
        _read(tmp_path, text)


def test_the_separator_and_the_decimal_mark_can_be_given(tmp_path: Path) -> None:
    data = _read(tmp_path, "x;y\n1.234;5\n1.500;6\n", decimal=",")
    np.testing.assert_array_equal(data.x[:, 0], [1234, 1500])
    data = _read(tmp_path, "x;y\n1.234;5\n1.500;6\n", decimal=".")
    np.testing.assert_array_equal(data.x[:, 0], [1.234, 1.5])
    data = _read(tmp_path, "x:y\n1:2\n3:4\n", separator=":")
    np.testing.assert_array_equal(data.y, [2, 4])
    for option, message in (
        ({"decimal": "x"}, "^decimal: must be"),
        ({"separator": "::"}, "^separator: must be one character"),
        ({"missing": "skip"}, "^missing: must be"),
    ):
        with pytest.raises(GdanimError, match=message):
            _read(tmp_path, "x,y\n1,2\n3,4\n", **option)


@pytest.mark.parametrize(
    ("text", "value", "notice"),
    [
        ('x,y\n"1,234",5\n2,6\n', 1234, "'1,234' is read as 1234; write decimal=',' if it is not"),
        ("x;y\n1,234;5\n2;6\n", 1.234, "'1,234' is read as 1.234; write decimal='.' if it is not"),
        ("x,y\n3,5\n", 3, "only one point, so no slope can be found"),
        ("x,y\n3,5\n3,6\n", 3, "all 2 points have the same x, so no slope can be found"),
    ],
)
def test_notices(tmp_path: Path, text: str, value: float, notice: str) -> None:
    with pytest.warns(Notice, match=rf"(data\.csv|Dataset): {notice}$") as caught:
        data = _read(tmp_path, text)
    assert data.x[0, 0] == value
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("-5", -5), ("\u22125", -5), ("+5", 5), ("1e3", 1000), ("(12)", -12), (".5", 0.5),
        ("5.", 5), ("$-3", -3), ("-$3", -3), ("US$3", 3), ("3 EUR", 3), ("1 234.5", 1234.5),
        ("12\u00a0345", 12345), ("1'000'000", 1e6), ('"1,234,567.8"', 1234567.8), ("2E-3", 0.002),
    ],
)  # fmt: skip
def test_one_number(tmp_path: Path, cell: str, value: float) -> None:
    data = _read(tmp_path, f"x,y\n1,{cell}\n2,0.25\n3,7\n")
    np.testing.assert_allclose(data.y, [value, 0.25, 7], rtol=1e-15)


@pytest.mark.parametrize("cell", ["12 34", "1,23", "1.2.3", "5 apples", "--5", "1,2345"])
def test_no_number(tmp_path: Path, cell: str) -> None:
    with pytest.raises(GdanimError, match="line 3, column 'y': .*number"):
        _read(tmp_path, f'x,y\n1,0.25\n2,"{cell}"\n3,7\n')


@pytest.mark.parametrize(
    "dates",
    [
        ("2024-01-31", "2024-02-29"), ("31.01.2024", "29.2.2024"), ("1/31/24", "2/29/24"),
        ("31/01/2024", "29/02/2024"), ("31 Jan 2024", "29 February 2024"),
        ("January 31, 2024", "Feb. 29, 2024"), ("2024/1/31", "2024/2/29"),
        ("31-Jan-24", "29-Feb-24"),
        ("2024-01-31 12:00", "2024-02-29 12:00"), ("1/31/2024 1:30 PM", "2/29/2024 1:30 PM"),
        ("2024-01-31T01:00:00+02:00", "2024-02-28T23:00:00Z"),
    ],
)  # fmt: skip
def test_dates(tmp_path: Path, dates: tuple[str, str]) -> None:
    data = _read(tmp_path, f'x,y\n"{dates[0]}",1\n"{dates[1]}",2\n')
    np.testing.assert_array_equal(data.x[:, 0], [0, 29])
    assert int(data.x_units[0].first or 0) in (19752, 19753)


def test_dropped_rows_do_not_count_as_the_first_date(tmp_path: Path) -> None:
    with pytest.warns(Notice, match="1 of 3 .*left out"):
        data = _read(tmp_path, "x,y\n2024-01-01,\n2024-01-05,1\n2024-01-06,2\n", missing="drop")
    np.testing.assert_array_equal(data.x[:, 0], [0, 1])
    assert data.x_units[0].first == 19727


def test_a_path_is_relative_to_the_script_and_then_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "lesson" / "lesson.py"
    script.parent.mkdir()
    script.write_text(
        "from gdanim import *\n\ndef scene() -> Scene:\n"
        "    data = datasets.from_csv('data.csv', x='x', y='y')\n"
        "    return Scene(Problem(data, Linear()), GradientDescent(0.1))\n"
    )
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    _file(elsewhere, "x,y\n1,1\n2,2\n")
    _file(script.parent, "x,y\n1,10\n2,20\n")
    monkeypatch.chdir(tmp_path)
    (scene,) = load(Path("lesson/lesson.py")).scenes
    monkeypatch.chdir(elsewhere)
    assert _values(scene()) == [10, 20]
    (script.parent / "data.csv").rename(script.parent / "date.csv")
    assert _values(scene()) == [1, 2]
    (elsewhere / "data.csv").unlink()
    with pytest.raises(GdanimError, match=r"line 4: data\.csv: .*lesson and .*els"):
        scene()
    with pytest.raises(GdanimError, match=r"did you mean date\.csv\?"):
        scene()


def _values(scene: Scene) -> list[float]:
    (descent,) = scene.descents.values()
    assert isinstance(descent.problem, Problem)
    return [float(value) for value in descent.problem.data.y]


def _calls(function: Callable[[], object]) -> int:
    """How many calls of Python functions it takes."""
    calls = 0

    def count(frame: Any, event: str, arg: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    return calls


def test_200_000_rows_are_read_without_work_for_each_cell(tmp_path: Path) -> None:
    """A second at most; the time of a whole process is no measure on a machine that is shared."""
    rng = np.random.default_rng(0)
    km, price = rng.uniform(0, 200_000, 200_000), rng.uniform(0, 35_000, 200_000)
    lines = [f'"{a:,.1f}","${b:,.2f}"' for a, b in zip(km, price, strict=True)]
    path = _file(tmp_path, "\n".join(["x,y", *lines]))
    data = datasets.from_csv(path, x="x", y="y")
    np.testing.assert_allclose(data.x[:, 0], km, atol=0.051)
    np.testing.assert_allclose(data.y, price, atol=0.0051)
    assert _calls(lambda: datasets.from_csv(path, x="x", y="y")) < 5_000


@pytest.mark.parametrize(
    "form",
    ["%d.%m.%Y", "%Y-%m-%d", "%m/%d/%Y", "%d/%m/%y", "%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%S",
     "%m/%d/%Y %I:%M %p", "%Y/%m/%d %H:%M"],
)  # fmt: skip
def test_many_dates_are_read_without_work_for_each_cell(tmp_path: Path, form: str) -> None:
    rng = np.random.default_rng(0)
    begin = datetime(1999, 12, 31)
    when = [begin + timedelta(minutes=int(k)) for k in rng.integers(0, 30 * 525_600, 20_000)]
    path = _file(tmp_path, "\n".join(["x,y", *(f"{one.strftime(form)},1" for one in when)]))
    data = datasets.from_csv(path, x="x", y="y")
    read = [datetime.strptime(one.strftime(form), form) for one in when]
    first = min(read)
    days = [(one - first) / timedelta(days=1) for one in read]
    np.testing.assert_allclose(data.x[:, 0], days, rtol=1e-15)
    assert _calls(lambda: datasets.from_csv(path, x="x", y="y")) < 10_000


# Tables


TABLE = {"day": ["2024-01-01"], "km": [1.0, 2, 4], "kind": ["a", "b", "a"], "year": [1, None, 3]}


def test_a_dict_of_columns() -> None:
    data = datasets.from_frame(TABLE, x=["km"], y="kind")
    np.testing.assert_array_equal(data.x[:, 0], [1, 2, 4])
    assert (data.x_names, data.y_name, data.classes) == (("km",), "kind", ("a", "b"))
    with pytest.warns(Notice, match="^from_frame: 1 of 3"):
        dropped = datasets.from_frame(TABLE, x="km", y="year", missing="drop")
    np.testing.assert_array_equal(dropped.y, [1, 3])


def test_a_structured_array() -> None:
    table = np.array([(1.0, 2), (3.0, 4)], dtype=[("km", "f8"), ("price", "i4")])
    np.testing.assert_array_equal(datasets.from_frame(table, x="km", y="price").y, [2, 4])


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ("Km", "year", "^from_frame: the dict has no column 'Km'; .*are 'd.*mean km"),
        ("km", "year", "^row 1, column 'year': lacks a value; .*missing=\"drop\""),
        ("kind", "km", "^column 'kind': expected numbers, got \\['a', 'b', 'a'\\]"),
        ("day", "km", "^column 'day': expected numbers|different lengths"),
        ([], "km", "^x: must name at least one column"),
    ],
)
def test_from_frame_refuses(x: Any, y: str, message: str) -> None:
    with pytest.raises(GdanimError, match=message):
        datasets.from_frame(TABLE, x=x, y=y)
