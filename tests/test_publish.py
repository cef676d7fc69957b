"""What goes beside a video: poster, captions, alternative text, filmstrip, table."""

from __future__ import annotations

import csv
import os
import re
from dataclasses import replace
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
from event_runs import LINE, LINES, WAVE, run_of
from scripts import SCENE, write

from gdanim.analysis._curve_place import place
from gdanim.analysis._speech import colour_name, listed, spoken
from gdanim.analysis.alternative_text import described
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.run import Run
from gdanim.errors import GdanimError, RequestError
from gdanim.film.film import Film
from gdanim.pacing.timeline import Even, Timeline
from gdanim.rendering.csv_table import write_table
from gdanim.rendering.filmstrip import filmstrip
from gdanim.rendering.inspection import inspect
from gdanim.rendering.jobs import Settings, request
from gdanim.rendering.pipeline import prepare
from gdanim.rendering.result import Rendered
from gdanim.rendering.sidecars import NOTHING, Sidecars
from gdanim.rendering.webvtt import clock, webvtt
from gdanim.views.base import Clip
from gdanim.views.contour import Contour
from gdanim.views.fit import Fit
from gdanim.views.theme import DARK, LIGHT
from gdanim.views.theme import THEMES as BY_NAME

ALL = Sidecars("last", True, True, True, True)


def clip_of(*runs: Run, fps: int = 10, seconds: float = 4.0, labels: str = "abcdefgh") -> Clip:
    timeline = Even(seconds).timeline(list(runs), fps)
    return Clip(dict(zip(labels, runs, strict=False)), timeline, LIGHT)


def told(*runs: Run) -> str:
    return described(clip_of(*runs), {"fit": Fit()})


def rendered(folder: Path, beside: Sidecars, *formats: str) -> list[Rendered]:
    script = write(folder, SCENE)
    jobs = request([str(script)], {}, f"{folder}/out/", formats, beside=beside)
    settings = Settings(size=(160, 96), fps=10, seconds=0.6)
    takes = prepare(jobs, settings)
    return [one for take in takes for one in take.files(lambda path, frames: Silent())]


