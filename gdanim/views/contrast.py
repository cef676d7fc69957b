"""Colours that can be read: contrast as the Web Content Accessibility Guidelines define it."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_hex, to_rgb

# Text must stand out from its background this much: WCAG 2.2, success criterion 1.4.3, level AA.
_READABLE = 4.5


def luminance(colour: str) -> float:
    """The relative luminance, 0 to 1: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white): https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable(colour: str, paper: str) -> str:
    """`colour`, as little darker (on dark paper lighter) as makes text of it readable."""
    end = max("#000000", "#ffffff", key=lambda extreme: contrast(extreme, paper))
    shares = np.linspace(0, 1, 41)[:, np.newaxis]
    mixtures = (1 - shares) * to_rgb(colour) + shares * to_rgb(end)
    colours = [to_hex(tuple(mixture)) for mixture in mixtures]
    return next((mixed for mixed in colours if contrast(mixed, paper) >= _READABLE), end)
