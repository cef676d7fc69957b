"""Fixtures that several files share."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import chunked
import pytest
from plans import LESSON, PLAN, write

from gdanim.film import stretches


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for examples in the docstrings of gdanim only: in these files there are none."""
    return [found for found in (yield) if type(found) is pytest.Module]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a plan and all that it needs."""
    write(tmp_path / "lesson.py", LESSON)
    write(tmp_path / "helper.py", 'TITLE = "A line"\n')
    write(tmp_path / "points.csv", "x,y\n0,0\n1,2\n2,5\n")
    write(tmp_path / "plan.toml", PLAN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def log(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Where `chunked.script` notes what it does; the folder's plan is its plan."""
    # The script changes it in this process too; this is what brings the old value back.
    monkeypatch.setattr(stretches, "SHORTEST", 10)
    write(folder / "plan.toml", chunked.PLAN)
    return tmp_path_factory.mktemp("log") / "log.txt"
