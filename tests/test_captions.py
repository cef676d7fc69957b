"""Events said on screen: when, for how long, and how they come and go."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from gdanim.descent.adaptive import Adam
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.film.captions import Caption, caption_at, captions
from gdanim.narration.alternative_text import alternative_text
from gdanim.pacing.timeline import Even, Every, Timeline
from gdanim.problems import datasets, objectives
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.rendering.webvtt import webvtt
from gdanim.scene import Scene
from gdanim.schedules import StepDecay
from gdanim.views.base import Clip
from gdanim.views.theme import LIGHT

LINE = Problem(datasets.linear(2.0, 1.0, noise=0.1), Linear())
CONVERGES = descend(LINE, GradientDescent(0.01), (-2, -1.5), 400)
# Its loss rises for a few steps, and then it swings.
ADAM = descend(objectives.bowl(condition=100.0), Adam(0.2), (9, 1), 100)
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
    for one, following in pairwise(quick):
        assert one.last == following.first - 1
        assert one.last - one.first + 1 >= 15, "each can be read"
    # In a second there is no time for any but the first.
    assert len(captions(clip_of(Even(1).timeline(STEPS_DOWN, 10), run=STEPS_DOWN))) == 1


@pytest.mark.parametrize("seconds", [4, 14, 60])
def test_a_caption_is_true_and_can_be_read(seconds: float) -> None:
    runs = {"line": CONVERGES, "steps": STEPS_DOWN, "Adam": ADAM}
    clip = clip_of(Even(seconds).timeline(list(runs.values()), 20), **runs)
    least, frames, shown = 30, len(clip.timeline), captions(clip)
    told = {
        f"{label}: {one.text}": (label, one) for label, run in runs.items() for one in run.events
    }
    for caption in shown:
        label, event = told[caption.text]
        steps = clip.steps(label)
        assert event.step <= steps[caption.first] and steps[caption.last] <= event.last
        assert caption.first - np.searchsorted(steps, event.step) <= least, "not late"
        assert caption.last - caption.first + 1 >= least or caption.last == frames - 1
    assert all(one.last < after.first for one, after in pairwise(shown))


def test_a_rise_is_told_while_it_lasts_or_not_at_all() -> None:
    rise, _ = ADAM.events
    assert (rise.kind, rise.step, rise.last) == ("overshoot", 7, 9)
    assert rise.text not in [
        one.text for one in captions(clip_of(Even(14).timeline(ADAM, 20), a=ADAM))
    ]
    # Three steps of a second each.
    slow = clip_of(Even(103, first=1, last=1).timeline(ADAM, 20), a=ADAM)
    (caption,) = (one for one in captions(slow) if one.text == rise.text)
    assert set(slow.timeline.steps[caption.first : caption.last + 1]) == {7, 8, 9}


def test_how_a_run_ends_comes_before_what_passes() -> None:
    (end,) = CONVERGES.events
    timeline = Even(20).timeline([CONVERGES, STEPS_DOWN], 30)
    moment = int(np.searchsorted(timeline.steps, end.step))
    # Three changes of the rate, the last one a few frames before the other run converges.
    before = (end.step - 4) // 3
    schedule = StepDecay(0.01, 0.5, before)
    other = descend(LINE, GradientDescent(schedule), (-2, -1.5), 4 * before - 1)
    changes = [event.step for event in other.events if event.kind == "learning rate"]
    assert len(changes) == 3 and 0 < moment - np.searchsorted(timeline.steps, changes[-1]) < 45
    shown = captions(clip_of(timeline, good=CONVERGES, other=other))
    (told,) = (one for one in shown if one.text.startswith("good"))
    assert told.first == moment and told.last == len(timeline) - 1
    assert sum(one.text.startswith("other") for one in shown) == 2


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


def noted(notes: dict[int, str], captions: bool = True) -> Scene:
    return Scene(LINE, GradientDescent(0.01), (-2, -1.5), steps=400, notes=notes, captions=captions)


def test_notes_are_shown_at_their_steps_before_any_event() -> None:
    scene = noted({200: "halfway", 0: "a random start"})
    assert list(scene.notes) == [0, 200], "in the order of the steps"
    film = scene.film()
    first, second, *_ = shown = captions(film.clip)
    assert (first.text, first.first) == ("a random start", 0)
    assert (second.text, film.timeline.steps[second.first]) == ("halfway", 200)
    assert shown[-1].text.startswith("Converged"), "and the run's own words beside them"
    (end,) = scene.run().events
    both = captions(noted({end.step: "here it rests"}).film().clip)
    assert both[0].text == "here it rests" and both[0].last - both[0].first + 1 >= 45
    assert film.notice == ""


def test_notes_do_not_depend_on_the_captions_of_events() -> None:
    (note,) = captions(noted({0: "a random start"}, captions=False).film().clip)
    assert note.text == "a random start"


def test_a_note_that_is_not_shown_is_named() -> None:
    assert "step 401" in noted({0: "start", 401: "too late"}).film().notice
    near = noted({step: f"note {step}" for step in range(10)}).film()
    assert "too close" in near.notice


@pytest.mark.parametrize("notes", [{-1: "a"}, {1.5: "a"}, {0: ""}, {0: 3}, ["a"]])
def test_notes_are_words_by_step(notes: Any) -> None:
    with pytest.raises(GdanimError, match="notes"):
        noted(notes)


def test_notes_are_in_subtitles_and_alternative_text() -> None:
    scene = noted({0: "a random start", 200: "halfway", 999: "never"})
    film = scene.film()
    assert "00:00:00.000 --> 00:00:03.500\na random start\n" in webvtt(film.clip)
    text = alternative_text(film.clip, film.panels)
    assert '"a random start" at step 0 and "halfway" at step 200.' in text and "never" not in text
