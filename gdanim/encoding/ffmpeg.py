"""The ffmpeg process: raw frames in, an encoded file out."""

from __future__ import annotations

import errno
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from gdanim.core.atomic import FULL
from gdanim.errors import GdanimError

if sys.platform == "win32":
    NO_WINDOW = subprocess.CREATE_NO_WINDOW
else:
    NO_WINDOW = 0

Write = Callable[[memoryview], None]

# How much of ffmpeg's error output an error message shows.
LAST_LINES = 5
LAST_BYTES = 4096
PIPE_BYTES = 1 << 20
# Seconds: ffmpeg hangs if it takes no byte of a frame, or does not answer, for this long. Reading,
# joining or finishing a whole file may take longer than a frame.
PATIENCE = 60.0
LONG_PATIENCE = 900.0
# The demuxer for each extension, whatever the file holds: a playlist with the name of an mp4 would
# make ffmpeg open other files.
DEMUXERS = {".mp4": "mov", ".webm": "matroska", ".mkv": "matroska", ".gif": "gif", ".apng": "apng"}
# As ffmpeg describes a video stream; a tag's lines are indented further.
STREAM = re.compile(
    r"^  Stream #0:\d+.*?: Video: (\w+).*?, (\d+)x(\d+)\b(?:.*? ([\d.]+) fps)?", re.MULTILINE
)


def executable() -> str:
    """The path of ffmpeg: IMAGEIO_FFMPEG_EXE, else the one that imageio-ffmpeg ships or finds."""
    # Imported late: there is no such package for WebAssembly, where frames can be drawn without it.
    import imageio_ffmpeg

    shipped = Path(imageio_ffmpeg.__file__).with_name("binaries").glob("ffmpeg-*")
    if path := os.environ.get("IMAGEIO_FFMPEG_EXE") or next(map(str, shipped), ""):
        return path
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
            _prepare(process.stdin)

            def write(frame: memoryview, stdin: IO[bytes] = process.stdin) -> None:
                try:
                    _write_all(stdin, frame)
                except TimeoutError:
                    raise _hung(f"has taken no frame for {PATIENCE:g} s") from None
                except OSError:
                    # ffmpeg has closed its end: it is exiting, and reports why.
                    raise _failure(_exit_code(process, PATIENCE), words, arguments) from None

            yield write
            process.stdin.close()
            if code := _exit_code(process, LONG_PATIENCE):
                raise _failure(code, words, arguments)
        finally:
            _reap(process)


def count_frames(path: Path, own: bool = False) -> int:
    """The number of frames in the file, without decoding them; our `own` may have any name."""
    # One line per frame: ffmpeg 7.0 has no counter in `-progress` when it copies.
    copied = ("-map", "0:v:0", "-c", "copy", "-f", "framecrc", "-")
    source = ("-i", path) if own else reading(path)
    report, _ = _asked((*source, *copied), LONG_PATIENCE)
    return sum(not line.startswith(b"#") for line in report.splitlines())


@dataclass(frozen=True)
class Stream:
    """A video stream: its codec, width and height, frames per second."""

    codec: str
    size: tuple[int, int]
    fps: float


def stream(path: Path) -> Stream:
    """The file's video stream; GdanimError when it has none."""
    nothing = ("-map", "0:v:0", "-c", "copy", "-t", "0", "-f", "null", "-")
    with _naming(path):
        _, words = _asked(("-loglevel", "info", *reading(path), *nothing))
        found = STREAM.search(words.decode(errors="replace"))
        if found is None:
            raise FfmpegError("no video stream")
    codec, width, height, fps = found.groups()
    return Stream(codec, (int(width), int(height)), float(fps or 0))


def version() -> str:
    """The version of this ffmpeg."""
    # https://ffmpeg.org/doxygen/trunk/opt__common_8c_source.html: "ffmpeg version 7.0.2 Copyright"
    words = _asked(("-version",))[0].decode(errors="replace").partition("version ")[2].split()
    return words[0] if words else "unknown"


def metadata(path: Path) -> list[tuple[str, dict[str, str]]]:
    """The file's tags, such as comment, under ""; then those of each chapter."""
    with _naming(path):
        listing, _ = _asked((*reading(path), "-f", "ffmetadata", "-"))
    sections = [("", dict[str, str]())]
    # https://ffmpeg.org/ffmpeg-formats.html#Metadata-2: a backslash escapes a line's end in a tag.
    for line in re.findall(r"(?:[^\\\n]|\\.)+", listing.decode(errors="replace"), re.DOTALL):
        name, equals, text = line.partition("=")
        if equals:
            sections[-1][1][name] = re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)
        elif line.startswith("["):
            sections.append((line.strip("[]"), {}))
    return sections


