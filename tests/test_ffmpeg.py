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
from gdanim.encoding.chapters import read_chapters
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


def test_no_ffmpeg_at_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # What get_ffmpeg_exe finds is cached, so the search itself has to be replaced.
    monkeypatch.delenv("IMAGEIO_FFMPEG_EXE", raising=False)
    monkeypatch.setattr(imageio_ffmpeg._utils, "_get_ffmpeg_exe", lambda: None)
    monkeypatch.setattr(imageio_ffmpeg, "__file__", f"{tmp_path / 'nothing.py'}")
    with pytest.raises(GdanimError, match="^no ffmpeg .*`pip install"):
        ffmpeg.executable()


@posix
@pytest.mark.parametrize("script", ["sleep 1000", "cat > /dev/null; sleep 1000"])
def test_an_ffmpeg_that_hangs_is_ended(
    script: str,
    tmp_path: Path,
    stand_in: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    started: list[Started],
) -> None:
    stand_in(f"exec sh -c '{script}'")
    monkeypatch.setattr(ffmpeg, "PATIENCE", 0.2)
    monkeypatch.setattr(ffmpeg, "LONG_PATIENCE", 0.2)
    with pytest.raises(GdanimError, match="hangs"):
        encode(tmp_path / "a.mkv", frames=MANY)
    (tmp_path / "a.mp4").write_bytes(b"")
    for question in (ffmpeg.version, ffmpeg.encoders):
        with pytest.raises(GdanimError, match="hangs"):
            question()
    for reading in (ffmpeg.stream, ffmpeg.metadata, ffmpeg.count_frames):
        with pytest.raises(GdanimError, match="hangs"):
            reading(tmp_path / "a.mp4")
    assert_gone(started)


@posix
def test_a_slow_ffmpeg_is_waited_for(
    tmp_path: Path, stand_in: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes longer for all frames than the limit for one."""
    stand_in(f"while head -c {ffmpeg.PIPE_BYTES // 4} | grep -q ''; do sleep 0.3; done")
    monkeypatch.setattr(ffmpeg, "PATIENCE", 10.0)
    big = np.zeros((ffmpeg.PIPE_BYTES * 3,), np.uint8).data
    with ffmpeg.encoding(SIZE, 10, (*OUTPUT, tmp_path / "a.mkv")) as write:
        write(big)


@posix
def test_what_killed_an_ffmpeg_that_was_asked_is_said(
    tmp_path: Path, stand_in: Callable[[str], None]
) -> None:
    stand_in("kill -9 $$")
    (tmp_path / "a.mp4").write_bytes(b"")
    for ask in (
        ffmpeg.version,
        ffmpeg.encoders,
        lambda: ffmpeg.stream(tmp_path / "a.mp4"),
        lambda: ffmpeg.metadata(tmp_path / "a.mp4"),
    ):
        with pytest.raises(GdanimError, match="was killed by signal 9"):
            ask()


@posix
@pytest.mark.parametrize("code", [228, 134, 229])
def test_no_room_for_the_file_nor_for_words(
    code: int, tmp_path: Path, stand_in: Callable[[str], None]
) -> None:
    stand_in(f"cat > /dev/null; exit {code}")
    with pytest.raises(GdanimError, match=f"cannot write to {tmp_path}: .*; free some space"):
        encode(tmp_path / "a.mkv")


def film(path: Path, *options: str) -> None:
    """Write an mp4 of two frames."""
    codec = ("-c:v", "libx264", "-pix_fmt", "yuv420p")
    with ffmpeg.encoding(SIZE, 10, (*codec, *options, path)) as write:
        write(frame(0))
        write(frame(100))


LISTS = {
    "ffconcat": "ffconcat version 1.0\nfile 'real.mp4'\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nreal.mp4\n#EXT-X-ENDLIST\n",
}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.gif", "a.apng"])
def test_a_list_of_files_is_no_video(kind: str, name: str, tmp_path: Path) -> None:
    film(tmp_path / "real.mp4")
    (tmp_path / name).write_text(LISTS[kind])
    for reading in (ffmpeg.stream, ffmpeg.metadata):
        with pytest.raises(GdanimError, match="is not a video"):
            reading(tmp_path / name)


@posix
@pytest.mark.parametrize(
    "name", ["http:q.mp4", "concat:a|b.mp4", "a%03d.mp4", "-y.mp4", "é b'.mp4"]
)
def test_names_are_names_of_files(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    film(tmp_path / "a.mp4")
    (tmp_path / "a.mp4").rename(name)
    assert ffmpeg.stream(Path(name)) == ffmpeg.Stream("h264", SIZE, 10.0)
    assert ffmpeg.count_frames(Path(name)) == 2


def test_tags_of_many_lines_do_not_pass_for_others(tmp_path: Path) -> None:
    hostile = "a\n[CHAPTER]\nTIMEBASE=x\n; b\n  Stream #0:0: Video: fake, 1x1, 99 fps\n\\"
    film(tmp_path / "a.mp4", "-metadata", f"comment={hostile}")
    ((_, tags),) = ffmpeg.metadata(tmp_path / "a.mp4")
    assert tags["comment"] == hostile
    assert ffmpeg.stream(tmp_path / "a.mp4") == ffmpeg.Stream("h264", SIZE, 10.0)
    assert read_chapters(tmp_path / "a.mp4") == {}
