"""What every format keeps to, whatever the size and the frame rate."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdanim.encoding.formats import VARIANTS, Format
from gdanim.errors import GdanimError

SIDES = st.integers(-2, 4000)
RATES = st.integers(-2, 240) | st.sampled_from([10, 20, 25, 50])
each_format = pytest.mark.parametrize(
    "format", VARIANTS, ids=[f"{one.name}-{one.encoder}" for one in VARIANTS]
)


def refusal(format: Format, size: tuple[int, int], fps: int) -> str:
    """What the format says against these frames; nothing if it accepts them."""
    try:
        format.check(size, fps)
    except GdanimError as error:
        return f"{error}"
    return ""


@each_format
@settings(max_examples=50, derandomize=True, deadline=None)
@given(width=SIDES, height=SIDES, fps=RATES)
def test_it_accepts_what_it_can_hold(format: Format, width: int, height: int, fps: int) -> None:
    sized = min(width, height) >= 1 and not (format.even and (width % 2 or height % 2))
    timed = fps >= 1 and (format.fps is None or fps in format.fps)
    said = refusal(format, (width, height), fps)
    assert (not said) == (sized and timed), said
    assert not said or said.startswith(("size: ", "fps: "))


@each_format
@settings(max_examples=50, derandomize=True, deadline=None)
@given(width=st.integers(1, 4000), height=st.integers(1, 4000), fps=st.integers(1, 240))
def test_it_accepts_what_it_suggests(format: Format, width: int, height: int, fps: int) -> None:
    """The frames become what each refusal suggests; after the size and the rate, none is left."""
    size = width, height
    if found := re.search(r"try (\d+)x(\d+)$", refusal(format, size, fps)):
        size = int(found[1]), int(found[2])
        assert 0 <= size[0] - width <= 1 and 0 <= size[1] - height <= 1
    if found := re.search(r"try (\d+)$", refusal(format, size, fps)):
        asked, fps = fps, int(found[1])
        assert abs(fps - asked) == min(abs(rate - asked) for rate in format.fps or ())
    assert refusal(format, size, fps) == ""


@each_format
def test_the_levels_go_down(format: Format) -> None:
    levels = format.levels
    assert levels[0] == format
    factors = [one.crf for one in levels if one.crf is not None]
    assert factors == sorted(set(factors))
    colours = [one.colours or 256**3 for one in levels]
    assert colours == sorted(colours, reverse=True)
    assert len({(one.crf, one.colours) for one in levels}) == len(levels)
    # Nothing else differs, so a level holds the same frames, and its videos are joined as well.
    assert {(one.name, one.encoder, one.fps, one.even, one.muxer) for one in levels} == {
        (format.name, format.encoder, format.fps, format.even, format.muxer)
    }
