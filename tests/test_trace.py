"""The vertices of long lines."""

from __future__ import annotations

import numpy as np
import pytest

from gdanim.views._drawing.trace import VERTICES, extremes


@pytest.mark.parametrize("steps", [1, 2000, 2001, 7777, 36_000])
def test_a_long_line_has_few_vertices_and_all_spikes(steps: int) -> None:
    values = np.random.default_rng(0).uniform(1, 2, steps)
    values[[steps // 3, steps // 2]] = 0, 9
    kept = extremes(values)
    assert len(kept) <= min(steps, VERTICES)
    assert (np.diff(kept) > 0).all() and kept[0] >= 0 and kept[-1] < steps
    assert values[kept].min() == values.min() and values[kept].max() == values.max()
    # Two neighbours are never more than two stretches apart.
    stretch = np.ceil(2 * steps / VERTICES)
    assert np.diff(np.r_[0, kept, steps - 1]).max() <= max(1, 2 * stretch)
