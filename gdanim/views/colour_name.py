"""Colours in words."""

from __future__ import annotations

import colorsys

from matplotlib.colors import to_rgb

# The lowest hue of each name, in degrees.
_HUES = (
    (0, "red"), (15, "orange"), (46, "yellow"), (70, "green"), (165, "turquoise"), (195, "blue"),
    (255, "purple"), (295, "pink"), (345, "red"),
)  # fmt: skip
# Colours of a lower saturation are greys.
_GREYEST = 0.15
# The lightness, from 0 to 1, below which a colour is black or dark, and above which light or white.
_BLACK, _DARK, _LIGHT, _WHITE = 0.1, 0.3, 0.75, 0.95


def colour_name(colour: str) -> str:
    """Name a colour: `#2563c9` is `blue`, `#5c0a0a` is `dark red`."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*to_rgb(colour))
    if lightness < _BLACK or lightness > _WHITE:
        return "black" if lightness < _BLACK else "white"
    shade = "dark " if lightness < _DARK else "light " if lightness > _LIGHT else ""
    if saturation < _GREYEST:
        return f"{shade}grey"
    name = [name for start, name in _HUES if 360 * hue >= start][-1]
    brown = name in ("orange", "yellow") and lightness < _DARK
    return "brown" if brown else f"{shade}{name}"
