"""Few colours: the right ones, and as near to the truth as they can be."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from gdanim.film.palette import PLACES, TOLERANCE, Quantiser, choose_palette

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
    greys = [(10, 10, 10), (14, 14, 14), (200, 200, 200), (204, 204, 204)]
    palette = choose_palette([frame(*greys, greys[0])], 2)
    heavy = 2**0.75
    expected = [round((10 * heavy + 14) / (heavy + 1)), 202]
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
    quantise = Quantiser(np.array([(0, 0, 0), (10, 0, 0), (20, 0, 0)], np.uint8))
    levels = [0, 7, 9, 10, 20, 12, 11]
    # Black is 9 from 9, where 10 is nearest and 1 from it: 8 more is allowed, and no more than 8.
    assert TOLERANCE == 8
    got = [int(shown(quantise, frame((level, 0, 0)))[0, 0]) for level in levels]
    assert got == [0, 0, 0, 10, 20, 20, 20 if 9 <= 1 + TOLERANCE else 10]


@pytest.mark.parametrize("count", [0, 256])
def test_a_palette_leaves_a_place_for_nothing(count: int) -> None:
    with pytest.raises(ValueError, match=f"a palette has 1 to 255 colours, got {count}"):
        Quantiser(np.zeros((count, 3), np.uint8))
