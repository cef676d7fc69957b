"""`gdanim snippet`."""

from __future__ import annotations

from pathlib import Path

import click

from gdanim.cli.group import Command, debug_option
from gdanim.errors import RequestError

# Held to gdanim.publish.snippet.SNIPPETS by a test, as to import that is to import much.
TARGETS = ("html", "markdown", "quarto", "reveal", "myst", "beamer", "pptx", "notebook")


@click.command(cls=Command)
@click.argument("video", metavar="VIDEO", type=click.Path(path_type=Path))
@click.option(
    "--for",
    "target",
    type=click.Choice(TARGETS),
    default="html",
    show_default=True,
    help="Where it is to be pasted; pptx is a file that is written.",
)
@click.option("-o", "--output", metavar="PATH", help="The .pptx file.  [default: VIDEO's name]")
@debug_option
def snippet(video: Path, target: str, output: str | None) -> None:
    """Print what shows a video, or a GIF, WebP or APNG, on a page or slide: paste it.

    Poster, captions, alternative text, the other of .mp4 and .webm, and a version NAME-dark beside
    NAME or NAME-light are used where they lie beside it.
    """
    from gdanim.publish.media import found
    from gdanim.publish.slides import write_slides
    from gdanim.publish.snippet import SNIPPETS

    if output is not None and target != "pptx":
        raise RequestError(f"-o: only a pptx is written to a file; {target} is printed")
    media, dark = found(video)
    if target == "pptx":
        path = Path(output) if output else video.with_suffix(".pptx")
        write_slides(media, path)
        click.echo(f"{path}: written")
    else:
        click.echo(SNIPPETS[target](media, dark))
