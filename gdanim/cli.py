"""The command line: each command is a few lines over functions that can be called without it.

What needs matplotlib or numpy is imported inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gdanim.errors import GdanimError, RequestError
from gdanim.film.formats import CODECS, FORMATS, STILLS
from gdanim.quality import FASTEST, OUTPUT, QUALITIES, Size, parse_size
from gdanim.version import __version__

if TYPE_CHECKING:
    from gdanim.film.save import Progress
    from gdanim.knobs import Knob
    from gdanim.publish.beside import Still
    from gdanim.rendered import Rendered
    from gdanim.requests import Settings
    from gdanim.script import Script

SCENES = "scenes"
# Held to gdanim.views.theme.THEMES by a test: to import that is to import matplotlib.
THEMES = ("light", "dark", "projector")
# Held to gdanim.publish.snippet.SNIPPETS by a test, for the same reason.
TARGETS = ("html", "markdown", "quarto", "reveal", "myst", "beamer", "pptx", "notebook")
DEBUG = "gdanim.debug"
# The signals that ask for an end, and what is said then; the exit code is 128 and the signal.
WORDS: dict[int, str] = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}
if sys.platform != "win32":
    # The terminal has been closed.
    WORDS[signal.SIGHUP] = "terminated"

F = TypeVar("F", bound=Callable[..., Any])


class Command(click.Command):
    """A command that shows errors as messages: exit code 2 for wrong requests, 1 for others."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            with _interruptible(), _quiet():
                return super().invoke(ctx)
        except GdanimError as error:
            if ctx.meta.get(DEBUG):
                raise
            if isinstance(error, RequestError):
                raise click.UsageError(str(error), ctx) from error
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt as error:
            number = error.number if isinstance(error, Interrupted) else signal.SIGINT
            click.echo(WORDS[number], err=True)
            ctx.exit(128 + number)


class Interrupted(KeyboardInterrupt):  # noqa: N818
    """A signal that asks the program to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def _interruptible() -> Iterator[None]:
    """In the block the signals that ask for an end raise Interrupted: nothing half done is left."""
    if threading.current_thread() is not threading.main_thread():
        # Only the main thread may choose what signals do.
        yield
        return
    # One that is ignored stays so: nohup wants it.
    before = {n: signal.getsignal(n) for n in WORDS if signal.getsignal(n) != signal.SIG_IGN}

    def interrupt(number: int, frame: FrameType | None) -> None:
        # Once: another signal must not disturb the cleaning up after the first.
        for each in before:
            signal.signal(each, signal.SIG_IGN)
        raise Interrupted(number)

    try:
        for number in before:
            signal.signal(number, interrupt)
        yield
    finally:
        # After an interrupt they stay ignored, as the program is about to end.
        for number, handler in before.items():
            if signal.getsignal(number) == interrupt:
                signal.signal(number, handler)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what matplotlib says of its cache and the matplotlibrc: no frame depends on these."""
    logger = logging.getLogger("matplotlib")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


class Group(click.Group):
    """A group of such commands."""

    command_class = Command


def size_of(ctx: click.Context, param: click.Parameter, text: str | None) -> Size | None:
    """`1280x720` as width and height."""
    if text is None:
        return None
    try:
        return parse_size(text)
    except RequestError as error:
        raise click.BadParameter(f"{error}") from None


def still_of(ctx: click.Context, param: click.Parameter, text: str | None) -> Still | None:
    """A step's number, or `last`."""
    if text is None:
        return None
    if text == "last":
        return "last"
    if not text.isdecimal():
        raise click.BadParameter(f"{text!r} is no step; write its number, or last")
    return int(text)


def bytes_of(ctx: click.Context, param: click.Parameter, text: str | None) -> int | None:
    """`5MB` in bytes."""
    if text is None:
        return None
    from gdanim.fitting import parse_bytes

    return parse_bytes(text)


def settings_of(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, str]:
    """`lr=0.3` as name and text; each knob may be set once."""
    settings: dict[str, str] = {}
    for text in texts:
        name, equals, value = map(str.strip, text.partition("="))
        if not (name and equals):
            raise click.BadParameter(f"{text!r} is no setting; write KNOB=VALUE, such as lr=0.3")
        if name in settings:
            raise click.BadParameter(f"{name} is set twice; give it one value")
        settings[name] = value
    return settings


