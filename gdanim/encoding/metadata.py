"""What ffmpeg's muxers leave out: notes on what wrote a file, and WebP's exact duration."""

from __future__ import annotations

import html
import re
import shutil
import warnings
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gdanim.core.atomic import replacing
from gdanim.encoding import _webp as webp
from gdanim.encoding import ffmpeg
from gdanim.encoding.chapters import Chapter
from gdanim.encoding.formats import Format, note_place
from gdanim.errors import GdanimError

# The keyword of a note in a PNG. https://www.w3.org/TR/png/#11keywords
KEYWORD = b"Comment"
PNG_HEADER = 33
DESCRIPTION = "{http://purl.org/dc/elements/1.1/}description"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">'
    "<dc:description>{}</dc:description></rdf:Description></rdf:RDF></x:xmpmeta>"
)
LOOP = b"\x21\xff\x0bNETSCAPE2.0"


@dataclass(frozen=True)
class Metadata:
    """What a file holds besides its frames: a note on what wrote it (ASCII), and its chapters."""

    note: str = ""
    chapters: tuple[Chapter, ...] = ()


NO_METADATA = Metadata()


def tags(format: Format, note: str) -> tuple[str, ...]:
    """Return the arguments for a note (ASCII), in formats whose muxer takes one."""
    return ("-metadata", f"comment={note}") if format.note == "tags" and note else ()


def finish(path: Path, format: Format, size: tuple[int, int], seconds: float, note: str) -> None:
    """Complete the file or folder that ffmpeg has written: duration and note."""
    if format.note == "webp":
        duration = round(1000 * seconds)
        content = webp.with_duration(path.read_bytes(), size, duration, format.loop)
        if note:
            content = webp.with_xmp(content, XMP.format(html.escape(note, quote=False)).encode())
        path.write_bytes(content)
    elif note and format.note == "gif":
        _insert(path, _after_loop(path), _gif_comment(note.encode()))
    elif note and format.note == "png":
        for file in sorted(path.iterdir()) if format.folder else [path]:
            _insert(file, PNG_HEADER, _png_text(note.encode()))


def frames_held(path: Path, format: Format, fps: int, drawn: int) -> int:
    """The number of frames in a file or folder of our own, without decoding them."""
    if format.folder or format.note == "webp":
        # A WebP of identical frames is a still picture without a duration.
        return shown_frames(path, fps) or (drawn if path.stat().st_size else 0)
    return ffmpeg.count_frames(path, own=True) if path.stat().st_size else 0


def shown_frames(path: Path, fps: float) -> int:
    """The number of frames that a folder or a WebP file shows, at `fps` frames per second."""
    if path.is_dir():
        return sum(1 for _ in path.iterdir())
    # Identical frames have been merged into one that lasts longer.
    return round(sum(webp.durations(path.read_bytes())) * fps / 1000)


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG or WebP file; GdanimError if it is damaged."""
    with _opened_picture(path) as picture:
        return picture.size


@contextmanager
def _opened_picture(path: Path) -> Iterator[Image.Image]:
    """Open a picture and read its header; GdanimError if it is damaged or absurdly large."""
    try:
        # Pillow also warns of pictures that are large, but not absurdly so.
        with warnings.catch_warnings(action="ignore"), Image.open(path) as picture:
            yield picture
    # A damaged file may fail anywhere.
    except Exception:
        raise GdanimError(f"{path}: is not a picture that can be read") from None


def read_note(path: Path) -> str:
    """The note in a file, or in the first file of a folder; empty if there is none."""
    if path.is_dir():
        files = sorted(path.glob("*.png"))
        return read_note(files[0]) if files else ""
    match note_place(path.suffix.lower()):
        case "tags":
            return _in_tags(ffmpeg.metadata(path)[0][1])
        case "svg":
            return _in_xml(path.read_bytes())
        case "pdf":
            return _in_pdf(path.read_bytes())
    return _in_picture(path)


def _png_text(note: bytes) -> bytes:
    """The chunk of a PNG that contains the note."""
    body = b"tEXt" + KEYWORD + b"\0" + note
    return (len(body) - 4).to_bytes(4) + body + zlib.crc32(body).to_bytes(4)


def insert_png_note(path: Path, note: str) -> None:
    """Put a note into a PNG, right after its header."""
    _insert(path, PNG_HEADER, _png_text(note.encode()))


def _gif_comment(note: bytes) -> bytes:
    # https://www.w3.org/Graphics/GIF/spec-gif89a.txt, 24: blocks of up to 255 bytes.
    parts = [note[k : k + 255] for k in range(0, len(note), 255)]
    blocks = b"".join(bytes([len(part)]) + part for part in parts)
    return b"\x21\xfe" + blocks + b"\0"


def _after_loop(path: Path) -> int:
    """Where a GIF's first blocks may go: some programs need the loop before all others."""
    with path.open("rb") as file:
        head = file.read(13)
        colours = 3 << (head[10] & 7) + 1 if head[10] & 0x80 else 0
        file.seek(13 + colours)
        loops = file.read(len(LOOP)) == LOOP
    return 13 + colours + (len(LOOP) + 5 if loops else 0)


def _insert(path: Path, at: int, extra: bytes) -> None:
    with replacing(path) as part, path.open("rb") as old, part.open("wb") as new:
        new.write(old.read(at) + extra)
        shutil.copyfileobj(old, new, 1 << 20)


def _in_tags(tags: Mapping[str, str]) -> str:
    # Matroska writes tag names in capitals.
    return next((text for name, text in tags.items() if name.lower() == "comment"), "")


def _in_picture(path: Path) -> str:
    with _opened_picture(path) as picture:
        info = picture.info
    if "xmp" in info:
        return _in_xml(info["xmp"])
    note = info.get("comment", info.get(KEYWORD.decode(), ""))
    return note.decode(errors="replace") if isinstance(note, bytes) else f"{note}"


def _in_xml(content: bytes) -> str:
    # Imported late: rendering does not need it.
    from xml.etree import ElementTree

    try:
        return ElementTree.fromstring(content).findtext(f".//{DESCRIPTION}") or ""
    except ElementTree.ParseError:
        return ""


def _in_pdf(content: bytes) -> str:
    # A literal string ends at the first bracket without a backslash.
    # https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf, 7.3.4.2
    found = re.search(rb"/Subject \(((?:[^\\()]|\\.)*)\)", content)
    return re.sub(rb"\\(.)", rb"\1", found[1]).decode(errors="replace") if found else ""
