"""A filmstrip: six frames of a video in one picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

from gdanim.film.film import Film

COLUMNS, ROWS = 3, 2
# Frames are shown at half their size; the gap between two is this fraction of a frame's width.
SHRUNK, GAP = 2, 0.02


def filmstrip(film: Film) -> Image.Image:
    """Frames from the first step to the last, evenly spaced in time, row by row from the top left.

    The frames that are held at both ends of the video are shown once.
    """
    width, height = (max(1, side // SHRUNK) for side in film.size)
    gap = max(1, round(GAP * width))
    size = COLUMNS * width + (COLUMNS + 1) * gap, ROWS * height + (ROWS + 1) * gap
    strip = Image.new("RGB", size, film.clip.theme.spine)
    steps = film.timeline.steps
    ends = film.timeline.frame(int(steps[0])), int(np.searchsorted(steps, steps[-1]))
    chosen = np.linspace(*ends, COLUMNS * ROWS).round().astype(int)
    for place, frame in enumerate(chosen.tolist()):
        row, column = divmod(place, COLUMNS)
        paper = Image.new("RGBA", film.size, film.clip.theme.paper)
        picture = Image.alpha_composite(paper, Image.fromarray(np.asarray(film.draw(frame))))
        small = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        strip.paste(small, (gap + column * (width + gap), gap + row * (height + gap)))
    return strip