def sweep_of(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, list[str]]:
    """`lr=0.1,0.3` as name and texts; each knob may be swept once."""
    sweep = {
        name: [text.strip() for text in values.split(",")]
        for name, values in settings_of(ctx, param, texts).items()
    }
    for name, values in sweep.items():
        if "" in values or len(set(values)) < len(values):
            raise click.BadParameter(f"{name} has a value that is empty or comes twice")
    return sweep


def debug_option(function: F) -> F:
    """`--debug`, on the group and on each of its commands."""

    def remember(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value:
            ctx.meta[DEBUG] = True

    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=remember,
        help="Show the whole traceback of an error.",
    )(function)


jobs_option = click.option(
    "-j",
    "--jobs",
    "processes",
    metavar="N",
    type=click.IntRange(1),
    default=1,
    help="Draw and encode long videos in up to N processes.",
)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gdanim")
@debug_option
def main() -> None:
    """Animate gradient descent: a scene script becomes a video."""


@main.command()
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
@click.option(
    "-q",
    "--quality",
    type=click.Choice(list(QUALITIES)),
    help="480p15, 720p30, 1080p60 or 2160p60.  [default: the scene's size, 30 frames per second]",
)
@click.option("--size", metavar="WxH", callback=size_of, help="Width and height in pixels.")
@click.option("--fps", type=click.IntRange(1, FASTEST), help="Frames per second.")
@click.option(
    "--max-size",
    metavar="BYTES",
    callback=bytes_of,
    help="The most that a video may take (5MB, 800kB): gives up quality, rate and size for it.",
)
@click.option("--seconds", type=float, help="How long the video plays.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KNOB=VALUE",
    callback=settings_of,
    help="Set a knob of the scene; can be repeated.",
)
@click.option(
    "--sweep",
    multiple=True,
    metavar="KNOB=V1,V2,...",
    callback=sweep_of,
    help="A video for each of these values; can be repeated, for all combinations.",
)
@click.option("--still", metavar="STEP|last", callback=still_of, help="A picture of this step.")
@click.option("--theme", type=click.Choice(THEMES), help="The colours.")
@click.option(
    "--poster",
    metavar="[STEP|last]",
    is_flag=False,
    flag_value="last",
    callback=still_of,
    help="Beside the video: its last frame, or the one of this step, as NAME.poster.png.",
)
@click.option("--captions", is_flag=True, help="Beside it: what happens, as captions, NAME.vtt.")
@click.option("--alt", is_flag=True, help="Beside it: what it shows, in words, NAME.alt.txt.")
@click.option("--filmstrip", is_flag=True, help="Beside it: six frames, NAME.filmstrip.png.")
@click.option("--csv", is_flag=True, help="Beside it: all numbers of the run, NAME.steps.csv.")
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
    still: Still | None,
    show: bool,
    processes: int,
    poster: Still | None,
    captions: bool,
    alt: bool,
    filmstrip: bool,
    csv: bool,
    **wishes: Any,
) -> None:
    """Render the scenes of scripts to videos, GIFs and stills.

    SCRIPT is a scene script; ::SCENE picks one of its scenes, otherwise all are rendered.
    """
    from gdanim.publish.beside import Beside
    from gdanim.rendering import prepare
    from gdanim.requests import request

    wanted = _settings(**wishes)
    beside = Beside(poster, captions, alt, filmstrip, csv)
    jobs = request(scripts, settings, output, formats, still, codec, beside, sweep)
    for take in prepare(jobs, wanted):
        for rendered in take.files(_bar, processes):
            click.echo(_report(rendered))
            if show and click.launch(str(rendered.path)) != 0:
                raise GdanimError(f"{rendered.path}: this desktop has no program to open it with")


def _settings(quality: str | None, theme: str | None, **wishes: Any) -> Settings:
    from gdanim.requests import Settings
    from gdanim.views.theme import THEMES as BY_NAME

    return Settings(
        quality=QUALITIES[quality] if quality else None,
        theme=BY_NAME[theme] if theme else None,
        **wishes,
    )


