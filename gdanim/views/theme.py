"""Themes: the colours, font and sizes of a video."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from matplotlib import colormaps
from matplotlib.colors import CSS4_COLORS, to_hex

from gdanim.core.caller import folder_of_caller
from gdanim.core.toml import read_toml
from gdanim.errors import GdanimError, did_you_mean, printable
from gdanim.views.colours import readable
from gdanim.views.font_names import FONT, is_font_file

# The browser draws some of these colours too, so only what CSS and matplotlib both understand.
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}")


@dataclass(frozen=True)
class Theme:
    """The colours, font and sizes of a video; every field but `name` defaults to the light theme's.

    Parameters
    ----------
    name : str
        What the theme is called.
    paper, ink, muted : str
        Colours of the background, of titles and names of axes, and of secondary text such as
        tick labels. A colour is "#rgb", "#rrggbb" or a CSS name such as "teal".
    grid, spine : str
        Colours of grid lines and of the axes themselves.
    points, prediction, loss, optimum : str
        Colours of the data, of the model's prediction, of the loss and its gradient, and of the
        known minimum.
    runs : tuple of str
        Colours of runs that are compared, at least one; none should resemble `points`.
    classes : tuple of str
        Colours of classes after the first two, which have those of `prediction` and `points`.
    many : tuple of (str, float, float)
        A matplotlib colormap and the part of it to use, from 0 to 1, for more runs than `runs`
        has colours.
    font : str, default "Source Sans Pro"
        The font: an installed family, or the path of a .ttf, .otf or .ttc file, relative to the
        folder of the script or theme file; its other faces are `NAME-Bold.otf` and the like next
        to it. Characters that it lacks are drawn in another installed font that has them.
    title_size, step_size, subtitle_size, label_size, tick_size : float
        Font sizes, above 0, in points of a figure at least 7.2 inches high.
    line_width, point_size : float
        Width of lines and diameter of points, above 0, in the same points.
    transparent : bool, default False
        Whether nothing is drawn where there is only background. `paper` is still the colour around
        points and behind what lies on other things, so it should resemble what the video lies on.

    Raises
    ------
    GdanimError
        For a value that is not a colour, a colormap, a font or a size.

    See Also
    --------
    theme_from_file : Read a theme from a TOML file.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from gdanim.views import DARK, Theme
    >>> brand = Theme("brand", prediction="#0b7a75", points="darkorange")
    >>> brand.prediction
    '#0b7a75'
    >>> replace(DARK, name="dark brand", points="gold").paper
    '#12171e'
    """

    name: str
    paper: str = "#ffffff"
    ink: str = "#1d2733"
    muted: str = "#5d6876"
    grid: str = "#e9ecef"
    spine: str = "#aab4be"
    points: str = "#f28e2b"
    prediction: str = "#2563c9"
    loss: str = "#c9343c"
    optimum: str = "#5d6876"
    runs: tuple[str, ...] = ("#2563c9", "#e0115f", "#7a5c00", "#4a0d67", "#1d2733", "#5c0a0a")
    classes: tuple[str, ...] = ("#00c2a8", "#4a0d67", "#8c564b", "#111827")
    many: tuple[str, float, float] = ("viridis", 0.0, 0.75)
    font: str = FONT
    title_size: float = 26.5
    step_size: float = 25.5
    subtitle_size: float = 17.2
    label_size: float = 17.2
    tick_size: float = 15.0
    line_width: float = 3.2
    point_size: float = 8.0
    transparent: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.font, str) and is_font_file(self.font):
            object.__setattr__(self, "font", str(folder_of_caller() / self.font))
        for field in fields(self):
            _check(f"Theme: {field.name}", field.name, getattr(self, field.name))

    def series(self, count: int) -> tuple[str, ...]:
        """Colours for `count` runs."""
        if count <= len(self.runs):
            return self.runs[:count]
        name, first, last = self.many
        places = (first + (last - first) * k / (count - 1) for k in range(count))
        return tuple(to_hex(colormaps[name](place)) for place in places)

    def text(self, colour: str) -> str:
        """`colour` for text: as it is, or darker (on dark paper lighter) until it is readable."""
        return readable(colour, self.paper)

    def small(self) -> Theme:
        """The same look for an inset."""
        return replace(
            self,
            label_size=0.8 * self.label_size,
            tick_size=0.82 * self.tick_size,
            line_width=0.7 * self.line_width,
            point_size=0.9 * self.point_size,
        )


def _check(where: str, field: str, value: object) -> None:
    """GdanimError unless the value is one that this field of a theme may have."""
    if field == "name":
        right, wanted = isinstance(value, str) and value.strip() != "", 'a text, such as "brand"'
    elif field == "transparent":
        right, wanted = isinstance(value, bool), "true or false"
    elif field == "font":
        right, wanted = isinstance(value, str) and value.strip() != "", "a family or a file's path"
        if right and value != FONT:
            # Imported late: only who names another font needs all of matplotlib's.
            from gdanim.views.fonts import check_font

            check_font(where, value)  # type: ignore[arg-type]
    elif field in ("runs", "classes"):
        enough = isinstance(value, tuple) and (len(value) > 0 or field == "classes")
        right = enough and all(map(_is_colour, value))  # type: ignore[call-overload]
        wanted = 'a list of colours, such as ["#2563c9", "teal"]'
    elif field == "many":
        right = _is_stretch(value)
        wanted = 'a colormap of matplotlib and two numbers from 0 to 1, such as ["viridis", 0, 0.8]'
    elif field.endswith(("_size", "_width")):
        right, wanted = _is_number(value) and value > 0, "a number above 0"  # type: ignore[operator]
    else:
        right, wanted = _is_colour(value), 'a colour, such as "#2563c9" or "teal"'
    if not right:
        raise GdanimError(f"{where}: must be {wanted}; got {value!r:.80}")


def _is_colour(value: object) -> bool:
    return isinstance(value, str) and bool(_HEX.fullmatch(value) or value.lower() in CSS4_COLORS)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_stretch(value: object) -> bool:
    """Whether the value is a colormap's name and two places on it."""
    if not isinstance(value, tuple) or len(value) != 3:
        return False
    known = isinstance(value[0], str) and value[0] in colormaps
    return known and all(_is_number(place) and 0 <= place <= 1 for place in value[1:])


