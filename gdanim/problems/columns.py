"""A column of text, or of any values, to numbers: plain ones, dates, labels of classes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdanim.core.arrays import Floats, floats
from gdanim.errors import GdanimError, listed
from gdanim.problems._dates import in_days, is_date, parse_dates
from gdanim.problems.unit import Unit

# Cells that hold no value, in small letters, as spreadsheets, databases, R and people mark them.
MISSING = frozenset(
    "na n/a nan nat null none nil - -- \u2013 \u2014 ? . <na> missing"
    " #n/a #na #value! #div/0! #ref! #name? #num! #null!".split()
) | {""}
# What people write for 0 and 1, in small letters.
SWITCHES = (("no", "yes"), ("false", "true"), ("n", "y"), ("f", "t"), ("off", "on"))
# A column of text with more different values than this, most of them seldom, names no classes.
MOST_CLASSES = 50
# The kind of a column is told from this many cells.
_PROBED = 1000
_SPACES = " \u00a0\u2009\u202f"
_MINUS = "-\u2212\u2013"
_CURRENCY = (
    r"(?:[A-Z]{0,3}[$¢£¥\u20a0-\u20bf]|USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|CZK|BRL"
    r"|kr\.?|zł|Fr\.|Rs\.?)"
)

Where = Callable[[int], str]


@dataclass(frozen=True, eq=False)
class Column:
    """A column as numbers, NaN where a value is missing; classes are numbered from 0."""

    values: Floats
    unit: Unit = field(default_factory=Unit)
    classes: tuple[str, ...] = ()


def parse(cells: Sequence[str], decimal: str, where: Where, classes: bool) -> Column:
    """Read a column, of text only if it may name `classes`; GdanimError for a cell unlike others.

    The message begins with the place that `where` gives.
    """
    if decimal == "." and (plain := _plain(cells)) is not None:
        return Column(plain)
    cells = [*map(str.strip, cells)]
    missing = {cell for cell in set(cells) if not "0" <= cell < ":" and cell.lower() in MISSING}
    held = [k for k, cell in enumerate(cells) if cell not in missing]
    present = [cells[k] for k in held] if missing else cells
    if not present:
        raise GdanimError(f"{where(0)}: the column holds no values")
    probed = present[:_PROBED]
    pattern = _number(decimal)
    if 2 * sum(bool(pattern.fullmatch(cell) or _infinite(cell)) for cell in probed) >= len(probed):
        read = _numbers(present, decimal, lambda k: where(held[k]))
    elif 2 * sum(map(is_date, probed)) >= len(probed):
        read = _dates(present, lambda k: where(held[k]))
    else:
        read = _labels(present, lambda k: where(held[k]), classes)
    values = np.full(len(cells), np.nan)
    values[held] = read.values
    return Column(values, read.unit, read.classes)


def _plain(cells: Sequence[str]) -> Floats | None:
    """Return the numbers of a column that Python can read as it stands."""
    try:
        values = np.fromiter(map(float, cells), np.float64, len(cells))
    except ValueError:
        return None
    return None if np.isinf(values).any() else values


@cache
def _number(decimal: str) -> re.Pattern[str]:
    """Return the pattern of a number with thousands marks, sign, currency or per cent sign."""
    group, mark = (",", r"\.") if decimal == "." else (r"\.", ",")
    grouped = rf"\d{{1,3}}(?P<group>[{group}'\u2019{_SPACES}])\d{{3}}(?:(?P=group)\d{{3}})*"
    indian = rf"\d{{1,2}}(?:{group}\d\d)+{group}\d{{3}}"
    return re.compile(
        rf"(?P<sign>[{_MINUS}+(])?\s*(?:(?P<before>{_CURRENCY})\s*(?P<inner>[{_MINUS}+])?)?\s*"
        rf"(?P<number>(?:(?:{grouped}|{indian}|\d+)(?:{mark}\d*)?|{mark}\d+)"
        rf"(?:[eE][{_MINUS}+]?\d+)?)\s*(?P<after>{_CURRENCY}|%)?\s*\)?"
    )


def _numbers(cells: Sequence[str], decimal: str, where: Where) -> Column:
    if (alike := _alike(cells, decimal)) is not None:
        return alike
    pattern = _number(decimal)
    spare = "'\u2019" + _SPACES + (",." if decimal == "." else ".,").replace(decimal, "")
    plainly = str.maketrans(decimal + "\u2212\u2013", ".--", spare)
    values = np.empty(len(cells))
    symbols: dict[str, int] = {}
    for k, cell in enumerate(cells):
        found = pattern.fullmatch(cell)
        if found is None:
            raise GdanimError(f"{where(k)}: {cell!r:.80} is not a number{_advice(cell, decimal)}")
        sign, before, inner, number, after = found.group(
            "sign", "before", "inner", "number", "after"
        )
        value = float(number.translate(plainly))
        values[k] = -value if (sign or inner or "+") != "+" else value
        symbols.setdefault(before or after or "", k)
    return Column(values, Unit(_only_symbol(symbols, cells, where)))


def _alike(cells: Sequence[str], decimal: str) -> Column | None:
    """Read numbers that all look like the first, by one match: ten times as fast as each alone."""
    first = _number(decimal).fullmatch(cells[0])
    if first is None or first["sign"] == "(":
        return None
    text = "\n".join(cells) + "\n"
    marks = [mark for mark in f",.'\u2019{_SPACES}" if mark != decimal and mark in text]
    group = marks[0] if len(marks) == 1 else "," if decimal == "." else "."
    before, after = first["before"] or "", cells[0][first.end("number") :]
    line = (
        rf"[{_MINUS}]?+{re.escape(before)}[{_MINUS}]?+(?:\d{{1,3}}+(?:{re.escape(group)}\d{{3}})++|\d++)"
        rf"(?:{re.escape(decimal)}\d*+)?+{re.escape(after)}\n"
    )
    # Possessive, so that the matcher need not remember a way back for each cell.
    if re.fullmatch(rf"(?:{line})*+", text) is None:
        return None
    for part in filter(None, (before, after, group)):
        text = text.replace(part, "")
    plain = _plain(text.translate(str.maketrans(decimal + "\u2212\u2013", ".--")).split())
    return None if plain is None else Column(plain, Unit(before or after.strip()))


def _advice(cell: str, decimal: str) -> str:
    other = "," if decimal == "." else "."
    if _infinite(cell):
        return "; remove the row, or give a finite number"
    if _number(other).fullmatch(cell):
        return f"; write decimal={other!r} if {other!r} is the decimal mark"
    return '; correct it, or empty the cell and write missing="drop"'


def _infinite(cell: str) -> bool:
    return cell.lower().lstrip(f"+{_MINUS}") in ("inf", "infinity", "∞")


def _only_symbol(symbols: dict[str, int], cells: Sequence[str], where: Where) -> str:
    """Return the unit of all cells, if they have one; a currency may be left out, not a %."""
    units = [symbol for symbol in symbols if symbol]
    if len(units) > 1 or ("%" in symbols and "" in symbols):
        first, other = list(symbols.values())[:2]
        raise GdanimError(
            f"{where(other)}: {cells[other]!r:.80} has a different unit from {cells[first]!r:.80}; "
            "write all values in one unit"
        )
    return units[0] if units else ""


def _dates(cells: Sequence[str], where: Where) -> Column:
    return _from_datetimes(parse_dates(cells, where))


def _from_datetimes(when: NDArray[np.datetime64]) -> Column:
    """Return the days since the first date."""
    days = in_days(when)
    first = float(np.nanmin(days))
    # Differences of integers, so that whole days come out whole.
    since = (when - np.datetime64(np.nanmin(when))) / np.timedelta64(1, "D")
    return Column(np.asarray(since, dtype=np.float64), Unit(first=first))


def _labels(cells: Sequence[str], where: Where, allowed: bool) -> Column:
    names = sorted(set(cells))
    for switch in SWITCHES:
        if {name.lower() for name in names} == set(switch):
            names = sorted(names, key=lambda name: switch.index(name.lower()))
            number = {name: float(switch.index(name.lower())) for name in names}
            classes = tuple(names) if allowed and len(names) == len(switch) else ()
            return Column(np.array([number[cell] for cell in cells]), classes=classes)
    if not allowed:
        raise GdanimError(
            f"{where(0)}: {cells[0]!r:.80} is not a number or a date; "
            "features are numbers, so choose other columns for x"
        )
    if len(names) > MOST_CLASSES and 2 * len(names) > len(cells):
        raise GdanimError(
            f"{where(0)}: {cells[0]!r:.80} is not a number or a date, and {len(names)} different "
            f"texts ({listed(names)}) are too many to be classes; choose another column"
        )
    code = {name: float(k) for k, name in enumerate(names)}
    return Column(np.array([code[cell] for cell in cells]), classes=tuple(names))


def from_values(name: str, values: Any, classes: bool, missing: bool = False) -> Column:
    """Read one column of any sequence: numbers, dates, and text only if it may name `classes`.

    Python's objects among which values are `missing` are read if that is allowed.
    """
    raw = as_array(name, values)
    if raw.dtype.kind == "M":
        return _from_datetimes(raw.astype("datetime64[us]"))
    if raw.dtype.kind == "O" and raw.ndim == 1:
        held = np.array([not _is_missing(value) for value in raw], dtype=bool)
        if held.all() or (missing and held.any()):
            read = from_values(name, _uniform(name, raw[held].tolist()), classes)
            numbers = np.full(len(raw), np.nan)
            numbers[held] = read.values
            return Column(numbers, read.unit, read.classes)
    if raw.dtype.kind == "U" and classes and raw.ndim == 1:
        cells = [f"{cell}" for cell in raw.tolist()]
        if _plain(cells) is None:
            return _labels(cells, lambda k: f"{name}[{k}]", True)
    return Column(floats(name, raw.tolist() if raw.dtype.kind in "OUS" else raw))


def as_array(name: str, values: Any) -> NDArray[Any]:
    """Return any sequence or iterable as an array, masked values as NaN; GdanimError if ragged."""
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.filled(values.astype(np.float64), np.nan)
    try:
        raw = np.asarray(values)
        if raw.shape == () and raw.dtype.kind == "O" and isinstance(values, Iterable):
            # An iterator, or the values of a dict.
            raw = np.asarray(list(values))
        return raw
    except (TypeError, ValueError, RuntimeError) as error:
        # torch asks for detach().
        hint = f": {error}" if isinstance(error, RuntimeError | TypeError) else ""
        raise GdanimError(f"{name}: expected numbers, got {values!r:.80}{hint}") from None


def _uniform(name: str, values: list[Any]) -> NDArray[Any]:
    """Return Python's objects as an array of one of NumPy's types; GdanimError if there is none."""
    if all(isinstance(value, date) for value in values):
        return np.array([_naive(value) for value in values])
    if all(isinstance(value, Real | Decimal) for value in values):
        return floats(name, [float(v) if isinstance(v, Decimal) else v for v in values])
    if all(isinstance(value, str) for value in values):
        return np.array(values)
    raise GdanimError(f"{name}: expected numbers, got {values!r:.80}")


def _is_missing(value: Any) -> bool:
    # pandas.NA and NaT compare unequal to themselves, or give NA.
    return value is None or type(value).__name__ in ("NAType", "NaTType") or value != value


def _naive(value: date) -> np.datetime64:
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(value, "us")


def find_decimal(columns: Sequence[Sequence[str]], separator: str) -> tuple[str, str]:
    """Find out the decimal mark, and the words for it where another could be meant, too.

    A mark before other than three digits is a decimal mark, and so is the last of two different
    ones. If all cells look like `1,234`, a comma is the decimal mark only in a file of semicolons,
    as they come from countries with a decimal comma. GdanimError if that
    does not help.
    """
    text = ""
    # First the beginnings, as a long column of dates before the numbers holds no proof.
    for parts in ([cells[:_PROBED] for cells in columns], columns):
        text = "\n".join("\n".join(cells) for cells in parts)
        if parts is columns and "," not in text and ("." not in text or separator == ","):
            return ".", ""
        text = text.translate(_DECORATION)
        if re.search(r"[A-Z]", text):
            text = re.sub(_CURRENCY, "", text)
        if proof := _PROOF.search(text):
            # A cell that says otherwise is told when it is read, with its place.
            return "." if proof["point"] else ",", ""
    unsure = {found[1]: found[0] for found in re.finditer(r"^\d{1,3}([.,])\d{3}$", text, re.M)}
    if not unsure or (separator == "," and "," not in unsure):
        return ".", ""
    decimal = {",": ".", ";": ",", "\t": "."}.get(separator, "")
    mark, cell = next(iter(unsure.items()))
    if len(unsure) > 1 or not (decimal == mark or separator == ","):
        raise GdanimError(
            f"{cell!r:.80} is {cell.replace(mark, '.'):.80} or {cell.replace(mark, ''):.80}; "
            "write which, decimal='.' or decimal=','"
        )
    meant = cell.replace(mark, "." if mark == decimal else "")
    other = "," if decimal == "." else "."
    return decimal, f"{cell!r:.80} is read as {meant}; write decimal={other!r} if it is not"


def _proof(mark: str, other: str) -> str:
    """Return the pattern of a cell in which a mark can only be the decimal mark."""
    return (
        rf"\d+{mark}(?:\d\d?|\d{{4,}})?|(?:0+|\d{{4,}})?{mark}\d+|\d+{mark}\d+[eE]\d+"
        rf"|\d{{1,3}}(?:{other}\d{{3}})+{mark}\d*|\d{{1,3}}(?:{other}\d{{3}}){{2,}}"
    )


_PROOF = re.compile(
    rf"^(?:(?P<point>{_proof(r'[.]', ',')})|(?P<comma>{_proof(',', r'[.]')}))(?:[eE]\d+)?$",
    re.MULTILINE,
)
# Signs, spaces and symbols around a number, which say nothing about its marks.
_DECORATION = str.maketrans("", "", "%'\u2019()+$¢£¥€" + _SPACES + _MINUS)
