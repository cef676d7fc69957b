"""Dates as people and programs write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from gdanim.core.arrays import Floats
from gdanim.errors import GdanimError

Dates = NDArray[np.datetime64]
Integers = NDArray[np.int64]

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NAME = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_TIME = r"(?:[T ,]+(?P<time>\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)? ?(?:[AP]M|Z|[+-]\d\d:?\d\d)?))?"
_PATTERNS = [
    re.compile(pattern + _TIME, re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})(?:\2(?P<day>\d{1,2}))?",
        r"(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})\2(?P<year>\d{4}|\d{2})",
        rf"(?:(?P<day>\d{{1,2}})[-. ]+)?(?P<name>{_NAME})[-, ]+(?P<year>\d{{4}}|\d{{2}})",
        rf"(?P<name>{_NAME})[-. ]+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?[- ]+(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})[- ]+(?P<name>{_NAME})(?:[- ]+(?P<day>\d{{1,2}}))?",
    )
]
# Dates of numbers alone, of which whole columns are read at once.
_NUMBERS = re.compile(
    r"(?:(?P<a>\d{1,2})|\d{4})(?P<mark>[-/.])\d{1,2}(?P=mark)(?(a)\d\d(?P<long>\d\d)?|\d{1,2})"
    r"(?:[T ]\d{1,2}:(?P<minute>\d\d)(?P<second>:\d\d)?(?P<half> ?[AP]M)?)?"
)
# A year of two digits up to this one is of this century, as in POSIX.
_LAST_OF_CENTURY = 68


def is_date(text: str) -> bool:
    """Tell whether a text looks like a date."""
    return any(pattern.fullmatch(text) for pattern in _PATTERNS)


def in_days(when: Dates) -> Floats:
    """Return the days since the beginning of 1970, NaN for no date."""
    days = (when - np.datetime64("1970-01-01")) / np.timedelta64(1, "D")
    return np.asarray(days, dtype=np.float64)


def parse_dates(cells: Sequence[str], where: Callable[[int], str]) -> Dates:
    """Read dates, `datetime64[us]` in UTC where a zone is given; GdanimError for another text."""
    # A hundred years have 36 525 days: in a long column most dates come again.
    different = [*dict.fromkeys(cells)]
    numbers = {cell: k for k, cell in enumerate(different)}
    read = _different_dates(different, lambda k: where(cells.index(different[k])))
    return read[np.fromiter(map(numbers.__getitem__, cells), np.int64, len(cells))]


def _different_dates(cells: Sequence[str], where: Callable[[int], str]) -> Dates:
    if (alike := _alike(cells)) is not None:
        return alike
    try:
        read = [datetime.fromisoformat(cell) for cell in cells]
    except ValueError:
        read = _parse(cells, where)
    return _in_utc(read)


def _alike(cells: Sequence[str]) -> Dates | None:
    """Read dates of numbers that all look like the first, as arrays: ten times as fast.

    None where they do not, or where one of them needs a message.
    """
    first = _NUMBERS.fullmatch(cells[0])
    if first is None:
        return None
    mark, text = first["mark"], "\n".join(cells) + "\n"
    short = first["a"] is not None and first["long"] is None
    year = r"\d\d" if short else r"\d{4}+"
    day = re.escape(mark).join([r"\d{1,2}+", r"\d{1,2}+", year][:: 1 if first["a"] else -1])
    time = r"[T ]\d{1,2}+:\d\d" + r":\d\d" * bool(first["second"]) if first["minute"] else ""
    half = " ?[AP]M" if first["half"] else ""
    # Possessive, as otherwise the matcher would keep a way back for each of the cells.
    if re.fullmatch(rf"(?:{day}{time}{half}\n)*+", text) is None:
        return None
    if first["a"] is None and mark == "-" and not half:
        with suppress(ValueError):
            # NumPy reads the form of ISO 8601, at once.
            return np.array(cells, "datetime64[us]")
    plain = re.sub(r"[^\d\n]+", " ", text)
    parts = np.fromiter(map(int, plain.split()), np.int64).reshape(len(cells), -1).T
    order = _order(first["a"] is None, mark, parts)
    if order is None or (half and not ((parts[3] > 0) & (parts[3] <= 12)).all()):
        return None
    if half:
        is_afternoon = np.array(re.findall("[AP]M", text)) == "PM"
        parts[3] = parts[3] % 12 + 12 * is_afternoon
    return _from_parts(parts[order], parts[3:], short)


def _order(year_first: bool, mark: str, parts: Integers) -> list[int] | None:
    """Return where year, month and day stand; None if that cannot be told."""
    if year_first:
        return [0, 1, 2]
    is_day = parts[:2].max(axis=1) > 12
    if mark == "." or (is_day[0] and not is_day[1]):
        return [2, 1, 0]
    return [2, 0, 1] if is_day[1] and not is_day[0] else None


def _from_parts(date: Integers, time: Integers, short: bool) -> Dates | None:
    """Return the dates of year, month and day; None if one of them does not exist."""
    year, month, day = date
    if short:
        year = year + np.where(year <= _LAST_OF_CENTURY, 2000, 1900)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    first = months.astype("datetime64[D]")
    length = ((months + 1).astype("datetime64[D]") - first).astype(np.int64)
    exists = (year > 0) & (month > 0) & (month <= 12) & (day > 0) & (day <= length)
    most = np.array([23, 59, 59])[: len(time), np.newaxis]
    if not exists.all() or (time > most).any():
        return None
    seconds = np.array([3600, 60, 1])[: len(time)] @ time
    when: Dates = (first + (day - 1)).astype("datetime64[us]") + seconds.astype("timedelta64[s]")
    return when


def _parse(cells: Sequence[str], where: Callable[[int], str]) -> list[datetime]:
    """Read dates in other forms than that of ISO 8601."""
    order: bool | None = None
    read = []
    for k, cell in enumerate(cells):
        found = next(filter(None, (pattern.fullmatch(cell) for pattern in _PATTERNS)), None)
        if found is None:
            raise GdanimError(
                f"{where(k)}: {cell!r:.80} is not a date like {cells[0]!r:.80}; correct it, or "
                'empty the cell and write missing="drop"'
            )
        parts = found.groupdict()
        if "a" in parts and order is None:
            order = _day_first(cells, where)
        try:
            read.append(_datetime(parts, bool(order)))
        except ValueError as error:
            raise GdanimError(f"{where(k)}: {cell!r:.80} is not a date: {error}") from None
    return read


def _in_utc(read: Iterable[datetime]) -> Dates:
    utc = [one.astimezone(UTC).replace(tzinfo=None) if one.tzinfo else one for one in read]
    return np.array(utc, dtype="datetime64[us]")


def _day_first(cells: Sequence[str], where: Callable[[int], str]) -> bool:
    """Find out whether 1/2/2024 is in February; GdanimError if the dates do not tell."""
    pairs = [
        (k, int(found["a"]), int(found["b"]), found["mark"])
        for k, cell in enumerate(cells)
        if (found := _PATTERNS[1].fullmatch(cell))
    ]
    if all(mark == "." for *_, mark in pairs):
        return True
    first = next((k for k, a, _, _ in pairs if a > 12), None)
    second = next((k for k, _, b, _ in pairs if b > 12), None)
    if first is not None and second is not None:
        raise GdanimError(
            f"{where(second)}: {cells[second]!r:.80} begins with the month and "
            f"{cells[first]!r:.80} with the day; write dates as 2024-02-01"
        )
    if first is None and second is None:
        raise GdanimError(
            f"{where(0)}: {cells[0]!r:.80} may begin with the day or the month; "
            "write dates as 2024-02-01"
        )
    return first is not None


def _datetime(parts: dict[str, str | None], day_first: bool) -> datetime:
    year, day = int(parts["year"] or 0), int(parts.get("day") or 1)
    if year < 100:
        year += 2000 if year <= _LAST_OF_CENTURY else 1900
    if parts.get("name"):
        month = _MONTHS.index(f"{parts['name']}"[:3].lower()) + 1
    elif parts.get("a"):
        pair = int(f"{parts['a']}"), int(f"{parts['b']}")
        day, month = pair if day_first else pair[::-1]
    else:
        month = int(f"{parts['month']}")
    return datetime.fromisoformat(f"{year:04}-{month:02}-{day:02}{_time(parts['time'])}")


def _time(text: str | None) -> str:
    """Return a time of day in the form of ISO 8601."""
    if not text:
        return ""
    hour, rest = text.upper().replace(",", ".").split(":", 1)
    half = rest[-2:]
    if half in ("AM", "PM"):
        hour, rest = f"{int(hour) % 12 + 12 * (half == 'PM')}", rest[:-2].rstrip()
    return f"T{int(hour):02}:{rest}"
