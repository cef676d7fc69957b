"""Frames composed of layers are, to the bit, the frames that matplotlib draws whole."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import cycle, pairwise
from pathlib import Path
from typing import Any
from unittest import mock

import matplotlib
import numpy as np
import pytest
from cases import CLASSES, LINE, NETWORK, PLANE_NETWORK, VIEWS, ViewCase, changed
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Patch, Rectangle
from matplotlib.patheffects import withSimplePatchShadow
from matplotlib.text import Text
from numpy.typing import NDArray

from gdanim.descent.gradient_descent import GradientDescent
from gdanim.descent.run import Run
from gdanim.film._moving_text import MovingText
from gdanim.film._pixels import Box, PixelCopy
from gdanim.film.canvas import FrameCanvas
from gdanim.film.compositor import Compositor
from gdanim.film.defaults import Size
from gdanim.film.film import Film
from gdanim.film.style import plain_style
from gdanim.pacing.timeline import Even
from gdanim.problems import datasets
from gdanim.problems.linear import Linear
from gdanim.problems.problem import Problem
from gdanim.scene import Scene
from gdanim.scripting.load import SceneFunction, choose, scripts_in
from gdanim.views._drawing.card import CardPatch
from gdanim.views.base import Clip, Update, View
from gdanim.views.each import Each
from gdanim.views.fit import Fit
from gdanim.views.inset import Inset
from gdanim.views.loss_curve import LossCurve
from gdanim.views.text import Text as Sentence
from gdanim.views.theme import DARK, LIGHT, PROJECTOR, THEMES, Theme

pytestmark = pytest.mark.slow

SCENES = [
    scene
    for script in scripts_in(Path(__file__).parent.parent / "scenes")
    for scene in choose(str(script))
]
PROBLEMS = (LINE, CLASSES, NETWORK, PLANE_NETWORK)
# Odd ones too, where text is scaled by no whole number.
SIZES = [(853, 480), (333, 211)]


def looks(number: int) -> list[tuple[Theme, Size]]:
    """Each theme, with one of both sizes; a scene or view of the next number has the other one."""
    sizes = cycle(SIZES[number % 2 :] + SIZES[: number % 2])
    return list(zip(THEMES.values(), sizes, strict=False))


def whole(film: Film, frame: int) -> NDArray[np.uint8]:
    """As matplotlib's own renderer draws it."""
    film.show(frame)
    renderer: Any = RendererAgg(*film.size, film.figure.dpi)  # type: ignore[no-untyped-call]
    with plain_style(film.clip.theme):
        Figure.draw(film.figure, renderer)
    return np.array(renderer.buffer_rgba())


def assert_same_frames(film: Film, frames: int = 4, seed: int = 0) -> None:
    """In random order, the first and the last among them, each layered and then whole."""
    rng = np.random.default_rng(seed)
    some = rng.permutation([0, len(film) - 1, *rng.integers(len(film), size=frames - 2)])
    with plain_style(film.clip.theme), film.canvas.settled(film.show(0)):
        for frame in map(int, some):
            layered = np.array(film.draw(frame))
            np.testing.assert_array_equal(layered, whole(film, frame))


@cache
def made(scene: SceneFunction) -> tuple[Scene, Mapping[str, Run]]:
    """The scene and its runs; each is descended once."""
    return (shown := scene()), shown.runs()


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.file_name)
def test_every_scene(scene: SceneFunction) -> None:
    shown, runs = made(scene)
    for seed, (theme, size) in enumerate(looks(SCENES.index(scene))):
        film = replace(shown, theme=theme, size=size).film(runs)
        assert_same_frames(film, 3, seed)


def drawn_of(film: Film, frames: Sequence[int]) -> list[Artist]:
    """The simple artists, such as lines and texts, that are drawn while the frames are composed."""
    drawn: list[Artist] = []
    with pytest.MonkeyPatch.context() as patch, film.composed():
        film.draw(0)
        for kind in (Line2D, Patch, Collection, Text, AxesImage):
            for own in {one for one in subclasses(kind) if "draw" in vars(one)}:
                patch.setattr(own, "draw", noting(own.draw, drawn))
        for frame in frames:
            film.draw(frame)
    return drawn


