"""The loss over two parameters, seen from above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.core.arrays import Floats, Ints, check_finite, check_interval, floats
from gdanim.core.words import enumerated
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.views._drawing import axes, marks
from gdanim.views._drawing.bands import Bands, blues, scale
from gdanim.views._drawing.loss_surface import (
    EACH_FRAME,
    ONCE,
    Parameter,
    Slice,
    Terrain,
    alike,
    along,
    common_terrain,
    grid_side,
    limits,
    main_plane,
    nearer,
    number_of,
    window_of,
)
from gdanim.views._drawing.trace import vertices
from gdanim.views.base import Clip, StepView, Update, chain_updates

Range = tuple[float, float]
# A grid has between these numbers of points along each axis, as far as its cost allows: one that is
# drawn once, and one at every frame.
FINE, COARSE = (17, 181), (13, 57)
# The surface's scale is taken from this many frames when it changes.
SAMPLES = 12
# A step has a dot where it goes further than this part of the panel, up to so many.
VISIBLE, DOTS = 0.008, 400


@dataclass(frozen=True)
class Contour(StepView):
    """The loss over two parameters in bands of blue, the path on it, and the way down.

    `parameters` are two names or numbers; the other parameters have their values of the frame's
    step (of the first run, where several are shown), so that the surface changes. "main" is the
    plane of the two directions in which the path moves most, through its end; the ball is then
    seen from above, a little off the plane. None takes both parameters where there are two, and
    "main" where there are more. The title says which it is.

    The arrow is the step to come times `arrow`; 0 leaves it out. A star marks the optimum where it
    is known. Limits are fixed for the whole run, from start, path and optimum, unless `ranges`
    gives them (two pairs); a path that leaves has an arrow at the edge. Raises GdanimError for a
    problem of one parameter, for a parameter that it does not have, and for runs of different
    problems.
    """

    parameters: Sequence[Parameter] | Literal["main"] | None = None
    ranges: tuple[Range, Range] | None = None
    arrow: float = 1.0

    def __post_init__(self) -> None:
        check_finite("Contour: arrow", self.arrow)
        check_ranges("Contour", self.ranges)

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Bands, star, paths, arrows, balls, from back to front."""
        theme, terrain = clip.theme, common_terrain("Contour", clip)
        runs = alike(clip)
        plane = chosen_plane("Contour", self.parameters, runs)
        axes.style(ax, theme, 5)
        ax.grid(False)
        axes.label(ax, theme, plane.names[0], plane.names[1], title(terrain, plane))
        paths = {label: plane.coordinates(run.params) for label, run in runs.items()}
        low, high = plane_limits(terrain, plane, runs, paths, self.ranges)
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        movers = [draw_surface(ax, clip, terrain, plane)]
        if len(terrain.landscape.names) == 2:
            marks.star(ax, theme, plane.coordinates(lowest_of(terrain)))
        for label in clip.drawn_runs:
            movers.append(self._draw_run(ax, clip, label, paths[label]))
        marks.key(ax, clip, [np.clip(paths[label], low, high) for label in clip.drawn_runs])
        return chain_updates(movers)

    def _draw_run(self, ax: Axes, clip: Clip, label: str, path: Floats) -> Update:
        """One run's path with dots for steps that can be told apart, its arrow and its ball."""
        run, theme = clip.runs[label], clip.theme
        low, high = np.transpose([ax.get_xlim(), ax.get_ylim()])
        steps = vertices(run.steps, clip.steps(label))
        steps, way = followed(steps, path[steps], low, high)
        dots = dotted_steps(path, low, high)
        stops = nearer(path[dots], low, high)
        colour = clip.colour(label, theme.ink)
        (line,) = ax.plot([], [], color=colour, linewidth=0.7 * theme.line_width, gid="path",
                          zorder=3.5)  # fmt: skip
        (spots,) = ax.plot([], [], "o", color=colour, markersize=0.55 * theme.point_size,
                           markeredgecolor=theme.paper, markeredgewidth=0.7, zorder=4,
                           gid="steps")  # fmt: skip
        front = clip.colour(label, theme.loss)
        ball, outside = marks.ball(ax, theme, front), marks.EdgeMark(ax, theme, front)
        arrow = marks.arrow(ax, theme, front)

        def update(frame: int) -> list[Artist]:
            step = clip.step(label, frame)
            line.set_data(*way[: np.searchsorted(steps, step, side="right")].T)
            spots.set_data(*stops[: np.searchsorted(dots, step, side="right")].T)
            here = path[step]
            ball.set_data(*nearer(here[np.newaxis], low, high).T)
            with np.errstate(over="ignore"):
                ahead = here + self.arrow * (path[min(step + 1, run.steps)] - here)
            marks.point(arrow, *nearer(np.stack([here, ahead]), low, high))
            return [line, spots, arrow, ball, outside.show(*here)]

        return update

    def describe(self, clip: Clip) -> str:
        """Name the parameters of the plane."""
        over = enumerated(chosen_plane("Contour", self.parameters, alike(clip)).names)
        return f"a map of the loss over {over}, with the path of the parameters"


def check_ranges(view: str, ranges: tuple[Range, Range] | None) -> None:
    """GdanimError unless they are None or two pairs, each the lower number first."""
    if ranges is None:
        return
    if floats(f"{view}: ranges", ranges).shape != (2, 2):
        raise GdanimError(f"{view}: ranges must be two pairs, got {ranges!r:.80}")
    for pair in ranges:
        check_interval(f"{view}: ranges", pair)


