"""The ffmpeg process: complete files, its own words in errors, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import imageio_ffmpeg
import numpy as np
import pytest

from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError

SIZE = (32, 16)
# More than fits into the widest pipe.
MANY = 1 + ffmpeg.PIPE_BYTES // (32 * 16)
OUTPUT = ("-c:v", "ffv1", "-f", "matroska")

posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


class Started(subprocess.Popen[bytes]):
    """A process that is remembered."""

    all: ClassVar[list[Started]] = []

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[call-overload]
        self.all.append(self)


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[Started]:
    monkeypatch.setattr(Started, "all", [])
    monkeypatch.setattr(subprocess, "Popen", Started)
    return Started.all


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a shell script in ffmpeg's place."""

    def install(script: str) -> None:
        path = tmp_path / "ffmpeg"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(path))

    return install


def frame(level: int) -> memoryview:
    return np.full((SIZE[1], SIZE[0], 4), level, np.uint8).data


def encode(path: Path, *options: str, frames: int = 5) -> None:
    with ffmpeg.encoding(SIZE, 10, (*options, *OUTPUT, path)) as write:
        for k in range(frames):
            write(frame(10 * k % 250))


def assert_gone(processes: list[Started]) -> None:
    """Something was started, and has ended and been waited for."""
    assert processes
    for process in processes:
        assert process.returncode is not None
        with pytest.raises(ProcessLookupError):
            os.kill(process.pid, 0)


def test_frames_arrive_in_order(tmp_path: Path, started: list[Started]) -> None:
    path = tmp_path / "a.mkv"
    encode(path)
    assert_gone(started)
    decode = [ffmpeg.executable(), "-v", "error", "-i", str(path), "-f", "rawvideo"]
    pixels = subprocess.run(
        [*decode, "-pix_fmt", "gray", "-"], stdout=subprocess.PIPE, check=True
    ).stdout
    levels = np.frombuffer(pixels, np.uint8).reshape(-1, SIZE[0] * SIZE[1])
    assert [set(level) for level in levels.tolist()] == [{0}, {10}, {20}, {30}, {40}]


def test_frames_are_counted(tmp_path: Path, started: list[Started]) -> None:
    encode(tmp_path / "a.mkv", frames=7)
    assert ffmpeg.count_frames(tmp_path / "a.mkv") == 7
    assert len(started) == 2
    assert_gone(started)


def test_no_frames_to_count_in_what_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "a.mkv").write_text("no video")
    with pytest.raises(GdanimError, match="^ffmpeg failed .*\n(.*\n)*.*Invalid"):
        ffmpeg.count_frames(tmp_path / "a.mkv")


def test_frames_are_written_from_the_memory_they_are_in(tmp_path: Path) -> None:
    picture = np.zeros((1024, 1024, 4), np.uint8).data
    with ffmpeg.encoding((1024, 1024), 10, (*OUTPUT, tmp_path / "a.mkv")) as write:
        tracemalloc.start()
        try:
            for _ in range(3):
                write(picture)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < picture.nbytes / 16


def test_a_bad_argument_carries_ffmpegs_words(tmp_path: Path, started: list[Started]) -> None:
    with pytest.raises(GdanimError, match="(.*\n)+.*no_such_option"):
        encode(tmp_path / "a.mkv", "-no_such_option", "1", frames=MANY)
    assert_gone(started)


@posix
def test_a_failure_at_once(
    tmp_path: Path, stand_in: Callable[[str], None], started: list[Started]
) -> None:
    stand_in("echo 'first words' >&2; echo 'last words' >&2; exit 3")
    with pytest.raises(GdanimError) as caught:
        encode(tmp_path / "a.mkv", frames=MANY)
    assert str(caught.value) == "ffmpeg failed (exit code 3):\nfirst words\nlast words"
    assert caught.value.__suppress_context__
    assert_gone(started)