def subclasses(kind: type[Artist]) -> set[type[Artist]]:
    return {kind}.union(*map(subclasses, kind.__subclasses__()))


def noting(draw: Callable[..., None], drawn: list[Artist]) -> Callable[..., None]:
    """`draw`, which also notes what it draws."""

    def noted(artist: Artist, *args: Any, **kwargs: Any) -> None:
        drawn.append(artist)
        draw(artist, *args, **kwargs)

    return noted


def moving_parts(film: Film) -> set[Artist]:
    """All that is drawn by the film's moving artists: their parts, and the grounds of texts."""
    parts = {part for artist in film.show(0) for part in artist.findobj()}
    grounds = {part.get_bbox_patch() for part in parts if isinstance(part, Text)}
    return parts | {ground for ground in grounds if ground is not None}


# What lies above something that moves and does not hide it is drawn at every frame: points on
# residuals and on probabilities, a name at its point, the title that touches maps of hidden units,
# the edges of a map and its star. So are names in a box that is placed only when it is drawn.
ABOVE = {
    "bowl-in_three_dimensions": 1,
    "classes-penguins": 8,
    "classes-spirals": 8,
    "four_basins-momentum": 5,
    "four_basins-newton": 5,
    "four_basins-scene": 5,
    "frequency_sweep": 4,
    "heart-two_features": 6,
    "inside_optimizers-adam": 5,
    "inside_optimizers-momentum": 4,
    "lecture": 1,
    "residuals": 1,
}
# matplotlib 3.10 sets texts elsewhere, where one more may touch what moves.
ELSEWHERE = 0 if matplotlib.__version__.startswith("3.11.") else 1


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.file_name)
def test_every_scene_draws_what_does_not_move_once(scene: SceneFunction) -> None:
    """Axes, ticks, points and titles are drawn for the first frame; later, insets' edges alone."""
    shown, runs = made(scene)
    film = replace(shown, size=(640, 360)).film(runs)
    moving, frames = moving_parts(film), [len(film) // 3, len(film) // 2, len(film) - 1]
    drawn = drawn_of(film, frames)
    assert moving & {*drawn}
    still = [one for one in drawn if one not in moving and not isinstance(one, CardPatch)]
    most = ABOVE.get(scene.file_name, 0) + ELSEWHERE
    assert len(still) <= len(frames) * most, {*still}


@pytest.mark.parametrize("case", VIEWS, ids=str)
def test_every_view(case: ViewCase) -> None:
    problem = next(
        problem for problem in (LINE, CLASSES, NETWORK, PLANE_NETWORK) if case.made_for(problem)
    )
    shown = line(problem=problem, start=None, panels={"only": case.view})
    runs = shown.runs()
    for theme, size in looks(VIEWS.index(case)):
        assert_same_frames(replace(shown, theme=theme, size=size).film(runs))


def line(**changes: Any) -> Scene:
    problem = Problem(datasets.linear(points=20), Linear())
    scene = Scene(problem, GradientDescent(0.02), (0, 5), steps=25, size=(640, 360), title="Line")
    return changed(scene, **changes)


def always_set(scene: Scene, runs: Mapping[str, Run] | None = None) -> Film:
    """Its film, whose panels are set anew at every frame, whatever they see."""
    with mock.patch.object(Film, "_as_seen", lambda film, view, update: update):
        return scene.film(runs)


def assert_looks_as_it_sees(
    scene: Scene, runs: Mapping[str, Run] | None = None, pairs: int = 3
) -> int:
    """Frames in which the views see the same, spread over the film, are the same beside the header,
    though the panels have been set to others in between; how many there are.
    """
    film = always_set(replace(scene, size=(333, 211)), runs)
    for text in film.figure.texts:
        text.set_visible(False)
    views = film.panels.values()
    seen = [[view.frame_key(film.clip, frame) for view in views] for frame in range(len(film))]
    same = [frame for frame in range(1, len(film)) if seen[frame] == seen[frame - 1]]
    for at in np.unique(np.linspace(0, len(same) - 1, pairs).astype(int)) if same else ():
        one = whole(film, same[at] - 1)
        film.show(0 if seen[same[at]] != seen[0] else len(film) - 1)
        np.testing.assert_array_equal(one, whole(film, same[at]))
    return len(same)


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.file_name)
def test_what_every_scene_sees(scene: SceneFunction) -> None:
    assert_looks_as_it_sees(*made(scene))


