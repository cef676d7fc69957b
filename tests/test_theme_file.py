"""Themes of the user's own: defaults, checks, TOML files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gdanim.errors import GdanimError
from gdanim.views.theme import DARK, LIGHT, PROJECTOR, Theme, theme_from_file, theme_from_table


def written(folder: Path, text: str) -> Path:
    path = folder / "brand.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_theme_needs_only_a_name() -> None:
    assert replace(LIGHT, name="own") == Theme("own")
    assert Theme("own", points="teal").points == "teal"


@pytest.mark.parametrize("text", ["{}", "[theme]\n{}"], ids=["top level", "table"])
def test_base_and_what_differs(tmp_path: Path, text: str) -> None:
    keys = 'base = "dark"\npoints = "#FA0"\nruns = ["gold", "#7ae582"]\nline_width = 5'
    theme = theme_from_file(written(tmp_path, text.format(keys)))
    expected = replace(DARK, name="brand", points="#FA0", runs=("gold", "#7ae582"), line_width=5)
    assert theme == expected


def test_a_name_in_the_file_counts(tmp_path: Path) -> None:
    assert theme_from_file(written(tmp_path, 'name = "house"')) == replace(LIGHT, name="house")


def test_a_table_without_a_name() -> None:
    assert theme_from_table({}, "here") == replace(LIGHT, name="custom")
    table = {"base": "projector", "many": ["magma", 0, 0.8]}
    own = theme_from_table(table, "here")
    assert own == replace(PROJECTOR, name="custom", many=("magma", 0, 0.8))
    assert table == {"base": "projector", "many": ["magma", 0, 0.8]}, "the caller's table stays"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("base", "bright"), ("base", 3), ("base", ["dark"]), ("name", ""), ("name", 3),
        ("points", "orangish"), ("points", "none"), ("points", "0.5"), ("points", "C1"),
        ("points", "#12345"), ("points", "#11223344"), ("points", 255), ("runs", "gold"),
        ("runs", []), ("runs", ["gold", 3]), ("many", "viridis"), ("many", ["no map", 0, 1]),
        ("many", [["viridis"], 0, 1]), ("many", ["viridis", 0, 1.5]), ("many", ["viridis", 0]),
        ("title_size", 0), ("title_size", "big"), ("line_width", -1), ("point_size", True),
        ("tick_size", float("inf")), ("tick_size", float("nan")),
    ],
)  # fmt: skip
def test_a_wrong_value_names_place_and_key(key: str, value: object) -> None:
    with pytest.raises(GdanimError, match=rf"^brand\.toml: {key}: must be .*got ") as caught:
        theme_from_table({key: value}, "brand.toml")
    assert "\n" not in str(caught.value)


def test_an_unknown_key_suggests_a_known_one() -> None:
    with pytest.raises(GdanimError, match=r"^brand\.toml: predicton: .*prediction"):
        theme_from_table({"predicton": "gold"}, "brand.toml")
    with pytest.raises(GdanimError, match="zzz.*base, name, paper"):
        theme_from_table({"zzz": 1}, "brand.toml")


def test_a_wrong_field_in_a_script() -> None:
    with pytest.raises(GdanimError, match="^Theme: ink: .*colour"):
        replace(LIGHT, ink="inky")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("points = ", "TOML"),
        ("theme = 3", "theme: must be a table"),
        ('ink = "gold"\n[theme]\npaper = "black"', "ink"),
        ('[theme]\npoints = "orangish"', "points: must be a colour"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(GdanimError, match=words) as caught:
        theme_from_file(path)
    assert str(caught.value).startswith(f"{path}: ")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(GdanimError, match="cannot be read"):
        theme_from_file(tmp_path / "missing.toml")
    path = tmp_path / "latin.toml"
    path.write_bytes('name = "grün"'.encode("latin-1"))
    with pytest.raises(GdanimError, match="UTF-8"):
        theme_from_file(path)
