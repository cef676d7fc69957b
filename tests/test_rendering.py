"""From scenes to files: what is decided, what is checked first, and what comes out."""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from cases import only
from films import frame_shape

import gdanim
from gdanim import Even, Every, GradientDescent, Linear, Problem, Scene, datasets
from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import GIF, MP4
from gdanim.errors import GdanimError, RequestError
from gdanim.film.defaults import check_fps, check_size
from gdanim.film.progress import Progress
from gdanim.rendering.checks import check
from gdanim.rendering.jobs import Job, Settings, jobs_from_scripts
from gdanim.rendering.outputs import (
    OutputOptions,
    Sidecars,
    StillOutput,
    VideoOutput,
    outputs_for,
)
from gdanim.rendering.pipeline import draw, render
from gdanim.rendering.quality import QUALITIES
from gdanim.rendering.result import Rendered
from gdanim.rendering.tasks import prepare
from gdanim.views.theme import DARK
from scripts import SCENE, TWO, line_of, write

SMALL = (160, 96)


def a_scene(lr: float = 0.01, **fields: Any) -> Scene:
    problem = Problem(datasets.linear(points=9), Linear())
    values: dict[str, Any] = {
        "start": (0, 5),
        "steps": 12,
        "size": SMALL,
        "pace": Even(0.4),
        "fps": 10,
        **fields,
    }
    return Scene(problem, GradientDescent(lr), **values)


def render_all(jobs: list[Job], settings: Settings = Settings()) -> list[Rendered]:  # noqa: B008
    seen: list[tuple[Path, int]] = []

    def watch(path: Path, frames: int) -> AbstractContextManager[Progress]:
        seen.append((path, frames))
        return nullcontext(lambda done, total: None)

    made = [file for take in prepare(jobs, settings) for file in draw(take, watch)]
    assert seen == [(file.path, file.frames) for file in made]
    return made


@pytest.mark.parametrize(
    ("settings", "scene", "size", "fps"),
    [
        (Settings(), {}, (1280, 720), 30),
        (Settings(), {"size": (640, 360), "fps": 12}, (640, 360), 12),
        (Settings(quality=QUALITIES["high"]), {"size": (640, 360)}, (1920, 1080), 60),
        (Settings(quality=QUALITIES["low"]), {"fps": 24}, (854, 480), 24),
        (Settings(quality=QUALITIES["low"], size=(64, 64), fps=7), {"fps": 24}, (64, 64), 7),
        (Settings(fps=60), {"fps": 24}, (1280, 720), 60),
    ],
)
def test_precedence(
    settings: Settings, scene: dict[str, Any], size: tuple[int, int], fps: int
) -> None:
    fields = {"size": (1280, 720), "fps": None, **scene}
    applied = settings.applied(a_scene(**fields), MP4)
    assert (applied.size, applied.fps) == (size, fps)


@pytest.mark.parametrize(
    ("settings", "wanted", "fps"),
    [
        (Settings(), None, 25),
        (Settings(), 60, 50),
        (Settings(), 20, 20),
        (Settings(), 5, 10),
        (Settings(quality=QUALITIES["low"]), None, 10),
        (Settings(fps=30), None, 30),
    ],
)
def test_a_gif_takes_a_rate_that_it_can_keep(
    settings: Settings, wanted: int | None, fps: int
) -> None:
    assert settings.applied(a_scene(fps=wanted), GIF).fps == fps


def test_seconds_and_theme() -> None:
    applied = Settings(seconds=3, theme=DARK).applied(a_scene(pace=Every(2, 0.25, 0.75)))
    assert applied.pace == Even(3, 0.25, 0.75)
    assert applied.theme is DARK
    untouched = Settings().applied(a_scene(pace=Every(2)))
    assert untouched.pace == Every(2)


@pytest.mark.parametrize("size", [(0, 96), (-4, 96), (96, 8193), (15, 96), (96.0, 96), (96,)])
def test_sizes_that_no_video_has(size: tuple[int, int]) -> None:
    with pytest.raises(RequestError, match="48 to 8192 .*got"):
        check_size(size)


@pytest.mark.parametrize("fps", [0, -1, 121, 29.97])
def test_rates_that_no_video_has(fps: int) -> None:
    with pytest.raises(RequestError, match=f"120 .*, got {fps}"):
        check_fps(fps)


