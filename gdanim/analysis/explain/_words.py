"""Numbers and directions as words of a sentence; losses have three digits."""

from __future__ import annotations

import math

import numpy as np

from gdanim.analysis.diagnosis import Diagnosis

# A direction is named after the parameters that make up this share of it.
NAMED = 0.9
# Parameters named at most, of a direction that has many.
MOST_NAMES = 3
# Larger ones are not written out.
MOST_COUNT = 1e9
# What grows by a larger factor than this is so many times as large.
TIMES = 10


def number(value: float, digits: int = 3) -> str:
    """`7.30`, `268 000`, `3.54e-05`: that many digits, thousands set apart."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    exponent = math.floor(math.log10(abs(float(f"{value:.{digits - 1}e}"))))
    if not -4 <= exponent < 9:
        return f"{value:.{digits - 1}e}"
    rounded = round(value, digits - 1 - exponent)
    return f"{rounded:,.{max(0, digits - 1 - exponent)}f}".replace(",", " ")


def count(value: float) -> str:
    """A whole number, or one decimal below 100: `218 451`, `7.7`, `infinite`."""
    if not math.isfinite(value) or value > MOST_COUNT:
        return f"{value:.1e}" if math.isfinite(value) else "infinite"
    return f"{value:,.{1 if value < 100 else 0}f}".replace(",", " ")


def percent(share: float) -> str:
    """`28 %`, `0.04 %`, `99.98 %`: enough digits not to round to nothing, or to all."""
    gap = 100 * min(abs(share), abs(1 - share))
    decimals = 0 if gap == 0 else max(0, -math.floor(math.log10(gap)))
    return f"{100 * share:,.{decimals}f} %".replace(",", " ")


def steps(whole: int) -> str:
    """`500 000 steps`."""
    return f"{whole:,} step{'' if whole == 1 else 's'}".replace(",", " ")


def apart(rate: float, edge: float) -> tuple[str, str]:
    """Both, with five digits or as many as tell them apart."""
    digits = next((d for d in range(5, 17) if f"{rate:.{d}g}" != f"{edge:.{d}g}"), 17)
    return f"{rate:.{max(digits, 6)}g}", number(edge, digits)


def growth(factor: float) -> str:
    """`grows by 0.04 %`, `becomes 1 170 times as large`."""
    if factor < TIMES:
        return f"grows by {percent(factor - 1)}"
    return f"becomes {number(factor)} times as large"


def direction(diagnosis: Diagnosis, index: int) -> str:
    """`mostly c`, `mostly a and b`: the parameters that a direction is made of."""
    shares = diagnosis.directions[index] ** 2
    order = np.argsort(-shares)
    needed = int(np.searchsorted(np.cumsum(shares[order]), NAMED)) + 1
    names = [diagnosis.names[i] for i in order[: min(needed, MOST_NAMES)]]
    if needed > MOST_NAMES:
        return f"{needed} parameters, most of all {names[0]}"
    return "mostly " + " and ".join(names)
