"""`gdanim snippet`."""

from __future__ import annotations

from pathlib import Path

import click

from gdanim.cli.group import Command, debug_option
from gdanim.cli.messages import say
from gdanim.errors import RequestError


# Generic only in recent versions of click.
class _Target(click.ParamType):  # type: ignore[type-arg]
    """A target of snippets; the module that has them is imported only when they are needed."""

    name = "target"

    def _choice(self) -> click.Choice[str]:
        from gdanim.publish.snippet import SNIPPETS

        return click.Choice([*SNIPPETS, "pptx"])

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str | None:
        """Return the targets as the help shows them."""
        return self._choice().get_metavar(param, ctx)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the target, or fail if there is none of that name."""
        return self._choice().convert(value, param, ctx)


@click.command(cls=Command)
@click.argument("video", metavar="VIDEO", type=click.Path(path_type=Path))
@click.option(
    "--for",
    "target",
    type=_Target(),
    default="html",
    show_default=True,
    help="Kind of page or slide; pptx writes a PowerPoint file.",
)
@click.option(
    "-o", "--output", metavar="PATH", help="Output file, for pptx only.  [default: VIDEO's name]"
)
@debug_option
def snippet(video: Path, target: str, output: str | None) -> None:
    """Print the code that shows a video on a page or slide.

    VIDEO can also be a GIF, WebP or APNG. Files next to it are included: its poster, captions and
    alternative text, the same video as .mp4 or .webm, and the dark version NAME-dark of NAME or
    NAME-light.
    """
    from gdanim.publish.media import find_media
    from gdanim.publish.slides import write_slides
    from gdanim.publish.snippet import SNIPPETS

    if output is not None and target != "pptx":
        raise RequestError(f"-o is for --for pptx only: code for {target} is printed")
    media, dark = find_media(video)
    if target == "pptx":
        path = Path(output) if output else video.with_suffix(".pptx")
        write_slides([media], path)
        say(f"{path}: written")
    else:
        say(SNIPPETS[target](media, dark))
