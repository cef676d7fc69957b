"""The page with the slider: what is in it, and that it works in a browser."""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import needs_chromium, observe
from click.testing import CliRunner
from snippets import Silent, Tags

from gdanim import cli
from gdanim.errors import RequestError
from gdanim.film.film import Film
from gdanim.publish.sweep_page import embed, in_step
from gdanim.rendering.jobs import Settings, jobs_from_scripts
from gdanim.rendering.outputs import OutputOptions
from gdanim.rendering.tasks import film_of, prepare
from scripts import SCENE, TWO, write

pytestmark = pytest.mark.slow

SWEEP = {"lr": ["0.01", "0.02", "1.5"]}
TINY = Settings(size=(160, 96), fps=10, seconds=2.0)


def made(folder: Path, beside: bool = False) -> Path:
    script = write(folder, SCENE.replace('title="Line"', 'title="A <line> & more"'))
    page = folder / "page.html"
    written = embed(f"{script}", SWEEP, {}, page, TINY, lambda path, frames: Silent(), beside)
    assert written[0] == page and len(written) == (4 if beside else 1)
    return page


def steps_of(page: Path) -> list[int]:
    """The step that each frame shows, as the page has it."""
    found = re.search(r"const steps = (.*);", page.read_text(encoding="utf-8"))
    assert found
    return list(json.loads(found[1]))


