"""Draw and encode a film's stretches in several processes.

Each receives the pickled film with its runs, so no run is computed twice.
"""

from __future__ import annotations

import os
import pickle
import pickletools
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from gdanim.encoding.formats import Format
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.film.progress import Progress
from gdanim.film.stretches import encode_frames

Load = Callable[[], object]
"""Imports what the pickled film refers to, such as a scene script; a function of some module."""
# Seconds between two calls of a progress function.
POLL = 0.02
# Frames: a process that draws fewer takes about as long to start as it saves.
WORTHWHILE = 600


@dataclass(frozen=True)
class Workers:
    """How many processes draw a film at most, and what each of them loads first."""

    count: int = 1
    load: Load | None = None


ONE_PROCESS = Workers()


@dataclass(frozen=True)
class _Failure:
    """The frame that a process failed at, and the error in words."""

    frame: int
    message: str


def available() -> int:
    """Count the processes that are useful here: next to each that draws, an encoder works."""
    return max(1, cores() // 2)


def worthwhile(frames: int) -> int:
    """Count the processes that would make a video of this length faster on enough cores."""
    return max(1, frames // WORTHWHILE)


def cores() -> int:
    """Count the processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def packed(film: Film) -> bytes:
    """Pickle the film for another process; GdanimError if it uses what only this one has."""
    refused = "the scene cannot be sent to another process"
    try:
        data = pickle.dumps(film)
    except Exception as error:
        raise GdanimError(f"{refused}: {error}") from None
    if any(argument == "__main__" for _, argument, _ in pickletools.genops(data)):
        raise GdanimError(
            f"{refused}: it uses functions of the main program or notebook; move them into a module"
        )
    return data


def encode_all(
    film: Film,
    parts: Sequence[tuple[range, Path]],
    format: Format,
    progress: Progress,
    workers: Workers,
) -> int:
    """Draw and encode the stretches to their files in several processes; return their frames.

    A frame that fails in a process is drawn here once more, so that its own error is raised.
    """
    # Imported late: most videos are drawn in this process.
    from concurrent.futures import FIRST_COMPLETED, wait

    from gdanim.core.pool import WORKER_DIED, is_broken, processes

    data, jobs, shown, held = packed(film), min(workers.count, len(parts)), 0, 0
    # It grows by a byte with each frame begun.
    begun = parts[0][1].with_name("begun")
    begun.touch()
    with processes(jobs) as executor:
        shares = [parts[number::jobs] for number in range(jobs)]
        running = {executor.submit(_encode, workers.load, data, s, format, begun) for s in shares}
        while running:
            done, running = wait(running, POLL, FIRST_COMPLETED)
            while shown < begun.stat().st_size:
                progress(shown, len(film))
                shown += 1
            for future in done:
                if is_broken(future):
                    raise GdanimError(f"{WORKER_DIED}; try again with one process (-j 1)")
                if isinstance(frames := future.result(), _Failure):
                    _raise_again(film, frames)
                held += frames
    return held


def _raise_again(film: Film, failure: _Failure) -> NoReturn:
    # A frame is counted when it has been shown and is yet to be drawn.
    for again in (failure.frame, min(failure.frame + 1, len(film) - 1)):
        film.draw(again)
    raise GdanimError(failure.message)


def _encode(
    load: Load | None, data: bytes, parts: Sequence[tuple[range, Path]], format: Format, begun: Path
) -> int | _Failure:
    """In a worker: return the number of frames, or what failed, as not every error can be sent."""
    reached, held = parts[0][0].start, 0
    try:
        if load is not None:
            load()
        film: Film = pickle.loads(data)
        with begun.open("ab", buffering=0) as file, film.composed():
            for frames, path in parts:

                def count(done: int, total: int, frames: range = frames) -> None:
                    nonlocal reached
                    reached = frames[done]
                    file.write(b".")

                reached = frames.start
                held += encode_frames(film, frames, path, format, count)
        return held
    except Exception as error:
        return _Failure(reached, f"{error}" if isinstance(error, GdanimError) else f"{error!r}")
