"""`gdanim explain`."""

from __future__ import annotations

import os
from textwrap import indent

import click

from gdanim.cli.group import Command, debug_option
from gdanim.cli.options import set_option


@click.command(cls=Command)
@click.argument("scripts", metavar="SCRIPT[::SCENE]...", nargs=-1, required=True)
@set_option
@debug_option
def explain(scripts: tuple[str, ...], settings: dict[str, str]) -> None:
    """Say in words what a scene's descent is up against, and where it ends.

    The learning rate beside the largest stable one, the floor, the slowest direction. To search
    for the lowest loss of a model that is not linear in its parameters needs scipy: pip install
    'gdanim[explain]'.
    """
    # The searches solve systems of a few unknowns each: threads wait for one another longer than
    # they work. OpenBLAS reads this when it is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from gdanim.analysis.explain import paragraphs
    from gdanim.scripting.load import choose

    for scene in [scene for selection in scripts for scene in choose(selection)]:
        click.echo(f"{scene}")
        for paragraph in paragraphs(scene(**scene.values(settings)), scene.script):
            click.echo(indent(paragraph, "    "))
