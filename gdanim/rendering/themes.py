"""Themes on the command line and in plans: by name, as a file, or in pyproject.toml."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gdanim.errors import GdanimError, RequestError, did_you_mean
from gdanim.views.theme import (
    THEMES,
    Theme,
    font_beside,
    theme_from_file,
    theme_from_table,
    toml_table,
)

PROJECT = "pyproject.toml"


@dataclass(frozen=True)
class ProjectTheme:
    """The theme of a project, for scenes without one, and the path of its pyproject.toml."""

    theme: Theme
    file: str


def is_theme_file(name: str) -> bool:
    """Tell whether a theme is written as the path of a file."""
    return Path(name).suffix == ".toml"


def theme_called(name: str, folder: Path = Path()) -> Theme:
    """Return the theme of that name, or in the TOML file at that path, relative to `folder`.

    In a pyproject.toml, it is that of `[tool.gdanim.theme]`.
    """
    path = folder / name
    if name in THEMES:
        return THEMES[name]
    if path.name == PROJECT:
        theme = _theme_in_project(path)
        if theme is None:
            raise GdanimError(f"{path}: has no table [tool.gdanim.theme]")
        return theme
    if is_theme_file(name):
        return theme_from_file(path)
    raise RequestError(
        f"{name!r} is not one of {', '.join(THEMES)} or a theme file, NAME.toml"
        f"{did_you_mean(name, THEMES)}"
    )


def project_theme() -> ProjectTheme | None:
    """Return the theme in the nearest pyproject.toml, here or in a parent folder, if it has one."""
    # Unlike Path.is_file, this does not fail in a parent that may not be read.
    path = next(filter(os.path.isfile, project_files()), None)
    theme = None if path is None else _theme_in_project(path)
    return None if path is None or theme is None else ProjectTheme(theme, path.as_posix())


def project_files() -> list[Path]:
    """Return where a pyproject.toml can be, the nearest first, whether it exists or not.

    Relative, as a note must not reveal where on a computer a file was made.
    """
    return [Path(*[".."] * level, PROJECT) for level in range(len(Path.cwd().parents) + 1)]


def _theme_in_project(path: Path) -> Theme | None:
    table = toml_table(path)
    for key in ("tool", "gdanim"):
        table = table.get(key, {})
        if not isinstance(table, dict):
            raise GdanimError(f"{path}: {key}: must be a table, as in [tool.gdanim.theme]")
    for key in table:
        if key != "theme":
            raise GdanimError(f"{path}: tool.gdanim.{key}: unknown key; use theme")
    theme, where = table.get("theme"), f"{path}: tool.gdanim.theme"
    if theme is None:
        return None
    if isinstance(theme, dict):
        return theme_from_table({"name": "project", **font_beside(theme, path)}, where)
    # Not another pyproject.toml, which might refer to this one.
    if not isinstance(theme, str) or Path(theme).name == PROJECT:
        raise GdanimError(
            f"{where}: must be a table, one of {', '.join(THEMES)} or a theme file such as "
            f"brand.toml; got {theme!r:.80}"
        )
    try:
        return theme_called(theme, path.parent)
    except GdanimError as error:
        raise GdanimError(f"{where}: {error}") from None