@pytest.mark.parametrize("seconds", [0, -1, 3601, float("nan"), float("inf")])
def test_lengths_that_no_video_has(seconds: float) -> None:
    with pytest.raises(RequestError, match="seconds: .*got"):
        Settings(seconds=seconds)


@pytest.mark.parametrize("settings", [{"size": (0, 9)}, {"fps": 0}])
def test_settings_are_checked(settings: dict[str, Any]) -> None:
    with pytest.raises(RequestError):
        Settings(**settings)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({}, ["output/a.mp4"]),
        ({"where": "out"}, ["out/a.mp4"]),
        ({"where": "v1.2/"}, ["v1.2/a.mp4"]),
        ({"where": "b.gif"}, ["b.gif"]),
        ({"where": "B.MP4"}, ["B.MP4"]),
        ({"where": "b.mp4", "formats": ["mp4", "mp4"]}, ["b.mp4"]),
        ({"where": "b.png", "still": 3}, ["b.png"]),
        ({"formats": ["gif", "mp4", "gif"]}, ["output/a.gif", "output/a.mp4"]),
        ({"still": 3}, ["output/a-step3.png"]),
        ({"still": "last"}, ["output/a-last.png"]),
        ({"still": 0, "formats": ["gif"]}, ["output/a.gif", "output/a-step0.png"]),
        ({"still": 0, "formats": ["gif", "svg"]}, ["output/a.gif", "output/a-step0.svg"]),
        ({"still": "last", "formats": ["png", "pdf"]}, ["output/a-last.png", "output/a-last.pdf"]),
        ({"where": "b.pdf", "still": 0, "formats": ["pdf"]}, ["b.pdf"]),
        ({"formats": ["png", "webm"]}, ["output/a-frames", "output/a.webm"]),
        ({"where": "b-frames"}, ["b-frames"]),
        ({"where": "b-frames/"}, ["b-frames"]),
        ({"where": "slides", "formats": ["png"]}, ["slides/a-frames"]),
    ],
)
def test_where_files_go(arguments: dict[str, Any], expected: list[str]) -> None:
    made = outputs_for("a", OutputOptions(**arguments))
    assert [output.path for output in made] == [Path(path) for path in expected]
    for output in made:
        name = output.path.name.lower()
        if isinstance(output, StillOutput):
            assert name.endswith((".png", ".svg", ".pdf"))
            assert output.step == arguments["still"]
        else:
            assert name.endswith(output.format.extension)


