"""Between two steps the picture glides; at each step it shows the truth."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from cases import CLASSES, LINE, NETWORK, PLANE_NETWORK, VALLEY, VIEWS, ViewCase, make_scene
from numpy.typing import NDArray

from gdanim import pacing
from gdanim.core.arrays import between
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.recorder import Recorder
from gdanim.film.film import Film
from gdanim.film.header import texts_of
from gdanim.pacing._glide import first_frames
from gdanim.pacing.timeline import Even, Pace, Timeline
from gdanim.problems.dataset import Dataset
from gdanim.scene import Scene
from gdanim.views._drawing.predictions import fitted_problem
from gdanim.views.each import Each
from gdanim.views.fit import Fit
from gdanim.views.loss_curve import LossCurve

SIZE = (320, 180)
STEPS = 3
PACES: dict[str, Pace] = {
    "even": Even(4, 0.5, 0.5, tween=True),
    "even with holds": Even(6, 0.5, 0.5, {1: 1.0, 3: 0.5}, tween=True),
    "held at the start": Even(6, holds={0: 2.0}, tween=True),
    "log": pacing.Log(4, tween=True),
    "by loss": pacing.ByLoss(4, tween=True),
    "by motion": pacing.ByMotion(6, holds={2: 0.5}, tween=True),
    "slow motion": pacing.SlowMotion(Even(6, 0.5, 0.5, {1: 1.0}, tween=True), around=(2,)),
}
# What these show are numbers, or each step's own points.
NUMBERS = {"gradient", "optimizer state", "text", "rate sweep", "confusion"}


def scene_of(case: ViewCase, tween: bool) -> Scene:
    problem = next(
        one for one in (LINE, CLASSES, PLANE_NETWORK, NETWORK, VALLEY) if case.made_for(one)
    )
    start = None if len(problem.names) > 2 else np.full(len(problem.names), -1.5)
    return make_scene(
        problem, GradientDescent(0.01 if problem is LINE else 0.001 if problem is VALLEY else 0.5),
        start, steps=STEPS, size=SIZE, panels={"panel": case.view}, captions=False,
        pace=Even(1.2, 0, 0, tween=tween), fps=10,
    )  # fmt: skip


def pixels(film: Film, frame: int) -> NDArray[Any]:
    """The frame without trails, which are where the picture was in earlier frames."""
    film.show(frame)
    for artist in film.figure.findobj(lambda one: one.get_gid() == "trail"):
        artist.set_visible(False)
    return np.array(film.draw(frame))


@pytest.mark.parametrize("pace", PACES.values(), ids=PACES)
def test_each_step_begins_with_its_own_picture(pace: Pace) -> None:
    run = descend(LINE, GradientDescent(0.01), (-1, 3), 5)
    timeline = pace.timeline([run], 30)
    glide, begins = timeline.glide, first_frames(timeline.steps)
    assert glide is not None and (glide[begins] == 0).all() and glide.max() > 0.5
    ends = np.append(timeline.steps[begins], run.steps)
    after = ends[np.searchsorted(ends, timeline.steps, side="right").clip(max=len(ends) - 1)]
    assert (timeline.positions <= after).all() and (np.diff(timeline.positions) >= 0).all()
    inner: Any = getattr(pace, "pace", pace)
    if not isinstance(pace, pacing.SlowMotion):
        plain: Timeline = replace(inner, tween=False).timeline([run], 30)
        assert plain.glide is None and (plain.steps == timeline.steps).all(), "as without"
    for step, seconds in {0: inner.first, **inner.holds}.items():
        held = (timeline.positions == step).sum()
        assert held >= int(30 * seconds), f"what is held at step {step} does not move"
    for step in range(6):
        assert timeline.positions[timeline.frame(step)] == step, "a still shows the step"


def test_a_glide_eases_and_takes_a_second_at_most() -> None:
    run = descend(LINE, GradientDescent(0.01), (-1, 3), 1)
    timeline = Even(6, 0, 0, tween=True).timeline([run], 20)
    moves = np.diff(timeline.positions)
    assert (moves > 0).sum() == 20
    assert moves.max() > 5 * moves[moves > 0][0], "slow at first"
    np.testing.assert_allclose(moves[moves > 0], moves[moves > 0][::-1])


def test_a_lower_frame_rate_and_a_still_keep_to_the_truth() -> None:
    run = descend(LINE, GradientDescent(0.01), (-1, 3), 7)
    timeline = Even(5, 0, 0, tween=True).timeline([run], 30)
    fewer = timeline.thinned(7)
    assert fewer.fps == 7 and fewer.glide is not None
    assert (
        fewer.positions[first_frames(fewer.steps)] == fewer.steps[first_frames(fewer.steps)]
    ).all()
    skipped = Timeline(np.array([0, 0, 0, 4, 4]), 5, np.array([0, 1.0, 2.5, 0, 0]))
    assert skipped.showing(2).positions.tolist() == [0, 1, 2, 4, 4]
    assert skipped.showing(4).positions.tolist() == skipped.positions.tolist()


@pytest.mark.parametrize("case", VIEWS, ids=str)
def test_views_glide_and_are_true_at_each_step(case: ViewCase) -> None:
    plain, gliding = (scene_of(case, tween).film() for tween in (False, True))
    begins = first_frames(gliding.timeline.steps).tolist()
    assert len(begins) == STEPS + 1
    for frame in begins:
        assert (pixels(plain, frame) == pixels(gliding, frame)).all()
    differs = [
        (pixels(plain, frame) != pixels(gliding, frame)).any()
        for frame in range(len(gliding))
        if frame not in begins
    ]
    if case.name in NUMBERS:
        assert not any(differs), "numbers are those of the step"
    else:
        # Later steps may be too short to be seen.
        assert all(differs[:2]), "all that is drawn glides"


def test_the_header_keeps_to_the_steps() -> None:
    scene = scene_of(VIEWS[0], tween=True)
    clip = scene.clip(scene.runs())
    texts = texts_of(clip)
    for name in ("step", "loss", "method"):
        said = [texts[name](frame) for frame in range(len(clip.timeline))]
        begins = first_frames(clip.timeline.steps)
        assert said == np.repeat(np.array(said, object)[begins], 3).tolist()


def test_frames_of_a_glide_are_drawn_in_any_order() -> None:
    scene = replace(
        scene_of(VIEWS[0], tween=True), panels={"fit": Fit(), "loss": LossCurve(scale="log")}
    )
    film = scene.film()
    other = pickle.loads(pickle.dumps(film))
    expected = {frame: np.array(film.draw(frame)) for frame in range(len(film))}
    with other.composed():
        for frame in (7, 1, 11, 2, 0, 8):
            assert (np.array(other.draw(frame)) == expected[frame]).all(), frame


def test_a_shorter_run_stays_at_its_end() -> None:
    runs = {"long": GradientDescent(0.01), "short": GradientDescent(0.02)}
    scene = Scene(LINE, runs, start=(-1, 3), steps=4, panels={"each": Each(Fit())}, size=SIZE,
                  pace=Even(1, 0, 0, tween=True), fps=20)  # fmt: skip
    recorded = scene.runs()
    recorded["short"] = descend(LINE, GradientDescent(0.02), (-1, 3), 2)
    clip = scene.clip(recorded)
    assert clip.positions("short").max() == 2 < clip.positions("long").max()
    frame = int(np.flatnonzero(clip.positions("long") > 2)[0])
    assert (clip.params("short", frame) == recorded["short"].params[-1]).all()
    low, high = recorded["long"].params[[2, 3]]
    assert ((clip.params("long", frame) - low) * (clip.params("long", frame) - high) < 0).all()


def test_recorded_predictions_glide() -> None:
    x = np.array([0.0, 1.0, 2.0])
    shown: list[float] = []
    recorder = Recorder(Dataset(x, x), predict=lambda x: np.full(len(x), shown[-1]))
    for height in (0.0, 4.0, 6.0):
        shown.append(height)
        recorder.snapshot()
    run = recorder.run()
    at = np.array([0.0, 0.25, 1.0, 1.5, 2.0])
    y = fitted_problem(run).model.predict(between(run.params, at), x[:, np.newaxis])
    np.testing.assert_allclose(y, np.repeat([[0], [1], [4], [5], [6]], 3, axis=1))


def test_between_rows() -> None:
    rows = np.array([[0.0, 1.0], [np.inf, 3.0], [np.inf, 5.0]])
    np.testing.assert_array_equal(between(rows, 0), [0, 1])
    np.testing.assert_array_equal(between(rows, np.array([0.0, 0.5])), [[0, 1], [np.inf, 2]])
    huge = np.array([-1.7e308, 1.7e308])
    assert between(huge, 0.5) == 0