class Silent:
    """A progress that says nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __call__(self, done: int, total: int) -> None: ...


def test_all_files_stand_beside_the_first_video(tmp_path: Path) -> None:
    first, second = rendered(tmp_path, ALL, "mp4", "gif")
    names = ["poster.png", "vtt", "alt.txt", "filmstrip.png", "steps.csv"]
    assert [path.name for path in first.beside] == [f"lesson.{name}" for name in names]
    assert second.beside == ()
    made = {path.name for path in first.beside}
    assert set(os.listdir(tmp_path / "out")) == made | {"lesson.mp4", "lesson.gif"}


def test_the_poster_is_the_last_frame_or_the_step_that_is_named(tmp_path: Path) -> None:
    for wanted, step in (("last", 12), (5, 5)):
        (video,) = rendered(tmp_path, Sidecars(poster=wanted))  # type: ignore[arg-type]
        poster = tmp_path / "out" / "lesson.poster.png"
        assert inspect(poster).note.options["still"] == f"{step}"
        (other,) = prepare(
            request([str(tmp_path / "lesson.py")], {}, f"{tmp_path}/still.png", still=step),
            Settings(size=(160, 96), fps=10, seconds=0.6),
        )
        list(other.files(lambda path, frames: Silent()))
        assert (iio.imread(poster) == iio.imread(tmp_path / "still.png")).all()
        assert video.beside == (poster,)


def test_a_poster_of_a_step_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(
        RequestError, match=r"a poster of this scene can show steps 0 to 12, got 13"
    ):
        rendered(tmp_path, Sidecars(poster=13))
    # How far a run comes that may stop before its last step, only the run tells.
    run = run_of("the wave swings")
    wrong = run.steps + 1
    with pytest.raises(GdanimError, match=f"poster: step {wrong} was not reached; steps are 0 to"):
        Sidecars(poster=wrong).check({"": run})
    assert not (tmp_path / "out").exists()


def test_nothing_goes_beside_a_still(tmp_path: Path) -> None:
    script = write(tmp_path, SCENE)
    with pytest.raises(RequestError, match=r"lesson-last\.png: is a still; \.vtt go beside"):
        request([str(script)], {}, f"{tmp_path}/", still="last", beside=Sidecars(captions=True))
    assert request([str(script)], {}, f"{tmp_path}/", still="last", beside=NOTHING)


def test_a_folder_in_the_way_is_found_before_anything_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "out" / "lesson.vtt").mkdir(parents=True)
    with pytest.raises(RequestError, match=r"lesson\.vtt: is a folder"):
        rendered(tmp_path, Sidecars(captions=True))


# WebVTT: a line WEBVTT, a blank line, cues of a line of times and a line of text, a blank line.
CUE = r"\d\d:\d\d:\d\d\.\d{3} --> \d\d:\d\d:\d\d\.\d{3}\n[^\n<>]+\n"


@pytest.mark.parametrize("name", ["the wave swings", "steps down", "has not arrived", "Adam"])
def test_captions_are_valid_and_as_many_as_on_screen(name: str) -> None:
    text = webvtt(clip_of(run_of(name), seconds=40.0))
    assert re.fullmatch(rf"WEBVTT\n(\n{CUE})*", text)
    assert len(re.findall(CUE, text)) == len(run_of(name).events)


def test_a_caption_begins_with_the_frame_that_shows_its_event() -> None:
    run = run_of("steps down")
    steps = np.arange(run.steps + 1)
    clip = replace(clip_of(run), timeline=Timeline(steps, 10), captions=False)
    assert "00:00:04.000 --> 00:00:07.500\nThe learning rate changed" in webvtt(clip)
    assert clock(30 * 3600 + 45, 30) == "01:00:01.500"
    assert clock(1, 60) == "00:00:00.017"


def test_captions_escape_what_would_be_a_tag() -> None:
    run = run_of("converges")
    clip = clip_of(run, run)
    named = replace(clip, runs={"a < b & c --> d": run, "other\n\nline": run})
    text = webvtt(named)
    assert "a &lt; b &amp; c --&gt; d: Converged" in text
    assert "other line: Converged" in text


def test_the_alternative_text_of_a_wave() -> None:
    text = described(clip_of(run_of("the wrong wave")), {"fit": Fit()})
    assert "A blue sine curve starts mostly far above 100 orange points" in text
    assert "It is stuck in a local minimum: after 79 steps the loss is 2.47" in text
    assert "The curve ends across the points. " in text
    assert text.endswith("Another panel shows the loss at every step.")
    dark = replace(clip_of(run_of("the wrong wave")), theme=DARK, title="Stuck")
    assert described(dark, {"fit": Fit()}).startswith("Stuck. A blue sine curve")


def test_a_fall_is_told_by_the_step_that_has_nine_tenths_of_it() -> None:
    run = run_of("has not arrived")
    step = int(re.search(r"; by step (\d+) it is down to", told(run))[1])  # type: ignore[index]
    left = (run.losses - run.losses[-1]) / (run.losses[0] - run.losses[-1])
    assert left[step] <= 0.1 < left[step - 1]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("diverges", "It diverges: from step 1 on the loss grows without end"),
        ("converges", "It converges: from step"),
        ("steps down", "This happens 2 more times."),
        ("one step down", "At step 50 the learning rate changes from 0.01 to 0.001."),
        ("overfits", "and rises to"),
        ("stops at 676", "to step 24 the loss hardly falls. After 24 steps the loss is"),
        ("the wave swings", "d swings with a period of 2 steps, wider and wider."),
        ("Adam", "the loss rises, from"),
        ("no step", "After 0 steps the loss is"),
    ],
)
def test_what_is_told_of_a_run(name: str, wanted: str) -> None:
    text = told(run_of(name))
    assert wanted in text
    assert "nan" not in text and "−" not in text
    assert ("It diverges" in text) == (name == "diverges")


def test_a_run_that_diverges_has_not_fallen() -> None:
    assert "it is down to" not in told(run_of("diverges"))
    wild = descend(WAVE, GradientDescent(1e200), (1, 1, 1, 1), 3)
    assert "The curve ends far" in told(wild)


def test_an_objective_has_no_points() -> None:
    text = described(clip_of(run_of("the wrong valley")), {"map": Contour()})
    assert text.startswith("Gradient descent starts at x = 1.50, at a loss of")
    assert "points" not in text and "curve" not in text
    assert "The panel shows the loss over two parameters as a map" in text


def test_runs_that_are_compared_have_their_colours_and_ends() -> None:
    slow = descend(LINE, GradientDescent(0.001), LINES, 10)
    text = told(run_of("converges"), run_of("diverges"), slow)
    assert "3 runs are compared: a (blue), b (pink) and c (brown)." in text
    _, of_a, of_b, of_c = re.split(r"(?<=\. )(?=[ABC] starts)", text)
    assert "It converges" in of_a and "It diverges" in of_b and "After 10 steps" in of_c
    assert "The curve ends close to the points." in of_a


def test_a_run_that_is_named_after_a_knob() -> None:
    clip = clip_of(run_of("converges"), run_of("diverges"))
    labels = ("lr = 0.05", "momentum")
    text = described(replace(clip, runs=dict(zip(labels, clip.runs.values(), strict=True))), {})
    assert " With lr = 0.05 it starts at a mean squared error of " in text
    assert " Momentum starts at a mean squared error of " in text


def test_many_runs_are_counted() -> None:
    runs = [run_of(name) for name in ["converges"] * 5 + ["diverges", "has not arrived"]]
    text = told(*runs)
    assert "7 runs are compared" in text
    assert "5 converged, 1 diverged and 1 did not arrive at a minimum." in text
    assert f"({'abcdefg'[int(np.argmin([run.losses[-1] for run in runs]))]})" in text


@pytest.mark.parametrize(
    ("shift", "scale", "words"),
    [
        (0.0, 0.0, "close to"),
        (0.3, 0.0, "above"),
        (-0.3, 0.0, "below"),
        (2.0, 0.0, "far above"),
        (-2.0, 0.0, "far below"),
        (0.0, -1.5, "across"),
        (0.0, -5.0, "far from most of"),
        (np.inf, 0.0, "out of sight of"),
    ],
)
def test_where_a_curve_runs(shift: float, scale: float, words: str) -> None:
    y = np.linspace(-0.5, 0.5, 100)
    assert place(y + scale * y + shift, y) == words


def test_mostly_above_and_a_flat_line_of_points() -> None:
    y = np.linspace(-0.5, 0.5, 100)
    assert place(np.where(y < 0.3, y + 0.2, y - 0.2), y) == "mostly above"
    assert place(np.full(9, 3.0), np.full(9, 3.0)) == "close to"
    assert place(np.ones(9), np.zeros(9)) == "far above"


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
        (np.inf, "infinite"),
        (-np.inf, "minus infinite"),
    ],
)
def test_numbers_in_words(value: float, words: str) -> None:
    assert spoken(value) == words


def test_lists_in_words() -> None:
    assert [listed(list("abc"[:n])) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]


def test_colours_in_words() -> None:
    for theme in BY_NAME.values():
        assert colour_name(theme.points) == "orange"
        assert colour_name(theme.prediction) == "blue"
        names = [colour_name(colour) for colour in theme.runs]
        assert len(set(names)) == len(names), names
    known = {"#ffffff": "white", "#000000": "black", "#808080": "grey", "#5c0a0a": "dark red"}
    assert {colour: colour_name(colour) for colour in known} == known


def test_the_table_reads_back_to_the_bit(tmp_path: Path) -> None:
    run = run_of("one step down")
    write_table({"run": run}, tmp_path / "run.csv")
    head, *rows = csv.reader((tmp_path / "run.csv").read_text().splitlines())
    assert head == ["step", "loss", "learning_rate", "slope", "intercept"]
    assert [int(row[0]) for row in rows] == list(range(run.steps + 1))
    assert [float(row[1]) for row in rows] == run.losses.tolist()
    assert [float(row[2]) for row in rows[:-1]] == run.rates.tolist()
    assert rows[-1][2] == ""
    assert [[float(text) for text in row[3:]] for row in rows] == run.params.tolist()


def test_the_table_of_several_runs_and_of_rates_by_parameter(tmp_path: Path) -> None:
    own = descend(LINE, GradientDescent((0.01, 0.1)), LINES, 3)
    write_table({"one": own, "two": run_of("no step")}, tmp_path / "runs.csv")
    head, *rows = csv.reader((tmp_path / "runs.csv").read_text().splitlines())
    assert head[:5] == ["run", "step", "loss", "learning_rate_slope", "learning_rate_intercept"]
    assert [row[0] for row in rows] == ["one"] * 4 + ["two"]
    assert rows[0][3:5] == ["0.01", "0.1"]


def test_a_filmstrip_has_six_frames_from_first_to_last() -> None:
    film = Film(clip_of(run_of("the wave swings")), {"fit": Fit()}, None, (320, 180))
    picture = np.asarray(filmstrip(film))
    gap = round(0.02 * 160)
    # From the last frame of the first step to the first of the last: nothing is shown twice.
    moving = np.array([film.timeline.frame(0), np.argmax(film.timeline.steps == 89)])
    assert picture.shape == (2 * 90 + 3 * gap, 3 * 160 + 4 * gap, 3)
    tiles = [
        picture[gap + row * (90 + gap) :, gap + column * (160 + gap) :][:90, :160].astype(int)
        for row in range(2)
        for column in range(3)
    ]
    for tile, frame in ((tiles[0], moving[0]), (tiles[5], moving[-1])):
        whole = np.asarray(film.draw(int(frame)))[..., :3].astype(float)
        # Whatever the filter, a halved picture keeps the means of its halves.
        halves = zip(np.hsplit(tile, 2), np.hsplit(whole, 2), strict=True)
        for small, large in halves:
            assert small.mean() == pytest.approx(large.mean(), abs=1.0)
    assert not any((a == b).all() for a, b in zip(tiles[1:], tiles, strict=False))
