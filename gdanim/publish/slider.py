"""A page on which a slider moves between videos of the same length."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from gdanim.views.theme import Theme


@dataclass(frozen=True)
class Slide:
    """A video of the page: its address, what the slider says of it, its alternative text."""

    address: str
    label: str
    alt: str


def page(
    slides: Sequence[Slide], title: str, knobs: str, size: tuple[int, int], fps: float, theme: Theme
) -> str:
    """One HTML page, from `slider.html`: whole, without anything that comes from elsewhere.

    The videos have the same `size`, rate and length; `knobs` is what the slider changes.
    """
    words = {
        "title": escape(title),
        "knobs": escape(knobs),
        "paper": theme.paper,
        "ink": theme.ink,
        "width": f"{size[0]}",
        "fps": f"{fps}",
        "last": f"{len(slides) - 1}",
        "videos": "\n".join(_video(slide, n, size) for n, slide in enumerate(slides)),
    }
    template = files("gdanim.publish").joinpath("slider.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: words[match[1]], template)


def _video(slide: Slide, number: int, size: tuple[int, int]) -> str:
    return (
        f'    <video src="{escape(slide.address)}" muted loop playsinline preload="auto" '
        f'width="{size[0]}" height="{size[1]}" data-label="{escape(slide.label)}" '
        f'aria-label="{escape(slide.alt)}"{" hidden" * (number > 0)}></video>'
    )
