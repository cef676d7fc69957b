"""A real scheduler and two workers in folders of their own."""

from __future__ import annotations

import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_batch import PLAN, descendants, folder, wait_for, write

from gdanim.batch import cluster
from gdanim.batch.bundle import bundle_of, make_bundle, unpack
from gdanim.batch.manifest import content_of
from gdanim.batch.plan import read
from gdanim.cli import main

pytest.importorskip("distributed", reason="needs the extra `cluster`")
__all__ = ["folder"]


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


@pytest.fixture
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dask]:
    root = tmp_path_factory.mktemp("cluster")
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
                      "--local-directory", str(root / name))
            )  # fmt: skip
        wait_for(lambda: all("Registered" in log(root / name) for name in "ab"))
        yield Dask(address, processes[0], processes[1:])
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def log(place: Path) -> str:
    return (place / "log.txt").read_text(errors="replace")


def batch(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["batch", "plan.toml", *arguments])


def contents() -> dict[str, str]:
    return {path.name: content_of(path) for path in Path("output").glob("[!.]*")}


def test_the_same_files_as_here(folder: Path, dask: Dask) -> None:
    done = batch("--dask", dask.address)
    assert done.exit_code == 0 and "2 made; 10 frames" in done.output, done.output
    there = contents()
    assert set(there) == {"lesson.mp4", "other.gif"}
    assert "2 kept" in batch("--dask", dask.address).output
    assert batch("-j", "1", "--force").exit_code == 0
    assert contents() == there


def test_a_killed_workers_clip_is_made_by_another(folder: Path, dask: Dask) -> None:
    script = (folder / "lesson.py").read_text(encoding="utf-8")
    write(folder / "slow.py", script.replace("steps=4", "steps=400"))
    write(
        folder / "plan.toml",
        '[defaults]\nsizes = ["64x48"]\n[[clip]]\nscene = "slow.py"\n'
        "sweep = {lr = [0.01, 0.02, 0.03, 0.04]}\n",
    )
    command = [sys.executable, "-m", "gdanim", "batch", "plan.toml", "--dask", dask.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert b"[1/4" in process.stdout.readline()
        victim = dask.workers[0]
        children = descendants(victim.pid)
        for pid in (victim.pid, *children):
            os.kill(pid, signal.SIGKILL)
        output = process.stdout.read()
        assert process.wait(120) == 0, process.stderr and process.stderr.read()
    assert b"4 made; 1604 frames" in output
    assert len(contents()) == 4


def test_the_scheduler_gone(folder: Path, dask: Dask) -> None:
    script = (folder / "lesson.py").read_text(encoding="utf-8")
    write(folder / "slow.py", script.replace("steps=4", "steps=100000"))
    write(folder / "plan.toml", PLAN.replace('"lesson.py"\noutput', '"slow.py"\noutput'))
    command = [sys.executable, "-m", "gdanim", "batch", "plan.toml", "--dask", dask.address]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        assert b"[1/2" in process.stdout.readline()
        time.sleep(1)
        dask.scheduler.kill()
        errors = process.stderr.read().decode()
        output = process.stdout.read().decode()
        assert process.wait(120) == 1
    assert "Traceback" not in errors
    assert "1 made, 1 failed" in output
    assert "the connection to its worker was lost" in output
    assert set(contents()) == {"lesson.mp4"}


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


def test_no_scheduler(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    done = batch("--dask", "tcp://127.0.0.1:9")
    assert done.exit_code == 1
    assert "tcp://127.0.0.1:9: no Dask scheduler answers" in done.output
    assert not (folder / "output").exists()


def test_a_bundle_holds_what_the_script_reads(folder: Path, tmp_path: Path) -> None:
    write(folder / "unread.csv", "x\n1\n")
    clips = read(Path("plan.toml"))
    bundle = bundle_of(clips[0])
    assert set(bundle.files) == {"lesson.py", "helper.py", "points.csv"}
    # Nothing of ours is needed any more.
    for name in bundle.files:
        (folder / name).unlink()
    (rendered,) = unpack(clips[0], make_bundle(bundle))
    assert rendered.path == Path("output/lesson.mp4") and rendered.path.stat().st_size
    assert rendered.frames == 5
