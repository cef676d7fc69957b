"""`gdanim list`."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING

import click

from gdanim.cli.group import DEBUG, Command, debug_option
from gdanim.cli.messages import say
from gdanim.errors import GdanimError

if TYPE_CHECKING:
    from gdanim.scripting.knobs import Knob
    from gdanim.scripting.load import Script

SCENES = Path("scenes")


@click.command("list", cls=Command)
@click.argument("path", metavar="[SCRIPT|DIR]", type=click.Path(path_type=Path), required=False)
@debug_option
@click.pass_context
def list_(ctx: click.Context, path: Path | None) -> None:
    """List scenes and their knobs.

    The argument is a script or a folder of scripts. Without it, list those in scenes/ or, if there
    is no such folder, those that ship with gdanim.
    """
    from gdanim.scripting import examples
    from gdanim.scripting.load import load, scripts_in

    if path is None:
        path = SCENES if SCENES.is_dir() else examples.folder()
    if not path.is_dir():
        say(_described(load(examples.find_script(f"{path}"))))
        return
    broken = 0
    for script in scripts_in(path):
        try:
            say(_described(load(script)))
        except GdanimError as error:
            if ctx.meta.get(DEBUG):
                raise
            broken += 1
            say(f"{script}\n{indent(f'Error: {error}', '    ')}")
    if broken:
        raise GdanimError(f"{broken} of the scripts cannot be read; see above")


def _described(script: Script) -> str:
    """Describe a script's scenes and their knobs."""
    from gdanim.scripting.examples import is_shipped

    lines = [script.path.name if is_shipped(script.path) else f"{script.path}"]
    for scene in script.scenes:
        lines.append(f"    {scene.name}  {scene.doc.partition(chr(10))[0]}".rstrip())
        lines += [f"        {_knob(knob)}" for knob in scene.knobs]
    return "\n".join(lines if script.scenes else [*lines, "    no scene"])


def _knob(knob: Knob) -> str:
    return f"{knob.name} = {knob.default}  ({knob.allowed})"
