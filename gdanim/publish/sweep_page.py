"""A scene's video, or those of a sweep in step with each other, on one page with sliders."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gdanim.core.atomic import replacing, scratch_folder
from gdanim.descent.same_objective import share_objectives
from gdanim.errors import RequestError
from gdanim.film.progress import Watch, unwatched
from gdanim.publish._html import url
from gdanim.publish._slider import Slide, page
from gdanim.rendering.jobs import Settings, jobs_from_scripts
from gdanim.rendering.outputs import ALT, OutputOptions, Sidecars, sidecar_path
from gdanim.rendering.pipeline import draw
from gdanim.rendering.sweep import grid
from gdanim.rendering.tasks import RenderTask, prepare
from gdanim.scripting.load import choose


def embed(
    selection: str,
    sweep: Mapping[str, Sequence[str]],
    knobs: Mapping[str, str],
    path: Path,
    settings: Settings,
    watch: Watch = unwatched,
    separate: bool = False,
    processes: int | None = 1,
) -> list[Path]:
    """Write a page with a slider for each knob of a sweep; return all paths written.

    Without a sweep the page has the one video, and buttons that go from step to step as well.
    Every frame of one video shows the same step as that frame of the others. The videos are inside
    the page, or with `separate` in files next to it. Raises GdanimError for what cannot be rendered
    or written; each file changes only when the new one is complete.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise RequestError(f"{path}: the name of a page must end in .html")
    if len(choose(selection)) > 1:
        raise RequestError(f"{selection}: has several scenes; pick one with ::SCENE")
    with scratch_folder() as folder:
        options = OutputOptions(f"{folder}/", ["mp4"], sidecars=Sidecars(alt=True))
        jobs = jobs_from_scripts([selection], knobs, options, sweep)
        tasks = in_step(prepare(jobs, settings))
        videos = [one.path for task in tasks for one in draw(task, _by_name(watch), processes)]
        copies = [_copy_next_to(path, video) for video in videos] if separate else []
        addresses = [url(Path(copy.name)) for copy in copies] or [_data_url(one) for one in videos]
        slides = [
            Slide(address, values, _alternative_text(video))
            for address, values, video in zip(addresses, grid(sweep), videos, strict=True)
        ]
    scene, clip = tasks[0].scene, tasks[0].linked_clips[0]
    text = page(slides, sweep, scene.size, clip, scene.title or path.stem)
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return [path, *copies]


def in_step(tasks: Sequence[RenderTask]) -> list[RenderTask]:
    """Give the tasks one timeline, and common limits and layout.

    The timeline is that of the first one's pace over the runs of all. A video whose run ends before
    the others' stays at its last step.
    """
    every = {(n, label): run for n, task in enumerate(tasks) for label, run in task.runs.items()}
    runs = share_objectives(every)
    timeline = tasks[0].scene.timeline(runs)
    tasks = [
        replace(task, timeline=timeline, runs={label: runs[n, label] for label in task.runs})
        for n, task in enumerate(tasks)
    ]
    clips = tuple(task.scene.clip(task.runs, timeline=timeline) for task in tasks)
    return [replace(task, linked_clips=clips) for task in tasks]


def _by_name(watch: Watch) -> Watch:
    """The same, with the files' names alone, as their folder is temporary."""
    return lambda path, frames: watch(Path(path.name), frames)


def _copy_next_to(page: Path, video: Path) -> Path:
    copy = page.with_name(f"{page.stem}-{video.name}")
    with replacing(copy) as part:
        part.write_bytes(video.read_bytes())
    return copy


def _data_url(video: Path) -> str:
    return f"data:video/mp4;base64,{base64.b64encode(video.read_bytes()).decode()}"


def _alternative_text(video: Path) -> str:
    text = sidecar_path(video.with_suffix(""), ALT).read_text(encoding="utf-8")
    return " ".join(text.split())