def chosen_plane(
    view: str, parameters: Sequence[Parameter] | Literal["main"] | None, runs: dict[str, Run]
) -> Slice:
    """The plane that a view shows; GdanimError when there is none."""
    names = next(iter(runs.values())).problem.names
    if len(names) < 2:
        raise GdanimError(
            f"{view}: needs two parameters, this problem has one ({', '.join(names)}); "
            f"views.LossSlice() shows its loss"
        )
    if parameters == "main" or (parameters is None and len(names) > 2):
        return main_plane(runs.values())
    pair = names if parameters is None else parameters
    if isinstance(pair, str) or len(pair) != 2:
        raise GdanimError(
            f'{view}: parameters must be two of {", ".join(names)}, or "main", got {pair!r}'
        )
    numbers = [number_of(view, parameter, names) for parameter in pair]
    if numbers[0] == numbers[1]:
        raise GdanimError(f"{view}: parameters must be two different ones, got {pair!r}")
    return along(names, numbers)


def lowest_of(terrain: Terrain) -> Floats:
    """The optima that are as good as the best `[K, P]`."""
    losses = terrain.loss(terrain.optima)
    best = losses.min(initial=np.inf)
    return np.asarray(terrain.optima[losses <= best + 1e-9 * max(1.0, abs(best))])


def title(terrain: Terrain, plane: Slice) -> str:
    """What surface it is, and where the other parameters are."""
    symbol, names = terrain.landscape.loss_symbol + terrain.sample, terrain.landscape.names
    if plane.base is None:
        others = [name for name in names if name not in plane.names]
        rest = " and ".join(others) if len(others) < 3 else f"the other {len(others)}"
        return f"loss ({symbol}), {rest} as of this step"
    if len(names) > 2:
        return f"loss ({symbol}) in the path's main plane"
    return f"loss surface ({symbol})"


def plane_limits(
    terrain: Terrain,
    plane: Slice,
    runs: dict[str, Run],
    paths: dict[str, Floats],
    ranges: tuple[Range, Range] | None,
) -> tuple[Floats, Floats]:
    """The lowest and the highest coordinates shown, `[2]` each."""
    if ranges is not None:
        low, high = np.transpose(np.array(ranges, dtype=np.float64))
        return low, high
    best = plane.coordinates(terrain.optima)
    if not len(best):
        best = np.stack([paths[label][int(run.losses.argmin())] for label, run in runs.items()])
    pairs = [
        limits([path[:, k] for path in paths.values()], best[:, k], window_of(terrain, plane, k))
        for k in range(2)
    ]
    low, high = np.transpose(pairs)
    return low, high


def draw_surface(ax: Axes, clip: Clip, terrain: Terrain, plane: Slice) -> Update:
    """The bands, still or moving."""
    first, run = next(iter(clip.drawn_runs.items()))
    bands = Bands(ax, blues(clip.theme), clip.theme.paper)
    moves = plane.base is None
    side = (
        grid_side(terrain.workspace, EACH_FRAME, COARSE)
        if moves
        else grid_side(terrain.workspace, ONCE, FINE)
    )
    x, y = np.linspace(*ax.get_xlim(), side), np.linspace(*ax.get_ylim(), side)
    grid = np.stack(np.meshgrid(x, y), axis=-1)

    def losses(step: int) -> Floats:
        return terrain.loss(plane.points(grid, run.params[step]))

    if not moves:
        heights = losses(run.steps)
        lowest = terrain.best.loss if terrain.best is not None else np.inf
        bands.show(x, y, scale(heights, lowest)(heights))
        return lambda frame: []
    shown = np.unique(clip.steps(first))
    samples = shown[np.linspace(0, len(shown) - 1, min(len(shown), SAMPLES)).astype(int)]
    # A colour is a height above the picture's lowest point: the other parameters lift all of it.
    shades = scale(np.stack([above_lowest(losses(step)) for step in samples]))
    return lambda frame: bands.show(x, y, shades(above_lowest(losses(clip.step(first, frame)))))


def above_lowest(losses: Floats) -> Floats:
    """How much higher each is than the lowest; infinite where the lowest is."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nan_to_num(losses - losses.min(), nan=np.inf, posinf=np.inf))


def followed(steps: Ints, path: Floats, low: Floats, high: Floats) -> tuple[Ints, Floats]:
    """Steps and path without the leaps from one place outside the panel to another.

    A row of NaN leaves the gap.
    """
    outside = (np.abs((path - low) / (high - low) - 0.5) > 0.5).any(axis=-1)
    leaps = outside & np.roll(outside, 1)
    leaps[:1] = False
    # A lone point between two gaps is left out: it would draw nothing.
    kept = ~(leaps & np.append(leaps[1:], True))
    steps, path = steps[kept], nearer(path, low, high)[kept]
    gaps = np.flatnonzero(leaps[kept])
    return np.insert(steps, gaps, steps[gaps]), np.insert(path, gaps, np.nan, axis=0)


def dotted_steps(path: Floats, low: Floats, high: Floats) -> Ints:
    """The steps that go far enough to be told apart, and the start."""
    with np.errstate(over="ignore"):
        stride = np.abs(np.diff(path, axis=0) / (high - low)).max(axis=-1, initial=0)
    far = np.flatnonzero(stride > VISIBLE) + 1
    return np.concatenate([[0], far[:DOTS]])