def test_a_folder_with_a_dot_that_exists(tmp_path: Path) -> None:
    (tmp_path / "v1.2").mkdir()
    (output,) = outputs_for("a", OutputOptions(f"{tmp_path / 'v1.2'}"))
    assert output.path == tmp_path / "v1.2" / "a.mp4"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"where": "b.avi"}, "b.avi: the file name must end in .mp4, .webm, .gif, .webp, .apng"),
        ({"where": "b.mp4", "formats": ["mp4", "gif"]}, "b.mp4: one file cannot hold several"),
        ({"where": "b.mp4", "formats": ["mp4"], "still": 1}, "b.mp4: one file cannot hold several"),
        ({"where": "b.mp4", "formats": ["gif"]}, "b.mp4: the name says mp4, but -f says gif"),
        ({"where": "b.mp4", "still": 1}, "b.mp4: a .png, .svg, .pdf file is a still"),
        ({"formats": ["svg"]}, "-f svg: is for stills; name the step to show"),
        ({"codec": "vp9"}, "codec: mp4 takes h264, hevc, av1, got vp9; vp9 goes into webm"),
        ({"where": "b.gif", "codec": "av1"}, "codec: gif takes gif, got av1"),
        ({"still": 1, "codec": "av1"}, "codec: a still has no codec"),
        ({"where": "b.svg", "still": 1, "codec": "av1"}, "codec: a still has no codec"),
        ({"where": "b.png"}, "b.png: a .png, .svg, .pdf file is a still, which needs"),
    ],
)
def test_places_that_do_not_fit(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(RequestError) as caught:
        outputs_for("a", OutputOptions(**arguments))
    assert str(caught.value).startswith(message)


def test_one_scene_to_a_video(tmp_path: Path) -> None:
    counts: list[tuple[int, int]] = []
    path = tmp_path / "new" / "line.mp4"
    made = render(a_scene(), path, progress=lambda done, total: counts.append((done, total)))
    assert made.path == path
    assert (made.size, made.frames, made.seconds) == (SMALL, 4, 0.4)
    assert made.bytes == path.stat().st_size
    assert 0 < made.elapsed < 60
    assert str(made.outcome) == "finished at step 12"
    assert frame_shape(path) == (96, 160, 3)
    assert counts[0] == (0, 4)
    assert counts[-1] == (4, 4)
    assert os.listdir(path.parent) == ["line.mp4"]


def test_overrides_reach_the_video(tmp_path: Path) -> None:
    path = tmp_path / "line.gif"
    made = render(a_scene(), path, size=(96, 64), fps=20, seconds=0.25, theme=DARK)
    assert (made.size, made.frames, made.seconds) == ((96, 64), 5, 0.25)
    frame = iio.imread(path, index=0)
    assert np.abs(frame[0, 0].astype(int) - (0x12, 0x17, 0x1E)).max() < 8


def test_a_quality_by_name(tmp_path: Path) -> None:
    made = render(a_scene(), tmp_path / "a.png", quality="low", still=0)
    assert made.size == (854, 480)
    with pytest.raises(RequestError, match="quality: .*got"):
        render(a_scene(), tmp_path / "a.png", quality="best", still=0)


def test_several_formats_descend_once_and_share_what_they_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = {"runs": 0, "film": 0}
    for name, method in (("runs", Scene.runs), ("film", Scene.film)):

        def counted(self: Scene, *rest: object, name: str = name, method=method) -> object:  # type: ignore[no-untyped-def]
            calls[name] += 1
            return method(self, *rest)

        monkeypatch.setattr(Scene, name, counted)
    files = outputs_for("a", OutputOptions(f"{tmp_path}/", ["mp4", "gif"]))
    made = render_all([Job(a_scene(), files)])
    assert [file.path.name for file in made] == ["a.mp4", "a.gif"]
    assert calls == {"runs": 1, "film": 1}
    # 15 frames per second are not for a GIF.
    made = render_all([Job(a_scene(fps=15), files)])
    assert [file.frames for file in made] == [6, 4]
    assert calls == {"runs": 2, "film": 3}


def test_a_still_shows_its_step_and_the_trail_of_the_video(tmp_path: Path) -> None:
    scene = a_scene()
    run = scene.run()
    film = scene.film(run)
    steps = film.timeline.steps
    shown, between = int(steps[1]), int(steps[1]) + 1
    assert between not in steps
    files = [StillOutput(tmp_path / f"{step}.png", step) for step in (shown, between)]
    render_all([Job(scene, tuple(files))])
    expected = np.array(film.draw(1))
    assert (iio.imread(files[0].path) == expected).all()
    moved = scene.film(run, timeline=film.timeline.showing(between))
    assert (iio.imread(files[1].path) == np.array(moved.draw(2))).all()
    assert (iio.imread(files[1].path) != np.array(film.draw(2))).any()
    assert list(moved.timeline.steps) == [
        steps[0],
        steps[1],
        between,
        steps[3],
    ]


def test_the_last_still_is_the_last_frame(tmp_path: Path) -> None:
    made = render(a_scene(), tmp_path / "a.png", still="last")
    assert (made.frames, made.seconds, made.bytes) == (1, 0, (tmp_path / "a.png").stat().st_size)
    film = a_scene().film()
    assert (iio.imread(made.path) == np.array(film.draw(len(film) - 1))).all()


@pytest.mark.parametrize("kind", ["svg", "pdf"])
def test_a_drawn_still_is_the_same_file_every_time(tmp_path: Path, kind: str) -> None:
    made = [render(a_scene(), tmp_path / f"{k}.{kind}", still=3) for k in "ab"]
    first, second = (file.path.read_bytes() for file in made)
    assert first == second
    assert first.startswith(b"<?xml" if kind == "svg" else b"%PDF")
    words = {"svg": (b"<path", b'viewBox="0 0 864 518.4"'), "pdf": (b"/FontFile2", b"864 518.4 ]")}
    # 160 pixels at 7.2 inches for 96 of height: 12 inches, of 72 points each.
    assert all(word in first for word in words[kind]), first[:900]


def test_frames_in_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "a-frames"
    made = render(a_scene(), path)
    film = a_scene().film()
    assert (made.frames, made.bytes) == (4, sum(f.stat().st_size for f in path.iterdir()))
    for k in range(4):
        assert (iio.imread(path / f"frame-{k}.png") == np.asarray(film.draw(k))[..., :3]).all()
    # Fewer frames: none of the old ones is left among them.
    render(a_scene(), path, seconds=0.2)
    assert sorted(os.listdir(path)) == ["frame-0.png", "frame-1.png"]
    (path / "notes.txt").touch()
    with pytest.raises(GdanimError, match="notes.txt"):
        render(a_scene(), path)
    assert os.listdir(tmp_path) == ["a-frames"]


def test_a_codec_by_name(tmp_path: Path) -> None:
    render(a_scene(), tmp_path / "a.mp4", codec="hevc")
    assert b"hvc1" in (tmp_path / "a.mp4").read_bytes()


def test_another_encoder_is_used_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(ffmpeg, "encoders", lambda: frozenset({"libaom-av1"}))
        made = render(a_scene(), tmp_path / "a.mp4", codec="av1")
        assert made.notice == "encoded by libaom-av1, as this ffmpeg has no libsvtav1"
        with pytest.raises(GdanimError, match=r"a.webm: .*vp9"):
            render(a_scene(), tmp_path / "a.webm")
    assert "libx264" in ffmpeg.encoders()


def test_a_step_that_the_scene_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="12, got 13"):
        render(a_scene(), tmp_path / "a.png", still=13)
    with pytest.raises(RequestError, match="12, got -1"):
        render(a_scene(), tmp_path / "a.png", still=-1)


