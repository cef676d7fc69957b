"""`gdanim list`."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

import click

from gdanim.cli.group import DEBUG, Command, debug_option
from gdanim.errors import GdanimError

if TYPE_CHECKING:
    from gdanim.scripting.knobs import Knob
    from gdanim.scripting.load import Script

SCENES = "scenes"


@click.command("list", cls=Command)
@click.argument("path", default=SCENES, type=click.Path(exists=True, path_type=Path))
@debug_option
@click.pass_context
def list_(ctx: click.Context, path: Path) -> None:
    """Show the scenes of a script, or of all scripts in a folder, with their knobs.

    PATH is scenes/ by default.
    """
    from gdanim.scripting.load import load, scripts_in

    if not path.is_dir():
        click.echo(_described(load(path)))
        return
    broken = 0
    for script in scripts_in(path):
        try:
            click.echo(_described(load(script)))
        except GdanimError as error:
            if ctx.meta.get(DEBUG):
                raise
            broken += 1
            click.echo(f"{script}\n{indent(f'Error: {error}', '    ')}")
    if broken:
        raise GdanimError(f"{broken} of the scripts cannot be read; see above")


def _described(script: Script) -> str:
    """A script's scenes and their knobs."""
    lines = [f"{script.path}"]
    for scene in script.scenes:
        lines.append(f"    {scene.name}  {scene.doc.partition(chr(10))[0]}".rstrip())
        lines += [f"        {_knob(knob)}" for knob in scene.knobs]
    return "\n".join(lines if script.scenes else [*lines, "    no scene"])


def _knob(knob: Knob) -> str:
    return f"{knob.name} = {knob.default}  ({knob.allowed})"
