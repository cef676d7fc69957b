"""Where clips are made: what a site is, this machine, and workers that see none of its files."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdanim.batch.bundle import Bundle, bundle_of, make_bundle, unpack
from gdanim.batch.plan import PlannedClip
from gdanim.batch.shares import Task
from gdanim.batch.work import Made, Order, make
from gdanim.core.pool import processes


class Site(ABC):
    """Workers somewhere: how clips get there, and how what was made of them comes back."""

    workers: int
    """How many clips, or shares of clips, can be made at once."""

    @abstractmethod
    def open(self) -> AbstractContextManager[Executor]:
        """The workers, anew each time; leaving the block ends what they are at."""

    @abstractmethod
    def pack(self, clip: PlannedClip) -> Any:
        """The clip as it is sent, again and again the same when it is made in shares."""

    @abstractmethod
    def submit(self, executor: Executor, packed: Any, task: Task) -> Future[Any]:
        """Hand a clip, or a share of it, to a worker."""

    @abstractmethod
    def receive(self, clip: PlannedClip, result: Any) -> Made:
        """Put the files that a worker gave back in their places."""


@dataclass(frozen=True)
class Here(Site):
    """Processes on this machine, which write the files themselves and keep runs in `runs`."""

    workers: int
    runs: Path

    def open(self) -> AbstractContextManager[Executor]:
        """Processes, started afresh."""
        return processes(self.workers)

    def pack(self, clip: PlannedClip) -> PlannedClip:
        """The clip as it is."""
        return clip

    def submit(self, executor: Executor, packed: PlannedClip, task: Task) -> Future[Any]:
        """To be made of the files that all processes see."""
        return executor.submit(make, Order(packed, self.runs, task))

    def receive(self, clip: PlannedClip, result: Any) -> Made:
        """The files are there already."""
        made: Made = result
        return made


class Elsewhere(Site):
    """Workers that need not see any of our files: those of any executor, which `open` gives."""

    def pack(self, clip: PlannedClip) -> Bundle:
        """The clip and the files that it needs."""
        return bundle_of(clip)

    def submit(self, executor: Executor, packed: Bundle, task: Task) -> Future[Any]:
        """To be made of the files that are sent."""
        return executor.submit(make_bundle, packed, task)

    def receive(self, clip: PlannedClip, result: Any) -> Made:
        """Write the files' bytes that came back."""
        return unpack(clip, result)
