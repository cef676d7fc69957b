"""Numbers as text."""

from __future__ import annotations

import pytest

from gdanim.core.numbers import count, quantity, setting


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
