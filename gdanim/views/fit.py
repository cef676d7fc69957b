"""The view of data and prediction."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgba

from gdanim.core.arrays import Floats, Ints, check_int, check_non_negative
from gdanim.core.words import in_mathtext, with_article
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.grids import curve_grid
from gdanim.problems.problem import Problem
from gdanim.views._drawing import axes, residuals
from gdanim.views._drawing.alike import expect_alike
from gdanim.views._drawing.card import Card, Contents, card_size, draw_inset, emptiest_corner
from gdanim.views._drawing.curve_place import curve_place
from gdanim.views._drawing.data_axes import Units, check_units, name_axes, shown_params
from gdanim.views._drawing.edge_arrow import draw_edge_arrow
from gdanim.views._drawing.end_labels import EndLabels
from gdanim.views._drawing.formula import decimals, with_numbers, with_places
from gdanim.views._drawing.limits import drawable_range
from gdanim.views._drawing.points import draw_points, draw_rings, move_rings
from gdanim.views._drawing.predictions import (
    all_points,
    data_limits,
    fitted_problem,
    labels_sharing_limits,
    lasting,
    predicted,
    sampled_predictions,
    vertex_gap,
)
from gdanim.views._drawing.units import dpi
from gdanim.views.base import Clip, Update, View, chain_updates
from gdanim.views.colours import colour_name
from gdanim.views.loss_curve import LossCurve
from gdanim.views.theme import Theme

# A trail that is nowhere further than this from the curve, in line widths, is hidden by it.
_HIDDEN = 0.1
# How far from a trail's own curve a line between two of its vertices may be, in pixels.
_BEND = 0.1


@dataclass(frozen=True)
class Fit(View):
    """The points, the prediction as a curve, and a trail of where it has been.

    Points of the validation set are hollow, and those of the step's mini-batch have rings; more
    than 5000 points are drawn as their density. The limits are fixed for the whole video: a
    prediction that starts or swings far away leaves the panel rather than shrink the data, and an
    arrow points to where it is.

    Parameters
    ----------
    trail : int, default 6
        The number of earlier predictions that fade behind the current one, at least 0. Several runs
        have names at the ends of their curves and no trails.
    trail_seconds : float, default 1.0
        How far back the trail reaches, in seconds of the video, at least 0.
    inset : View or None, default LossCurve()
        A view in the corner that is emptiest over the whole run; None for no inset.
    residuals : {"lines", "squares"}, optional
        Draws the loss: lines from the points to the prediction, or squares on these. Of more than
        200 points, 200 have them.
    truth : bool, default False
        Whether to draw the curve that generated the data, without noise, as a dashed line.
    numbers : bool, default False
        Whether to write the formula with its current numbers above the panel.
    units : {"measured", "standardised"}, default "measured"
        For standardised data: whether axes and numbers show what was measured, or the numbers of
        the descent.

    Raises
    ------
    GdanimError
        If `trail`, `trail_seconds`, `residuals` or `units` is not valid; when drawn for data with
        more than one feature, an objective without data, runs of different data, or `truth` or
        `numbers` where the data has no known curve or the formula does not name all parameters.

    See Also
    --------
    Boundary : Shows a classifier.
    Weights : Shows the hidden units of a network.

    Examples
    --------
    >>> from gdanim import views
    >>> views.Fit(residuals="squares", inset=None)  # doctest: +NORMALIZE_WHITESPACE
    Fit(trail=6, trail_seconds=1.0, inset=None, residuals='squares', truth=False, numbers=False,
        units='measured')
    """

    trail: int = 6
    trail_seconds: float = 1.0
    inset: View | None = field(default_factory=LossCurve)
    residuals: Literal["lines", "squares"] | None = None
    truth: bool = False
    numbers: bool = False
    units: Units = "measured"

    def __post_init__(self) -> None:
        check_units("Fit", self.units)
        check_int("Fit: trail", self.trail)
        check_non_negative("Fit: trail_seconds", self.trail_seconds)
        if self.residuals not in (None, *residuals.KINDS):
            raise GdanimError(
                f"Fit: residuals must be one of {', '.join(residuals.KINDS)} or None, "
                f"got {self.residuals!r}"
            )

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw residuals, points, true curve, trail, curve, rings and inset, from back to front."""
        theme, problem = clip.theme, _common_problem(clip)
        axes.style_axes(ax, theme)
        data = problem.data
        columns = (data.x_names[0], data.x_units[0]), (data.y_name, data.y_unit)
        name_axes(ax, theme, self.units, axes.TICKS, *columns)
        grid, card = self._frame(ax, clip, problem)
        draw_points(ax, theme, problem.data, problem.validation)
        truth = self._draw_truth(ax, theme, problem, grid)
        movers = [self._draw_run(ax, clip, label, grid) for label in clip.drawn_runs]
        if self.residuals is not None:
            movers += [self._draw_residuals(ax, clip, label) for label in clip.drawn_runs]
        movers += [_draw_batch(ax, clip, label) for label in clip.drawn_runs]
        movers.append(_draw_names(ax, clip, grid[-1:], truth))
        if self.numbers:
            movers.append(_draw_numbers(ax, clip, self.units))
        movers.append(draw_inset(ax, card, self.inset, clip))
        return chain_updates(movers)

    def frame_key(self, clip: Clip, frame: int) -> Hashable:
        """Return the positions of the trail and of the curve, and the inset's key."""
        frames = np.maximum(frame - self._behind(clip, self.trail), 0)
        return tuple(clip.timeline.positions[frames].tolist()), self.inset and self.inset.frame_key(
            clip, frame
        )

    def describe(self, clip: Clip) -> str:
        """Name the points and the curve, with their colours."""
        problem, theme = _common_problem(clip), clip.theme
        shapes = {fitted_problem(run).model.shape_name for run in clip.drawn_runs.values()}
        shape = shapes.pop() if len(shapes) == 1 else "curve"
        if len(clip.drawn_runs) > 1:
            curve = f"the {shape} of each run"
        else:
            colour = f"{colour_name(clip.colour(''))} " if len(clip.runs) == 1 else ""
            curve = with_article(f"{colour}{shape}")
        words = f"{len(problem.data):,} {colour_name(theme.points)} points and {curve}"
        return f"{words}, with {self.inset.describe(clip)} in an inset" if self.inset else words

    def describe_step(self, run: Run, step: int) -> str:
        """Say where the curve is, relative to the points."""
        problem = fitted_problem(run)
        with np.errstate(all="ignore"):
            prediction = problem.model.predict(run.params[step], problem.data.x)
        shape = problem.model.shape_name
        noun = "curve" if "curve" in shape else shape
        return f"with the {noun} {curve_place(prediction, problem.data.y)} the points"

    def _behind(self, clip: Clip, length: int) -> Ints:
        """Return how many frames ago each curve of a trail was the current one, `[length + 1]`.

        The last is the current one.
        """
        gap = self.trail_seconds * clip.timeline.fps / max(length, 1)
        behind: Ints = np.rint(gap * np.arange(length, -1, -1)).astype(np.int64)
        return behind

    def _frame(self, ax: Axes, clip: Clip, problem: Problem) -> tuple[Floats, Card | None]:
        """Fix the limits; return the grid over them and the inset's corner."""
        alike = labels_sharing_limits(clip, problem)
        x, y = all_points([problem, *(fitted_problem(clip.limit_runs[label]) for label in alike)])
        grid = curve_grid(x)
        sampled = {label: sampled_predictions(clip, label, grid) for label in alike}
        predictions = np.concatenate([*sampled.values()])
        among = (grid >= x.min()) & (grid <= x.max())
        last = [lasting(clip, label, curves)[:, among] for label, curves in sampled.items()]
        low, high = data_limits(y, np.concatenate(last), predictions)
        card = None
        if self.inset is not None:
            size = card_size(ax, clip.theme)
            contents = Contents(x, y, grid, predictions, low, high)
            card, low, high = emptiest_corner(contents, size)
        ax.set_xlim(grid[0], grid[-1])
        ax.set_ylim(low, high)
        return grid, card

    def _draw_truth(self, ax: Axes, theme: Theme, problem: Problem, grid: Floats) -> float | None:
        """Draw the curve without noise; return its value at the right end."""
        if not self.truth:
            return None
        if problem.data.truth is None:
            raise GdanimError("Fit: truth: this data has no known curve; remove truth")
        curve = problem.data.truth(grid[:, np.newaxis])
        ax.plot(grid, curve, color=theme.ink, linewidth=1.6, dashes=(5, 3), zorder=2.5, gid="truth")
        return float(curve[-1])

    def _draw_residuals(self, ax: Axes, clip: Clip, label: str) -> Update:
        """Draw lines or squares from the points to one run's prediction."""
        run, colour = clip.runs[label], clip.colour(label)
        x, y = residuals.chosen(fitted_problem(run).data)
        draw = residuals.draw_squares if self.residuals == "squares" else residuals.draw_lines
        show = draw(ax, clip.theme, colour, x[:, 0], y)
        low, high = drawable_range(ax)

        def update(frame: int) -> list[Artist]:
            now = clip.positions(label)[[frame]]
            return [show(np.clip(predicted(run, now, x[:, 0])[0], low, high))]

        return update

    def _draw_run(self, ax: Axes, clip: Clip, label: str, grid: Floats) -> Update:
        """Draw one run's trail and curve, and an arrow while the curve is out of view."""
        run, theme, positions = clip.runs[label], clip.theme, clip.positions(label)
        colour = clip.colour(label)
        low, high = drawable_range(ax)
        bottom, top = ax.get_ylim()
        nothing = np.empty((0, 2))
        width = theme.line_width * dpi(ax) / 72
        length = self.trail if len(clip.drawn_runs) == 1 else 0
        fading = [
            to_rgba(colour, 0.32 * (1 - k / (length + 1)) ** 1.5) for k in range(length, 0, -1)
        ]
        trail = LineCollection(
            [], colors=fading, linewidths=0.7 * theme.line_width, zorder=3, gid="trail"
        )
        ax.add_collection(trail, autolim=False)
        (line,) = ax.plot([], [], color=colour, linewidth=theme.line_width,
                          solid_capstyle="round", zorder=4, gid="curve")  # fmt: skip
        point_out = draw_edge_arrow(ax, theme, colour)
        behind = self._behind(clip, length)

        def update(frame: int) -> list[Artist]:
            earlier = positions[np.maximum(frame - behind, 0)]
            curves = np.clip(predicted(run, earlier, grid), low, high)
            now = curves[-1]
            pixel = (top - bottom) / ax.bbox.height
            visible = np.abs(curves[:-1] - now).max(axis=1) > _HIDDEN * width * pixel
            # Where a step lasts for many frames, it is drawn once.
            visible &= earlier[:-1] != earlier[1:]
            # A trail of all points takes longer to draw than all the rest.
            gap = vertex_gap(curves[:-1], _BEND * pixel)
            trail.set_segments(
                [
                    np.column_stack([grid[::gap], y[::gap]]) if shows else nothing
                    for y, shows in zip(curves[:-1], visible, strict=True)
                ]
            )
            line.set_data(grid, now)
            return [trail, line, point_out(grid, now)]

        return update