@contextmanager
def _bar(path: Path, frames: int) -> Iterator[Progress]:
    """Progress on stderr: a bar on a terminal, else one line as the file is begun."""
    with click.progressbar(length=frames, label=f"{path}", file=sys.stderr) as bar:
        yield lambda done, total: bar.update(done - bar.pos)


def _report(rendered: Rendered) -> str:
    """One line: `output/line.mp4: 1280x720, 300 frames, 10 s, 412 kB, made in 9.3 s`."""
    width, height = rendered.size
    frames = f"{rendered.frames} frame" + "s" * (rendered.frames != 1)
    length = f"{frames}, {rendered.seconds:.3g} s, " if rendered.seconds else ""
    others = "with " * bool(rendered.beside) + ", ".join(path.name for path in rendered.beside)
    return (
        f"{rendered.path}: {width}x{height}, {length}{_bytes(rendered.bytes)}, "
        f"made in {rendered.took:.1f} s"
    ) + "".join(f"; {text}" for text in (rendered.notice, others) if text)


def _bytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(1, round(count / 1e3))} kB"


@main.command()
@click.argument("path", metavar="VIDEO", type=click.Path(exists=True, path_type=Path))
@click.option("--again", is_flag=True, help="Render it again, in its place or at -o.")
@click.option("-o", "--output", metavar="PATH", help="Where --again, or its command, writes.")
@debug_option
@click.pass_context
def info(ctx: click.Context, path: Path, again: bool, output: str | None) -> None:
    """Show what a file or a folder of frames holds, what wrote it, and the command to repeat it."""
    from gdanim.inspecting import inspect

    found = inspect(path)
    if again:
        words = found.note.command(Path(output or path))[2:]
        with render.make_context("gdanim render", words, parent=ctx) as context:
            render.invoke(context)
        return
    click.echo(f"{path}: {found.described()}, {_bytes(found.bytes)}")
    for line in found.lines(Path(output or path)):
        click.echo(line)


@main.command()
@click.argument("video", metavar="VIDEO", type=click.Path(path_type=Path))
@click.option(
    "--for",
    "target",
    type=click.Choice(TARGETS),
    default="html",
    show_default=True,
    help="Where it is to be pasted; pptx is a file that is written.",
)
@click.option("-o", "--output", metavar="PATH", help="The .pptx file.  [default: VIDEO's name]")
@debug_option
def snippet(video: Path, target: str, output: str | None) -> None:
    """Print what shows a video, or a GIF, WebP or APNG, on a page or slide: paste it.

    Poster, captions, alternative text, the other of .mp4 and .webm, and a version NAME-dark beside
    NAME or NAME-light are used where they lie beside it.
    """
    from gdanim.publish.media import found
    from gdanim.publish.slides import write_slides
    from gdanim.publish.snippet import SNIPPETS

    if output is not None and target != "pptx":
        raise RequestError(f"-o: only a pptx is written to a file; {target} is printed")
    media, dark = found(video)
    if target == "pptx":
        path = Path(output) if output else video.with_suffix(".pptx")
        write_slides(media, path)
        click.echo(f"{path}: written")
    else:
        click.echo(SNIPPETS[target](media, dark))


@main.command()
@click.argument("script", metavar="SCRIPT[::SCENE]")
@click.option(
    "--sweep",
    multiple=True,
    required=True,
    metavar="KNOB=V1,V2,...",
    callback=sweep_of,
    help="The values that the slider moves between; can be repeated, for all combinations.",
)
@click.option(
    "-o", "--output", metavar="PAGE.html", help="The page.  [default: output/SCRIPT.html]"
)
@click.option(
    "--self-contained/--beside",
    "inside",
    default=True,
    help="Put the videos into the page, or beside it.  [default: into it]",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KNOB=VALUE",
    callback=settings_of,
    help="Set another knob of the scene; can be repeated.",
)
@click.option("-q", "--quality", type=click.Choice(list(QUALITIES)), help="As for render.")
@click.option("--size", metavar="WxH", callback=size_of, help="Width and height in pixels.")
@click.option("--fps", type=click.IntRange(1, FASTEST), help="Frames per second.")
@click.option("--seconds", type=float, help="How long the videos play.")
@click.option("--theme", type=click.Choice(THEMES), help="The colours.")
@jobs_option
@debug_option
def embed(
    script: str,
    sweep: dict[str, list[str]],
    output: str | None,
    inside: bool,
    settings: dict[str, str],
    processes: int,
    **wishes: Any,
) -> None:
    """Make one page with a slider that moves between the runs of a sweep.

    The runs stay in step with each other. The page needs no server and no network.
    """
    from gdanim.embedding import embed as write_page

    stem = Path(script.partition("::")[0]).stem
    page = Path(output or Path(OUTPUT, f"{stem}.html"))
    wanted = _settings(**wishes)
    for path in write_page(script, sweep, settings, page, wanted, _bar, not inside, processes):
        click.echo(f"{path}: {_bytes(path.stat().st_size)}")


