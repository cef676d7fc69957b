"""`gdanim new`."""

from __future__ import annotations

from pathlib import Path

import click

from gdanim.cli.group import Command, debug_option


@click.command(cls=Command)
@click.argument("name")
@click.option(
    "--from",
    "example",
    metavar="SCENE",
    help="Scene to copy, one of those that `gdanim list` shows.",
)
@debug_option
def new(name: str, example: str | None) -> None:
    """Create a scene script, NAME.py, to start from."""
    from gdanim.scripting.template import write_script

    script, *data = write_script(name, Path(), example)
    for path in data:
        click.echo(f"{path}: written")
    click.echo(f"{script}: written; now run `gdanim render {script.as_posix()}`")
