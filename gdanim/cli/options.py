"""Options that several commands share, and how their values are parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gdanim.cli.group import F
from gdanim.errors import GdanimError, RequestError
from gdanim.film.defaults import FASTEST, Size
from gdanim.rendering.quality import QUALITIES, parse_bytes, parse_size

if TYPE_CHECKING:
    from gdanim.rendering.jobs import Settings
    from gdanim.rendering.outputs import StillStep


def _size_of(ctx: click.Context, param: click.Parameter, text: str | None) -> Size | None:
    """Parse `1280x720`."""
    if text is None:
        return None
    try:
        return parse_size(text)
    except RequestError as error:
        raise click.BadParameter(f"{error}") from None


def still_of(ctx: click.Context, param: click.Parameter, text: str | None) -> StillStep | None:
    """Parse the number of a step, or `last`."""
    if text is None:
        return None
    if text == "last":
        return "last"
    if not text.isdecimal():
        raise click.BadParameter(f"{text!r} is not a step; write its number, or last")
    return int(text)


def bytes_of(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    """Parse `5MB`."""
    if text is None:
        return None
    try:
        return parse_bytes(text)
    except RequestError as error:
        raise click.BadParameter(f"{error}") from None


def _theme_of(ctx: click.Context, param: click.Parameter, name: str | None) -> str | None:
    """Check a theme's name or file."""
    if name is None:
        return None
    from gdanim.rendering.themes import theme_called

    try:
        theme_called(name)
    except GdanimError as error:
        raise click.BadParameter(f"{error}") from None
    return name


def _settings_of(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """Parse `lr=0.3`; each knob may be set once."""
    return _by_knob(texts, "KNOB=VALUE, such as lr=0.3")


def sweep_of(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, list[str]]:
    """Parse `lr=0.1,0.3`; each knob may be swept once."""
    sweep = {
        name: [text.strip() for text in values.split(",")]
        for name, values in _by_knob(texts, "KNOB=V1,V2,..., such as lr=0.1,0.3").items()
    }
    for name, values in sweep.items():
        if "" in values or len(set(values)) < len(values):
            raise click.BadParameter(f"{name} has a value that is empty or repeated")
    return sweep


def _by_knob(texts: tuple[str, ...], form: str) -> dict[str, str]:
    by_knob: dict[str, str] = {}
    for text in texts:
        name, equals, value = map(str.strip, text.partition("="))
        if not (name and equals):
            raise click.BadParameter(f"cannot read {text!r}; write {form}")
        if name in by_knob:
            raise click.BadParameter(f"{name} is given twice; give it once")
        by_knob[name] = value
    return by_knob


set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KNOB=VALUE",
    callback=_settings_of,
    help="Value for a knob of the scene. Repeatable.",
)
jobs_option = click.option(
    "-j",
    "--jobs",
    "processes",
    metavar="N",
    type=click.IntRange(1),
    help="Number of processes for a long video.  [default: as many as make it faster here]",
)


def video_options(function: F) -> F:
    """Add the options for how a video looks, from which `settings_from` makes Settings."""
    for option in (
        click.option(
            "--theme",
            metavar="THEME",
            callback=_theme_of,
            help="Colours and sizes: light, dark, projector, or a theme file such as brand.toml.  "
            "[default: the scene's theme, else [tool.gdanim.theme] of pyproject.toml, else light]",
        ),
        click.option("--seconds", metavar="SECONDS", type=float, help="Duration of the video."),
        click.option(
            "--fps", metavar="N", type=click.IntRange(1, FASTEST), help="Frames per second."
        ),
        click.option(
            "--size", metavar="WxH", callback=_size_of, help="Width and height in pixels."
        ),
        click.option(
            "-q",
            "--quality",
            type=click.Choice(list(QUALITIES)),
            help="Size and frame rate: 480p15, 720p30, 1080p60 or 2160p60.  "
            "[default: the scene's size, 30 frames per second]",
        ),
    ):
        function = option(function)
    return function


def settings_from(quality: str | None, theme: str | None, **wishes: Any) -> Settings:
    """Return the settings that the options ask for; `wishes` are the fields of the same name."""
    from gdanim.rendering.jobs import Settings
    from gdanim.rendering.themes import is_theme_file, project_theme, theme_called

    return Settings(
        quality=QUALITIES[quality] if quality else None,
        theme=theme_called(theme) if theme else None,
        theme_file=theme if theme and is_theme_file(theme) else None,
        project_theme=None if theme else project_theme(),
        **wishes,
    )
