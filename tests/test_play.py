"""`gdanim play` in Chromium: controls, links, scripts that are saved, keyboard, phone, dark."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from browser import from_npm, needs_chromium
from films import decoded
from stage import Stage, chromium, playing

from gdanim.playground.by_hand import moved
from gdanim.scripting.load import load
from gdanim.views.theme import DARK

pytestmark = [pytest.mark.slow, pytest.mark.browser, needs_chromium]

SCRIPT = '''
from typing import Annotated, Literal

from annotated_types import Ge, Interval

from gdanim import Adam, Even, GradientDescent, Linear, Problem, Scene, datasets, views


def scene(
    lr: Annotated[float, Interval(gt=0, le=0.1)] = 0.01,
    points: Annotated[int, Ge(2)] = 10,
    seed: int = 0,
    named: bool = False,
    start: Literal["low", "high"] = "low",
    title: str = "A line",
) -> Scene:
    """A line, with a knob of each kind."""
    problem = Problem(datasets.linear(points=points, seed=seed), Linear())
    return Scene(problem, GradientDescent(lr), start=(0, 5 if start == "low" else 9), steps=20,
                 title=title if named else "", size=(320, 180), pace=Even(2))


def bowl() -> Scene:
    """The loss as a map."""
    problem = Problem(datasets.linear(points=5), Linear())
    return Scene(problem, GradientDescent(0.02), start=(0, 5), steps=20, size=(320, 180),
                 panels={"fit": views.Fit(inset=None), "map": views.Contour()}, pace=Even(2))


def slow() -> Scene:
    """Trains for long."""
    problem = Problem(datasets.linear(points=10), Linear())
    return Scene(problem, Adam(0.001), steps=2_000_000, size=(320, 180))
'''
EXACT = "scene=lesson-scene&frame=30"


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("play") / "lesson.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def address(script: Path) -> Iterator[str]:
    with playing(script) as given:
        yield given


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Callable[..., Stage]]:
    """A way to open pages, none of which may complain."""
    stages: list[Stage] = []

    def open_(state: str = EXACT, address: str = address, **options: Any) -> Stage:
        stages.append(Stage(browser, address, **options))
        return stages[-1].open(state)

    yield open_
    complaints = [one for stage in stages for one in stage.complaints]
    for stage in stages:
        stage.context.close()
    assert not complaints


def test_the_gallery_leads_to_the_frames_of_the_video(
    opened: Callable[..., Stage], script: Path
) -> None:
    stage = opened("")
    stage.expect("#cards a").to_have_count(3)
    stage.page.get_by_text("with a knob of each kind").click()
    stage.expect("#now").to_contain_text("step 0")
    film = load(script).scenes[0]().film()
    assert np.array_equal(stage.settle().picture(), np.array(film.draw(0))[..., :3])
    stage.page.get_by_role("button", name="One step forwards").click()
    frame = film.timeline.frame(1)
    assert np.array_equal(stage.settle().picture(), np.array(film.draw(frame))[..., :3])


CONTROLS: list[tuple[str, Callable[[Any], object], str]] = [
    ("[aria-label='lr, slider']", lambda one: one.press("Home"), "lr=1e-05"),
    ("#knob-lr", lambda one: one.fill("0.03"), "lr=0.03"),
    ("#knob-points", lambda one: one.fill("4"), "points=4"),
    ("#knob-seed", lambda one: one.fill("7"), "seed=7"),
    ("[aria-label='Another seed']", lambda one: one.click(), "seed=500"),
    ("#knob-start", lambda one: one.select_option("high"), "start=high"),
    ("#knob-named", lambda one: one.check(), "named=True"),
    ("#knob-title", lambda one: one.fill("Words"), "title=Words"),
]


def test_every_control(opened: Callable[..., Stage], script: Path) -> None:
    stage = opened()
    stage.page.evaluate("() => { Math.random = () => 0.5; }")
    before = own = stage.picture()
    for control, act, setting in CONTROLS:
        act(stage.page.locator(control))
        stage.page.locator("h2#title").click()
        stage.expect("#command").to_contain_text(f"--set={setting}")
        after = stage.settle().picture()
        assert (after != before).any(), control
        before = after
    scene = load(script).scenes[0]
    stage.page.wait_for_url("**Words**")
    knobs = {knob.name: stage.state(f"knob.{knob.name}") for knob in scene.knobs}
    film = scene(**scene.values(knobs)).film()
    assert np.array_equal(before, np.array(film.draw(30))[..., :3])
    stage.page.get_by_role("button", name="Reset the knobs").click()
    stage.expect("#command").not_to_contain_text("--set")
    assert np.array_equal(stage.settle().picture(), own)
    assert not stage.text("#failure")


def test_the_player(opened: Callable[..., Stage]) -> None:
    stage = opened("scene=lesson-scene&frame=0")
    time, now = stage.page.get_by_label("Time"), stage.page.locator("#now")
    time.press("End")
    stage.expect("#now").to_contain_text("step 20 ·")
    stage.page.get_by_role("button", name="One step back").click()
    stage.expect("#now").to_contain_text("step 19 ·")
    assert "fell" in now.inner_text()
    stage.page.get_by_label("Speed").select_option("4")
    stage.page.get_by_role("button", name="Play").click()
    stage.expect("#now").to_contain_text("step 20 ·")
    stage.expect("#play").to_have_text("Play")
    stage.page.get_by_role("button", name="Play").click()
    stage.page.get_by_role("button", name="Pause").click()
    assert now.inner_text() != "step 20"


def test_a_page_plays_by_itself_unless_motion_is_to_be_reduced(
    opened: Callable[..., Stage],
) -> None:
    moving = opened("scene=lesson-scene", reduced_motion="no-preference")
    moving.expect("#now").to_contain_text("step 20 ·")
    still = opened("scene=lesson-scene")
    assert still.text("#now").startswith("step 0 ·")


def test_a_loss_that_rises(opened: Callable[..., Stage]) -> None:
    stage = opened("scene=lesson-scene&frame=30&knob.lr=0.1")
    assert "↑ rose" in stage.text("#now")


def test_a_link_reproduces_the_stage(opened: Callable[..., Stage]) -> None:
    stage = opened(permissions=["clipboard-read", "clipboard-write"])
    stage.page.get_by_label("lr", exact=True).fill("0.02")
    stage.page.get_by_label("Theme").select_option("projector")
    stage.page.get_by_label("Time").press("ArrowRight")
    stage.settle().page.get_by_role("button", name="Copy the link").click()
    link = stage.page.evaluate("() => navigator.clipboard.readText()")
    assert "lr=0.02" in link and "frame=31" in link and "projector" in link
    again = opened(link.partition("#")[2])
    assert again.page.get_by_label("lr", exact=True).input_value() == "0.02"
    assert again.page.get_by_label("Theme").input_value() == "projector"
    assert np.array_equal(again.picture(), stage.picture())
    stage.page.reload()
    assert np.array_equal(stage.settle().picture(), again.picture())


def test_back_leads_back(opened: Callable[..., Stage]) -> None:
    stage = opened()
    before = stage.picture()
    stage.page.get_by_label("Theme").select_option("dark")
    assert (stage.settle().picture() != before).any()
    stage.page.go_back()
    stage.expect("#theme").to_have_value("auto")
    assert np.array_equal(stage.settle().picture(), before)
    stage.page.get_by_role("link", name="All scenes").click()
    stage.expect("#gallery").to_be_visible()
    stage.page.go_back()
    assert np.array_equal(stage.settle().picture(), before)


def test_what_cannot_be_shown(opened: Callable[..., Stage], address: str) -> None:
    wrong = opened(f"{EXACT}&knob.lr=7")
    wrong.expect("#failure").to_have_text("lr=7: must be a number above 0 and at most 0.1")
    wrong.page.get_by_role("button", name="Reset the knobs").click()
    wrong.expect("#failure").to_be_empty()
    lost = opened("")
    lost.page.goto(f"{address}#scene=nothing")
    lost.expect("#line").to_have_text("There is no scene nothing here.")
    stranger = Stage(wrong.context.browser, address.replace("token=", "token=x"))
    stranger.open().expect("#line").to_contain_text("the token is wrong")
    stranger.context.close()


def test_a_saved_script_is_loaded_again(opened: Callable[..., Stage], tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    lesson = SCRIPT.partition("def bowl")[0]
    path.write_text(lesson, encoding="utf-8")
    with playing(tmp_path) as address:
        stage = opened("scene=mine&frame=30&knob.lr=0.02", address)
        before = stage.picture()
        path.write_text("def scene() -> Scene: ...\nnonsense(", encoding="utf-8")
        stage.expect("#errors").to_contain_text("mine.py, line 2")
        path.write_text(
            SCRIPT.partition("def bowl")[0].replace("A line,", "Mine,"), encoding="utf-8"
        )
        stage.expect("#title").to_contain_text("Mine, with a knob")
        assert np.array_equal(stage.settle().picture(), before)
        assert "lr=0.02" in stage.text("#command")


def test_a_long_training_can_be_stopped(opened: Callable[..., Stage]) -> None:
    stage = opened("")
    stage.page.get_by_text("Trains for long").click()
    stage.expect("#training-words").to_contain_text("of 2,000,000")
    stage.page.get_by_role("button", name="Stop").click()
    stage.expect("#failure").to_have_text("Stopped.")
    stage.page.get_by_role("link", name="All scenes").click()
    stage.page.get_by_text("with a knob of each kind").click()
    stage.expect("#now").to_contain_text("step 0")


def test_parameters_by_hand_and_then_it_learns(opened: Callable[..., Stage], script: Path) -> None:
    stage = opened()
    stage.page.get_by_text("Try it by hand").click()
    stage.page.locator("#parameter-slope").fill("1.5")
    stage.page.locator("#parameter-intercept").fill("2")
    stage.page.locator("h2#title").click()
    scene = load(script).scenes[0]()
    problem = next(iter(scene.descents.values())).problem
    stage.expect("#now").to_have_text(f"step 0 · loss {float(problem.loss((1.5, 2))):.4g}")
    film = moved(scene, (1.5, 2), ()).film()
    assert np.array_equal(stage.settle().picture(), np.array(film.draw(0))[..., :3])
    stage.expect("#no-command").to_be_visible()
    stage.page.locator("[aria-label='slope, slider']").press("End")
    stage.expect("#now").not_to_contain_text(f"{float(problem.loss((1.5, 2))):.4g}")
    stage.page.get_by_role("button", name="Watch it learn from here").click()
    stage.expect("#now").to_contain_text("step 20 ·")
    stage.page.get_by_role("button", name="Original start").click()
    stage.expect("#command").to_be_visible()
    film = scene.film()
    last = len(film) - 1
    assert np.array_equal(stage.settle().picture(), np.array(film.draw(last))[..., :3])


def pointed_at(stage: Stage, panel: int, where: tuple[float, float], script: Path) -> Any:
    """The place on the page of a point in a panel of the map's scene."""
    start = tuple(map(float, filter(None, stage.state("start").split(","))))
    scene = moved(load(script).scenes[1](), start, stage.points())
    ax = scene.film().figure.axes[panel]
    across, up = ax.transData.transform(where)
    box = stage.page.locator("#picture").bounding_box()
    return {
        "x": box["x"] + 1 + across / 320 * (box["width"] - 2),
        "y": box["y"] + 1 + (1 - up / 180) * (box["height"] - 2),
    }


