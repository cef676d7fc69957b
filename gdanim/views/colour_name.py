"""Colours in words."""

from __future__ import annotations

import colorsys

from matplotlib.colors import to_rgb

# The lowest hue of each name, in degrees.
HUES = (
    (0, "red"), (15, "orange"), (46, "yellow"), (70, "green"), (165, "turquoise"), (195, "blue"),
    (255, "purple"), (295, "pink"), (345, "red"),
)  # fmt: skip
# Colours of a lower saturation are greys.
GREYEST = 0.15
# The lightness, from 0 to 1, below which a colour is black or dark, and above which light or white.
BLACK, DARK, LIGHT, WHITE = 0.1, 0.3, 0.75, 0.95


def colour_name(colour: str) -> str:
    """Name a colour: `#2563c9` is `blue`, `#5c0a0a` is `dark red`."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*to_rgb(colour))
    if lightness < BLACK or lightness > WHITE:
        return "black" if lightness < BLACK else "white"
    shade = "dark " if lightness < DARK else "light " if lightness > LIGHT else ""
    if saturation < GREYEST:
        return f"{shade}grey"
    name = [name for start, name in HUES if 360 * hue >= start][-1]
    brown = name in ("orange", "yellow") and lightness < DARK
    return "brown" if brown else f"{shade}{name}"
