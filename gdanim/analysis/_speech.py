"""Numbers and colours as words that a screen reader says well."""

from __future__ import annotations

import colorsys
import math

from matplotlib.colors import to_rgb

# The lowest hue of each name, in degrees.
HUES = (
    (0, "red"), (15, "orange"), (46, "yellow"), (70, "green"), (165, "turquoise"), (195, "blue"),
    (255, "purple"), (295, "pink"), (345, "red"),
)  # fmt: skip
# Below this saturation a colour is a grey, below and above these lightnesses dark and light.
GREY, BLACK, DARK, LIGHT, WHITE = 0.15, 0.1, 0.3, 0.75, 0.95


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


def listed(words: list[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def colour_name(colour: str) -> str:
    """`#2563c9` as `blue`, `#5c0a0a` as `dark red`."""
    red, green, blue = to_rgb(colour)
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    if lightness < BLACK or lightness > WHITE:
        return "black" if lightness < BLACK else "white"
    shade = "dark " if lightness < DARK else "light " if lightness > LIGHT else ""
    if saturation < GREY:
        return f"{shade}grey"
    name = [name for start, name in HUES if 360 * hue >= start][-1]
    brown = name in ("orange", "yellow") and lightness < DARK
    return "brown" if brown else f"{shade}{name}"
