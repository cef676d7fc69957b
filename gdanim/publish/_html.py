"""A video as HTML."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from urllib.parse import quote

from gdanim.publish.media import VIDEOS, Media

# Who asks for less motion gets a video that waits; a poster cannot follow the colours on its own.
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


def html(media: Media, dark: Media | None = None, autoplay: str = "autoplay") -> str:
    """A `<div>` with the video, without blank lines, so that Markdown leaves it as it is.

    It plays by itself, muted and again and again, unless less motion is asked for; has its size, so
    that the page does not jump; its poster, captions and alternative text where there are any; and
    the dark version where the page is dark. `autoplay` is the attribute that starts it. A picture
    that moves is an `<img>`, and gives its place to its poster where less motion is asked for.
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
    lines = [f"<video {autoplay} loop muted playsinline controls {named} {style}>"]
    if dark:
        lines += [_source(path, ' media="(prefers-color-scheme: dark)"') for path in dark.videos]
    lines += [_source(path) for path in media.videos]
    if media.captions:
        source = escape(url(media.captions))
        lines.append(f'  <track kind="captions" srclang="en" label="English" src="{source}">')
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
    """The path as a page in the working folder writes it."""
    return quote(path.as_posix().replace(os.sep, "/"))


def _source(path: Path, condition: str = "") -> str:
    return f'  <source src="{escape(url(path))}" type="{VIDEOS[path.suffix.lower()]}"{condition}>'