def test_a_click_in_the_map_is_the_start(opened: Callable[..., Stage], script: Path) -> None:
    stage = opened("scene=lesson-bowl&frame=30")
    stage.page.mouse.click(**pointed_at(stage, 1, (1.0, 2.0), script))
    stage.expect("#now").to_contain_text("step 0 ·")
    stage.settle().page.wait_for_url("**start=**")
    start = [float(one) for one in stage.state("start").split(",")]
    assert start == pytest.approx([1.0, 2.0], abs=0.03)


def test_points_are_dragged_added_and_removed(opened: Callable[..., Stage], script: Path) -> None:
    stage = opened("scene=lesson-bowl&frame=30")
    mouse, points = stage.page.mouse, stage.points()
    x, y = points[2]
    there = pointed_at(stage, 0, (x, y), script)
    mouse.move(**there)
    mouse.down()
    mouse.move(there["x"], there["y"] - 40, steps=3)
    stage.expect("#grip").to_be_visible()
    mouse.up()
    stage.expect("#grip").to_be_hidden()
    stage.settle().page.wait_for_url("**points=**")
    dragged = stage.points()
    assert len(dragged) == len(points) and dragged[2][1] > y + 1
    assert dragged[2][0] == pytest.approx(x, abs=0.2)
    film = moved(load(script).scenes[1](), (), dragged).film()
    assert np.array_equal(stage.picture(), np.array(film.draw(30))[..., :3])
    for change in (1, -1):
        number = len(stage.points())
        where = (-5.0, 9.0) if change > 0 else stage.points()[-1]
        mouse.dblclick(**pointed_at(stage, 0, where, script))
        stage.expect("#points").to_have_value(re.compile(rf"^([^\n]+\n?){{{number + change}}}$"))
        stage.settle()
    stage.page.get_by_text("Move the points").click()
    stage.page.get_by_role("button", name="Original points").click()
    stage.settle().page.wait_for_url(lambda url: "points" not in url)
    assert stage.points() == points


