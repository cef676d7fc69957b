"""The view of the parameters over the steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, cycle

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from gdanim.core.arrays import Floats
from gdanim.core.words import enumerated
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.views._drawing import axes
from gdanim.views._drawing.alike import expect_alike
from gdanim.views._drawing.data_axes import Units, check_units, shown_params
from gdanim.views._drawing.end_labels import EndLabels
from gdanim.views._drawing.limits import (
    DIVERGING_HEIGHTS,
    ROUNDING,
    YLimits,
    drawable_range,
)
from gdanim.views._drawing.parameters_known import no_parameters
from gdanim.views._drawing.trace import draw_trace, height_at
from gdanim.views.base import Clip, StepView, Update, ends_above_start
from gdanim.views.theme import Theme

# An alternative text names the parameters if there are at most this many.
_NAMED = 4
# The line styles of the parameters when several runs are drawn.
_STYLES: tuple[str, ...] = ("-", "--", ":", "-.")


@dataclass(frozen=True)
class Parameters(StepView):
    """The parameters up to the frame's step.

    Dashed lines mark their best values where these are known. The parameters of a single run have
    different colours; with several runs each run has its colour, and the parameters have different
    line styles.

    Parameters
    ----------
    names : tuple of str, optional
        The parameters to show; by default all.
    distance : bool, default False
        Whether to show how far each parameter is from its best value instead, on a logarithmic
        axis: the steeper the line, the faster the parameter converges.
    ticks : int, default 4
        Roughly the largest number of ticks on each axis.
    units : {"measured", "standardised"}, default "measured"
        For standardised data: whether the parameters are those of the same prediction from what was
        measured, where the model has them, or those of the descent, which the title then says.

    Raises
    ------
    GdanimError
        If `units` is not valid; when drawn for a name that is not a parameter's, for runs whose
        parameters have different names, or with `distance` where the best values are not known.

    See Also
    --------
    LossCurve : Shows the loss over the steps.

    Examples
    --------
    >>> from gdanim import views
    >>> views.Parameters(names=("slope",), distance=True)
    Parameters(names=('slope',), distance=True, ticks=4, units='measured')
    """

    names: tuple[str, ...] | None = None
    distance: bool = False
    ticks: int = 4
    units: Units = "measured"

    def __post_init__(self) -> None:
        check_units("Parameters", self.units)

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw a line for each parameter of each run, with a dot and its name at the end."""
        theme, columns = clip.theme, self._columns(clip)
        known = next(iter(clip.drawn_runs.values())).problem.shown_names
        alike = {
            label: run for label, run in clip.limit_runs.items() if run.problem.shown_names == known
        }
        names = [known[column] for column in columns]
        axes.style_axes(ax, theme, self.ticks)
        shown = {
            label: shown_params(run.problem, run.params, self.units) for label, run in alike.items()
        }
        what = names[0] if len(names) == 1 else "parameters"
        if any(other for _, other in shown.values()):
            what = f"{what} (standardised)"
        axes.label_axes(
            ax, theme, title=f"{what}, distance to the optimum" if self.distance else what
        )
        axes.count_steps(ax, max(run.steps for run in clip.limit_runs.values()), self.ticks)
        best = {label: _optimum(run, columns, self.units) for label, run in alike.items()}
        values = {
            label: self._values(params[:, columns], best[label])
            for label, (params, _) in shown.items()
        }
        if self.distance:
            _fix_log_limits(ax, np.concatenate(list(values.values())), self.ticks)
        else:
            _fix_linear_limits(
                ax, clip, values, [goal for goal in best.values() if goal is not None]
            )
            _mark_optima(ax, clip, best)
        bottom, top = drawable_range(ax)
        lines = [
            _Trace(f"{label}", name, np.clip(values[label][:, k], bottom, top), k)
            for label in clip.drawn_runs
            for k, name in enumerate(names)
        ]
        return _draw_traces(ax, clip, lines)

    def describe(self, clip: Clip) -> str:
        """Name the parameters, unless there are many."""
        known = next(iter(clip.drawn_runs.values())).problem.shown_names
        names = [known[column] for column in self._columns(clip)]
        what = enumerated(names) if len(names) <= _NAMED else "the parameters"
        shown = f"the distance of {what} from the optimum" if self.distance else what
        return f"{shown} at every step"

    def _columns(self, clip: Clip) -> list[int]:
        """Return the numbers of the parameters to show."""
        first, *others = clip.drawn_runs.values()
        known = first.problem.shown_names
        if not known:
            raise no_parameters("Parameters")
        alike = all(run.problem.shown_names == known for run in others)
        expect_alike("Parameters", clip, alike, "parameters")
        for name in self.names or ():
            if name not in known:
                raise GdanimError(
                    f"Parameters: names must be among {', '.join(known)}, got {name!r}"
                )
        return [known.index(name) for name in self.names or known]

    def _values(self, params: Floats, best: Floats | None) -> Floats:
        """Return the values to show of `params [S+1, K]`."""
        if not self.distance:
            return params
        if best is None:
            raise GdanimError(
                "Parameters: distance needs the parameters of the minimum, which are not known for "
                "this problem; remove distance"
            )
        return np.abs(params - best)


