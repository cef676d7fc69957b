"""A sweep's videos, in step with each other, on one page with a slider."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from gdanim.core.atomic import replacing
from gdanim.descent._same_objective import share_objectives
from gdanim.errors import RequestError
from gdanim.film.progress import Watch
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
    where: Path,
    settings: Settings,
    watch: Watch,
    beside: bool = False,
    jobs: int = 1,
) -> list[Path]:
    """Write the page `where`, with the videos inside or `beside` it; all that was written.

    Every frame of one video shows the same step as that frame of the others. Raises GdanimError for
    what cannot be rendered or written; each file changes only when the new one is complete.
    """
    if where.suffix.lower() not in (".html", ".htm"):
        raise RequestError(f"{where}: a page's name ends in .html")
    if len(choose(selection)) > 1:
        raise RequestError(f"{selection}: holds several scenes; pick one with ::SCENE")
    with tempfile.TemporaryDirectory(prefix="gdanim-") as folder:
        options = OutputOptions(f"{folder}/", ["mp4"], sidecars=Sidecars(alt=True))
        asked = jobs_from_scripts([selection], knobs, options, sweep)
        takes = in_step(prepare(asked, settings))
        # Where they are while they are made is nobody's business.
        videos = [
            one.path
            for take in takes
            for one in draw(take, lambda path, frames: watch(Path(path.name), frames), jobs)
        ]
        written = [_beside(where, video) for video in videos] if beside else []
        addresses = [url(Path(path.name)) for path in written] or [_inside(one) for one in videos]
        told = [
            sidecar_path(one.with_suffix(""), ALT).read_text(encoding="utf-8") for one in videos
        ]
    slides = [
        Slide(address, values, " ".join(alt.split()))
        for address, values, alt in zip(addresses, grid(sweep), told, strict=True)
    ]
    scene, clip = takes[0].scene, takes[0].linked_clips[0]
    text = page(slides, scene.title or where.stem, scene.size, clip.timeline, clip.theme)
    with replacing(where) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return [where, *written]


def in_step(takes: Sequence[RenderTask]) -> list[RenderTask]:
    """Give the tasks one timeline, in the first one's pace over the runs of all, and common limits
    and layout. A video whose run ends before the others' stays at its last step.
    """
    every = {(n, label): run for n, take in enumerate(takes) for label, run in take.runs.items()}
    runs = share_objectives(every)
    timeline = takes[0].scene.timeline(runs)
    takes = [
        replace(take, timeline=timeline, runs={label: runs[n, label] for label in take.runs})
        for n, take in enumerate(takes)
    ]
    clips = tuple(take.scene.clip(take.runs, timeline=timeline) for take in takes)
    return [replace(take, linked_clips=clips) for take in takes]


def _beside(where: Path, video: Path) -> Path:
    path = where.with_name(f"{where.stem}-{video.name}")
    with replacing(path) as part:
        part.write_bytes(video.read_bytes())
    return path


def _inside(video: Path) -> str:
    return f"data:video/mp4;base64,{base64.b64encode(video.read_bytes()).decode()}"
