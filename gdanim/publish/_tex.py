"""A video as a frame of Beamer."""

from __future__ import annotations

from pathlib import Path

from gdanim.errors import RequestError
from gdanim.publish.media import Media


def beamer(media: Media) -> str:
    r"""A Beamer frame with the video.

    A folder of frames is shown with the package animate, which plays in Acrobat, Foxit and Okular;
    a video with `\movie`, which leaves playing to the viewer.
    """
    if media.picture:
        raise RequestError(
            f"{media.picture}: a PDF cannot show an animated picture; render an MP4 with its "
            "poster or its frames (-f mp4 --poster, or -f mp4 -f png) and name the MP4 instead"
        )
    if media.frames:
        names = sorted(path.stem for path in media.frames.glob("frame-*.png"))
        first, last = (name.removeprefix("frame-") for name in (names[0], names[-1]))
        folder = _path(media.frames)
        rate = f"{media.fps:g}"
        options = "autoplay,loop,controls,width=\\linewidth"
        show = f"\\animategraphics[{options}]{{{rate}}}{{{folder}/frame-}}{{{first}}}{{{last}}}"
        return _frame("animate", show)
    if media.poster is None:
        raise RequestError(
            f"{media.video}: Beamer needs a poster or frames: render it with --poster, or with "
            "-f png -f mp4"
        )
    width, height = media.size
    size = f"width=\\linewidth,height={height / width:.4f}\\linewidth"
    picture = f"\\includegraphics[width=\\linewidth]{{{_path(media.poster)}}}"
    show = f"\\movie[autostart,loop,showcontrols,{size}]{{{picture}}}{{{_path(media.video)}}}"
    return _frame("multimedia", show)


def _frame(package: str, show: str) -> str:
    return f"% \\usepackage{{{package}}}\n\\begin{{frame}}\n  {show}\n\\end{{frame}}"


def _path(path: Path) -> str:
    """The path for TeX; RequestError if TeX cannot read it."""
    text = path.as_posix()
    if set(text) & set("#%{}\\$&^ ~"):
        raise RequestError(f"{path}: TeX cannot read this name; use only letters, digits, - and _")
    return text
