"""The manifest next to the outputs: what each file was made from, and what it held then.

It is a line of JSON for each file made, of which the last one of a name counts: noting one of ten
thousand files takes no longer than the first. A line that was cut short is ignored.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from gdanim.core.atomic import replacing

NAME = ".gdanim.jsonl"


@dataclass(frozen=True)
class ManifestEntry:
    """What a file was made from, as keys (`gdanim.core.digest`), and the digest of its bytes."""

    scene: str
    settings: str
    origin: str
    versions: str
    content: str = ""


# Why a file is made again, by the field of its entry that differs.
CHANGED = {
    "scene": "the scene has changed",
    "settings": "size, frame rate, look or format have changed",
    "origin": "script, scene or knobs have other names",
    "versions": "gdanim, a library that it draws with or a font has another version",
}


def entries_of(folder: Path) -> dict[str, ManifestEntry]:
    """Read the folder's manifest, by the files' names; empty if there is none to be read."""
    try:
        lines = (folder / NAME).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    entries = {}
    for line in lines:
        with suppress(ValueError, KeyError, TypeError, AttributeError):
            tree = json.loads(line)
            name = tree.pop("file")
            entries[name] = ManifestEntry(**tree)
    return entries


def reason(path: Path, known: ManifestEntry | None, wanted: ManifestEntry) -> str | None:
    """Why the file has to be made (again); None if it is as wanted."""
    if known is None:
        return "is new"
    if not path.exists():
        return "is gone"
    for part, why in CHANGED.items():
        if getattr(known, part) != getattr(wanted, part):
            return why
    return None if content_of(path) == known.content else "was edited"


def note(path: Path, entry: ManifestEntry) -> None:
    """Add the file, as it is now, to its folder's manifest."""
    line = _line(path.name, replace(entry, content=content_of(path)))
    with (path.parent / NAME).open("a", encoding="utf-8") as file:
        # A line that was cut short before ends here.
        file.write(f"\n{line}" if file.tell() else line)


def compact(folder: Path) -> None:
    """Write the folder's manifest again, with one line for each file."""
    lines = [_line(name, entry) for name, entry in entries_of(folder).items()]
    with replacing(folder / NAME) as part:
        part.write_text("".join(lines), "utf-8")


def _line(name: str, entry: ManifestEntry) -> str:
    return json.dumps({"file": name, **asdict(entry)}) + "\n"


def content_of(path: Path) -> str:
    """Digest a file's bytes; of a folder, its files' names and digests."""
    if path.is_dir():
        inner = [f"{file.name} {content_of(file)}" for file in sorted(path.iterdir())]
        return hashlib.sha256("\n".join(inner).encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
