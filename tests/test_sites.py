"""Snippets for GitHub, Hugo and Jekyll."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from snippets import Tags, rendered, snippet

from gdanim.errors import RequestError
from gdanim.rendering.outputs import Sidecars

ALT = 'A "blue" [line] & {{ more }} {% x %}'


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rendered(tmp_path_factory.mktemp("made"), ["mp4", "gif"], Sidecars(poster="last"))


@pytest.fixture
def folder(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    Path("lesson.alt.txt").write_text(ALT, encoding="utf-8")
    return tmp_path


def test_github_shows_a_picture(folder: Path) -> None:
    alt = r'A "blue" \[line\] & {{ more }} {% x %}'
    assert snippet("github", "lesson.gif") == f"![{alt}](lesson.gif)"
    assert snippet("github") == f"[![{alt}](lesson.poster.png)](lesson.mp4)"
    Path("lesson.poster.png").unlink()
    with pytest.raises(RequestError, match="--for github"):
        snippet("github")


@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_github_shows_the_dark_one_on_dark_pages(folder: Path, kind: str) -> None:
    for end in ("gif", "mp4", "poster.png"):
        shutil.copy(f"lesson.{end}", f"lesson-dark.{end}")
    tags = Tags(snippet("github", f"lesson.{kind}"))
    shown = "gif" if kind == "gif" else "poster.png"
    assert tags.of("source")[0]["srcset"] == f"lesson-dark.{shown}"
    assert (tags.of("img")[0]["src"], tags.of("img")[0]["alt"]) == (f"lesson.{shown}", ALT)
    assert [link["href"] for link in tags.of("a")] == ["lesson.mp4"] * (kind == "mp4")
    assert not tags.of("video")


@pytest.mark.parametrize(("target", "call", "place"), [
    ("hugo", "{{< lesson >}}", "layouts/shortcodes/lesson.html"),
    ("jekyll", "{% include lesson.html %}", "_includes/lesson.html"),
])  # fmt: skip
def test_a_file_for_the_generator_and_its_call(
    folder: Path, target: str, call: str, place: str
) -> None:
    told, _, page = snippet(target).partition("\n")
    assert call in told and place in told
    assert (told.startswith("{{/*") and told.endswith("*/}}")) or "endcomment %}" in told
    # No action of the template is left in the page, and the reader hears the same.
    assert not re.search(r"\{\{|\{%", page)
    assert Tags(page).of("video")[0]["aria-label"] == ALT
    assert Tags(page).of("video") == Tags(snippet("html")).of("video")
