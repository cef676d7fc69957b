"""The manifest next to the outputs: what each file was made from, and what it held then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gdanim.core.atomic import replacing

NAME = ".gdanim.jsonl"
FORMAT = 1
NEW, GONE, EDITED = "is new", "is gone", "was edited"


@dataclass(frozen=True)
class ManifestEntry:
    """What a file was made from, as keys (`gdanim.core.digest`), and the digest of its bytes."""

    scene: str
    settings: str
    versions: str
    content: str = ""


# Why a file is made again, by the field of its entry that differs.
CHANGED = {
    "scene": "the scene has changed",
    "settings": "size, rate, look or format have changed",
    "versions": "gdanim or a library that draws has another version",
}


@dataclass(frozen=True)
class Manifest:
    """The files of one folder that a batch has made, by name.

    On disk it is a line of JSON for each file made, of which the last one of a name counts: noting
    one of ten thousand files takes no longer than the first. A line that was cut short is ignored.
    """

    folder: Path
    entries: Mapping[str, ManifestEntry]

    @staticmethod
    def of(folder: Path) -> Manifest:
        """Read the folder's manifest; it is empty if there is none that can be read."""
        try:
            lines = (folder / NAME).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            lines = []
        return Manifest(folder, dict(pair for pair in map(_parsed, lines) if pair))

    def reason(self, name: str, wanted: ManifestEntry) -> str | None:
        """Why the file has to be made (again); None if it is as wanted."""
        known, path = self.entries.get(name), self.folder / name
        if not path.exists():
            return NEW if known is None else GONE
        if known is None:
            return NEW
        for part, why in CHANGED.items():
            if getattr(known, part) != getattr(wanted, part):
                return why
        return None if content_of(path) == known.content else EDITED

    def write(self) -> None:
        """Write one line for each file."""
        with replacing(self.folder / NAME) as part:
            part.write_text("".join(map(_line, self.entries, self.entries.values())), "utf-8")


def note(folder: Path, name: str, entry: ManifestEntry) -> None:
    """Add the file, as it is now, to the folder's manifest."""
    line = _line(name, replace(entry, content=content_of(folder / name)))
    with (folder / NAME).open("a", encoding="utf-8") as file:
        # A line that was cut short before ends here.
        file.write(f"\n{line}" if file.tell() else line)


def _line(name: str, entry: ManifestEntry) -> str:
    return json.dumps({"format": FORMAT, "file": name, **asdict(entry)}) + "\n"


def _parsed(line: str) -> tuple[str, ManifestEntry] | None:
    try:
        tree = json.loads(line)
        if tree.pop("format") != FORMAT:
            return None
        return tree.pop("file"), ManifestEntry(**tree)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def content_of(path: Path) -> str:
    """Digest a file's bytes; of a folder, its files' names and digests."""
    if path.is_dir():
        inner = [f"{file.name} {content_of(file)}" for file in sorted(path.iterdir())]
        return hashlib.sha256("\n".join(inner).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
