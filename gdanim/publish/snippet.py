"""Code that shows a video, for each kind of page or slide."""

from __future__ import annotations

import re
from collections.abc import Callable

from gdanim.publish._html import html, url
from gdanim.publish._sites import github, hugo, jekyll
from gdanim.publish._stops import stopping
from gdanim.publish._tex import beamer
from gdanim.publish.media import PICTURES, Media

Snippet = Callable[[Media, Media | None], str]


def quarto(media: Media, dark: Media | None) -> str:
    """Raw HTML, and the poster for documents that are not HTML."""
    page = f"```{{=html}}\n{html(media, dark)}\n```"
    if media.poster is None:
        return page
    # Pandoc's attributes may hold entities, and Quarto looks for shortcodes, {{< >}}.
    alt = re.sub(r'([\\"&<>{}])', r"\\\1", media.alt)
    picture = f'![]({url(media.poster)}){{fig-alt="{alt}"}}'
    return f'{page}\n\n::: {{.content-visible unless-format="html"}}\n{picture}\n:::'


def reveal(media: Media, dark: Media | None) -> str:
    """A slide whose video starts when the slide is shown: https://revealjs.com/media/.

    A video with chapters waits at each for a key, and plays once.
    """
    if not media.begins:
        return f"<section>\n{html(media, dark, 'data-autoplay loop')}\n</section>"
    stops = stopping(media.begins, media.fps)
    return f"<section>\n{html(media, dark, 'data-autoplay')}\n{stops}\n</section>"


def myst(media: Media, dark: Media | None) -> str:
    """MyST's directive for raw HTML."""
    return f"```{{raw}} html\n{html(media, dark)}\n```"


def notebook(media: Media, dark: Media | None) -> str:
    """A Python cell that embeds the video in the notebook."""
    if media.picture:
        return _picture_cell(media)
    words = f'autoplay loop muted playsinline controls aria-label="{_attribute(media.alt)}"'
    width, height = media.size
    return (
        "from IPython.display import Video\n\n"
        f"Video({media.video.as_posix()!r}, embed=True, width={width}, height={height},\n"
        f"      html_attributes={words!r})"
    )


def _picture_cell(media: Media) -> str:
    """HTML with the pictures inside: nbconvert drops an animated `IPython.display.Image`."""
    kinds = {media.video: PICTURES[media.video.suffix.lower()]}
    if media.poster:
        kinds[media.poster] = "image/png"
    files = "".join(
        f"    ({url(path)!r}, {path.as_posix()!r}, {kind!r}),\n" for path, kind in kinds.items()
    )
    return (
        "from base64 import b64encode\nfrom pathlib import Path\n\n"
        "from IPython.display import HTML\n\n"
        f"page = {html(media)!r}\n"
        f"for name, path, kind in (\n{files}):\n"
        "    data = b64encode(Path(path).read_bytes()).decode()\n"
        "    page = page.replace(f'=\"{name}\"', f'=\"data:{kind};base64,{data}\"')\n"
        "HTML(page)"
    )


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


SNIPPETS: dict[str, Snippet] = {
    "html": html,
    "markdown": html,
    "quarto": quarto,
    "reveal": reveal,
    "myst": myst,
    "beamer": lambda media, dark: beamer(media),
    "notebook": notebook,
    "github": github,
    "hugo": hugo,
    "jekyll": jekyll,
}
