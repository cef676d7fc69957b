"""Fixtures that several files share."""

from __future__ import annotations

import gc
from collections.abc import Generator
from pathlib import Path

import pytest

from gdanim.core.quick_import import import_without_docstrings

# Modules of gdanim and of tests that import matplotlib are imported where they are needed, so that
# this comes first.


def pytest_configure() -> None:
    """Import matplotlib in two thirds of the time."""
    import_without_docstrings()


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage only later: all that is made here stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for examples in the docstrings of gdanim only: in these files there are none."""
    return [found for found in (yield) if type(found) is pytest.Module]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Give each process a run of neighbours, which share the runs and films that they cache."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a plan and all that it needs."""
    from plans import LESSON, PLAN, write

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
    import chunked
    from plans import write

    from gdanim.film import stretches

    # The script changes it in this process too; this is what brings the old value back.
    monkeypatch.setattr(stretches, "SHORTEST", 10)
    write(folder / "plan.toml", chunked.PLAN)
    return tmp_path_factory.mktemp("log") / "log.txt"
