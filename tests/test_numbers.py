"""Numbers as text: examples, and what holds for every number."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdanim.core.numbers import (
    THIN_SPACE,
    count,
    counted,
    file_size,
    percent,
    quantity,
    rounded,
    setting,
    spoken,
)

INFINITE = float("inf")
quick = settings(derandomize=True, max_examples=200, deadline=None, database=None)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
# Most numbers of a video are of these sizes, and there the forms change.
EVERYDAY = st.floats(-1e10, 1e10) | st.floats(-1.0, 1.0) | st.floats(-1e-2, 1e-2)
NUMBERS = FINITE | EVERYDAY | st.integers(-(10**6), 10**6).map(float)
FORMS: list[Callable[[float], str]] = [quantity, setting, count, rounded, percent, spoken]
# The significant digits that each form keeps at least; `count` keeps whole numbers.
DIGITS: dict[Callable[[float], str], int] = {quantity: 3, setting: 6, rounded: 3, spoken: 3}


def read(text: str) -> Decimal:
    """The number that a text shows."""
    plain = text.replace("minus ", "-").replace("−", "-").replace(",", "").replace(THIN_SPACE, "")
    plain = plain.replace(" times 10 to the ", "e")
    if raised := re.search("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)$", plain):
        power = raised[1].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        plain = f"{plain[: raised.start()].removesuffix('×') or '1'}e{power}"
    return Decimal(plain.removesuffix("%"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (25823.8086, "25823.81"),
        (676.9537, "676.95"),
        (57.5, "57.50"),
        (3.947, "3.947"),
        (0.02277, "0.02277"),
        (0, "0"),
        (3.951e-5, "3.95×10⁻⁵"),
        (7.61e290, "7.61×10²⁹⁰"),
        (-0.5, "−0.5000"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (float("nan"), "not a number"),
    ],
)
def test_quantity(value: float, text: str) -> None:
    assert quantity(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "0.05"), (1.0, "1"), (1e-5, "10⁻⁵"), (3e-4, "3×10⁻⁴"), (0.001, "0.001"), (0, "0")],
)
def test_setting(value: float, text: str) -> None:
    assert setting(value) == text


def test_count() -> None:
    assert count(500000) == "500\u2009000"
    assert [counted(number, "step") for number in (0, 1, 5000)] == [
        "0 steps",
        "1 step",
        "5,000 steps",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.303745, "7.30"),
        (268000.25, "268,000"),
        (3.5399e-5, "3.54e-05"),
        (0.00924, "0.00924"),
        (57.5016, "57.5"),
        (9.996, "10.0"),
        (0, "0"),
        (INFINITE, "infinite"),
    ],
)
def test_rounded(value: float, text: str) -> None:
    assert rounded(value) == text
    assert rounded(0.029993723, 5) == "0.029994"


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.2825, "28%"),
        (0.00041855, "0.04%"),
        (0.9998, "99.98%"),
        (1.0, "100%"),
        (0.0, "0%"),
        (1.5, "150%"),
        (1170.69, "117,069%"),
        (1e300, "1.0e+302%"),
        (1e-12, "1.0e-10%"),
    ],
)
def test_percent(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0.0%"),
        (0.75, "75.0%"),
        (29 / 30, "96.7%"),
        (0.9996, "99.96%"),
        (0.0004, "0.04%"),
        (1.0, "100.0%"),
    ],
)
def test_percent_of_some_decimals(share: float, text: str) -> None:
    assert percent(share, 1) == text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (7.301, "7.30"),
        (676.2, "676"),
        (25823.81, "25,800"),
        (1e-5, "0.00001"),
        (-4.7, "minus 4.70"),
        (0.0, "0"),
        (0.5, "0.5"),
        (2.0, "2"),
        (999.9, "1,000"),
        (3.54e12, "3.54 times 10 to the 12"),
        (-1e-9, "minus 1 times 10 to the minus 9"),
        (INFINITE, "infinite"),
        (-INFINITE, "minus infinite"),
    ],
)
def test_spoken(value: float, words: str) -> None:
    assert spoken(value) == words


def test_file_sizes() -> None:
    assert [file_size(size) for size in (0, 1499, 412_000, 3_140_000)] == [
        "1 kB", "1 kB", "412 kB", "3.1 MB",
    ]  # fmt: skip


@pytest.mark.parametrize("form", DIGITS)
@given(value=NUMBERS)
@quick
def test_what_is_shown_is_the_number_to_its_digits(
    form: Callable[[float], str], value: float
) -> None:
    shown = read(form(value))
    unit = Decimal(10) ** (Decimal(value).adjusted() - DIGITS[form] + 1)
    assert abs(shown - Decimal(value)) <= unit / 2, form(value)


@given(value=NUMBERS)
@quick
def test_a_quantity_shows_no_digit_that_is_wrong(value: float) -> None:
    shown = read(quantity(value))
    exponent = shown.as_tuple().exponent
    assert isinstance(exponent, int)
    assert abs(shown - Decimal(value)) <= Decimal(10) ** exponent / 2 or value == 0


@given(value=NUMBERS)
@quick
def test_a_count_is_the_nearest_whole_number(value: float) -> None:
    assert read(count(value)) == round(value)


@given(share=NUMBERS)
@quick
def test_a_share_is_neither_rounded_to_nothing_nor_to_all(share: float) -> None:
    shown = read(percent(share))
    assert (shown == 0) == (share == 0) and (shown == 100) == (share == 1)
    assert (shown < 100) == (share < 1)


@pytest.mark.parametrize("form", FORMS)
@given(one=NUMBERS, other=NUMBERS)
@quick
def test_a_larger_number_is_not_shown_as_a_smaller_one(
    form: Callable[[float], str], one: float, other: float
) -> None:
    low, high = sorted([one, other])
    assert read(form(low)) <= read(form(high))


@pytest.mark.parametrize("form", FORMS)
@given(value=NUMBERS)
@quick
def test_opposite_numbers_differ_by_their_sign_and_zero_has_none(
    form: Callable[[float], str], value: float
) -> None:
    shown = read(form(value))
    assert not shown.is_signed() or shown < 0, "no -0"
    if form is not percent:
        assert read(form(-value)) == shown.copy_negate()
    assert shown.is_finite()
