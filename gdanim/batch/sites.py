"""Where clips are made: what a site is, and this machine."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdanim.batch.plan import Clip
from gdanim.batch.pool import processes
from gdanim.batch.work import Order, make
from gdanim.rendering import Rendered


class Site(ABC):
    """Workers somewhere: how clips get there, and how what was made of them comes back."""

    workers: int
    """How many clips can be made at once."""

    @abstractmethod
    def open(self) -> AbstractContextManager[Executor]:
        """The workers, anew each time; leaving the block ends what they are at."""

    @abstractmethod
    def submit(self, executor: Executor, clip: Clip) -> Future[Any]:
        """Hand a clip to a worker."""

    @abstractmethod
    def receive(self, clip: Clip, result: Any) -> Sequence[Rendered]:
        """Put what a worker gave back in its place."""


@dataclass(frozen=True)
class Here(Site):
    """Processes on this machine, which write the files themselves and keep runs in `runs`.

    Each makes its clip in up to `jobs` processes of its own.
    """

    workers: int
    runs: Path
    jobs: int = 1

    def open(self) -> AbstractContextManager[Executor]:
        """Processes, started afresh."""
        return processes(self.workers)

    def submit(self, executor: Executor, clip: Clip) -> Future[Any]:
        """The clip as it is."""
        return executor.submit(make, Order(clip, self.runs, self.jobs))

    def receive(self, clip: Clip, result: Any) -> Sequence[Rendered]:
        """The files are there already."""
        rendered: Sequence[Rendered] = result
        return rendered
