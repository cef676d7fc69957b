"""The files next to a video: poster, captions, chapters, alternative text, and so on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gdanim.core.atomic import replacing
from gdanim.film.film import Film
from gdanim.film.filmstrip import filmstrip
from gdanim.film.save import save_still
from gdanim.narration.alternative_text import alternative_text
from gdanim.rendering.csv_table import write_table
from gdanim.rendering.outputs import (
    ALT,
    CAPTIONS,
    CHAPTERS,
    FILMSTRIP,
    POSTER,
    TABLE,
    StillOutput,
    VideoOutput,
    sidecar_path,
)
from gdanim.rendering.provenance import note_of
from gdanim.rendering.tasks import RenderTask
from gdanim.rendering.webvtt import chapters_webvtt, webvtt
from gdanim.scripting.load import own_lines


def write_sidecars(
    task: RenderTask, film: Film, output: VideoOutput, base: Path
) -> tuple[Path, ...]:
    """Write the video's sidecars, each complete or not at all; `base` is their path's beginning."""
    writers: dict[str, Callable[[Path], object]] = {
        POSTER: lambda part: _write_poster(task, film, output, part),
        CAPTIONS: lambda part: _write_text(webvtt(film.clip), part),
        CHAPTERS: lambda part: _write_text(chapters_webvtt(film.clip), part),
        ALT: lambda part: _write_text(f"{alternative_text(film.clip, film.panels)}\n", part),
        FILMSTRIP: lambda part: filmstrip(film).save(part),
        TABLE: lambda part: write_table(film.clip.runs, part),
    }
    with own_lines(task.script):
        for suffix in output.sidecars.suffixes:
            with replacing(sidecar_path(base, suffix)) as part:
                writers[suffix](part)
    return tuple(output.sidecars.paths(base))


def _write_poster(task: RenderTask, film: Film, output: VideoOutput, part: Path) -> None:
    step = output.sidecars.poster
    if step is None or step == "last":
        step = int(film.timeline.steps[-1])
    film = film.showing(step)
    note = note_of(task, film, StillOutput(part, step))
    save_still(film, film.timeline.frame(step), part, note)


def _write_text(text: str, part: Path) -> None:
    part.write_text(text, encoding="utf-8", newline="\n")
