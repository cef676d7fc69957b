"""Slides from a plan: one deck, with a slide for each clip."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import Result
from plans import batch
from snippets import Tags

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


EMBED = "sweep = {lr = [0.01, 0.02]}\nembed = true"


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


@pytest.mark.slow
def test_a_deck_of_reveal_and_a_page_with_a_slider(folder: Path) -> None:
    plan = PLAN.replace("lecture.pptx", "lecture.html").replace('themes = ["light", "dark"]', EMBED)
    made = planned(plan)
    assert made.exit_code == 0, made.output
    deck, page = Path("output", "week1", "lecture.html"), Path("output", "lesson.html")
    assert f"{deck}: 3 slides; put a copy of reveal.js" in made.output
    tags = Tags(deck.read_text(encoding="utf-8"))
    shown = [*tags.of("source"), *tags.of("img")]
    assert len(tags.of("section")) == len(shown) == 3
    for one in shown:
        assert (deck.parent / f"{one['src']}").is_file()
    for one in tags.of("video"):
        assert (one["width"], one["height"]) == ("1080", "720"), "as large as the slide"
    slider = Tags(page.read_text(encoding="utf-8"))
    assert len(slider.of("video")) >= 1 and slider.of("input")
    again = batch("plan.toml")
    assert not {f"{deck}", f"{page}"} & {line.partition(":")[0] for line in again.output.split()}
    page.unlink()
    assert f"{page}: " in planned(plan).output


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PLAN.replace('"gif"', '"webp"'), "line 14: .*loop.webp cannot go into the deck; add an M"),
        (PLAN.replace("alt = true", "embed = 1"), "line 8: embed must be true"),
        (
            PLAN.replace("alt = true", "embed = true\ntransparent = true"),
            "line 8: embed: a page has MP4s, which cannot be transparent",
        ),
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
