"""The view of the loss over two parameters from above."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from matplotlib.axes import Axes

from gdanim.core.arrays import Floats, check_finite
from gdanim.core.words import enumerated
from gdanim.views._drawing import axes, marks
from gdanim.views._drawing.bands import Bands, loss_colours, loss_scale
from gdanim.views._drawing.data_axes import descent_name
from gdanim.views._drawing.loss_plane import (
    Range,
    check_ranges,
    chosen_plane,
    global_optima,
    plane_limits,
    plane_title,
)
from gdanim.views._drawing.loss_surface import (
    EACH_FRAME,
    ONCE,
    LossSurface,
    Parameter,
    Slice,
    common_loss_surface,
    grid_side,
    runs_sharing_objective,
)
from gdanim.views._drawing.plane_path import draw_path
from gdanim.views._drawing.samples import sampled_steps
from gdanim.views.base import Clip, StepView, Update, chain_updates

# The fewest and most points along each axis of the grid that the bands follow, as far as its cost
# allows: of one drawn once, and of one drawn at every frame.
_FINE, _COARSE = (17, 181), (13, 57)
# A map that changes takes its scale of colours from this many frames.
_SAMPLES = 12


@dataclass(frozen=True)
class Contour(StepView):
    """A map of the loss over two parameters, the path on it, and the step to come.

    The limits are fixed for the whole video, and chosen for the start, the path and the minimum. A
    path that leaves the panel is pointed at by a triangle at the edge. A star marks the minimum
    where it is known and the objective has two parameters.

    Parameters
    ----------
    parameters : pair of str or int, or "main", optional
        Two parameters by name or number, from 0. All others have their values at the frame's step
        (of the first run, if there are several), so that the map changes. "main" is the plane
        through the end of the path in the two directions in which the path moves most; the path is
        projected onto it. By default the two parameters there are, or "main" if there are more. The
        title says which it is.
    ranges : pair of pair of float, optional
        The limits of both axes, each the lower number first, in units of the parameters.
    arrow : float, default 1.0
        The length of the arrow in steps: 1 ends where the next step does, 0 draws no arrow.

    Raises
    ------
    GdanimError
        If `ranges` or `arrow` is not valid; when drawn for an objective with one parameter or
        without the given ones, or for runs of different objectives.

    See Also
    --------
    Surface : The same loss as a landscape.
    LossSlice : The loss over one parameter.

    Notes
    -----
    The main directions are the principal components of the recorded parameters, as in Li et al.,
    "Visualizing the loss landscape of neural nets" (2018), https://arxiv.org/abs/1712.09913,
    section 7.

    Examples
    --------
    >>> from gdanim import GradientDescent, Scene, objectives, views
    >>> panels = {"map": views.Contour(ranges=((-2, 2), (-1, 3)), arrow=0)}
    >>> scene = Scene(
    ...     objectives.rosenbrock(), GradientDescent(0.001), start=(-1, 1), steps=50, panels=panels
    ... )
    >>> panels["map"].describe(scene.clip(scene.runs()))
    'a map of the loss over x and y, with the path of the parameters'
    """

    parameters: Sequence[Parameter] | Literal["main"] | None = None
    ranges: tuple[Range, Range] | None = None
    arrow: float = 1.0

    def __post_init__(self) -> None:
        check_finite("Contour: arrow", self.arrow)
        check_ranges("Contour", self.ranges)

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw bands, star, paths, arrows and balls, from back to front."""
        theme, surface = clip.theme, common_loss_surface("Contour", clip)
        runs = runs_sharing_objective(clip)
        plane = chosen_plane("Contour", self.parameters, runs)
        axes.style_axes(ax, theme, 5)
        ax.grid(False)
        across, up = (descent_name(surface.objective, name) for name in plane.names)
        axes.label_axes(ax, theme, across, up, plane_title(surface, plane))
        paths = {label: plane.coordinates(run.params) for label, run in runs.items()}
        low, high = plane_limits(surface, plane, runs, paths, self.ranges)
        ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))
        movers = [_draw_surface(ax, clip, surface, plane)]
        if len(surface.objective.names) == 2:
            marks.star(ax, theme, plane.coordinates(global_optima(surface)))
        for label in clip.drawn_runs:
            movers.append(draw_path(ax, clip, label, paths[label], self.arrow))
        marks.run_legend(ax, clip, [np.clip(paths[label], low, high) for label in clip.drawn_runs])
        return chain_updates(movers)

    def describe(self, clip: Clip) -> str:
        """Name the parameters of the plane."""
        over = enumerated(
            chosen_plane("Contour", self.parameters, runs_sharing_objective(clip)).names
        )
        return f"a map of the loss over {over}, with the path of the parameters"


def _draw_surface(ax: Axes, clip: Clip, surface: LossSurface, plane: Slice) -> Update:
    """Draw the bands, once or at every frame."""
    first, run = next(iter(clip.drawn_runs.items()))
    bands = Bands(ax, loss_colours(clip.theme), clip.theme.paper)
    moves = plane.base is None
    side = (
        grid_side(surface.workspace, EACH_FRAME, _COARSE)
        if moves
        else grid_side(surface.workspace, ONCE, _FINE)
    )
    x, y = np.linspace(*ax.get_xlim(), side), np.linspace(*ax.get_ylim(), side)
    grid = np.stack(np.meshgrid(x, y), axis=-1)

    def losses(params: Floats) -> Floats:
        return surface.loss(plane.points(grid, params))

    if not moves:
        heights = losses(run.params[run.steps])
        lowest = surface.best.loss if surface.best is not None else np.inf
        bands.show(x, y, loss_scale(heights, lowest)(heights))
        return lambda frame: []
    samples = sampled_steps(clip.steps(first), _SAMPLES)
    # Colours are heights above the lowest point in view: the other parameters lift all of it.
    shades = loss_scale(np.stack([_above_lowest(losses(run.params[step])) for step in samples]))
    return lambda frame: bands.show(x, y, shades(_above_lowest(losses(clip.params(first, frame)))))


def _above_lowest(losses: Floats) -> Floats:
    """Return how much higher each loss is than the lowest; infinite where that is infinite."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.nan_to_num(losses - losses.min(), nan=np.inf, posinf=np.inf))
