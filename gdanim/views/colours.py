"""Colours: their contrast (Web Content Accessibility Guidelines) and their names."""

from __future__ import annotations

import colorsys

import numpy as np
from matplotlib.colors import to_hex, to_rgb

# Text must stand out from its background this much: WCAG 2.2, success criterion 1.4.3, level AA.
_READABLE = 4.5
# The lowest hue of each name, in degrees.
_HUES = (
    (0, "red"), (15, "orange"), (46, "yellow"), (70, "green"), (165, "turquoise"), (195, "blue"),
    (255, "purple"), (295, "pink"), (345, "red"),
)  # fmt: skip
# Colours with a lower saturation are greys.
_GREYEST = 0.15
# The lightness, from 0 to 1, below which a colour is black or dark, and above which light or white.
_BLACK, _DARK, _LIGHT, _WHITE = 0.1, 0.3, 0.75, 0.95


def luminance(colour: str) -> float:
    """Return the relative luminance, 0 to 1: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """Return the contrast, 1 (none) to 21 (black on white).

    Defined at https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
    """
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(colour: str, paper: str) -> str:
    """Return `colour`, only as much darker (lighter on a dark background) as text needs."""
    end = max("#000000", "#ffffff", key=lambda extreme: contrast(extreme, paper))
    shares = np.linspace(0, 1, 41)[:, np.newaxis]
    mixtures = (1 - shares) * to_rgb(colour) + shares * to_rgb(end)
    colours = [to_hex(tuple(mixture)) for mixture in mixtures]
    return next((mixed for mixed in colours if contrast(mixed, paper) >= _READABLE), end)


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
