"""TOML files, which anyone may have written."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from gdanim.errors import GdanimError

# No plan or theme is larger, or has longer keys and values; the time that a dotted key takes grows
# faster than the square of its length.
MOST_BYTES = 10_000_000
LONGEST_PART = 10_000


def read_toml(path: Path) -> tuple[str, dict[str, Any]]:
    """Read a TOML file, as text and as a table; GdanimError with its name if that fails."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1).decode("utf-8")
    except OSError as error:
        raise GdanimError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise GdanimError(f"{path}: is not valid TOML: save it as UTF-8") from None
    longest = max(map(len, re.split("[,\n]", text)))
    # A quoted part of a dotted key may hold commas.
    dots = max(line.count(".") for line in text.split("\n"))
    if len(text) > MOST_BYTES or longest > LONGEST_PART or dots > LONGEST_PART // 2:
        raise GdanimError(
            f"{path}: is too large; it may have up to {MOST_BYTES // 1_000_000} MB, and keys and "
            f"values of up to {LONGEST_PART} characters"
        )
    try:
        # As in a file opened in text mode.
        return text, tomllib.loads(text.replace("\r\n", "\n").replace("\r", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise GdanimError(f"{path}: is not valid TOML: {error}") from None
    except RecursionError:
        raise GdanimError(f"{path}: is not valid TOML: it is nested too deeply") from None
