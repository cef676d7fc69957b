"""A film in a notebook: one frame as a picture, with how its runs went."""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np
from PIL import Image

from gdanim.core.words import capitalised, enumerated, plain
from gdanim.descent.summary import summary
from gdanim.film.film import Film

# A frame is shown at this fraction of its size, so that it fits the page and stays sharp on
# high-resolution screens.
SHOWN = 0.5
HINT = "<code>scene.animation()</code> shows the video, <code>scene.preview()</code> six frames."


def picture(film: Film, frame: int) -> Image.Image:
    """Return a frame as a picture."""
    return Image.fromarray(np.array(film.draw(frame)))


def still_html(film: Film) -> str:
    """Return the last frame, with alternative text, and a table of the runs."""
    still = io.BytesIO()
    picture(film, len(film) - 1).save(still, "PNG")
    source = base64.b64encode(still.getvalue()).decode()
    width, height = film.size
    facts = f"{width}x{height}, {film.timeline.seconds:.3g} s, {len(film)} frames"
    lines = [facts, *filter(None, [film.notice])]
    return (
        f'<img width="{round(SHOWN * width)}" style="max-width: 100%; height: auto" '
        f'alt="{escape(alternative(film))}" src="data:image/png;base64,{source}">'
        f"{summary(film.clip.runs)}<p>{escape('; '.join(lines))}. {HINT}</p>"
    )


def alternative(film: Film) -> str:
    """Describe the last frame: the title, and what each panel shows."""
    shown = enumerated([plain(view.describe(film.clip)) for view in film.panels.values()])
    title = [f"{plain(film.clip.title)}."] if film.clip.title else []
    return " ".join([*title, f"{capitalised(shown)}, at the last step."])
