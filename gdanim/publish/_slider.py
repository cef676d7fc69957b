"""A page on which sliders move between videos of the same length."""

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
# The height of the controls below the video, in rem: without sliders, and of each slider.
CONTROLS, SLIDER = 8.5, 2.75


@dataclass(frozen=True)
class Slide:
    """A video of the page: its address, its knobs' values, and its alternative text."""

    address: str
    knobs: Mapping[str, str]
    alt: str


def page(
    slides: Sequence[Slide],
    sweep: Mapping[str, Sequence[str]],
    size: tuple[int, int],
    clip: Clip,
    title: str,
) -> str:
    """One HTML page, from the template `slider.html`, that loads nothing but the videos.

    There is a slider for each knob of the `sweep`, and a slide for each combination of its values,
    in the order of `grid`. All videos have the same `size`, and the timeline, chapters and theme of
    `clip`. They wait at each chapter.
    """
    theme, timeline = clip.theme, clip.timeline
    steps = timeline.steps.tolist()
    stops = {chapter.first: chapter.title for chapter in chapters(clip) if chapter.first > 0}
    values = [list(texts) for texts in sweep.values()]
    widest = max(
        len(text) for text in (f"{steps[-1]}", *(one for texts in values for one in texts))
    )
    words = {
        "title": escape(title),
        "paper": theme.paper,
        "ink": theme.ink,
        "muted": theme.muted,
        "spine": theme.spine,
        "accent": theme.text(theme.prediction),
        "scheme": "light" if luminance(theme.paper) > luminance(theme.ink) else "dark",
        "width": f"{size[0]}",
        "height": f"{size[1]}",
        "below": f"{CONTROLS + SLIDER * len(values)}",
        "wide": f"{min(widest, WIDEST)}",
        "fps": f"{timeline.fps}",
        "steps": f"{steps}",
        "stops": _json(stops),
        "values": _json(values),
        "end": f"{len(set(steps)) - 1}",
        "knobs": "\n".join(_knob(n, name, texts) for n, (name, texts) in enumerate(sweep.items())),
        "videos": "\n".join(_video(slide, n, size) for n, slide in enumerate(slides)),
    }
    template = files("gdanim.publish").joinpath("slider.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{(\w+)\}\}", lambda match: words[match[1]], template)


def _json(value: object) -> str:
    """The value for a script in the page, escaped so that no text ends the script."""
    return json.dumps(value).replace("<", r"\u003c")


def _knob(number: int, name: str, texts: Sequence[str]) -> str:
    marks = "".join(f'<option value="{place}">' for place in range(len(texts)))
    return (
        f'      <label for="knob{number}">{escape(name)}</label>\n'
        f'      <input id="knob{number}" class="knob" type="range" min="0" max="{len(texts) - 1}" '
        f'step="1" value="0" list="marks{number}">\n'
        f'      <output id="value{number}" for="knob{number}"></output>\n'
        f'      <datalist id="marks{number}">{marks}</datalist>'
    )


def _video(slide: Slide, number: int, size: tuple[int, int]) -> str:
    name = label(slide.knobs)
    alt = f"{name}: {slide.alt}" if name else slide.alt
    return (
        f'    <video src="{escape(slide.address)}" muted loop playsinline preload="auto" '
        f'width="{size[0]}" height="{size[1]}" data-label="{escape(name)}" '
        f'aria-label="{escape(alt)}"{" hidden" * (number > 0)}></video>'
    )
