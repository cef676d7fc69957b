"""The ffmpeg process: raw frames in, an encoded file out."""

from __future__ import annotations

import errno
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

# How much of ffmpeg's error output a message shows.
LAST_LINES = 5
LAST_BYTES = 4096
PIPE_BYTES = 1 << 20


def executable() -> str:
    """The path of ffmpeg: IMAGEIO_FFMPEG_EXE, else the one that imageio-ffmpeg ships or finds."""
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError:
        raise GdanimError(
            "no ffmpeg found: run `pip install --force-reinstall imageio-ffmpeg`, "
            "or set IMAGEIO_FFMPEG_EXE to the path of one"
        ) from None


@contextmanager
def encoding(
    size: tuple[int, int], fps: int, arguments: Sequence[str | Path], alpha: bool = False
) -> Iterator[Write]:
    """Run ffmpeg on the frames that `write` passes to it: RGBA, `[height, width, 4]` of uint8.

    Alpha is ignored unless `alpha`. `arguments` follow the input of the frames: further inputs,
    options, the file. Leaving the block waits until the file is complete; leaving it by an
    exception kills the process and leaves the file unusable.
    Raises GdanimError with the last lines of ffmpeg's own error output.
    """
    pixels = "rgba" if alpha else "rgb0"
    frames = ("-f", "rawvideo", "-pix_fmt", pixels, "-video_size", f"{size[0]}x{size[1]}")
    # A file, not a pipe, which would have to be read while the frames are written.
    with tempfile.TemporaryFile() as words:
        process = _start((*frames, "-framerate", f"{fps}", "-i", "pipe:0", *arguments), words)
        try:
            assert process.stdin is not None
            _widen(process.stdin)

            def write(frame: memoryview, stdin: IO[bytes] = process.stdin) -> None:
                try:
                    _write_all(stdin, frame)
                except OSError:
                    # ffmpeg has closed its end: it is exiting, and reports why.
                    process.wait()
                    raise _failure(process.returncode, words) from None

            yield write
            process.stdin.close()
            if process.wait() != 0:
                raise _failure(process.returncode, words)
        finally:
            _reap(process)


def count_frames(path: Path) -> int:
    """The number of frames in the file, without decoding them."""
    # A line for each frame: the counter of `-progress` is not there in ffmpeg 7.0 for copies.
    report = _asked(("-i", path, "-map", "0:v:0", "-c", "copy", "-f", "framecrc", "-"))
    return sum(not line.startswith(b"#") for line in report.splitlines())


@dataclass(frozen=True)
class Stream:
    """A video stream: its codec, width and height, frames per second."""

    codec: str
    size: tuple[int, int]
    fps: float


def stream(path: Path) -> Stream:
    """The file's video stream; GdanimError when it has none."""
    # imageio-ffmpeg leaves its pipes to the garbage collector when ffmpeg has ended already.
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        try:
            frames = imageio_ffmpeg.read_frames(f"{path}")
            try:
                found = next(frames)
            finally:
                frames.close()
        except (OSError, RuntimeError, StopIteration):
            raise GdanimError(f"{path}: is not a video that ffmpeg can read") from None
    return Stream(found["codec"].rstrip(","), tuple(found["source_size"]), float(found["fps"]))


def version() -> str:
    """The version of this ffmpeg."""
    return str(imageio_ffmpeg.get_ffmpeg_version())


def metadata(path: Path) -> str:
    """The file's tags and chapters as ffmpeg lists them; GdanimError when it is not a video."""
    try:
        return _asked(("-i", path, "-f", "ffmetadata", "-")).decode(errors="replace")
    except FfmpegError:
        raise GdanimError(f"{path}: is not a video that ffmpeg can read") from None


def tags(path: Path) -> dict[str, str]:
    """The file's tags, such as comment; GdanimError when it is not a video."""
    listing = metadata(path).partition("\n[CHAPTER]")[0]
    pairs = (line.partition("=") for line in listing.splitlines() if not line.startswith(";"))
    # https://ffmpeg.org/ffmpeg-formats.html#Metadata-2
    return {name: re.sub(r"\\(.)", r"\1", text) for name, _, text in pairs}


def encoders() -> frozenset[str]:
    """The names of this ffmpeg's encoders."""
    listing = _asked(("-encoders",)).decode().partition("------\n")[2]
    return frozenset(line.split()[1] for line in listing.splitlines())


def run(arguments: Sequence[str | Path]) -> None:
    """Run ffmpeg without frames to pass to it."""
    _asked(arguments)


def _asked(arguments: Sequence[str | Path]) -> bytes:
    """Run ffmpeg; its standard output."""
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
            # Ctrl-C is for gdanim alone: ffmpeg would catch it too, and complete half a file.
            process_group=0,
            creationflags=NO_WINDOW,
        )
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE):
            raise
        raise GdanimError(
            f"ffmpeg cannot be started: {command[0]}: {error.strerror or error}; unset "
            "IMAGEIO_FFMPEG_EXE or set it to an ffmpeg that works"
        ) from None


def _widen(pipe: IO[bytes]) -> None:
    # With a megabyte, the most that Linux allows without privileges, a frame takes a few turns
    # between the two processes instead of dozens. Without it, encoding works too.
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _write_all(stdin: IO[bytes], frame: memoryview) -> None:
    # Unbuffered, so the canvas's own memory goes to the pipe, which takes as much as it can.
    rest = frame.cast("B")
    while rest:
        rest = rest[stdin.write(rest) :]


class FfmpegError(GdanimError):
    """ffmpeg failed; the message ends in the last lines of its error output."""


def _failure(code: int, words: IO[bytes]) -> FfmpegError:
    words.seek(0, os.SEEK_END)
    words.seek(max(0, words.tell() - LAST_BYTES))
    lines = words.read().decode(errors="replace").strip().splitlines()[-LAST_LINES:]
    for full in map(os.strerror, FULL):
        if any(full in line for line in lines):
            return FfmpegError(
                f"ffmpeg cannot write: {full}; free some space, or name another place"
            )
    problem = "stopped before the last frame" if code == 0 else ending(code)
    return FfmpegError("\n".join([f"ffmpeg {problem}" + (":" if lines else ""), *lines]))


def ending(code: int) -> str:
    """How a process with this exit code ended."""
    if code < 0:
        return f"was killed by signal {-code} ({signal.strsignal(-code)})"
    return f"failed (exit code {code})"


def _reap(process: subprocess.Popen[bytes]) -> None:
    # No effect on a process that has ended.
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
