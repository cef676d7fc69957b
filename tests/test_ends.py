"""Labels at the ends of lines keep apart, and near."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from gdanim.views._drawing.end_labels import spaced_apart


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([0.5], [0.5]),
        ([0.2, 0.8], [0.2, 0.8]),
        ([0.5, 0.5], [0.45, 0.55]),
        ([0.55, 0.5], [0.575, 0.475]),
        ([0.0, 0.0, 0.9], [0.0, 0.1, 0.9]),
        ([1.0, 1.0], [0.9, 1.0]),
        ([0.3, 0.3, 0.3], [0.2, 0.3, 0.4]),
    ],
)
def test_apart(wanted: list[float], expected: list[float]) -> None:
    np.testing.assert_allclose(spaced_apart(np.array(wanted), 0.1, 0.0, 1.0), expected, atol=1e-12)


def test_apart_is_the_least_move_that_keeps_order_and_gap() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        wanted = rng.uniform(0.2, 0.8, 5)
        placed = spaced_apart(wanted, 0.08, 0.0, 1.0)
        order = np.argsort(wanted)
        assert (np.diff(placed[order]) > 0.08 - 1e-12).all()
        # No other allowed places nearby are better: the objective is convex.
        best = np.sum((placed - wanted) ** 2)
        for _ in range(100):
            other = placed + rng.normal(scale=0.01, size=5)
            if all(b - a >= 0.08 for a, b in pairwise(other[order])):
                assert np.sum((other - wanted) ** 2) >= best - 1e-12


def test_too_many_stay_above_the_bottom() -> None:
    placed = spaced_apart(np.full(30, 0.5), 0.1, 0.0, 1.0)
    assert placed.min() == 0.0 and (np.diff(placed) > 0.099).all()
