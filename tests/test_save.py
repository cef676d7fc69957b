"""Films to files: what comes back is what was drawn, and a fault leaves no trace."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

import imageio.v3 as iio
import matplotlib as mpl
import numpy as np
import pytest
from films import BLUE, FRAMES, ORANGE, Flat, decoded, described, flat
from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist
from numpy.typing import NDArray

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import GIF, MP4, Format
from gdanim.errors import GdanimError
from gdanim.film import save as saving
from gdanim.film.film import Film
from gdanim.film.save import save, save_still
from gdanim.pacing.timeline import Every
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.scene import Scene

posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


def assert_patches(frames: NDArray[np.uint8], within: int) -> None:
    """Orange, blue and the rising grey, in the middle of each third."""
    middle = frames[:, 16].astype(int)
    greys = np.linspace(0, 255, FRAMES)
    assert len(frames) == FRAMES
    assert np.abs(middle[:, 16] - ORANGE).max() <= within
    assert np.abs(middle[:, 48] - BLUE).max() <= within
    assert np.abs(middle[:, 80] - greys[:, np.newaxis]).max() <= within + 1


def test_mp4_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    save(flat(), path, MP4)
    words = described(path)
    assert "Video: h264" in words
    assert re.search(r"yuv420p\(tv, bt709(, progressive)?\), 96x32", words)
    assert "10 fps" in words
    assert "Duration: 00:00:01.20" in words
    assert_patches(decoded(path, (96, 32)), within=3)


def test_mp4_is_bt709_and_not_tagged_only(tmp_path: Path) -> None:
    """The stored luma itself: 16 + 219 (0.2126 R + 0.7152 G + 0.0722 B)."""
    path = tmp_path / "a.mp4"
    save(flat(), path, MP4)
    command = [ffmpeg.executable(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-"]
    planes = subprocess.run(command, capture_output=True, check=True).stdout
    luma = np.frombuffer(planes, np.uint8)[: 96 * 32].reshape(32, 96)
    for column, rgb in ((16, ORANGE), (48, BLUE), (80, (0, 0, 0))):
        expected = 16 + 219 * np.dot((0.2126, 0.7152, 0.0722), rgb) / 255
        assert abs(luma[16, column] - expected) <= 2


def test_mp4_starts_with_its_index(tmp_path: Path) -> None:
    save(flat(), tmp_path / "a.mp4", MP4)
    content = (tmp_path / "a.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_gif_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    save(flat(fps=20), path, GIF)
    assert_patches(iio.imread(path)[..., :3], within=4)
    assert [iio.immeta(path, index=k)["duration"] for k in range(FRAMES)] == [50] * FRAMES
    assert iio.immeta(path)["loop"] == 0


@pytest.mark.parametrize("format", [MP4, GIF], ids=lambda format: format.name)
@pytest.mark.parametrize("frames", [1, 2])
def test_short_films_and_frames_that_stand_still(
    tmp_path: Path, format: Format, frames: int
) -> None:
    film = Flat()
    film.frames = frames
    film.show = lambda frame: []  # type: ignore[method-assign]
    save(cast(Film, film), tmp_path / "a", format)
    assert ffmpeg.count_frames(tmp_path / "a", own=True) == frames


def test_gif_sizes_may_be_odd(tmp_path: Path) -> None:
    save(flat((95, 31)), tmp_path / "a.gif", GIF)
    assert iio.improps(tmp_path / "a.gif").shape[:3] == (FRAMES, 31, 95)


@pytest.mark.parametrize("format", [MP4, GIF], ids=lambda format: format.name)
def test_the_same_film_gives_the_same_bytes(tmp_path: Path, format: Format) -> None:
    save(flat(), tmp_path / "a", format)
    save(flat(), tmp_path / "b", format)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_palette_is_made_from_a_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "PALETTE_FRAMES", 4)
    sampled: list[int] = []
    film = Flat()

    def draw(frame: int) -> memoryview:
        sampled.append(frame)
        return Flat.draw(film, frame)

    monkeypatch.setattr(film, "draw", draw)
    save(cast(Film, film), tmp_path / "a.gif", GIF)
    assert sampled == [0, 4, 7, 11]
    assert film.drawn == 4 + FRAMES


def test_the_users_matplotlibrc_changes_nothing(tmp_path: Path) -> None:
    with mpl.rc_context({"savefig.dpi": 300, "savefig.facecolor": "red"}):
        save(flat(), tmp_path / "a.mp4", MP4)
    assert "96x32" in described(tmp_path / "a.mp4")


def test_saved_frames_are_those_that_draw_gives(tmp_path: Path) -> None:
    lossless = Format("lossless", output=("-c:v", "ffv1", "-pix_fmt", "bgr0", "-f", "matroska"))
    problem = Problem(datasets.linear(points=9), Linear())
    scene = Scene(problem, GradientDescent(0.01), steps=4, pace=Every(1, 0, 0), size=(320, 180))
    film = scene.film()
    with mpl.rc_context({"text.antialiased": False, "path.snap": False, "savefig.dpi": 300}):
        save(film, tmp_path / "a", lossless)
    frames = decoded(tmp_path / "a", (320, 180))
    assert len(frames) == len(film) == 5
    for k in reversed(range(5)):
        np.testing.assert_array_equal(frames[k], np.asarray(film.draw(k))[..., :3])


def test_progress_counts_the_frames(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    save(flat(), tmp_path / "a.mp4", MP4, lambda done, total: told.append((done, total)))
    assert told == [(done, FRAMES) for done in range(FRAMES + 1)]


@pytest.mark.parametrize(
    ("size", "fps", "format", "message"),
    [
        ((95, 32), 10, MP4, "^size: mp4 needs an even width and height"),
        ((96, 32), 30, GIF, "^fps: gif keeps 10, 20, 25, 50"),
    ],
)
def test_refuses_before_anything_is_drawn(
    tmp_path: Path, size: tuple[int, int], fps: int, format: Format, message: str
) -> None:
    film = Flat(size, fps)
    with pytest.raises(GdanimError, match=message):
        save(cast(Film, film), tmp_path / "new" / "a", format)
    assert film.drawn == 0
    assert list(tmp_path.iterdir()) == []


def test_refuses_a_folder_before_anything_is_drawn(tmp_path: Path) -> None:
    film = Flat()
    with pytest.raises(GdanimError, match="it is a folder"):
        save(cast(Film, film), tmp_path, MP4)
    assert film.drawn == 0


def test_still_comes_back(tmp_path: Path) -> None:
    save_still(flat(), 11, tmp_path / "a.png")
    picture = iio.imread(tmp_path / "a.png")
    assert picture.shape == (32, 96, 4)
    assert picture[16, [16, 48, 80], :3].tolist() == [list(ORANGE), list(BLUE), [255, 255, 255]]
    assert os.listdir(tmp_path) == ["a.png"]


class Watched:
    """A folder with an old video in it, and the processes that were started since."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "out" / "a.video"
        self.path.parent.mkdir()
        self.path.write_bytes(b"the old one")
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        self.processes: list[subprocess.Popen[bytes]] = []

    def assert_untouched(self, started: bool = True) -> None:
        assert self.path.read_bytes() == b"the old one"
        assert os.listdir(self.path.parent) == ["a.video"]
        assert os.listdir(self.scratch) == []
        assert bool(self.processes) == started
        for process in self.processes:
            assert process.returncode is not None
            with pytest.raises(ProcessLookupError):
                os.kill(process.pid, 0)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    watched = Watched(tmp_path)

    class Recorded(subprocess.Popen[bytes]):
        def __init__(self, *args: object, **kwargs: object) -> None:
            super().__init__(*args, **kwargs)  # type: ignore[call-overload]
            watched.processes.append(self)

    monkeypatch.setattr(subprocess, "Popen", Recorded)
    monkeypatch.setattr(tempfile, "tempdir", str(watched.scratch))
    return watched


