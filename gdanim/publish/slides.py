"""Videos as a PowerPoint file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gdanim.core.atomic import replacing, scratch_folder
from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError, RequestError
from gdanim.publish.media import PICTURES, VIDEOS, Media

# 16:9, like PowerPoint's own new files, in EMU: 914400 to an inch.
WIDTH, HEIGHT = 12192000, 6858000
BLANK_LAYOUT = 6


def write_slides(videos: Sequence[Media], path: Path) -> None:
    """Write a slide with each video, as large as it fits, and its poster or else its last frame.

    A GIF is a picture that PowerPoint animates. Raises GdanimError if python-pptx is missing or
    the file cannot be written; RequestError for a kind of picture that PowerPoint does not support.
    """
    for media in videos:
        _check_slide(media.video)
    deck = _new_deck()
    for media in videos:
        _add_slide(deck, media)
    with replacing(path) as part:
        deck.save(f"{part}")


def _check_slide(video: Path) -> None:
    """Raise RequestError for a file that PowerPoint does not play."""
    kind = video.suffix.lower()
    if kind in PICTURES and kind != ".gif":
        raise RequestError(
            f"{video}: PowerPoint cannot show {kind} files; render an MP4 or a GIF (-f mp4, -f gif)"
        )


def _new_deck() -> Any:
    try:
        from pptx import Presentation
    except ImportError:
        raise GdanimError("a .pptx needs python-pptx: run `pip install 'gdanim[slides]'`") from None
    deck: Any = Presentation()
    deck.slide_width, deck.slide_height = WIDTH, HEIGHT
    return deck


def _add_slide(deck: Any, media: Media) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[BLANK_LAYOUT])
    scale = min(WIDTH / media.size[0], HEIGHT / media.size[1])
    width, height = (round(scale * side) for side in media.size)
    video = media.video
    place = ((WIDTH - width) // 2, (HEIGHT - height) // 2, width, height)
    movie = (
        slide.shapes.add_picture(f"{video}", *place)
        if media.picture
        else slide.shapes.add_movie(
            f"{video}", *place, _poster(media), VIDEOS[video.suffix.lower()]
        )
    )
    movie._element.nvPicPr.cNvPr.set("descr", media.alt)


def _poster(media: Media) -> str | io.BytesIO:
    if media.poster:
        return f"{media.poster}"
    with scratch_folder() as folder:
        last = folder / "last.png"
        # Every frame overwrites the one before.
        ffmpeg.run((*ffmpeg.reading(media.video), "-update", "1", last))
        return io.BytesIO(last.read_bytes())