def test_the_page_holds_its_videos_and_nothing_else(tmp_path: Path) -> None:
    page = made(tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "{{" not in text and "http" not in text
    tags = Tags(text)
    videos = tags.of("video")
    assert [video["data-label"] for video in videos] == ["lr = 0.01", "lr = 0.02", "lr = 1.5"]
    assert [("hidden" in video) for video in videos] == [False, True, True]
    for video in videos:
        kind, _, content = (video["src"] or "").partition(",")
        assert kind == "data:video/mp4;base64"
        assert base64.b64decode(content)[4:8] == b"ftyp"
        assert f"{video['aria-label']}".startswith(f"{video['data-label']}: A <line> & more. The")
    assert "diverges" in f"{videos[2]['aria-label']}"
    labelled = {label["for"] for label in tags.of("label") if "for" in label}
    assert labelled == {"knob0", "place"}
    shown = steps_of(page)
    assert (len(shown), shown[0], shown[-1]) == (20, 0, 12) and shown == sorted(shown)
    assert set(os.listdir(tmp_path)) - {"__pycache__"} == {"lesson.py", "page.html"}


def test_the_videos_stand_beside_the_page(tmp_path: Path) -> None:
    page = made(tmp_path, beside=True)
    videos = Tags(page.read_text(encoding="utf-8")).of("video")
    names = [f"page-lesson-lr{value}.mp4" for value in SWEEP["lr"]]
    assert [video["src"] for video in videos] == names
    assert {path.name for path in tmp_path.glob("*.mp4")} == set(names)


def test_the_same_frame_shows_the_same_step(tmp_path: Path) -> None:
    script = write(tmp_path, SCENE.replace("steps: int = 12", "steps: int = 12, more: int = 0")
                   .replace("steps=steps", "steps=steps + more"))  # fmt: skip
    options = OutputOptions(f"{tmp_path}/")
    asked = jobs_from_scripts([f"{script}"], {}, options, {"more": ["0", "28"]})
    takes = prepare(asked, TINY)
    assert [run.steps for take in takes for run in take.runs.values()] == [12, 40]
    short, long = in_step(takes)
    both = [film_of(take).timeline.steps for take in (short, long)]
    assert (both[0] == both[1]).all() and both[0][-1] == 40


PANELS = '''
"""A line, and all there is to see of it."""

from gdanim import Dataset, Formula, GradientDescent, Linear, Problem, Scene, datasets, views


def scene(lr: float = 0.01, noise: float = 0.1, factor: float = 1.0, quiet: bool = False) -> Scene:
    line = datasets.linear(points=9, noise=noise)
    data = Dataset(factor * line.x[:, 0], line.y)
    line = Formula(lambda x, w, b: w * x + b)
    panels = {
        "fit": views.Fit(), "loss": views.LossCurve(), "traces": views.Parameters(),
        "bowl": views.Contour(), "slice": views.LossSlice(), "rate": views.LearningRate(),
    }
    return Scene(
        Problem(data, line), GradientDescent(lr), start=(0, 5), steps=30, title="Line",
        panels=panels, layout="fit bowl rate; loss traces slice", captions=not quiet,
    )
'''


def films(folder: Path, knob: str, *values: str, scene: str = PANELS) -> list[Film]:
    script = write(folder, scene)
    asked = jobs_from_scripts([f"{script}"], {}, OutputOptions(f"{folder}/"), {knob: values})
    takes = in_step(prepare(asked, Settings(size=(640, 360), fps=10, seconds=2.0)))
    return [film_of(take) for take in takes]


def limits(film: Film) -> list[tuple[float, ...]]:
    """Of each panel, the insets among them: both axes."""
    every = [one for ax in film.figure.axes for one in (ax, *ax.child_axes)]
    return [(*ax.get_xlim(), *ax.get_ylim()) for ax in every]


def places(film: Film) -> list[Any]:
    return [ax.get_position().bounds for ax in film.figure.axes]


def test_all_videos_have_the_same_axes_in_the_same_places(tmp_path: Path) -> None:
    slow, good, wild = films(tmp_path, "lr", "0.002", "0.01", "1.5")
    assert len(limits(slow)) == 7
    for other in (good, wild):
        assert limits(other) == limits(slow)
        assert places(other) == places(slow)
    # The wild one alone says what happens, and has room for it.
    script, options = f"{tmp_path / 'lesson.py'}", OutputOptions(f"{tmp_path}/")
    (alone,) = prepare(
        jobs_from_scripts([script], {"lr": "0.002"}, options), Settings(size=(640, 360))
    )
    assert places(film_of(alone)) != places(slow)


def test_networks_of_a_sweep_share_their_axes(tmp_path: Path) -> None:
    nets = """
from gdanim import GradientDescent, MLP, Problem, Scene, datasets, views


def nets(units: int = 2, output: str = "linear") -> Scene:
    data = datasets.quadratic(0.1, 0, 0, points=30)
    problem = Problem(data, MLP((units,), "tanh", output))
    return Scene(problem, GradientDescent(0.1), steps=20, panels={"units": views.Weights()})
"""
    few, many = films(tmp_path, "units", "1", "12", scene=nets)
    assert limits(few) == limits(many)
    linear, logistic = films(tmp_path, "output", "linear", "logistic", scene=nets)
    assert limits(linear) != limits(logistic)


def test_a_run_that_diverges_leaves_the_others_their_height(tmp_path: Path) -> None:
    good, _ = films(tmp_path, "lr", "0.01", "1.5")
    fit, _, _, loss, traces, *_ = good.figure.axes
    run = good.clip.run
    for ax, values in ((loss, run.losses), (traces, run.params)):
        ends = ax.transScale.transform([(0, values.min()), (0, values.max())])
        low, high = ax.transLimits.transform(ends)[:, 1]
        assert high - low > 0.25
    # It may stretch the axis by what the other needs, and that by the room of its inset.
    script, options = f"{tmp_path / 'lesson.py'}", OutputOptions(f"{tmp_path}/")
    (alone,) = prepare(
        jobs_from_scripts([script], {"lr": "0.01"}, options), Settings(size=(640, 360))
    )
    assert np.ptp(fit.get_ylim()) < 2.25 * np.ptp(film_of(alone).figure.axes[0].get_ylim())


def test_other_data_share_axes_where_these_are_about_as_long(tmp_path: Path) -> None:
    calm, noisy = films(tmp_path, "noise", "0.1", "4.0")
    assert limits(calm)[0] == limits(noisy)[0]
    known = PANELS.replace("Problem(data, line)", "Problem(data, Linear())")
    calm, noisy = films(tmp_path, "noise", "0.1", "4.0", scene=known)
    loss = [film.figure.axes[3].get_ylim() for film in (calm, noisy)]
    assert loss[0] == loss[1]
    near, far = films(tmp_path, "factor", "1.0", "100.0")
    assert limits(near)[0] != limits(far)[0]
    assert limits(near)[0][1] < 12


def test_runs_that_minimise_the_same_share_its_landscape(tmp_path: Path) -> None:
    slow, good = films(tmp_path, "lr", "0.002", "0.01")
    assert slow.clip.run.problem is good.clip.run.problem
    calm, noisy = films(tmp_path, "noise", "0.1", "4.0")
    assert calm.clip.run.problem is not noisy.clip.run.problem


def test_what_no_page_can_be_made_of(tmp_path: Path) -> None:
    script = write(tmp_path, TWO)
    for selection, page, said in (
        (f"{script}", "page.html", "has several scenes"),
        (f"{script}::calm", "page.mp4", r"name of a page must end in \.html"),
    ):
        with pytest.raises(RequestError, match=said):
            embed(selection, SWEEP, {}, tmp_path / page, TINY, lambda path, frames: Silent())


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SCENE)
    words = "embed lesson.py --sweep lr=0.01,0.02 --size 96x64 --fps 10 --seconds 0.4".split()
    result = CliRunner().invoke(cli.main, words)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("output/lesson.html: ")
    assert result.stderr.splitlines() == ["lesson-lr0.01.mp4", "lesson-lr0.02.mp4"]
    assert os.listdir("output") == ["lesson.html"]


