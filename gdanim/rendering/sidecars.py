"""What is written beside a video on request."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gdanim.analysis.alternative_text import alternative_text
from gdanim.core.atomic import replacing
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.film.save import save_still
from gdanim.rendering.csv_table import write_table
from gdanim.rendering.filmstrip import filmstrip
from gdanim.rendering.webvtt import webvtt
from gdanim.scene import longest

Still = int | Literal["last"]

# The ends of the names. Two dots, so that nobody's own notes or data have such a name by chance.
POSTER, CAPTIONS, ALT, FILMSTRIP, TABLE = (
    ".poster.png",
    ".vtt",
    ".alt.txt",
    ".filmstrip.png",
    ".steps.csv",
)


@dataclass(frozen=True)
class Sidecars:
    """Which files go beside a video: NAME.mp4 has NAME.poster.png, NAME.vtt, ..."""

    poster: Still | None = None
    captions: bool = False
    alt: bool = False
    filmstrip: bool = False
    csv: bool = False

    @property
    def ends(self) -> list[str]:
        """The ends of their names."""
        wanted = {
            POSTER: self.poster is not None,
            CAPTIONS: self.captions,
            ALT: self.alt,
            FILMSTRIP: self.filmstrip,
            TABLE: self.csv,
        }
        return [end for end, yes in wanted.items() if yes]

    def paths(self, base: Path) -> list[Path]:
        """Where they go, `base` being the video's path without its extension."""
        return [sidecar_path(base, end) for end in self.ends]

    def check(self, runs: Mapping[str, Run]) -> None:
        """GdanimError for a poster of a step that the runs do not have."""
        last = longest(runs).steps
        if isinstance(self.poster, int) and self.poster > last:
            raise GdanimError(f"poster: step {self.poster} was not reached; steps are 0 to {last}")

    def write(self, film: Film, base: Path, note: Callable[[Still], str]) -> Iterator[Path]:
        """Write them, each of them complete or not at all; `note` is kept in the poster."""
        writers: dict[str, Callable[[Path], object]] = {
            POSTER: lambda part: self._write_poster(film, part, note),
            CAPTIONS: lambda part: _write_text(webvtt(film.clip), part),
            ALT: lambda part: _write_text(f"{alternative_text(film.clip, film.panels)}\n", part),
            FILMSTRIP: lambda part: filmstrip(film).save(part),
            TABLE: lambda part: write_table(film.clip.runs, part),
        }
        for end in self.ends:
            with replacing(sidecar_path(base, end)) as part:
                writers[end](part)
            yield sidecar_path(base, end)

    def _write_poster(self, film: Film, part: Path, note: Callable[[Still], str]) -> None:
        step = self.poster
        if step is None or step == "last":
            step = int(film.timeline.steps[-1])
        film = film.showing(step)
        save_still(film, film.timeline.frame(step), part, note(step))


NOTHING = Sidecars()


def _write_text(text: str, part: Path) -> None:
    part.write_text(text, encoding="utf-8", newline="\n")


def sidecar_path(base: Path, end: str) -> Path:
    """The file beside `base` whose name ends so."""
    return base.with_name(base.name + end)
