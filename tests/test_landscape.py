"""A loss over a plane: interpolated in between, unknown beyond."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdanim import Recorder, Scene, views
from gdanim.core.digest import key_of
from gdanim.problems.landscape import Landscape


def bowl(a: Any, b: Any) -> Any:
    return 1 + a**2 + 3 * b**2 + a * b


def landscape() -> Landscape:
    across, up = np.linspace(-2.2, 2.2, 23), np.linspace(-1.1, 1.1, 12)
    losses = bowl(across, up[:, np.newaxis])
    return Landscape(across, up, losses, np.array([[-2.0, 2], [-1, 1]]), ("along", "up"))


def test_it_is_that_of_the_grid_and_smooth_in_between() -> None:
    plane, rng = landscape(), np.random.default_rng(0)
    at_points = np.array([[plane.across[4], plane.up[7]], [plane.across[0], plane.up[-1]]])
    np.testing.assert_allclose(plane.loss(at_points), bowl(*at_points.T), rtol=1e-12)
    inside = rng.uniform((-1.9, -0.8), (1.9, 0.8), (50, 2))
    # Cubic convolution follows a quadratic exactly, but for the outermost cells.
    np.testing.assert_allclose(plane.loss(inside), bowl(*inside.T), rtol=1e-12)
    a, b = inside.T
    slopes = np.stack([2 * a + b, 6 * b + a], axis=-1)
    np.testing.assert_allclose(plane.gradient(inside), slopes, rtol=1e-3, atol=1e-3)


def test_beyond_the_grid_it_is_not_known() -> None:
    losses = landscape().loss(np.array([[2.3, 0], [0, -1.2], [np.nan, 0], [0, 0]]))
    np.testing.assert_array_equal(np.isnan(losses), [True, True, True, False])


@pytest.mark.parametrize("view", [views.Contour(), views.Surface()])
def test_paths_are_drawn_over_it(view: views.View, tmp_path: Any) -> None:
    recorder = Recorder(landscape())
    for share in (1.0, 0.5, 0.2):
        recorder.snapshot([1.5 * share, -0.7 * share])
    run = recorder.run()
    run.save(tmp_path / "a.npz")
    assert key_of(type(run).load(tmp_path / "a.npz")) == key_of(run)
    film = Scene(run, panels={"one": view}, size=(320, 240)).film()
    assert film.draw(0).tobytes() != film.draw(len(film) - 1).tobytes()
    if isinstance(view, views.Contour):
        low, high = film.figure.axes[0].get_xlim()
        assert -2.2 <= low <= -2 and 2 <= high <= 2.2
