"""A renderer that draws the same pixels as matplotlib's, and each letter only once.

matplotlib shapes every new text and draws its letters one by one. Here a letter is drawn once for
each place between two pixels, and copied from then on; and a text that differs from an earlier one
in its digits alone, as those of the header do, is neither shaped nor measured again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib import ft2font
from matplotlib.backends.backend_agg import RendererAgg, get_hinting_flag
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text
from numpy.typing import NDArray

from gdanim.views.fonts import has_even_digits

Letter = tuple[FT2Font, str, int, float, float]
"""A letter's font, its character, its number in the font, and its place in the text."""

# matplotlib 3.10 draws a text as one picture, and shapes none.
KEEPS_LETTERS = hasattr(FT2Font, "_layout")
# To set a formula takes milliseconds; the last fifty are kept, for all films of the process.
_FORMULAS = RendererAgg(1, 1, 72).mathtext_parser  # type: ignore[no-untyped-call]
_DIGIT = re.compile("[0-9]")


class FrameRenderer(RendererAgg):
    """An Agg renderer that keeps formulas, letters, and the shapes and sizes of texts."""

    def __init__(self, width: float, height: float, dpi: float) -> None:
        super().__init__(width, height, dpi)  # type: ignore[no-untyped-call]
        self.mathtext_parser = _FORMULAS
        self._sizes: dict[tuple[str, int, Any], tuple[float, float, float]] = {}

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: FontProperties, angle: float,
        ismath: Any = False, mtext: Text | None = None,
    ) -> None:  # fmt: skip
        """Draw a text; a plain one is not shaped again."""
        if ismath or not KEEPS_LETTERS or _is_special(mtext):
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)  # type: ignore[no-untyped-call]
            return
        size = prop.get_size_in_points()
        letters = _letters(s, self._prepare_font(prop), size, self.dpi)  # type: ignore[no-untyped-call]
        glyphs = ((font, size, index, 0, 1, dx, dy) for font, _, index, dx, dy in letters)
        self._draw_text_glyphs_and_boxes(gc, x, y, angle, glyphs, ())

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """Measure a text: it is as wide as with other digits, and as high as its letters."""
        digits = set(_DIGIT.findall(s))
        plain = digits and KEEPS_LETTERS and not ismath
        if not plain or not has_even_digits(self._prepare_font(prop)):  # type: ignore[no-untyped-call]
            return self._measured(s, prop, ismath)
        width, _, _ = self._size(_DIGIT.sub("0", s), prop)
        sizes = [self._size(part, prop) for part in (*digits, _DIGIT.sub(" ", s))]
        descent = max(descent for _, _, descent in sizes)
        return width, max(h - d for _, h, d in sizes) + descent, descent

    def _size(self, s: str, prop: FontProperties) -> tuple[float, float, float]:
        # A text may be measured before it is drawn, outside of the style.
        key = s, hash(prop), _hinting()
        if key not in self._sizes:
            self._sizes[key] = self._measured(s, prop, False)
        return self._sizes[key]

    def _measured(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        width, height, descent = super().get_text_width_height_descent(s, prop, ismath)  # type: ignore[no-untyped-call]
        return width, height, descent

    def _draw_text_glyphs_and_boxes(
        self, gc: Any, x: float, y: float, angle: float, glyphs: Iterable[Any], boxes: Sequence[Any]
    ) -> None:
        draw: Any = super()._draw_text_glyphs_and_boxes
        if angle or not gc.get_antialiased():
            draw(gc, x, y, angle, glyphs, boxes)
            return
        flags, height = _hinting(), int(self.height)
        put: Any = self._renderer.draw_text_image
        for font, size, index, slant, extend, dx, dy in glyphs:
            # In 64ths of a pixel, as FreeType counts; its y is upwards.
            right, across = divmod(round(0x40 * (x + dx)), 0x40)
            up, above = divmod(round(0x40 * (self.height - y + dy)), 0x40)
            look = (slant, extend, across, above, flags)
            image, left, top = _glyph(font, size, self.dpi, index, look)
            if image.size:
                put(image, left + right, height - top - up + len(image), 0, gc)
        draw(gc, x, y, angle, (), boxes)


def _hinting() -> Any:
    return get_hinting_flag()  # type: ignore[no-untyped-call]


def _is_special(text: Text | None) -> bool:
    """Whether a text is shaped in a way of its own."""
    return text is not None and bool(text.get_fontfeatures() or text.get_language())


def _letters(s: str, font: FT2Font, size: float, dpi: float) -> Iterator[Letter]:
    """Yield the letters of a text, those of a known one with other digits if there is one."""
    flags = _hinting()
    known = _DIGIT.sub("0", s) if has_even_digits(font) else s
    shape = _shape(known, font, size, dpi, flags)
    # In scripts that are written from the right, letters come in another order.
    if [sign for _, sign, *_ in shape] != list(known):
        yield from _shape(s, font, size, dpi, flags)
        return
    for sign, (face, old, index, x, y) in zip(s, shape, strict=True):
        yield face, sign, index if sign == old else face.get_char_index(ord(sign)), x, y


@lru_cache(2000)
def _shape(s: str, font: Any, size: float, dpi: float, flags: Any) -> tuple[Letter, ...]:
    """Return the letters of a text."""
    font.clear()
    font.set_size(size, dpi)
    items = font._layout(s, flags=flags)
    return tuple((one.ft_object, one.char, one.glyph_index, one.x, one.y) for one in items)


@lru_cache(10_000)
def _glyph(
    font: Any, size: float, dpi: float, index: int, look: tuple[Any, ...]
) -> tuple[NDArray[np.uint8], int, int]:
    """Return the picture of a letter, and where its left upper corner is."""
    slant, extend, across, above, flags = look
    matrix = 0x10000 * np.array([[extend, extend * slant], [0, 1]])
    font.set_size(size, dpi)
    font._set_transform(matrix.round().astype(int), [across, above])
    bitmap = font._render_glyph(index, flags, ft2font.RenderMode.NORMAL)
    return np.array(bitmap.buffer), bitmap.left, bitmap.top
