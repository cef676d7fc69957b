"""Colours: readable, and apart for everybody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from gdanim.core.arrays import Floats
from gdanim.views.colours import contrast, luminance, readable
from gdanim.views.theme import DARK, LIGHT, PROJECTOR, THEMES, Theme

# How dichromats see linear RGB: Machado, Oliveira and Fernandes, "A physiologically-based model for
# simulation of color vision deficiency", IEEE TVCG 15 (2009), severity 1.0.
SEEN: dict[str, list[list[float]]] = {
    "everybody": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# Linear sRGB to XYZ, and its white (IEC 61966-2-1).
XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
# A just noticeable difference of CIELAB is 2.3 (Mahy, Van Eycken and Oosterlinck 1994).
NOTICEABLE = 2.3
each_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


def lab(colours: tuple[str, ...], vision: str) -> Floats:
    """CIELAB of colours as that vision sees them, `[K, 3]`."""
    rgb = np.array([to_rgb(colour) for colour in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(SEEN[vision]), 0, 1)
    xyz = seen @ np.transpose(XYZ) / np.sum(XYZ, axis=1)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    x, y, z = f.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def test_lab_of_known_colours() -> None:
    np.testing.assert_allclose(
        lab(("#ffffff", "#000000", "#ff0000"), "everybody"),
        np.array([[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]]),
        atol=0.05,
    )


@pytest.mark.parametrize("vision", SEEN)
@each_theme
def test_runs_can_be_told_apart(theme: Theme, vision: str) -> None:
    places = lab((*theme.runs, theme.points), vision)
    apart = np.linalg.norm(places[:, np.newaxis] - places, axis=-1)
    between = apart[:-1, :-1][np.triu_indices(len(theme.runs), 1)]
    assert between.min() > 9 * NOTICEABLE
    assert apart[-1, :-1].min() > 8 * NOTICEABLE, "and from the points"


@pytest.mark.parametrize("vision", SEEN)
@each_theme
def test_points_prediction_and_loss_can_be_told_apart(theme: Theme, vision: str) -> None:
    places = lab((theme.points, theme.prediction, theme.loss), vision)
    apart = np.linalg.norm(places[:, np.newaxis] - places, axis=-1)
    assert apart[np.triu_indices(3, 1)].min() > 9 * NOTICEABLE


@pytest.mark.parametrize("vision", SEEN)
@each_theme
def test_classes_can_be_told_apart(theme: Theme, vision: str) -> None:
    places = lab((theme.prediction, theme.points, *theme.classes), vision)
    apart = np.linalg.norm(places[:, np.newaxis] - places, axis=-1)
    assert apart[np.triu_indices(len(places), 1)].min() > 9 * NOTICEABLE
    assert len(places) == 6


@each_theme
def test_text_is_readable(theme: Theme) -> None:
    for colour in (theme.ink, theme.muted, theme.optimum, theme.loss, theme.prediction):
        assert contrast(colour, theme.paper) >= 4.5, colour
    for colour in theme.runs:
        assert contrast(colour, theme.paper) >= 4.5, colour
    for colour in (theme.points, theme.grid, *theme.series(12)):
        assert contrast(theme.text(colour), theme.paper) >= 4.5, colour


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#777777") == 1
    # The example of WCAG's own understanding document: #777777 on white falls just short.
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")
    assert luminance("#ffffff") == pytest.approx(1)


def test_readable_changes_as_little_as_it_must() -> None:
    assert readable("#2563c9", "#ffffff") == "#2563c9"
    darker = readable("#f28e2b", "#ffffff")
    assert 4.5 <= contrast(darker, "#ffffff") < 4.9
    red, green, blue = to_rgb(darker)
    assert red > green > blue, "still orange"
    assert luminance(readable("#222222", "#000000")) > luminance("#222222")
    # Between black and white nothing else can be read on every grey.
    assert contrast(readable("#808080", "#808080"), "#808080") >= 4.5


def test_the_projector_is_larger_and_heavier() -> None:
    for size in ("title_size", "step_size", "subtitle_size", "label_size", "tick_size"):
        assert getattr(PROJECTOR, size) > 1.1 * getattr(LIGHT, size)
    assert PROJECTOR.line_width > 1.3 * LIGHT.line_width
    assert PROJECTOR.point_size > LIGHT.point_size


def test_the_command_line_has_their_names() -> None:
    assert tuple(THEMES) == tuple(theme.name for theme in THEMES.values())


def test_a_theme_of_ones_own() -> None:
    own = replace(DARK, name="own", points="#ffffff")
    assert own != DARK
    assert own.text(own.points) == "#ffffff"
