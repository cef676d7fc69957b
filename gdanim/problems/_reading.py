"""A delimited text file to columns of text, as the many tools write it."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from gdanim.core.caller import folder_of_caller, notify
from gdanim.errors import LONGEST_NAME, GdanimError, did_you_mean, listed

Name = str | int
Row = Sequence[str]
# Separators and their names in messages; the first of those that suit a file equally well is taken.
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces"}
# What a number or a date begins with, and the name of a column does not.
_VALUE = re.compile(r"[-+\u2212\u2013(]?\s*[$€£¥]?\s*[-+\u2212]?[.,]?\d")
# A line that is not data: but `#N/A` and `#DIV/0!` are what spreadsheets write in cells.
_COMMENT = re.compile(r"#(?!N/A|DIV|REF|VALUE|NAME|NUM|NULL)")
_MOSTLY = 0.8
# The separator and the header are found in this many lines.
_LOOKED_AT = 60
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_BINARY = {
    b"PK\x03\x04": "an Excel workbook or another archive",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"PAR1": "a Parquet file",
    b"\x1f\x8b": "compressed",
}


@dataclass(frozen=True, eq=False)
class Table:
    """The columns of a file that were asked for, as text: `columns[k][i]` is in `lines[i]`."""

    path: Path
    separator: str
    names: tuple[str, ...]
    columns: tuple[list[str], ...]
    lines: list[int]

    def place(self, row: int, column: int) -> str:
        """Say where a cell is: `cars.csv, line 4, column 'price'`."""
        return f"{self.path}, line {self.lines[row]}, column {self.names[column]!r:.80}"


def read_table(path: Path, chosen: Sequence[Name], separator: str | None) -> Table:
    """Read the chosen columns; GdanimError says what is wrong with the file, and where."""
    path = find(path)
    chosen = [_composed(one) if isinstance(one, str) else one for one in chosen]
    text = _decoded(path)
    if told := re.match(r"sep=(.)(?=\r?\n)", text):
        # Excel's own first line.
        separator, text = separator or told[1], text[told.end() :]
    if separator is None:
        separator = _separator(text, chosen)
    elif not isinstance(separator, str) or len(separator) != 1:
        raise GdanimError(f"separator: must be one character, such as ';', got {separator!r}")
    try:
        rows, lines = _rows(text, separator)
    except csv.Error as error:
        raise GdanimError(f"{path}, {error}") from None
    if not rows:
        raise GdanimError(f"{path}: is empty; its first line must name the columns")
    top, header, data = _header(path, rows, lines, chosen)
    where = f"{path}, line {lines[top]}" if data[:1] != [top] else f"{path}"
    places = [_place(where, header, one, separator) for one in chosen]
    if not data:
        raise GdanimError(f"{path}: has a header but no data")
    rows, lines = [rows[k] for k in data], [lines[k] for k in data]
    _check_widths(path, rows, lines, len(header))
    columns = tuple([row[place] for row in rows] for place in places)
    return Table(path, separator, tuple(header[place] for place in places), columns, lines)


def find(path: Path) -> Path:
    """Return the file: relative to the caller's script, else to the working folder."""
    folders = [Path()] if path.is_absolute() else [folder_of_caller(), Path()]
    for folder in folders:
        # Opened, not only looked for: so a batch that watches its files waits for one to appear.
        try:
            (folder / path).open("rb").close()
        except FileNotFoundError:
            continue
        except OSError:
            # Reading it says what is wrong with it.
            pass
        return folder / path
    names = [file.name for folder in folders for file in (folder / path).parent.glob("*.?sv")]
    looked = list(dict.fromkeys(f"{folder.resolve()}" for folder in folders))
    where = "" if path.is_absolute() else f" in {' and '.join(looked)}"
    raise GdanimError(f"{path}: no such file{where}{did_you_mean(path.name, set(names))}")


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise GdanimError(f"{path}: cannot be read: {error.strerror}") from None
    for magic, kind in _BINARY.items():
        if raw.startswith(magic):
            raise GdanimError(f"{path}: is {kind}; save the table as CSV")
    encoding = next((name for bom, name in _BOMS.items() if raw.startswith(bom)), "utf-8")
    for start, name in enumerate(("utf-16-be", "utf-16-le") if encoding == "utf-8" else ()):
        # Without a byte order mark: every other byte of Latin letters and digits is 0.
        if raw[start:64:2].count(0) > _MOSTLY * len(raw[start:64:2]):
            encoding = name
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = "\0" if encoding != "utf-8" else raw.decode("cp1252", errors="replace")
        if "\0" not in text:
            notify(
                f"{path}: is not UTF-8, and was read as Latin-1 (Windows-1252); "
                "if names look wrong, save it as UTF-8"
            )
    if "\0" in text:
        raise GdanimError(f"{path}: is not text; save the table as CSV")
    return text


