"""Rendered videos and the snippets for them."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path

from gdanim.publish.media import find_media
from gdanim.publish.snippet import SNIPPETS
from gdanim.rendering.jobs import Settings, jobs_from_scripts
from gdanim.rendering.outputs import OutputOptions, Sidecars
from gdanim.rendering.pipeline import draw
from gdanim.rendering.tasks import prepare
from scripts import SCENE, write

ALT = 'A "blue" line & <b>more</b>'


def rendered(folder: Path, formats: Sequence[str], sidecars: Sidecars) -> Path:
    """The folder, with a short video in these formats and its sidecars."""
    script = write(folder, SCENE)
    options = OutputOptions(f"{folder}/", formats, sidecars=sidecars)
    jobs = jobs_from_scripts([str(script)], {}, options)
    for take in prepare(jobs, Settings(size=(160, 96), fps=10, seconds=1.0)):
        list(draw(take))
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
    return SNIPPETS[target](*find_media(Path(video)))


PLAYS = """
  const video = document.querySelector("video");
  await until(() => video.currentTime > 0.1);
  return { wide: video.videoWidth, high: video.videoHeight, source: video.currentSrc,
           muted: video.muted, tracks: video.textTracks.length };
"""
