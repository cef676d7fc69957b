"""A session: one reader's scene with its knobs, without any transport."""

from __future__ import annotations

import math
import shlex
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import numpy as np

from gdanim.core.words import capitalised, plain
from gdanim.descent.descent import Descent
from gdanim.descent.run import Run
from gdanim.errors import GdanimError, RequestError, did_you_mean
from gdanim.film.captions import captions
from gdanim.film.film import Film
from gdanim.film.style import plain_style
from gdanim.narration.alternative_text import alternative_text
from gdanim.narration.explain import explain
from gdanim.playground.controls import control_of
from gdanim.playground.messages import (
    About,
    Answer,
    Entry,
    Explanation,
    Failure,
    Line,
    Look,
    Picture,
    Request,
    Show,
    Stop,
    Stopped,
    Training,
)
from gdanim.playground.pictures import Pixels, changed, cut
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
            about = partial(_about, request, film, self._scenes[request.look.scene])
        projector = self._filmed[1]
        frame = min(request.frame, len(projector.film) - 1)
        pixels = projector.draw(frame)
        rectangles = changed(self._sent, pixels)
        if about is not None:
            send(about())
        self._sent = pixels
        size = projector.film.size
        send(Picture(request.number, frame, size, rectangles, cut(pixels, rectangles)))

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
            scene = function(**function.values(look.knobs))
            _check("steps", scene.max_steps or 0, MOST_STEPS)
            report = partial(_report, number, send, is_wanted, [time.monotonic()])
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


class _UnwantedError(Exception):
    """The request was given up while it was worked on."""


def entry_of(key: str, function: SceneFunction) -> Entry:
    """Describe a scene for the gallery."""
    title, _, text = function.doc.partition("\n")
    controls = [control_of(knob) for knob in function.knobs]
    return Entry(key, shown_path(function.script), title, text.strip(), controls)


def _about(request: Show, film: Film, function: SceneFunction) -> About:
    """Say all of a film but its pictures."""
    clip, timeline = film.clip, film.timeline
    losses = {plain(label): run.losses[clip.steps(label)] for label, run in clip.runs.items()}
    return About(
        request.number,
        film.size,
        timeline.fps,
        timeline.steps.tolist(),
        {label: [_number(loss) for loss in each] for label, each in losses.items()},
        [Line(plain(one.text), one.first, one.last) for one in captions(clip)],
        alternative_text(clip, film.panels),
        _command(request.look, function),
        film.notice,
    )


def _command(look: Look, function: SceneFunction) -> str:
    """Write the command that renders the same video."""
    defaults = {knob.name: knob.default for knob in function.knobs}
    values = function.values(look.knobs)
    changed = {name: value for name, value in values.items() if value != defaults[name]}
    words = ["gdanim", "render", f"{shown_path(function.script)}::{function.name}"]
    words += [f"--set={name}={value}" for name, value in changed.items()]
    words += [f"--theme={look.theme}"] if look.theme else []
    words += ["--size={}x{}".format(*look.size)] if look.size else []
    return shlex.join(words)


def _report(
    number: int,
    send: Send,
    is_wanted: Callable[[], bool],
    last: list[float],
    taken: int,
    steps: int,
) -> None:
    """Say from time to time how far the training is, and end it if it is not wanted any more."""
    if (now := time.monotonic()) - last[0] >= REPORT:
        last[0] = now
        send(Training(number, taken, steps))
        if not is_wanted():
            raise _UnwantedError


def _theme(name: str) -> Theme | None:
    if name and name not in THEMES:
        raise RequestError(f"theme: must be one of {', '.join(THEMES)}, got {name!r:.40}")
    return THEMES.get(name)


def _number(loss: float) -> float | None:
    """Return the first digits of a loss, or None, as JSON has no infinity."""
    return float(f"{loss:.6g}") if math.isfinite(loss) else None


def _check(name: str, number: int, most: int) -> None:
    if number > most:
        raise RequestError(f"{name}: the stage shows at most {most:,}, and this has {number:,}")
