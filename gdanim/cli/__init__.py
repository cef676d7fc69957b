"""The command line: one module per command, each a few lines on top of the other packages.

Commands import matplotlib and numpy only when they run, so that `--help` is quick.
"""

import click

from gdanim.cli.batch import batch
from gdanim.cli.doctor import doctor
from gdanim.cli.embed import embed
from gdanim.cli.explain import explain
from gdanim.cli.group import debug_option
from gdanim.cli.info import info
from gdanim.cli.listing import list_
from gdanim.cli.new import new
from gdanim.cli.play import play
from gdanim.cli.render import render
from gdanim.cli.snippet import snippet
from gdanim.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gdanim")
@debug_option
def main() -> None:
    """Animate gradient descent: turn a scene script into a video."""


for command in (render, batch, info, snippet, embed, play, explain, list_, new, doctor):
    main.add_command(command)
