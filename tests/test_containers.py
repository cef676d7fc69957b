"""Every kind of file comes back: frames, rate, length, loop, colours, and what wrote it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from films import BLUE, FRAMES, ORANGE, Flat, decoded, described, flat
from PIL import Image, ImageSequence

from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import VARIANTS, Format
from gdanim.encoding.metadata import Metadata, read_note
from gdanim.film.save import save

NOTE = '{"gdanim": "1", "script": "a; b=c#d\\\\e (f) <g> & \'h\'", "long": "' + "x" * 600 + '"}'
SIZE = (96, 32)
IDS = [f"{format.name}-{format.encoder}" for format in VARIANTS]
CODED = {"h264": "h264", "hevc": "hevc", "av1": "av1", "vp9": "vp9"}
YUV = [format for format in VARIANTS if format.codec in CODED]
EXACT = [format for format in VARIANTS if format.name in ("webp", "apng", "png")]


def rate(format: Format) -> int:
    return 20 if format.fps else 30


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[Format, Path]:
    """The same film in every kind of file that this ffmpeg can write."""
    folder = tmp_path_factory.mktemp("files")
    made = {}
    for format, name in zip(VARIANTS, IDS, strict=True):
        if format.encoder in ffmpeg.encoders():
            made[format] = folder / f"{name}{format.extension}"
            save(flat(fps=rate(format)), made[format], format, metadata=Metadata(NOTE))
    return made


@pytest.fixture(autouse=True)
def encoder(request: pytest.FixtureRequest) -> None:
    """Older builds of ffmpeg lack some encoders; the tests of their formats are skipped."""
    callspec = getattr(request.node, "callspec", None)
    format = callspec.params.get("format") if callspec else None
    if isinstance(format, Format) and format.encoder not in ffmpeg.encoders():
        pytest.skip(f"this ffmpeg has no {format.encoder}")


def pictures(path: Path) -> list[np.ndarray]:
    """Each frame, RGB."""
    if path.is_dir():
        return [iio.imread(file)[..., :3] for file in sorted(path.iterdir())]
    with Image.open(path) as picture:
        return [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(picture)]


def times(path: Path) -> list[float]:
    """Milliseconds of each frame, as Pillow decodes them."""
    with Image.open(path) as picture:
        shown = []
        for k in range(getattr(picture, "n_frames", 1)):
            picture.seek(k)
            picture.load()
            shown.append(picture.info["duration"])
        return shown


@pytest.mark.parametrize("format", VARIANTS, ids=IDS)
def test_the_note_comes_back(files: dict[Format, Path], format: Format) -> None:
    assert read_note(files[format]) == NOTE


@pytest.mark.parametrize("format", YUV, ids=lambda f: f"{f.name}-{f.encoder}")
def test_video_streams(files: dict[Format, Path], format: Format) -> None:
    words = described(files[format])
    assert f"Video: {CODED[format.codec]}" in words
    assert re.search(r"yuv420p\(tv, bt709(, progressive)?\), 96x32", words)
    assert "30 fps" in words
    assert "Duration: 00:00:00.40" in words
    assert ffmpeg.count_frames(files[format]) == FRAMES
    frames = decoded(files[format], SIZE)
    middle = frames[:, 16].astype(int)
    assert np.abs(middle[:, 16] - ORANGE).max() <= 4
    assert np.abs(middle[:, 48] - BLUE).max() <= 4
    greys = np.linspace(0, 255, FRAMES)
    assert np.abs(middle[:, 80] - greys[:, np.newaxis]).max() <= 6


def test_hevc_has_the_tag_that_apple_wants(files: dict[Format, Path]) -> None:
    tagged = [format for format in files if b"hvc1" in contents(files[format])[0]]
    assert [format.codec for format in tagged] == ["hevc"]


@pytest.mark.parametrize("format", EXACT, ids=lambda f: f.name)
def test_lossless_files_come_back_to_the_bit(files: dict[Format, Path], format: Format) -> None:
    film = Flat()
    frames = pictures(files[format])
    assert len(frames) == FRAMES
    for k, frame in enumerate(frames):
        np.testing.assert_array_equal(frame, np.asarray(film.draw(k))[..., :3])


@pytest.mark.parametrize("name", ["gif", "webp", "apng"])
def test_times_are_exact_and_loops_endless(files: dict[Format, Path], name: str) -> None:
    (format,) = (format for format in VARIANTS if format.name == name)
    shown = times(files[format])
    assert len(shown) == FRAMES
    assert sum(shown) == pytest.approx(1000 * FRAMES / rate(format), abs=1e-6)
    assert max(abs(time - 1000 / rate(format)) for time in shown) < 1
    with Image.open(files[format]) as picture:
        assert picture.info["loop"] == 0


def test_frames_are_numbered_from_zero(files: dict[Format, Path]) -> None:
    (folder,) = (files[format] for format in VARIANTS if format.folder)
    assert [file.name for file in sorted(folder.iterdir())] == [
        f"frame-{k:02}.png" for k in range(FRAMES)
    ]


def standing(frames: int, moving: int) -> Flat:
    """A film whose last frames are all alike."""
    film = Flat(fps=25)
    film.frames = frames
    show = film.show
    film.show = lambda frame: show(min(frame, moving))  # type: ignore[method-assign]
    return film


# An APNG of one frame is a PNG, which has no length.
@pytest.mark.parametrize(
    ("name", "frames", "moving"),
    [(name, *case) for name in ("gif", "webp", "apng") for case in ((11, 4), (11, 0), (2, 1))]
    + [("gif", 1, 0), ("webp", 1, 0)],
)
def test_holds_are_exact(tmp_path: Path, name: str, frames: int, moving: int) -> None:
    (format,) = (format for format in VARIANTS if format.name == name)
    path = tmp_path / f"a.{name}"
    save(standing(frames, moving), path, format)  # type: ignore[arg-type]
    shown = times(path)
    assert shown[:moving] == [40.0] * moving
    assert sum(shown[moving:]) == pytest.approx(40 * (frames - moving))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs a system that binds cores")
@pytest.mark.parametrize("format", VARIANTS, ids=IDS)
def test_the_same_bytes_on_one_core_as_on_all(
    files: dict[Format, Path], format: Format, tmp_path: Path
) -> None:
    path = tmp_path / f"a{format.extension}"
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        save(flat(fps=rate(format)), path, format, metadata=Metadata(NOTE))
    finally:
        os.sched_setaffinity(0, cores)
    for one, all_ in zip(contents(path), contents(files[format]), strict=True):
        assert one == all_


def contents(path: Path) -> list[bytes]:
    return [file.read_bytes() for file in (sorted(path.iterdir()) if path.is_dir() else [path])]


@pytest.mark.parametrize("format", [f for f in VARIANTS if not f.even], ids=lambda f: f"{f.name}")
def test_sizes_may_be_odd(tmp_path: Path, format: Format) -> None:
    path = tmp_path / f"a{format.extension}"
    save(flat((95, 31), fps=rate(format)), path, format)
    if format.codec in CODED:
        assert ", 95x31" in described(path)
        assert len(decoded(path, (95, 31))) == FRAMES
    else:
        assert [frame.shape for frame in pictures(path)] == [(31, 95, 3)] * FRAMES
