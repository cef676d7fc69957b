"""The file formats that a film can be saved in: a new one is a new entry of VARIANTS."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Literal

from gdanim.errors import GdanimError, RequestError

NotePlace = Literal["tags", "gif", "png", "webp", "svg", "pdf"]
"""Where a file keeps the note on what wrote it: in ffmpeg's tags, or as its own kind of file does.
"""


@dataclass(frozen=True)
class Format:
    """A kind of video file: what it can hold, and ffmpeg's arguments for it.

    `encoder` is ffmpeg's encoder, and `output` its arguments and filters; `crf`, where it has one,
    is its constant rate factor (higher is smaller). `muxer` are the container's arguments, given
    if encoded videos can be joined without encoding again. `fps` lists the frame rates that the
    format can keep (any when None); `even` says that width and height must be even. Frames are
    drawn in a palette of `colours` colours (all when None). A `folder` holds a numbered file for
    every frame. `lower_crfs` and `lower_colours` are the alternatives for a limit on the file's
    size, best first. `mime` is the type that a web page names. `alpha` says that pixels may be
    transparent; then `output_with_alpha`, if given, replaces `output`. An animated picture plays
    `loop` times (0: for ever), and its last frame stays for `hold` seconds: `playback(loop, hold)`
    returns ffmpeg's arguments for that; it is None if the player decides.
    """

    name: str
    output: tuple[str, ...]
    codec: str = ""
    encoder: str = ""
    muxer: tuple[str, ...] = ()
    mime: str = ""
    note: NotePlace = "tags"
    fps: tuple[int, ...] | None = None
    even: bool = False
    crf: int | None = None
    lower_crfs: tuple[int, ...] = ()
    colours: int | None = None
    lower_colours: tuple[int, ...] = ()
    folder: bool = False
    alpha: bool = False
    output_with_alpha: tuple[str, ...] = ()
    playback: Callable[[int, float], tuple[str, ...]] | None = None
    loop: int = 0
    hold: float = 0.0

    @property
    def extension(self) -> str:
        """The file's extension with its dot; for a folder, `-frames`."""
        return "-frames" if self.folder else f".{self.name}"

    @property
    def levels(self) -> tuple[Format, ...]:
        """The format itself and the same in lower quality, best first."""
        by_crf = [replace(self, crf=crf) for crf in self.lower_crfs]
        by_colours = [replace(self, colours=colours) for colours in self.lower_colours]
        return (self, *by_crf, *by_colours)

    @property
    def arguments(self) -> tuple[str, ...]:
        """The arguments for ffmpeg between input and file name."""
        crf = () if self.crf is None else ("-crf", f"{self.crf}")
        playback = () if self.playback is None else self.playback(self.loop, self.hold)
        return (*self.output, *crf, *playback, *self.muxer)

    def transparent(self) -> Format:
        """The same for frames with transparent pixels; RequestError if the format has none."""
        if not self.output_with_alpha:
            able = dict.fromkeys(other.name for other in VARIANTS if other.output_with_alpha)
            raise RequestError(
                f"transparent: {self.name} ({self.codec}) does not support transparency; "
                f"take {', '.join(able)}"
            )
        return replace(self, output=self.output_with_alpha, alpha=True)

    def replayed(self, loop: int | None, hold: float | None) -> Format:
        """The same with loops and a hold at the end; RequestError if the format stores neither."""
        given = [name for name, value in (("loop", loop), ("hold", hold)) if value is not None]
        if given and self.playback is None:
            able = ", ".join(other.name for other in VARIANTS if other.playback)
            raise RequestError(
                f"{given[0]}: {self.name} cannot store that: the player decides; take {able}"
            )
        return replace(self, loop=loop or 0, hold=hold or 0.0)

    def lasting(self, frames: int, fps: int) -> float:
        """The duration of this many frames, in seconds."""
        return (frames - 1) / fps + max(self.hold, 1 / fps)

    def check(self, size: tuple[int, int], fps: int) -> None:
        """GdanimError if the format cannot hold frames of this size at this rate."""
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


