"""Many renders in a row: random scenes, knobs, sizes, formats and faults.

`python tests/stress.py 200 [SEED]`. After each one it looks at what it left: the new file whole or
the old one untouched, no other file, no process, no file descriptor more than before.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

import numpy as np

from gdanim.descent.descent import Descent
from gdanim.descent.run import Run
from gdanim.encoding.formats import FORMATS
from gdanim.errors import GdanimError
from gdanim.pacing.timeline import Even
from gdanim.rendering.pipeline import render
from gdanim.scene import Scene
from gdanim.scripting.knobs import Knob, Value
from gdanim.scripting.load import choose, load

SCENES = Path(__file__).parent.parent / "scenes"
FAULTS = ("none", "interrupt", "terminated", "encoder killed", "drawing", "disk", "no ffmpeg")
OLD = b"the old one"


class DrawingError(Exception):
    """The fault of a view."""


class TerminatedError(BaseException):
    """What the program's own handler makes of SIGTERM."""


@dataclass(frozen=True)
class Case:
    """A render and what goes wrong with it, at which of its frames."""

    script: str
    knobs: dict[str, Value]
    name: str
    size: tuple[int, int]
    fps: int
    frames: int
    fault: str
    at: int


def cases(count: int, seed: int) -> Iterator[Case]:
    functions = [scene for path in sorted(SCENES.glob("*.py")) for scene in load(path).scenes]
    for k in range(count):
        rng = np.random.default_rng([seed, k])
        function = functions[rng.integers(len(functions))]
        kind = list(FORMATS)[rng.integers(len(FORMATS))]
        odd = kind != "mp4"
        size = [2 * int(rng.integers(30, 60)) + odd * int(rng.integers(2)) for _ in range(2)]
        frames = int(rng.integers(1, 25))
        yield Case(
            f"{function.script}::{function.name}",
            {knob.name: some(knob, rng) for knob in function.knobs},
            f"a{FORMATS[kind].extension}",
            (size[0], size[1]),
            int(rng.choice([10, 20, 25])),
            frames,
            FAULTS[k % len(FAULTS)],
            int(rng.integers(frames)),
        )


def some(knob: Knob, rng: np.random.Generator) -> Value:
    """A value that the knob allows: a choice, or one within its bounds or near its default."""
    if knob.choices:
        return knob.choices[rng.integers(len(knob.choices))]
    if knob.kind not in (int, float) or rng.random() < 0.3:
        return knob.default
    default = float(knob.default)
    low, high = min(0.0, default), 2 * abs(default) + 2
    for bound in knob.bounds:
        at = float(astuple(bound)[0])
        low, high = (at, high) if type(bound).__name__ in ("Gt", "Ge") else (low, at)
    value = knob.kind(rng.uniform(low, min(high, max(2 * abs(default), low + 2))))
    return value if knob.allows(value) else knob.default


@contextmanager
def going_wrong(case: Case) -> Iterator[Any]:
    """In the block the fault happens; gives what is to be called before each frame."""

    def progress(done: int, total: int) -> None:
        if done != min(case.at, total - 1):
            return
        if case.fault == "interrupt":
            os.kill(os.getpid(), signal.SIGINT)
        elif case.fault == "terminated":
            os.kill(os.getpid(), signal.SIGTERM)
        elif case.fault == "drawing":
            raise DrawingError
        elif case.fault == "encoder killed":
            for child in children():
                os.kill(child, signal.SIGKILL)

    variables = {"IMAGEIO_FFMPEG_EXE": "/no/ffmpeg"} if case.fault == "no ffmpeg" else {}
    with mock.patch.dict(os.environ, variables), _limit(case):
        yield progress


