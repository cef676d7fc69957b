"""What a notebook shows of scenes and runs."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gdanim import (
    MLP,
    Descent,
    Every,
    GradientDescent,
    Linear,
    Problem,
    Run,
    Scene,
    datasets,
    descend,
    render,
)  # fmt: skip
from gdanim.descent.summary import MOST_PARAMETERS, MOST_RUNS
from gdanim.errors import GdanimError

LINE = Problem(datasets.linear(points=20), Linear())
TITLE = 'A "line" <b>& more</b>'


def scene(**changes: Any) -> Scene:
    arguments = {"start": (0, 5), "steps": 25, "size": (320, 180), "title": TITLE}
    return Scene(LINE, GradientDescent(0.02), **{**arguments, **changes})


class Page(HTMLParser):
    """A page's tags that are open, its pictures, and the cells of its table, row by row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.pictures: list[Mapping[str, str | None]] = []
        self.rows: list[list[str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.pictures.append(dict(attrs))
            return
        self.opened.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.opened[-1] in ("td", "th"):
            self.rows[-1][-1] += data


def test_a_scene_is_its_last_frame_and_a_table() -> None:
    shown = scene()
    html = shown._repr_html_()
    page, film = Page(html), shown.film()
    assert not page.opened
    (picture,) = page.pictures
    assert picture["src"] is not None
    data = base64.b64decode(picture["src"].removeprefix("data:image/png;base64,"))
    expected = np.array(film.draw(len(film) - 1))
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), expected)
    assert picture["width"] == "160"
    # Described for people who cannot see it, with the title as it was written.
    assert picture["alt"] is not None
    assert picture["alt"].startswith(f"{TITLE}. ") and "20 orange points" in picture["alt"]
    assert "<video" not in html and "animation()" in html
    assert [row[:4] for row in page.rows[1:]] == [Page(shown.run()._repr_html_()).rows[1][:4]]


def test_a_scene_is_light() -> None:
    assert len(scene(size=(1280, 720))._repr_html_()) < 200_000


def test_what_a_frame_lacks_is_said() -> None:
    assert "no font here has" in scene(title="価格")._repr_html_()


def test_a_run_is_a_table_of_how_it_ends() -> None:
    run = scene().run()
    head, row = Page(run._repr_html_()).rows
    assert head[:4] == ["run", "optimizer", "outcome", "judgement"]
    assert head[4:] == ["first loss", "last loss", "slope", "intercept"]
    assert row[:3] == ["run", "gradient descent", f"{run.outcome}"]
    assert row[3] == f"{run.judgement.verdict} ({run.judgement.certainty})"
    numbers = [float(cell.replace("−", "-")) for cell in row[4:]]
    assert numbers == pytest.approx([run.losses[0], run.losses[-1], *run.params[-1]], rel=1e-3)


def test_runs_side_by_side_are_rows_and_many_are_counted() -> None:
    rates = np.linspace(0.001, 0.02, MOST_RUNS + 3)[:, None]
    run = descend(LINE, GradientDescent(rates), start=(0, 5), steps=5)
    html = run._repr_html_()
    rows = Page(html).rows[1:]
    assert [row[0] for row in rows] == [f"{number}" for number in range(MOST_RUNS)]
    assert [row[5] for row in rows] == [Page(run[k]._repr_html_()).rows[1][5] for k in range(10)]
    assert "3 more runs" in html


def test_many_parameters_are_left_out() -> None:
    network = MLP((4,))
    run = descend(Problem(datasets.sinusoid(), network), GradientDescent(0.01), steps=3)
    assert len(run.problem.names) > MOST_PARAMETERS
    assert [len(row) for row in Page(run._repr_html_()).rows] == [6, 6]


def test_a_scene_is_a_line_in_a_console() -> None:
    both: dict[str, Descent | Run] = {
        "slow": Descent(LINE, GradientDescent(0.001)),
        "fast": scene().run(),
    }
    lines = {repr(scene()), repr(Scene(both)), repr(Scene(scene().run())), repr(scene(title=""))}
    assert len(lines) == 4
    for line in lines:
        assert re.fullmatch(r"Scene\(.*\)", line) and len(line) < 120
    assert repr(scene()).startswith(f"Scene({TITLE!r}: gradient descent; 25 steps; panels fit")
    assert "slow, fast" in repr(Scene(both))
    many = {f"run {k}": Descent(LINE, GradientDescent(0.001)) for k in range(100)}
    assert len(repr(Scene(many))) < 120


def test_a_preview_is_a_few_frames_or_one(tmp_path: Path) -> None:
    shown = scene(pace=Every(10, 0, 0))
    strip = shown.preview()
    assert strip.mode == "RGB" and strip.width > shown.size[0]
    # Also of a step that no frame of the video shows.
    assert 7 not in shown.film().timeline.steps
    for step in (0, 7, 25):
        render(shown, tmp_path / "still.png", still=step)
        still = np.asarray(Image.open(tmp_path / "still.png"))
        np.testing.assert_array_equal(np.asarray(shown.preview(step)), still)
    assert shown.preview(7)._repr_png_() is not None
    with pytest.raises(GdanimError, match="26"):
        shown.preview(26)
    with pytest.raises(GdanimError, match="step"):
        shown.preview(-1)


def test_a_preview_warns_of_what_it_lacks() -> None:
    with pytest.warns(UserWarning, match="no font here has"):
        scene(title="価格").preview(3)