def _draw_batch(ax: Axes, clip: Clip, label: str) -> Update:
    """Draw rings around the points that the last step used."""
    run = clip.runs[label]
    data, batches = fitted_problem(run).data, run.batches
    if batches is None:
        return lambda frame: []
    rings = draw_rings(ax, clip.theme, len(data))

    def update(frame: int) -> list[Artist]:
        step = clip.step(label, frame)
        batch = batches[step - 1] if step else batches[0, :0]
        batch = batch[batch >= 0]
        return [move_rings(rings, data.x[batch, 0], data.y[batch])]

    return update


def _draw_names(ax: Axes, clip: Clip, edge: Floats, truth: float | None) -> Update:
    """Write the runs' names at the right ends of their curves, and the true curve's."""
    named = list(clip.drawn_runs) if len(clip.drawn_runs) > 1 else []
    fixed = [] if truth is None else [truth]
    names = [*named, *["true curve"] * len(fixed)]
    colours = [*(clip.colour(name) for name in named), *[clip.theme.ink] * len(fixed)]
    ends = EndLabels(ax, clip.theme, names, colours)
    low, high = drawable_range(ax)

    def update(frame: int) -> list[Artist]:
        heights = [
            float(predicted(clip.runs[name], clip.positions(name)[[frame]], edge)[0, 0])
            for name in named
        ]
        y = np.clip([*heights, *fixed], low, high)
        return [*ends.show(np.full(len(y), edge[0]), y)]

    return update


