"""The kinds of file that a film can be saved as."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from gdanim.errors import GdanimError, RequestError


@dataclass(frozen=True)
class Format:
    """A kind of video file: what it can hold, and ffmpeg's arguments for it.

    `output` are the arguments between input and file name, the muxer among them; `crf`, where it
    has one, is the encoder's constant rate factor (higher is smaller). `encoder` is the one of
    ffmpeg that it needs. `fps` lists the frame rates that it can keep (any when None); `even` says
    that width and height must be even. Its frames are drawn in a palette of so many `colours` (all
    when None). A `folder` holds a numbered file for every frame. `lower` are the further values of
    `crf`, or else of `colours`, that a limit on the file's size may take, best first. `container`
    says where the file keeps the note on what wrote it.
    """

    name: str
    output: tuple[str, ...]
    codec: str = ""
    encoder: str = ""
    fps: tuple[int, ...] | None = None
    even: bool = False
    crf: int | None = None
    colours: int | None = None
    lower: tuple[int, ...] = ()
    folder: bool = False
    container: Literal["tags", "gif", "png", "webp"] = "tags"

    @property
    def extension(self) -> str:
        """The end of the file's name, with its dot; of the folder's, `-frames`."""
        return "-frames" if self.folder else f".{self.name}"

    @property
    def levels(self) -> tuple[Format, ...]:
        """This format and the same in lower quality, best first."""
        if self.crf is not None:
            return (self, *(replace(self, crf=crf) for crf in self.lower))
        return (self, *(replace(self, colours=colours) for colours in self.lower))

    @property
    def arguments(self) -> tuple[str, ...]:
        """What ffmpeg is told between input and file name."""
        return (*self.output, *(("-crf", f"{self.crf}") if self.crf is not None else ()))

    def check(self, size: tuple[int, int], fps: int) -> None:
        """GdanimError when the format cannot hold frames of this size at this rate."""
        width, height = size
        if width < 1 or height < 1:
            raise GdanimError(f"size: must be at least 1x1 pixels, got {width}x{height}")
        if fps < 1:
            raise GdanimError(f"fps: must be at least 1, got {fps}")
        if self.even and (width % 2 or height % 2):
            raise GdanimError(
                f"size: {self.name} needs an even width and height, got {width}x{height}; "
                f"try {width + width % 2}x{height + height % 2}"
            )
        if self.fps and fps not in self.fps:
            allowed = ", ".join(map(str, self.fps))
            nearest = min(self.fps, key=lambda rate: abs(rate - fps))
            raise GdanimError(
                f"fps: {self.name} keeps {allowed} frames per second, got {fps}; try {nearest}"
            )


# Without `scale` saying so, swscale converts RGB with BT.601's matrix and tags nothing, and players
# show other colours. Halved chroma is the mean of all four pixels (full_chroma_inp: not of every
# other one): as near to the frame as bicubic, for two thirds of the time. bitexact rounds alike on
# every processor. The frames' tags (setparams) are what newer ffmpegs give the encoder, the options
# what older ones do. https://trac.ffmpeg.org/wiki/colorspace
_BT709 = (
    "-vf",
    "scale=out_color_matrix=bt709:out_range=tv"
    ":flags=area+full_chroma_inp+bitexact,format=yuv420p,"
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709",
    *("-color_range", "tv", "-colorspace", "bt709"),
    *("-color_primaries", "bt709", "-color_trc", "bt709"),
)
_MP4 = ("-movflags", "+faststart", "-f", "mp4")
# Without bitexact the file gets a random id, and the same film would give other bytes.
_WEBM = ("-fflags", "+bitexact", "-f", "webm")
# The result depends on how many threads there are, and encoders' defaults follow the machine.
_THREADS = ("-threads", "4")
_VP9 = (
    *("-c:v", "libvpx-vp9", "-b:v", "0", "-deadline", "good", "-cpu-used", "4"),
    *("-row-mt", "1", "-tile-columns", "1", *_THREADS),
)
_SVT_AV1 = ("-c:v", "libsvtav1", "-preset", "6", "-svtav1-params", "scm=1")
_AOM_AV1 = ("-c:v", "libaom-av1", "-cpu-used", "8", "-row-mt", "1", *_THREADS)

# Slower presets save a tenth of the bytes and take twice the time and more: at this factor there is
# nothing to see between them. Lines on an even ground need no fine search for motion, and with more
# frames between two others that costs hardly any bytes: it saves a quarter of x264's time.
MP4 = Format(
    name="mp4",
    codec="h264",
    encoder="libx264",
    even=True,
    crf=18,
    lower=(21, 24, 27, 30),
    output=(
        *(*_BT709, "-c:v", "libx264", "-preset", "veryfast", "-tune", "animation"),
        *("-x264-params", "subme=1:bframes=5:b-adapt=0"),
        *(*_THREADS, *_MP4),
    ),
)
# For ffmpegs without libx264, such as those of free-only distributions. It has no rate factor.
MP4_OPENH264 = Format(
    name="mp4",
    codec="h264",
    encoder="libopenh264",
    even=True,
    output=(
        *(*_BT709, "-c:v", "libopenh264", "-rc_mode", "off", "-qmin", "18", "-qmax", "18"),
        *("-threads", "1", *_MP4),
    ),
)
MP4_HEVC = Format(
    name="mp4",
    codec="hevc",
    encoder="libx265",
    even=True,
    crf=20,
    lower=(23, 26, 29, 32),
    output=(
        *(*_BT709, "-c:v", "libx265", "-preset", "medium"),
        *("-x265-params", "log-level=error:pools=4:frame-threads=2"),
        # Apple's players know HEVC by this tag alone.
        *("-tag:v", "hvc1", *_MP4),
    ),
)
MP4_AV1 = Format(
    name="mp4",
    codec="av1",
    encoder="libsvtav1",
    even=True,
    crf=30,
    lower=(36, 42, 48, 54),
    output=(*_BT709, *_SVT_AV1, *_MP4),
)
MP4_AOM = Format(
    name="mp4",
    codec="av1",
    encoder="libaom-av1",
    even=True,
    crf=28,
    lower=(34, 40, 46, 52),
    output=(*_BT709, *_AOM_AV1, *_MP4),
)
WEBM = Format(
    name="webm",
    codec="vp9",
    encoder="libvpx-vp9",
    crf=24,
    lower=(29, 34, 39, 45),
    output=(*_BT709, *_VP9, *_WEBM),
)
WEBM_AV1 = Format(
    name="webm",
    codec="av1",
    encoder="libsvtav1",
    even=True,
    crf=30,
    lower=(36, 42, 48, 54),
    output=(*_BT709, *_SVT_AV1, *_WEBM),
)
WEBM_AOM = Format(
    name="webm",
    codec="av1",
    encoder="libaom-av1",
    crf=28,
    lower=(34, 40, 46, 52),
    output=(*_BT709, *_AOM_AV1, *_WEBM),
)
GIF = Format(
    name="gif",
    codec="gif",
    container="gif",
    encoder="gif",
    # A GIF counts time in hundredths of a second, and browsers slow down delays below 2 of them:
    # at other rates the video would drift. https://www.w3.org/Graphics/GIF/spec-gif89a.txt
    fps=(10, 20, 25, 50),
    colours=96,
    lower=(64, 48, 32),
    output=("-c:v", "gif", "-loop", "0", "-f", "gif"),
)
WEBP = Format(
    name="webp",
    codec="webp",
    container="webp",
    encoder="libwebp_anim",
    lower=(160, 96, 64, 32),
    # On flat colours lossless is as small as lossy at quality 85, and has no rims around the lines.
    output=(
        *("-c:v", "libwebp_anim", "-lossless", "1", "-compression_level", "1", "-quality", "75"),
        *("-loop", "0", "-f", "webp"),
    ),
)
APNG = Format(
    name="apng",
    codec="apng",
    container="png",
    encoder="apng",
    lower=(160, 96, 64, 32),
    output=("-c:v", "apng", "-pred", "mixed", "-plays", "0", "-f", "apng"),
)
PNG = Format(
    name="png",
    codec="png",
    container="png",
    encoder="png",
    folder=True,
    output=("-c:v", "png", "-pred", "mixed", "-start_number", "0", "-f", "image2"),
)

# What the files in a folder of frames are called; LaTeX's animate wants them numbered so.
FRAME = r"frame-\d+\.png"
# The kinds of picture that a single step can be drawn as.
STILLS = ("png", "svg", "pdf")
STILL_EXTENSIONS = tuple(f".{kind}" for kind in STILLS)

# Of formats of one name and codec, the first whose encoder there is; of those of one name, the
# first codec unless another is asked for.
_VIDEO = (MP4, MP4_OPENH264, MP4_HEVC, MP4_AV1, MP4_AOM, WEBM, WEBM_AV1, WEBM_AOM)
VARIANTS = (*_VIDEO, GIF, WEBP, APNG, PNG)
CODECS = tuple(dict.fromkeys(format.codec for format in _VIDEO))


def with_codec(format: Format, codec: str | None) -> Format:
    """The format with another codec; RequestError when it has no such one."""
    same = [other for other in VARIANTS if other.name == format.name]
    for other in same:
        if codec in (None, other.codec):
            return other
    codecs = ", ".join(dict.fromkeys(other.codec for other in same))
    takes = ", ".join(dict.fromkeys(other.name for other in VARIANTS if other.codec == codec))
    raise RequestError(
        f"codec: {format.name} takes {codecs}, got {codec}"
        + (f"; {codec} goes into {takes}" if takes else "")
    )


FORMATS = {format.name: with_codec(format, None) for format in VARIANTS}
BY_EXTENSION = {format.extension: format for format in FORMATS.values()}


def usable(format: Format, encoders: Collection[str]) -> Format:
    """The format, or its like with an encoder that there is; GdanimError when there is none."""
    like = [o for o in VARIANTS if (o.name, o.codec) == (format.name, format.codec)]
    for other in (format, *like):
        if other.encoder in encoders:
            return other
    needed = " or ".join(dict.fromkeys(other.encoder for other in (format, *like)))
    raise GdanimError(
        f"this ffmpeg cannot encode {format.name} ({format.codec}), as it has no {needed}: unset "
        "IMAGEIO_FFMPEG_EXE to use the ffmpeg that comes with imageio-ffmpeg"
    )


# Videos of these names can be cut into stretches, which this joins.
JOINED = {"mp4": _MP4, "webm": _WEBM}
