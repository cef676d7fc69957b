"""Scene scripts for tests, written to a folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from textwrap import dedent

import pytest

SCENE = '''
"""A line."""

from typing import Annotated, Literal

from annotated_types import Interval
from gdanim import GradientDescent, Linear, Problem, Scene, datasets, views


def scene(
    lr: Annotated[float, Interval(gt=0, le=2)] = 0.01,
    steps: int = 12,
    quiet: bool = False,
    start: Literal["near", "far"] = "near",
) -> Scene:
    """Down the bowl.

    More of it.
    """
    problem = Problem(datasets.linear(points=9), Linear())
    return Scene(problem, GradientDescent(lr), start=(0, 5), steps=steps, title="Line")
'''

TWO = """
from gdanim import GradientDescent, Linear, Problem, Scene, datasets

def calm(lr: float = 0.01) -> Scene:
    return Scene(Problem(datasets.linear(points=9), Linear()), GradientDescent(lr), (0, 5), 12)

def wild() -> Scene:
    return calm(lr=0.04)
"""


def write(folder: Path, text: str, name: str = "lesson.py") -> Path:
    """The script's path."""
    path = folder / name
    path.write_text(dedent(text), encoding="utf-8")
    return path


def copied(made: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, with a copy of what has been made in another one, as the one to work in."""
    shutil.copytree(made, folder, dirs_exist_ok=True)
    monkeypatch.chdir(folder)
    return folder


def line_of(path: Path, text: str) -> int:
    """The number of the first line that holds `text`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)