def _draw_numbers(ax: Axes, clip: Clip, units: Units) -> Update:
    """Write the formula with the run's numbers above the panel, and with the units if these differ.

    The numbers are those for what was measured, if the model has them.
    """
    run, theme = clip.run, clip.theme
    model = fitted_problem(run).model
    params, other = shown_params(run.problem, run.params, units)
    places = [decimals(values) for values in params.T]
    after = rf"\quad(\mathrm{{{other}}})" if other else ""

    def text(step: int) -> str | None:
        shown = (with_places(float(v), k) for v, k in zip(params[step], places, strict=True))
        formula = with_numbers(model.formula, dict(zip(model.symbols, shown, strict=True)))
        return formula and formula + after

    if text(0) is None:
        raise GdanimError(
            f"Fit: numbers: the formula ${model.formula}$ does not name every parameter "
            f"({', '.join(model.names)}); remove numbers"
        )
    title = ax.set_title(
        in_mathtext(f"${text(0)}$"), loc="left", color=theme.ink, fontsize=theme.label_size, pad=6
    )

    def update(frame: int) -> list[Artist]:
        shown = text(clip.step(next(iter(clip.drawn_runs)), frame))
        title.set_text(in_mathtext(f"${shown}$"))
        return [title]

    return update


def _common_problem(clip: Clip) -> Problem:
    """Return the first run's problem; GdanimError unless all runs have its data."""
    first, *others = clip.drawn_runs.values()
    data = fitted_problem(first).data
    same = all(fitted_problem(run).data.equals(data) for run in others)
    expect_alike("Fit", clip, same, "data")
    if data.features != 1:
        raise GdanimError(
            f"Fit: shows data with one feature, got {data.features} ({', '.join(data.x_names)})"
        )
    return fitted_problem(first)
