"""Processes that draw and encode a film's stretches side by side.

They are started afresh, not forked, and are told all they need: the film pickled as what it is made
of, its runs among them, so nothing is computed twice. They ignore Ctrl-C, which is for the process
that started them, and it ends them whatever happens.
"""

from __future__ import annotations

import os
import pickle
import pickletools
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import Format
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.film.stretches import Count, encode

Load = Callable[[], object]
"""Imports what the pickled film refers to, such as a scene script; a function of some module."""

# So many seconds may a process take to put an end to its ffmpeg.
PATIENCE = 10.0

# What a worker says, a line each: a frame is begun, a stretch is complete, a frame failed.
FRAME, DONE, FAILED = b"frame", b"done", b"failed"


def available() -> int:
    """How many at once are of use here: one that draws has its encoder work beside it."""
    return max(1, cores() // 2)


def cores() -> int:
    """How many processor cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def packed(film: Film) -> bytes:
    """The film for another process; GdanimError when it holds what only this one knows."""
    try:
        data = pickle.dumps(film)
    except Exception as error:
        raise GdanimError(f"the scene cannot be sent to another process: {error}") from None
    if any(argument == "__main__" for _, argument, _ in pickletools.genops(data)):
        raise GdanimError(
            "the scene cannot be sent to another process: it uses functions of the main program "
            "or notebook; move them into a module"
        )
    return data


def encode_all(
    film: Film, parts: Sequence[tuple[range, Path]], format: Format, jobs: int, tell: Count,
    load: Load | None = None,
) -> int:  # fmt: skip
    """Draw and encode the stretches to their files in `jobs` processes; how many frames there are.

    A frame that fails in a process is drawn here once more, for its error to be raised as it is.
    """
    data, done, held = packed(film), 0, 0
    said: queue.Queue[tuple[int, bytes]] = queue.Queue()
    with ExitStack() as running:
        workers = [
            running.enter_context(_worker(k, load, data, parts[k::jobs], format, said))
            for k in range(jobs)
        ]
        busy = set(range(jobs))
        while busy:
            number, line = said.get()
            word, _, rest = line.strip().partition(b" ")
            if word == FRAME:
                tell(done)
                done += 1
            elif word == DONE:
                held += int(rest)
            elif word == FAILED:
                _raise_again(film, rest)
            else:
                busy.remove(number)
                _check_end(workers[number])
    return held


@contextmanager
def _worker(
    number: int, load: Load | None, data: bytes, parts: Sequence[tuple[range, Path]],
    format: Format, said: queue.Queue[tuple[int, bytes]],
) -> Iterator[subprocess.Popen[bytes]]:  # fmt: skip
    # Without the main program, which multiprocessing would run once more for its functions.
    code = (
        f"import sys; sys.path[:] = {sys.path!r}; from gdanim.film import workers; workers.main()"
    )
    with tempfile.TemporaryFile() as task:
        for value in (load, data, (parts, format)):
            pickle.dump(value, task)
        task.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=task,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,
            creationflags=ffmpeg.NO_WINDOW,
        )
    assert process.stdout is not None
    listener = threading.Thread(target=_listen, args=(number, process.stdout, said), daemon=True)
    try:
        listener.start()
        yield process
    finally:
        _end(process)
        # Where no thread could be started there is none to wait for.
        if listener.ident is not None:
            listener.join()
        process.stdout.close()


def _listen(number: int, words: IO[bytes], said: queue.Queue[tuple[int, bytes]]) -> None:
    for line in words:
        said.put((number, line))
    said.put((number, b""))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _check_end(process: subprocess.Popen[bytes]) -> None:
    code = process.wait()
    if code:
        how = ffmpeg.ending(code)
        raise GdanimError(f"a process that drew frames {how}; try again with one job (-j 1)")


def _raise_again(film: Film, said: bytes) -> None:
    frame, message = pickle.loads(bytes.fromhex(said.decode()))
    # A frame is counted when it has been shown and is yet to be drawn.
    for again in (frame, min(frame + 1, len(film) - 1)):
        film.draw(again)
    raise GdanimError(message)


def main() -> None:
    """What a worker does: reads its task, draws, encodes, says how far it is."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    # What a scene script prints has been printed already, and is not for our listener.
    with os.fdopen(os.dup(1), "wb") as words, open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        reached = [0]
        try:
            _work(words, reached)
        except Exception as error:
            message = f"{error}" if isinstance(error, GdanimError) else f"{error!r}"
            _say(words, FAILED, pickle.dumps((reached[-1], message)).hex().encode())


def _work(words: IO[bytes], reached: list[int]) -> None:
    load, data, (parts, format) = (pickle.load(sys.stdin.buffer) for _ in range(3))
    if load is not None:
        load()
    film: Film = pickle.loads(data)
    with film.composed():
        for frames, path in parts:

            def count(done: int, frames: range = frames) -> None:
                reached[-1] = frames[done]
                _say(words, FRAME)

            reached[-1] = frames[0]
            _say(words, DONE, b"%d" % encode(film, frames, path, format, count))


def _say(words: IO[bytes], *parts: bytes) -> None:
    words.write(b" ".join(parts) + b"\n")
    words.flush()