USE = """
  const at = (id) => document.getElementById(id);
  const videos = [...document.querySelectorAll("video")];
  const shown = () => videos.filter((video) => video.offsetParent !== null);
  const key = (name) => document.body.dispatchEvent(
    new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  const settled = () => until(() => !shown()[0].seeking);
  await until(() => videos.every((video) => video.readyState > 1));
  await until(() => videos[0].currentTime > 0.2);
  const seen = { wide: videos.map((video) => video.videoWidth), label: at("play").textContent };
  at("play").click();
  await until(() => videos[0].paused && at("play").textContent !== seen.label);
  seen.paused = at("play").textContent;
  await settled();
  seen.time = videos[0].currentTime;
  seen.at = at("step").textContent;
  at("knob0").value = 2;
  at("knob0").dispatchEvent(new Event("input"));
  await settled();
  seen.shown = shown().map((video) => videos.indexOf(video));
  seen.moved = videos[2].currentTime;
  seen.value = [at("value0").textContent, at("knob0").getAttribute("aria-valuetext")];
  seen.said = at("said").textContent === videos[2].getAttribute("aria-label");
  seen.still = videos.every((video) => video.paused);
  at("place").value = 3;
  at("place").dispatchEvent(new Event("input"));
  seen.steps = [];
  for (const name of [".", ".", ","]) {
    key(name);
    await settled();
    seen.steps.push(at("step").textContent);
  }
  at("speed").value = "2";
  at("speed").dispatchEvent(new Event("change"));
  seen.rate = videos[2].playbackRate;
  at("place").value = 7;
  at("place").dispatchEvent(new Event("input"));
  await settled();
  seen.place = [videos[2].paused, Math.floor(10 * videos[2].currentTime + 1e-6),
                at("step").textContent, at("place").getAttribute("aria-valuetext"),
                at("place").labels[0].textContent, Number(at("place").max)];
  key(" ");
  const from = videos[2].currentTime;
  await until(() => Math.abs(videos[2].currentTime - from) > 0.1);
  at("knob0").value = 1;
  at("knob0").dispatchEvent(new Event("input"));
  await until(() => !videos[1].paused && videos[1].currentTime > 0);
  await until(() => at("place").value !== "7");
  seen.carriesOn = videos[2].paused && videos[0].paused && videos[1].playbackRate === 2;
  return seen;
"""


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("beside", [False, True])
def test_slider_buttons_and_keys(tmp_path: Path, beside: bool) -> None:
    page = made(tmp_path, beside)
    seen = observe(page, USE)
    assert seen["wide"] == [160, 160, 160]
    assert (seen["label"], seen["paused"]) == ("Pause", "Play")
    # In the middle of a frame, so that the picture is that frame and the slider says its step.
    assert 10 * seen["time"] % 1 == pytest.approx(0.5, abs=0.01)
    assert seen["at"] == f"{steps_of(page)[int(10 * seen['time'])]}"
    assert seen["shown"] == [2]
    assert seen["moved"] == pytest.approx(seen["time"], abs=0.001)
    assert seen["value"] == ["1.5", "lr = 1.5"]
    assert seen["said"] and seen["still"] and seen["carriesOn"]
    steps = steps_of(page)
    shown = sorted(set(steps))
    assert seen["steps"] == [f"{shown[place]}" for place in (4, 5, 4)]
    step, most = shown[7], len(shown) - 1
    assert seen["place"] == [True, steps.index(step), f"{step}", f"step {step}", "step", most]
    assert seen["rate"] == 2


