"""What each format can hold, and how it says what it cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import (
    FORMATS,
    GIF,
    MP4,
    VARIANTS,
    Format,
    usable,
    with_codec,
)
from gdanim.errors import GdanimError, RequestError


@pytest.mark.parametrize(
    ("format", "size", "fps", "message"),
    [
        (MP4, (641, 360), 30, "size: mp4 needs an even width and height, got 641x360; try 642x360"),
        (MP4, (640, 359), 30, "size: mp4 needs an even width and height, got 640x359; try 640x360"),
        (MP4, (0, 360), 30, "size: must be at least 1x1 pixels, got 0x360"),
        (MP4, (640, 360), 0, "fps: must be at least 1, got 0"),
        (GIF, (640, 360), 30, "fps: gif keeps 10, 20, 25, 50 frames per second, got 30; try 25"),
        (GIF, (640, 360), 60, "fps: gif keeps 10, 20, 25, 50 frames per second, got 60; try 50"),
    ],
)
def test_refuses_in_one_line(format: Format, size: tuple[int, int], fps: int, message: str) -> None:
    with pytest.raises(GdanimError) as caught:
        format.check(size, fps)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("format", "size", "fps"),
    [(MP4, (640, 360), 30), (MP4, (2, 2), 1), (GIF, (641, 359), 10), (GIF, (640, 360), 50)],
)
def test_accepts(format: Format, size: tuple[int, int], fps: int) -> None:
    format.check(size, fps)


def test_formats_go_by_name_and_name_the_extension() -> None:
    assert FORMATS["mp4"] is MP4
    assert FORMATS["gif"] is GIF
    assert FORMATS["png"].extension == "-frames"
    files = [format for format in VARIANTS if not format.folder]
    assert [format.extension for format in files] == [f".{format.name}" for format in files]


def test_codecs() -> None:
    assert with_codec(MP4, None) is MP4
    assert with_codec(MP4, "h264") is MP4
    assert with_codec(MP4, "hevc").encoder == "libx265"
    assert with_codec(FORMATS["webm"], "av1").encoder == "libsvtav1"


@pytest.mark.parametrize(
    ("name", "codec", "message"),
    [
        ("mp4", "vp9", "codec: mp4 takes h264, hevc, av1, got vp9; vp9 goes into webm"),
        ("webm", "hevc", "codec: webm takes vp9, av1, got hevc; hevc goes into mp4"),
        ("gif", "av1", "codec: gif takes gif, got av1; av1 goes into mp4, webm"),
        ("mp4", "theora", "codec: mp4 takes h264, hevc, av1, got theora"),
    ],
)
def test_refuses_codecs(name: str, codec: str, message: str) -> None:
    with pytest.raises(RequestError) as caught:
        with_codec(FORMATS[name], codec)
    assert str(caught.value) == message


def test_frames_are_converted_alike_on_every_processor(tmp_path: Path) -> None:
    raw = tmp_path / "frame.raw"
    raw.write_bytes(np.random.default_rng(0).bytes(160 * 90 * 4))
    frame = ("-f", "rawvideo", "-pix_fmt", "rgb0", "-video_size", "160x90", "-i", raw)
    filters = MP4.arguments[MP4.arguments.index("-vf") + 1]

    def converted(*flags: str) -> bytes:
        out = tmp_path / "frame.yuv"
        ffmpeg.run([*flags, *frame, "-vf", filters, "-f", "rawvideo", out])
        return out.read_bytes()

    assert len(converted()) == 160 * 90 * 3 // 2
    # Without vector instructions.
    assert converted() == converted("-cpuflags", "0")


def test_another_encoder_of_the_same_codec_does_as_well() -> None:
    assert usable(MP4, {"libx264", "libopenh264"}) is MP4
    (other,) = (format for format in VARIANTS if format.encoder == "libopenh264")
    assert usable(MP4, {"libopenh264", "libx265"}) == other
    with pytest.raises(GdanimError) as caught:
        usable(MP4, {"libx265", "gif"})
    assert str(caught.value) == (
        "this ffmpeg cannot encode mp4 (h264), as it has no libx264 or libopenh264: unset "
        "IMAGEIO_FFMPEG_EXE to use the ffmpeg that comes with imageio-ffmpeg"
    )
