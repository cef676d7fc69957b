"""The view of the loss over one parameter, with a ball that rolls down it.

Over 300 lines with the documentation; it has one class for where the ball is, and one function for
each thing drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from numpy.typing import ArrayLike

from gdanim.core.arrays import Floats, Ints, between, check_int, check_interval, check_params
from gdanim.errors import GdanimError
from gdanim.views._drawing import axes, marks
from gdanim.views._drawing.axes import LARGEST
from gdanim.views._drawing.bands import mix_colours
from gdanim.views._drawing.data_axes import descent_name
from gdanim.views._drawing.loss_surface import (
    SAMPLED_STEPS,
    LossSurface,
    Parameter,
    Slice,
    along,
    axis_limits,
    common_loss_surface,
    number_of,
    pulled_in,
    runs_sharing_objective,
    window_of,
)
from gdanim.views._drawing.samples import sampled_steps
from gdanim.views.base import Clip, StepView, Update, chain_updates
from gdanim.views.theme import Theme

# Points of a curve that is drawn once, and the fewest and most of one drawn at every frame.
_STILL, _MOVING = 801, (61, 301)
# How many floats the curve may take to compute at every frame.
_BUDGET = 1e5
# How far the tangent reaches on either side of the ball, as a part of the panel.
_TANGENT = 0.2


@dataclass(frozen=True)
class LossSlice(StepView):
    """The loss over one parameter as a curve, with a ball at the run's place on it.

    The ball has its tangent, and a level arrow as long as the step to come; a dotted line leads
    from the arrow's tip to where the step lands on the curve. The limits are fixed for the whole
    video, and chosen for the start, the path and the minimum.

    Parameters
    ----------
    parameter : str or int, optional
        The parameter by name or number; by default the first.
    fixed : (P,) array_like, optional
        The values of the other parameters, so that the curve stays; the value for `parameter`
        itself is not used. By default they have their values at the frame's step, so that the curve
        moves.
    range : pair of float, optional
        The limits of the parameter's axis, the lower number first, in units of the parameter.
    trail : int, default 12
        The number of dots that fade behind the ball, where it was in earlier frames, at least 0.

    Raises
    ------
    GdanimError
        If `range` or `trail` is not valid; when drawn for a parameter that the objective does not
        have, for runs of different objectives, or for several runs without `fixed` where the
        objective has other parameters.

    See Also
    --------
    Contour, Surface : The loss over two parameters.

    Examples
    --------
    >>> from gdanim import GradientDescent, Scene, objectives, views
    >>> panels = {"ball": views.LossSlice("x", fixed=(0, 0))}
    >>> scene = Scene(objectives.bowl(), GradientDescent(0.05), steps=20, panels=panels)
    >>> panels["ball"].describe(scene.clip(scene.runs()))
    'the loss over x, with a ball that rolls down it'
    """

    parameter: Parameter | None = None
    fixed: ArrayLike | None = None
    range: tuple[float, float] | None = None
    trail: int = 12

    def __post_init__(self) -> None:
        check_int("LossSlice: trail", self.trail)
        if self.range is not None:
            check_interval("LossSlice: range", self.range)

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw curve, dots, tangent, arrow and ball, from back to front."""
        surface = common_loss_surface("LossSlice", clip)
        line = self._slice(surface)
        if line.base is None and len(clip.drawn_runs) > 1:
            raise GdanimError(
                f"LossSlice: {len(clip.drawn_runs)} runs ({', '.join(clip.drawn_runs)}) have a "
                f"curve each over {line.names[0]}; give `fixed`, or show each with views.Each(...)"
            )
        track = _Track(clip, surface, line)
        axes.style_axes(ax, clip.theme, 5)
        name = descent_name(surface.objective, line.names[0])
        axes.label_axes(ax, clip.theme, name, title=_title(surface, line))
        ax.set_xlim(*(self.range or track.x_limits()))
        ax.set_ylim(*track.y_limits(np.linspace(*ax.get_xlim(), _MOVING[0])))
        movers = [_draw_curve(ax, clip, track)]
        movers += [_draw_ball(ax, clip, label, track, self.trail) for label in clip.drawn_runs]
        if len(clip.drawn_runs) > 1:
            marks.run_legend(
                ax, clip, [track.visited(label) for label in clip.drawn_runs] + [_outline(ax)]
            )
        return chain_updates(movers)

    def describe(self, clip: Clip) -> str:
        """Name the parameter."""
        names = next(iter(clip.drawn_runs.values())).problem.names
        number = number_of("LossSlice", 0 if self.parameter is None else self.parameter, names)
        return f"the loss over {names[number]}, with a ball that rolls down it"

    def _slice(self, surface: LossSurface) -> Slice:
        names = surface.objective.names
        number = number_of("LossSlice", 0 if self.parameter is None else self.parameter, names)
        if self.fixed is None:
            return along(names, [number])
        return along(names, [number], check_params("LossSlice: fixed", self.fixed, names))


