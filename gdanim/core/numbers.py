"""Numbers as text."""

from __future__ import annotations

import math

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
THIN_SPACE = "\u2009"


def quantity(value: float) -> str:
    """Four digits or more: `25823.81`, `3.947`, `0.01230`, `3.95×10⁻⁵`; for a value that moves."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "not a number"
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if not -3 <= exponent < 6:
        return scientific(value, 2)
    return f"{value:.{max(2, 3 - exponent)}f}".replace("-", "−")


def scientific(value: float, decimals: int) -> str:
    """`3.95×10⁻⁵`."""
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return f"{mantissa}×10{str(int(exponent)).translate(SUPERSCRIPTS)}".replace("-", "−")


def setting(value: float) -> str:
    """As short as it was typed: `0.05`, `10⁻⁵`, `3×10⁻⁴`; for a value that somebody chose."""
    if not math.isfinite(value):
        return quantity(value)
    if value == 0 or 1e-3 <= abs(value) < 1e5:
        return f"{value:.6g}".replace("-", "−")
    mantissa, exponent = f"{value:.5e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".")
    power = f"10{str(int(exponent)).translate(SUPERSCRIPTS)}"
    return power if mantissa == "1" else f"{mantissa}×{power}".replace("-", "−")


def count(value: float) -> str:
    """A whole number, thousands set apart: `500 000`."""
    return f"{value:,.0f}".replace(",", THIN_SPACE).replace("-", "−")


def spoken(value: float) -> str:
    """Three digits, no exponent: `7.30`, `25,800`, `0.00001`, `minus 4`, `4 times 10 to the 12`."""
    if not math.isfinite(value):
        return (
            "not a number" if math.isnan(value) else "infinite" if value > 0 else "minus infinite"
        )
    if value == 0:
        return "0"
    sign = "minus " if value < 0 else ""
    mantissa, exponent = f"{abs(value):.2e}".split("e")
    power = int(exponent)
    if not -6 <= power < 9:
        raised = f"{power}".replace("-", "minus ")
        return f"{sign}{mantissa.rstrip('0').rstrip('.')} times 10 to the {raised}"
    rounded = round(abs(value), 2 - power)
    decimals = max(0, 2 - power)
    text = f"{rounded:,.{decimals}f}"
    whole = rounded == round(rounded) or power < 0
    return sign + (text.rstrip("0").rstrip(".") if whole and decimals else text)


def counted(number: int, thing: str) -> str:
    """`1 step`, `5,000 steps`."""
    return f"{number:,} {thing}" + "s" * (number != 1)
