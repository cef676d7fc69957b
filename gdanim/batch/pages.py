"""Pages from a plan: each plays the videos of a sweep in step, with sliders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gdanim.batch.plan import PlannedClip
from gdanim.core.atomic import is_newer
from gdanim.publish.sweep_page import embed


def write_pages(plan: Path, clips: Sequence[PlannedClip], processes: int | None) -> Iterator[Path]:
    """Write each page that is older than a file of its clips or the plan; yield those written."""
    pages = {clip.page.path: clip for clip in clips if clip.page}
    for path, clip in pages.items():
        page = clip.page
        assert page is not None
        files = [file for one in clips if one.page is page for file in one.files]
        if is_newer(path, [plan, *files]):
            continue
        # How GIFs are repeated and how large a file may be is not for the videos in a page.
        settings = replace(clip.settings, loop=None, hold=None, max_size=None)
        yield from embed(
            clip.selection, page.sweep, page.knobs, path, settings, processes=processes
        )
