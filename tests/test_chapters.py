"""Chapters of a video: in the file, in WebVTT, and where slides and pages wait for a key."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser import needs_chromium, observe
from cases import LINE
from click.testing import CliRunner
from snippets import Silent, Tags, snippet

from gdanim import cli
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.encoding.chapters import read_chapters
from gdanim.encoding.ffmpeg import count_frames
from gdanim.encoding.metadata import read_note
from gdanim.errors import GdanimError
from gdanim.film.chapters import chapters
from gdanim.pacing.timeline import Even
from gdanim.publish.media import find_media
from gdanim.publish.sweep_page import embed
from gdanim.rendering.jobs import Settings
from gdanim.rendering.pipeline import render
from gdanim.rendering.webvtt import chapters_webvtt
from gdanim.scene import Scene
from scripts import write

TITLES = {0: "Start", 10: "a=b; c #1 \\ <d>", 20: "The end"}
PACE = Even(3, 0, 0.5, holds={10: 0.5})
SCRIPT = f'''
"""A talk."""

from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets


def scene(lr: float = 0.01) -> Scene:
    problem = Problem(datasets.linear(points=9), Linear())
    return Scene(
        problem, GradientDescent(lr), steps=20, pace=Even(3, 0, 0.5, holds={{10: 0.5}}),
        chapters={TITLES!r},
    )
'''


def talk(**look: Any) -> Scene:
    usual: dict[str, Any] = {"chapters": TITLES, "pace": PACE, "size": (160, 96), "fps": 10}
    return Scene(LINE, GradientDescent(0.01), (-1, 3), steps=20, **usual | look)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "seconds"), [("mp4", 3), ("webm", 3), ("mp4", 63)])
def test_chapters_are_in_the_video_and_nothing_else_changes(
    tmp_path: Path, kind: str, seconds: int
) -> None:
    scene = talk(pace=PACE.with_duration(seconds))
    made, plain = tmp_path / f"made.{kind}", tmp_path / f"plain.{kind}"
    assert render(scene, made).notice == ""
    render(talk(pace=scene.pace, chapters=None), plain)
    (_, ten, last) = chapters(scene.film().clip)
    expected = {0.0: "Start", ten.first / 10: TITLES[10], last.first / 10: "The end"}
    assert read_chapters(made) == pytest.approx(expected) and read_chapters(plain) == {}
    assert count_frames(made) == count_frames(plain) == 10 * seconds
    assert read_note(made) and read_note(made) == read_note(plain)
    again = tmp_path / f"again.{kind}"
    render(scene, again)
    assert again.read_bytes() == made.read_bytes()


def test_chapters_begin_with_the_frame_of_their_step() -> None:
    clip = talk().film().clip
    for chapter, step in zip(chapters(clip), TITLES, strict=True):
        assert clip.timeline.steps[chapter.first] == step
        assert chapter.first == 0 or clip.timeline.steps[chapter.first - 1] < step
    text = chapters_webvtt(clip)
    assert text.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.")
    assert "a=b; c #1 \\ &lt;d&gt;\n" in text and text.count("-->") == 3


def test_a_chapter_that_is_not_reached_is_named() -> None:
    film = talk(chapters={0: "Start", 21: "never"}).film()
    assert "step 21" in film.notice and len(chapters(film.clip)) == 1
    with pytest.raises(GdanimError, match="chapters"):
        talk(chapters={0: 3})


def test_the_command_and_the_snippets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, SCRIPT)
    words = "render lesson.py -o lesson.mp4 --chapters --size 160x96 --fps 10".split()
    done = CliRunner().invoke(cli.main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert Path("lesson.chapters.vtt").read_text(encoding="utf-8").count("-->") == 3
    media, _ = find_media(Path("lesson.mp4"))
    assert len(media.begins) == 3
    (track,) = Tags(snippet("html")).of("track")
    assert (track["kind"], track["src"]) == ("chapters", "lesson.chapters.vtt")
    (video,) = Tags(snippet("reveal")).of("video")
    assert "data-autoplay" in video and "loop" not in video
    assert "loop" in Tags(snippet("html")).of("video")[0]


WAITS = """
  const video = document.querySelector("video");
  const press = (key) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
  };
  const passed = [];
  addEventListener("keydown", (event) => passed.push(event.key));
  await until(() => video.readyState > 1);
  video.muted = true;
  if (video.paused) await video.play();
  const playing = press("n");
  const times = [], stopped = [];
  for (let k = 0; k < 2; k += 1) {
    await until(() => video.paused);
    await sleep(300);
    times.push(video.currentTime);
    stopped.push(press("x"), press(" "));
  }
  await until(() => video.ended);
  return { playing, times, stopped, passed, last: press(" ") };
"""


@needs_chromium
@pytest.mark.browser
def test_a_slide_waits_at_chapters_for_a_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    render(talk(), "lesson.mp4")
    page = Path("page.html").resolve()
    page.write_text(f"<!doctype html><title>t</title>{snippet('reveal')}", encoding="utf-8")
    seen = observe(page, WAITS)
    (_, ten, last) = chapters(talk().film().clip)
    assert seen["times"] == pytest.approx([(ten.first + 0.5) / 10, (last.first + 0.5) / 10])
    assert seen["stopped"] == [False, True, False, True], "only keys of slides go on"
    assert (seen["playing"], seen["last"]) == (False, False), "the slides get the others"
    assert seen["passed"] == ["n", "x", "x", " "]


@needs_chromium
@pytest.mark.browser
def test_the_page_waits_at_chapters(tmp_path: Path) -> None:
    script, page = write(tmp_path, SCRIPT), tmp_path / "page.html"
    settings = Settings(size=(160, 96), fps=10)
    embed(f"{script}", {"lr": ["0.01", "0.02"]}, {}, page, settings, lambda path, n: Silent())
    probe = """
      const video = document.querySelector("video");
      await until(() => video.readyState > 1);
      if (video.paused) await video.play();
      const steps = [], said = [];
      for (let k = 0; k < 2; k += 1) {
        await until(() => video.paused);
        await sleep(300);
        steps.push(document.getElementById("step").textContent);
        said.push(document.getElementById("said").textContent);
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: " ", bubbles: true }));
      }
      await until(() => !video.paused);
      return { steps, said };
    """
    seen = observe(page, probe)
    assert seen == {"steps": ["10", "20"], "said": [TITLES[10], TITLES[20]]}
