"""The processes of this machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def working_in(folder: Path) -> list[int]:
    """Those that have a path below the folder among their arguments."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"{folder}/".encode() in place.read_bytes():
                found.append(int(place.parent.name))
        except OSError:
            continue
    return found


def in_own_mounts(script: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script whose mounts nobody else sees, and which end with it."""
    unshare = ["unshare", "--map-root-user", "--mount"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"]).returncode:
        pytest.skip("this system lets nobody mount a file system of their own")
    return subprocess.run(
        [*unshare, "sh", "-ec", script], capture_output=True, text=True, timeout=120
    )


def wait_for(condition: Callable[[], object], seconds: float = 60) -> None:
    """Return once the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def descendants(pid: int) -> list[int]:
    """The processes that it started, and those that these started, and so on."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    own = [int(child) for task in tasks for child in task.read_text().split()]
    return [*own, *(other for child in own for other in descendants(child))]


def started(command: list[str], **options: Any) -> subprocess.Popen[Any]:
    """The command, which hears Ctrl-C even when the tests themselves run in the background."""
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        **options,
    )


@contextmanager
def watching(*arguments: str) -> Iterator[Iterator[str]]:
    """What a command of ours says once it watches; an interrupt ends it."""
    with started([sys.executable, "-m", "gdanim", *arguments, "--watch"], text=True) as process:
        assert process.stdout is not None
        try:
            lines = iter(process.stdout.readline, "")
            assert any(line.startswith("Watching") for line in lines)
            yield lines
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 130
        finally:
            # It would watch on when a check has failed.
            process.kill()