formats = pytest.mark.parametrize("format", [MP4, GIF], ids=lambda format: format.name)


@formats
@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize("at", [0, 7, 11])
def test_a_fault_in_the_drawing(
    watched: Watched, format: Format, fault: type[BaseException], at: int
) -> None:
    film = Flat()

    def show(frame: int) -> list[Artist]:
        if frame == at:
            raise fault("mine")
        return []

    film.show = show  # type: ignore[method-assign]
    with pytest.raises(fault, match="^mine$"):
        save(cast(Film, film), watched.path, format)
    # What stays the same in all frames is found with the first, before ffmpeg is started; a palette
    # is chosen by an ffmpeg of its own before that.
    watched.assert_untouched(started=at > 0 or format.colours is not None)


@formats
def test_a_fault_in_the_progress(watched: Watched, format: Format) -> None:
    def progress(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save(flat(), watched.path, format, progress)
    watched.assert_untouched()


@formats
def test_ffmpeg_killed_in_the_middle(watched: Watched, format: Format) -> None:
    def progress(done: int, total: int) -> None:
        if done == 5:
            os.kill(watched.processes[-1].pid, signal.SIGKILL)

    with pytest.raises(GdanimError, match="^ffmpeg was killed .*9"):
        save(flat((640, 360)), watched.path, format, progress)
    watched.assert_untouched()


@pytest.mark.parametrize(
    "format",
    [
        Format("bad output", output=("-no_such_option", "1", "-f", "mp4")),
        Format("bad output of few colours", output=("-no_such_option", "1"), colours=4),
    ],
    ids=lambda format: format.name,
)
def test_ffmpeg_that_refuses(watched: Watched, format: Format) -> None:
    with pytest.raises(GdanimError, match="^ffmpeg failed .*\n(.*\n)*.*no_such_"):
        save(flat(), watched.path, format)
    watched.assert_untouched()


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a shell script in ffmpeg's place."""

    def install(script: str) -> None:
        path = tmp_path / "ffmpeg"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(path))

    return install