def _rows(text: str, separator: str, strict: bool = True) -> tuple[list[Row], list[int]]:
    """Return the rows that hold anything, and the numbers of their lines."""
    # Old programs end lines with a carriage return alone.
    file = io.StringIO(text, newline="" if "\n" in text else None)
    reader = csv.reader(file, delimiter=separator, skipinitialspace=True, strict=strict)
    rows: list[Row] = []
    lines: list[int] = []
    try:
        for row in reader:
            # A list would cost Python's garbage collection as much as reading it.
            rows.append(tuple(row))
            lines.append(reader.line_num)
    except csv.Error as error:
        raise csv.Error(f"line {reader.line_num}: is not valid CSV: {error}") from None
    if all(map(any, rows)) and not any(map(str.isspace, map(itemgetter(0), rows))):
        return rows, lines
    held = [k for k, row in enumerate(rows) if any(map(str.strip, row))]
    return [rows[k] for k in held], [lines[k] for k in held]


def _separator(text: str, chosen: Sequence[Name]) -> str:
    """Choose the separator whose header has the most of the names, and whose rows are alike."""
    start = "\n".join(text.split("\n", _LOOKED_AT)[:_LOOKED_AT])

    def suits(separator: str) -> tuple[int, float, int]:
        try:
            rows, _ = _rows(start, separator, strict=False)
        except csv.Error:
            return 0, 0.0, 0
        named = max((_named(row, chosen) for row in rows), default=0)
        (width, times), *_ = Counter(map(len, rows)).most_common(1) or [(1, 0)]
        return named, times / max(1, len(rows)) if width > 1 else 0.0, width

    return max(SEPARATORS, key=suits)


def _named(row: Row, chosen: Sequence[Name]) -> int:
    """Count the names that a row has."""
    names = _clean(row)
    return sum(name in names for name in chosen)


def _composed(name: str) -> str:
    """Return a name in composed letters, as a letter and its accent may be two characters."""
    return unicodedata.normalize("NFC", name.strip())


def _clean(row: Row) -> list[str]:
    """Return names without spaces around, and without the mark of a comment before."""
    names = [_composed(name) for name in row]
    names[0] = names[0].lstrip("# ") or names[0]
    while len(names) > 1 and not names[-1]:
        names.pop()
    return names


def _header(
    path: Path, rows: list[Row], lines: list[int], chosen: Sequence[Name]
) -> tuple[int, list[str], list[int]]:
    """Find the row of names, which may come after others: its place, the names, and those of data.

    Where there is none, the columns are named by their numbers, and the first row is of data.
    """
    plain = [k for k, row in enumerate(rows) if row[0][:1] != "#" or not _COMMENT.match(row[0])]
    wanted = sum(isinstance(one, str) for one in chosen)
    at = plain[0] if plain else 0
    if wanted:
        top = enumerate(rows[:_LOOKED_AT])
        at = next((k for k, row in top if _named(row, chosen) == wanted), at)
    row = rows[at]
    numbered = [row[one] for one in chosen if isinstance(one, int) and 0 <= one < len(row)]
    if not wanted and any(map(_VALUE.match, numbered)):
        return at, [f"{k}" for k in range(len(row))], plain
    if _named(row, chosen) < wanted and all(map(_VALUE.match, row)):
        raise GdanimError(
            f"{path}, line {lines[at]}: names no columns, but is the first of data "
            f"({listed(row)}); choose columns by their number, such as x=0, y=1"
        )
    return at, _clean(row), [k for k in plain if k > at]


def _place(where: str, header: list[str], column: Name, separator: str) -> int:
    if isinstance(column, int) and not isinstance(column, bool):
        if not 0 <= column < len(header):
            raise GdanimError(
                f"{where}: column {column} is missing; it has {len(header)}, and the first is 0"
            )
        return column
    name = f"{column}"
    if header.count(name) != 1:
        problem = "appears twice" if name in header else "is missing"
        if name not in header and any(map(_VALUE.match, header)):
            problem += " (if the file names no columns, choose them by number, such as x=0)"
        by = SEPARATORS.get(separator, repr(separator))
        close = did_you_mean(name, header) or _by_letters(name, header)
        raise GdanimError(
            f"{where}: column {name!r} {problem}; the columns, separated by {by}, are "
            f"{listed(repr(one[:LONGEST_NAME]) for one in header)}{close}"
        )
    return header.index(name)


def _by_letters(name: str, header: Row) -> str:
    """Suggest a column that differs in capitals only."""
    same = [one for one in header if one.casefold() == name.casefold() and one != name]
    return f"; did you mean {same[0]}?" if same else ""


def _check_widths(path: Path, rows: list[Row], lines: list[int], width: int) -> None:
    """Raise GdanimError unless each row has a cell for each column, and no more but empty ones."""
    if set(map(len, rows)) == {width}:
        return
    for row, line in zip(rows, lines, strict=True):
        if len(row) < width or any(map(str.strip, row[width:])):
            raise GdanimError(
                f"{path}, line {line}: has {len(row)} values, the header names {width} columns; "
                "quote values that contain the separator"
            )
