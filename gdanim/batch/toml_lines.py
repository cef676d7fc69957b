"""On which line of a TOML file something stands; tomllib keeps no places."""

from __future__ import annotations

import re


def line_of(text: str, key: str | None, table: str | None = None, number: int = 0) -> int:
    """The line of `key` in the `number`-th table called `table`; of its head without such a key.

    Lines count from 1. A key is found as `key = `, `key.other = ` or `[table.key]`, at the top of
    the file when `table` is None. Only for messages: a text in quotes over several lines that
    looks like a key is taken for one.
    """
    inside, seen, head_line = table is None, -1, 1
    for at, line in enumerate(text.splitlines(), start=1):
        head = re.match(r"\s*\[{1,2}\s*([^\[\]]+?)\s*\]", line)
        name = head[1].replace('"', "").replace(" ", "") if head else None
        if name == table:
            seen += 1
            inside = seen == number
            head_line = at if inside else head_line
        elif name is not None and inside and name == f"{table}.{key}":
            return at
        elif name is not None and table is None and name == key:
            return at
        elif name is not None and not name.startswith(f"{table}."):
            inside = False
        elif inside and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
            return at
    return head_line
