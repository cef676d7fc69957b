"""Checks of every output before the first frame is drawn."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from gdanim.core.atomic import FULL, check_folder
from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import FRAME, usable
from gdanim.errors import GdanimError, RequestError
from gdanim.rendering.jobs import Job, Settings
from gdanim.rendering.outputs import Output, StillOutput, StillStep, VideoOutput
from gdanim.scene import Scene


def check(
    jobs: Sequence[Job], settings: Settings, encoders: Collection[str] | None = None
) -> list[Job]:
    """Return the jobs, with formats that ffmpeg can encode.

    `encoders` are ffmpeg's, if already known. Raises GdanimError for the first output
    that cannot be made.
    """
    outputs = [output for job in jobs for output in job.outputs]
    _check_distinct(outputs)
    for output in outputs:
        _check_place(output)
    if any(isinstance(output, VideoOutput) for output in outputs):
        ffmpeg.executable()
        available = ffmpeg.encoders() if encoders is None else encoders
        jobs = [
            replace(job, outputs=tuple(_encodable(output, available) for output in job.outputs))
            for job in jobs
        ]
    jobs = [
        replace(job, outputs=tuple(_as_asked(job.scene, one, settings) for one in job.outputs))
        for job in jobs
    ]
    for job in jobs:
        for output in job.outputs:
            _check_output(job.scene, output, settings)
    return jobs


def _as_asked(scene: Scene, output: Output, settings: Settings) -> Output:
    """Return the output with the loops asked for, and transparent if the scene's theme is."""
    if isinstance(output, StillOutput):
        return output
    try:
        format = output.format.replayed(settings.loop, settings.hold)
        clear = settings.applied(scene).look.transparent
        return replace(output, format=format.transparent() if clear else format)
    except RequestError as error:
        raise RequestError(f"{output.path}: {error}") from None


def _check_output(scene: Scene, output: Output, settings: Settings) -> None:
    """Raise GdanimError if the scene lacks the step, or the format the size or frame rate."""
    if isinstance(output, StillOutput):
        _check_step(settings.applied(scene), output.step, f"{output.path}: a still")
        return
    scene = settings.applied(scene, output.format)
    _check_step(scene, output.sidecars.poster, f"{output.path}: a poster")
    assert scene.fps is not None
    try:
        output.format.check(scene.size, scene.fps)
        if output.format.folder and settings.max_size is not None:
            raise RequestError("max-size: applies to files, not to folders of frames")
    except GdanimError as error:
        raise RequestError(f"{output.path}: {error}") from None


def _check_step(scene: Scene, step: StillStep | None, what: str) -> None:
    last = scene.max_steps
    if last is not None and isinstance(step, int) and not 0 <= step <= last:
        raise RequestError(f"{what} of this scene can show steps 0 to {last}, got {step}")


def _encodable(output: Output, encoders: Collection[str]) -> Output:
    """Return the output in a format that one of the encoders can make."""
    if isinstance(output, StillOutput):
        return output
    try:
        format = usable(output.format, encoders)
    except GdanimError as error:
        raise GdanimError(f"{output.path}: {error}") from None
    if format is output.format:
        return output
    notice = f"encoded by {format.encoder}, as this ffmpeg has no {output.format.encoder}"
    return replace(output, format=format, notice=notice)


def _check_distinct(outputs: Sequence[Output]) -> None:
    paths = [path for output in outputs for path in output.paths]
    for place, times in Counter(map(os.path.realpath, paths)).items():
        if times > 1:
            raise RequestError(
                f"{os.path.relpath(place)}: {times} outputs would go to this one file; "
                "name a folder for them, or render them one by one"
            )


def _check_place(output: Output) -> None:
    """Raise GdanimError if the output's files cannot be written where they should go."""
    path, *sidecars = output.paths
    if isinstance(output, VideoOutput) and output.format.folder:
        check_folder(path, FRAME)
    elif path.is_dir():
        raise RequestError(f"{path}: is a folder; name a file")
    for other in sidecars:
        if other.is_dir():
            raise RequestError(f"{other}: is a folder, but a file is to be written there")
    parent = next(parent for parent in path.absolute().parents if parent.exists())
    if not parent.is_dir() or not _is_writable(parent):
        problem = "is not writable" if parent.is_dir() else "is not a folder"
        raise RequestError(f"{path}: {parent} {problem}; choose another place with -o")


def _is_writable(folder: Path) -> bool:
    """Tell whether files can be created in the folder; its permissions alone do not tell."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError as error:
        # A full disk may have space by the time the file is written.
        return error.errno in FULL
