"""The view of where a descent from every start ends."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from gdanim.core.arrays import Floats, check_int
from gdanim.core.numbers import count, setting
from gdanim.core.words import enumerated
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.grids import grid_points, map_grid
from gdanim.views._drawing import axes, marks
from gdanim.views._drawing.alike import expect_alike
from gdanim.views._drawing.data_axes import descent_name
from gdanim.views._drawing.every_start import Starts, find_basins
from gdanim.views._drawing.loss_plane import Range, check_ranges, plane_limits
from gdanim.views._drawing.loss_surface import (
    LossSurface,
    Parameter,
    Slice,
    along,
    axis_limits,
    common_loss_surface,
    grid_side,
    number_of,
    runs_sharing_objective,
    sampled_objective,
    window_of,
)
from gdanim.views._drawing.plane_path import draw_path
from gdanim.views._drawing.rates import largest_stable_rate, own_rate, round_rates
from gdanim.views._drawing.start_pictures import EndPicture, LossPicture, middles, refined
from gdanim.views._drawing.ticks import FewOf
from gdanim.views.base import Clip, StepView, Update, chain_updates

Colour = Literal["end", "steps", "loss"]
# The name that stands for the learning rate among the parameters.
RATE = "learning rate"
# The floats that all descents of a map of losses may take, and the fewest starts a side.
_BUDGET, _FEWEST = 2e8, 16
# A map of ends is refined from at most so many cells a side, as far as a refinement takes no more
# floats than these; a map of losses has at most so many starts a side.
_COARSE, _AT_ONCE, _SIDE = 48, 3e7, 97
# How far the axis of learning rates reaches below the run's own, above it, and above the largest
# stable one.
_BELOW, _ABOVE, _ABOVE_STABLE = 30.0, 30.0, 1.5


@dataclass(frozen=True)
class Basins(StepView):
    """A map of all starts, coloured by where a descent from each ends, with the run's path.

    Each start gets its colour at the step at which its descent arrives, so that the colours spread
    from the minima; the longer the way, the paler. Starts from which a descent diverges, or is
    still on its way at the last step, stay without colour.

    Parameters
    ----------
    parameters : pair of str or int, optional
        Two parameters by name or number, from 0; or one, and "learning rate". All others start
        where the run does. By default the first two, or the only one and the learning rate.
    colour : {"end", "steps", "loss"}, default "end"
        What the colour of a start tells: the minimum that it leads to, grey for a saddle or a
        maximum; only the number of steps; or the loss that its descent has reached by the frame's
        step, deep where it is low.
    ranges : pair of pair of float, optional
        The limits of both axes, each the lower number first.
    cells : int, default 768
        The number of starts along each side, at least 16. Fewer are used where descents take long;
        most lie between others that end alike, and need no descent. A map of losses has at most 97,
        and is interpolated.

    Raises
    ------
    GdanimError
        If `colour`, `ranges` or `cells` is not valid; when drawn for a run of another loop than
        `descend`, for one without the given parameters, for runs that differ in more than their
        start, or for one so long that it cannot be repeated from enough starts.

    See Also
    --------
    Contour : The loss over the same plane.
    RateSweep : The loss that every learning rate has reached.

    Notes
    -----
    Every start is a descent of its own, with the run's optimizer, steps, mini-batches and noise;
    over 5000 of the points if there are more, which the title says. A descent has arrived when it
    stays within 1.5 % of the panel's sides of its end. The set of all starts that lead to one
    minimum is its basin of attraction [1]_.

    References
    ----------
    .. [1] S. H. Strogatz, "Nonlinear Dynamics and Chaos", 1994, section 6.4.

    Examples
    --------
    >>> from gdanim import GradientDescent, Scene, objectives, views
    >>> panels = {"starts": views.Basins()}
    >>> scene = Scene(
    ...     objectives.himmelblau(), GradientDescent(0.01), start=(0, 0), steps=60, panels=panels
    ... )
    >>> panels["starts"].describe(scene.clip(scene.runs()))
    'a map of all starts over x and y, coloured by where each ends, with the path of the parameters'
    """

    parameters: Sequence[Parameter] | None = None
    colour: Colour = "end"
    ranges: tuple[Range, Range] | None = None
    cells: int = 768

    def __post_init__(self) -> None:
        check_int("Basins: cells", self.cells, least=_FEWEST)
        check_ranges("Basins", self.ranges)
        if self.colour not in get_args(Colour):
            allowed = ", ".join(map(repr, get_args(Colour)))
            raise GdanimError(f"Basins: colour must be one of {allowed}, got {self.colour!r}")

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw the map, marks of where descents end, paths and balls, from back to front."""
        run, theme, surface = _only_kind(clip), clip.theme, common_loss_surface("Basins", clip)
        plane = self._plane(run)
        low, high = self._limits(clip, surface, plane)
        starts = Starts(_of_fewer_points(run), plane, low, high)
        axes.style_axes(ax, theme, 5)
        ax.grid(False)
        names = [descent_name(run.problem, name) for name in plane.names]
        across, up = [*names, RATE][:2]
        axes.label_axes(ax, theme, across, up, self._title(run) + _sample(run, starts.run))
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        if len(names) == 1:
            _mark_rates(ax, clip, run)
        if self.colour == "loss":
            movers = [_draw_losses(ax, clip, starts, surface, self.cells)]
        else:
            movers = [_draw_ends(ax, clip, starts, self.cells, self.colour == "steps")]
        paths = {label: _path(one, plane) for label, one in clip.drawn_runs.items()}
        movers += [draw_path(ax, clip, label, path, 0) for label, path in paths.items()]
        marks.run_legend(ax, clip, [np.clip(path, low, high) for path in paths.values()])
        return chain_updates(movers)

    def describe(self, clip: Clip) -> str:
        """Name the plane and what the colours mean."""
        over = enumerated([*self._plane(_only_kind(clip)).names, RATE][:2])
        told = {
            "end": "where each ends", "steps": "how many steps it takes", "loss": "its loss so far"
        }[self.colour]  # fmt: skip
        path = "the path" if len(clip.drawn_runs) == 1 else "the paths"
        return f"a map of all starts over {over}, coloured by {told}, with {path} of the parameters"

    def _plane(self, run: Run) -> Slice:
        """Return the plane of two parameters, or the line of one if the other axis is the rate."""
        names, given = run.problem.names, self.parameters
        pair = [*range(len(names))][:2] if given is None else given
        if isinstance(pair, str) or (len(pair) != 2 and given is not None):
            raise GdanimError(
                f'Basins: parameters must be two of {", ".join(names)}, or one and "{RATE}", '
                f"got {pair!r}"
            )
        numbers = [number_of("Basins", one, names) for one in pair if one != RATE]
        if len(set(numbers)) < len(numbers) or (pair and pair[0] == RATE):
            raise GdanimError(
                f"Basins: parameters must be two different ones, a parameter first, got {pair!r}"
            )
        return along(names, numbers, run.params[0])

    def _limits(self, clip: Clip, surface: LossSurface, plane: Slice) -> tuple[Floats, Floats]:
        """Return the lowest and highest coordinates, `[2]` each."""
        runs = runs_sharing_objective(clip)
        paths = {label: plane.coordinates(run.params) for label, run in runs.items()}
        if len(plane.names) == 2:
            return plane_limits(surface, plane, runs, paths, self.ranges)
        if self.ranges is not None:
            low, high = np.transpose(self.ranges)
            if not low[1] > 0:
                raise GdanimError(f"Basins: learning rates must be above 0, got {self.ranges[1]}")
            return np.array([low[0], np.log10(low[1])]), np.array([high[0], np.log10(high[1])])
        best = plane.coordinates(surface.optima)[:, 0]
        if not best.size:
            best = np.array([paths[k][int(run.losses.argmin()), 0] for k, run in runs.items()])
        across = axis_limits([p[:, 0] for p in paths.values()], best, window_of(surface, plane, 0))
        own = [own_rate("Basins", run) for run in runs.values()]
        stable = [r for run in runs.values() if (r := largest_stable_rate(run)) is not None]
        top = max([*own, *(_ABOVE_STABLE * rate for rate in stable)])
        top = top if stable else _ABOVE * top
        bottom = min(own + stable) / _BELOW
        return np.array([across[0], np.log10(bottom)]), np.array([across[1], np.log10(top)])

    def _title(self, run: Run) -> str:
        symbol = run.problem.loss_symbol
        return {
            "end": "where every start ends",
            "steps": "steps that every start takes",
            "loss": f"loss ({symbol}) that every start has reached",
        }[self.colour]


