"""`gdanim info`."""

from __future__ import annotations

from pathlib import Path

import click

from gdanim.cli.group import Command, debug_option
from gdanim.cli.render import render
from gdanim.core.numbers import file_size
from gdanim.errors import RequestError


@click.command(cls=Command)
@click.argument("path", metavar="VIDEO", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--again", is_flag=True, help="Run that command: render the file again, in place or to -o."
)
@click.option(
    "-o", "--output", metavar="PATH", help="Output file of --again, or the folder for it."
)
@debug_option
@click.pass_context
def info(ctx: click.Context, path: Path, again: bool, output: str | None) -> None:
    """Show what a file contains and where it comes from.

    VIDEO is a video, still or folder of frames that gdanim wrote. The last line of the output is
    the command that renders it again.
    """
    from gdanim.rendering.file_info import inspect
    from gdanim.rendering.outputs import is_folder
    from gdanim.scripting.examples import find_script

    found = inspect(path)
    place = Path(output or path)
    if output and is_folder(output):
        place /= path.absolute().name
    if again:
        words = found.note.command(place)[2:]
        script = words[0].partition("::")[0]
        if not find_script(script).is_file():
            raise RequestError(
                f"{script}: no such file; the path is relative to the folder in which {path} was "
                "rendered: run the command there"
            )
        with render.make_context("render", words, parent=ctx.parent) as context:
            render.invoke(context)
        return
    click.echo(f"{path}: {found.described()}, {file_size(found.bytes)}")
    for line in found.lines(place):
        click.echo(line)
