"""Slides from a plan: one deck, with a slide for each clip."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import Result
from plans import batch

from scripts import SCENE, write

PLAN = """
deck = "week1/lecture.pptx"

[defaults]
sizes = ["96x64"]
fps = 10
seconds = 0.4
alt = true

[[clip]]
scene = "lesson.py"
themes = ["light", "dark"]

[[clip]]
scene = "lesson.py"
output = "loop"
formats = ["gif"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("pptx")
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SCENE)
    return tmp_path


def planned(text: str) -> Result:
    """A batch of that plan."""
    Path("plan.toml").write_text(text, encoding="utf-8")
    return batch("plan.toml")


@pytest.mark.slow
def test_a_slide_for_each_clip(folder: Path) -> None:
    from pptx import Presentation

    made = planned(PLAN)
    assert made.exit_code == 0, made.output
    deck = Path("output", "week1", "lecture.pptx")
    assert made.output.splitlines()[-1] == f"{deck}: 3 slides"
    slides = Presentation(f"{deck}").slides
    blobs = []
    for slide in slides:
        (shape,) = slide.shapes
        assert shape._element.nvPicPr.cNvPr.get("descr").startswith("Line")
        parts = {rel.target_part for rel in slide.part.rels.values() if not rel.is_external}
        blobs += [{part.blob for part in parts if part.partname.ext in ("mp4", "gif")}]
    for name, own in zip(("lesson-light.mp4", "lesson-dark.mp4", "loop.gif"), blobs, strict=True):
        assert own == {Path("output", name).read_bytes()}
    again = batch("plan.toml")
    assert f"{deck}" not in again.output, "nothing has changed"
    two = "[[clip]]".join(PLAN.split("[[clip]]")[:2])
    assert f"{deck}: 2 slides" in planned(two).output, "a clip was left out of the plan"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PLAN.replace('"gif"', '"webp"'), "line 14: .*loop.webp cannot go into the deck; add an M"),
        (PLAN.replace("lecture.pptx", "lecture.ppt"), "plan.toml, line 2: deck must be the name"),
        (PLAN.replace("week1/", "../"), "plan.toml, line 2: deck must be"),
        (PLAN.replace("deck =", "decks ="), "decks is unknown"),
    ],
)
def test_what_no_deck_can_be_made_of(folder: Path, text: str, said: str) -> None:
    result = planned(text)
    assert result.exit_code != 0
    assert re.search(said, result.output), result.output
    assert not Path("output").exists(), "before anything is drawn"
