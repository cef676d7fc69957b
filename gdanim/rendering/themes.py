"""Themes as the command line and plans write them: by name, or as a file."""

from __future__ import annotations

from pathlib import Path

from gdanim.errors import RequestError, did_you_mean
from gdanim.views.theme import THEMES, Theme, theme_from_file


def is_theme_file(name: str) -> bool:
    """Tell whether a theme is written as the path of a file."""
    return Path(name).suffix == ".toml"


def theme_called(name: str, folder: Path = Path()) -> Theme:
    """Return the theme of that name, or in the TOML file at that path, relative to `folder`."""
    if name in THEMES:
        return THEMES[name]
    if is_theme_file(name):
        return theme_from_file(folder / name)
    raise RequestError(
        f"{name!r} is not one of {', '.join(THEMES)} or a theme file, NAME.toml"
        f"{did_you_mean(name, THEMES)}"
    )
