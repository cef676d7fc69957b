"""The kinds of file that a film can be saved as."""

from __future__ import annotations

from dataclasses import dataclass

from gdanim.errors import GdanimError


@dataclass(frozen=True)
class Format:
    """A kind of video file: what it can hold, and ffmpeg's arguments for it.

    `fps` lists the frame rates that it can keep (any when None); `even` says that width and height
    must be even. `output` are the arguments between input and file name, the muxer among them. A
    format of few colours has a `palette`: the filter that makes one from a sample of frames. The
    palette is then a second input of `output`.
    """

    name: str
    output: tuple[str, ...]
    fps: tuple[int, ...] | None = None
    even: bool = False
    palette: str | None = None

    @property
    def extension(self) -> str:
        """The end of the file's name, with its dot."""
        return f".{self.name}"

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
# show other colours; full_chroma_inp averages all pixels into the halved chroma instead of every
# other one. The frames' tags (setparams) are what newer ffmpegs give the encoder, the options what
# older ones do. https://trac.ffmpeg.org/wiki/colorspace
_BT709 = (
    "-vf",
    "scale=out_color_matrix=bt709:out_range=tv"
    ":flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp,format=yuv420p,"
    "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709",
    *("-color_range", "tv", "-colorspace", "bt709"),
    *("-color_primaries", "bt709", "-color_trc", "bt709"),
)

MP4 = Format(
    name="mp4",
    even=True,
    output=(
        *_BT709,
        *("-c:v", "libx264", "-preset", "slow", "-tune", "animation", "-crf", "18"),
        # x264's result depends on how many threads it has; its default follows the machine.
        *("-threads", "4"),
        *("-movflags", "+faststart", "-f", "mp4"),
    ),
)

GIF = Format(
    name="gif",
    # A GIF counts time in hundredths of a second, and browsers slow down delays below 2 of them:
    # at other rates the video would drift. https://www.w3.org/Graphics/GIF/spec-gif89a.txt
    fps=(10, 20, 25, 50),
    palette="palettegen=stats_mode=full",
    # Without dithering: on flat colours and antialiased edges it adds noise and bytes, no truth.
    output=(
        *("-lavfi", "[0:v][1:v]paletteuse=dither=none:diff_mode=rectangle"),
        *("-loop", "0", "-f", "gif"),
    ),
)

FORMATS = {format.name: format for format in (MP4, GIF)}