@pytest.mark.parametrize("case", VIEWS, ids=str)
def test_what_every_view_sees(case: ViewCase) -> None:
    problem = next(
        problem for problem in (LINE, CLASSES, NETWORK, PLANE_NETWORK) if case.made_for(problem)
    )
    scene = line(problem=problem, start=None, panels={"only": case.view})
    assert assert_looks_as_it_sees(scene) or str(case) == "surface, turning"


def test_frames_in_a_row_that_look_the_same_are_drawn_once() -> None:
    # The trail fades, captions come and go, steps last for some frames.
    scene = line(pace=Even(4), size=(320, 180))
    runs = scene.runs()
    film, other = scene.film(runs), always_set(scene, runs)
    draw = mock.patch.object(Compositor, "draw", autospec=True, side_effect=Compositor.draw)
    with plain_style(film.clip.theme), film.canvas.settled(film.show(0)), draw as drawn:
        frames = [bytes(film.draw(frame)) for frame in range(len(film))]
    expected = [whole(other, frame).tobytes() for frame in range(len(film))]
    assert frames == expected
    different = 1 + sum(one != other for one, other in pairwise(expected))
    assert different <= drawn.call_count < 0.8 * len(film)


class Clock(View):
    """A user's view, which says nothing of what it sees."""

    def draw(self, ax: Axes, clip: Clip) -> Update:
        words = ax.text(0.5, 0.5, "", gid="clock")

        def update(frame: int) -> list[Artist]:
            words.set_text(f"{frame}")
            return [words]

        return update


def test_a_view_that_does_not_say_what_it_sees_is_set_at_every_frame() -> None:
    panels = {
        "fit": Fit(),
        "own": Fit(inset=Clock()),
        "clock": Inset(LossCurve(), Clock()),
        "each": Each(Clock()),
    }
    film = line(steps=2, panels=panels, size=(640, 360)).film()
    for frame in (0, 1, 2, 9, 3):
        film.show(frame)
        texts = [one for one in film.figure.findobj(Text) if isinstance(one, Text)]
        clocks = [text.get_text() for text in texts if text.get_gid() == "clock"]
        assert clocks == 3 * [f"{frame}"]


class Named(View):
    """A user's view of one run, which sees nothing but its name."""

    def draw(self, ax: Axes, clip: Clip) -> Update:
        (label,) = clip.drawn_runs
        ax.set_title(label)
        return lambda frame: []

    def frame_key(self, clip: Clip, frame: int) -> Hashable:
        (label,) = clip.drawn_runs
        return label


def test_each_sees_every_run_and_says_how_it_goes() -> None:
    runs = {"one": (0, 5), "two": (1, 5)}
    film = line(steps=2, start=runs, panels={"each": Each(Named())}, size=(640, 360)).film()
    said = set()
    for frame in range(0, len(film), 10):
        film.show(frame)
        said.add(tuple(text.get_text() for ax in film.figure.axes for text in ax.texts))
    assert len(said) == 3, "a verdict for each step"


def test_a_figure_of_another_size_is_set_anew() -> None:
    words = "{step}: words that have to be broken in a narrow frame, and not in a wide one"
    film = line(steps=2, panels={"words": Sentence(words)}, size=(1280, 720)).film()
    film.draw(0)
    (text,) = film.figure.axes[0].texts
    wide = text.get_text()
    film.figure.set_size_inches(5, 5)
    film.draw(0)
    assert text.get_text().count("\n") > wide.count("\n")