def _title(surface: LossSurface, line: Slice) -> str:
    """Return the name of the loss, and say where the other parameters are."""
    name = f"loss ({surface.objective.loss_symbol}{surface.sample})"
    others = [other for other in surface.objective.names if other not in line.names]
    if not others:
        return name
    if line.base is None:
        rest = " and ".join(others) if len(others) < 3 else f"the other {len(others)}"
        return f"{name}, {rest} as of this step"
    return f"{name}, the other{'s' * (len(others) > 1)} fixed"


@dataclass(frozen=True, eq=False)
class _Track:
    """Where the runs are on a slice of one parameter, and how high."""

    clip: Clip
    surface: LossSurface
    line: Slice

    def at(self, label: str) -> Floats:
        """Return the parameter at every step, `[S+1]`."""
        return np.asarray(
            self.line.coordinates(runs_sharing_objective(self.clip)[label].params)[:, 0]
        )

    def curve(self, x: Floats, through: Floats) -> Floats:
        """`(g),(p)->(g)`: the loss at each x, the other parameters as the slice has them."""
        points = self.line.points(x[..., np.newaxis], through[..., np.newaxis, :])
        return self.surface.loss(points)

    def slope(self, x: float, through: Floats) -> float:
        """Return the curve's derivative."""
        point = self.line.points(np.array([x]), through)
        return float((self.surface.gradient(point) @ self.line.directions.T)[0])

    def visited(self, label: str) -> Floats:
        """Return the places of the ball in some of the frames, `[K, 2]`."""
        steps = sampled_steps(self.clip.steps(label), SAMPLED_STEPS)
        return np.column_stack([self.at(label)[steps], self.heights(label, steps)])

    def place(self, label: str, position: float) -> Floats:
        """Return where the ball is at a position in steps, `[2]`."""
        if position == int(position):
            step = int(position)
            return np.array([self.at(label)[step], self.heights(label, np.array([step]))[0]])
        params = between(self.clip.runs[label].params, position)
        across = self.line.coordinates(params)
        through = params if self.line.base is None else self.clip.runs[label].params[0]
        return np.array([across[0], self.curve(across, through)[0]])

    def heights(self, label: str, steps: Ints) -> Floats:
        """Return how high the ball is at each of `steps [K]`."""
        run = self.clip.limit_runs[label]
        if self.line.base is None and not self.surface.sample:
            return np.asarray(run.losses[steps])
        if self.line.base is None:
            return self.surface.loss(run.params[steps])
        return self.curve(self.at(label)[steps], run.params[0])

    def x_limits(self) -> tuple[float, float]:
        """Return limits that reach from the starts to the minima and beyond."""
        runs = runs_sharing_objective(self.clip)
        places = [self.at(label) for label in runs]
        best = self.line.coordinates(self.surface.optima)[:, 0]
        if not best.size:
            lowest = [int(run.losses.argmin()) for run in runs.values()]
            best = np.array([place[step] for place, step in zip(places, lowest, strict=True)])
        return axis_limits(places, best, window_of(self.surface, self.line, 0))

    def y_limits(self, x: Floats) -> tuple[float, float]:
        """Return limits for the ball between the ends of `x`, and some of the curve above.

        The panel is at most half as high again as what the ball visits.
        """
        curves, seen = [], []
        for label, run in runs_sharing_objective(self.clip).items():
            steps = sampled_steps(self.clip.steps(label), SAMPLED_STEPS)
            through = run.params[steps if self.line.base is None else steps[:1]]
            curves.append(self.curve(x, through).ravel())
            inside = (self.at(label)[steps] >= x[0]) & (self.at(label)[steps] <= x[-1])
            seen.append(self.heights(label, steps[inside]))
        curve, visited = _ordinary(np.concatenate(curves)), _ordinary(np.concatenate(seen))
        low = min(curve.min(initial=LARGEST), visited.min(initial=LARGEST))
        high = visited.max(initial=low)
        reach = curve.max(initial=high)
        height = high - low or reach - low or abs(low) or 1.0
        return low - 0.08 * height, min(low + 1.5 * height, reach) + 0.06 * height


def _ordinary(values: Floats) -> Floats:
    """Return the values that are finite and small enough for the end of an axis."""
    return values[np.abs(values) < LARGEST / 4]


