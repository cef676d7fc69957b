"""A frame of every view, against a picture that somebody looked at and approved.

The pictures are in tests/approved. Where a view was changed on purpose, or a view or a case is new,
draw its picture again, look at it, and commit it with the change:

    GDANIM_APPROVE=1 pytest tests/test_approved.py

Without that variable nothing is written but the failing frame and its difference, into pytest's
temporary folder; the message says where.
"""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from cases import CLASSES, NETWORK, PLANE_NETWORK, VIEWS, ViewCase, make_scene
from matplotlib.testing.compare import compare_images
from numpy.typing import NDArray
from PIL import Image

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.film.film import Film
from gdanim.film.style import plain_style
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.views.batch import Batch

APPROVED = Path(__file__).parent / "approved"
# The root of the mean squared difference of colours from 0 to 255. Other versions of matplotlib set
# text and so panels elsewhere: 3.10 differs by 9 to 19 from 3.11, a missing marker by about 1.
DRAWN_WITH, TOLERANCE, ELSEWHERE = "3.11", 0.3, 25.0
# Pictures are stored in 256 colours, each at most so far from what was drawn.
ROUNDING = 6
LARGEST_FILE = 15_000  # bytes
BATCH = ViewCase("batch", Batch())
CASES = [*VIEWS, BATCH]
NOISY = Problem(datasets.linear(points=20, noise=4.0), Linear())
# The step that is shown, when the path has some steps and is not at its end.
STEP = 6


def film_of(case: ViewCase) -> Film:
    """A short film of the view alone, from a fixed start."""
    problem = next(one for one in (NOISY, CLASSES, NETWORK, PLANE_NETWORK) if case.made_for(one))
    start = (-0.5, -8.0) if problem is NOISY else problem.init(np.random.default_rng(1))
    batch_size = 7 if case is BATCH else None
    scene = make_scene(
        problem, GradientDescent(0.02), start, steps=25, batch_size=batch_size, size=(320, 240),
        title="", panels={"only": case.view},
    )  # fmt: skip
    return scene.film()


def picture(film: Film) -> NDArray[np.uint8]:
    """The first frame that shows STEP, `[240, 320, 3]`."""
    frame = int(np.searchsorted(film.clip.timeline.steps, STEP))
    with plain_style(film.clip.theme), film.canvas.settled(film.show(0)):
        return np.array(film.draw(frame))[..., :3]


def path_of(case: ViewCase) -> Path:
    return APPROVED / f"{str(case).replace(', ', ' ').replace(' ', '_')}.png"


def without_rounding(shown: NDArray[np.uint8], path: Path) -> NDArray[np.uint8]:
    """The picture with the approved colours wherever they differ by no more than storing does."""
    approved = np.asarray(Image.open(path).convert("RGB"))
    apart = np.abs(shown.astype(int) - approved).max(axis=-1, keepdims=True)
    return np.where(apart <= ROUNDING, approved, shown)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_looks_as_approved(case: ViewCase, tmp_path: Path) -> None:
    path, drawn = path_of(case), tmp_path / path_of(case).name
    shown = picture(film_of(case))
    Image.fromarray(shown).save(drawn)
    if os.environ.get("GDANIM_APPROVE"):
        small = Image.fromarray(shown).quantize(256, method=Image.Quantize.MAXCOVERAGE)
        small.save(path, optimize=True)
    assert path.exists(), f"no approved picture: look at {drawn}, then see this file's docstring"
    Image.fromarray(without_rounding(shown, path)).save(drawn)
    same = matplotlib.__version__.startswith(f"{DRAWN_WITH}.")
    difference = compare_images(str(path), str(drawn), TOLERANCE if same else ELSEWHERE)
    assert difference is None, f"{difference}\nAs intended? See this file's docstring."


def test_every_picture_is_small_and_has_a_case() -> None:
    assert {path_of(case) for case in CASES} == {*APPROVED.glob("*.png")}
    assert all(path.stat().st_size < LARGEST_FILE for path in APPROVED.glob("*.png"))
