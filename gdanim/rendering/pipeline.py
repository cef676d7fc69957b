"""Scenes to their files: videos in one or several formats, and stills.

All that can be wrong with a request is found before the first frame is drawn: `prepare` checks and
descends, and only then does `RenderTask.files` draw.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from gdanim.core.atomic import FULL, check_folder
from gdanim.descent.run import Run, stack_outcomes
from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import FRAME, usable
from gdanim.errors import GdanimError, RequestError
from gdanim.film import workers
from gdanim.film.film import Film
from gdanim.film.save import Progress, TooLargeError, save, save_still
from gdanim.film.stretches import cut, encode
from gdanim.pacing.timeline import Pace, Timeline
from gdanim.rendering.jobs import Job, Output, Settings, single
from gdanim.rendering.provenance import Note, Origin, versions
from gdanim.rendering.quality import QUALITIES, Size, check_fps, check_size
from gdanim.rendering.result import EncodePlan, Rendered, bytes_of, look_of
from gdanim.rendering.sidecars import Still
from gdanim.rendering.size_limit import EncodeSettings, Thinned, first_that_fits, parse_bytes, rungs
from gdanim.scene import Descent, Scene, hint_for, longest
from gdanim.scripting.load import ScriptError, own_lines
from gdanim.scripting.load import load as load_script
from gdanim.views.base import Clip
from gdanim.views.theme import THEMES, Theme

Watch = Callable[[Path, int], AbstractContextManager[Progress]]
"""Called with a file's path and number of frames before it is drawn; follows its progress."""


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
    still: Still | None = None,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Rendered:
    """Render a scene to a file, whose name says what it is to be.

    .mp4, .webm, .gif, .webp or .apng; a folder of frames when it ends in -frames; .png, .svg or
    .pdf for the `still` of a step (or "last"). `codec` is h264, hevc or av1 in .mp4, vp9 or av1 in
    .webm. `quality` is low, medium, high or 4k; `size` and `fps` go before it, and all of them
    before what the scene says. `max_size` ("5MB") gives up quality, rate and size, in this order,
    for a video that takes no more. `jobs` is how many processes may draw and encode a long video
    side by side; fewer do where more would not be faster. `progress(done, total)` counts frames.
    Raises GdanimError for what cannot be rendered or written; the file changes only when the new
    one is complete.
    """
    if not isinstance(scene, Scene):
        kind = type(scene).__name__
        raise RequestError(f"render: takes a Scene, got a {kind}; {hint_for(scene)}")
    if jobs < 1:
        raise RequestError(f"jobs: must be at least 1, got {jobs}")
    if quality is not None and quality not in QUALITIES:
        raise RequestError(f"quality: must be one of {', '.join(QUALITIES)}, got {quality!r}")
    chosen = None if quality is None else QUALITIES[quality]
    most = None if max_size is None else parse_bytes(max_size)
    settings = Settings(chosen, size, fps, seconds, theme, most)
    output = single(Path(path), (), still, codec)
    (take,) = prepare([Job(scene, (output,))], settings)
    follow = progress or (lambda done, total: None)
    (rendered,) = take.files(lambda path, frames: nullcontext(follow), jobs)
    return rendered


def prepare(
    jobs: Sequence[Job], settings: Settings, record: Callable[[Descent], Run] = Descent.run
) -> list[RenderTask]:
    """Check every output of all the jobs, then descend. Draws nothing and writes nothing."""
    return [take for job in check(jobs, settings) for take in _takes(job, settings, record)]


def rehearse(takes: Sequence[RenderTask]) -> None:
    """Find what is wrong with a scene's panels before another one is drawn.

    Composes a film of every scene but the first, which is drawn right away; of a sweep's only one.
    """
    scenes: dict[tuple[str, str] | None, RenderTask] = {}
    for take in takes:
        name = (take.origin.script, take.origin.scene) if take.origin else None
        scenes.setdefault(name, take)
    for take in list(scenes.values())[1:]:
        take.film()