@posix
def test_a_failure_at_the_end(
    tmp_path: Path, stand_in: Callable[[str], None], started: list[Started]
) -> None:
    stand_in("cat > /dev/null; echo 'disk full' >&2; exit 1")
    with pytest.raises(GdanimError, match=r"exit code 1\):\ndisk full$"):
        encode(tmp_path / "a.mkv")
    assert_gone(started)


@posix
def test_much_to_say_blocks_nobody(tmp_path: Path, stand_in: Callable[[str], None]) -> None:
    stand_in("seq 200000 >&2; cat > /dev/null; exit 1")
    with pytest.raises(GdanimError) as caught:
        encode(tmp_path / "a.mkv")
    assert str(caught.value).splitlines()[1:] == ["199996", "199997", "199998", "199999", "200000"]


@posix
def test_nothing_to_say(tmp_path: Path, stand_in: Callable[[str], None]) -> None:
    stand_in("exit 1")
    with pytest.raises(GdanimError, match=r"exit code 1\)$"):
        encode(tmp_path / "a.mkv", frames=MANY)


@posix
def test_an_end_before_the_last_frame_is_a_failure(
    tmp_path: Path, stand_in: Callable[[str], None]
) -> None:
    stand_in("exit 0")
    with pytest.raises(GdanimError, match="^ffmpeg stopped before"):
        encode(tmp_path / "a.mkv", frames=MANY)


@posix
def test_killed_in_the_middle(tmp_path: Path, started: list[Started]) -> None:
    with (
        pytest.raises(GdanimError, match="^ffmpeg was killed .*9"),
        ffmpeg.encoding(SIZE, 10, (*OUTPUT, tmp_path / "a.mkv")) as write,
    ):
        write(frame(0))
        os.kill(started[0].pid, signal.SIGKILL)
        for _ in range(10_000):
            write(frame(1))
    assert_gone(started)


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, OSError])
def test_an_exception_ends_the_process(
    tmp_path: Path, started: list[Started], fault: type[BaseException]
) -> None:
    with (
        pytest.raises(fault, match="^mine$"),
        ffmpeg.encoding(SIZE, 10, (*OUTPUT, tmp_path / "a.mkv")) as write,
    ):
        write(frame(0))
        raise fault("mine")
    assert_gone(started)


@posix
def test_an_exception_ends_a_process_that_hangs(
    tmp_path: Path, stand_in: Callable[[str], None], started: list[Started]
) -> None:
    stand_in("exec sleep 30")
    with (
        pytest.raises(KeyboardInterrupt),
        ffmpeg.encoding(SIZE, 10, (*OUTPUT, tmp_path / "a.mkv")) as write,
    ):
        write(frame(0))
        raise KeyboardInterrupt
    assert_gone(started)
    assert started[0].returncode == -signal.SIGKILL


@posix
def test_ctrl_c_reaches_us_alone(tmp_path: Path, started: list[Started]) -> None:
    with ffmpeg.encoding(SIZE, 10, (*OUTPUT, tmp_path / "a.mkv")):
        assert os.getpgid(started[0].pid) != os.getpgid(0)


def test_an_ffmpeg_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path / "nowhere"))
    with pytest.raises(GdanimError) as caught:
        encode(tmp_path / "a.mkv")
    message = str(caught.value)
    assert message.startswith(f"ffmpeg cannot be started: {tmp_path}{os.sep}nowhere: ")
    assert message.endswith("; unset IMAGEIO_FFMPEG_EXE or set it to an ffmpeg that works")


def test_an_ffmpeg_that_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(tmp_path))
    with pytest.raises(GdanimError, match="^ffmpeg cannot be started"):
        encode(tmp_path / "a.mkv")


def test_no_ffmpeg_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    # What get_ffmpeg_exe finds is cached, so the search itself has to be replaced.
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE", raising=False)
    monkeypatch.setattr(imageio_ffmpeg._utils, "_get_ffmpeg_exe", lambda: None)
    with pytest.raises(GdanimError, match="^no ffmpeg .*`pip install"):
        ffmpeg.executable()
