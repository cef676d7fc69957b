"""Rendered videos and the snippets for them."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

from gdanim.publish.media import found
from gdanim.publish.snippet import SNIPPETS
from gdanim.rendering.jobs import Settings, request
from gdanim.rendering.pipeline import prepare
from gdanim.rendering.sidecars import Sidecars
from scripts import SCENE, write

ALT = 'A "blue" line & <b>more</b>'


def rendered(folder: Path, formats: Sequence[str], beside: Sidecars) -> Path:
    """The folder, with a short video in these formats and what goes beside it."""
    script = write(folder, SCENE)
    jobs = request([str(script)], {}, f"{folder}/", formats, beside=beside)
    for take in prepare(jobs, Settings(size=(160, 96), fps=10, seconds=1.0)):
        list(take.files(lambda path, frames: Silent()))
    return folder


class Silent:
    """A progress that says nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __call__(self, done: int, total: int) -> None: ...


class Tags(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def snippet(target: str, video: str = "lesson.mp4") -> str:
    return SNIPPETS[target](*found(Path(video)))


PLAYS = """
  const video = document.querySelector("video");
  await until(() => video.currentTime > 0.1);
  return { wide: video.videoWidth, high: video.videoHeight, source: video.currentSrc,
           muted: video.muted, tracks: video.textTracks.length };
"""
