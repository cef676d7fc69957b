"""How a theme names its font, without matplotlib's own fonts, which take long to import."""

from __future__ import annotations

from pathlib import Path

# The font of the themes here, and the package that has it.
FONT, PACKAGE = "Source Sans Pro", "font-source-sans-pro"


def is_font_file(font: str) -> bool:
    """Tell whether a font is written as the path of a file."""
    return Path(font).suffix.lower() in (".ttf", ".otf", ".ttc")
