"""A page on which a slider moves between videos of the same length."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from gdanim.film.chapters import chapters
from gdanim.rendering.sweep import label
from gdanim.views.base import Clip
from gdanim.views.colours import luminance

# The most digits that fit next to a slider on one line; longer values take more lines.
WIDEST = 20


@dataclass(frozen=True)
class Slide:
    """A video of the page: its address, its knobs' values, and its alternative text."""

    address: str
    knobs: Mapping[str, str]
    alt: str

    @property
    def values(self) -> str:
        """`0.1, 2`, next to the slider."""
        return ", ".join(self.knobs.values())


def page(slides: Sequence[Slide], size: tuple[int, int], clip: Clip, title: str) -> str:
    """One HTML page, from the template `slider.html`, that loads nothing but the videos.

    All videos have the same `size` and knobs, and the timeline, chapters and theme of `clip`. They
    wait at each chapter.
    """
    theme, timeline = clip.theme, clip.timeline
    steps = timeline.steps.tolist()
    stops = {chapter.first: chapter.title for chapter in chapters(clip) if chapter.first > 0}
    widest = max(len(text) for text in (f"{steps[-1]}", *(slide.values for slide in slides)))
    words = {
        "title": escape(title),
        "knobs": escape(", ".join(slides[0].knobs)),
        "paper": theme.paper,
        "ink": theme.ink,
        "muted": theme.muted,
        "spine": theme.spine,
        "accent": theme.text(theme.prediction),
        "scheme": "light" if luminance(theme.paper) > luminance(theme.ink) else "dark",
        "width": f"{size[0]}",
        "height": f"{size[1]}",
        "wide": f"{min(widest, WIDEST)}",
        "fps": f"{timeline.fps}",
        "steps": f"{steps}",
        "stops": json.dumps(stops).replace("<", r"\u003c"),
        "end": f"{len(set(steps)) - 1}",
        "last": f"{len(slides) - 1}",
        "marks": "".join(f'<option value="{number}">' for number in range(len(slides))),
        "videos": "\n".join(_video(slide, n, size) for n, slide in enumerate(slides)),
    }
    template = files("gdanim.publish").joinpath("slider.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: words[match[1]], template)


def _video(slide: Slide, number: int, size: tuple[int, int]) -> str:
    name = label(slide.knobs)
    return (
        f'    <video src="{escape(slide.address)}" muted loop playsinline preload="auto" '
        f'width="{size[0]}" height="{size[1]}" data-values="{escape(slide.values)}" '
        f'data-label="{escape(name)}" aria-label="{escape(f"{name}: {slide.alt}")}"'
        f"{' hidden' * (number > 0)}></video>"
    )
