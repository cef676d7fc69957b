"""Every scene, size and theme: all text is inside the frame, and none lies over another."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import combinations, cycle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cases import changed
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.film._layout import blank_figure
from gdanim.film.film import Film
from gdanim.film.header import arrange, draw_header
from gdanim.film.style import plain_style
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.scripting.load import load, scripts_in
from gdanim.views._drawing.card import CardPatch
from gdanim.views.fit import Fit
from gdanim.views.loss_curve import LossCurve
from gdanim.views.theme import DARK, LIGHT, PROJECTOR, Theme

pytestmark = pytest.mark.slow

# Larger frames of a shape have the same layout, with finer letters.
SIZES = [
    (1280, 720),
    (480, 270),
    (960, 720),
    (1080, 1080),
    (1080, 1920),
    (270, 480),
]
SCENES = {
    f"{script.path.stem}-{made.name}": made
    for script in map(load, scripts_in(Path(__file__).parent.parent / "scenes"))
    for made in script.scenes
}


def drawn(film: Film, frame: int) -> list[Text]:
    """The texts that drawing the frame puts on the canvas (ticks keep more than are in view)."""
    texts: list[Text] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", lambda text, renderer: texts.append(text))
        film.show(frame)
        film.figure.draw_without_rendering()
    return [text for text in texts if text.get_text().strip() and text.get_visible()]


def faults(film: Film, frame: int) -> list[str]:
    """What is wrong with the frame's texts, in words."""
    width, height = film.size
    texts = [text for text in drawn(film, frame) if text.get_alpha() != 0]
    # Only in its style are texts as large as they are drawn.
    with plain_style(film.clip.theme):
        boxes = [text.get_window_extent() for text in texts]
    found = [
        f"frame {frame}: {text.get_text()!r} leaves the frame: {box}"
        for text, box in zip(texts, boxes, strict=True)
        if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height
    ]
    for (one, here), (other, there) in combinations(zip(texts, boxes, strict=True), 2):
        if overlap(here, there) and one.get_text() != other.get_text():
            found.append(f"frame {frame}: {one.get_text()!r} lies over {other.get_text()!r}")
    return found


def overlap(one: Bbox, other: Bbox) -> bool:
    """Whether they share more than an edge."""
    return bool(one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1)


_made: dict[str, tuple[Scene, Any]] = {}


def made(name: str) -> tuple[Scene, Any]:
    """The scene and its runs; each is descended once."""
    if name not in _made:
        scene = SCENES[name]()
        _made[name] = scene, scene.runs()
    return _made[name]


