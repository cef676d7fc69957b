"""A film in four stretches, and executors that note which of its chunks they are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from plans import write

from gdanim.batch.manifest import content_of
from gdanim.batch.worker import ChunkPlan, Delivery, Task
from gdanim.core.pool import Pool
from gdanim.rendering.encode_plan import EncodedStretch

# Of 47 frames in four stretches, which are short in every process that loads it.
SCRIPT = """
import os
import time
from dataclasses import dataclass
from pathlib import Path

from gdanim import Every, GradientDescent, Linear, Problem, Scene, datasets
from gdanim.film import stretches
from gdanim.views import View

stretches.SHORTEST = 10
LOG = Path({log!r})


def note(what):
    with LOG.open("a") as file:
        file.write(f"{{what}} {{os.getpid()}}\\n")


class Noted(Linear):
    def init(self, rng):
        note("descends")
        return super().init(rng)


@dataclass(frozen=True)
class Own(View):
    def draw(self, ax, clip):
        note("draws")
        (line,) = ax.plot([0, 46], [0, 1])

        def update(frame):
            line.set_ydata([frame / 46, {height}])
            {and_then}
            return [line]

        return update


def scene(lr: float = 0.01) -> Scene:
    return Scene(
        Problem(datasets.linear(), {model}()), GradientDescent(lr), steps=46, title=f"{title}",
        panels={{"own": Own()}}, pace=Every(1, 0, 0),
    )
"""
PLAN = """
[[clip]]
scene = "long.py"
sizes = ["64x48"]
formats = ["mp4", "gif"]
fps = 10
poster = 7
captions = true
"""
FILES = {"long.mp4", "long.gif", "long.poster.png", "long.vtt"}
# It goes on only when another process is at the next stretch.
TOGETHER = """for _ in range(6000 * (frame == 15)):
                if "late" in LOG.read_text():
                    break
                time.sleep(0.01)
            if frame == 25:
                note("late")"""


class Recorded(Executor):
    """Another executor, the tasks that it was given, and the sidecars that came with chunks."""

    def __init__(self, submit: Callable[..., Future[Any]]) -> None:
        self.tasks: list[Task] = []
        self.sidecars: list[tuple[str, ...]] = []
        self.forward = submit

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **_: Any) -> Future[Any]:
        self.tasks.append(arguments[0])
        future = self.forward(function, *arguments)
        future.add_done_callback(self._note)
        return future

    def _note(self, future: Future[Any]) -> None:
        made = None if future.exception() else future.result()
        if (
            isinstance(made, Delivery)
            and not isinstance(made.made, ChunkPlan)
            and any(isinstance(chunk, EncodedStretch) for chunk in made.made.values())
        ):
            _, *sidecars = sorted(made.files, key=lambda name: "stretches" not in name)
            self.sidecars.append(tuple(sorted(Path(name).name for name in sidecars)))


def at_once(function: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """The function's future, which is done."""
    future = Future[Any]()
    future.set_result(function(*arguments))
    return future


def pool_of(executor: Executor, workers: int = 2) -> Pool:
    @contextmanager
    def opened() -> Iterator[Executor]:
        yield executor

    return Pool(workers, opened, is_remote=True)


def script(
    folder: Path, log: Path, height: str = "0", and_then: str = "pass", model: str = "Linear",
    title: str = "Long",
) -> None:  # fmt: skip
    text = SCRIPT.format(log=f"{log}", height=height, and_then=and_then, model=model, title=title)
    write(folder / "long.py", text)


def contents() -> dict[str, str]:
    return {path.name: content_of(path) for path in Path("output").glob("[!.]*")}


def noted(log: Path) -> list[tuple[str, str]]:
    """What the script has noted, each with the process that it ran in."""
    if not log.exists():
        return []
    lines = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    log.unlink()
    return [(what, process) for what, process in lines]