def _only_kind(clip: Clip) -> Run:
    """Return one of the runs; GdanimError if they differ in more than their start."""
    run, *others = clip.drawn_runs.values()
    if run.optimizer is None:
        raise GdanimError(
            "Basins: repeats the run from other starts, and this one was recorded from a loop of "
            "your own; show a run of descend"
        )
    same = all(
        other.problem is run.problem and other.optimizer is run.optimizer
        and other.steps == run.steps and (other.batches is None) == (run.batches is None)
        for other in others
    )  # fmt: skip
    expect_alike("Basins", clip, same, "optimizers, losses or lengths")
    return run


def _of_fewer_points(run: Run) -> Run:
    """Return the run with as many of the points as are drawn of a loss surface.

    Mini-batches are of all points.
    """
    if run.batches is not None:
        return run
    return replace(run, problem=sampled_objective(run.problem))


def _sample(run: Run, drawn: Run) -> str:
    """Return what a title says where fewer points are used than there are."""
    if drawn.problem is run.problem:
        return ""
    return f", of {count(drawn.problem.points)} of {count(run.problem.points)} points"


def _path(run: Run, plane: Slice) -> Floats:
    """Return where the run is at every step, `[S+1, 2]`."""
    across = plane.coordinates(run.params)
    if len(plane.names) == 2:
        return across
    rates = np.full_like(across, np.log10(own_rate("Basins", run)))
    return np.concatenate([across, rates], axis=-1)