def test_a_step_that_a_diverging_run_does_not_reach(tmp_path: Path) -> None:
    scene = a_scene(lr=1e200, steps=50)
    with pytest.raises(GdanimError, match="step 50 .*diverged"):
        render(scene, tmp_path / "a.png", still=50)
    assert render(scene, tmp_path / "a.png", still="last").frames == 1


@pytest.mark.parametrize(
    ("scene", "name", "settings", "message"),
    [
        ({}, "a.mp4", {"size": (161, 97)}, "a.mp4: size: mp4 needs an even width and height"),
        ({"size": (161, 97)}, "a.mp4", {}, "a.mp4: size: mp4 needs an even width and height"),
        ({"size": (0, 97)}, "a.gif", {}, "size: width and height must be"),
        ({"fps": 0}, "a.mp4", {}, "fps: must be "),
        ({}, "a.gif", {"fps": 30}, "a.gif: fps: gif keeps 10, 20, 25, 50 frames per second"),
        ({}, "a.avi", {}, "a.avi: the file name must end in .mp4, .webm"),
        ({}, "a.mp4/b.mp4", {}, "is not a folder; choose another place"),
    ],
)
def test_bad_requests_draw_nothing(
    tmp_path: Path,
    scene: dict[str, Any],
    name: str,
    settings: dict[str, Any],
    message: str,
) -> None:
    (tmp_path / "a.mp4").write_text("old")
    with pytest.raises(GdanimError) as caught:
        render(a_scene(**scene), tmp_path / name, **settings)
    assert message in str(caught.value)
    assert os.listdir(tmp_path) == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_text() == "old"


def test_all_outputs_are_checked_before_the_first_is_drawn(tmp_path: Path) -> None:
    good = Job(a_scene(), (VideoOutput(tmp_path / "good.mp4", MP4),))
    bad = Job(a_scene(size=(161, 97)), (VideoOutput(tmp_path / "bad.mp4", MP4),))
    with pytest.raises(GdanimError, match="bad.mp4: size"):
        render_all([good, bad])
    assert not os.listdir(tmp_path)


def test_a_missing_ffmpeg_is_noticed_before_the_descent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise GdanimError("no ffmpeg found")

    def runs(scene: Scene) -> None:
        raise AssertionError("descended")

    monkeypatch.setattr(ffmpeg, "executable", missing)
    with monkeypatch.context() as patch, pytest.raises(GdanimError, match="no ffmpeg found"):
        patch.setattr(Scene, "runs", runs)
        render(a_scene(), tmp_path / "a.mp4")
    # Stills need none.
    assert render(a_scene(), tmp_path / "a.png", still=0).frames == 1


