"""Videos as slides of reveal.js: https://revealjs.com."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from pathlib import Path

from gdanim.core.atomic import replacing
from gdanim.publish.media import Media
from gdanim.publish.snippet import reveal

# The size of a slide, which reveal.js fits to the screen.
WIDTH, HEIGHT = 1280, 720
# reveal.js itself is looked for next to the page; without it, the page shows all videos.
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>TITLE</title>
<link rel="stylesheet" href="reveal.js/dist/reveal.css">
<link rel="stylesheet" href="reveal.js/dist/theme/white.css">
</head>
<body>
<div class="reveal"><div class="slides">
SLIDES
</div></div>
<script src="reveal.js/dist/reveal.js"></script>
<script>
  if (window.Reveal) Reveal.initialize({hash: true, margin: 0, width: WIDTH, height: HEIGHT});
</script>
</body>
</html>
"""


def write_reveal(videos: Sequence[Media], path: Path) -> None:
    """Write a page with a slide for each video, as large as it fits.

    A video with chapters waits at each for a key. The videos stay where they are, and the page
    names them relative to itself.
    """
    slides = "\n".join(reveal(_on_slide(path.parent, media), None) for media in videos)
    page = PAGE.replace("WIDTH", f"{WIDTH}").replace("HEIGHT", f"{HEIGHT}")
    page = page.replace("TITLE", escape(path.stem)).replace("SLIDES", slides)
    with replacing(path) as part:
        part.write_text(page, encoding="utf-8", newline="\n")


def _on_slide(folder: Path, media: Media) -> Media:
    """Return the files with paths relative to the folder, as large as a slide."""
    scale = min(WIDTH / media.size[0], HEIGHT / media.size[1])
    size = round(scale * media.size[0]), round(scale * media.size[1])
    return replace(media, size=size).seen_from(lambda path: Path(os.path.relpath(path, folder)))