def test_own_data_is_pasted_or_dropped(opened: Callable[..., Stage]) -> None:
    stage = opened()
    stage.page.get_by_text("Move the points").click()
    box = stage.page.get_by_label("Points, x and y")
    for text in ("x;y\n0;1\n1;3\n2;5.5", "0 1\n1\t3\r\n\n2, 5.5"):
        box.fill(text)
        stage.page.get_by_role("button", name="Fit these points").click()
        stage.settle().page.wait_for_url("**points=0%2C1%3B1%2C3%3B2%2C5.5**")
        stage.page.get_by_role("button", name="Original points").click()
        stage.settle().page.wait_for_url(lambda url: "points" not in url)
    for text, words in (
        ("0, 1\n1, two", "1, two: must be two numbers"),
        ("0 1", "2 to 300, got 1"),
    ):
        box.fill(text)
        stage.page.get_by_role("button", name="Fit these points").click()
        stage.expect("#failure").to_contain_text(words)
    stage.page.locator("#stage").evaluate(
        """(stage) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(["a,b\\n1,2\\n3,4"], "mine.csv"));
          stage.dispatchEvent(new DragEvent("drop", { dataTransfer, cancelable: true }));
        }"""
    )
    stage.page.wait_for_url("**points=1%2C2%3B3%2C4**")
    assert not stage.settle().text("#failure")


