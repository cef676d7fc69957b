"""A limit on bytes: what it gives up, how often it tries, and that it is kept."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdanim import Even, Every, GradientDescent, Linear, Problem, Scene, datasets, render
from gdanim.encoding import ffmpeg
from gdanim.encoding.formats import FORMATS, GIF, MP4
from gdanim.errors import GdanimError, RequestError
from gdanim.film.defaults import Size
from gdanim.film.film import Film
from gdanim.rendering.file_info import inspect
from gdanim.rendering.quality import parse_bytes
from gdanim.rendering.size_limit import EncodeSettings, first_that_fits, ladder
from gdanim.views import LossCurve

pytestmark = pytest.mark.slow

SCENE = Scene(
    Problem(datasets.linear(points=9), Linear()),
    GradientDescent(0.01),
    start=(0, 5),
    steps=12,
    panels={"loss": LossCurve()},
    size=(320, 180),
    pace=Even(0.6),
    fps=20,
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("5MB", 5_000_000),
        ("800kB", 800_000),
        ("800 KB", 800_000),
        ("5MiB", 5 * 2**20),
        ("1.5mb", 1_500_000),
        ("1GiB", 2**30),
        ("70000B", 70_000),
    ],
)
def test_bytes(text: str, count: int) -> None:
    assert parse_bytes(text) == count


@pytest.mark.parametrize(
    "text", ["", "5", "MB", "5 M", "-5MB", "0kB", "0.2B", "5TB", "5MBit", "1e3kB", "nanMB", "5,5MB"]
)
def test_what_is_no_number_of_bytes(text: str) -> None:
    with pytest.raises(RequestError, match="max-size: .*unit, .* '"):
        parse_bytes(text)


def test_the_ladder_of_a_gif() -> None:
    groups = ladder(GIF, (1280, 720), 25)
    assert [[rung.format.colours for rung in group] for group in groups] == [[96, 64, 48, 32]] * 5
    assert [(group[0].size, group[0].fps) for group in groups] == [
        ((1280, 720), 25),
        ((1280, 720), 10),
        ((960, 540), 10),
        ((640, 360), 10),
        ((480, 270), 10),
    ]


def test_the_ladder_of_an_mp4_keeps_sizes_even() -> None:
    groups = ladder(MP4, (854, 480), 60)
    assert [group[0].fps for group in groups] == [60, 30, 15, 15, 15, 15]
    assert [group[0].size for group in groups[3:]] == [(640, 360), (426, 240), (320, 180)]
    assert [rung.format.crf for rung in groups[0]] == [18, *MP4.lower_crfs]
    for group in groups:
        for rung in group:
            rung.format.check(rung.size, rung.fps)


@pytest.mark.parametrize("format", [f for f in FORMATS.values() if not f.folder])
def test_every_rung_can_be_made(format: Any) -> None:
    for size in ((16, 16), (96, 64), (7680, 4320)):
        for fps in format.fps or (1, 10, 30, 120):
            for group in ladder(format, size, fps):
                for rung in group:
                    rung.format.check(rung.size, rung.fps)
                    assert min(rung.size) >= 16 and rung.fps >= min(fps, 10)


@pytest.mark.parametrize("fps", [10, 25, 50])
def test_the_best_that_fits_is_found_and_tried_last(fps: int) -> None:
    groups = ladder(GIF, (1280, 720), fps)
    every = [rung for group in groups for rung in group]
    for best in [*every, None]:
        tried: list[EncodeSettings] = []

        def fits(
            rung: EncodeSettings,
            best: EncodeSettings | None = best,
            tried: list[EncodeSettings] = tried,
        ) -> bool:
            tried.append(rung)
            return best is not None and every.index(rung) >= every.index(best)

        found = first_that_fits(groups, fits)
        assert found == best
        assert len(tried) == len(set(tried)) <= len(groups) + 3
        if best is not None:
            assert [rung for rung in tried if fits(rung, best, [])][-1] == best


def test_a_lower_rate_leaves_frames_out() -> None:
    run = SCENE.run()
    whole = Every(1, 0.5, 0.5).timeline(run, 20)
    fewer = whole.thinned(10)
    assert len(whole) == 33 and len(fewer) == round(33 / 2)
    np.testing.assert_array_equal(fewer.steps[:-1], whole.steps[::2][: len(fewer) - 1])
    assert fewer.steps[-1] == whole.steps[-1]
    assert abs(fewer.seconds - whole.seconds) <= 0.5 / 10


@pytest.mark.parametrize("name", ["a.mp4", "a.webm", "a.gif", "a.webp", "a.apng"])
def test_files_keep_within_the_limit(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    free = render(SCENE, path)
    assert free.notice == ""
    assert render(SCENE, path, max_size=f"{free.bytes + 200}B").notice == ""
    most = int(free.bytes * 0.8)
    made = render(SCENE, path, max_size=f"{most}B")
    assert made.bytes == path.stat().st_size <= most
    assert made.notice.startswith(f"kept within {most} bytes by ")
    assert " instead of " in made.notice
    found = inspect(path)
    assert (found.size, found.frames) == (made.size, made.frames)
    assert found.frames / found.fps == pytest.approx(0.6)
    assert found.note.options["max-size"] == f"{most}B"
    before = path.read_bytes()
    render(SCENE, path, max_size=f"{most}B")
    assert path.read_bytes() == before


def test_a_limit_that_cannot_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(b"the old one")
    told: list[tuple[int, int]] = []
    with pytest.raises(GdanimError) as caught:
        render(SCENE, path, max_size="1kB", progress=lambda *counts: told.append(counts))
    assert f"{path}: does not fit into 1000 bytes: with 32 colours" in str(caught.value)
    assert "120x68 instead of 320x180, 10 frames per second instead of 20" in str(caught.value)
    assert path.read_bytes() == b"the old one"
    assert os.listdir(tmp_path) == ["a.gif"]
    # Each of six tries counts the film's own 12 frames.
    assert {total for _, total in told} == {12}
    assert [done for done, _ in told].count(0) == 6


def test_refuses_limits_that_make_no_sense(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="max-size: .*folders"):
        render(SCENE, tmp_path / "a-frames", max_size="5MB")
    with pytest.raises(RequestError, match="max-size: .*above 0"):
        render(SCENE, tmp_path / "a.mp4", max_size="lots")
    assert os.listdir(tmp_path) == []


def test_stills_do_not_mind(tmp_path: Path) -> None:
    render(replace(SCENE, size=(96, 64)), tmp_path / "a.png", still=0, max_size="1B")
    assert "libx264" in ffmpeg.encoders()


def test_a_film_is_made_once_for_each_size_and_rate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[Size | None, int | None]] = []
    film = Scene.film

    def counted(scene: Scene, *rest: Any) -> Film:
        made.append((scene.size, scene.fps))
        return film(scene, *rest)

    monkeypatch.setattr(Scene, "film", counted)
    with pytest.raises(GdanimError, match="does not fit into"):
        render(SCENE, tmp_path / "a.gif", max_size="1kB")
    assert len(made) == len(set(made)) > 1
