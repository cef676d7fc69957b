"""Which clips of a plan have to be made, and why."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from gdanim.batch.manifest import ManifestEntry, entries_of, reason
from gdanim.batch.plan import PlannedClip, job_of
from gdanim.core.digest import UnkeyableError, effect_of, key_of, versions
from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError
from gdanim.rendering.checks import check
from gdanim.rendering.jobs import Job, Origin
from gdanim.scene import Descent
from gdanim.scripting.examples import is_shipped
from gdanim.scripting.opened_files import OpenedFiles, opened_files
from gdanim.views.fonts import font_key

# gdanim's sources that decide how a run goes.
DESCENDING = ("core", "problems", "analysis", "descent")
# They do not change while this process runs.
_versions = cache(versions)


@dataclass(frozen=True)
class ExaminedClip:
    """A clip whose outputs have been checked, and why it has to be made; None if it has not.

    `entries` are the manifests' future entries for its outputs; None when its scene has no key.
    `runs` are the names of the files that keep its runs. `opened` are the files that its script
    opened. `error` says why the clip cannot be made, if that is known.
    """

    clip: PlannedClip
    why: str | None
    entries: tuple[ManifestEntry, ...] | None = None
    runs: tuple[str, ...] = ()
    opened: OpenedFiles = field(default_factory=OpenedFiles)
    error: str = ""


def examine(
    clips: Sequence[PlannedClip], force: bool = False, keep_going: bool = False
) -> list[ExaminedClip]:
    """Check all clips completely, and find out which have to be made; draw nothing.

    With `force` all of them have to. Raises GdanimError for the first clip that cannot be made,
    with its place in the plan; with `keep_going` the clip has that error instead.
    """
    manifest, font, encoders = cache(entries_of), cache(font_key), ffmpeg.encoders()
    examined = []
    for clip in clips:
        try:
            one = _examined(clip, manifest, font, encoders)
            examined.append(replace(one, why=one.why or ("was asked for" if force else None)))
        except GdanimError as error:
            if not keep_going:
                raise type(error)(f"{clip.where}: {error}") from error
            examined.append(ExaminedClip(clip, None, error=f"{error}"))
    return examined


def _examined(
    clip: PlannedClip,
    manifest: Callable[[Path], Mapping[str, ManifestEntry]],
    font: Callable[[str], str],
    encoders: Collection[str],
) -> ExaminedClip:
    """Examine a clip, given what folders' manifests hold, keys of fonts and ffmpeg's encoders."""
    job, opened = loaded_job(clip)
    (job,) = check([job], clip.settings, encoders)
    clip = replace(clip, outputs=job.outputs)
    look = clip.settings.applied(job.scene).look
    drawing = key_of((_versions(), ffmpeg.version(), font(look.font)))
    try:
        descents = [one for one in job.scene.descents.values() if isinstance(one, Descent)]
        runs = tuple(map(run_name, descents))
        scene = scene_key(job, opened)
        entries = tuple(
            ManifestEntry(
                scene,
                key_of((clip.settings, replace(output, path=Path()))),
                key_of(_origin(job, output.path.parent)),
                drawing,
            )
            for output in job.outputs
        )
    except UnkeyableError as error:
        return ExaminedClip(clip, f"{error}, which may have changed", opened=opened)
    reasons = (
        reason(path, manifest(path.parent).get(path.name), entry)
        for output, entry in zip(clip.outputs, entries, strict=True)
        for path in output.paths
    )
    return ExaminedClip(clip, next(filter(None, reasons), None), entries, runs, opened)


def loaded_job(clip: PlannedClip) -> tuple[Job, OpenedFiles]:
    """Make the clip's scene; return it with the files that were opened for that."""
    with opened_files() as opened:
        job = job_of(clip)
    return job, opened | (clip.opened or OpenedFiles())


def scene_key(job: Job, opened: OpenedFiles) -> str:
    """Return the key of the scene and of the modules in its script's folder, all that they do.

    A module may change what others do, such as matplotlib, which no part of the scene shows.
    """
    assert job.script is not None
    script = job.script.resolve()
    modules = [
        (file.relative_to(script.parent), effect_of(file.read_bytes()))
        for file in sorted(opened.sources(script.parent) - {script})
        if file.suffix == ".py" and file.is_file()
    ]
    return key_of((key_of(job.scene, "scene"), modules))


def _origin(job: Job, folder: Path) -> Origin | None:
    """Return the origin that files in the folder state, wherever the batch is started."""
    if job.origin is None or job.script is None or is_shipped(job.script):
        return job.origin
    return replace(job.origin, script=os.path.relpath(job.script, folder))


def run_name(descent: Descent) -> str:
    """Return the name of the file that keeps the descent's run."""
    return f"{key_of((key_of(descent, 'scene'), _versions(DESCENDING)))}.npz"
