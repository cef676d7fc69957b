"""`gdanim render --watch`: again after every change of what the scene reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from plans import change, write
from processes import watching

pytestmark = pytest.mark.slow


def test_render_watches_what_the_scene_reads(folder: Path) -> None:
    still = Path("output/lesson-last.png")
    with watching("render", "lesson.py", "--still", "last", "--size", "96x64") as lines:
        first = still.read_bytes()
        change(folder / "points.csv", "2,5", "2,4")
        assert any(line.startswith("Watching") for line in lines)
        second = still.read_bytes()
        assert second != first
        # A mistake is told, and the watch goes on.
        write(folder / "helper.py", "TITLE = 1 / 0\n")
        assert any(line.startswith("Watching") for line in lines)
        assert still.read_bytes() == second
        write(folder / "helper.py", 'TITLE = "Mended"\n')
        assert any(line.startswith("Watching") for line in lines)
        assert still.read_bytes() not in (first, second)
