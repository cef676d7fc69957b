"""Code for GitHub, whose pages show no videos, and for the site generators Hugo and Jekyll."""

from __future__ import annotations

import re
from html import escape

from gdanim.errors import RequestError
from gdanim.publish._html import html, url
from gdanim.publish.media import Media


def github(media: Media, dark: Media | None) -> str:
    """The picture, or the poster with a link to the video, as GitHub drops a `<video>`.

    https://github.github.com/gfm/
    """
    shown, night = _address(media), None if dark is None else _address(dark)
    if shown is None:
        raise RequestError(
            f"{media.video}: GitHub shows no videos in its pages; render a GIF or WebP, as "
            "`gdanim render --for github` does, or a poster (--poster) that links to the video"
        )
    if night is None:
        alt = re.sub(r"([\\\[\]<>`*_])", r"\\\1", media.alt)
        picture = f"![{alt}]({shown})"
        return picture if media.picture else f"[{picture}]({url(media.video)})"
    lines = [
        "<picture>",
        f'  <source media="(prefers-color-scheme: dark)" srcset="{escape(night)}">',
        f'  <img src="{escape(shown)}" alt="{escape(media.alt)}">',
        "</picture>",
    ]
    picture = "\n".join(lines)
    if media.picture:
        return picture
    return f'<a href="{escape(url(media.video))}">\n{picture}\n</a>'


def _address(media: Media) -> str | None:
    """The address of the picture, or of the poster that stands for a video."""
    path = media.picture or media.poster
    return None if path is None else url(path)


def hugo(media: Media, dark: Media | None) -> str:
    """A shortcode, as Hugo's Markdown drops HTML: https://gohugo.io/templates/shortcode/."""
    name = _name(media)
    told = (
        f"{{{{/* Save this as layouts/shortcodes/{name}.html, the files into the page's folder, "
        f"and write {{{{< {name} >}}}} in the page. */}}}}"
    )
    return f"{told}\n{_without_braces(html(media, dark))}"


def jekyll(media: Media, dark: Media | None) -> str:
    """An include: https://jekyllrb.com/docs/includes/."""
    name = _name(media)
    call = f"{{% include {name}.html %}}"
    told = (
        f"{{% comment %}} Save this as _includes/{name}.html, and write "
        f"{{% raw %}}{call}{{% endraw %}} in the page. {{% endcomment %}}"
    )
    return f"{told}\n{_without_braces(html(media, dark))}"


def _name(media: Media) -> str:
    """A name that both generators accept."""
    return re.sub(r"[^\w-]+", "-", media.video.stem, flags=re.ASCII).strip("-") or "video"


def _without_braces(page: str) -> str:
    """Escape template delimiters, which only the alternative text can contain."""
    return page.replace("{{", "&#123;&#123;").replace("{%", "&#123;%")
