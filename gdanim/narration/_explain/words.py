"""Parts of sentences: figures that must differ, growth, directions."""

from __future__ import annotations

import math

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis
from gdanim.core.numbers import percent, rounded
from gdanim.core.words import enumerated

# A direction is named after the parameters that make up this share of it...
NAMED_SHARE = 0.9
# ... unless they are more than this.
MOST_NAMES = 3
# A larger condition number is not written out.
LARGEST_WRITTEN_OUT = 1e9
# Growth by a larger factor is not given in percent.
LARGEST_IN_PERCENT = 10


def condition_number(value: float) -> str:
    """Write a condition number: `218,451`, one decimal below 100 (`7.7`), `infinite`."""
    if not math.isfinite(value):
        return "infinite"
    if value > LARGEST_WRITTEN_OUT:
        return f"{value:.1e}"
    return f"{value:,.{1 if value < 100 else 0}f}"


def told_apart(lr: float, limit: float) -> tuple[str, str]:
    """Write a learning rate and a limit with five digits, or as many as tell them apart."""
    digits = next((d for d in range(5, 17) if f"{lr:.{d}g}" != f"{limit:.{d}g}"), 17)
    return f"{lr:.{max(digits, 6)}g}", rounded(limit, digits)


def growth(factor: float) -> str:
    """Say how much a distance grows: `grows by 0.04%`, `becomes 1,170 times as large`."""
    if factor < LARGEST_IN_PERCENT:
        return f"grows by {percent(factor - 1)}"
    return f"becomes {rounded(factor)} times as large"


def direction(diagnosis: Diagnosis, index: int) -> str:
    """Name the parameters that a direction is made of: `mostly c`, `mostly a and b`."""
    shares = diagnosis.directions[index] ** 2
    order = np.argsort(-shares)
    needed = int(np.searchsorted(np.cumsum(shares[order]), NAMED_SHARE)) + 1
    names = [diagnosis.names[i] for i in order[: min(needed, MOST_NAMES)]]
    if needed > MOST_NAMES:
        return f"{needed} parameters, most of all {names[0]}"
    return f"mostly {enumerated(names)}"
