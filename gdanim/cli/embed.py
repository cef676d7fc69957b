"""`gdanim embed`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from gdanim.cli.group import Command, debug_option
from gdanim.cli.messages import bar, say
from gdanim.cli.options import jobs_option, set_option, settings_from, sweep_of, video_options
from gdanim.core.numbers import file_size
from gdanim.core.quick_import import import_without_docstrings
from gdanim.film.defaults import OUTPUT


@click.command(cls=Command)
@click.argument("script", metavar="SCRIPT[::SCENE]")
@click.option(
    "--sweep",
    multiple=True,
    metavar="KNOB=V1,V2,...",
    callback=sweep_of,
    help="Values of a knob, the positions of its slider. Repeatable, with a slider for each.",
)
@click.option(
    "-o", "--output", metavar="PAGE.html", help="Output page.  [default: output/SCRIPT.html]"
)
@click.option(
    "--self-contained/--separate-files",
    "self_contained",
    default=True,
    help="Put the videos into the page, or next to it.  [default: self-contained]",
)
@set_option
@video_options
@jobs_option
@debug_option
def embed(
    script: str,
    sweep: dict[str, list[str]],
    output: str | None,
    self_contained: bool,
    settings: dict[str, str],
    processes: int | None,
    **wishes: Any,
) -> None:
    """Create a web page that plays a scene and goes from step to step.

    With --sweep it has a slider for each knob. Its videos stay in step: at any time all of them
    show the same step of their runs. The page needs neither a server nor a network.
    """
    import_without_docstrings()
    from gdanim.publish.sweep_page import embed as write_page

    stem = Path(script.partition("::")[0]).stem
    page = Path(output or Path(OUTPUT, f"{stem}.html"))
    wanted = settings_from(**wishes)
    for path in write_page(
        script, sweep, settings, page, wanted, bar, not self_contained, processes
    ):
        say(f"{path}: {file_size(path.stat().st_size)}")
