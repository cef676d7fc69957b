"""Snippets where they belong: in the tools that make pages and slides, and in Chromium.

The tools are those of the extra `pages`, and LibreOffice; a tool that is missing skips its tests,
and `.ci/run` installs them all.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from browser import needs_chromium, observe
from snippets import ALT, PLAYS, rendered, snippet

from gdanim.publish.media import find_media
from gdanim.publish.slides import write_slides
from gdanim.rendering.outputs import Sidecars
from scripts import copied

pytestmark = pytest.mark.slow

SOFFICE = shutil.which("soffice")
SEES = """
  const picture = document.querySelector("img");
  await until(() => picture.complete);
  return [picture.naturalWidth, picture.naturalHeight];
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an MP4, a WebM, a GIF, their poster and the alternative text."""
    folder = rendered(tmp_path_factory.mktemp("made"), ["mp4", "webm", "gif"], Sidecars("last"))
    (folder / "lesson.alt.txt").write_text(ALT, encoding="utf-8")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to work in."""
    return copied(made, tmp_path, monkeypatch)


def run(*command: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, f"{result.stdout[-2000:]}{result.stderr[-2000:]}"


def plays(page: Path) -> None:
    """The video of the page plays, from the page's own folder."""
    seen = observe(page.resolve(), PLAYS)
    assert (seen["wide"], seen["high"]) == (160, 96)


@pytest.mark.skipif(SOFFICE is None, reason="no soffice on the PATH")
@pytest.mark.parametrize("video", ["lesson.mp4", "lesson.gif"])
def test_libreoffice_shows_the_slide(folder: Path, video: str) -> None:
    pypdf = pytest.importorskip("pypdf")
    assert SOFFICE
    write_slides([find_media(Path(video))[0]], Path("deck.pptx"))
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    run(SOFFICE, "--headless", "--norestore", profile, "--convert-to", "pdf", "deck.pptx")
    (page,) = pypdf.PdfReader("deck.pdf").pages
    assert float(page.mediabox.width / page.mediabox.height) == pytest.approx(16 / 9, rel=1e-3)
    (picture,) = page.images
    still = np.asarray(picture.image.convert("RGB").resize((160, 96)), dtype=float)
    # Of a GIF it shows the first frame.
    wanted = "lesson.poster.png" if video == "lesson.mp4" else "lesson.gif"
    there = iio.imread(wanted, index=0)[..., :3]
    assert abs(still - there).mean() < 4


def pandoc(text: str, source: str, target: str) -> str:
    pypandoc = pytest.importorskip("pypandoc")
    return str(pypandoc.convert_text(text, target, format=source, extra_args=["--standalone"]))


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize(("target", "source"), [("quarto", "markdown"), ("markdown", "gfm")])
def test_markdown_becomes_a_page_that_plays(folder: Path, target: str, source: str) -> None:
    """Pandoc's Markdown, which is Quarto's, and that of CommonMark and GitHub."""
    text = f"---\ntitle: t\n---\n\nBefore.\n\n{snippet(target)}\n\n*After.*\n"
    Path("page.html").write_text(pandoc(text, source, "html"), encoding="utf-8")
    assert "<em>After.</em>" in Path("page.html").read_text(encoding="utf-8")
    plays(Path("page.html"))


@pytest.mark.parametrize("video", ["lesson.mp4", "lesson.gif"])
def test_quarto_has_the_poster_where_the_document_is_no_page(folder: Path, video: str) -> None:
    tex = pandoc(snippet("quarto", video), "markdown", "latex")
    assert "{lesson.poster.png}" in tex and "<video" not in tex and "<img" not in tex
    (html, div) = json.loads(pandoc(snippet("quarto", video), "markdown", "json"))["blocks"]
    assert (html["t"], html["c"][0], div["t"]) == ("RawBlock", "html", "Div")
    _, classes, attributes = div["c"][0]
    assert (classes, attributes) == (["content-visible"], [["unless-format", "html"]])
    figure = json.dumps(div)
    assert json.dumps(["fig-alt", ALT]) in figure


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("video", ["lesson.mp4", "lesson.gif"])
def test_sphinx_makes_a_page_of_myst(folder: Path, video: str) -> None:
    pytest.importorskip("myst_parser")
    Path("conf.py").write_text(
        "extensions = ['myst_parser']\nhtml_theme = 'basic'\nhtml_extra_path = ['media']\n"
    )
    Path("media").mkdir()
    for file in Path().glob("lesson.*"):
        shutil.copy(file, "media")
    Path("index.md").write_text(f"# Title\n\n{snippet('myst', video)}\n", encoding="utf-8")
    run(sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", ".", "built")
    page = Path("built", "index.html")
    if video == "lesson.mp4":
        plays(page)
    else:
        assert observe(page.resolve(), SEES) == [160, 96]


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("video", ["lesson.mp4", "lesson.gif"])
def test_a_notebook_runs_the_cell_and_keeps_the_video(folder: Path, video: str) -> None:
    nbformat: Any = pytest.importorskip("nbformat")
    pytest.importorskip("nbconvert")
    cell = nbformat.v4.new_code_cell(snippet("notebook", video))
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), "note.ipynb")
    run(sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "--template", "basic",
        "note.ipynb")  # fmt: skip
    # What it shows is in the notebook.
    for file in folder.glob("lesson.*"):
        file.unlink()
    text = Path("note.html").read_text(encoding="utf-8")
    Path("page.html").write_text(f"<!doctype html><title>t</title>{text}", encoding="utf-8")
    if video == "lesson.mp4":
        plays(Path("page.html"))
    else:
        for flags, kind in (((), "gif"), (("--force-prefers-reduced-motion",), "png")):
            probe = SEES.replace("[", f"[picture.currentSrc.startsWith('data:image/{kind};'), ")
            assert observe(Path("page.html").resolve(), probe, *flags) == [True, 160, 96]
