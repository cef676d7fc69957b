"""The tables of a plan: which keys they may have, which values, and the lines that these are on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from gdanim.core.toml import read_toml
from gdanim.encoding.formats import CODECS, FORMATS
from gdanim.errors import GdanimError, RequestError, did_you_mean, printable
from gdanim.rendering.platforms import PLATFORMS
from gdanim.rendering.quality import QUALITIES
from gdanim.rendering.themes import is_theme_file
from gdanim.views.theme import THEMES

DECKS = (".pptx", ".html")
SIDECARS = ("captions", "chapters", "alt", "filmstrip", "csv")
HEADER = re.compile(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]")
KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*[.=]")

Test = Callable[[Any], bool]


def _is(*kinds: type) -> Test:
    return lambda value: type(value) in kinds


def _list_of(valid: Test) -> Test:
    return lambda value: type(value) is list and value != [] and all(map(valid, value))


def _table_of(valid: Test) -> Test:
    return lambda value: type(value) is dict and all(map(valid, value.values()))


def _text(valid: Test) -> Test:
    return lambda value: type(value) is str and valid(value)


def _is_below(name: str) -> bool:
    """Tell whether it names a file in or below a folder, on every system."""
    parts = re.split(r"[/\\]", name)
    return not {"", ".", ".."} & {*parts} and not PureWindowsPath(name).drive


_scalar = _is(bool, int, float, str)
# What the keys of a plan allow, in words and as a test.
PLAN_KEYS: dict[str, tuple[str, Test]] = {
    "clip": ("tables, each after a line [[clip]]", lambda value: True),
    "defaults": ("a table, after a line [defaults]", _is(dict)),
    "deck": (
        "the name of a file in or below the output folder, such as "
        '"lecture.pptx", or "lecture.html" for reveal.js',
        _text(lambda name: _is_below(name) and name.endswith(DECKS)),
    ),
}
# The same for the table of a clip.
CLIP_KEYS: dict[str, tuple[str, Test]] = {
    "scene": ('a script such as "linear.py", or "lesson.py::one_scene"', _is(str)),
    "output": (
        'a file name without extension, such as "lecture1/line", in or below the output folder',
        _text(_is_below),
    ),
    "set": ("knobs and values, such as {lr = 0.1}", _table_of(_scalar)),
    "sweep": ("knobs and lists, such as {lr = [0.1, 1]}", _table_of(_list_of(_scalar))),
    "compare": ("true (all values in one clip) or false (a clip for each value)", _is(bool)),
    "formats": (f"a list of some of {', '.join(FORMATS)}", _list_of(_text(FORMATS.__contains__))),
    "themes": (
        f"a list of some of {', '.join(THEMES)}, and theme files such as brand.toml",
        _list_of(_text(lambda name: name in THEMES or is_theme_file(name))),
    ),
    "sizes": ('a list of sizes, such as ["1280x720"]', _list_of(_is(str))),
    "quality": (f"one of {', '.join(QUALITIES)}", _text(QUALITIES.__contains__)),
    "fps": ("a whole number of frames per second", _is(int)),
    "seconds": ("a number of seconds", _is(int, float)),
    "transparent": ("true (no background) or false", _is(bool)),
    "loop": ("how many times a gif, webp or apng plays, 0 for ever", _is(int)),
    "hold": ("how many seconds the last frame of these stays", _is(int, float)),
    "codec": (f"one of {', '.join(CODECS)}", _text(CODECS.__contains__)),
    "max-size": ('the most that a video takes, such as "5MB"', _is(str)),
    "for": (f"one of {', '.join(PLATFORMS)}", _text(PLATFORMS.__contains__)),
    "poster": (
        'the number of a step, or "last"',
        lambda value: value == "last" or (type(value) is int and value >= 0),
    ),
    "embed": ("true (also a page with a slider for each knob of the sweep) or false", _is(bool)),
    **dict.fromkeys(SIDECARS, ("true or false", _is(bool))),
}


@dataclass(frozen=True)
class PlanTable:
    """A table of a plan, and the lines of its keys, with its header's as the line of ""."""

    path: Path
    values: Mapping[str, Any]
    lines: Mapping[str, int]

    def where(self, key: str = "") -> str:
        """Name file and line of a key, or of the header if the table does not have it."""
        return f"{self.path}, line {self.lines.get(key, self.lines.get('', 1))}"

    @contextmanager
    def naming(self, key: str | None = None) -> Iterator[None]:
        """Name the file and the key's line in errors of the block.

        Without a key it is the one that the error's message begins with.
        """
        try:
            yield
        except GdanimError as error:
            where = self.where(str(error).partition(":")[0] if key is None else key)
            raise RequestError(f"{where}: {error}") from None

    def check(self, keys: Mapping[str, tuple[str, Test]]) -> None:
        """Raise RequestError for a key that is not among `keys`, or a value that is not allowed."""
        for key, value in self.values.items():
            with self.naming(key):
                if key not in keys:
                    hint = did_you_mean(key, keys, cutoff=0.6) or f"; allowed are {', '.join(keys)}"
                    raise RequestError(f"{printable(key[:80])} is unknown{hint}")
                allowed, valid = keys[key]
                if not valid(value):
                    raise RequestError(f"{key} must be {allowed}; got {value!r:.80}")

    def with_defaults(self, other: PlanTable) -> PlanTable:
        """Return the table, with the other's values for keys that it lacks."""
        return PlanTable(self.path, {**other.values, **self.values}, {**other.lines, **self.lines})


def tables_of(path: Path) -> tuple[PlanTable, PlanTable, list[PlanTable]]:
    """Read the tables of a plan: its top level, the defaults, and the clips."""
    try:
        text, plan = read_toml(path)
    except GdanimError as error:
        raise RequestError(f"{error}") from None
    lines = table_lines(text)
    top = PlanTable(path, plan, lines[""][0])
    top.check(PLAN_KEYS)
    clips: Any = plan.get("clip")
    if not _list_of(_is(dict))(clips):
        raise RequestError(f"{path}: has no clips; begin each with [[clip]]")
    # A table that is written inline has no lines of its own.
    defaults = PlanTable(path, plan.get("defaults", {}), (lines["defaults"] or [{}])[0])
    numbered = zip(clips, [*lines["clip"], *[{}] * len(clips)], strict=False)
    return top, defaults, [PlanTable(path, values, own) for values, own in numbered]


def table_lines(text: str) -> dict[str, list[dict[str, int]]]:
    """Return, for each table of a name, the lines of its header, as `""`, and of its keys.

    Lines count from 1; the top of the file is the table `""`, with the other tables' names among
    its keys. Only for messages: a line of a multi-line string that looks like a key is taken for
    one.
    """
    top = keys = {"": 1}
    tables = defaultdict(list, {"": [top]})
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            name, dot, key = re.sub(r'[" ]', "", header[1]).partition(".")
            top.setdefault(name, number)
            keys = {} if dot else {"": number}
            if not dot:
                tables[name].append(keys)
            elif tables[name]:
                tables[name][-1].setdefault(key.partition(".")[0], number)
        elif match := KEY.match(line):
            keys.setdefault(match[1], number)
    return tables
