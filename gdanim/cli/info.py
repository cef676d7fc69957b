"""`gdanim info`."""

from __future__ import annotations

from pathlib import Path

import click

from gdanim.cli.group import Command, debug_option
from gdanim.cli.messages import say
from gdanim.cli.render import render
from gdanim.core.numbers import file_size
from gdanim.errors import RequestError, printable


@click.command(cls=Command)
@click.argument("path", metavar="VIDEO", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--again", is_flag=True, help="Run that command: render the file again, in place or to -o."
)
@click.option(
    "-o", "--output", metavar="PATH", help="Output file of --again, or the folder for it."
)
@click.option("--yes", is_flag=True, help="Run the command of --again without asking.")
@debug_option
@click.pass_context
def info(ctx: click.Context, path: Path, again: bool, output: str | None, yes: bool) -> None:
    """Show what a file contains and where it comes from.

    VIDEO is a video, still or folder of frames that gdanim wrote. The last line of the output is
    the command that renders it again. As anyone may write a file, --again asks before it runs
    that command, and runs only scripts in or below the working folder, and those of gdanim.
    """
    from gdanim.rendering.file_info import command_line, inspect
    from gdanim.rendering.outputs import is_folder

    found = inspect(path)
    place = Path(output or path)
    if output and is_folder(output):
        place /= path.absolute().name
    if again:
        found.check_again(path)
        command = found.note.command(place)
        say(command_line(command))
        if not yes and not _agreed():
            raise RequestError("nothing was run; answer y, or give --yes")
        with render.make_context("render", command[2:], parent=ctx.parent) as context:
            render.invoke(context)
        return
    say(f"{printable(f'{path}')}: {found.described()}, {file_size(found.bytes)}")
    for line in found.lines(place):
        say(line)


def _agreed() -> bool:
    try:
        return click.confirm("Run it?")
    except click.Abort:
        return False