LIGHT = Theme("light")

DARK = Theme(
    name="dark",
    paper="#12171e",
    ink="#eef2f6",
    muted="#a3afbb",
    grid="#232b35",
    spine="#4d5966",
    points="#ff9f43",
    prediction="#5b9bff",
    loss="#ff6a75",
    optimum="#a3afbb",
    runs=("#5b9bff", "#7ae582", "#e85d75", "#d4b5ff", "#c4629d", "#ffb3c6"),
    classes=("#b3ffda", "#c9343c", "#7b2d8b", "#6b7280"),
    many=("viridis", 0.35, 1.0),
)

PROJECTOR = Theme(
    name="projector",
    ink="#000000",
    muted="#3a434e",
    grid="#dfe3e7",
    spine="#7d8792",
    points="#e87511",
    prediction="#0f4fbd",
    loss="#b3121d",
    optimum="#3a434e",
    runs=("#0f4fbd", "#e0115f", "#7a5c00", "#4a0d67", "#1d2733", "#5c0a0a"),
    title_size=30.5,
    step_size=29.5,
    subtitle_size=20.0,
    label_size=20.0,
    tick_size=17.6,
    line_width=4.6,
    point_size=10.0,
)


THEMES = {theme.name: theme for theme in (LIGHT, DARK, PROJECTOR)}


def theme_from_file(path: Path) -> Theme:
    """Read a theme from a TOML file: a table `[theme]`, or its keys at the top level.

    Parameters
    ----------
    path : Path
        The file; its keys are those of `theme_from_table`. Without a `name`, the theme is called
        like the file.

    Returns
    -------
    Theme
        The base theme with the file's values.

    Raises
    ------
    GdanimError
        For a file that cannot be read or is not valid TOML, and as `theme_from_table` does.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "brand.toml")
    ...     _ = path.write_text('base = "dark"')
    ...     theme = theme_from_file(path)
    >>> theme.name, theme.paper
    ('brand', '#12171e')
    """
    table = toml_table(path)
    nested = table.pop("theme", None)
    if nested is None:
        return theme_from_table({"name": path.stem, **font_beside(table, path)}, f"{path}")
    if not isinstance(nested, dict):
        raise GdanimError(f"{path}: theme: must be a table, [theme]; got {nested!r:.80}")
    if table:
        raise GdanimError(f"{path}: {next(iter(table))}: must be inside [theme]; move or remove it")
    return theme_from_table({"name": path.stem, **font_beside(nested, path)}, f"{path}")


def font_beside(table: Mapping[str, object], path: Path) -> dict[str, object]:
    """Return the table, with a font's file looked for next to the theme's."""
    font = table.get("font")
    if not (isinstance(font, str) and is_font_file(font)):
        return {**table}
    return {**table, "font": str(path.absolute().parent / font)}


def toml_table(path: Path) -> dict[str, Any]:
    """Read a TOML file; GdanimError, which names it, if that fails."""
    return read_toml(path)[1]


def theme_from_table(table: Mapping[str, object], where: str) -> Theme:
    """Make a theme of a base theme and the values that differ from it.

    Parameters
    ----------
    table : mapping of str to object
        Fields of `Theme`, with lists for tuples, and `base`: "light" (the default), "dark" or
        "projector". Without a `name`, the theme is called "custom".
    where : str
        Where the table stands, such as the file's name; errors begin with it.

    Returns
    -------
    Theme
        The base theme with the table's values.

    Raises
    ------
    GdanimError
        For an unknown key or base, and for a value that is not a colour, a colormap, a font or a
        size.

    Examples
    --------
    >>> theme_from_table({"base": "dark", "runs": ["gold", "#7ae582"]}, "brand.toml").runs
    ('gold', '#7ae582')
    """
    values = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    base = values.pop("base", "light")
    if not isinstance(base, str) or base not in THEMES:
        raise GdanimError(f"{where}: base: must be one of {', '.join(THEMES)}; got {base!r:.80}")
    known = [field.name for field in fields(Theme)]
    for key, value in values.items():
        if key not in known:
            close = did_you_mean(key, ["base", *known]) or f"; use base, {', '.join(known)}"
            raise GdanimError(f"{where}: {printable(key[:80])}: unknown key{close}")
        _check(f"{where}: {key}", key, value)
    return replace(THEMES[base], **{"name": "custom", **values})  # type: ignore[arg-type]
