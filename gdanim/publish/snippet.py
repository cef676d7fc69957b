"""What to paste, by where it goes."""

from __future__ import annotations

from collections.abc import Callable

from gdanim.publish.html import html, url
from gdanim.publish.media import PICTURES, Media
from gdanim.publish.tex import beamer

Snippet = Callable[[Media, Media | None], str]


def quarto(media: Media, dark: Media | None) -> str:
    """Raw HTML; where the document is no page, the poster."""
    page = f"```{{=html}}\n{html(media, dark)}\n```"
    if media.poster is None:
        return page
    alt = media.alt.replace("\\", "\\\\").replace('"', '\\"')
    picture = f'![]({url(media.poster)}){{fig-alt="{alt}"}}'
    return f'{page}\n\n::: {{.content-visible unless-format="html"}}\n{picture}\n:::'


def reveal(media: Media, dark: Media | None) -> str:
    """A slide, whose video starts when it is shown: https://revealjs.com/media/."""
    return f"<section>\n{html(media, dark, 'data-autoplay')}\n</section>"


def myst(media: Media, dark: Media | None) -> str:
    """The directive for raw HTML."""
    return f"```{{raw}} html\n{html(media, dark)}\n```"


def notebook(media: Media, dark: Media | None) -> str:
    """A cell of Python, which puts the video into the notebook. A picture there cannot wait where
    less motion is asked for.
    """
    if media.picture:
        form = PICTURES[media.picture.suffix.lower()].removeprefix("image/").removeprefix("a")
        return (
            "from IPython.display import Image\n\n"
            f"Image({media.picture.as_posix()!r}, format={form!r}, embed=True, "
            f"width={media.size[0]}, height={media.size[1]},\n"
            f"      alt={media.alt!r})"
        )
    words = f'autoplay loop muted playsinline controls aria-label="{_attribute(media.alt)}"'
    width, height = media.size
    return (
        "from IPython.display import Video\n\n"
        f"Video({media.video.as_posix()!r}, embed=True, width={width}, height={height},\n"
        f"      html_attributes={words!r})"
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
}
