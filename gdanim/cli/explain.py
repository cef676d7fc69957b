"""`gdanim explain`."""

from __future__ import annotations

from textwrap import indent

import click

from gdanim.cli.group import Command, debug_option
from gdanim.cli.messages import say
from gdanim.cli.options import set_option


@click.command(cls=Command)
@click.argument("scripts", metavar="SCRIPT[::SCENE]...", nargs=-1, required=True)
@set_option
@debug_option
def explain(scripts: tuple[str, ...], settings: dict[str, str]) -> None:
    """Explain in words how a scene's run ends, and why.

    The text compares the learning rate with the largest stable one and the final loss with the
    minimum, and names the slowest direction. Models that are not linear in their parameters need
    scipy, to search for the minimum: pip install 'gdanim[explain]'.

    SCRIPT is a scene script, or a scene that ships with gdanim. ::SCENE selects one of its scenes.
    """
    from gdanim.narration.explain import paragraphs
    from gdanim.scripting.load import choose

    for scene in [scene for selection in scripts for scene in choose(selection)]:
        say(f"{scene}")
        for paragraph in paragraphs(scene(**scene.values(settings)), scene.script):
            say(indent(paragraph, "    "))
