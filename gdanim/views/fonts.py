"""Fonts: a theme's own, and those that step in for the characters that it lacks.

matplotlib's font manager learns the files that a theme names under names of ours, so that no
installed font of the same family can take their place, and nobody's own figures change.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from matplotlib.cbook import is_math_text
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from gdanim.errors import GdanimError, did_you_mean
from gdanim.views.font_names import FONT, PACKAGE, is_font_file

# The faces of the default font in its package. These outlines (CFF) are drawn better than its .ttf
# files at the sizes of a small video.
_FACES = tuple(f"SourceSansPro-{face}.otf" for face in ("Regular", "It", "Bold", "BoldIt"))
# Comes with matplotlib: draws most signs that other fonts lack, and everything without PACKAGE.
BUILT_IN = "DejaVu Sans"
# What steps in next, the first of these that has the sign: Chinese, Japanese, Korean, emoji. Of
# one maker's fonts, the plain ones come before those for all languages.
_STEP_IN = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Noto Sans JP", "Noto Sans KR",
    "Source Han Sans SC", "Source Han Sans", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Droid Sans Fallback", "PingFang SC", "Hiragino Sans GB", "Hiragino Sans",
    "Apple SD Gothic Neo", "Microsoft YaHei", "Yu Gothic", "Malgun Gothic", "SimHei",
    "Arial Unicode MS", "Noto Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Apple Symbols",
    "Symbola",
)  # fmt: skip


def check_font(where: str, font: str) -> None:
    """GdanimError unless the font is one that can be drawn with."""
    if is_font_file(font):
        try:
            FT2Font(font)
        except (OSError, RuntimeError) as error:
            fault = getattr(error, "strerror", None) or "is not a font"
            raise GdanimError(f"{where}: {font}: cannot be read: {fault}") from None
    elif font != FONT and font not in (known := fontManager.get_font_names()):
        raise GdanimError(
            f"{where}: {font!r:.80} is not installed{did_you_mean(font, known)}; "
            "name an installed family or a file, .ttf or .otf"
        )


def families(font: str) -> tuple[str, ...]:
    """Return the families that draw a theme's texts, by matplotlib's names; the first has most."""
    if is_font_file(font):
        own = _learned(f"gdanim {hashlib.sha256(font.encode()).hexdigest()}", _faces(Path(font)))
    elif font == FONT:
        own = _learned(f"gdanim {FONT}", files) if (files := _packaged()) else BUILT_IN
    else:
        check_font("font", font)
        own = font
    installed = set(fontManager.get_font_names())
    steps_in = (name for name in (BUILT_IN, *_STEP_IN) if name in installed)
    return tuple(dict.fromkeys((own, *steps_in)))


def own_family(font: str) -> str:
    """Return the family of a theme's font, as its file calls it."""
    return _face(families(font)[0]).family_name


def font_key(font: str) -> str:
    """Return the key of all that pictures depend on in a theme's font, and what may step in."""
    own, *others = families(font)
    return hashlib.sha256("\n".join([family_key(own), *others]).encode()).hexdigest()


def family_key(family: str) -> str:
    """Return the key of a family's files."""
    digest = hashlib.sha256()
    for file in sorted({entry.fname for entry in fontManager.ttflist if entry.name == family}):
        digest.update(Path(file).read_bytes())
    return digest.hexdigest()


def drawing_font(sign: str, text: Text) -> str | None:
    """Return the family, as its file calls it, that draws a sign of a text; None if none does."""
    look = text.get_fontproperties()
    for family in _tried(text):
        one = look.copy()
        one.set_family(family)
        face = get_font(findfont(one))
        if face.get_char_index(ord(sign)):
            return face.family_name
    return None


def jumping_digits(font: str) -> bool:
    """Tell whether digits of the font are of different widths, so that moving numbers jump."""
    face = _face(families(font)[0])
    face.set_size(100, 72)
    return len({face.load_char(ord(digit)).linearHoriAdvance for digit in "0123456789"}) > 1


def has_even_digits(face: FT2Font) -> bool:
    """Tell whether any digit may take another's place, and no other letter moves."""
    return Path(os.fsdecode(face.fname)) in _packaged()


def _face(family: str) -> FT2Font:
    """Return the family's plain face."""
    return get_font(findfont(FontProperties(family=[family])))


def _tried(text: Text) -> tuple[str, ...]:
    """Return the families that matplotlib looks for a sign in: fewer in texts with mathematics."""
    every = tuple(text.get_fontfamily())
    return (every[0], "STIXGeneral") if is_math_text(text.get_text()) else every


def _learned(name: str, files: Iterable[Path]) -> str:
    """Make matplotlib know the files under a name; return it."""
    if name not in fontManager.get_font_names():
        for file in files:
            before = len(fontManager.ttflist)
            fontManager.addfont(file)
            # Without what it adds for the font's other names.
            fontManager.ttflist[before:] = [replace(fontManager.ttflist[before], name=name)]
    return name


@cache
def _packaged() -> tuple[Path, ...]:
    """Return the files of the default family; none where its package is not installed."""
    found = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    folders = found.submodule_search_locations if found else None
    files = tuple(Path(folder, "files", face) for folder in folders or () for face in _FACES)
    return files if all(file.is_file() for file in files) else ()


def _faces(file: Path) -> Iterator[Path]:
    """Yield the file, and its family's others next to it: `Brand-Bold.ttf` of `Brand.ttf`."""
    yield file
    family = FT2Font(str(file)).family_name
    for other in sorted(file.parent.glob(f"{file.stem.partition('-')[0]}-*{file.suffix}")):
        if other != file and FT2Font(str(other)).family_name == family:
            yield other
