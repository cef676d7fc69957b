"""A model's formula with its current numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from gdanim.core.arrays import Floats
from gdanim.core.numbers import scientific

# A command such as \sin, or a symbol with its index if it has one.
_TOKEN = re.compile(r"\\[A-Za-z]+|[A-Za-z](?:_(?:\{\w+\}|\w))?")


def with_numbers(formula: str, values: Mapping[str, str]) -> str | None:
    """Return the mathtext with every symbol replaced by its value; None if one is missing."""
    found = set(_TOKEN.findall(formula))
    if not found >= set(values):
        return None
    text = _TOKEN.sub(lambda match: values.get(match[0], match[0]), formula)
    return re.sub(r"\+ *(?:-|−)", "- ", text)


def decimals(values: Floats) -> int:
    """Return how many give three digits to the largest of the last half of `values [S]`.

    At most six.
    """
    size = float(np.abs(values[len(values) // 2 :]).max(initial=0.0))
    return int(np.clip(2 - np.floor(np.log10(size)), 0, 6)) if size > 0 else 2


def with_places(value: float, places: int) -> str:
    """Write a value to `places` decimals; short where it is huge."""
    if not np.isfinite(value):
        return r"\infty"
    if abs(value) >= 1e6:
        return scientific(value, 1)
    return f"{value:.{places}f}"
