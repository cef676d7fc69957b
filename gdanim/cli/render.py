"""`gdanim render`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gdanim.cli.group import Command, debug_option
from gdanim.cli.options import (
    bytes_of,
    jobs_option,
    set_option,
    settings_from,
    still_of,
    sweep_of,
    video_options,
)
from gdanim.cli.telling import bar, report
from gdanim.encoding.formats import CODECS, FORMATS, STILLS
from gdanim.errors import GdanimError

if TYPE_CHECKING:
    from gdanim.rendering.outputs import StillStep


@click.command(cls=Command)
@click.argument("scripts", metavar="SCRIPT[::SCENE]...", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="PATH", help="The file, or the folder for it.  [default: output/]"
)
@click.option(
    "-f",
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(list(dict.fromkeys((*FORMATS, *STILLS)))),
    help="A kind of video, or of still (png, svg, pdf); png is a folder of frames without --still. "
    "Can be repeated.  [default: mp4]",
)
@click.option(
    "--codec",
    type=click.Choice(CODECS),
    help="What is in an mp4 (h264, hevc, av1) or webm (vp9, av1).  [default: h264, vp9]",
)
@video_options
@click.option(
    "--max-size",
    metavar="BYTES",
    callback=bytes_of,
    help="The most that a video may take (5MB, 800kB): gives up quality, rate and size for it.",
)
@set_option
@click.option(
    "--sweep",
    multiple=True,
    metavar="KNOB=V1,V2,...",
    callback=sweep_of,
    help="A video for each of these values; can be repeated, for all combinations.",
)
@click.option("--still", metavar="STEP|last", callback=still_of, help="A picture of this step.")
@click.option(
    "--poster",
    metavar="[STEP|last]",
    is_flag=False,
    flag_value="last",
    callback=still_of,
    help="Also write a poster: the last frame, or that of this step (NAME.poster.png).",
)
@click.option("--captions", is_flag=True, help="Also write captions (NAME.vtt).")
@click.option("--alt", is_flag=True, help="Also write alternative text (NAME.alt.txt).")
@click.option(
    "--filmstrip", is_flag=True, help="Also write a strip of six frames (NAME.filmstrip.png)."
)
@click.option(
    "--csv", is_flag=True, help="Also write the loss and parameters of each step (NAME.steps.csv)."
)
@jobs_option
@click.option("--open", "show", is_flag=True, help="Open what was made.")
@debug_option
def render(
    scripts: tuple[str, ...],
    output: str | None,
    formats: tuple[str, ...],
    codec: str | None,
    settings: dict[str, str],
    sweep: dict[str, list[str]],
    still: StillStep | None,
    show: bool,
    processes: int,
    poster: StillStep | None,
    captions: bool,
    alt: bool,
    filmstrip: bool,
    csv: bool,
    **wishes: Any,
) -> None:
    """Render the scenes of scripts to videos, GIFs and stills.

    SCRIPT is a scene script; ::SCENE picks one of its scenes, otherwise all are rendered.
    """
    from gdanim.rendering.jobs import jobs_from_scripts
    from gdanim.rendering.outputs import OutputOptions, Sidecars
    from gdanim.rendering.pipeline import draw
    from gdanim.rendering.tasks import prepare, rehearse

    wanted = settings_from(**wishes)
    sidecars = Sidecars(poster, captions, alt, filmstrip, csv)
    options = OutputOptions(output, formats, still, codec, sidecars)
    tasks = prepare(jobs_from_scripts(scripts, settings, options, sweep), wanted)
    rehearse(tasks)
    for task in tasks:
        for rendered in draw(task, bar, processes):
            click.echo(report(rendered))
            if show and click.launch(str(rendered.path)) != 0:
                raise GdanimError(f"{rendered.path}: this desktop has no program to open it with")
