"""Numbers as text: on screen, in prose, and for a screen reader.

On screen and on paper thousands are set apart by thin spaces (`count`), in prose by commas, as
people type them (`rounded`, `counted`). A zero never has a sign.
"""

from __future__ import annotations

import math
from decimal import Decimal

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MINUS, THIN_SPACE = "−", "\u2009"


def quantity(value: float) -> str:
    """Write a changing value, with at least four digits: `25823.81`, `3.947`, `3.95×10⁻⁵`."""
    if not math.isfinite(value):
        return "∞" if value > 0 else f"{MINUS}∞" if value < 0 else "not a number"
    if value == 0:
        return "0"
    exponent = _exponent(value)
    if not -3 <= exponent < 6:
        return scientific(value, 2)
    return f"{value:.{max(2, 3 - exponent)}f}".replace("-", MINUS)


def scientific(value: float, decimals: int) -> str:
    """Write a mantissa with some decimals and a power of ten: `3.95×10⁻⁵`."""
    mantissa, power = f"{value:.{decimals}e}".split("e")
    return f"{mantissa}×10{_raised(power)}".replace("-", MINUS)


def setting(value: float) -> str:
    """Write a value that somebody chose, as briefly as they would: `0.05`, `10⁻⁵`, `3×10⁻⁴`."""
    if value == 0 or not math.isfinite(value):
        return quantity(value)
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:.6g}".replace("-", MINUS)
    mantissa, power = f"{value:.5e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    ten = f"10{_raised(power)}"
    return ten if mantissa == "1" else f"{mantissa}×{ten}".replace("-", MINUS)


def count(value: float) -> str:
    """Write a whole number, thousands set apart by thin spaces: `500 000`."""
    return f"{round(value):,}".replace(",", THIN_SPACE).replace("-", MINUS)


def counted(number: int, noun: str) -> str:
    """Count things in prose: `1 step`, `5,000 steps`."""
    return f"{number:,} {noun}" + "s" * (number != 1)


def rounded(value: float, digits: int = 3) -> str:
    """Round to some significant digits, in prose: `7.30`, `268,000`, `3.54e-05`, `infinite`."""
    if not math.isfinite(value):
        return _not_finite(value, "-")
    if value == 0:
        return "0"
    exponent = _exponent(value, digits)
    if not -4 <= exponent < 9:
        return f"{value:.{digits - 1}e}"
    decimals = digits - 1 - exponent
    return f"{round(value, decimals):,.{max(0, decimals)}f}"


def percent(share: float, decimals: int = 0) -> str:
    """Write a share: `28%`, `0.04%`, `99.98%`, with enough decimals not to round it to 0 or 100.

    `decimals` is the fewest: `96.7%` and `100.0%` with 1.
    """
    if not math.isfinite(share):
        return f"{_not_finite(share, '-')}%"
    part = 100 * Decimal(share)
    if part and not -6 <= part.adjusted() < 9:
        return f"{part:.1e}%"
    gap = min(abs(part), abs(100 - part))
    shown = max(decimals, -gap.adjusted()) if gap else decimals
    return f"{part or 0:,.{shown}f}%"


def spoken(value: float) -> str:
    """Round to three digits, as a screen reader says them well.

    `7.30`, `25,800`, `0.00001`, `minus 4`, `4 times 10 to the 12`.
    """
    if not math.isfinite(value):
        return _not_finite(value, "minus ")
    if value == 0:
        return "0"
    sign, size = "minus " if value < 0 else "", abs(value)
    exponent = _exponent(value, 3)
    if not -6 <= exponent < 9:
        mantissa = f"{size:.2e}".split("e")[0].rstrip("0").rstrip(".")
        return f"{sign}{mantissa} times 10 to the {exponent}".replace("-", "minus ")
    decimals = max(0, 2 - exponent)
    number = round(size, 2 - exponent)
    text = f"{number:,.{decimals}f}"
    short = decimals and (number == round(number) or exponent < 0)
    return sign + (text.rstrip("0").rstrip(".") if short else text)


def file_size(size: int) -> str:
    """Write a number of bytes: `412 kB`, `3.1 MB`."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} kB"


def _exponent(value: float, digits: int = 17) -> int:
    """Find the power of ten of the first digit, after rounding to a number of digits."""
    return int(f"{value:.{digits - 1}e}".split("e")[1])


def _raised(power: str) -> str:
    """Write an exponent as superscripts: `⁻⁵` for `-05`."""
    return str(int(power)).translate(SUPERSCRIPTS)


def _not_finite(value: float, minus: str) -> str:
    if math.isnan(value):
        return "not a number"
    return "infinite" if value > 0 else f"{minus}infinite"