@dataclass(frozen=True, eq=False)
class _Trace:
    """One parameter of one run: `values [S+1]`, and the parameter's number in the panel."""

    run: str
    name: str
    values: Floats
    column: int


def _draw_traces(ax: Axes, clip: Clip, traces: Sequence[_Trace]) -> Update:
    """Draw the traces and their names."""
    several = len(clip.drawn_runs) > 1
    one_each = len({trace.column for trace in traces}) == 1
    colours = [_colour(clip, trace, len(traces)) for trace in traces]
    names = [trace.name for trace in traces]
    if several:
        names = [trace.run if one_each else f"{trace.run}, {trace.name}" for trace in traces]
    styles = [_STYLES[trace.column % len(_STYLES)] if several else "-" for trace in traces]
    shows: list[Callable[[float], tuple[Line2D, Line2D]]] = [
        draw_trace(ax, clip.theme, trace.values, own, style)
        for trace, own, style in zip(traces, colours, styles, strict=True)
    ]
    ends = EndLabels(ax, clip.theme, names, colours)

    def update(frame: int) -> list[Artist]:
        at = [clip.position(trace.run, frame) for trace in traces]
        moved = [show(place) for show, place in zip(shows, at, strict=True)]
        heights = [
            height_at(ax, trace.values, place) for trace, place in zip(traces, at, strict=True)
        ]
        return [*chain.from_iterable(moved), *ends.show(np.array(at), np.array(heights))]

    return update


def _colour(clip: Clip, trace: _Trace, count: int) -> str:
    """Return the run's colour if there are several runs, else the parameter's own."""
    if len(clip.drawn_runs) > 1:
        return clip.colour(trace.run)
    return _parameter_colours(clip.theme, count)[trace.column]


def _parameter_colours(theme: Theme, count: int) -> tuple[str, ...]:
    """Return a colour for each of `count` parameters."""
    return theme.series(count)


def _optimum(run: Run, columns: Sequence[int], units: Units) -> Floats | None:
    """Return the best values `[K]` of these parameters, where they are known."""
    best = run.problem.minimum
    if best is None or best.params is None:
        return None
    params, _ = shown_params(run.problem, best.params, units)
    return np.asarray(params[list(columns)])


def _mark_optima(ax: Axes, clip: Clip, best: dict[str, Floats | None]) -> None:
    """Draw dashed lines at the best values, if they are the same for all runs drawn."""
    first, *others = (best[label] for label in clip.drawn_runs)
    if first is None or any(other is None or (other != first).any() for other in others):
        return
    single = len(clip.drawn_runs) == 1
    colours = _parameter_colours(clip.theme, len(first)) if single else [clip.theme.optimum]
    for value, own in zip(first, cycle(colours)):
        ax.axhline(
            value, color=own, alpha=0.75, linewidth=1.5, dashes=(5, 3), zorder=1.5, gid="optimum"
        )


def _fix_linear_limits(
    ax: Axes, clip: Clip, values: dict[str, Floats], best: Sequence[Floats]
) -> None:
    """Fix limits that hold the starts, the best values, and all runs but those that diverge."""
    tame = [v for label, v in values.items() if not ends_above_start(clip.limit_runs[label])]
    held = np.concatenate([*(v[0] for v in values.values()), *map(np.ravel, tame), *best])
    low, high = float(held.min()), float(held.max())
    every = np.concatenate([np.ravel(v) for v in values.values()])
    room = DIVERGING_HEIGHTS * (high - low or abs(high) or 1.0)
    low, high = max(float(every.min()), low - room), min(float(every.max()), high + room)
    low, high = min(low, float(held.min())), max(high, float(held.max()))
    YLimits(low, high, 0.08, 0.08).linear(ax)


def _fix_log_limits(ax: Axes, distances: Floats, ticks: int) -> None:
    """Fix limits that hold every distance but rounding errors."""
    high = float(distances.max())
    least = float(distances[distances > 0].min(initial=np.inf))
    bottom = max(least if np.isfinite(least) else 0.0, ROUNDING * high)
    low, top = (np.log10(bottom), np.log10(high)) if high > 0 else (-1.0, 0.0)
    YLimits(low, top, 0.06, 0.06).log(ax, ticks, least_decades=0.5)