# By default swscale converts RGB with BT.601's matrix and writes no tags, and players show other
# colours. Halved chroma is the mean of all four pixels (full_chroma_inp: not of every other one):
# as close to the frame as bicubic, in two thirds of the time. bitexact rounds the same way on every
# processor. Newer ffmpegs give the encoder the frames' tags (setparams), older ones the
# options. https://trac.ffmpeg.org/wiki/colorspace
def _bt709(pixels: str) -> tuple[str, ...]:
    return (
        "-vf",
        "scale=out_color_matrix=bt709:out_range=tv"
        f":flags=area+full_chroma_inp+bitexact,format={pixels},"
        "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709",
        *("-color_range", "tv", "-colorspace", "bt709"),
        *("-color_primaries", "bt709", "-color_trc", "bt709"),
    )


# The result depends on the number of threads, which by default follows the machine.
_THREADS = ("-threads", "4")


_MUXERS = {
    "mp4": ("-movflags", "+faststart", "-f", "mp4"),
    # Without bitexact the file gets a random id, and the same film would give different bytes.
    "webm": ("-fflags", "+bitexact", "-f", "webm"),
}


def _video(
    name: str,
    codec: str,
    encoder: str,
    options: tuple[str, ...],
    crfs: tuple[int, ...] = (),
    even: bool = True,
) -> Format:
    """A video in colours that players support; `crfs` are constant rate factors, best first."""
    return Format(
        name=name,
        mime=f"video/{name}",
        codec=codec,
        encoder=encoder,
        output=(*_bt709("yuv420p"), "-c:v", encoder, *options),
        # The only one of these encoders that takes transparent pixels.
        output_with_alpha=(*_bt709("yuva420p"), "-c:v", encoder, *options) * (codec == "vp9"),
        muxer=_MUXERS[name],
        even=even,
        crf=crfs[0] if crfs else None,
        lower_crfs=crfs[1:],
    )


# Slower presets save a tenth of the bytes but take more than twice the time; at this rate factor
# no difference is visible. Lines on an even ground need no fine motion search, and more frames
# between two others cost hardly any bytes there: that saves a quarter of x264's time.
_X264 = (
    *("-preset", "veryfast", "-tune", "animation"),
    *("-x264-params", "subme=1:bframes=5:b-adapt=0", *_THREADS),
)
_OPENH264 = ("-rc_mode", "off", "-qmin", "18", "-qmax", "18", "-threads", "1")
_X265 = (
    *("-preset", "medium", "-x265-params", "log-level=error:pools=4:frame-threads=2"),
    # Apple's players recognise HEVC by this tag alone.
    *("-tag:v", "hvc1"),
)
_VP9 = (
    *("-b:v", "0", "-deadline", "good", "-cpu-used", "4"),
    *("-row-mt", "1", "-tile-columns", "1", *_THREADS),
)
_SVT_AV1 = ("-preset", "6", "-svtav1-params", "scm=1")
_AOM_AV1 = ("-cpu-used", "8", "-row-mt", "1", *_THREADS)

MP4 = _video("mp4", "h264", "libx264", _X264, (18, 21, 24, 27, 30))


def _gif_playback(loop: int, hold: float) -> tuple[str, ...]:
    # A GIF counts repetitions: 0 means for ever, -1 none.
    delay = ("-final_delay", f"{round(100 * hold)}") if hold else ()
    return ("-loop", f"{loop - 1 if loop > 1 else -loop}", *delay)


def _apng_playback(loop: int, hold: float) -> tuple[str, ...]:
    return ("-plays", f"{loop}", *(("-final_delay", f"{round(1000 * hold)}/1000") if hold else ()))


def _webp_playback(loop: int, hold: float) -> tuple[str, ...]:
    # ffmpeg cannot set the hold, which is added afterwards.
    return ("-loop", f"{loop}")