def check(
    jobs: Sequence[Job], settings: Settings, encoders: Collection[str] | None = None
) -> Sequence[Job]:
    """The jobs, with formats that ffmpeg can encode, when nothing is wrong with any output.

    `encoders` are those of ffmpeg where they are known already.
    """
    _check_places([output for job in jobs for output in job.outputs])
    if any(output.format for job in jobs for output in job.outputs):
        jobs = _encodable(jobs, ffmpeg.encoders() if encoders is None else encoders)
    for job in jobs:
        for output in job.outputs:
            _check(job.scene, output, settings)
    return jobs


@dataclass(frozen=True, eq=False)
class RenderTask:
    """Recorded runs and the files that are drawn of them at one frame rate; all is checked.

    `linked_clips` are the clips of videos that take each other's place, its own among them.
    """

    scene: Scene
    runs: Mapping[str, Run]
    outputs: tuple[Output, ...]
    script: Path | None
    origin: Origin | None
    settings: Settings
    linked_clips: tuple[Clip, ...] = ()

    def files(self, watch: Watch, jobs: int = 1) -> Iterator[Rendered]:
        """Draw and write the files, one after the other, each in up to `jobs` processes."""
        film = self.film()
        with own_lines(self.script):
            for output in self.outputs:
                yield self._file(film, output, watch, jobs)

    def film(self) -> Film:
        """The film that the files are of."""
        with own_lines(self.script), _named(self.script):
            return self.scene.film(self.runs, self.linked_clips)

    def stretches(self, output: Output) -> tuple[range, ...]:
        """The frames of each part of a long video that can be encoded apart from the others."""
        if output.format is None or self.settings.max_size is not None:
            return ()
        with own_lines(self.script):
            timeline = self.scene.timeline(self.runs)
        parts = cut(len(timeline), timeline.fps, output.format)
        return tuple(parts) if len(parts) > 1 else ()

    def reel(self, film: Film, output: Output) -> EncodePlan:
        """The output before it is made of `film`."""
        with own_lines(self.script):
            return EncodePlan(
                self.stretches(output),
                output.format,
                film.size,
                film.timeline.fps,
                len(film),
                self._note(film, output),
                "; ".join(filter(None, (output.notice, film.notice))),
                stack_outcomes([run.outcome for run in self.runs.values()]),
                look_of(film),
            )

    def encode(self, film: Film, output: Output, frames: range, path: Path) -> int:
        """Draw these frames of a video and encode them to `path`; how many there are in it."""
        assert output.format is not None
        with own_lines(self.script), film.composed():
            return encode(film, frames, path, output.format, lambda done: None)

    def beside(self, film: Film, output: Output, base: Path) -> tuple[Path, ...]:
        """Write what goes beside a video, whose path without extension is `base`."""
        with own_lines(self.script):
            return tuple(output.beside.write(film, base, partial(self._poster_note, film, output)))

    def _file(self, film: Film, output: Output, watch: Watch, jobs: int) -> Rendered:
        jobs, alone = _processes(film, jobs)
        begun = time.perf_counter()
        notices = [notice for notice in (output.notice, alone, film.notice) if notice]
        with watch(output.path, len(film) if output.format else 1) as progress:
            if output.format and self.settings.max_size is not None:
                film, given_up = self._within(film, output, progress, jobs)
                notices += [given_up] if given_up else []
            elif output.format:
                note = self._note(film, output)
                save(film, output.path, output.format, progress, note, None, jobs, self._load())
            else:
                step = _step(output, longest(self.runs))
                note = self._note(film, output)
                save_still(film, film.timeline.frame(step), output.path, note)
                progress(1, 1)
            beside = self.beside(film, output, output.base)
        return Rendered(
            output.path,
            film.size,
            len(film) if output.format else 1,
            film.timeline.seconds if output.format else 0.0,
            bytes_of(output.path),
            time.perf_counter() - begun,
            stack_outcomes([run.outcome for run in self.runs.values()]),
            "; ".join(notices),
            beside,
        )

    def _load(self) -> Callable[[], object] | None:
        """What another process has to do before it knows what the script defines."""
        return None if self.script is None else partial(load_script, self.script)

    def _within(
        self, film: Film, output: Output, progress: Progress, jobs: int
    ) -> tuple[Film, str]:
        """Write the best video of no more than `max_size`: its film, and what was given up."""
        most = self.settings.max_size
        assert output.format is not None and most is not None
        groups = rungs(output.format, film.size, film.timeline.fps)
        asked = groups[0][0]
        films = {(asked.size, asked.fps): film}
        sizes: dict[EncodeSettings, int] = {}

        def fits(rung: EncodeSettings) -> bool:
            key = rung.size, rung.fps
            # Drawn again rather than kept: to write frames without loss takes as long as to draw.
            if key not in films:
                films[key] = self._smaller(rung, asked)
            try:
                note = self._note(films[key], output, film)
                follow = _scaled(progress, len(film))
                save(films[key], output.path, rung.format, follow, note, most, jobs, self._load())
            except TooLargeError as error:
                sizes[rung] = error.bytes
                return False
            return True

        found = first_that_fits(groups, fits)
        if found is None:
            smallest = min(sizes, key=lambda rung: sizes[rung])
            raise GdanimError(
                f"{output.path}: cannot be kept within {most} bytes: with "
                f"{smallest.instead_of(asked)} it still takes {sizes[smallest]}; allow more bytes, "
                "or make it shorter (--seconds)"
            )
        given_up = found.instead_of(asked)
        notice = f"kept within {most} bytes by {given_up}" if given_up else ""
        return films[found.size, found.fps], notice

    def _smaller(self, rung: EncodeSettings, asked: EncodeSettings) -> Film:
        pace = Thinned(self.scene.pace, asked.fps)
        return replace(self.scene, size=rung.size, fps=rung.fps, pace=pace).film(
            self.runs, self.linked_clips
        )

    def _poster_note(self, film: Film, output: Output, step: Still) -> str:
        return self._note(film, replace(output, format=None, still=step))

    def _note(self, film: Film, output: Output, asked: Film | None = None) -> str:
        """What wrote the file: all that decides its pixels; `asked` is what a limit began with."""
        seconds, theme = self.settings.seconds, self.settings.theme
        options = {
            "size": "x".join(map(str, (asked or film).size)),
            "fps": (asked or film).timeline.fps,
            "seconds": seconds,
            "theme": theme.name if theme in THEMES.values() and theme else None,
            "still": output.still,
            "max-size": f"{self.settings.max_size}B" if asked else None,
            "codec": output.format.codec if output.format and output.format.crf else None,
        }
        given = {name: f"{value}" for name, value in options.items() if value is not None}
        found = versions(encoder=output.format is not None)
        return Note(found, self.origin, self.scene.seed, film.timeline.fps, given).text()