class Lamp(View):
    """A user's view, whose change matplotlib takes no notice of."""

    def draw(self, ax: Axes, clip: Clip) -> Update:
        words = ax.text(0.5, 0.5, "on")

        def update(frame: int) -> list[Artist]:
            words.set_bbox({"facecolor": "red" if frame % 2 else "blue"})
            return [words]

        return update


def test_a_change_that_makes_nothing_stale_is_drawn() -> None:
    film = line(steps=2, panels={"lamp": Lamp()}).film()
    with plain_style(film.clip.theme), film.canvas.settled(film.show(0)):
        one, other = (bytes(film.draw(frame)) for frame in (0, 1))
        assert bytes(film.draw(0)) == one != other


def test_the_first_picture_is_drawn_though_nothing_changes() -> None:
    figure = Figure(figsize=(4, 3))
    canvas = FrameCanvas(figure)
    words = figure.text(0.1, 0.1, "words")
    figure.text(0.1, 0.9, "above", zorder=9)
    with canvas.settled([words]):
        first = np.array(canvas.picture())
    np.testing.assert_array_equal(first, np.array(canvas.picture()))


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (1080, 1080)])
def test_large_frames(size: tuple[int, int]) -> None:
    assert_same_frames(line(size=size).film())


@pytest.mark.parametrize(
    ("panels", "theme"),
    [
        ({"fit": Fit(), "loss": LossCurve()}, LIGHT),
        ({"loss": LossCurve(), "fit": Fit(inset=None)}, DARK),
        ({"one": Fit(trail=0), "other": Fit(inset=Fit(inset=None))}, PROJECTOR),
    ],
    ids=["fit loss", "loss fit", "one other"],
)
def test_several_panels(panels: dict[str, Any], theme: Theme) -> None:
    assert_same_frames(line(panels=panels, theme=theme).film())
    assert_same_frames(line(panels=panels, theme=theme, layout=f"{'; '.join(panels)}").film())


@pytest.mark.parametrize(
    ("panels", "kinds"),
    [
        ({"fit": Fit()}, [PixelCopy, CardPatch, PixelCopy]),
        ({"fit": Fit(inset=None), "loss": LossCurve()}, [PixelCopy]),
    ],
    ids=["inset", "panels"],
)
def test_what_is_drawn_at_every_frame(panels: dict[str, Any], kinds: list[type]) -> None:
    """What moves, and of the rest the card's edge alone: no grid, no tick, no point, no title."""
    film = line(panels=panels, size=(1280, 720)).film()
    moving = film.show(0)
    with plain_style(film.clip.theme):
        layers = Compositor(film.canvas, moving)
    drawn = [step.text if isinstance(step, MovingText) else step for step in layers.steps]
    assert {id(artist) for artist in moving} <= {id(artist) for artist in drawn}
    assert [type(step) for step in drawn if step not in moving] == kinds


def test_names_at_lines_do_not_have_the_next_panel_drawn() -> None:
    """They walk up and down beside their panel, on a ground, which no other panel comes near."""
    panels = {"loss": LossCurve(), "fit": Fit(inset=None)}
    film = line(start={"one": (0, 5), "two": (1, 5)}, panels=panels, size=(1280, 720)).film()
    with plain_style(film.clip.theme), film.canvas.settled(moving := film.show(0)):
        film.draw(20)
        assert film.canvas._compositor is not None
        steps = film.canvas._compositor.steps
        names = [step.text.get_text() for step in steps if isinstance(step, MovingText)]
        still = [step for step in steps if not isinstance(step, MovingText) and step not in moving]
    assert {"one", "two"} <= set(names)
    assert [type(step) for step in still] == [PixelCopy]


