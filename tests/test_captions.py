"""Events said on screen: when, for how long, and how they come and go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.run import Run
from gdanim.descent.schedules import StepDecay
from gdanim.film.captions import Caption, caption_at, captions
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.timeline import Even, Every, Timeline
from gdanim.views.base import Clip
from gdanim.views.theme import LIGHT

LINE = Problem(datasets.linear(2.0, 1.0, noise=0.1), Linear())
CONVERGES = descend(LINE, GradientDescent(0.01), (-2, -1.5), 400)
STEPS_DOWN = descend(LINE, GradientDescent(StepDecay(0.01, 0.5, 40)), (-2, -1.5), 150)


def clip_of(timeline: Timeline, **runs: Run) -> Clip:
    return Clip(runs, timeline, LIGHT)


def test_a_caption_begins_with_the_frame_that_shows_its_event() -> None:
    (event,) = CONVERGES.events
    for pace in (Even(10), Even(4), Every(3)):
        clip = clip_of(pace.timeline(CONVERGES, 30), run=CONVERGES)
        (caption,) = captions(clip)
        assert caption.text == event.text
        steps = clip.timeline.steps
        assert steps[caption.first] >= event.step > steps[caption.first - 1]
        assert caption.last == len(clip.timeline) - 1, "how it ends stays on screen"


def test_captions_follow_each_other() -> None:
    assert len(STEPS_DOWN.events) == 3
    slow = captions(clip_of(Even(30).timeline(STEPS_DOWN, 10), run=STEPS_DOWN))
    assert [caption.last - caption.first + 1 for caption in slow] == [35, 35, 35]
    # 40 steps take less time than a caption that nothing follows: the next one cuts it off.
    quick = captions(clip_of(Even(10).timeline(STEPS_DOWN, 10), run=STEPS_DOWN))
    for one, following in zip(quick, quick[1:], strict=False):
        assert one.last == following.first - 1
        assert one.last - one.first + 1 >= 15, "each can be read"
    # In a second there is no time for any but the first.
    assert len(captions(clip_of(Even(1).timeline(STEPS_DOWN, 10), run=STEPS_DOWN))) == 1


def test_several_runs_are_named() -> None:
    timeline = Even(30).timeline([CONVERGES, STEPS_DOWN], 30)
    shown = captions(clip_of(timeline, quick=CONVERGES, slow=STEPS_DOWN))
    assert [caption.text.partition(": ")[0] for caption in shown] == ["slow"] * 3 + ["quick"]
    moments = [caption.first for caption in shown]
    assert moments == sorted(moments)


def test_a_caption_fades_in_and_out_and_stays_at_the_end() -> None:
    caption = Caption("text", 100, 199)
    seen = [caption.visibility(frame, 40, 1000) for frame in range(90, 210)]
    assert seen[:10] == [0.0] * 10 and seen[-10:] == [0.0] * 10
    np.testing.assert_allclose(seen[10:20], np.arange(1, 11) / 10)
    assert set(seen[20:100]) == {1.0}
    np.testing.assert_allclose(seen[100:110], np.arange(10, 0, -1) / 10)
    assert Caption("text", 100, 199).visibility(199, 40, 200) == 1
    clip = clip_of(Even(10).timeline(CONVERGES, 40), run=CONVERGES)
    assert caption_at((caption,), 150, clip) == ("text", 1.0)
    assert caption_at((caption,), 250, clip) == ("", 0.0)


@pytest.mark.parametrize("wanted", [True, False])
def test_a_scene_decides(wanted: bool) -> None:
    scene = Scene(LINE, GradientDescent(0.01), (-2, -1.5), steps=400, captions=wanted)
    film = scene.film()
    film.show(len(film) - 1)
    texts = [text.get_text() for text in film.figure.texts]
    assert any(text.startswith("Converged") for text in texts) == wanted
    (panel,) = film.figure.axes
    (without,) = replace(scene, captions=False).film().figure.axes
    assert (panel.get_position().y1 < without.get_position().y1) == wanted


def test_a_frame_says_the_same_whatever_was_drawn_before() -> None:
    film = Scene(LINE, GradientDescent(0.01), (-2, -1.5), steps=400).film()

    def said(frame: int) -> list[object]:
        film.show(frame)
        return [(text.get_text(), text.get_alpha()) for text in film.figure.texts]

    first = [said(frame) for frame in (0, 150, 170, 299)]
    assert [said(frame) for frame in (299, 170, 150, 0)] == first[::-1]