def _scaled(progress: Progress, frames: int) -> Progress:
    """The same for films of other numbers of frames."""
    return lambda done, total: progress(frames * done // total, frames)


def _processes(film: Film, jobs: int) -> tuple[int, str]:
    """How many processes to draw in, and why it is one where that was not asked for."""
    jobs = min(jobs, workers.available())
    if jobs > 1:
        try:
            workers.packed(film)
        except GdanimError as error:
            return 1, f"made in one process: {error}"
    return jobs, ""


@dataclass(frozen=True)
class Showing(Pace):
    """Another pace, but for one frame at most: the one nearest to `step` shows exactly that."""

    pace: Pace
    step: int

    def timeline(self, run: Run | Sequence[Run], fps: int) -> Timeline:
        """The other pace's frames, `step` among them."""
        return self.pace.timeline(run, fps).showing(self.step)

    def with_duration(self, seconds: float) -> Showing:
        """The same over another length."""
        return replace(self, pace=self.pace.with_duration(seconds))


@contextmanager
def _named(script: Path | None) -> Iterator[None]:
    """What is wrong with a scene as a whole, with no line of its script, names the script."""
    try:
        yield
    except GdanimError as error:
        if script is None or isinstance(error, ScriptError | RequestError):
            raise
        raise GdanimError(f"{script}: {error}") from error


def _takes(job: Job, settings: Settings, record: Callable[[Descent], Run]) -> Iterator[RenderTask]:
    with _named(job.script), own_lines(job.script):
        runs = job.scene.runs(record)
    videos = [output for output in job.outputs if output.format]
    for output in videos:
        with _named(job.script):
            output.beside.check(runs)
    scenes = {output: settings.applied(job.scene, output.format) for output in job.outputs}
    for fps in dict.fromkeys(scenes[output].fps for output in videos):
        same = tuple(output for output in videos if scenes[output].fps == fps)
        yield RenderTask(scenes[same[0]], runs, same, job.script, job.origin, settings)
    for output in job.outputs:
        if not output.format:
            scene = scenes[output]
            scene = replace(scene, pace=Showing(scene.pace, _step(output, longest(runs))))
            yield RenderTask(scene, runs, (output,), job.script, job.origin, settings)


def _step(output: Output, run: Run) -> int:
    step = run.steps if output.still in (None, "last") else int(output.still)
    if step > run.steps:
        raise GdanimError(
            f"{output.path}: step {step} was not reached, as the run {run.outcome}; "
            f"a still can show steps 0 to {run.steps}"
        )
    return step


def _encodable(jobs: Sequence[Job], encoders: Collection[str]) -> list[Job]:
    """The jobs with formats that ffmpeg has encoders for."""
    return [
        replace(job, outputs=tuple(_with_encoder(output, encoders) for output in job.outputs))
        for job in jobs
    ]


def _with_encoder(output: Output, encoders: Collection[str]) -> Output:
    if output.format is None:
        return output
    try:
        format = usable(output.format, encoders)
    except GdanimError as error:
        raise GdanimError(f"{output.path}: {error}") from None
    if format is output.format:
        return output
    notice = f"encoded by {format.encoder}, as this ffmpeg has no {output.format.encoder}"
    return replace(output, format=format, notice=notice)


def _check(scene: Scene, output: Output, settings: Settings) -> None:
    scene = settings.applied(scene, output.format)
    most, poster = scene.max_steps, output.beside.poster
    if most is not None and isinstance(output.still, int) and not 0 <= output.still <= most:
        raise RequestError(
            f"{output.path}: a still of this scene can show steps 0 to {most}, got {output.still}"
        )
    if most is not None and isinstance(poster, int) and poster > most:
        raise RequestError(
            f"{output.path}: a poster of this scene can show steps 0 to {most}, got {poster}"
        )
    assert scene.fps is not None
    try:
        size, fps = check_size(scene.size), check_fps(scene.fps)
        if output.format:
            output.format.check(size, fps)
            if output.format.folder and settings.max_size is not None:
                raise RequestError("max-size: is for files, not for folders of frames")
    except GdanimError as error:
        raise RequestError(f"{output.path}: {error}") from None
    if output.format:
        ffmpeg.executable()


def _check_places(outputs: Sequence[Output]) -> None:
    paths = [path for output in outputs for path in output.paths]
    for place, times in Counter(map(os.path.realpath, paths)).items():
        if times > 1:
            raise RequestError(
                f"{os.path.relpath(place)}: {times} outputs would go to this one file; "
                "name a folder for them, or render them one by one"
            )
    for output in outputs:
        path = output.path
        if output.format and output.format.folder:
            check_folder(path, FRAME)
        elif path.is_dir():
            raise RequestError(f"{path}: is a folder; name a file")
        for other in output.beside.paths(output.base):
            if other.is_dir():
                raise RequestError(f"{other}: is a folder, and a file is to go there")
        parent = next(parent for parent in path.absolute().parents if parent.exists())
        if not parent.is_dir() or not _takes_files(parent):
            kind = "may not be written to" if parent.is_dir() else "is no folder"
            raise RequestError(f"{path}: {parent} {kind}; choose another place with -o")


def _takes_files(folder: Path) -> bool:
    """Whether files can be made in the folder, which its permissions do not always tell."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError as error:
        # Room may be found until the file is written.
        return error.errno in FULL