def encoders() -> frozenset[str]:
    """The names of this ffmpeg's encoders."""
    listing = _asked(("-encoders",))[0].decode().partition("------\n")[2]
    return frozenset(line.split()[1] for line in listing.splitlines())


def run(arguments: Sequence[str | Path]) -> None:
    """Run ffmpeg without frames to pass to it."""
    _asked(arguments, LONG_PATIENCE)


def _asked(arguments: Sequence[str | Path], patience: float | None = None) -> tuple[bytes, bytes]:
    """Run ffmpeg; return what it writes to standard output and to standard error."""
    patience = PATIENCE if patience is None else patience
    with tempfile.TemporaryFile() as words:
        process = _start(arguments, words, subprocess.PIPE)
        try:
            answer, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            raise _hung(f"has not answered for {patience:g} s") from None
        finally:
            _reap(process)
        if process.returncode != 0:
            raise _failure(process.returncode, words, arguments)
        words.seek(0)
        return answer, words.read()


def reading(path: Path) -> tuple[str, ...]:
    """The arguments for reading a file, but no other files that it may refer to."""
    demuxer = DEMUXERS.get(path.suffix.lower())
    if demuxer is None:
        raise FfmpegError(f"{path}: must be a {', '.join(DEMUXERS)} file")
    return ("-protocol_whitelist", "file", "-f", demuxer, "-i", f"file:{path}")


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except FfmpegError as error:
        if error.code < 0:
            raise
        raise GdanimError(f"{path}: is not a video that ffmpeg can read") from None


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
            # Only gdanim should get Ctrl-C: ffmpeg would catch it too, and finish half a file.
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


def _prepare(pipe: IO[bytes]) -> None:
    # So that writing does not block when ffmpeg hangs. Windows has no such pipes.
    if sys.platform != "win32":
        os.set_blocking(pipe.fileno(), False)
    # With a megabyte, the most that Linux allows without privileges, a frame takes a few turns
    # between the two processes instead of dozens. Without it, encoding works too.
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def _write_all(stdin: IO[bytes], frame: memoryview) -> None:
    # Unbuffered: the canvas's memory goes straight to the pipe, which takes what it can.
    rest = frame.cast("B")
    while rest:
        # None if the pipe is full.
        if (written := stdin.write(rest)) is not None:
            rest = rest[written:]
        elif not _has_room(stdin):
            raise TimeoutError


def _has_room(pipe: IO[bytes]) -> bool:
    if sys.platform == "win32":
        return True
    # Unlike select, it takes any file descriptor.
    waiting = select.poll()
    waiting.register(pipe, select.POLLOUT)
    return bool(waiting.poll(1000 * PATIENCE))


def _exit_code(process: subprocess.Popen[bytes], patience: float) -> int:
    try:
        return process.wait(patience)
    except subprocess.TimeoutExpired:
        raise _hung(f"has not ended for {patience:g} s") from None


class FfmpegError(GdanimError):
    """ffmpeg failed; the message ends with the last lines of its error output.

    `code` is its exit code, negative if a signal ended it.
    """

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def _hung(how: str) -> GdanimError:
    return GdanimError(
        f"ffmpeg hangs, it {how}; try again, or set IMAGEIO_FFMPEG_EXE to another ffmpeg"
    )


def _failure(code: int, words: IO[bytes], arguments: Sequence[str | Path]) -> FfmpegError:
    words.seek(0, os.SEEK_END)
    words.seek(max(0, words.tell() - LAST_BYTES))
    lines = words.read().decode(errors="replace").strip().splitlines()[-LAST_LINES:]
    for number in FULL:
        # The exit code tells, too: if there is no space for the file, there may be none for the
        # error output.
        if code == 256 - number or any(os.strerror(number) in line for line in lines):
            # Incomplete files are in hidden folders.
            place = next(p for p in Path(arguments[-1]).parents if not p.name.startswith("."))
            return FfmpegError(
                f"ffmpeg cannot write to {place}: {os.strerror(number)}; free some space, or name "
                "another place"
            )
    problem = "stopped before the last frame" if code == 0 else _exit_text(code)
    return FfmpegError("\n".join([f"ffmpeg {problem}" + (":" if lines else ""), *lines]), code)


def _exit_text(code: int) -> str:
    """Say how a process with this exit code ended."""
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
