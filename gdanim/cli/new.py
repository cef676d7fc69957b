"""`gdanim new`."""

from __future__ import annotations

from pathlib import Path

import click

from gdanim.cli.group import Command, debug_option
from gdanim.cli.messages import say


@click.command(cls=Command)
@click.argument("name")
@click.option(
    "--from",
    "example",
    metavar="SCENE",
    help="Scene that ships with gdanim, to copy.",
)
@debug_option
def new(name: str, example: str | None) -> None:
    """Create a scene script, NAME.py, to start from.

    Without --from, it fits a straight line to a few points. In a folder without scenes/, `gdanim
    list` shows the scripts that ship with gdanim.
    """
    from gdanim.scripting.template import write_script

    script, *data = write_script(name, Path(), example)
    for path in data:
        say(f"{path}: written")
    say(f"{script}: written; now run `gdanim render {script.as_posix()}`")
