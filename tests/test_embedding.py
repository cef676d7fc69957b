"""The page with the slider: what is in it, and that it works in a browser."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from browser import needs_chromium, observe
from click.testing import CliRunner
from scripts import SCENE, TWO, write
from test_snippet import Silent, Tags

from gdanim import cli
from gdanim.embedding import embed, in_step
from gdanim.errors import RequestError
from gdanim.rendering import prepare
from gdanim.requests import Settings, request

SWEEP = {"lr": ["0.01", "0.02", "1.5"]}
TINY = Settings(size=(160, 96), fps=10, seconds=2.0)


def made(folder: Path, beside: bool = False) -> Path:
    script = write(folder, SCENE.replace('title="Line"', 'title="A <line> & more"'))
    page = folder / "page.html"
    written = embed(f"{script}", SWEEP, {}, page, TINY, lambda path, frames: Silent(), beside)
    assert written[0] == page and len(written) == (4 if beside else 1)
    return page


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
        assert f"{video['aria-label']}".startswith(f"{video['data-label']}: A <line> & more. A")
    assert "diverges" in f"{videos[2]['aria-label']}"
    labelled = {label["for"] for label in tags.of("label") if "for" in label}
    assert labelled == {"run"}
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
    takes = prepare(request([f"{script}"], {}, f"{tmp_path}/", sweep={"more": ["0", "28"]}), TINY)
    assert [run.steps for take in takes for run in take.runs.values()] == [12, 40]
    short, long = in_step(takes)
    both = [take.scene.film(take.runs).timeline.steps for take in (short, long)]
    assert (both[0] == both[1]).all() and both[0][-1] == 40


def test_what_no_page_can_be_made_of(tmp_path: Path) -> None:
    script = write(tmp_path, TWO)
    for selection, page, said in (
        (f"{script}", "page.html", "holds several scenes"),
        (f"{script}::calm", "page.mp4", r"a page's name ends in \.html"),
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
  seen.time = videos[0].currentTime;
  at("run").value = 2;
  at("run").dispatchEvent(new Event("input"));
  await settled();
  seen.shown = shown().map((video) => videos.indexOf(video));
  seen.moved = videos[2].currentTime;
  seen.value = [at("value").textContent, at("run").getAttribute("aria-valuetext")];
  seen.said = at("said").textContent === videos[2].getAttribute("aria-label");
  seen.still = videos.every((video) => video.paused);
  const frames = [];
  for (const name of [".", ".", ","]) {
    key(name);
    await settled();
    frames.push(Math.floor(10 * videos[2].currentTime + 1e-6) - Math.floor(10 * seen.moved));
  }
  seen.steps = frames;
  at("speed").value = "2";
  at("speed").dispatchEvent(new Event("change"));
  seen.rate = videos[2].playbackRate;
  key(" ");
  const from = videos[2].currentTime;
  await until(() => Math.abs(videos[2].currentTime - from) > 0.1);
  at("run").value = 1;
  at("run").dispatchEvent(new Event("input"));
  await until(() => !videos[1].paused && videos[1].currentTime > 0);
  seen.carriesOn = videos[2].paused && videos[0].paused && videos[1].playbackRate === 2;
  return seen;
"""


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("beside", [False, True])
def test_slider_buttons_and_keys(tmp_path: Path, beside: bool) -> None:
    seen = observe(made(tmp_path, beside), USE)
    assert seen["wide"] == [160, 160, 160]
    assert (seen["label"], seen["paused"]) == ("Pause", "Play")
    assert seen["shown"] == [2]
    assert seen["moved"] == pytest.approx(seen["time"], abs=0.001)
    assert seen["value"] == ["lr = 1.5", "lr = 1.5"]
    assert seen["said"] and seen["still"] and seen["carriesOn"]
    assert seen["steps"] == [1, 2, 1]
    assert seen["rate"] == 2


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