@pytest.mark.parametrize("name", SCENES)
def test_all_text_is_inside_and_apart(name: str) -> None:
    """In each size, by turns in the light theme and the projector's, whose texts are larger.

    The dark theme's are as large as the light one's, as the next test holds.
    """
    scene, runs = made(name)
    found = []
    themes = cycle([LIGHT, PROJECTOR] if [*SCENES].index(name) % 2 else [PROJECTOR, LIGHT])
    for size, theme in zip(SIZES, themes, strict=False):
        film = replace(scene, size=size, theme=theme).film(runs)
        for frame in sorted({0, len(film) // 2, len(film) - 1}):
            place = f"{size[0]}x{size[1]}, {theme.name}"
            found += [f"{place}, {fault}" for fault in faults(film, frame)]
    assert not found, "\n".join(found)


def test_dark_differs_from_light_in_colours_alone() -> None:
    for field in fields(Theme):
        if field.type == "float":
            assert getattr(DARK, field.name) == getattr(LIGHT, field.name), field.name


def test_the_check_sees_faults() -> None:
    scene, runs = made("linear-scene")
    film = scene.film(runs)
    assert not faults(film, 0)
    film.figure.text(0.99, 0.5, "leaves the frame")
    title = film.figure.texts[0]
    film.figure.text(*title.get_position(), "over the title")
    leaves, over = faults(film, 0)
    assert "'leaves the frame' leaves the frame" in leaves
    assert "lies over" in over


def test_text_follows_the_height_and_in_upright_frames_the_width() -> None:
    scene, runs = made("linear-scene")

    def title(width: int, height: int) -> float:
        film = replace(scene, size=(width, height)).film(runs)
        return float(film.figure.texts[0].get_window_extent().height)

    assert title(1920, 1080) == pytest.approx(1.5 * title(1280, 720), rel=0.1)
    assert title(960, 720) == pytest.approx(title(1280, 720), rel=0.1)
    assert title(1080, 1080) == pytest.approx(title(1080, 1920), rel=0.1)
    assert title(1080, 1920) < 0.6 * title(3413, 1920)


@pytest.mark.parametrize("theme", [LIGHT, PROJECTOR], ids=["light", "projector"])
@pytest.mark.parametrize("size", SIZES)
def test_a_power_of_ten_leaves_the_title_on_the_card(size: tuple[int, int], theme: Theme) -> None:
    data = datasets.linear()
    large = Problem(replace(data, y=1e9 * data.y), Linear())
    scene = Scene(
        large, GradientDescent(0.01), (0, 0), steps=9, size=size, theme=theme,
        panels={"fit": Fit(inset=LossCurve(scale="linear"))},
    )  # fmt: skip
    film = scene.film()
    assert not faults(film, 5)
    (ax,) = film.figure.axes
    (card,) = (patch for patch in ax.patches if isinstance(patch, CardPatch))
    room = card.get_window_extent().padded(0.5)
    (inset,) = ax.child_axes
    power = inset.yaxis.get_offset_text()
    on_card = [text for text in drawn(film, 5) if text in inset.findobj(Text)]
    assert power in on_card
    for text in on_card:
        box = text.get_window_extent()
        assert room.x0 <= box.x0 and box.x1 <= room.x1, text.get_text()
        assert room.y0 <= box.y0 and box.y1 <= room.y1, text.get_text()


LONG = "price in 1000 Euro per square metre of flat"


@pytest.mark.parametrize("theme", [LIGHT, PROJECTOR], ids=["light", "projector"])
@pytest.mark.parametrize("size", SIZES)
def test_long_names_of_axes_leave_the_panel_its_room(size: tuple[int, int], theme: Theme) -> None:
    data = replace(datasets.linear(), x_names=(LONG,), y_name=LONG)
    scene = Scene(
        Problem(data, Linear()), GradientDescent(0.01), (0, 0), steps=9, size=size, theme=theme,
        panels={"fit": Fit(), "bare": Fit(inset=None)},
    )  # fmt: skip
    film = scene.film()
    assert not faults(film, len(film) - 1)
    for ax in film.figure.axes:
        assert ax.bbox.width > 0.7 * size[0] / (2 if size[0] > 1.2 * size[1] else 1)
        assert ax.xaxis.label.get_window_extent().width <= ax.bbox.width
        assert ax.yaxis.label.get_window_extent().height <= ax.bbox.height


@pytest.mark.parametrize("ends", [(0.05, 0.95), (0.2, 0.8), (0.4, 0.8), (0.6, 0.85)])
def test_the_headers_texts_keep_apart_however_narrow(ends: tuple[float, float]) -> None:
    scene, runs = made("linear-scene")
    clip = scene.clip(runs)
    with plain_style(clip.theme):
        figure = blank_figure((1080, 1920), clip.theme.paper)
    header, update = draw_header(figure, clip)
    arrange(header, *ends)
    update(len(clip.timeline) - 1)
    texts = [item.artist for item in header.values() if item.artist.get_text()]
    boxes = [text.get_window_extent() for text in texts]
    assert header["step"].artist in texts and header["loss"].artist in texts
    assert not any(overlap(one, other) for one, other in combinations(boxes, 2))


def test_upright_frames_stack_their_panels() -> None:
    scene, runs = made("linear-scene")
    panels = {"one": Fit(inset=None), "other": Fit(inset=None)}
    for size, stacked in [((960, 720), False), ((1080, 1080), True), ((1080, 1920), True)]:
        one, other = replace(scene, panels=panels, size=size).film(runs).figure.axes
        assert (one.get_position().y0 > other.get_position().y1) == stacked
        assert (one.get_position().x1 < other.get_position().x0) != stacked
        assert np.isclose(one.get_position().x0, other.get_position().x0) == stacked


@pytest.mark.parametrize("theme", [LIGHT, PROJECTOR], ids=["light", "projector"])
@pytest.mark.parametrize("panels", [2, 3])
def test_insets_keep_their_texts_on_the_card(panels: int, theme: Theme) -> None:
    scene, _ = made("linear-scene")
    many = {f"panel{k}": Fit() for k in range(panels)}
    for steps, size in [(300, (640, 360)), (500_000, (480, 270))]:
        film = changed(scene, steps=steps, panels=many, size=size, theme=theme, stop=()).film()
        shown = drawn(film, len(film) - 1)
        for ax in film.figure.axes:
            (card,) = (patch for patch in ax.patches if isinstance(patch, CardPatch))
            room = card.get_window_extent().padded(0.5)
            (inset,) = ax.child_axes
            on_card = [text for text in inset.findobj(Text) if text in shown]
            assert len(on_card) > 3
            for text in on_card:
                box = text.get_window_extent()
                assert room.x0 <= box.x0 and box.x1 <= room.x1, text.get_text()
                assert room.y0 <= box.y0 and box.y1 <= room.y1, text.get_text()