def test_the_video_is_saved(opened: Callable[..., Stage], script: Path) -> None:
    stage = opened()
    with stage.page.expect_download() as download:
        stage.page.get_by_role("button", name="Save the video").click()
    assert download.value.suggested_filename == "lesson-scene.mp4"
    frames = decoded(download.value.path(), (320, 180))
    assert len(frames) == len(load(script).scenes[0]().film())


def test_two_scenes_side_by_side(opened: Callable[..., Stage]) -> None:
    stage = opened()
    stage.page.get_by_role("link", name="Two side by side").click()
    left, right = (stage.page.frame_locator(f"#{side}") for side in ("left", "right"))
    stage.expect_(left.locator("#now")).to_contain_text("step")
    stage.expect_(right.locator("#now")).to_contain_text("step")
    right.locator("#knob-lr").fill("0.02")
    right.locator("#title").click()
    stage.page.wait_for_url("**right=**0.02**")
    stage.page.reload()
    stage.expect_(right.locator("#knob-lr")).to_have_value("0.02")
    stage.expect_(left.locator("#knob-lr")).to_have_value("0.01")
    stage.page.get_by_role("button", name="Play both from the start").click()
    for side in (left, right):
        stage.expect_(side.locator("#now")).to_contain_text("step 20 ·")


def test_words(opened: Callable[..., Stage], script: Path) -> None:
    stage = opened()
    stage.page.get_by_text("Why does it end like this?").click()
    stage.expect("#explanation").to_contain_text("condition number")
    description = stage.page.get_by_role("img").get_attribute("aria-label")
    stage.page.get_by_text("What the picture shows").click()
    assert stage.text("#description") == description and "line" in description.lower()
    stage.page.get_by_text("About this scene").click()
    assert stage.text("#about") == "A line, with a knob of each kind."
    assert stage.text("#command").endswith("lesson.py::scene")


