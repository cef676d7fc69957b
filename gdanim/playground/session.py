"""A session: one reader's scene with its knobs, without any transport."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import numpy as np

from gdanim.core.atomic import scratch_folder
from gdanim.core.words import capitalised, plain
from gdanim.descent.descent import Descent
from gdanim.descent.run import Run
from gdanim.encoding.formats import FORMATS
from gdanim.errors import GdanimError, RequestError, did_you_mean
from gdanim.film.film import Film
from gdanim.film.style import plain_style
from gdanim.narration.explain import explain
from gdanim.playground.about import about_of
from gdanim.playground.by_hand import moved
from gdanim.playground.controls import control_of
from gdanim.playground.messages import (
    Answer,
    Drawing,
    Entry,
    Explanation,
    Failure,
    File,
    Look,
    Picture,
    Request,
    Show,
    Stop,
    Stopped,
    Training,
    Video,
)
from gdanim.playground.pictures import Pixels, changed, cropped
from gdanim.rendering.jobs import shown_path
from gdanim.scene import Scene
from gdanim.scripting.load import SceneFunction, own_lines
from gdanim.views.theme import THEMES, Theme

# What a page may ask for: pixels, recorded steps, frames.
MOST_PIXELS, MOST_STEPS, MOST_FRAMES = 1920 * 1200, 2_000_000, 20_000
# Seconds from one report of a training to the next.
REPORT = 0.1

Send = Callable[[Answer], object]


class Session:
    """One reader's stage: the scene that was asked for last, with its runs and its film.

    `scenes` are those that can be asked for, by key. One thread uses a session.
    """

    def __init__(self, scenes: Mapping[str, SceneFunction]) -> None:
        self._scenes = scenes
        self._trained: tuple[Look, Scene, Mapping[str, Run]] | None = None
        self._filmed: tuple[Look, _Projector] | None = None
        self._sent: Pixels | None = None

    def answer(
        self, request: Request, send: Send, is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        """Send the answers to a request; give it up as soon as it is not wanted any more."""
        try:
            if isinstance(request, Show):
                self._show(request, send, is_wanted)
            elif isinstance(request, Stop):
                send(Stopped(request.number))
            elif isinstance(request, Video):
                send(self._video(request, send, is_wanted))
            else:
                send(self._explanation(request.number, request.look, send, is_wanted))
        except _UnwantedError:
            send(Stopped(request.number))
        except GdanimError as error:
            send(Failure(request.number, f"{error}"))
        except MemoryError:
            self.forget()
            send(Failure(request.number, "this scene needs more memory than there is"))

    def forget(self) -> None:
        """Drop the runs and the film; the next request makes them again."""
        self._trained = self._filmed = None

    def _show(self, request: Show, send: Send, is_wanted: Callable[[], bool]) -> None:
        about = None
        if self._filmed is None or self._filmed[0] != request.look:
            scene, runs = self._train(request.number, request.look, send, is_wanted)
            film = scene.film(runs)
            _check("frames", len(film), MOST_FRAMES)
            self._filmed = request.look, _Projector(film)
            about = partial(about_of, request, scene, film, self._scenes[request.look.scene])
        projector = self._filmed[1]
        frame = min(request.frame, len(projector.film) - 1)
        pixels = projector.draw(frame)
        rectangles = changed(self._sent, pixels)
        if about is not None:
            send(about())
        self._sent = pixels
        size = projector.film.size
        send(Picture(request.number, frame, size, rectangles, cropped(pixels, rectangles)))

    def _video(self, request: Video, send: Send, is_wanted: Callable[[], bool]) -> File:
        # Only here, as not every place has ffmpeg.
        from gdanim.film.save import save

        scene, runs = self._train(request.number, request.look, send, is_wanted)
        film = scene.film(runs)
        _check("frames", len(film), MOST_FRAMES)
        report = _Report(partial(Drawing, request.number), send, is_wanted)
        with scratch_folder() as folder:
            path = folder / f"{request.look.scene}.mp4"
            save(film, path, FORMATS["mp4"], report)
            return File(request.number, path.name, path.read_bytes())

    def _explanation(
        self, number: int, look: Look, send: Send, is_wanted: Callable[[], bool]
    ) -> Explanation:
        _, runs = self._train(number, look, send, is_wanted)
        with own_lines(self._scenes[look.scene].script):
            told = {label: explain(run) for label, run in runs.items()}
        paragraphs = {
            label: " ".join(f"{plain(capitalised(line))}." for line in lines)
            for label, lines in told.items()
        }
        several = len(runs) > 1
        words = [
            f"{plain(label)}: {text}" if several else text for label, text in paragraphs.items()
        ]
        return Explanation(number, words)

    def _train(
        self, number: int, look: Look, send: Send, is_wanted: Callable[[], bool]
    ) -> tuple[Scene, Mapping[str, Run]]:
        """Return the scene and its runs: the last ones, if the knobs are still the same."""
        function, theme = self._function(look.scene), _theme(look.theme)
        same = replace(look, theme="", size=None)
        if self._trained is None or self._trained[0] != same:
            self._trained = None
            scene = moved(function(**function.values(look.knobs)), look.start, look.points)
            _check("steps", scene.max_steps or 0, MOST_STEPS)
            report = _Report(partial(Training, number), send, is_wanted)
            with own_lines(function.script):
                self._trained = same, scene, scene.runs(partial(Descent.run, progress=report))
        _, scene, runs = self._trained
        size = look.size or scene.size
        _check("pixels", math.prod(size), MOST_PIXELS)
        return replace(scene, size=size, theme=theme or scene.theme), runs

    def _function(self, key: str) -> SceneFunction:
        if key not in self._scenes:
            known = did_you_mean(key, self._scenes)
            raise RequestError(f"{key}: there is no such scene in the gallery{known}")
        return self._scenes[key]


class _Projector:
    """Draws the frames of a film: the first as a whole, others from what moves in them.

    Composing saves time from the second frame on, but costs two whole frames at first.
    """

    def __init__(self, film: Film) -> None:
        self.film = film
        self._shown: int | None = None
        self._composing = ExitStack()
        self._composes = False

    def draw(self, frame: int) -> Pixels:
        """Return the pixels of a frame, `[height, width, 4]`."""
        if not self._composes and self._shown not in (None, frame):
            self._composes = True
            with plain_style(self.film.clip.theme):
                self._composing.enter_context(self.film.canvas.settled(self.film.show(0)))
        self._shown = frame
        return np.array(self.film.draw(frame))


class _Report:
    """Says from time to time how far the work is, and ends it if it is not wanted any more."""

    def __init__(
        self, answer: Callable[[int, int], Answer], send: Send, is_wanted: Callable[[], bool]
    ) -> None:
        self._answer, self._send, self._is_wanted = answer, send, is_wanted
        self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if (now := time.monotonic()) - self._last >= REPORT:
            self._last = now
            self._send(self._answer(done, total))
            if not self._is_wanted():
                raise _UnwantedError


class _UnwantedError(Exception):
    """The request was given up while it was worked on."""


def entry_of(key: str, function: SceneFunction) -> Entry:
    """Describe a scene for the gallery."""
    title, _, text = function.doc.partition("\n")
    controls = [control_of(knob) for knob in function.knobs]
    return Entry(key, shown_path(function.script), title, text.strip(), controls)


def _theme(name: str) -> Theme | None:
    if name and name not in THEMES:
        raise RequestError(f"theme: must be one of {', '.join(THEMES)}, got {name!r:.40}")
    return THEMES.get(name)


def _check(name: str, number: int, most: int) -> None:
    if number > most:
        raise RequestError(f"{name}: the stage shows at most {most:,}, and this has {number:,}")