def test_two_outputs_to_one_place(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    jobs = [
        Job(a_scene(), (VideoOutput(place / "a.mp4", MP4),))
        for place in (tmp_path, tmp_path / "link")
    ]
    with pytest.raises(RequestError, match="a.mp4: 2 outputs"):
        prepare(jobs, Settings())


def test_a_folder_in_the_file_s_place(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").mkdir()
    with pytest.raises(RequestError, match="a.mp4: is a folder"):
        render(a_scene(), tmp_path / "a.mp4")


def test_a_place_that_cannot_be_written_is_named_by_what_goes_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    output = VideoOutput(tmp_path / "file" / "a.mp4", MP4, Sidecars("last"))
    with pytest.raises(RequestError, match=r"a\.mp4: .*not a folder"):
        check([Job(a_scene(), (output,))], Settings())


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder that takes no files")
def test_a_folder_that_takes_no_files_is_found_before_anything_is_drawn() -> None:
    with pytest.raises(RequestError, match="^/proc/a.mp4: .*not writable"):
        check([Job(a_scene(), (VideoOutput(Path("/proc/a.mp4"), MP4),))], Settings())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_that_may_not_be_written_to(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(RequestError, match="is not writable"):
        render(a_scene(), tmp_path / "a.mp4")


def test_a_request(tmp_path: Path) -> None:
    path = write(tmp_path, TWO)
    jobs = jobs_from_scripts([f"{path}"], {}, OutputOptions(f"{tmp_path}/", ["gif"]))
    assert [job.outputs[0].path.name for job in jobs] == ["lesson-calm.gif", "lesson-wild.gif"]
    (job,) = jobs_from_scripts([f"{path}::calm"], {"lr": "0.5"}, OutputOptions())
    optimizer = only(job.scene).optimizer
    assert isinstance(optimizer, GradientDescent)
    assert optimizer.lr == 0.5
    assert job.outputs[0].path == Path("output/lesson-calm.mp4")
    with pytest.raises(RequestError, match="::wild .*no such knob"):
        jobs_from_scripts([f"{path}"], {"lr": "0.5"}, OutputOptions())


def test_a_failure_in_the_script_s_own_code_shows_its_lines(tmp_path: Path) -> None:
    text = SCENE.replace(
        "views\n", "views\n\nclass Odd(Linear):\n    def init(self, rng):\n        return 1 / 0\n"
    )
    path = write(tmp_path, text.replace("Linear())", "Odd())").replace("start=(0, 5), ", ""))
    with pytest.raises(GdanimError) as caught:
        prepare(jobs_from_scripts([f"{path}"], {}, OutputOptions(f"{tmp_path}/")), Settings())
    first, *rest = str(caught.value).splitlines()
    line = line_of(path, "1 / 0")
    assert first == f"{path}, line {line}: ZeroDivisionError: division by zero"
    assert [text for text in rest if "File" in text] == [f'  File "{path}", line {line}, in init']


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"start": (1, 2, 3)}, "start: 2 numbers expected (slope, intercept), got 3"),
        ({"layout": "fits"}, "layout: names fits, the panels are fit;"),
    ],
)
def test_what_is_wrong_with_no_line_names_the_script(
    fields: dict[str, Any], message: str, tmp_path: Path
) -> None:
    job = Job(a_scene(**fields), (VideoOutput(tmp_path / "a.mp4", MP4),), Path("lesson.py"))
    with pytest.raises(GdanimError, match=f"^{re.escape(f'lesson.py: {message}')}"):
        render_all([job])
    assert not os.listdir(tmp_path)


def test_a_view_that_fails_leaves_nothing(tmp_path: Path) -> None:
    text = SCENE.replace(
        "views\n",
        "views\n\nclass Odd(views.View):\n"
        "    def draw(self, ax, clip):\n        return self.later\n"
        "    def later(self, frame):\n        return [][frame]\n",
    )
    path = write(tmp_path, text.replace('title="Line"', 'panels={"odd": Odd()}'))
    jobs = jobs_from_scripts([f"{path}"], {}, OutputOptions(f"{tmp_path / 'new'}/"))
    with pytest.raises(GdanimError, match="IndexError: .*out of range"):
        render_all(jobs)
    assert os.listdir(tmp_path) == ["lesson.py"]


def test_the_public_name_is_the_function() -> None:
    assert gdanim.render is render