def _draw_curve(ax: Axes, clip: Clip, track: _Track) -> Update:
    """Draw the loss, once or at every frame."""
    theme = clip.theme
    label = next(iter(clip.drawn_runs))
    (line,) = ax.plot(
        [], [], color=theme.prediction, linewidth=theme.line_width, zorder=2, gid="loss"
    )
    low, high = ax.get_ylim()
    reach = 3 * (high - low)
    still = track.line.base is not None
    fewest, most = _MOVING
    count = (
        _STILL if still else int(np.clip(_BUDGET / max(track.surface.workspace, 1), fewest, most))
    )
    x = np.linspace(*ax.get_xlim(), count)

    def update(frame: int) -> list[Artist]:
        losses = track.curve(x, clip.params(label, frame))
        line.set_data(x, np.clip(losses, low - reach, high + reach))
        return [line]

    if still:
        update(0)
        return lambda frame: []
    return update


def _draw_ball(ax: Axes, clip: Clip, label: str, track: _Track, trail: int) -> Update:
    """Draw one run's ball, the dots behind it, its tangent, and the step to come."""
    run, theme, x = clip.runs[label], clip.theme, track.at(label)
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    low, high = np.array([left, bottom]), np.array([right, top])
    front = clip.colour(label, theme.loss)
    shown = np.unique(clip.steps(label))
    steps = shown[np.unique(np.flatnonzero(np.diff(x[shown], prepend=np.nan) != 0))]
    dots = pulled_in(np.column_stack([x[steps], track.heights(label, steps)]), low, high)
    behind = _fading_dots(ax, theme, front, trail)
    (tangent,) = ax.plot(
        [], [], color=theme.ink, linewidth=0.5 * theme.line_width, zorder=4, gid="tangent"
    )
    (drop,) = ax.plot(
        [], [], ":", color=front, linewidth=0.45 * theme.line_width, zorder=4, gid="drop"
    )
    arrow, ball = marks.arrow(ax, theme, front), marks.ball(ax, theme, front)
    outside = marks.EdgeMark(ax, theme, front)

    def update(frame: int) -> list[Artist]:
        step, params = clip.step(label, frame), clip.params(label, frame)
        here = track.place(label, clip.position(label, frame))
        slope = track.slope(here[0], params)
        tangent.set_data(*_tangent_ends(here, slope, low, high).T)
        known = int(np.searchsorted(steps, clip.position(label, frame)))
        last = dots[max(0, known - trail) : known]
        behind.set_offsets(np.concatenate([np.full((trail - len(last), 2), np.nan), last]))
        ahead = x[min(step + 1, run.steps)]
        tip = np.array([ahead, here[1]])
        landing = np.array([ahead, track.curve(np.array([ahead]), params)[0]])
        marks.place_arrow(arrow, *pulled_in(np.stack([here, tip]), low, high))
        lands = arrow.get_visible() and np.isfinite(landing).all()
        drop.set_data(*(pulled_in(np.stack([tip, landing]), low, high).T if lands else ([], [])))
        ball.set_data(*pulled_in(here[np.newaxis], low, high).T)
        return [behind, tangent, drop, arrow, ball, outside.show(*here)]

    return update


def _fading_dots(ax: Axes, theme: Theme, colour: str, count: int) -> PathCollection:
    """Draw dots that have no places yet, the last ones in full colour."""
    nowhere = np.full(count, np.nan)
    return ax.scatter(
        nowhere,
        nowhere,
        s=theme.point_size**2,
        zorder=3,
        gid="trail",
        edgecolors=theme.paper,
        linewidths=0.8,
        facecolors=[
            mix_colours(colour, theme.paper, 0.1 + 0.5 * k / max(count, 1))
            for k in range(count, 0, -1)
        ],
    )


def _outline(ax: Axes) -> Floats:
    """Return the points of the curve that are in view, `[K, 2]`."""
    points = np.concatenate([np.asarray(line.get_xydata()) for line in ax.get_lines()])
    return points[(points[:, 1] >= ax.get_ylim()[0]) & (points[:, 1] <= ax.get_ylim()[1])]


def _tangent_ends(here: Floats, slope: float, low: Floats, high: Floats) -> Floats:
    """Return the ends `[2, 2]` of a tangent that looks equally long whatever its slope."""
    size = high - low
    if not np.isfinite(slope):
        return np.full((2, 2), np.nan)
    with np.errstate(over="ignore"):
        along_panel = np.array([1.0, np.clip(slope * size[0] / size[1], -1e6, 1e6)])
    offset = _TANGENT * along_panel / np.hypot(*along_panel) * size
    return np.asarray(pulled_in(np.stack([here - offset, here + offset]), low, high))