@needs_chromium
@pytest.mark.browser
def test_two_knobs_are_two_sliders(tmp_path: Path) -> None:
    script, page = write(tmp_path, SCENE), tmp_path / "page.html"
    sweep = {"lr": ["0.01", "0.02", "0.03"], "steps": ["4", "6"]}
    embed(f"{script}", sweep, {}, page, TINY, lambda path, frames: Silent())
    probe = """
      const videos = [...document.querySelectorAll("video")];
      const set = (id, value) => {
        document.getElementById(id).value = value;
        document.getElementById(id).dispatchEvent(new Event("input"));
        return videos.filter((video) => !video.hidden).map((video) => video.dataset.label);
      };
      await until(() => videos.every((video) => video.readyState > 1));
      const labels = [...document.querySelectorAll(".sliders label")].map((one) => one.textContent);
      const seen = [set("knob0", 2), set("knob1", 1), set("knob0", 0)];
      const values = ["value0", "value1"].map((id) => document.getElementById(id).textContent);
      return { labels, seen, values };
    """
    seen = observe(page, probe)
    assert seen["labels"] == ["lr", "steps", "step"]
    assert seen["seen"] == [
        ["lr = 0.03, steps = 4"], ["lr = 0.03, steps = 6"], ["lr = 0.01, steps = 6"],
    ]  # fmt: skip
    assert seen["values"] == ["0.01", "6"]


@needs_chromium
@pytest.mark.browser
def test_without_a_sweep_the_page_has_the_one_video_with_its_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SCENE)
    words = "embed lesson.py --size 96x64 --fps 10 --seconds 2 -o page.html".split()
    result = CliRunner().invoke(cli.main, words)
    assert result.exit_code == 0, result.output
    (video,) = Tags(Path("page.html").read_text(encoding="utf-8")).of("video")
    assert f"{video['aria-label']}".startswith("Line")
    probe = """
      const video = document.querySelector("video");
      await until(() => video.readyState > 1);
      document.getElementById("back").click();
      document.getElementById("place").value = 3;
      document.getElementById("place").dispatchEvent(new Event("input"));
      document.getElementById("next").click();
      await until(() => !video.seeking);
      const ranges = document.querySelectorAll("input").length;
      return [ranges, document.getElementById("step").textContent, video.paused, video.currentTime];
    """
    ranges, step, paused, time = observe(Path("page.html").resolve(), probe)
    steps = steps_of(Path("page.html"))
    assert (ranges, step, paused) == (1, f"{sorted(set(steps))[4]}", True)
    assert f"{steps[int(10 * time)]}" == step


@needs_chromium
@pytest.mark.browser
def test_with_less_motion_nothing_moves_by_itself(tmp_path: Path) -> None:
    probe = """
      const videos = [...document.querySelectorAll("video")];
      await until(() => videos.every((video) => video.readyState > 1));
      await sleep(500);
      return videos.map((video) => video.currentTime);
    """
    assert observe(made(tmp_path), probe, "--force-prefers-reduced-motion") == [0, 0, 0]


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("window", [(1000, 800), (500, 800), (1400, 500), (1600, 1200)])
@pytest.mark.parametrize("knobs", ["", "lr=0.01", "lr=0.01 steps=3"])
def test_the_controls_are_seen_in_any_window(
    tmp_path: Path, window: tuple[int, int], knobs: str
) -> None:
    page = tmp_path / "page.html"
    script = write(tmp_path, SCENE)
    large = Settings(size=(1280, 720), fps=10, seconds=0.2)
    sweep = {name: [value] for name, value in (one.split("=") for one in knobs.split())}
    embed(f"{script}", sweep, {}, page, large, lambda path, frames: Silent())
    probe = """
      const video = document.querySelector("video").getBoundingClientRect();
      const last = document.querySelector(".controls").getBoundingClientRect();
      const { clientWidth: wide, scrollHeight: whole } = document.documentElement;
      return [wide, innerHeight, whole, video.left, video.right, video.height, last.bottom];
    """
    seen = observe(page, probe, f"--window-size={window[0]},{window[1]}")
    wide, high, whole, left, right, tall, bottom = seen
    assert bottom <= whole <= high
    assert (right - left) / tall == pytest.approx(1280 / 720, rel=0.01)
    assert left == pytest.approx(wide - right, abs=1)
    # As wide as the page or the video itself, or else as high as there is room for.
    widest = right - left == pytest.approx(min(wide - 24, 1280), abs=1)
    assert widest or high - 13 <= bottom
