"""A video as HTML."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from urllib.parse import quote

from gdanim.publish.media import VIDEOS, Media

# If the user prefers less motion, the video waits. A poster alone cannot follow dark mode.
SCRIPT = """<script>
  (() => {
    const video = document.currentScript.previousElementSibling;
    if (matchMedia("(prefers-color-scheme: dark)").matches && video.dataset.darkPoster)
      video.poster = video.dataset.darkPoster;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      video.removeAttribute("autoplay");
      video.removeAttribute("data-autoplay");
      video.pause();
    }
  })();
</script>"""


def html(media: Media, dark: Media | None = None, autoplay: str = "autoplay loop") -> str:
    """A `<div>` with the video, without blank lines, so that Markdown leaves it unchanged.

    The video plays automatically, muted and in a loop, unless the user prefers less motion; it has
    a fixed size, so that the page does not jump; its poster, captions and alternative text; and its
    dark version in dark mode. `autoplay` are the attributes that start and repeat it. An animated
    picture is an `<img>`, replaced by its poster if the user prefers less motion.
    """
    if media.picture:
        return "\n".join(['<div class="gdanim">', *_picture(media, dark), "</div>"])
    width, height = media.size
    names = {"width": f"{width}", "height": f"{height}"}
    if media.poster:
        names["poster"] = url(media.poster)
    if dark and dark.poster:
        names["data-dark-poster"] = url(dark.poster)
    names["aria-label"] = media.alt
    named = " ".join(f'{name}="{escape(value)}"' for name, value in names.items())
    style = 'style="max-width: 100%; height: auto"'
    lines = [f"<video {autoplay} muted playsinline controls {named} {style}>"]
    if dark:
        lines += [_source(path, ' media="(prefers-color-scheme: dark)"') for path in dark.videos]
    lines += [_source(path) for path in media.videos]
    if media.captions:
        source = escape(url(media.captions))
        lines.append(f'  <track kind="captions" srclang="en" label="English" src="{source}">')
    if media.chapters:
        lines.append(f'  <track kind="chapters" src="{escape(url(media.chapters))}">')
    lines.append(f'  <a href="{escape(url(media.video))}">{escape(media.alt)}</a>')
    return "\n".join(['<div class="gdanim">', *lines, "</video>", SCRIPT, "</div>"])


def _picture(media: Media, dark: Media | None) -> list[str]:
    less, night = "(prefers-reduced-motion: reduce)", "(prefers-color-scheme: dark)"
    sources = [
        (f"{less} and {night}", dark.poster if dark else None),
        (less, media.poster),
        (night, dark.picture if dark else None),
    ]
    width, height = media.size
    return [
        "<picture>",
        *(
            f'  <source media="{condition}" srcset="{escape(url(path))}">'
            for condition, path in sources
            if path
        ),
        f'  <img src="{escape(url(media.video))}" width="{width}" height="{height}" '
        f'alt="{escape(media.alt)}" style="max-width: 100%; height: auto">',
        "</picture>",
    ]


def url(path: Path) -> str:
    """The path as a URL relative to the working folder."""
    return quote(path.as_posix().replace(os.sep, "/"))


def _source(path: Path, condition: str = "") -> str:
    return f'  <source src="{escape(url(path))}" type="{VIDEOS[path.suffix.lower()]}"{condition}>'
