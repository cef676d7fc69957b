"""Videos below a number of bytes: which quality, frame rate and size to give up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gdanim.encoding.formats import Format
from gdanim.errors import GdanimError
from gdanim.film.defaults import SMALLEST, Size
from gdanim.film.film import Film
from gdanim.film.save import TooLargeError
from gdanim.rendering.outputs import VideoOutput
from gdanim.rendering.tasks import RenderTask

# Motion still looks like motion at this frame rate, and text stays legible at these scales.
LOWEST_FPS = 10
SCALES = (0.75, 0.5, 0.375)


@dataclass(frozen=True)
class EncodeSettings:
    """One way to encode a video: the format with its quality, width and height, frame rate."""

    format: Format
    size: Size
    fps: int

    def instead_of(self, other: EncodeSettings) -> str:
        """Say what is reduced from `other`: `crf 24 instead of 18, 640x360 instead of 1280x720`."""
        mine, theirs = self.format, other.format
        reduced = {
            f"crf {mine.crf} instead of {theirs.crf}": mine.crf != theirs.crf,
            f"{mine.colours} colours instead of {theirs.colours or 'all'}": (
                mine.colours != theirs.colours
            ),
            f"{_text(self.size)} instead of {_text(other.size)}": self.size != other.size,
            f"{self.fps} frames per second instead of {other.fps}": self.fps != other.fps,
        }
        return ", ".join(text for text, differs in reduced.items() if differs)


def fit_size(
    task: RenderTask, film: Film, output: VideoOutput, encode: Callable[[Film, VideoOutput], None]
) -> tuple[Film, str]:
    """Write the best video of at most `max_size` bytes; its film, and a notice of the reductions.

    `encode` writes a film to the output and raises TooLargeError for too many bytes. Raises
    GdanimError if even the lowest settings take more.
    """
    groups = ladder(output.format, film.size, film.timeline.fps)
    asked = groups[0][0]
    films = {(asked.size, asked.fps): film}
    too_large: dict[EncodeSettings, int] = {}

    def fits(settings: EncodeSettings) -> bool:
        key = settings.size, settings.fps
        # Frames are drawn again, not kept: writing them losslessly takes as long as drawing them.
        if key not in films:
            scene = replace(task.scene, size=settings.size, fps=settings.fps)
            timeline = film.timeline.thinned(settings.fps)
            films[key] = scene.film(task.runs, task.linked_clips, timeline)
        try:
            encode(films[key], replace(output, format=settings.format))
        except TooLargeError as error:
            too_large[settings] = error.bytes
            return False
        return True

    found = first_that_fits(groups, fits)
    limit = task.settings.max_size
    if found is None:
        smallest = min(too_large, key=lambda settings: too_large[settings])
        raise GdanimError(
            f"{output.path}: does not fit into {limit} bytes: with "
            f"{smallest.instead_of(asked)} it still takes {too_large[smallest]}; allow more bytes, "
            "or make it shorter (--seconds)"
        )
    reduced = found.instead_of(asked)
    notice = f"kept within {limit} bytes by {reduced}" if reduced else ""
    return films[found.size, found.fps], notice


def ladder(format: Format, size: Size, fps: int) -> list[list[EncodeSettings]]:
    """All settings that a size limit may choose, best first, in groups.

    Within a group only the quality falls: the encoder's, or the number of colours. From group to
    group, first the frame rate is halved, again and again, and then the size falls.
    """
    rates = [fps]
    while (lower := _half(format, rates[-1])) is not None:
        rates.append(lower)
    sizes = [_scaled(format, size, scale) for scale in SCALES if min(size) * scale >= SMALLEST]
    steps = [(size, rate) for rate in rates] + [(smaller, rates[-1]) for smaller in sizes]
    return [[EncodeSettings(level, *step) for level in format.levels] for step in steps]


def first_that_fits(
    groups: Sequence[Sequence[EncodeSettings]], fits: Callable[[EncodeSettings], bool]
) -> EncodeSettings | None:
    """Find the best settings that fit by bisection; None if none do.

    At most len(groups) + log2(levels) encodes: the very first settings, then the last of each group
    until one fits, then a bisection of that group. The result is the last one tried that fits.
    """
    if fits(groups[0][0]):
        return groups[0][0]
    for group in groups:
        untried = group[1:] if group is groups[0] else group
        if not untried or not fits(untried[-1]):
            continue
        low, found = 0, len(untried) - 1
        while low < found:
            middle = (low + found) // 2
            if fits(untried[middle]):
                found = middle
            else:
                low = middle + 1
        return untried[found]
    return None


def _half(format: Format, fps: int) -> int | None:
    """The next lower frame rate: half of it, or the next one below that the format can keep."""
    rates = [rate for rate in format.fps or (fps // 2,) if LOWEST_FPS <= rate <= fps / 2]
    return max(rates, default=None)


def _scaled(format: Format, size: Size, scale: float) -> Size:
    width, height = (round(length * scale) for length in size)
    return (width // 2 * 2, height // 2 * 2) if format.even else (width, height)


def _text(size: Size) -> str:
    return "x".join(map(str, size))