_GIF = ("-c:v", "gif", "-f", "gif")
# On flat colours lossless is as small as lossy at quality 85, without rims around lines.
_WEBP = (
    *("-c:v", "libwebp_anim", "-lossless", "1", "-compression_level", "1"),
    *("-quality", "75", "-f", "webp"),
)
_APNG = ("-c:v", "apng", "-pred", "mixed", "-f", "apng")
_PNG = ("-c:v", "png", "-pred", "mixed", "-start_number", "0", "-f", "image2")
GIF = Format(
    name="gif",
    mime="image/gif",
    codec="gif",
    encoder="gif",
    note="gif",
    # A GIF counts time in hundredths of a second, and browsers slow down delays below 2 of them:
    # at other rates the video would drift. https://www.w3.org/Graphics/GIF/spec-gif89a.txt
    fps=(10, 20, 25, 50),
    colours=96,
    lower_colours=(64, 48, 32),
    output=_GIF,
    output_with_alpha=_GIF,
    playback=_gif_playback,
)
# Of several formats with the same name and codec, the first that ffmpeg has an encoder for is used;
# of those with the same name, the first codec unless another is asked for.
VARIANTS = (
    MP4,
    # For ffmpegs without libx264, such as those of free-only distributions. It has no rate factor.
    _video("mp4", "h264", "libopenh264", _OPENH264),
    _video("mp4", "hevc", "libx265", _X265, (20, 23, 26, 29, 32)),
    _video("mp4", "av1", "libsvtav1", _SVT_AV1, (30, 36, 42, 48, 54)),
    _video("mp4", "av1", "libaom-av1", _AOM_AV1, (28, 34, 40, 46, 52)),
    _video("webm", "vp9", "libvpx-vp9", _VP9, (24, 29, 34, 39, 45), even=False),
    _video("webm", "av1", "libsvtav1", _SVT_AV1, (30, 36, 42, 48, 54)),
    _video("webm", "av1", "libaom-av1", _AOM_AV1, (28, 34, 40, 46, 52), even=False),
    GIF,
    Format(
        name="webp",
        mime="image/webp",
        codec="webp",
        encoder="libwebp_anim",
        note="webp",
        lower_colours=(160, 96, 64, 32),
        output=_WEBP,
        output_with_alpha=("-pix_fmt", "bgra", *_WEBP),
        playback=_webp_playback,
    ),
    Format(
        name="apng",
        mime="image/apng",
        codec="apng",
        encoder="apng",
        note="png",
        lower_colours=(160, 96, 64, 32),
        output=_APNG,
        output_with_alpha=("-pix_fmt", "rgba", *_APNG),
        playback=_apng_playback,
    ),
    Format(
        name="png",
        codec="png",
        encoder="png",
        note="png",
        folder=True,
        output=_PNG,
        output_with_alpha=("-pix_fmt", "rgba", *_PNG),
    ),
)
CODECS = tuple(dict.fromkeys(format.codec for format in VARIANTS if format.muxer))

# The names of the files in a folder of frames, numbered as LaTeX's animate wants them.
FRAME = r"frame-\d+\.png"
# The kinds of picture that a single step can be drawn as.
STILLS: tuple[Literal["png", "svg", "pdf"], ...] = ("png", "svg", "pdf")
STILL_EXTENSIONS = tuple(f".{kind}" for kind in STILLS)


def with_codec(format: Format, codec: str | None) -> Format:
    """The format with this codec (None: its first); RequestError if it has no such codec."""
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
    """The format, or one of the same name and codec, whose encoder is among `encoders`.

    Raises GdanimError if there is none.
    """
    like = [o for o in VARIANTS if (o.name, o.codec) == (format.name, format.codec)]
    for other in (format, *like):
        if other.encoder in encoders:
            return other
    needed = " or ".join(dict.fromkeys(other.encoder for other in (format, *like)))
    raise GdanimError(
        f"this ffmpeg cannot encode {format.name} ({format.codec}), as it has no {needed}: unset "
        "IMAGEIO_FFMPEG_EXE to use the ffmpeg that comes with imageio-ffmpeg"
    )


def note_place(extension: str) -> NotePlace:
    """Where a video or still with this extension stores its note."""
    if extension in BY_EXTENSION:
        return BY_EXTENSION[extension].note
    return next((kind for kind in STILLS if f".{kind}" == extension), "tags")
