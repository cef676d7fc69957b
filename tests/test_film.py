"""Frames: the right size, independent of each other, everything inside."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import matplotlib as mpl
import numpy as np
import pytest
from cases import changed
from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase, TimerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from numpy.typing import NDArray

from gdanim.core.numbers import quantity
from gdanim.descent.gradient_descent import GradientDescent
from gdanim.encoding import ffmpeg
from gdanim.errors import GdanimError
from gdanim.film.film import Film
from gdanim.film.save import save_still
from gdanim.film.style import plain_style
from gdanim.pacing.timeline import Even, Every
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.polynomial import Polynomial
from gdanim.problems.problem import Problem
from gdanim.problems.sinusoid import Sinusoid
from gdanim.scene import Scene
from gdanim.views.base import Clip, StepView, Update
from gdanim.views.fit import Fit
from gdanim.views.loss_curve import LossCurve
from gdanim.views.parameters import Parameters
from gdanim.views.theme import DARK, LIGHT, Theme


def scene(**changes: object) -> Scene:
    base = Scene(
        Problem(datasets.sinusoid(points=40), Sinusoid()),
        GradientDescent(0.05),
        (2.9, 1.72, 0, -1.2),
        steps=20,
        title="A title",
        pace=Every(1, 0, 0),
        size=(640, 360),
    )
    return changed(base, **changes)


def pixels(film: Film, frame: int) -> NDArray[np.uint8]:
    return np.array(film.draw(frame))


@pytest.mark.parametrize(
    "size",
    [
        (1280, 720),
        (854, 480),
        (480, 270),
        (1920, 1080),
        (1080, 1080),
        (333, 211),
        (200, 60),
        (48, 48),
    ],
)
def test_frames_have_exactly_the_size(size: tuple[int, int]) -> None:
    film = scene(size=size).film()
    assert film.size == size == film.figure.canvas.get_width_height()
    assert pixels(film, 3).shape == (size[1], size[0], 4)


@pytest.mark.parametrize("size", [(48, 48), (48, 300), (300, 48)])
def test_letters_never_get_too_small_to_be_drawn(size: tuple[int, int]) -> None:
    film = scene(size=size, title="A title that goes on and on " * 4).film()
    assert pixels(film, 3).shape == (size[1], size[0], 4)


def test_every_size_to_the_pixel() -> None:
    from gdanim.film._layout import blank_figure
    from gdanim.film.canvas import FrameCanvas

    for width in range(16, 2000, 7):
        for height in (97, 270, 480, 719, 1080):
            canvas = FrameCanvas(blank_figure((width, height), "#ffffff"))
            assert canvas.get_width_height() == (width, height)


@pytest.mark.slow
def test_a_frame_depends_on_nothing_drawn_before() -> None:
    in_sequence = scene().film()
    frames = [pixels(in_sequence, frame) for frame in range(len(in_sequence))]
    assert not np.array_equal(frames[5], frames[6])
    for frame in (17, 0, 9):
        np.testing.assert_array_equal(pixels(scene().film(), frame), frames[frame])
    backwards = scene().film()
    for frame in reversed(range(len(frames))):
        np.testing.assert_array_equal(pixels(backwards, frame), frames[frame])


@dataclass(frozen=True)
class Following(StepView):
    """A panel that writes down the frames it is updated to, and how often the figure is drawn."""

    seen: list[int]
    drawn: list[int]

    def draw(self, ax: Axes, clip: Clip) -> Update:
        ax.add_artist(Whole(self.drawn))

        def update(frame: int) -> list[Artist]:
            self.seen.append(frame)
            return []

        return update


class Whole(Artist):
    """Draws nothing, but counts: it does not move, so it is drawn only with the whole figure."""

    def __init__(self, drawn: list[int]) -> None:
        super().__init__()
        self.drawn = drawn

    def draw(self, renderer: RendererBase) -> None:
        self.drawn.append(1)


def test_animation_updates_each_frame_once_and_draws_only_what_moves(
    tmp_path: Path,
) -> None:
    steps, counts = 6, []
    saves: list[Callable[[Any], object]] = [
        lambda moving: moving.to_jshtml(fps=5),
        lambda moving: moving.save(tmp_path / "a.apng", writer="pillow"),
        lambda moving: moving.save(tmp_path / "a.mp4", writer="ffmpeg"),
        lambda moving: moving._repr_html_(),
    ]
    for save in saves:
        panel = Following([], [])
        film = scene(panels={"text": panel, "loss": LossCurve()}, steps=steps).film()
        save(film.animation())
        assert panel.seen == list(range(steps + 1))
        counts.append(len(panel.drawn))
    assert max(counts) < steps


def test_a_frame_of_another_size_or_ground_is_drawn_as_a_whole(tmp_path: Path) -> None:
    film = scene(steps=2, size=(320, 180)).film()
    moving = film.animation()
    other: dict[str, Any] = {"dpi": 2 * film.figure.dpi, "savefig_kwargs": {"facecolor": "pink"}}
    film.show(2)
    with plain_style(LIGHT):
        film.figure.savefig(tmp_path / "dpi.png", dpi=other["dpi"])
        film.figure.savefig(tmp_path / "savefig_kwargs.png", facecolor="pink")
    for name, value in other.items():
        moving.save(tmp_path / "a.apng", writer="pillow", **{name: value})
        expected = iio.imread(tmp_path / f"{name}.png")[..., :3]
        np.testing.assert_array_equal(iio.imread(tmp_path / "a.apng")[-1], expected)


def test_another_animation_of_the_figure_may_change_anything(tmp_path: Path) -> None:
    film = scene(steps=2, size=(320, 180)).film()
    title = next(text for text in film.figure.texts if text.get_text() == "A title")

    def rename(frame: int) -> list[Artist]:
        title.set_text(f"Another {frame}")
        return [title]

    other = FuncAnimation(
        film.figure, rename, frames=3, init_func=lambda: [], cache_frame_data=False
    )
    film.animation().save(tmp_path / "a.apng", writer="pillow", extra_anim=[other])
    assert title.get_text() == "Another 2"
    np.testing.assert_array_equal(
        iio.imread(tmp_path / "a.apng")[-1][..., :3], pixels(film, 2)[..., :3]
    )


def test_a_hostile_matplotlibrc_changes_nothing() -> None:
    expected = pixels(scene().film(), 9)
    hostile: dict[Any, Any] = {
        "savefig.bbox": "tight",
        "savefig.dpi": 33,
        "figure.dpi": 41,
        "font.size": 31,
        "font.family": "monospace",
        "axes.facecolor": "pink",
        "axes.grid": False,
        "lines.linestyle": ":",
        "lines.antialiased": False,
        "text.usetex": True,
        "text.antialiased": False,
        "path.sketch": (3, 10, 2),
        "xtick.direction": "in",
        "axes.unicode_minus": False,
        "figure.constrained_layout.use": True,
    }
    with mpl.rc_context(hostile):
        np.testing.assert_array_equal(pixels(scene().film(), 9), expected)


@dataclass(frozen=True)
class Measuring(StepView):
    """A text panel that writes down how text is hinted when it is set."""

    seen: list[str]

    def draw(self, ax: Axes, clip: Clip) -> Update:
        def update(frame: int) -> list[Artist]:
            self.seen.append(str(mpl.rcParams["text.hinting"]))
            return []

        return update


def test_text_is_measured_as_it_is_drawn(tmp_path: Path) -> None:
    panel = Measuring([])
    film = scene(panels={"text": panel}).film()
    with mpl.rc_context({"text.hinting": "force_autohint"}):
        film.draw(4)
        save_still(film, 5, tmp_path / "still.svg")
    assert panel.seen == ["none"] * 2


@pytest.mark.parametrize("width", [48, 64])
def test_the_smallest_frames_have_letters(width: int) -> None:
    panels = {"fit": Fit(), "loss": LossCurve(), "trace": Parameters()}
    scene(panels=panels, size=(width, 48)).film().draw(0)


def test_matplotlibs_own_writers_give_the_same_pixels(tmp_path: Path) -> None:
    film = scene(theme=DARK, steps=2, size=(320, 180)).film()
    hostile: dict[Any, Any] = {
        "animation.writer": "pillow",
        "savefig.facecolor": "pink",
        "savefig.transparent": True,
        "savefig.dpi": 50,
        "text.hinting": "force_autohint",
        "text.antialiased": False,
        "path.sketch": (3, 10, 2),
    }
    with mpl.rc_context(hostile):
        film.animation().save(tmp_path / "a.apng")
        assert mpl.rcParams["savefig.dpi"] == 50
    frames = iio.imread(tmp_path / "a.apng")
    assert len(frames) == len(film) == 3
    for frame, saved in enumerate(frames):
        np.testing.assert_array_equal(saved, pixels(film, frame)[..., :3])


def test_the_users_own_limit_for_html_holds(caplog: pytest.LogCaptureFixture) -> None:
    film = scene(steps=2, size=(320, 180)).film()
    html = film.animation().to_jshtml()
    assert html.count("data:image/png;base64") == len(film) == 3
    with mpl.rc_context({"animation.embed_limit": 1e-3}):
        html = film.animation().to_jshtml()
    assert html.count("data:image/png;base64") < 3
    assert "animation.embed_limit" in caplog.text


def test_all_frames_go_into_a_page_where_the_user_sets_no_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    film = scene(steps=2, size=(320, 180)).film()
    monkeypatch.setitem(mpl.rcParamsDefault, "animation.embed_limit", 1e-3)
    with mpl.rc_context({"animation.embed_limit": 1e-3}):
        assert film.animation().to_jshtml().count("data:image/png;base64") == 3
        assert mpl.rcParams["animation.embed_limit"] == 1e-3


def test_a_notebook_shows_a_video_without_an_ffmpeg_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    film, path = scene(steps=2, size=(320, 180)).film(), tmp_path / "a.mp4"
    before = dict(mpl.rcParams)
    found = re.search(r'src="data:video/mp4;base64,([^"]*)"', film.animation()._repr_html_())
    assert found
    path.write_bytes(base64.b64decode(found[1]))
    film.animation().save(tmp_path / "b.mp4")
    for video in (path, tmp_path / "b.mp4"):
        assert (ffmpeg.count_frames(video), ffmpeg.stream(video).size) == (3, (320, 180))
    with mpl.rc_context({"animation.html": "jshtml"}):
        assert "data:image/png;base64" in film.animation()._repr_html_()
    assert dict(mpl.rcParams) == before


def test_an_ffmpeg_of_the_users_is_used(tmp_path: Path) -> None:
    moving = scene(steps=2, size=(320, 180)).film().animation()
    mine = mpl.rc_context({"animation.ffmpeg_path": f"{tmp_path / 'mine'}"})
    with mine, pytest.raises(RuntimeError, match="ffmpeg"):
        moving.to_html5_video()
    # matplotlib warns of an animation that never was.
    moving.to_jshtml()


def test_a_window_moves_by_its_own_clock() -> None:
    class Clock(TimerBase):
        pass

    class Window(FigureCanvasAgg):
        _timer_cls = Clock

    film = scene(steps=2, size=(320, 180)).film()
    # As `plt.figure(film.figure)` gives it the canvas of a window.
    canvas = Window(film.figure)
    moving = film.animation()
    assert isinstance(moving.event_source, Clock)
    # Starts it; matplotlib warns of an animation that never was.
    canvas.draw()  # type: ignore[no-untyped-call]


def header(film: Film) -> list[str]:
    return [text.get_text() for text in film.figure.texts if text.get_text()]


def test_the_header_follows_from_the_run() -> None:
    shown = scene()
    run = shown.run()
    film = shown.film(run)
    for frame in (0, 13):
        film.show(frame)
        title, step, method, loss = header(film)
        assert title == "A title" and step == f"step {frame}"
        assert r"a\,\sin(b\,x + c) + d" in method
        assert "gradient descent" in method and method.endswith("= 0.05")
        assert loss == f"MSE {quantity(float(run.losses[frame]))}"


def test_a_diverged_run_says_so_at_its_last_step() -> None:
    problem = Problem(datasets.quadratic(), Polynomial(2))
    film = scene(problem=problem, optimizer=GradientDescent(1.0), start=None, steps=200).film()
    film.show(0)
    assert header(film)[1] == "step 0"
    film.show(len(film) - 1)
    last = len(film) - 1
    assert header(film)[1] == f"step {last}, then infinite" and last < 200


@pytest.mark.parametrize(("pace", "speed"), [(Every(5, 1, 1), "×5"), (Every(1, 1, 1), None)])
def test_the_header_says_how_fast_time_runs(pace: Every, speed: str | None) -> None:
    film = scene(pace=pace, captions=False).film()
    for frame, shown in [(0, None), (len(film) // 2, speed), (len(film) - 1, None)]:
        film.show(frame)
        assert [text for text in header(film) if "×" in text] == [shown] * (shown is not None)


@pytest.mark.parametrize(
    ("size", "theme"),
    [((1280, 720), LIGHT), ((480, 270), DARK), ((1920, 1080), DARK), ((960, 720), LIGHT)],
    ids=["1280x720", "480x270", "1920x1080", "960x720"],
)
def test_all_text_is_inside_and_apart(size: tuple[int, int], theme: Theme) -> None:
    for problem in (
        Problem(datasets.sinusoid(), Sinusoid()),
        Problem(datasets.quadratic(a=1e5), Polynomial(2)),
        Problem(datasets.linear(), Linear()),
    ):
        title = "A title that goes on for longer than any sensible title would"
        film = scene(
            problem=problem, start=None, optimizer=GradientDescent(1e-5), size=size, theme=theme,
            title=title,
        ).film()  # fmt: skip
        texts = drawn(film, len(film) - 1)
        with plain_style(theme):
            boxes = {text: text.get_window_extent() for text in texts}
        width, height = size
        for text, box in boxes.items():
            inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
            assert inside, f"{text} leaves the frame"
        for one, other in combinations(boxes, 2):
            assert not boxes[one].overlaps(boxes[other]), f"{one} lies over {other}"


def drawn(film: Film, frame: int) -> list[Text]:
    """The texts that drawing the frame puts on the canvas (ticks keep more than are in view)."""
    texts: list[Text] = []
    with pytest.MonkeyPatch.context() as patch:
        draw = Text.draw

        def record(text: Text, renderer: Any) -> None:
            texts.append(text)
            draw(text, renderer)

        patch.setattr(Text, "draw", record)
        film.draw(frame)
    return [text for text in texts if text.get_text() and text.get_visible()]


def test_layout_places_panels_and_refuses_others() -> None:
    panels = {"left": Fit(inset=None), "right": Fit(inset=None)}
    left, right = scene(panels=panels).film().figure.axes
    assert left.get_position().x1 < right.get_position().x0
    top, bottom = scene(panels=panels, layout="left; right").film().figure.axes
    assert top.get_position().y0 > bottom.get_position().y1
    spaced = {"the fit": Fit(inset=None), "loss; curve": Fit(inset=None)}
    for size in [(640, 360), (360, 640)]:
        assert len(scene(panels=spaced, size=size).film().figure.axes) == 2
    with pytest.raises(GdanimError, match="layout: .*middle"):
        scene(panels=panels, layout="left middle").film()
    with pytest.raises(GdanimError, match="not a valid mosaic"):
        scene(panels=panels, layout="left right; right left").film()
    with pytest.raises(GdanimError, match="panels: .*at least one"):
        scene(panels={})


def test_the_timelines_length_is_the_films() -> None:
    assert len(scene(pace=Even(seconds=2), fps=25).film()) == 50
    assert len(scene(pace=Even(seconds=2)).film()) == 60
