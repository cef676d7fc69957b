"""The ffmpeg process: raw frames in, an encoded file out."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import imageio_ffmpeg

from gdanim.core.atomic import FULL
from gdanim.errors import GdanimError

if sys.platform == "win32":
    NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    NO_WINDOW = 0

Write = Callable[[memoryview], None]

# How much of ffmpeg's complaint an error shows.
LAST_LINES = 5
LAST_BYTES = 4096
PIPE_BYTES = 1 << 20


def executable() -> str:
    """The ffmpeg to use: IMAGEIO_FFMPEG_EXE, else the one that imageio-ffmpeg brings or finds."""
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        raise GdanimError(
            "no ffmpeg found: run `pip install --force-reinstall imageio-ffmpeg`, "
            "or let IMAGEIO_FFMPEG_EXE name one"
        ) from None


@contextmanager
def encoding(
    size: tuple[int, int], fps: int, arguments: Sequence[str | Path], pixels: str = "rgb0"
) -> Iterator[Write]:
    """Run ffmpeg on frames that `write` hands it: RGBA, `[height, width, 4]` of uint8.

    `pixels` is ffmpeg's name for another layout; alpha is not looked at in this one. `arguments`
    are all that follow the frames' own input: further inputs, options, the file. Leaving the block
    waits until the file is complete; leaving it by an exception kills the process, and what the
    file then holds is nothing to use. GdanimError carries ffmpeg's own last words.
    """
    frames = ("-f", "rawvideo", "-pix_fmt", pixels, "-video_size", f"{size[0]}x{size[1]}")
    # A file, not a pipe: nobody has to read it while the frames are written.
    with tempfile.TemporaryFile() as words:
        process = _start((*frames, "-framerate", f"{fps}", "-i", "pipe:0", *arguments), words)
        try:
            assert process.stdin is not None
            _widen(process.stdin)

            def write(frame: memoryview, stdin: IO[bytes] = process.stdin) -> None:
                try:
                    _write_all(stdin, frame)
                except OSError:
                    # It has closed its end: it is on its way out, and says why.
                    process.wait()
                    raise _failure(process.returncode, words) from None

            yield write
            process.stdin.close()
            if process.wait() != 0:
                raise _failure(process.returncode, words)
        finally:
            _reap(process)


def count_frames(path: Path) -> int:
    """How many frames the file holds, without decoding them."""
    ask = ("-i", path, "-map", "0:v:0", "-c", "copy", "-f", "null", "-progress", "pipe:1", "-")
    report = _asked(ask)
    counts = [line for line in report.splitlines() if line.startswith(b"frame=")]
    return int(counts[-1].removeprefix(b"frame=")) if counts else 0


@dataclass(frozen=True)
class Stream:
    """What a video holds: its codec, width and height, frames per second."""

    codec: str
    size: tuple[int, int]
    fps: float


def stream(path: Path) -> Stream:
    """What the file says of its video; GdanimError when it holds none."""
    # It leaves its pipes to the garbage collector where ffmpeg has ended already.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        try:
            frames = imageio_ffmpeg.read_frames(f"{path}")
            try:
                found = next(frames)
            finally:
                frames.close()
        except (OSError, RuntimeError, StopIteration):
            raise GdanimError(f"{path}: is no video that ffmpeg can read") from None
    return Stream(found["codec"].rstrip(","), tuple(found["source_size"]), float(found["fps"]))


def version() -> str:
    """The version of this ffmpeg."""
    return str(imageio_ffmpeg.get_ffmpeg_version())


def tags(path: Path) -> dict[str, str]:
    """The file's own tags, such as comment; GdanimError when it is no video."""
    try:
        listing = _asked(("-i", path, "-f", "ffmetadata", "-")).decode(errors="replace")
    except FfmpegError:
        raise GdanimError(f"{path}: is no video that ffmpeg can read") from None
    pairs = (line.partition("=") for line in listing.splitlines() if not line.startswith(";"))
    # https://ffmpeg.org/ffmpeg-formats.html#Metadata-2
    return {name: re.sub(r"\\(.)", r"\1", text) for name, _, text in pairs}


def encoders() -> frozenset[str]:
    """The names of the encoders that this ffmpeg has."""
    listing = _asked(("-encoders",)).decode().partition("------\n")[2]
    return frozenset(line.split()[1] for line in listing.splitlines())


def run(arguments: Sequence[str | Path]) -> None:
    """Let ffmpeg do what needs no frames of ours."""
    _asked(arguments)


def _asked(arguments: Sequence[str | Path]) -> bytes:
    """What ffmpeg writes to its standard output."""
    with tempfile.TemporaryFile() as words:
        process = _start(arguments, words, subprocess.PIPE)
        try:
            answer, _ = process.communicate()
        finally:
            _reap(process)
        if process.returncode != 0:
            raise _failure(process.returncode, words)
    return answer


def _start(
    arguments: Sequence[str | Path], words: IO[bytes], stdout: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    command = [executable(), "-hide_banner", "-nostats", "-loglevel", "error", "-y", *arguments]
    try:
        return subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=words,
            # Ctrl-C is for us alone: a process that caught it too would tidy up its half of a file.
            process_group=0,
            creationflags=NO_WINDOW,
        )
    except OSError as error:
        raise GdanimError(
            f"ffmpeg cannot be started: {command[0]}: {error.strerror or error}; unset "
            "IMAGEIO_FFMPEG_EXE or let it name an ffmpeg that works"
        ) from None


def _widen(pipe: IO[bytes]) -> None:
    # With a megabyte, the most that Linux gives without privileges, a frame takes few turns between
    # the two processes instead of dozens. Elsewhere, or where that is refused, it works as it is.
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _write_all(stdin: IO[bytes], frame: memoryview) -> None:
    # Unbuffered, so the pipe takes the canvas's own memory; and takes as much as it likes.
    rest = frame.cast("B")
    while rest:
        rest = rest[stdin.write(rest) :]


class FfmpegError(GdanimError):
    """ffmpeg ended before it was done; the message has its own last words."""


def _failure(code: int, words: IO[bytes]) -> FfmpegError:
    words.seek(0, os.SEEK_END)
    words.seek(max(0, words.tell() - LAST_BYTES))
    lines = words.read().decode(errors="replace").strip().splitlines()[-LAST_LINES:]
    for full in map(os.strerror, FULL):
        if any(full in line for line in lines):
            return FfmpegError(
                f"ffmpeg cannot write: {full}; free some space, or name another place"
            )
    if code == 0:
        what = "stopped before the last frame"
    else:
        what = ending(code)
    return FfmpegError("\n".join([f"ffmpeg {what}" + (":" if lines else ""), *lines]))


def ending(code: int) -> str:
    """How a process with this exit code ended, in words."""
    if code < 0:
        return f"was killed by signal {-code} ({signal.strsignal(-code)})"
    return f"failed (exit code {code})"


def _reap(process: subprocess.Popen[bytes]) -> None:
    # Does nothing to a process that has ended.
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
