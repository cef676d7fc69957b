"""Fonts: the default one, a theme's own, and those that step in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib.font_manager import findfont, fontManager, get_font

from gdanim import GradientDescent, Linear, Mathtext, Problem, Scene, datasets, render
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.rendering.file_info import inspect
from gdanim.views import LIGHT, Theme, fonts
from gdanim.views.font_names import FONT, PACKAGE
from gdanim.views.fonts import BUILT_IN, families, font_key
from gdanim.views.theme import theme_from_file

Built = Callable[..., Path]


@pytest.fixture
def built(tmp_path: Path) -> Built:
    """A function that makes a font file with square letters."""

    def build(family: str, signs: str, name: str = "", weight: int = 400, width: int = 500) -> Path:
        path = tmp_path / f"{name or family}.ttf"
        pen = TTGlyphPen(None)
        pen.moveTo((50, 0))
        for corner in ((50, 700), (450, 700), (450, 0)):
            pen.lineTo(corner)
        pen.closePath()
        font = FontBuilder(1000)
        order = [".notdef", *(f"u{ord(sign):x}" for sign in sorted(set(signs)))]
        font.setupGlyphOrder(order)
        font.setupCharacterMap({ord(sign): f"u{ord(sign):x}" for sign in signs})
        font.setupGlyf(dict.fromkeys(order, pen.glyph()))
        font.setupHorizontalMetrics({name: (width + 100 * (name == "u31"), 50) for name in order})
        font.setupHorizontalHeader(ascent=800, descent=-200)
        font.setupNameTable({"familyName": family, "styleName": f"{weight}"})
        font.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWeightClass=weight)
        font.setupPost()
        font.save(path)
        return path

    return build


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Forget the fonts that a test has installed."""
    before = list(fontManager.ttflist)
    yield
    fontManager.ttflist[:] = before
    fontManager._findfont_cached.cache_clear()  # type: ignore[attr-defined]


def scene(title: str, **look: Any) -> Scene:
    problem = Problem(datasets.linear(), Linear())
    return Scene(problem, GradientDescent(0.01), steps=2, title=title, **look)


def film(title: str = "A line", theme: Theme = LIGHT) -> Film:
    return scene(title, theme=theme, size=(640, 360)).film()


def pixels(film: Film) -> Any:
    return np.array(film.draw(0))


def test_the_default_font_and_no_setting_of_the_users() -> None:
    before = dict(mpl.rcParams)
    made = film()
    assert made.fonts == (FONT,) and not made.notice
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_all_digits_are_equally_wide(weight: str) -> None:
    name = families(FONT)[0]
    face = get_font(findfont(mpl.font_manager.FontProperties(family=name, weight=weight)))
    assert (weight == "bold") == ("Bold" in face.style_name)
    face.set_size(100, 72)
    assert len({face.load_char(ord(digit)).linearHoriAdvance for digit in "0123456789"}) == 1


def test_an_installed_family_of_that_name_does_not_take_its_place(built: Built) -> None:
    before = pixels(film())
    fontManager.addfont(built(FONT, "Alineabcdefg "))
    fontManager.ttflist.insert(0, fontManager.ttflist.pop())
    np.testing.assert_array_equal(pixels(film()), before)


def test_without_the_package_everything_is_drawn_in_dejavu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_packaged", lambda: ())
    made = film(Mathtext("Größe $\\eta$"))
    assert made.fonts == (BUILT_IN,) and not made.notice
    made.draw(0)


def test_chinese_is_drawn_where_a_font_has_it(built: Built, tmp_path: Path) -> None:
    assert "价 格" in film("价格 of 2024").notice
    fontManager.addfont(built("Noto Sans SC", "价格"))
    made = film("价格 of 2024")
    assert not made.notice and made.fonts == (FONT, "Noto Sans SC")
    # Mathematics is set from fewer fonts.
    assert "价 格" in film(Mathtext("价格 $x$")).notice


def test_the_note_names_what_stepped_in(built: Built, tmp_path: Path) -> None:
    fontManager.addfont(built("Noto Emoji", "🙂"))
    render(scene("🙂", size=(64, 48)), tmp_path / "a.png", still=0)
    versions = inspect(tmp_path / "a.png").note.versions
    assert versions["font"] == "Noto Emoji" and PACKAGE in versions


def test_a_file_with_its_other_faces(built: Built, tmp_path: Path) -> None:
    letters = "Alinestpradoc ,=0123456789."
    plain = built("Brand", letters, "Brand-Regular")
    built("Brand", letters, "Brand-Bold", 700)
    built("Other", letters, "Brand-Other")
    own, *_ = families(str(plain))
    assert [entry.weight for entry in fontManager.ttflist if entry.name == own] == [400, 700]
    (tmp_path / "brand.toml").write_text('font = "Brand-Regular.ttf"')
    theme = theme_from_file(tmp_path / "brand.toml")
    assert theme.font == str(plain)
    made = film(theme=theme)
    assert made.fonts[0] == "Brand"
    assert (pixels(made) != pixels(film())).any()
    assert "jump" in made.notice


def test_a_family(built: Built) -> None:
    fontManager.addfont(built("Br-and: of, ours", "Alinestpradoc ,=0123456789."))
    made = film(theme=replace(LIGHT, font="Br-and: of, ours"))
    assert made.fonts[0] == "Br-and: of, ours"
    made.draw(0)


@pytest.mark.parametrize(
    ("font", "message"),
    [
        ("DejaVu Sanz", "not installed; did you mean DejaVu Sans"),
        ("no.ttf", "no.ttf: cannot be read: No such file"),
        (__file__.replace(".py", ".ttf"), "cannot be read"),
        ("", "a family or a file's path"),
        (3, "a family or a file's path"),
    ],
)
def test_a_font_that_cannot_be_used(font: Any, message: str) -> None:
    with pytest.raises(GdanimError, match=f"^Theme: font: .*{message}"):
        Theme("brand", font=font)


def test_a_file_that_is_no_font(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_text("not a font")
    with pytest.raises(GdanimError, match="is not a font"):
        Theme("brand", font=str(tmp_path / "a.ttf"))


def test_another_font_is_another_key(built: Built) -> None:
    path = built("Brand", "abc")
    before = font_key(str(path))
    built("Brand", "abc", width=600)
    assert font_key(str(path)) != before
    fontManager.addfont(built("Noto Emoji", "🙂"))
    assert font_key(FONT) != font_key(BUILT_IN)
