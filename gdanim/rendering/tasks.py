"""Render tasks: recorded runs, and the checked files to draw of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from gdanim.descent.run import Run
from gdanim.errors import GdanimError, RequestError
from gdanim.film.defaults import FPS
from gdanim.film.film import Film
from gdanim.pacing.timeline import Timeline
from gdanim.rendering.checks import check
from gdanim.rendering.jobs import Job, Origin, Settings
from gdanim.rendering.outputs import Output, StillOutput, StillStep, VideoOutput
from gdanim.rendering.platforms import given_up
from gdanim.scene import Descent, Scene, longest
from gdanim.scripting.load import ScriptError, own_lines
from gdanim.scripting.load import load as load_script
from gdanim.views.base import Clip


@dataclass(frozen=True, eq=False)
class RenderTask:
    """Recorded runs and the files to draw of them at one frame rate, all checked.

    `linked_clips` are the clips of all videos that replace one another, this task's own included.
    `timeline` replaces the one of the scene's pace and frame rate.
    """

    scene: Scene
    runs: Mapping[str, Run]
    outputs: tuple[Output, ...]
    settings: Settings
    script: Path | None = None
    origin: Origin | None = None
    linked_clips: tuple[Clip, ...] = ()
    timeline: Timeline | None = None


def prepare(
    jobs: Sequence[Job], settings: Settings, record: Callable[[Descent], Run] = Descent.run
) -> list[RenderTask]:
    """Check every output of all the jobs, then descend. Draws and writes nothing."""
    return [task for job in check(jobs, settings) for task in tasks_of(job, settings, record)]


def rehearse(tasks: Sequence[RenderTask]) -> None:
    """Find errors in the panels of every scene before the first one is drawn.

    Composes a film of every scene but the first, which is drawn right away; one for each sweep.
    """
    scenes: dict[tuple[str, str] | None, RenderTask] = {}
    for task in tasks:
        scenes.setdefault((task.origin.script, task.origin.scene) if task.origin else None, task)
    for task in list(scenes.values())[1:]:
        film_of(task)


def film_of(task: RenderTask) -> Film:
    """The film of the task's outputs."""
    with own_lines(task.script), _naming(task.script):
        return task.scene.film(task.runs, task.linked_clips, task.timeline)


def loader(task: RenderTask) -> Callable[[], object] | None:
    """A function that defines in another process what the task's script defines."""
    return None if task.script is None else partial(load_script, task.script)


def step_number(step: StillStep, runs: Mapping[str, Run], what: object) -> int:
    """The step's number; GdanimError, which names `what`, if no run reached it."""
    run = longest(runs)
    number = run.steps if step == "last" else step
    if number > run.steps:
        raise GdanimError(
            f"{what}: step {number} was not reached, as the run {run.outcome}; "
            f"steps are 0 to {run.steps}"
        )
    return number


def tasks_of(
    job: Job, settings: Settings, record: Callable[[Descent], Run]
) -> Iterator[RenderTask]:
    """A task for the videos of each frame rate, and one for each still."""
    with _naming(job.script), own_lines(job.script):
        runs = job.scene.runs(record)
    videos: dict[int | None, list[VideoOutput]] = {}
    stills = []
    for output in job.outputs:
        if isinstance(output, StillOutput):
            stills.append((output, step_number(output.step, runs, output.path)))
            continue
        if output.sidecars.poster is not None:
            step_number(output.sidecars.poster, runs, f"{output.path}: poster")
        videos.setdefault(settings.applied(job.scene, output.format).fps, []).append(output)
    for same_rate in videos.values():
        own = settings.within(job.scene, runs, same_rate[0].format)
        scene = own.applied(job.scene, same_rate[0].format)
        outputs = tuple(_with_notice(output, job.scene, scene, runs, own) for output in same_rate)
        yield RenderTask(scene, runs, outputs, own, job.script, job.origin)
    for still, step in stills:
        scene = settings.applied(job.scene)
        timeline = scene.timeline(runs).showing(step)
        yield RenderTask(scene, runs, (still,), settings, job.script, job.origin, timeline=timeline)


def _with_notice(
    output: VideoOutput, asked: Scene, made: Scene, runs: Mapping[str, Run], settings: Settings
) -> VideoOutput:
    """The output, whose notice says what the platform has cost."""
    if settings.platform is None:
        return output
    before, after = (
        (one.size, one.fps or FPS, one.timeline(runs).seconds) for one in (asked, made)
    )
    notices = output.notice, given_up(settings.platform, before, after)
    return replace(output, notice="; ".join(filter(None, notices)))


@contextmanager
def _naming(script: Path | None) -> Iterator[None]:
    """Name the script in errors that no single line of it caused."""
    try:
        yield
    except GdanimError as error:
        if script is None or isinstance(error, ScriptError | RequestError):
            raise
        raise GdanimError(f"{script}: {error}") from error
