"""A filmstrip: six frames of a video in one picture."""

from __future__ import annotations

import numpy as np
from PIL import Image

from gdanim.film.film import Film
from gdanim.pacing.weighted import ByMotion

COLUMNS, ROWS = 3, 2
# How much time counts beside motion, so that more is seen of a run than its one large step.
TIME = 0.25
# Frames are shown at half their size; the gap between two is this fraction of a frame's width.
SHRUNK, GAP = 2, 0.02


def filmstrip(film: Film) -> Image.Image:
    """Frames from the first step to the last, row by row from the top left.

    About as much moves between each and the next, so that a run which is slow at the end is not
    shown there four times. The frames held at both ends of the video are shown once.
    """
    width, height = (max(1, side // SHRUNK) for side in film.size)
    gap = max(1, round(GAP * width))
    size = COLUMNS * width + (COLUMNS + 1) * gap, ROWS * height + (ROWS + 1) * gap
    strip = Image.new("RGB", size, film.clip.theme.spine)
    for place, frame in enumerate(_chosen(film, COLUMNS * ROWS)):
        row, column = divmod(place, COLUMNS)
        paper = Image.new("RGBA", film.size, film.clip.theme.paper)
        picture = Image.alpha_composite(paper, Image.fromarray(np.asarray(film.draw(frame))))
        small = picture.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
        strip.paste(small, (gap + column * (width + gap), gap + row * (height + gap)))
    return strip


def _chosen(film: Film, number: int) -> list[int]:
    """Choose frames, the first and last step's among them, at about equal shares of motion."""
    steps = film.timeline.steps
    first, last = film.timeline.frame(int(steps[0])), int(np.searchsorted(steps, steps[-1]))
    frames = np.arange(first, last + 1)
    moved = np.append(0.0, np.cumsum(ByMotion().weights(list(film.clip.runs.values()))))
    so_far = moved[steps[frames]]
    if len(frames) < number or not 0 < so_far[-1] < np.inf:
        even: list[int] = np.linspace(first, last, number).round().astype(int).tolist()
        return even
    way = so_far / so_far[-1] + TIME * np.linspace(0, 1, len(frames))
    nearest = np.searchsorted(way, np.linspace(0, way[-1], number))
    # No frame is chosen twice.
    order = np.arange(number)
    ascending = np.maximum.accumulate(nearest - order) + order
    chosen: list[int] = frames[np.minimum(ascending, len(frames) - number + order)].tolist()
    return chosen
