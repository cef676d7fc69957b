"""`gdanim render`."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gdanim.cli.group import Command, debug_option
from gdanim.cli.messages import bar, report, say, told
from gdanim.cli.options import (
    bytes_of,
    jobs_option,
    set_option,
    settings_from,
    still_of,
    sweep_of,
    video_options,
)
from gdanim.core.quick_import import import_without_docstrings
from gdanim.encoding.formats import CODECS, FORMATS, STILLS
from gdanim.errors import GdanimError, RequestError
from gdanim.rendering.platforms import PLATFORMS, usual_format

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gdanim.rendering.jobs import Job, Settings
    from gdanim.rendering.outputs import StillStep


@click.command(cls=Command)
@click.argument("scripts", metavar="SCRIPT[::SCENE]...", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="PATH", help="Output file, or the folder for it.  [default: output/]"
)
@click.option(
    "-f",
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(list(dict.fromkeys((*FORMATS, *STILLS)))),
    help="Output format. svg and pdf are for stills; png is a still, or without --still a folder "
    "of frames. Repeatable.  [default: mp4]",
)
@click.option(
    "--codec",
    type=click.Choice(CODECS),
    help="Codec of an mp4 (h264, hevc, av1) or webm (vp9, av1).  [default: h264 or vp9]",
)
@video_options
@click.option(
    "--max-size",
    metavar="BYTES",
    callback=bytes_of,
    help="Largest size of a video, such as 5MB or 800kB. Quality, frame rate and size are reduced, "
    "in this order, until it fits.",
)
@click.option(
    "--transparent",
    is_flag=True,
    help="Leave out the background: for webm, gif, webp, apng and stills.",
)
@click.option(
    "--loop",
    metavar="N",
    type=click.IntRange(0),
    help="How many times a gif, webp or apng plays.  [default: 0, for ever]",
)
@click.option(
    "--hold",
    metavar="SECONDS",
    type=float,
    help="Seconds to hold the last frame of a gif, webp or apng.",
)
@click.option(
    "--for",
    "platform",
    type=click.Choice(list(PLATFORMS)),
    help="Site the video is for: sets format, size, frame rate, and limits on duration and file "
    "size. Other options take precedence.",
)
@set_option
@click.option(
    "--sweep",
    multiple=True,
    metavar="KNOB=V1,V2,...",
    callback=sweep_of,
    help="Values of a knob, with a video for each. Repeatable, for all combinations.",
)
@click.option("--still", metavar="STEP|last", callback=still_of, help="Step to render as a still.")
@click.option(
    "--poster",
    metavar="[STEP|last]",
    is_flag=False,
    flag_value="last",
    callback=still_of,
    help="Also write a poster, NAME.poster.png: the last frame, or that of STEP.",
)
@click.option("--captions", is_flag=True, help="Also write captions, NAME.vtt.")
@click.option("--chapters", is_flag=True, help="Also write chapters, NAME.chapters.vtt.")
@click.option("--alt", is_flag=True, help="Also write alternative text, NAME.alt.txt.")
@click.option(
    "--filmstrip", is_flag=True, help="Also write a strip of six frames, NAME.filmstrip.png."
)
@click.option(
    "--csv",
    is_flag=True,
    help="Also write the loss and the parameters at each step, NAME.steps.csv.",
)
@jobs_option
@click.option(
    "--compare", is_flag=True, help="Show all values of the --sweep in one video, each panel once."
)
@click.option(
    "--watch",
    is_flag=True,
    help="Keep running, and re-render when an input file changes.",
)
@click.option("--open", "show", is_flag=True, help="Open each file when it is written.")
@debug_option
def render(
    scripts: tuple[str, ...],
    output: str | None,
    formats: tuple[str, ...],
    codec: str | None,
    settings: dict[str, str],
    sweep: dict[str, list[str]],
    compare: bool,
    watch: bool,
    still: StillStep | None,
    show: bool,
    processes: int | None,
    poster: StillStep | None,
    captions: bool,
    chapters: bool,
    alt: bool,
    filmstrip: bool,
    csv: bool,
    platform: str | None,
    **wishes: Any,
) -> None:
    """Render scenes to videos, GIFs and stills.

    SCRIPT is a scene script, or a scene that ships with gdanim. ::SCENE selects one of its scenes;
    by default, all of them are rendered.
    """
    import_without_docstrings()
    from gdanim.rendering.jobs import jobs_from_scripts
    from gdanim.rendering.outputs import OutputOptions, Sidecars

    if compare and not sweep:
        raise RequestError("--compare needs --sweep KNOB=V1,V2,... with the values to compare")
    sidecars = Sidecars(poster, captions, alt, filmstrip, csv, chapters)
    options = OutputOptions(output, formats, still, codec, sidecars, usual_format(platform))
    jobs = partial(jobs_from_scripts, scripts, settings, options, sweep, compare)

    def make() -> None:
        begun = time.perf_counter()
        with told(f"running {', '.join(scripts)}"):
            wanted = jobs()
        _render(wanted, settings_from(**wishes).for_platform(platform), processes, show, begun)

    begin = partial(_watch, make, jobs, scripts) if watch else make
    begin()


def _watch(make: Callable[[], object], load: Callable[[], object], scripts: Sequence[str]) -> None:
    from gdanim.rendering.themes import project_files
    from gdanim.scripting.watching import keep_making, read_by

    def sources() -> set[Path]:
        own = (Path(script.partition("::")[0]) for script in scripts)
        folders = {script.parent for script in own if script.exists()}
        return read_by(load) | folders | set(project_files())

    keep_making(make, sources, say)


def _render(
    jobs: Sequence[Job], settings: Settings, processes: int | None, show: bool, begun: float
) -> None:
    from gdanim.rendering.advice import advice_of
    from gdanim.rendering.pipeline import draw
    from gdanim.rendering.tasks import prepare, rehearse

    with told("descending"):
        tasks = prepare(jobs, settings)
    rehearse(tasks)
    for before, task in zip([None, *tasks], tasks, strict=False):
        # The files of a scene share its runs, so one line is enough.
        same = before is not None and before.runs is task.runs
        advice = "" if same else advice_of(task)
        for rendered in draw(task, bar, processes):
            now = time.perf_counter()
            say("\n".join(filter(None, [report(rendered, now - begun), advice])))
            advice, begun = "", now
            if show and click.launch(str(rendered.path)) != 0:
                raise GdanimError(
                    f"{rendered.path}: no program is associated with this kind of file"
                )
