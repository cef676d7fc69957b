"""A deck of slides from a plan: one slide for each of its clips."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gdanim.batch.plan import PlannedClip
from gdanim.batch.plan_table import tables_of
from gdanim.errors import RequestError
from gdanim.film.defaults import OUTPUT
from gdanim.publish.media import VIDEOS, media_of
from gdanim.publish.slides import write_slides


def planned_deck(plan: Path, clips: Sequence[PlannedClip]) -> tuple[Path, list[Path]] | None:
    """Return the deck that the plan asks for, if any, and the video of each clip, in its order.

    RequestError if a clip has no file that PowerPoint plays.
    """
    name = None if plan.is_dir() else tables_of(plan)[0].values.get("deck")
    if name is None:
        return None
    return plan.parent / OUTPUT / name, [_shown(clip) for clip in clips if clip.outputs]


def _shown(clip: PlannedClip) -> Path:
    """Return the clip's MP4, or else another file that PowerPoint plays."""
    made = [output.path for output in clip.outputs]
    for end in (".mp4", *VIDEOS, ".gif"):
        for path in made:
            if path.suffix.lower() == end:
                return path
    raise RequestError(
        f"{clip.where}: {made[0]} cannot go into the deck; add an MP4 or a GIF to its formats"
    )


def write_deck(path: Path, videos: Sequence[Path], plan: Path) -> bool:
    """Write the deck if it is older than a video or the plan; tell whether it was written."""
    newest = max(file.stat().st_mtime for file in (plan, *videos))
    if path.exists() and path.stat().st_mtime >= newest:
        return False
    write_slides([media_of(video) for video in videos], path)
    return True
