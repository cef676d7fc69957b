"""Worker processes on this machine, and a loop that keeps the workers of any executor busy."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from types import FrameType, ModuleType
from typing import Any, TypeVar

from gdanim.core.quick_import import import_without_docstrings

T = TypeVar("T")
R = TypeVar("R")
Submit = Callable[[Executor, T], Future[Any]]

WORKER_DIED = "a worker process exited unexpectedly (out of memory?)"


@dataclass(frozen=True)
class Pool:
    """Workers that `open` starts or connects to; leaving its block ends what they are doing.

    Remote workers cannot read this machine's files.
    """

    workers: int
    open: Callable[[], AbstractContextManager[Executor]]
    is_remote: bool = False


def local_pool(workers: int) -> Pool:
    """Return a pool of processes on this machine."""
    return Pool(workers, partial(processes, workers))


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Start an executor with `count` spawned processes; a fork would copy threads and locks.

    Leaving by an exception ends what the workers are doing. No worker outlives the block, nor the
    program if that is killed.
    """
    others = multiprocessing.active_children()
    executor = _Executor(count, multiprocessing.get_context("spawn"), _begin)
    try:
        yield executor
    except BaseException:
        # That breaks the executor, so it starts nothing more.
        for child in multiprocessing.active_children():
            if child not in others:
                child.terminate()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def as_completed(
    pool: Pool,
    tasks: deque[T],
    submit: Submit[T],
    is_wanted: Callable[[T], bool] = lambda task: True,
) -> Iterator[tuple[T, Future[Any]]]:
    """Submit the tasks, at most one per worker; yield each with its future when it is done.

    The rest stays in `tasks`, to which the caller may add meanwhile: a task that waited in a
    worker's queue would start even after an interrupt. Tasks that are no longer wanted are
    dropped. When workers die, the tasks that they were doing are tried again one by one, so
    only a task that kills a worker by itself has a broken future.
    """
    while tasks:
        suspects = list[T]()
        for task, future in _as_completed(pool, pool.workers, tasks, submit, is_wanted):
            if is_broken(future):
                suspects.append(task)
            else:
                yield task, future
        for task in filter(is_wanted, suspects):
            yield from _as_completed(pool, 1, deque([task]), submit, is_wanted)


def _as_completed(
    pool: Pool, workers: int, tasks: deque[T], submit: Submit[T], is_wanted: Callable[[T], bool]
) -> Iterator[tuple[T, Future[Any]]]:
    """Do the tasks until all are done, or until the workers have died."""
    running, broken = dict[Future[Any], T](), False
    with pool.open() as executor:
        while True:
            while tasks and not broken and len(running) < workers:
                if is_wanted(task := tasks.popleft()):
                    try:
                        running[submit(executor, task)] = task
                    except BrokenExecutor:
                        broken = True
                        tasks.appendleft(task)
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                broken = broken or is_broken(future)
                yield running.pop(future), future


def is_broken(future: Future[Any]) -> bool:
    """Tell whether a worker died before the future was done."""
    return not future.cancelled() and isinstance(future.exception(), BrokenExecutor)


class _Executor(ProcessPoolExecutor):
    def submit(self, function: Callable[..., R], /, *arguments: Any, **keywords: Any) -> Future[R]:
        # A worker that is started now must not run the main program's file again, which may be a
        # script without `if __name__ == "__main__":`.
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            return super().submit(_interruptible, function, *arguments, **keywords)
        finally:
            sys.modules["__main__"] = main


def _begin() -> None:
    """Prepare a worker."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import_without_docstrings()
    # Ctrl-C and the end of the terminal reach all processes; the program ends its workers itself.
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # The main program has already printed what a script prints.
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)


def _interruptible(function: Callable[..., R], *arguments: Any, **keywords: Any) -> R:
    """Call the function; when the worker is terminated meanwhile, it cleans up and then exits."""
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            return function(*arguments, **keywords)
        finally:
            # A library may have swallowed the exception.
            if signal.signal(signal.SIGTERM, signal.SIG_DFL) == signal.SIG_IGN:
                os._exit(1)
    except KeyboardInterrupt:
        os._exit(1)


def _interrupt(number: int, frame: FrameType | None) -> None:
    # Only once: a second signal must not disturb the cleanup after the first.
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