def _mark_rates(ax: Axes, clip: Clip, run: Run) -> None:
    """Write learning rates on the y axis, whose numbers are their powers of ten."""
    low, high = ax.get_ylim()
    places = np.log10(round_rates(10**low, 10**high)).tolist()
    ax.yaxis.set_major_locator(FewOf(places, 5))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: setting(float(f"{10**value:.3g}"))))


def _side(starts: Starts, most: int) -> int:
    """Return how many starts a side there is time for."""
    side = grid_side(starts.cost, _BUDGET, (1, most))
    if side < _FEWEST:
        raise GdanimError(
            f"Basins: {starts.run.steps:,} steps over {starts.run.problem.points:,} points are too "
            "many to be repeated from every start; show fewer of them"
        )
    return side


def _draw_losses(ax: Axes, clip: Clip, starts: Starts, surface: LossSurface, cells: int) -> Update:
    """Draw the loss from every start at the step."""
    (label, *_), side = clip.drawn_runs, _side(starts, min(cells, _SIDE))
    grid = tuple(map_grid(limits, side) for limits in (ax.get_xlim(), ax.get_ylim()))
    lowest = surface.best.loss if surface.best is not None else np.inf
    picture = LossPicture(ax, clip.theme, starts.losses(grid_points(grid)), lowest)

    def update(frame: int) -> list[Artist]:
        picture.step = clip.step(label, frame)
        return [picture]

    return update


def _draw_ends(ax: Axes, clip: Clip, starts: Starts, cells: int, alike: bool) -> Update:
    """Draw the basins as far as their descents have arrived, and a star at each minimum."""
    theme, (label, *_) = clip.theme, clip.drawn_runs
    times = max(0, math.ceil(math.log2(cells / _COARSE)))
    coarse, length = _side(starts, math.ceil(cells / 2**times)), starts.run.steps + 1
    basins = find_basins(starts, starts.ends(middles(starts.low, starts.high, coarse)))
    codes = refined(
        basins.codes, starts.low, starts.high, coarse, times, int(_AT_ONCE / starts.cost), length
    )
    colours = [theme.prediction] * len(basins.centres)
    if not alike:
        several = [theme.prediction, theme.points, *theme.classes]
        colours = [*several[: basins.minima], *[theme.muted] * len(basins.centres)]
        colours = colours[: len(basins.centres)]
    picture = EndPicture(ax, theme, codes, length, colours)
    if len(starts.plane.directions) == 2:
        places = starts.plane.coordinates(basins.centres[: basins.minima])
        marks.star(ax, theme, places).set_color(theme.ink)

    def update(frame: int) -> list[Artist]:
        picture.step = clip.step(label, frame)
        return [picture]

    return update