def test_the_picture_is_saved(opened: Callable[..., Stage]) -> None:
    stage = opened()
    with stage.page.expect_download() as download:
        stage.page.get_by_role("button", name="Save this picture").click()
    assert download.value.suggested_filename == "lesson-scene.png"
    saved = iio.imread(download.value.path())[..., :3]
    assert np.array_equal(saved, stage.picture())


def test_the_keyboard_is_enough(opened: Callable[..., Stage]) -> None:
    stage = opened("")
    stage.expect("#cards a").to_have_count(3)
    keyboard = stage.page.keyboard
    focused = "() => document.activeElement.id || document.activeElement.textContent"

    def tab_to(name: str) -> None:
        for _ in range(30):
            keyboard.press("Tab")
            if name in stage.page.evaluate(focused):
                return
        raise AssertionError(f"{name} is not reached")

    tab_to("with a knob of each kind")
    keyboard.press("Enter")
    stage.expect("#now").to_contain_text("step 0")
    for key, now in (
        ("ArrowRight", "step 1 "),
        ("ArrowRight", "step 2 "),
        ("ArrowLeft", "step 1 "),
    ):
        keyboard.press(key)
        stage.expect("#now").to_contain_text(now)
    keyboard.press(" ")
    stage.expect("#play").to_have_text("Pause")
    keyboard.press(" ")
    stage.expect("#play").to_have_text("Play")
    for control in ("theme", "back", "play", "forward", "time", "speed", "knob-lr", "knob-points",
                    "knob-seed", "knob-named", "knob-start", "knob-title", "reset", "Why", "still",
                    "link", "command"):  # fmt: skip
        tab_to(control)


def test_a_phone_has_an_upright_picture(opened: Callable[..., Stage], script: Path) -> None:
    phone: Any = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
    stage = opened(**phone)
    film = replace(load(script).scenes[0](), size=(720, 900)).film()
    assert np.array_equal(stage.picture(), np.array(film.draw(30))[..., :3])
    assert stage.page.evaluate("() => document.documentElement.scrollWidth") <= 360
    small = stage.page.evaluate(
        """() => [...document.querySelectorAll("button, select, input, summary")]
          .filter((one) => one.getClientRects().length && one.getBoundingClientRect().height < 16)
          .map((one) => one.id)"""
    )
    assert not small


def test_dark_as_the_system(opened: Callable[..., Stage], script: Path) -> None:
    stage = opened(color_scheme="dark")
    film = replace(load(script).scenes[0](), theme=DARK).film()
    assert np.array_equal(stage.picture(), np.array(film.draw(30))[..., :3])
    paper = stage.page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor")
    assert max(int(one) for one in paper.strip("rgb()").split(",")) < 64
    stage.page.emulate_media(color_scheme="light")
    film = load(script).scenes[0]().film()
    assert np.array_equal(stage.settle().picture(), np.array(film.draw(30))[..., :3])


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core, from npm, which has to be there and reach its registry."""
    package = from_npm("axe-core@4.14.1", tmp_path_factory.mktemp("axe"))
    return (package / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("state", "scheme", "width"),
    [("", "light", 360), ("", "dark", 1280), (EXACT, "light", 1280), (EXACT, "dark", 360),
     (f"{EXACT}&knob.lr=7", "light", 360), (f"{EXACT}&knob.lr=7", "dark", 1280)],
)  # fmt: skip
def test_axe_finds_no_serious_fault(
    opened: Callable[..., Stage], axe: str, state: str, scheme: str, width: int
) -> None:
    stage = opened(state, color_scheme=scheme, viewport={"width": width, "height": 800})
    if not state:
        stage.expect("#cards a").to_have_count(3)
    for words in stage.page.locator("summary").all():
        if words.is_visible():
            words.click()
    if state == EXACT:
        stage.expect("#explanation").to_contain_text("condition number")
    stage.page.evaluate(axe)
    found = stage.page.evaluate("() => axe.run()")
    faults = [
        (fault["id"], fault["impact"], [node["html"] for node in fault["nodes"]])
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]
    assert found["passes"] and not faults
