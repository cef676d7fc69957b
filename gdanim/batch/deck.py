"""A deck of slides from a plan: one slide for each of its clips."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gdanim.batch.plan import PlannedClip
from gdanim.batch.plan_table import tables_of
from gdanim.core.atomic import is_newer
from gdanim.errors import RequestError
from gdanim.film.defaults import OUTPUT
from gdanim.publish.media import PICTURES, VIDEOS, media_of
from gdanim.publish.reveal import write_reveal
from gdanim.publish.slides import write_slides

# The end of the name of a deck for reveal.js; others are for PowerPoint.
REVEAL = ".html"


def planned_deck(plan: Path, clips: Sequence[PlannedClip]) -> tuple[Path, list[Path]] | None:
    """Return the deck that the plan asks for, if any, and the video of each clip, in its order.

    RequestError if a clip has no file that PowerPoint plays, or a browser for reveal.js.
    """
    name = None if plan.is_dir() else tables_of(plan)[0].values.get("deck")
    if name is None:
        return None
    path = plan.parent / OUTPUT / name
    pictures = [*PICTURES] if path.suffix == REVEAL else [".gif"]
    ends = [".mp4", *VIDEOS, *pictures]
    return path, [_shown(clip, ends) for clip in clips if clip.outputs]


def _shown(clip: PlannedClip, ends: Sequence[str]) -> Path:
    """Return the clip's MP4, or else another file with one of these ends."""
    made = [output.path for output in clip.outputs]
    for end in ends:
        for path in made:
            if path.suffix.lower() == end:
                return path
    raise RequestError(
        f"{clip.where}: {made[0]} cannot go into the deck; add an MP4 or a GIF to its formats"
    )


def write_deck(path: Path, videos: Sequence[Path], plan: Path) -> bool:
    """Write the deck if it is older than a video or the plan; tell whether it was written."""
    if is_newer(path, [plan, *videos]):
        return False
    write = write_reveal if path.suffix == REVEAL else write_slides
    write([media_of(video) for video in videos], path)
    return True


def beside(path: Path) -> str:
    """Say what the deck needs next to it, if it is not there."""
    script = path.with_name("reveal.js")
    if path.suffix != REVEAL or script.exists():
        return ""
    return f"; put a copy of reveal.js (`npm install reveal.js`) next to it, as {script}"
