"""Few colours: the right ones, and as near to the truth as they can be."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gdanim.encoding.palette import PLACES, TOLERANCE, Quantiser, choose_palette

RED, PAPER, BLUE = (200, 40, 30), (250, 250, 247), (37, 99, 201)


def frame(*pixels: tuple[int, int, int]) -> memoryview:
    """One row of pixels, RGBA."""
    return np.array([[(*pixel, 255) for pixel in pixels]], np.uint8).data


def shown(quantise: Quantiser, picture: memoryview) -> NDArray[np.int64]:
    """The colours `[n, 3]` that ffmpeg is given for a frame."""
    raw = np.frombuffer(quantise(picture), np.uint8)
    pixels, places = raw[: -4 * PLACES], raw[-4 * PLACES :].reshape(PLACES, 4)
    assert (places[pixels, 3] == 255).all()
    return places[pixels, 2::-1].astype(np.int64)


def test_colours_that_fit_are_kept_as_they_are() -> None:
    palette = choose_palette([frame(RED, PAPER, PAPER), frame(PAPER, PAPER, BLUE)], 16)
    assert sorted(map(tuple, palette.tolist())) == sorted((RED, PAPER, BLUE))


def test_two_groups_become_their_weighted_means() -> None:
    greys = [(10, 10, 10), (14, 14, 14), (18, 18, 18), (200, 200, 200), (204, 204, 204)]
    palette = choose_palette([frame(*greys, greys[0])], 2)
    heavy = 2**0.75
    expected = [round((10 * heavy + 14 + 18) / (heavy + 2)), 202]
    assert sorted(palette[:, 0].tolist()) == expected


def test_a_thin_line_gets_its_colour_beside_a_paper_of_many_shades() -> None:
    rng = np.random.default_rng(0)
    paper = [tuple(pixel) for pixel in 245 + rng.integers(0, 8, (5000, 3))]
    palette = choose_palette([frame(*paper, RED)], 8)
    assert np.abs(palette.astype(int) - RED).sum(axis=1).min() == 0


def test_every_pixel_gets_the_nearest_colour() -> None:
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (300, 3))
    colours = rng.integers(0, 256, (40, 3)).astype(np.uint8)
    got = shown(Quantiser(colours), frame(*map(tuple, pixels)))
    distances = ((pixels[:, np.newaxis] - colours.astype(int)) ** 2).sum(axis=-1)
    assert (((pixels - got) ** 2).sum(axis=-1) == distances.min(axis=1)).all()


def test_a_pixel_keeps_a_colour_that_is_still_good() -> None:
    quantise = Quantiser(np.array([(0, 0, 0), (10, 0, 0), (13, 0, 0), (30, 0, 0)], np.uint8))
    assert TOLERANCE == 6
    # 8 is 2 from the nearest and 8 from black; 9 is 1 from the nearest, and 9 from black. 13 is a
    # colour of the palette itself, and 12 is 1 from it as well as from the one before.
    levels = {0: 0, 8: 0, 9: 10, 12: 10, 13: 13, 30: 30, 25: 30, 16: 13}
    assert [int(shown(quantise, frame((level, 0, 0)))[0, 0]) for level in levels] == [
        *levels.values()
    ]


def test_paper_is_paper_among_its_shades() -> None:
    shades = [(248, 249, 246)] * 30 + [(252, 251, 249)] * 40
    palette = choose_palette([frame(*[PAPER] * 100, *shades, RED)], 2)
    assert sorted(map(tuple, palette.tolist())) == sorted((RED, PAPER))


@pytest.mark.parametrize("count", [0, 256])
def test_a_palette_leaves_a_place_for_nothing(count: int) -> None:
    with pytest.raises(ValueError, match=f"a palette has 1 to 255 colours, got {count}"):
        Quantiser(np.zeros((count, 3), np.uint8))
