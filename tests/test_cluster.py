"""A real scheduler and two workers in folders of their own."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chunked import FILES, TOGETHER, Recorded, at_once, contents, noted, pool_of, script
from click.testing import CliRunner, Result
from plans import PLAN, write
from processes import wait_for

from gdanim.batch import cluster
from gdanim.batch.execute import run_batch
from gdanim.batch.manifest import NAME
from gdanim.batch.plan import read_plan
from gdanim.batch.receipt import RUNS
from gdanim.batch.staleness import examine
from gdanim.cli import main
from gdanim.version import __version__

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("distributed") is None, reason="needs the extra `cluster`"),
]


@dataclass(frozen=True)
class Dask:
    """The processes of a cluster, and its scheduler's address."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


def start(place: Path, *arguments: str) -> subprocess.Popen[bytes]:
    place.mkdir(parents=True)
    with (place / "log.txt").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
            cwd=place,
            stdout=log,
            stderr=log,
            # The places that hold gdanim here are the only thing that the machines share.
            env={**os.environ, "HOME": str(place)},
        )


@contextmanager
def running(root: Path, *options: str) -> Iterator[Dask]:
    """A scheduler and two workers that are started with these options."""
    file = root / "scheduler.json"
    processes = [
        start(root / "scheduler", "scheduler", "--port", "0", "--no-dashboard", "--host",
              "127.0.0.1", "--scheduler-file", str(file))
    ]  # fmt: skip
    try:
        wait_for(lambda: file.exists() and file.stat().st_size)
        address = str(json.loads(file.read_text())["address"])
        for name in "ab":
            processes.append(
                start(root / name, "worker", address, "--nthreads", "1", "--no-dashboard",
                      "--local-directory", str(root / name), *options)
            )  # fmt: skip
        wait_for(lambda: all("Registered" in said(root / name) for name in "ab"))
        yield Dask(address, processes[0], processes[1:])
    finally:
        # A worker that takes its leave of a scheduler waits for it when it is gone.
        for process in reversed(processes):
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """A cluster that all tests share which leave it as it is."""
    with running(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest.fixture
def doomed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    """A cluster to break, whose workers nobody starts again."""
    with running(tmp_path_factory.mktemp("doomed"), "--no-nanny") as cluster:
        yield cluster


def said(place: Path) -> str:
    return (place / "log.txt").read_text(errors="replace")


def batch(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["batch", "plan.toml", *arguments])


def test_the_same_files_as_here(folder: Path, dask: Dask) -> None:
    done = batch("--dask", dask.address)
    assert done.exit_code == 0 and "2 made; 10 frames" in done.output, done.output
    there = contents()
    assert set(there) == {"lesson.mp4", "other.gif"}
    assert "2 kept" in batch("--dask", dask.address).output
    assert batch("-j", "1", "--force").exit_code == 0
    assert contents() == there


def test_a_killed_workers_clip_is_made_by_another(folder: Path, doomed: Dask) -> None:
    script = (folder / "lesson.py").read_text(encoding="utf-8")
    write(folder / "slow.py", script.replace("steps=4", "steps=100"))
    write(
        folder / "plan.toml",
        '[defaults]\nsizes = ["64x48"]\n[[clip]]\nscene = "slow.py"\n'
        "sweep = {lr = [0.01, 0.02, 0.03, 0.04]}\n",
    )
    command = [sys.executable, "-m", "gdanim", "batch", "plan.toml", "--dask", doomed.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"[1/4" in process.stdout.readline()
        doomed.workers[0].kill()
        output = process.stdout.read()
        assert process.wait(120) == 0, process.stderr and process.stderr.read()
    assert b"4 made; 404 frames" in output
    assert len(contents()) == 4


def test_a_long_film_is_made_in_stretches_by_both(folder: Path, dask: Dask, log: Path) -> None:
    script(folder, log)
    assert batch("-j", "1").exit_code == 0
    here = contents()
    assert set(here) == FILES
    noted(log)
    script(folder, log, and_then=TOGETHER)
    done = batch("--dask", dask.address, "--force")
    assert done.exit_code == 0 and "1 made; 94 frames" in done.output, done.output
    assert contents() == here
    assert len({process for what, process in noted(log) if what == "draws"}) == 2


# It goes on only when something else says so.
WAITS = """if frame == 25:
                note("waits")
                while "killed" not in LOG.read_text():
                    time.sleep(0.01)"""


def test_a_killed_worker_costs_no_more_than_its_stretch(
    folder: Path, doomed: Dask, log: Path
) -> None:
    script(folder, log)
    assert batch("--dask", doomed.address).exit_code == 0
    there, drawn = contents(), [what for what, _ in noted(log)].count("draws")
    script(folder, log, and_then=WAITS)
    command = [sys.executable, "-m", "gdanim", "batch", "plan.toml", "--force"]
    with subprocess.Popen([*command, "--dask", doomed.address], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        # The other has begun all else by then, so nothing that is finished is lost with the victim.
        wait_for(
            lambda: (
                log.exists()
                and "waits" in log.read_text()
                and log.read_text().count("draws") == drawn
            )
        )
        (victim,) = (line.split()[1] for line in log.read_text().splitlines() if "waits" in line)
        os.kill(int(victim), signal.SIGKILL)
        with log.open("a") as file:
            file.write("killed 0\n")
        output = process.stdout.read()
        assert process.wait(120) == 0
    assert b"1 made; 94 frames" in output
    assert contents() == there
    assert [what for what, _ in noted(log)].count("draws") == drawn + 1


def test_the_scheduler_gone(folder: Path, doomed: Dask) -> None:
    text = (folder / "lesson.py").read_text(encoding="utf-8")
    write(folder / "slow.py", text.replace("steps=4", "steps=100000"))
    plan = PLAN[: PLAN.rindex("[[clip]]")]
    slow = '[[clip]]\nscene = "slow.py"\nsweep = {lr = [0.01, 0.02, 0.03, 0.04]}\n'
    write(folder / "plan.toml", plan + slow)
    command = [sys.executable, "-m", "gdanim", "batch", "plan.toml", "--keep-going"]
    with subprocess.Popen(
        [*command, "--dask", doomed.address], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert b"[1/5" in process.stdout.readline()
        time.sleep(1)
        doomed.scheduler.kill()
        try:
            output, errors = (said.decode() for said in process.communicate(timeout=120))
        finally:
            process.kill()
    assert process.returncode == 1
    assert "Traceback" not in errors
    # What would be sent now would wait forever.
    assert re.search(r"^1 made, [12] failed, [23] not begun; ", output, re.MULTILINE)
    assert "the connection to its worker was lost" in output
    assert set(contents()) == {"lesson.mp4"}
    assert [path.name for path in Path("output").glob(".*")] == [NAME]


def test_workers_that_would_draw_something_else_are_refused(
    folder: Path, dask: Dask, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = cluster.traits()
    version = importlib.metadata.version
    # Of this process alone: the workers ask for themselves.
    monkeypatch.setattr(
        importlib.metadata, "version", lambda name: "0.1" if name == "matplotlib" else version(name)
    )
    done = batch("--dask", dask.address)
    assert done.exit_code == 1 and "would not draw the same frames" in done.output
    assert done.output.count(f"matplotlib is {theirs['matplotlib']}, here it is 0.1") == 2
    assert not (folder / "output").exists()


def test_a_source_tree_that_is_not_installed_has_traits(monkeypatch: pytest.MonkeyPatch) -> None:
    version = importlib.metadata.version

    def not_ours(name: str) -> str:
        if name == "gdanim":
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(importlib.metadata, "version", not_ours)
    assert cluster.traits()["gdanim"].startswith(f"{__version__} ")


def test_long_runs_are_sent_without_warnings(dask: Dask) -> None:
    numbers = np.zeros(2_000_000)
    with cluster.join(dask.address).open() as executor:
        assert executor.submit(np.size, numbers).result(60) == len(numbers)


def test_no_scheduler(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        done = batch("--dask", address)
        assert done.exit_code == 1
        assert f"{address}: no Dask scheduler answers" in done.output
    assert not (folder / "output").exists()


def test_what_the_script_reads_is_sent(folder: Path) -> None:
    write(folder / "unread.csv", "x\n1\n")
    sent: list[set[str]] = []

    def elsewhere(function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        sent.append(set(arguments[1]))
        # Nothing of ours is needed any more.
        for name in arguments[1]:
            (folder / name).unlink()
        return at_once(function, *arguments)

    examined = examine(read_plan(Path("plan.toml"))[:1])
    (result,) = run_batch(examined, pool_of(Recorded(elsewhere), 1), RUNS)
    assert sent == [{"lesson.py", "helper.py", "points.csv"}]
    (rendered,) = result.files
    assert rendered.path == Path("output/lesson.mp4") and rendered.path.stat().st_size
    assert rendered.frames == 5
