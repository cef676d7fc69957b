"""The manifest beside the outputs: what each file was made of, and what it held then."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gdanim.film.files import replacing

NAME = ".gdanim.json"
FORMAT = 1
NEW, GONE, EDITED = "is new", "is gone", "was edited"


@dataclass(frozen=True)
class Entry:
    """What a file was made of, as keys (see `gdanim.batch.keys`), and the digest of its bytes."""

    scene: str
    settings: str
    versions: str
    content: str = ""


# Why a file is made again, by the part of its entry that differs.
CHANGED = {
    "scene": "the scene has changed",
    "settings": "size, rate, look or format have changed",
    "versions": "gdanim or a library that draws has another version",
}


@dataclass(frozen=True)
class Manifest:
    """The files of one folder that a batch has made, by name."""

    folder: Path
    entries: Mapping[str, Entry]

    @staticmethod
    def of(folder: Path) -> Manifest:
        """The folder's manifest; empty when there is none, or none that can be read."""
        try:
            tree = json.loads((folder / NAME).read_text(encoding="utf-8"))
            if tree["format"] != FORMAT:
                return Manifest(folder, {})
            return Manifest(folder, {name: Entry(**entry) for name, entry in tree["files"].items()})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return Manifest(folder, {})

    def reason(self, name: str, wanted: Entry) -> str | None:
        """Why the file has to be made (again); None when it is what it is to be."""
        known, path = self.entries.get(name), self.folder / name
        if not path.exists():
            return NEW if known is None else GONE
        if known is None:
            return NEW
        for part, why in CHANGED.items():
            if getattr(known, part) != getattr(wanted, part):
                return why
        return None if content_of(path) == known.content else EDITED

    def noted(self, name: str, entry: Entry) -> Manifest:
        """With the file as it is now; on disk too."""
        entry = replace(entry, content=content_of(self.folder / name))
        manifest = Manifest(self.folder, {**self.entries, name: entry})
        files = {name: asdict(entry) for name, entry in manifest.entries.items()}
        with replacing(self.folder / NAME) as part:
            part.write_text(json.dumps({"format": FORMAT, "files": files}, indent=1), "utf-8")
        return manifest


def content_of(path: Path) -> str:
    """The digest of a file's bytes; of a folder's, those of its files by name."""
    if path.is_dir():
        inner = [f"{file.name} {content_of(file)}" for file in sorted(path.iterdir())]
        return hashlib.sha256("\n".join(inner).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
