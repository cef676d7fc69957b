"""Sweeps: knobs with several values each, and the names of their clips."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

UNFIT = re.compile(r'[/\\:*?"<>|\0-\x1f]')


def grid(sweep: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Every combination of the values, the last knob changing fastest; `[{}]` without a sweep."""
    return [dict(zip(sweep, texts, strict=True)) for texts in itertools.product(*sweep.values())]


def label(knobs: Mapping[str, str]) -> str:
    """`lr = 0.1, seed = 2`."""
    return ", ".join(f"{name} = {text}" for name, text in knobs.items())


def suffix(knobs: Mapping[str, str]) -> str:
    """The part of a file name: `lr0.1-seed2`; what file names cannot hold becomes `_`."""
    return "-".join(f"{name}{UNFIT.sub('_', text)}" for name, text in knobs.items())
