"""A folder with a plan of two clips, and the pools that make them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from unittest import mock

from click.testing import CliRunner, Result

from gdanim.batch import commands
from gdanim.cli import main
from gdanim.core.pool import Pool, local_pool

LESSON = """
from pathlib import Path

from gdanim import Every, GradientDescent, Linear, Problem, Scene, datasets
from helper import TITLE

HERE = Path(__file__).parent


def line(lr: float = 0.01) -> Scene:
    data = datasets.from_csv(HERE / "points.csv", x="x", y="y")
    return Scene(
        Problem(data, Linear()), GradientDescent(lr), (0, 0), steps=4, title=TITLE,
        pace=Every(1, 0, 0),
    )
"""
PLAN = """
[defaults]
sizes = ["64x48"]

[[clip]]
scene = "lesson.py"

[[clip]]
scene = "lesson.py"
output = "other"
set = {lr = 0.02}
formats = ["gif"]
fps = 10
"""
# One thread of this very process; and one that is treated as if it were on another machine.
IN_THREAD = Pool(1, partial(ThreadPoolExecutor, 1))
ELSEWHERE = replace(IN_THREAD, is_remote=True)


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    write(path, text.replace(old, new))


def batch(*arguments: str, real: bool = False) -> Result:
    """`gdanim batch -j 1`, whose worker is a thread of this process, or really a process.

    A worker process takes a second to import what it needs.
    """
    with mock.patch.object(commands, "local_pool", local_pool if real else lambda _: IN_THREAD):
        return CliRunner().invoke(main, ["batch", "-j", "1", *arguments])
