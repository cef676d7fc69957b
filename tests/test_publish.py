"""What goes beside a video: poster, captions, filmstrip, table."""

from __future__ import annotations

import csv
import os
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from event_runs import LINE, LINES, run_of

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.loop import descend
from gdanim.descent.run import Run
from gdanim.errors import GdanimError, RequestError
from gdanim.film.film import Film
from gdanim.film.filmstrip import filmstrip
from gdanim.pacing.timeline import Even, Timeline
from gdanim.rendering.csv_table import write_table
from gdanim.rendering.file_info import inspect
from gdanim.rendering.jobs import Settings, jobs_from_scripts
from gdanim.rendering.outputs import OutputOptions, Sidecars
from gdanim.rendering.pipeline import draw
from gdanim.rendering.result import Rendered
from gdanim.rendering.tasks import prepare, step_number
from gdanim.rendering.webvtt import timestamp, webvtt
from gdanim.views.base import Clip
from gdanim.views.fit import Fit
from gdanim.views.theme import LIGHT
from scripts import SCENE, write

ALL = Sidecars("last", True, True, True, True)


def clip_of(*runs: Run, fps: int = 10, seconds: float = 4.0, labels: str = "abcdefgh") -> Clip:
    timeline = Even(seconds).timeline(list(runs), fps)
    return Clip(dict(zip(labels, runs, strict=False)), timeline, LIGHT)


def rendered(folder: Path, sidecars: Sidecars, *formats: str) -> list[Rendered]:
    script = write(folder, SCENE)
    options = OutputOptions(f"{folder}/out/", formats, sidecars=sidecars)
    jobs = jobs_from_scripts([str(script)], {}, options)
    settings = Settings(size=(160, 96), fps=10, seconds=0.6)
    takes = prepare(jobs, settings)
    return [one for take in takes for one in draw(take)]


class Silent:
    """A progress that says nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, *_: object) -> None: ...

    def __call__(self, done: int, total: int) -> None: ...


def test_all_files_stand_beside_the_first_video(tmp_path: Path) -> None:
    first, second = rendered(tmp_path, ALL, "mp4", "gif")
    names = ["poster.png", "vtt", "alt.txt", "filmstrip.png", "steps.csv"]
    assert [path.name for path in first.sidecars] == [f"lesson.{name}" for name in names]
    assert second.sidecars == ()
    made = {path.name for path in first.sidecars}
    assert set(os.listdir(tmp_path / "out")) == made | {"lesson.mp4", "lesson.gif"}


def test_the_poster_is_the_last_frame_or_the_step_that_is_named(tmp_path: Path) -> None:
    for wanted, step in (("last", 12), (5, 5)):
        (video,) = rendered(tmp_path, Sidecars(poster=wanted))  # type: ignore[arg-type]
        poster = tmp_path / "out" / "lesson.poster.png"
        assert inspect(poster).note.options["still"] == f"{step}"
        (other,) = prepare(
            jobs_from_scripts(
                [str(tmp_path / "lesson.py")],
                {},
                OutputOptions(f"{tmp_path}/still.png", still=step),
            ),
            Settings(size=(160, 96), fps=10, seconds=0.6),
        )
        list(draw(other))
        assert (iio.imread(poster) == iio.imread(tmp_path / "still.png")).all()
        assert video.sidecars == (poster,)


def test_a_poster_of_a_step_that_there_is_not(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"poster .*12, got 13"):
        rendered(tmp_path, Sidecars(poster=13))
    # How far a run comes that may stop before its last step, only the run tells.
    run = run_of("the wave swings")
    wrong = run.steps + 1
    with pytest.raises(GdanimError, match=f"poster: step {wrong} was not reached"):
        step_number(wrong, {"": run}, "a.mp4: poster")
    assert not (tmp_path / "out").exists()


def test_nothing_goes_beside_a_still(tmp_path: Path) -> None:
    script, still = write(tmp_path, SCENE), OutputOptions(f"{tmp_path}/", still="last")
    with pytest.raises(RequestError, match=r"lesson-last\.png: is a still"):
        jobs_from_scripts([str(script)], {}, replace(still, sidecars=Sidecars(captions=True)))
    assert jobs_from_scripts([str(script)], {}, still)


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
    assert timestamp(30 * 3600 + 45, 30) == "01:00:01.500"
    assert timestamp(1, 60) == "00:00:00.017"


def test_captions_escape_what_would_be_a_tag() -> None:
    run = run_of("converges")
    clip = clip_of(run, run)
    named = replace(clip, runs={"a < b & c --> d": run, "other\n\nline": run})
    text = webvtt(named)
    assert "a &lt; b &amp; c --&gt; d: Converged" in text
    assert "other line: Converged" in text


def test_the_table_reads_back_to_the_bit(tmp_path: Path) -> None:
    run = run_of("one step down")
    write_table({"run": run}, tmp_path / "run.csv")
    head, *rows = csv.reader((tmp_path / "run.csv").read_text().splitlines())
    assert head == ["step", "loss", "learning_rate", "slope", "intercept"]
    assert [int(row[0]) for row in rows] == list(range(run.steps + 1))
    assert [float(row[1]) for row in rows] == run.losses.tolist()
    assert [float(row[2]) for row in rows[:-1]] == [float(run.rate(s)) for s in range(run.steps)]
    assert rows[-1][2] == ""
    assert [[float(text) for text in row[3:]] for row in rows] == run.params.tolist()


def test_no_cell_of_the_table_is_a_formula(tmp_path: Path) -> None:
    run = run_of("no step")
    labels = ["=1+1", "+a", "-b", "@c", "\td", "e = 2"]
    write_table(dict.fromkeys(labels, run), tmp_path / "a.csv")
    _, *rows = csv.reader((tmp_path / "a.csv").read_text().splitlines())
    assert {row[0] for row in rows} == {"'=1+1", "'+a", "'-b", "'@c", "'\td", "e = 2"}


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


def test_no_two_frames_of_a_filmstrip_look_alike() -> None:
    """The run is slow at the end: evenly spaced in time, the last four frames would be the same."""
    run = descend(LINE, GradientDescent(0.02), LINES, 300)
    film = Film(clip_of(run), {"fit": Fit()}, None, (320, 180))
    shown = []
    draw = film.draw

    def drawn(frame: int) -> Any:
        shown.append(run.params[film.timeline.steps[frame]])
        return draw(frame)

    film.draw = drawn  # type: ignore[method-assign]
    filmstrip(film)
    even = run.params[np.linspace(0, 300, 6).astype(int)]
    least, otherwise = (
        min(float(np.abs(b - a).max()) for a, b in pairwise(each)) for each in (shown, even)
    )
    assert len(shown) == 6 and least > 10 * otherwise
    np.testing.assert_array_equal(shown[-1], run.params[-1])