@posix
@formats
def test_ffmpeg_that_fails_with_words(
    watched: Watched, stand_in: Callable[[str], None], format: Format
) -> None:
    stand_in("echo 'no space left' >&2; exit 1")
    with pytest.raises(GdanimError, match=r"exit code 1\):\nno space left$"):
        save(flat((640, 360)), watched.path, format)
    watched.assert_untouched()


@posix
def test_ffmpeg_that_writes_nothing(watched: Watched, stand_in: Callable[[str], None]) -> None:
    stand_in("exec cat > /dev/null")
    with pytest.raises(GdanimError, match="incomplete: 0 of 12"):
        save(flat(), watched.path, MP4)
    watched.assert_untouched()


def test_a_film_that_ends_early(watched: Watched) -> None:
    film = Flat()
    five = FuncAnimation(
        film.figure, film.show, frames=5, init_func=lambda: [], cache_frame_data=False
    )
    film.animation = lambda frames: five  # type: ignore[method-assign]
    with pytest.raises(GdanimError, match="5 of 12 .*5"):
        save(cast(Film, film), watched.path, MP4)
    watched.assert_untouched()


def test_a_still_that_fails(tmp_path: Path) -> None:
    film = Flat()

    def draw(frame: int) -> memoryview:
        raise KeyboardInterrupt

    film.draw = draw  # type: ignore[method-assign]
    (tmp_path / "a.png").write_bytes(b"the old one")
    with pytest.raises(KeyboardInterrupt):
        save_still(cast(Film, film), 0, tmp_path / "a.png")
    assert os.listdir(tmp_path) == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"the old one"
