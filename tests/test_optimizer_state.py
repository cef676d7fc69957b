"""What optimizers remember, and the view of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from cases import LINE, OPTIMIZERS, OptimizerCase

from gdanim.descent.adaptive import AdaGrad, Adam, RMSProp
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.momentum import Momentum, Nesterov
from gdanim.descent.noise import Noisy
from gdanim.descent.remembered import remembered
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.problems import objectives
from gdanim.scene import Scene
from gdanim.views.optimizer_state import OptimizerState

START, STEPS, LR = (-1.0, 3.0), 12, 0.01


@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize("case", OPTIMIZERS, ids=str)
def test_the_gradient_is_that_of_the_step(case: OptimizerCase, batch_size: int | None) -> None:
    run = descend(LINE, case.optimizer(), START, STEPS, seed=2, batch_size=batch_size)
    found = remembered(run)
    for step in (0, 5):
        batch = None if run.batches is None else run.batches[step][run.batches[step] >= 0]
        expected = LINE.gradient(run.params[step], batch)
        np.testing.assert_allclose(found["gradient"][step], expected, rtol=1e-9)
    assert {values.shape for values in found.values()} == {(STEPS, 2)}


@pytest.mark.parametrize("batch_size", [None, 7])
def test_steps_follow_from_what_is_remembered(batch_size: int | None) -> None:
    def of(optimizer: Any) -> tuple[Any, dict[str, Any]]:
        run = descend(LINE, optimizer, START, STEPS, seed=2, batch_size=batch_size)
        return np.diff(run.params, axis=0), remembered(run)

    step, found = of(Momentum(LR, 0.8))
    np.testing.assert_allclose(step, -LR * found["velocity"], rtol=1e-6)
    step, found = of(Nesterov(LR, 0.8))
    ahead = found["gradient"] + 0.8 * found["velocity"]
    np.testing.assert_allclose(step, -LR * ahead, rtol=1e-6)
    step, found = of(AdaGrad(LR))
    np.testing.assert_allclose(step, -LR * found["gradient"] / found["root of squares"], rtol=1e-6)
    step, found = of(RMSProp(LR))
    np.testing.assert_allclose(step, -LR * found["gradient"] / found["root mean square"], rtol=1e-6)
    step, found = of(Adam(LR))
    np.testing.assert_allclose(step, -LR * found["mean"] / found["root mean square"], rtol=1e-6)


def test_noise_and_plain_descent() -> None:
    assert list(remembered(descend(LINE, GradientDescent(LR), START, 3))) == ["gradient"]
    noisy = remembered(descend(LINE, Noisy(Momentum(LR), 1.0), START, 3))
    assert list(noisy) == ["gradient", "velocity"]


def film(**changes: Any) -> Film:
    given: dict[str, Any] = {
        "problem": objectives.bowl(condition=20),
        "optimizer": Momentum(0.1, 0.5),
        "start": (-9, 2),
        "steps": 8,
    } | changes
    problem, optimizer, start = (given.pop(key) for key in ("problem", "optimizer", "start"))
    panels = {"state": OptimizerState()}
    return Scene(problem, optimizer, start, panels=panels, size=(320, 180), **given).film()


def test_bars_are_gradient_memory_and_step() -> None:
    shown = film()
    frame = int(np.searchsorted(shown.clip.timeline.steps, 3))
    shown.show(frame)
    run, ax = shown.clip.run, shown.figure.axes[0]
    found = remembered(run)
    expected = [found["gradient"][3], found["velocity"][3], run.params[4] - run.params[3]]
    for bars, values in zip(ax.collections, expected, strict=True):
        ends = [segment[1][0] for segment in bars.get_segments()]  # type: ignore[attr-defined]
        assert (np.sign(ends) == np.sign(values)).all()
    numbers = [float(text.get_text().replace("\N{MINUS SIGN}", "-")) for text in ax.texts]
    np.testing.assert_allclose(numbers, np.concatenate(expected), rtol=1e-3)
    # The longest bar of gradients and velocities is the largest of both in the whole run.
    largest = max(abs(found[name]).max() for name in found)
    length = 1 + np.log10(abs(found["velocity"][3, 1]) / largest) / 4
    assert abs(ax.collections[1].get_segments()[1][1][0]) == pytest.approx(length)  # type: ignore[attr-defined]


def test_it_names_the_bars() -> None:
    for optimizer, names in ((Adam(0.1), "gradient, mean, root mean square"),
                             (GradientDescent(0.01), "gradient")):  # fmt: skip
        clip = film(optimizer=optimizer).clip
        assert OptimizerState().describe(clip) == f"{names} and step as bars for each parameter"


def test_a_run_of_no_steps_has_no_bars() -> None:
    assert np.asarray(film(steps=0).draw(0)).shape == (180, 320, 4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"problem": objectives.rastrigin(9), "start": (1.0,) * 9}, "at most eight|at most 8"),
        ({"steps": 60_000, "optimizer": GradientDescent(1e-4)}, "at most 50,000 steps"),
    ],
)
def test_what_it_cannot_show(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(GdanimError, match=f"^OptimizerState: .*({message})"):
        film(**changes)
