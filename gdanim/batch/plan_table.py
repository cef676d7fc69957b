"""The tables of a plan: which keys they may have, which values, and the lines that these are on."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gdanim.encoding.formats import FORMATS
from gdanim.errors import GdanimError, RequestError, did_you_mean
from gdanim.rendering.quality import QUALITIES
from gdanim.rendering.themes import is_theme_file
from gdanim.views.theme import THEMES

CLIP, DEFAULTS = "clip", "defaults"
SIDECARS = ("captions", "alt", "filmstrip", "csv")
HEADER = re.compile(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]")
KEY = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*[.=]")


def _is(*kinds: type) -> Callable[[Any], bool]:
    # To Python a bool is an int.
    return lambda value: isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool))


def _list_of(valid: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and value != [] and all(map(valid, value))


def _table_of(valid: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, dict) and all(map(valid, value.values()))


def _one_of(choices: Collection[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value in choices


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value == value.strip("/") and Path(value).name != ""


def _is_step(value: Any) -> bool:
    return value == "last" or (_is(int)(value) and value >= 0)


def _is_theme(value: Any) -> bool:
    return isinstance(value, str) and (value in THEMES or is_theme_file(value))


_is_scalar = _is(bool, int, float, str)

# What each key allows, in words and as a test.
KEYS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "scene": ('a script such as "linear.py", or "lesson.py::one_scene"', _is(str)),
    "output": ('a file name without extension, such as "lecture1/line"', _is_name),
    "set": ("knobs and values, such as {lr = 0.1}", _table_of(_is_scalar)),
    "sweep": ("knobs and lists, such as {lr = [0.1, 1]}", _table_of(_list_of(_is_scalar))),
    "compare": ("true (all values in one clip) or false (a clip for each value)", _is(bool)),
    "formats": (f"a list of some of {', '.join(FORMATS)}", _list_of(_one_of(FORMATS))),
    "themes": (
        f"a list of some of {', '.join(THEMES)}, and theme files such as brand.toml",
        _list_of(_is_theme),
    ),
    "sizes": ('a list of sizes, such as ["1280x720"]', _list_of(_is(str))),
    "quality": (f"one of {', '.join(QUALITIES)}", _one_of(QUALITIES)),
    "fps": ("a whole number of frames per second", _is(int)),
    "seconds": ("a number of seconds", _is(int, float)),
    "poster": ('the number of a step, or "last"', _is_step),
    **dict.fromkeys(SIDECARS, ("true or false", _is(bool))),
}


@dataclass(frozen=True)
class Table:
    """A table of a plan, and the lines of its keys, with its header's as the line of ""."""

    path: Path
    values: Mapping[str, Any]
    lines: Mapping[str, int]

    def where(self, key: str) -> str:
        """Name file and line of a key, or of the header if the table does not have it."""
        return f"{self.path}, line {self.lines.get(key, self.lines.get('', 1))}"

    def error(self, key: str, message: str) -> RequestError:
        """Return an error that names the key's file and line."""
        return RequestError(f"{self.where(key)}: {message}")

    @contextmanager
    def naming(self, key: str) -> Iterator[None]:
        """Name the key's file and line in errors of the block."""
        try:
            yield
        except GdanimError as error:
            raise self.error(key, str(error)) from None

    def check(self, keys: Collection[str]) -> None:
        """Raise RequestError for a key that is not among `keys`, or a value that is not allowed."""
        for key, value in self.values.items():
            if key not in keys:
                hint = did_you_mean(key, keys, cutoff=0.6) or f"; allowed are {', '.join(keys)}"
                raise self.error(key, f"{key} is unknown{hint}")
            allowed, valid = KEYS[key]
            if not valid(value):
                raise self.error(key, f"{key} must be {allowed}; got {value!r}")

    def with_defaults(self, other: Table) -> Table:
        """Return the table, with the other's values for keys that it lacks."""
        values = {**other.values, **self.values}
        return replace(self, values=values, lines={**other.lines, **self.lines})


def tables_of(path: Path) -> dict[str, list[Table]]:
    """Read the tables of a plan: those of clips, and one of defaults."""
    try:
        text = path.read_text(encoding="utf-8")
        plan = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"{path}: cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise RequestError(f"{path}: is not valid TOML: {error}") from None
    lines = table_lines(text)
    for key in plan:
        if key not in (CLIP, DEFAULTS):
            raise Table(path, plan, lines[""][0]).error(
                key, f"{key} is unknown; a plan has [[{CLIP}]] tables and [{DEFAULTS}]"
            )
    defaults, clips = plan.get(DEFAULTS, {}), plan.get(CLIP, [])
    if not _list_of(_is(dict))(clips) or not isinstance(defaults, dict):
        raise RequestError(f"{path}: has no clips; begin each with [[{CLIP}]]")
    # A clip that is written as an inline table has no lines of its own.
    numbered = zip(clips, [*lines[CLIP], *[{}] * len(clips)], strict=False)
    return {
        DEFAULTS: [Table(path, defaults, (lines[DEFAULTS] or [{}])[0])],
        CLIP: [Table(path, values, own) for values, own in numbered],
    }


def table_lines(text: str) -> dict[str, list[dict[str, int]]]:
    """Return, for each table of a name, the lines of its header, as `""`, and of its keys.

    Lines count from 1; the top of the file is the table `""`, with the other tables' names among
    its keys. Only for messages: a line of a multi-line string that looks like a key is taken for
    one.
    """
    tables: dict[str, list[dict[str, int]]] = defaultdict(list)
    top = keys = {"": 1}
    tables[""].append(top)
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
