"""Options that several commands have, and what is made of their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gdanim.cli.group import F
from gdanim.errors import RequestError
from gdanim.rendering.quality import FASTEST, QUALITIES, Size, parse_bytes, parse_size

if TYPE_CHECKING:
    from gdanim.rendering.jobs import Settings
    from gdanim.rendering.outputs import StillStep

# Held to gdanim.views.theme.THEMES by a test: to import that is to import matplotlib.
THEMES = ("light", "dark", "projector")


def size_of(ctx: click.Context, param: click.Parameter, text: str | None) -> Size | None:
    """`1280x720` as width and height."""
    if text is None:
        return None
    try:
        return parse_size(text)
    except RequestError as error:
        raise click.BadParameter(f"{error}") from None


def still_of(ctx: click.Context, param: click.Parameter, text: str | None) -> StillStep | None:
    """A step's number, or `last`."""
    if text is None:
        return None
    if text == "last":
        return "last"
    if not text.isdecimal():
        raise click.BadParameter(f"{text!r} is no step; write its number, or last")
    return int(text)


def bytes_of(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    """`5MB` in bytes."""
    if text is None:
        return None
    return parse_bytes(text)


def settings_of(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """`lr=0.3` as name and text; each knob may be set once."""
    settings: dict[str, str] = {}
    for text in texts:
        name, equals, value = map(str.strip, text.partition("="))
        if not (name and equals):
            raise click.BadParameter(f"{text!r} is no setting; write KNOB=VALUE, such as lr=0.3")
        if name in settings:
            raise click.BadParameter(f"{name} is set twice; give it one value")
        settings[name] = value
    return settings


def sweep_of(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, list[str]]:
    """`lr=0.1,0.3` as name and texts; each knob may be swept once."""
    sweep = {
        name: [text.strip() for text in values.split(",")]
        for name, values in settings_of(ctx, param, texts).items()
    }
    for name, values in sweep.items():
        if "" in values or len(set(values)) < len(values):
            raise click.BadParameter(f"{name} has a value that is empty or comes twice")
    return sweep


set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KNOB=VALUE",
    callback=settings_of,
    help="Set a knob of the scene; can be repeated.",
)
jobs_option = click.option(
    "-j",
    "--jobs",
    "processes",
    metavar="N",
    type=click.IntRange(1),
    default=1,
    help="Draw and encode long videos in up to N processes.",
)


def video_options(function: F) -> F:
    """How a video comes out; `settings_from` takes what they give."""
    for option in (
        click.option("--theme", type=click.Choice(THEMES), help="The colours."),
        click.option("--seconds", type=float, help="How long the video plays."),
        click.option("--fps", type=click.IntRange(1, FASTEST), help="Frames per second."),
        click.option("--size", metavar="WxH", callback=size_of, help="Width and height in pixels."),
        click.option(
            "-q",
            "--quality",
            type=click.Choice(list(QUALITIES)),
            help="480p15, 720p30, 1080p60 or 2160p60.  "
            "[default: the scene's size, 30 frames per second]",
        ),
    ):
        function = option(function)
    return function


def settings_from(quality: str | None, theme: str | None, **wishes: Any) -> Settings:
    from gdanim.rendering.jobs import Settings
    from gdanim.views.theme import THEMES as BY_NAME

    return Settings(
        quality=QUALITIES[quality] if quality else None,
        theme=BY_NAME[theme] if theme else None,
        **wishes,
    )