def test_the_canvas_forgets_its_layers() -> None:
    film = line().film()
    before = whole(film, 9)
    with plain_style(film.clip.theme), film.canvas.settled(film.show(0)):
        film.draw(3)
    film.figure.texts[0].set_text("Another title")
    assert not np.array_equal(film.draw(9), before)


def blur(image: NDArray[np.float64], dpi: float) -> tuple[NDArray[np.float64], int, int]:
    """An agg_filter: shifted to the right, and half as dark."""
    faint = image.copy()
    faint[..., 3] *= 0.5
    return faint, 60, 0


Build = Callable[[Figure], tuple[Sequence[Artist], Callable[[int], object]]]


def over_and_under(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    """Still artists between and above two lines: faint, opaque, clipped to a circle, far away."""
    ax = figure.add_subplot(xlim=(0, 10), ylim=(0, 10))
    (low,) = ax.plot([], [], lw=9, zorder=2)
    (high,) = ax.plot([], [], lw=9, zorder=6)
    ax.add_patch(Rectangle((1, 1), 5, 5, color="pink", alpha=0.4, zorder=3))
    ax.add_patch(Rectangle((4, 4), 5, 5, color="green", zorder=4))
    ax.text(5, 5, "on the green", zorder=5)
    ax.imshow([[0, 1], [2, 3]], extent=(0, 3, 0, 3), zorder=5, alpha=0.5, aspect="auto")
    clipped = ax.scatter([5], [5], s=4000, zorder=7)
    clipped.set_clip_path(Circle((5, 5), 1, transform=ax.transData))
    ax.plot([0, 10], [8, 2], zorder=8, label="a legend above")
    ax.legend(loc="upper left")
    ax.set_title("a title")

    def update(frame: int) -> None:
        low.set_data([0, 10], [frame, 10 - frame])
        high.set_data([frame, 10 - frame], [0, 10])

    return [low, high], update


def out_of_the_clip_box(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    """What is drawn outside of the clip box: filtered, pointed at, not clipped; texts over it."""
    left, right = figure.subplots(1, 2)
    (line,) = left.plot([0, 1], [0, 1], lw=20)
    line.set_agg_filter(blur)
    right.plot([0, 1], lw=8)[0].set_agg_filter(blur)
    right.patch.set_alpha(0.5)
    note = right.annotate("a note", (0.5, 1.1), (0.5, 0.5), arrowprops={"lw": 5}, clip_on=True)
    (free,) = right.plot([0.1, 0.1], [0, 2], lw=9, clip_on=False)
    right.set(xlim=(0, 1), ylim=(0, 1), title="near the arrow", autoscale_on=False)
    right.xaxis.tick_top()

    def update(frame: int) -> None:
        line.set_ydata([0.1 * frame, 1])
        note.xy = (0.3 + 0.05 * frame, 1.1)
        free.set_xdata([0.05 * frame, 0.1])

    return [line, note, free], update


def hidden_and_animated(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    """What matplotlib does not draw is not drawn: animated, hidden, without a frame."""
    figure.set_facecolor("wheat")
    axes = figure.subplots(2, 2).ravel()
    lines = [ax.plot([0, 1], lw=5)[0] for ax in axes]
    axes[0].set_visible(False)
    axes[1].axis("off")
    axes[2].set_frame_on(False)
    axes[3].plot([1, 0], animated=True)
    axes[3].plot([1, 0.5], lw=9)[0].set_visible(False)
    axes[3].spines["top"].set_zorder(9)
    lines[3].set_clip_on(False)

    def update(frame: int) -> None:
        for line in lines:
            line.set_ydata([0.1 * frame, 1.2])
        lines[2].set_visible(frame % 2 == 0)

    return lines, update


def whole_axes_move(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    """Axes that draw in their own way, that rasterize, an axis that moves, a twin, an inset."""
    polar = figure.add_subplot(221, projection="polar")
    (one,) = polar.plot([0, 1, 2], [1, 1, 1])
    cube = figure.add_subplot(222, projection="3d")
    (two,) = cube.plot([0, 1], [0, 1], [0, 1])
    ax = figure.add_subplot(223)
    ax.set_rasterization_zorder(2.5)
    ax.spines["left"].set_zorder(1)
    (three,) = ax.plot([0, 1])
    twin = ax.twinx()
    twin.plot([1, 0])
    last = figure.add_subplot(224, facecolor="none")
    inset = last.inset_axes((0.5, 0.5, 0.6, 0.6))
    (four,) = inset.plot([0, 1])
    own = figure.add_axes((0.4, 0.4, 0.2, 0.2))

    def update(frame: int) -> None:
        one.set_ydata([1, 0.1 * frame, 1])
        two.set_data([0, 0.1 * frame], [0, 1])
        three.set_ydata([0.1 * frame, 0])
        four.set_ydata([0.1 * frame, 1])
        last.set_xlim(0, 1 + frame)
        own.set_ylim(0, 1 + frame)

    return [one, two, three, four, last.xaxis, own], update


def texts_come_and_go(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    """Texts that change, stay, fade, hide, and walk over each other and under what is still."""
    left, right = figure.subplots(1, 2)
    (line,) = left.plot([0, 1], [0, 1], lw=20)
    under = left.text(0.2, 0.2, "on the line", size=9)
    walks = left.text(0, 0.9, "walks", size=14, bbox={"facecolor": "pink", "alpha": 0.5})
    right.text(0.1, 0.5, "still, above", zorder=9, transform=right.transAxes)
    header = figure.text(0.1, 0.95, "0")
    second = figure.text(0.1, 0.94, "over it: $\\hat{y}$", rotation=3)
    stays = figure.text(0.6, 0.95, "stays", alpha=0.5)

    def update(frame: int) -> None:
        line.set_ydata([0.1 * frame, 1])
        walks.set_position((0.3 * frame, 0.5))
        header.set_text("" if frame == 9 else f"{frame // 2}")
        second.set_alpha(min(1.0, 0.2 * frame))
        second.set_visible(frame != 3)
        stays.set_color("blue" if frame == 5 else "red")

    return [line, under, walks, header, second, stays], update


def beside_a_still_text(figure: Figure, **look: Any) -> tuple[Text, Callable[[int], object]]:
    """A text of such a look, that reaches out of its box and over a still one."""
    text = figure.text(0.1, 0.5, "on", size=20, zorder=1, **look)
    figure.text(0.3, 0.5, "still", size=20, zorder=2, color="red")

    def update(frame: int) -> None:
        text.set_text(f"on {frame}")

    return text, update


def on_an_arrow(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    text, update = beside_a_still_text(figure, bbox={"boxstyle": "rarrow", "pad": 1.2})
    return [text], update


def filtered(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    text, update = beside_a_still_text(figure)
    text.set_agg_filter(blur)  # type: ignore[arg-type]  # what Agg hands over
    return [text], update


def with_a_shadow(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    shadow = withSimplePatchShadow((60, 0))
    text, update = beside_a_still_text(figure, bbox={}, path_effects=[shadow])
    return [text], update


def rotated_on_a_card(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    """A corner of the card lies further out than the letters' box and the card's padding."""
    card = {"boxstyle": "square,pad=2"}
    text = figure.text(0.5, 0.5, "on", size=20, rotation=45, ha="center", va="center", bbox=card)
    figure.text(0.5, 0.88, "still", size=10, zorder=9, ha="center", color="red")
    return [text], lambda frame: text.set_text("on" if frame % 2 else "off")


def on_a_card_that_changes(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    """matplotlib tells nobody of a new card, or of one of another colour; a text lies over it."""
    text = figure.text(0.1, 0.5, "on", size=20, bbox={})
    other = figure.text(0.1, 0.5, "it", size=20, color="red", zorder=9)
    late = figure.text(0.5, 0.5, "late", size=20)
    figure.text(0.7, 0.5, "still", zorder=9, color="red")

    def update(frame: int) -> None:
        card = text.get_bbox_patch()
        assert card is not None
        card.set_facecolor((0.1 * frame, 0, 0))
        late.set_bbox({"boxstyle": "rarrow,pad=1.5"} if frame in (4, 8) else None)

    return [text, other, late], update


def on_faint_paper(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    figure.patch.set_alpha(0.3)
    text = figure.text(0.1, 0.5, "faint", alpha=0.5)
    return [text], lambda frame: text.set_text(f"{frame // 2}")


def the_paper_moves(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    figure.subplots().plot([0, 1])
    return [figure.patch], lambda frame: figure.set_facecolor((0.1 * frame, 0, 0))


def nothing_moves(figure: Figure) -> tuple[Sequence[Artist], Callable[[int], object]]:
    figure.subplots().plot([0, 1])
    return [], lambda frame: None


@pytest.mark.parametrize(
    "build",
    [
        over_and_under,
        out_of_the_clip_box,
        hidden_and_animated,
        whole_axes_move,
        texts_come_and_go,
        on_an_arrow,
        filtered,
        with_a_shadow,
        rotated_on_a_card,
        on_a_card_that_changes,
        on_faint_paper,
        the_paper_moves,
        nothing_moves,
    ],
    ids=lambda build: build.__name__,
)
def test_any_figure(build: Build) -> None:
    figure = Figure(figsize=(4.01, 3.01), dpi=97)
    canvas = FrameCanvas(figure)
    moving, update = build(figure)
    update(0)
    layers = Compositor(canvas, moving)
    for frame in (3, 0, 9, 4, 4, 4, 5, 4, 2, 2, 8, 8, 8, 6, 6, 6, 8):
        update(frame)
        layers.draw()
        composed = np.array(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        canvas.draw()  # type: ignore[no-untyped-call]
        drawn = np.array(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        np.testing.assert_array_equal(composed, drawn)


def test_a_text_that_stays_is_drawn_once() -> None:
    figure = Figure(figsize=(4, 3))
    canvas = FrameCanvas(figure)
    stays, changes = figure.text(0.1, 0.9, "stays"), figure.text(0.1, 0.1, "0")
    with canvas.settled([stays, changes]):
        drawn = [mock.patch.object(text, "draw", wraps=text.draw) for text in (stays, changes)]
        with drawn[0] as still, drawn[1] as lively:
            for frame in range(9):
                changes.set_text(f"{frame}")
                stays.set_text("stays")
                canvas.picture()
    assert (still.call_count, lively.call_count) == (1, 9)


@pytest.mark.parametrize("size", [5, 13, 37])
@pytest.mark.parametrize("words", ["fj", "ÅŷQg", r"$\hat{W}_2\,f$", r"$\sum_{i}^n x_i^2$"])
def test_the_ink_of_a_text_is_in_its_box(words: str, size: int) -> None:
    figure = Figure(figsize=(9, 4), dpi=72)
    canvas = FrameCanvas(figure)
    text = figure.text(0.3013, 0.5007, words, size=size, style="italic", weight="bold")
    layers = Compositor(canvas, [text])
    layers.draw()
    pixels = np.array(canvas.buffer_rgba())[..., 0]  # type: ignore[no-untyped-call]
    (box,) = (one.box for one in layers.steps if isinstance(one, MovingText))
    assert box is not None
    pixels[box.top : box.bottom, box.left : box.right] = 255
    assert (pixels == 255).all()


@pytest.mark.parametrize(
    ("other", "meets"),
    [
        (Box(0, 0, 5, 5), True),
        (Box(9, 9, 10, 10), True),
        (Box(0, 0, 2, 9), False),
        (Box(10, 3, 12, 9), False),
        (Box(3, 0, 9, 3), False),
        (Box(3, 10, 9, 12), False),
    ],
)
def test_boxes_meet_when_they_share_a_pixel(other: Box, meets: bool) -> None:
    box = Box(2, 3, 10, 10)
    assert box.meets(other) is meets
    assert other.meets(box) is meets