@contextmanager
def _limit(case: Case) -> Iterator[None]:
    """No file may grow larger than a few hundred to a few thousand bytes."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    if case.fault == "disk":
        resource.setrlimit(resource.RLIMIT_FSIZE, (300 * (case.at + 1), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def children() -> list[int]:
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def descriptors() -> list[str]:
    """What is open, but for fonts, which matplotlib keeps open from when they are first used."""
    links = (os.path.join("/proc/self/fd", number) for number in os.listdir("/proc/self/fd"))
    # The folder itself is open only while it is listed.
    opened = [os.readlink(link) for link in links if os.path.islink(link)]
    return sorted(name for name in opened if not name.endswith((".ttf", ".otf")))


def attempt(case: Case, folder: Path) -> str:
    """Render; what came of it: made, or the error that is right for the fault."""
    out = folder / "out"
    out.mkdir()
    path = out / case.name
    if path.name.endswith("-frames"):
        path.mkdir()
        (path / "frame-0.png").write_bytes(OLD)
    else:
        path.write_bytes(OLD)
    try:
        scene = choose(case.script)[0](**case.knobs)
        scene = quick(replace(scene, pace=Even(case.frames / case.fps)))
        with going_wrong(case) as progress:
            made = render(scene, path, size=case.size, fps=case.fps, progress=progress)
        assert made.frames == case.frames, made
        outcome = "made"
    except (GdanimError, KeyboardInterrupt, TerminatedError, DrawingError) as error:
        kind = GdanimError if isinstance(error, GdanimError) else type(error)
        outcome = f"{kind.__name__}: {error}".splitlines()[0]
    check(case, path, outcome)
    return outcome


def quick(scene: Scene) -> Scene:
    """No more steps than a test has time for."""
    return replace(scene, descents={label: _short(each) for label, each in scene.descents.items()})


def _short(each: Descent | Run) -> Descent | Run:
    if isinstance(each, Run) or each.max_steps is None:
        return each
    return replace(each, steps=min(each.max_steps, 300))


EXPECTED: dict[str, str | tuple[str, ...]] = {
    "none": "made",
    "interrupt": "KeyboardInterrupt",
    "terminated": "TerminatedError",
    "drawing": "DrawingError",
    # The encoder may be done, or not begun; what is drawn may fit.
    "encoder killed": ("made", "GdanimError: ffmpeg was killed by signal 9"),
    "disk": ("made", "GdanimError: ffmpeg was killed by signal 25", "GdanimError: cannot write"),
    "no ffmpeg": "GdanimError: ffmpeg cannot be started: /no/ffmpeg",
}


def check(case: Case, path: Path, outcome: str) -> None:
    """The outcome is right for the fault; the file is whole or the old one."""
    assert outcome.startswith(EXPECTED[case.fault]), (case, outcome)
    assert os.listdir(path.parent) == [path.name], (case, os.listdir(path.parent))
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    assert (files[0].read_bytes() != OLD) == (outcome == "made"), (case, outcome)
    if path.is_dir():
        assert len(files) == (case.frames if outcome == "made" else 1), (case, files)
    assert children() == [], case


def terminated(number: int, frame: FrameType | None) -> None:
    raise TerminatedError


def stress(count: int, seed: int = 0) -> Counter[tuple[str, str]]:
    """How often each fault had which outcome; AssertionError when something is lost or leaks."""
    outcomes: Counter[tuple[str, str]] = Counter()
    # What a shell starts in the background ignores interrupts.
    handlers = {signal.SIGTERM: terminated, signal.SIGINT: signal.default_int_handler}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            mock.patch.object(tempfile, "tempdir", folder),
        ):
            held: list[str] = []
            for k, case in enumerate(cases(count, seed)):
                with tempfile.TemporaryDirectory() as place:
                    outcomes[case.fault, attempt(case, Path(place))[:60]] += 1
                gc.collect()
                assert os.listdir(folder) == [], (case, os.listdir(folder))
                # The first one opens what stays open.
                held = held or descriptors()
                assert len(descriptors()) <= len(held), (case, k, held, descriptors())
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return outcomes


def main(arguments: Sequence[str]) -> None:
    count, seed = (*map(int, arguments), *(200, 0)[len(arguments) :])
    begun = time.monotonic()
    for (fault, outcome), times in sorted(stress(count, seed).items()):
        print(f"{times:5}  {fault:16}{outcome}")
    print(f"{count} renders in {time.monotonic() - begun:.0f} s; nothing lost, nothing left")


if __name__ == "__main__":
    main(sys.argv[1:])