@main.command()
@click.argument("plan", metavar="PLAN.toml|DIR", type=click.Path(exists=True, path_type=Path))
@click.option("-j", "--jobs", type=click.IntRange(1), help="Worker processes.  [default: cores]")
@click.option("--dry-run", is_flag=True, help="Show what would be made, and why; make nothing.")
@click.option("--force", is_flag=True, help="Make everything, changed or not.")
@click.option("--keep-going", is_flag=True, help="Make the other clips when one fails.")
@click.option("--watch", is_flag=True, help="Begin again whenever a file of the scripts is saved.")
@click.option("--report", type=click.Path(path_type=Path), help="Write the results as JSON.")
@click.option("--dask", metavar="ADDRESS", help="Make them on the cluster of this scheduler.")
@debug_option
def batch(plan: Path, jobs: int | None, dry_run: bool, watch: bool, **wishes: Any) -> None:
    """Make all videos of a plan, or of a folder of scripts: only what has changed.

    All of the plan is checked before the first frame is drawn.
    """
    from gdanim.batch import commands

    if dry_run:
        commands.show(plan, wishes["force"])
    elif watch:
        commands.watch(plan, jobs, **wishes)
    else:
        commands.make(plan, jobs, **wishes)


@main.command("list")
@click.argument("path", default=SCENES, type=click.Path(exists=True, path_type=Path))
@debug_option
@click.pass_context
def list_(ctx: click.Context, path: Path) -> None:
    """Show the scenes of a script, or of all scripts in a folder, with their knobs.

    PATH is scenes/ by default.
    """
    from gdanim.script import load, scripts_in

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


@main.command()
@click.argument("scripts", metavar="SCRIPT[::SCENE]...", nargs=-1, required=True)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KNOB=VALUE",
    callback=settings_of,
    help="Set a knob of the scene; can be repeated.",
)
@debug_option
def explain(scripts: tuple[str, ...], settings: dict[str, str]) -> None:
    """Say in words what a scene's descent is up against, and where it ends.

    The learning rate beside the largest stable one, the floor, the slowest direction. A model that
    is not linear in its parameters needs scipy: pip install 'gdanim[explain]'.
    """
    # The searches solve systems of a few unknowns each: threads wait for one another longer than
    # they work. OpenBLAS reads this when it is loaded.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from gdanim.explain import paragraphs
    from gdanim.script import choose

    for scene in [scene for selection in scripts for scene in choose(selection)]:
        click.echo(f"{scene}")
        for paragraph in paragraphs(scene(**scene.values(settings)), scene.script):
            click.echo(indent(paragraph, "    "))


@main.command()
@click.argument("name")
@debug_option
def new(name: str) -> None:
    """Write a scene script to start from, NAME.py."""
    from gdanim.starter import write_script

    path = write_script(name, Path())
    click.echo(f"{path}: written; now run `gdanim render {path.as_posix()}`")


@main.command()
@debug_option
def doctor() -> None:
    """Check what is installed, and whether it works."""
    from gdanim.doctor import examine

    failed = []
    for finding in examine(Path(OUTPUT)):
        click.echo(f"{'ok' if finding.works else 'FAIL':6}{finding.name:18}{finding.detail}")
        if not finding.works:
            failed.append(finding.name)
    if failed:
        raise GdanimError(f"{', '.join(failed)}: see above for what to do")
