"""The session of a stage: requests in, pictures and words out; no browser, no network."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from annotated_types import Ge, Gt, Le, Lt
from films import decoded

from gdanim import Dataset, Even, GradientDescent, Linear, Problem, Scene
from gdanim.descent.descent import Descent
from gdanim.descent.loop import Progress
from gdanim.descent.run import Run
from gdanim.errors import RequestError
from gdanim.playground import session as session_module
from gdanim.playground.by_hand import moved
from gdanim.playground.controls import Control, control_of
from gdanim.playground.messages import (
    About,
    Answer,
    Explain,
    Explanation,
    Failure,
    File,
    Look,
    Picture,
    Show,
    Stopped,
    Training,
    Video,
    read_request,
    written,
)
from gdanim.playground.pictures import Pixels, changed, cropped
from gdanim.playground.session import Session
from gdanim.scripting.knobs import Knob
from gdanim.scripting.load import SceneFunction, load

SMALL = (320, 180)
LINE = Look("line", size=SMALL)


@pytest.fixture
def scenes(tmp_path: Path) -> dict[str, SceneFunction]:
    script = tmp_path / "line.py"
    script.write_text(
        "from gdanim import Adam, GradientDescent, Linear, Problem, Scene, datasets, Even\n"
        "def scene(lr: float = 0.01, slow: bool = False) -> Scene:\n"
        "    problem, steps = Problem(datasets.linear(points=20), Linear()), 20\n"
        "    optimizer = Adam(lr) if slow else GradientDescent(lr)\n"
        "    return Scene(problem, optimizer, start=(0, 5), steps=500_000 if slow else 20,\n"
        "                 title='A line', pace=Even(2))\n"
        "def broken() -> Scene:\n"
        "    raise ValueError('no data')\n"
        "def map() -> Scene:\n"
        "    from gdanim import views\n"
        "    problem = Problem(datasets.linear(points=20), Linear())\n"
        "    return Scene(problem, GradientDescent(0.01), start=(0, 5), steps=20, pace=Even(2),\n"
        "                 panels={'fit': views.Fit(inset=None), 'map': views.Contour()})\n"
        "def recorded() -> Scene:\n"
        "    return Scene(scene().run(), pace=Even(2))\n"
        "def standardised() -> Scene:\n"
        "    problem = Problem(datasets.linear(points=20).standardised(), Linear())\n"
        "    return Scene(problem, GradientDescent(0.01), steps=20, pace=Even(2))\n"
    )
    keys = ("line", "broken", "map", "recorded", "standardised")
    return dict(zip(keys, load(script).scenes, strict=True))


def asked(session: Session, request: Any, **more: Any) -> list[Answer]:
    answers: list[Answer] = []
    session.answer(request, answers.append, **more)
    return answers


def painted(canvas: Pixels | None, picture: Picture) -> Pixels:
    """What a page does with a picture."""
    width, height = picture.size
    if canvas is None or canvas.shape != (height, width, 4):
        canvas = np.zeros((height, width, 4), np.uint8)
    at = 0
    for x, y, w, h in picture.rectangles:
        part = np.frombuffer(picture.content, np.uint8, w * h * 4, at)
        canvas[y : y + h, x : x + w] = part.reshape(h, w, 4)
        at += w * h * 4
    assert at == len(picture.content)
    return canvas


def test_painted_pictures_are_the_frames_of_the_video(scenes: dict[str, SceneFunction]) -> None:
    session, number = Session(scenes), 0
    canvas: Pixels | None = None
    every: tuple[dict[str, str], ...] = ({}, {"lr": "0.02"})
    for knobs in every:
        scene = replace(scenes["line"](**scenes["line"].values(knobs)), size=SMALL)
        expected = scene.film()
        for frame in (0, 30, 31, 7, 59, 59):
            number += 1
            *_, picture = asked(session, Show(number, Look("line", knobs, "", SMALL), frame))
            assert isinstance(picture, Picture) and picture.number == number
            canvas = painted(canvas, picture)
            assert np.array_equal(canvas, expected.draw(frame)), (knobs, frame)
            # The last frame is asked for twice.
            assert number % 6 or not (picture.rectangles or picture.content)


def test_a_look_is_described_once(scenes: dict[str, SceneFunction]) -> None:
    session = Session(scenes)
    about, _ = asked(session, Show(1, Look("line", {"lr": "0.02"}, "dark", SMALL), 5))
    assert isinstance(about, About)
    assert about.size == SMALL and about.steps[0] == 0 and about.steps[-1] == 20
    (losses,) = about.losses.values()
    assert len(losses) == len(about.steps) == 60 and losses[-1] < losses[0]  # type: ignore[operator]
    assert about.description.startswith("A line.") and not about.notice
    assert about.command.endswith("line.py::scene --set=lr=0.02 --theme=dark --size=320x180")
    assert [
        type(one) for one in asked(session, Show(2, Look("line", {"lr": "0.02"}, "dark", SMALL), 6))
    ] == [Picture]


def test_a_film_is_made_anew_only_for_another_look(
    scenes: dict[str, SceneFunction], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[Descent] = []
    whole = Descent.run

    def counted(descent: Descent, progress: Progress | None = None) -> Run:
        runs.append(descent)
        return whole(descent, progress)

    monkeypatch.setattr(Descent, "run", counted)
    session = Session(scenes)
    for number, theme in enumerate(("light", "light", "dark")):
        asked(session, Show(number, Look("line", {}, theme, SMALL), number))
    asked(session, Explain(9, Look("line", {}, "", SMALL)))
    assert len(runs) == 1
    asked(session, Show(10, Look("line", {"lr": "0.02"}, "", SMALL)))
    assert len(runs) == 2


def test_a_run_is_explained(scenes: dict[str, SceneFunction]) -> None:
    (answer,) = asked(Session(scenes), Explain(3, LINE))
    assert isinstance(answer, Explanation)
    assert "condition number" in answer.paragraphs[0]


def test_a_training_tells_its_progress_and_can_be_given_up(
    scenes: dict[str, SceneFunction],
) -> None:
    session = Session(scenes)
    *told, last = asked(
        session, Show(1, Look("line", {"slow": "true"}, "", SMALL)), is_wanted=lambda: False
    )
    assert last == Stopped(1)
    assert told and all(isinstance(one, Training) and one.steps == 500_000 for one in told)
    assert isinstance(asked(session, Show(2, LINE))[-1], Picture)


@pytest.mark.parametrize(
    ("look", "word"),
    [
        (Look("wave"), "no such scene"),
        (Look("line", {"lr": "fast"}), "a number"),
        (Look("line", {"rate": "1"}), "no such knob"),
        (Look("line", {}, "pink"), "theme"),
        (Look("line", {}, "", (8000, 8000)), "pixels"),
        (Look("broken"), "no data"),
    ],
)
def test_what_cannot_be_shown_is_said_and_the_stage_stays(
    scenes: dict[str, SceneFunction], look: Look, word: str
) -> None:
    session = Session(scenes)
    asked(session, Show(1, LINE))
    (failure,) = asked(session, Show(2, look))
    assert isinstance(failure, Failure) and failure.number == 2 and word in failure.message
    assert isinstance(asked(session, Show(3, LINE, 9))[-1], Picture)


def test_a_start_and_points_moved_by_hand(scenes: dict[str, SceneFunction]) -> None:
    points = ((0.0, 1.0), (1.0, 3.0), (2.0, 5.5))
    look = Look("line", {}, "", SMALL, start=(1.5, 2.0), points=points)
    about, picture = asked(Session(scenes), Show(1, look))
    assert isinstance(about, About) and isinstance(picture, Picture)
    x, y = np.transpose(points)
    problem = Problem(Dataset(x, y), Linear())
    (losses,) = about.losses.values()
    assert losses[0] == pytest.approx(float(problem.loss((1.5, 2.0))), rel=1e-5)
    scene = Scene(problem, GradientDescent(0.01), start=(1.5, 2.0), steps=20, title="A line",
                  pace=Even(2), size=SMALL)  # fmt: skip
    assert np.array_equal(painted(None, picture), scene.film().draw(0))
    assert about.hands.points == points and about.hands.start == (1.5, 2.0)
    assert not about.command, "no command renders this"


def test_what_can_be_moved_and_where(scenes: dict[str, SceneFunction]) -> None:
    about, _ = asked(Session(scenes), Show(1, Look("map", size=SMALL)))
    assert isinstance(about, About)
    hands, film = about.hands, replace(scenes["map"](), size=SMALL).film()
    assert hands.names == ("slope", "intercept") and hands.start == (0.0, 5.0)
    assert all(a < b < c for a, b, c in zip(hands.least, hands.start, hands.most, strict=True))
    assert [place.parameters for place in hands.places] == [(), (0, 1)]
    width, height = SMALL
    for place, ax in zip(hands.places, film.figure.axes, strict=True):
        left, top, wide, high = place.box
        (x0, x1), (y0, y1) = place.x, place.y
        middle = ax.transData.transform([(x0 + x1) / 2, (y0 + y1) / 2])
        there = (left + wide / 2) * width, (1 - top - high / 2) * height
        assert middle == pytest.approx(there, abs=0.01)


@pytest.mark.parametrize("key", ["recorded", "standardised"])
def test_what_cannot_be_moved_is_not_offered(scenes: dict[str, SceneFunction], key: str) -> None:
    session = Session(scenes)
    about, _ = asked(session, Show(1, Look(key, size=SMALL)))
    assert isinstance(about, About) and not about.hands.points
    (failure,) = asked(session, Show(2, Look(key, {}, "", SMALL, points=((0, 0), (1, 1)))))
    assert isinstance(failure, Failure) and failure.message.startswith(("points", "start, points"))


def test_a_start_has_a_number_for_each_parameter(scenes: dict[str, SceneFunction]) -> None:
    (failure,) = asked(Session(scenes), Show(2, replace(LINE, start=(1.0, 2.0, 3.0))))
    assert failure == Failure(2, "start: this scene has 2 parameters, got 3")


def test_the_video_is_that_of_the_look(scenes: dict[str, SceneFunction], tmp_path: Path) -> None:
    look = replace(LINE, start=(3.0, 3.0))
    session = Session(scenes)
    file = asked(session, Video(4, look))[-1]
    assert isinstance(file, File) and file.name == "line.mp4"
    (tmp_path / file.name).write_bytes(file.content)
    frames = decoded(tmp_path / file.name, SMALL).astype(int)
    about, _ = asked(session, Show(5, look))
    assert isinstance(about, About) and len(frames) == len(about.steps) and about.fps == 30
    scene = replace(scenes["line"](), size=SMALL)
    own, there = (
        np.asarray(one.film().draw(0))[..., :3].astype(int)
        for one in (scene, moved(scene, look.start, ()))
    )
    assert abs(frames[0] - there).mean() < abs(frames[0] - own).mean()


def test_a_video_can_be_given_up(
    scenes: dict[str, SceneFunction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "REPORT", 0.0)
    *told, last = asked(Session(scenes), Video(1, LINE), is_wanted=lambda: False)
    assert last == Stopped(1) and told


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"ask": "show"}', '{"ask": "run", "number": 1, "scene": "line"}',
     '{"ask": "show", "number": true, "scene": "line"}',
     '{"ask": "show", "number": 1, "scene": "line", "knobs": {"lr": 1}}',
     '{"ask": "show", "number": 1, "scene": "line", "frame": -1}',
     '{"ask": "show", "number": 1, "scene": "line", "size": [1, 2, 3]}',
     '{"ask": "show", "number": 1, "scene": "line", "size": [10, 10]}',
     '{"ask": "show", "number": 1, "scene": "line", "start": ["1"]}',
     '{"ask": "show", "number": 1, "scene": "line", "start": [1e10]}',
     '{"ask": "show", "number": 1, "scene": "line", "start": [NaN]}',
     '{"ask": "show", "number": 1, "scene": "line", "start": [1, 2, 3, 4, 5, 6, 7, 8, 9]}',
     '{"ask": "show", "number": 1, "scene": "line", "points": [[1, 2]]}',
     '{"ask": "show", "number": 1, "scene": "line", "points": [[1, 2], [3]]}',
     '{"ask": "show", "number": 1, "scene": ["line"]}', "[" * 5000, "x" * 20_000],
)  # fmt: skip
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(RequestError):
        read_request(text)


def test_messages_as_they_are_written() -> None:
    size, knobs = '"size": [320, 180]', '"knobs": {"lr": "0.1"}'
    text = f'{{"ask": "show", "number": 7, "scene": "line", {knobs}, {size}, "frame": 3}}'
    assert read_request(text) == Show(7, Look("line", {"lr": "0.1"}, "", SMALL), 3)
    assert read_request('{"ask": "explain", "number": 8, "scene": "line"}') == Explain(
        8, Look("line")
    )
    hands = '"start": [1, 2.5], "points": [[0, 1], [2, 3]]'
    look = Look("line", start=(1.0, 2.5), points=((0.0, 1.0), (2.0, 3.0)))
    assert read_request(f'{{"ask": "video", "number": 9, "scene": "line", {hands}}}') == Video(
        9, look
    )
    training = written(Training(7, 10, 20))
    assert json.loads(training) == {"kind": "training", "number": 7, "taken": 10, "steps": 20}
    data = written(Picture(7, 3, (2, 1), [(0, 0, 2, 1)], b"12345678"))
    assert isinstance(data, bytes)
    length = int.from_bytes(data[:4], "little")
    assert json.loads(data[4 : 4 + length])["rectangles"] == [[0, 0, 2, 1]]
    assert data[4 + length :] == b"12345678"
    file = written(File(8, "line.mp4", b"abc"))
    assert isinstance(file, bytes) and file.endswith(b'"name": "line.mp4"}abc')


@pytest.mark.parametrize("shape", [(720, 1280), (181, 323), (16, 16), (1, 1)])
@pytest.mark.parametrize("share", [0.0, 0.001, 0.3])
def test_rectangles_hold_every_change_and_nothing_twice(
    shape: tuple[int, int], share: float
) -> None:
    rng = np.random.default_rng(0)
    before = rng.integers(0, 255, (*shape, 4), np.uint8)
    after = before.copy()
    after[rng.random(shape) < share] += 1
    rectangles = changed(before, after)
    times = np.zeros(shape, int)
    for x, y, w, h in rectangles:
        assert w > 0 and h > 0 and x + w <= shape[1] and y + h <= shape[0]
        times[y : y + h, x : x + w] += 1
    assert times.max(initial=0) <= 1
    assert (times[(before != after).any(-1)] == 1).all()
    assert len(cropped(after, rectangles)) == 4 * times.sum()
    if share < 0.01:
        assert times.sum() <= 256 * (before != after).any(-1).sum()


@pytest.mark.parametrize(
    ("knob", "control"),
    [
        (Knob("lr", float, 0.01, (), (Gt(0), Le(0.05))), ("slider", 5e-6, 0.05, True)),
        (Knob("noise", float, 2.0, (), (Ge(0), Le(20))), ("slider", 0, 20, False)),
        (Knob("condition", float, 9.0, (), (Ge(1), Le(1000))), ("slider", 1, 1000, True)),
        (Knob("part", float, 0.5, (), (Gt(-1), Lt(1))), ("slider", -0.998, 0.998002, False)),
        (Knob("degree", int, 2, (), (Gt(0), Lt(10))), ("slider", 1, 9, False)),
        (Knob("seed", int, 0), ("seed", None, None, False)),
        (Knob("x", float, 0.5, (), (Ge(0),)), ("number", 0, None, False)),
        (Knob("y", float, 0.5, (), (Lt(1),)), ("number", None, 1, False)),
        (Knob("on", bool, True), ("switch", None, None, False)),
        (Knob("which", str, "a", ("a", "b")), ("choice", None, None, False)),
        (Knob("label", str, "a"), ("text", None, None, False)),
    ],
)  # fmt: skip
def test_each_knob_has_the_control_of_its_type_and_bounds(knob: Knob, control: Any) -> None:
    made: Control = control_of(knob)
    assert (made.kind, made.logarithmic) == (control[0], control[3])
    assert (made.least, made.most) == pytest.approx(control[1:3]) or made.least == control[1]
    for end in (made.least, made.most):
        if made.kind == "slider" and end is not None:
            assert knob.allows(knob.kind(end))


ALONE = """
import sys
import threading

class Refuse:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in %r or name == "concurrent.futures.process":
            raise ImportError(f"{name} is refused")

def no_thread(self):
    raise RuntimeError("can't start new thread")

sys.meta_path.insert(0, Refuse())
threading.Thread.start = no_thread
from gdanim.playground.messages import Look, Show, Picture
from gdanim.playground.session import Session
from gdanim.scripting.load import choose
answers = []
request = Show(1, Look("linear", {}, "", (320, 180)), 9)
Session({"linear": choose("linear")[0]}).answer(request, answers.append)
assert isinstance(answers[-1], Picture), answers
print(len(answers[-1].content))
"""


def test_a_session_needs_no_ffmpeg_no_command_line_and_no_thread() -> None:
    refused = (
        "click",
        "imageio",
        "imageio_ffmpeg",
        "starlette",
        "uvicorn",
        "scipy",
        "_multiprocessing",
    )
    result = subprocess.run(
        [sys.executable, "-c", ALONE % (refused,)], capture_output=True, text=True, timeout=100
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == [f"{320 * 180 * 4}"]
