"""Worker processes: begun without the main program, cleaned up when ended, never overbooked."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import deque
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from gdanim.core.pool import (
    Pool,
    as_completed,
    is_broken,
    local_pool,
    processes,
)


def slow(path: Path) -> None:
    """Keep a file for as long as it works."""
    path.touch()
    try:
        time.sleep(60)
    finally:
        time.sleep(0.2)
        path.unlink()


def test_workers_that_are_ended_clean_up(tmp_path: Path) -> None:
    files = [tmp_path / "a", tmp_path / "b"]
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt), processes(2) as executor:
        for file in files:
            executor.submit(slow, file)
        while not all(file.exists() for file in files):
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert time.monotonic() - begun < 50
    assert list(tmp_path.iterdir()) == []


WITHOUT_GUARD = """
from gdanim.core.pool import processes

print("begun", flush=True)
with processes(2) as executor:
    print(sum(executor.map(abs, [1, -2])))
"""


def test_the_main_program_is_not_run_again(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(WITHOUT_GUARD, encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "begun\n3\n", "")


def test_no_more_tasks_are_submitted_than_there_are_workers() -> None:
    tasks, running, most = deque(range(9)), set[int](), 0

    def submit(executor: Executor, task: int) -> Future[int]:
        nonlocal most
        running.add(task)
        most = max(most, len(running))
        return executor.submit(abs, task)

    done = []
    for task, future in as_completed(Pool(2, lambda: ThreadPoolExecutor(5)), tasks, submit):
        running.remove(task)
        done.append(future.result())
        if task == 3:
            # What comes in between is next.
            tasks.appendleft(20)
    assert sorted(done) == [*range(9), 20] and most == 2
    assert done.index(20) < done.index(8)


class Breaking(Executor):
    """Breaks at the task "bad", with what else is running."""

    def __init__(self, given: list[str]) -> None:
        self.given = given
        self.futures: list[Future[Any]] = []
        self.broken = False

    def submit(self, function: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        if self.broken:
            raise BrokenProcessPool
        self.given.append(arguments[0])
        future = Future[Any]()
        self.futures.append(future)
        if arguments[0] == "bad":
            self.broken = True
            for one in self.futures:
                one.set_exception(BrokenProcessPool())
        elif arguments[0] != "slow" or len(self.given) > 2:
            future.set_result(None)
            self.futures.remove(future)
        return future


def test_only_a_task_that_breaks_its_worker_alone_fails() -> None:
    given: list[str] = []
    pool = Pool(2, lambda: Breaking(given))
    tasks = deque(["slow", "bad", "next"])
    outcomes = {
        task: is_broken(future)
        for task, future in as_completed(
            pool, tasks, lambda executor, task: executor.submit(len, task)
        )
    }
    assert outcomes == {"slow": False, "bad": True, "next": False}
    assert given[:2] == ["slow", "bad"] and sorted(given) == ["bad", "bad", "next", "slow", "slow"]


def test_a_pool_of_this_machine_has_processes() -> None:
    with local_pool(1).open() as executor:
        assert executor.submit(abs, -1).result(60) == 1
