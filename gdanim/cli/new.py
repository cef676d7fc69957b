"""`gdanim new`."""

from __future__ import annotations

from pathlib import Path

import click

from gdanim.cli.group import Command, debug_option


@click.command(cls=Command)
@click.argument("name")
@debug_option
def new(name: str) -> None:
    """Write a scene script to start from, NAME.py."""
    from gdanim.scripting.template import write_script

    path = write_script(name, Path())
    click.echo(f"{path}: written; now run `gdanim render {path.as_posix()}`")
