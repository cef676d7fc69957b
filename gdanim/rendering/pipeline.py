"""Scenes to files: videos in one or several formats, and stills.

Everything that can be wrong with a request is found before the first frame is drawn: `prepare`
checks and descends, and only then does `draw` draw.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from functools import partial

from gdanim.core.arrays import check_int
from gdanim.descent.run import stack_outcomes
from gdanim.encoding.metadata import Metadata
from gdanim.errors import GdanimError, RequestError, path_of
from gdanim.film import workers
from gdanim.film.chapters import chapters
from gdanim.film.defaults import Size
from gdanim.film.film import Film
from gdanim.film.notebook_progress import notebook_bar
from gdanim.film.progress import Progress, Watch, unwatched
from gdanim.film.save import save, save_still
from gdanim.rendering.advice import advice_of
from gdanim.rendering.jobs import Job, Settings
from gdanim.rendering.outputs import (
    OutputOptions,
    StillOutput,
    StillStep,
    VideoOutput,
    single_output,
)
from gdanim.rendering.provenance import note_of
from gdanim.rendering.quality import QUALITIES, parse_bytes
from gdanim.rendering.result import Rendered, bytes_taken
from gdanim.rendering.sidecars import write_sidecars
from gdanim.rendering.size_limit import fit_size
from gdanim.rendering.tasks import RenderTask, film_of, loader, prepare
from gdanim.scene import Scene, hint_for
from gdanim.scripting.load import own_lines
from gdanim.views.theme import Theme


def render(
    scene: Scene,
    path: str | os.PathLike[str],
    *,
    quality: str | None = None,
    size: Size | None = None,
    fps: int | None = None,
    seconds: float | None = None,
    theme: Theme | None = None,
    codec: str | None = None,
    max_size: str | None = None,
    transparent: bool = False,
    loop: int | None = None,
    hold: float | None = None,
    platform: str | None = None,
    still: StillStep | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> Rendered:
    """Render a scene to a file.

    Parameters
    ----------
    scene : Scene
        What to show.
    path : str or path-like
        The file, whose extension decides its format: .mp4, .webm, .gif, .webp or .apng for a
        video; .png, .svg or .pdf for a still. A name that ends in -frames makes a folder of
        numbered PNG files.
    quality : {"low", "medium", "high", "4k"}, optional
        Size and frame rate: 854x480 at 15 frames per second, 1280x720 at 30, 1920x1080 at 60, or
        3840x2160 at 60. The scene's own frame rate takes precedence.
    size : (int, int), optional
        Width and height in pixels, each from 48 to 8192, in place of the scene's and the
        quality's.
    fps : int, optional
        Frames per second, from 1 to 120, in place of the scene's and the quality's.
    seconds : float, optional
        Duration of the video, at most 3600, in place of the scene's.
    theme : Theme, optional
        Colours, in place of the scene's.
    codec : str, optional
        "h264" (default), "hevc" or "av1" for .mp4; "vp9" (default) or "av1" for .webm.
    max_size : str, optional
        Maximum file size, such as "5MB" or "800kB". Quality, frame rate and size are reduced, in
        this order, until the video fits.
    transparent : bool, default False
        Whether the background is left out, which .mp4 cannot; a .gif has no half-transparent
        pixels.
    loop : int, optional
        How many times a .gif, .webp or .apng plays, from 0 (for ever, the default) to 65535.
    hold : float, optional
        How many seconds the last frame of these stays, at most 600.
    platform : {"x", "discord", "whatsapp", "github", "linkedin", "instagram"}, optional
        Where the video will be shown, which decides size, frame rate, duration and bytes, unless
        other arguments do. What that costs is in the result's `notice`.
    still : int or "last", optional
        The step that a still shows.
    processes : int, default 1
        Maximum number of processes that draw and encode a long video.
    progress : callable, optional
        `progress(done, total)` is called before each frame is drawn and once after the last. By
        default a bar in a notebook, and nothing elsewhere.

    Returns
    -------
    Rendered
        The path, size, number of frames, bytes and outcome, and advice on a run that diverges or
        hardly moves.

    Raises
    ------
    GdanimError
        If the scene cannot be rendered or the file cannot be written. The file changes only when
        the new one is complete.

    Notes
    -----
    Several threads may call this, and so may a coroutine or a forked process. One thread draws at
    a time, as matplotlib's settings belong to the process; a fork waits for it. Figures of your
    own should not be drawn in another thread meanwhile.

    Examples
    --------
    >>> import tempfile
    >>> from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets, render
    >>> scene = Scene(Problem(datasets.linear(), Linear()), GradientDescent(0.01), start=(0, 5))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = render(scene, f"{folder}/line.png", size=(320, 180), still="last")
    >>> made.size, made.frames
    ((320, 180), 1)
    """
    if not isinstance(scene, Scene):
        kind = type(scene).__name__
        raise RequestError(f"render: takes a Scene, got a {kind}; {hint_for(scene)}")
    check_int("processes", processes, 1)
    if quality is not None and quality not in QUALITIES:
        raise RequestError(f"quality: must be one of {', '.join(QUALITIES)}, got {quality!r}")
    chosen = None if quality is None else QUALITIES[quality]
    limit = None if max_size is None else parse_bytes(max_size)
    settings = Settings(
        chosen, size, fps, seconds, theme, limit, transparent=transparent, loop=loop, hold=hold
    ).for_platform(platform)
    output = single_output(path_of(path, "video.mp4"), OutputOptions(still=still, codec=codec))
    (task,) = prepare([Job(scene, (output,))], settings)
    watch = notebook_bar if progress is None else lambda path, frames: nullcontext(progress)
    (rendered,) = draw(task, watch, processes)
    return replace(rendered, advice=advice_of(task))


def draw(
    task: RenderTask, watch: Watch = unwatched, processes: int | None = 1
) -> Iterator[Rendered]:
    """Draw and write the task's files one by one, each in up to this many processes.

    None means as many as make it faster on this machine.
    """
    film = film_of(task)
    for output in task.outputs:
        with own_lines(task.script):
            if isinstance(output, StillOutput):
                yield _draw_still(task, film, output, watch)
            else:
                yield _draw_video(task, film, output, watch, processes)


def _draw_still(task: RenderTask, film: Film, output: StillOutput, watch: Watch) -> Rendered:
    begun = time.perf_counter()
    with watch(output.path, 1) as progress:
        step = film.timeline.steps[-1] if output.step == "last" else output.step
        note = note_of(task, film, output)
        save_still(film, film.timeline.frame(int(step)), output.path, note)
        progress(1, 1)
    elapsed = time.perf_counter() - begun
    return _rendered(task, film, output, elapsed, [film.notice])


def _draw_video(
    task: RenderTask, film: Film, output: VideoOutput, watch: Watch, wanted: int | None
) -> Rendered:
    processes, alone = _useful_processes(film, wanted)
    notices = [output.notice, alone if wanted else "", film.notice]
    begun = time.perf_counter()
    with watch(output.path, len(film)) as progress:
        encode = partial(_encode, task, film, progress, processes)
        if task.settings.max_size is None:
            encode(film, output)
        else:
            film, reduced = fit_size(task, film, output, encode)
            notices.append(reduced)
        write_sidecars(task, film, output, output.base)
    return _rendered(task, film, output, time.perf_counter() - begun, notices)


def _encode(
    task: RenderTask,
    asked: Film,
    progress: Progress,
    processes: int,
    film: Film,
    output: VideoOutput,
) -> None:
    """Draw `film`, reduced from the `asked` one, whose frames progress counts, to the output."""
    limit, total = task.settings.max_size, len(asked)
    note = note_of(task, film, output, None if limit is None else asked)
    metadata = Metadata(note, chapters(film.clip))
    crew = workers.Workers(processes, loader(task))

    def follow(done: int, drawn: int) -> None:
        progress(total * done // drawn, total)

    save(film, output.path, output.format, follow, metadata, limit, crew)


def _rendered(
    task: RenderTask,
    film: Film,
    output: StillOutput | VideoOutput,
    elapsed: float,
    notices: list[str],
) -> Rendered:
    video = isinstance(output, VideoOutput)
    path, *sidecars = output.paths
    return Rendered(
        path,
        film.size,
        len(film) if video else 1,
        film.timeline.seconds if video else 0.0,
        bytes_taken(path),
        elapsed,
        stack_outcomes([run.outcome for run in task.runs.values()]),
        "; ".join(filter(None, notices)),
        tuple(sidecars),
    )


def _useful_processes(film: Film, wanted: int | None) -> tuple[int, str]:
    """How many processes draw, and why it is only one although more were asked for."""
    processes = min(wanted or workers.worthwhile(len(film)), workers.available())
    if processes > 1:
        try:
            workers.packed(film)
        except GdanimError as error:
            return 1, f"made in one process: {error}"
    return processes, ""
