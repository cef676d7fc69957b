"""The view of the loss over the steps.

Over 300 lines, as the limits of its axis depend on all that it marks; a fifth is documentation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.analysis.events import EventKind
from gdanim.core.arrays import Floats
from gdanim.core.numbers import quantity
from gdanim.errors import GdanimError
from gdanim.problems.objective import KnownMinimum, Objective
from gdanim.views._drawing import axes
from gdanim.views._drawing.accuracy_curve import draw_accuracy
from gdanim.views._drawing.axes import LARGEST
from gdanim.views._drawing.end_labels import EndLabels
from gdanim.views._drawing.limits import (
    DIVERGING_HEIGHTS,
    LINEAR_SPAN,
    ROUNDING,
    YLimits,
    drawable_range,
)
from gdanim.views._drawing.trace import draw_trace, height_at
from gdanim.views._drawing.units import size_in_points
from gdanim.views.base import Clip, StepView, Update, chain_updates, ends_above_start
from gdanim.views.theme import Theme

_SCALES = ("auto", "linear", "log")
# The changes of the learning rate are marked if there are at most this many; more are a gradual
# schedule.
_MOST_CHANGES = 8
# The size of the minimum's name, in sizes of a tick label.
_NAME = 0.95
# The room below and above the curve, in heights of the curve.
_BELOW, _ABOVE = 0.24, 0.06
# A loss of more than this many times the minimum is far above it, and a gap of less than this
# fraction of the axis cannot be seen: together they call for a logarithmic axis.
_FAR_ABOVE, _VISIBLE = 3.0, 0.05


@dataclass(frozen=True)
class LossCurve(StepView):
    """The loss up to the frame's step, on an axis that holds all steps from the start.

    The validation loss is dashed. A dashed level line marks the lowest loss that is known: that of
    the least squares solution if the model is linear in its parameters, else that of the true curve
    of generated data. Diamonds mark where the learning rate changed, if it changed at most eight
    times.

    Parameters
    ----------
    scale : {"auto", "linear", "log"}, default "auto"
        The scale of the loss axis; "auto" is logarithmic if the losses span more than two decades.
    gap : bool, default False
        Whether to draw and write how far the loss is above the lowest known one.
    accuracy : bool, default False
        Whether to draw the share of points whose class is predicted; the panel's height is 100 %.
    ticks : int, default 4
        Roughly the largest number of ticks on each axis.

    Raises
    ------
    GdanimError
        If `scale` is not one of the three; when drawn for losses of 0 or less with scale "log", or
        with `gap` for several runs or where the lowest loss is not known, or with `accuracy` for a
        model that does not predict classes.

    See Also
    --------
    Parameters : Shows the parameters over the steps.

    Examples
    --------
    >>> from gdanim import views
    >>> views.LossCurve(scale="log")
    LossCurve(scale='log', gap=False, accuracy=False, ticks=4)
    """

    scale: Literal["auto", "linear", "log"] = "auto"
    gap: bool = False
    accuracy: bool = False
    ticks: int = 4

    def __post_init__(self) -> None:
        if self.scale not in _SCALES:
            raise GdanimError(
                f"LossCurve: scale must be one of {', '.join(_SCALES)}, got {self.scale!r}"
            )

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw a line with a dot at its end for each run, and names where there are several."""
        theme, runs = clip.theme, clip.limit_runs
        axes.style_axes(ax, theme, self.ticks)
        symbols = dict.fromkeys(run.problem.loss_symbol for run in clip.drawn_runs.values())
        axes.label_axes(ax, theme, title=f"loss ({', '.join(symbols)})")
        axes.count_steps(ax, max(run.steps for run in runs.values()), self.ticks)
        best = _common_best([run.problem for run in clip.drawn_runs.values()])
        curves = [curve for label in runs for curve in _curves_of(clip, label)]
        tame = _highest_tame(clip, curves)
        needs = _LossRange(
            np.concatenate([curve.values for curve in curves]),
            _lowest_known(clip, best),
            tame,
            _room_below(ax, _NAME * theme.tick_size),
        )
        rises = needs.is_logarithmic(self.scale) and tame == np.inf
        if needs.is_logarithmic(self.scale):
            (replace(needs, room=_ABOVE) if rises else needs).decades().log(ax, self.ticks)
        else:
            needs.linear().linear(ax)
        if best is not None:
            _mark_best(ax, theme, best, above=rises)
        movers = [
            _draw_curves(ax, clip, [curve for curve in curves if curve.run in clip.drawn_runs])
        ]
        movers += [_draw_changes(ax, clip, label) for label in clip.drawn_runs]
        if self.gap:
            movers.append(_draw_gap(ax, clip, best))
        if self.accuracy:
            movers.append(draw_accuracy(ax, clip))
        return chain_updates(movers)

    def describe(self, clip: Clip) -> str:
        """Name the losses."""
        validated = any(run.validation_losses is not None for run in clip.drawn_runs.values())
        losses = f"the {'training and the validation ' if validated else ''}loss"
        return f"{losses}{' and the accuracy' if self.accuracy else ''} at every step"


@dataclass(frozen=True, eq=False)
class _Curve:
    """The training or validation losses `values [S+1]` of a run."""

    run: str
    values: Floats
    is_validation: bool = False


def _curves_of(clip: Clip, label: str) -> list[_Curve]:
    """Return a run's training loss, and its validation loss if it has one."""
    run = clip.limit_runs[label]
    curves = [_Curve(label, run.losses)]
    if (losses := run.validation_losses) is not None:
        curves.append(_Curve(label, np.where(np.isfinite(losses), losses, np.nan), True))
    return curves


def _draw_curves(ax: Axes, clip: Clip, curves: Sequence[_Curve]) -> Update:
    """Draw the curves, and the names of several runs, or of training and validation."""
    theme, several = clip.theme, len(clip.drawn_runs) > 1
    colours = [clip.colour(curve.run, theme.loss) for curve in curves]
    reach = drawable_range(ax)[1] if ax.get_yscale() == "linear" else np.inf
    traces = [
        draw_trace(
            ax, theme, np.minimum(curve.values, reach), colour, "--" if curve.is_validation else "-"
        )
        for curve, colour in zip(curves, colours, strict=True)
    ]
    # In an inset, the names of the runs are those of the panel around it.
    named = [
        curve
        for curve in curves
        if (several and not curve.is_validation and ax.get_subplotspec() is not None)
        or (not several and len(curves) > 1)
    ]
    names = [
        curve.run if several else "validation" if curve.is_validation else "training"
        for curve in named
    ]
    ends = EndLabels(ax, theme, names, [colours[curves.index(curve)] for curve in named])

    def update(frame: int) -> list[Artist]:
        at = [clip.position(curve.run, frame) for curve in curves]
        moved = [artist for show, place in zip(traces, at, strict=True) for artist in show(place)]
        x = np.array([clip.position(curve.run, frame) for curve in named])
        heights = [
            height_at(ax, curve.values, place) for curve, place in zip(named, x, strict=True)
        ]
        return [*moved, *ends.show(x, np.minimum(heights, reach))]

    return update


def _draw_changes(ax: Axes, clip: Clip, label: str) -> Update:
    """Draw diamonds where the learning rate changed, up to the frame's step."""
    run, theme = clip.runs[label], clip.theme
    steps = np.array([event.step for event in run.events if event.kind == EventKind.LEARNING_RATE])
    if not 0 < len(steps) <= _MOST_CHANGES:
        return lambda frame: []
    (marks,) = ax.plot(
        [], [], "D", color=theme.paper, markeredgecolor=clip.colour(label, theme.loss),
        markeredgewidth=1.8, markersize=0.85 * theme.point_size, zorder=3.5, gid="changes",
    )  # fmt: skip

    def update(frame: int) -> list[Artist]:
        past = steps[steps <= clip.step(label, frame)]
        marks.set_data(past, run.losses[past])
        return [marks]

    return update


def _mark_best(ax: Axes, theme: Theme, best: KnownMinimum, above: bool) -> None:
    """Draw a dashed line at the lowest known loss if it is in view, and its name.

    The name stands below the line on the left, or `above` it on the right, where curves that rise
    from the line leave room.
    """
    look: dict[str, Any]
    place, away, look = (
        (1, (-4, 3), {"ha": "right", "va": "bottom"})
        if above
        else (0, (4, -3), {"ha": "left", "va": "top"})
    )
    low, high = ax.get_ylim()
    if low <= best.loss <= high:
        ax.axhline(
            best.loss, color=theme.optimum, linewidth=1.3, dashes=(5, 3), zorder=1.5, gid="minimum"
        )
        ax.annotate(
            best.name, (place, best.loss), xycoords=("axes fraction", "data"), xytext=away,
            textcoords="offset points", color=theme.optimum,
            fontsize=_NAME * theme.tick_size, zorder=1.5, in_layout=False, **look,
        )  # fmt: skip


def _draw_gap(ax: Axes, clip: Clip, best: KnownMinimum | None) -> Update:
    """Draw a line from the dot down to the lowest known loss, and write the difference."""
    if best is None or len(clip.drawn_runs) > 1:
        raise GdanimError("LossCurve: gap needs a single run and a known minimum; remove gap")
    (label,), run, theme = clip.drawn_runs, clip.run, clip.theme
    (line,) = ax.plot([], [], color=theme.muted, linewidth=1.5, zorder=2.5, gid="gap")
    gaps = run.losses - best.loss
    widest = max((_gap_text(float(gap)) for gap in (gaps.min(), gaps.max(), gaps[-1])), key=len)
    ends = EndLabels(ax, theme, [widest], [theme.ink])

    def update(frame: int) -> list[Artist]:
        at = clip.position(label, frame)
        height = height_at(ax, run.losses, at)
        line.set_data([at, at], [best.loss, height])
        for text in ends.texts:
            text.set_text(_gap_text(float(gaps[clip.step(label, frame)])))
        return [line, *ends.show(np.array([at]), np.array([height]))]

    return update


def _gap_text(gap: float) -> str:
    """Write a difference: `2.450 above`."""
    return f"{quantity(abs(gap))} {'above' if gap >= 0 else 'below'}"


def _common_best(problems: Sequence[Objective]) -> KnownMinimum | None:
    """Return the lowest known loss if it is the same for all runs."""
    first, *others = (problem.minimum for problem in problems)
    if first is None or any(best is None or best.loss != first.loss for best in others):
        return None
    return first


def _highest_tame(clip: Clip, curves: Sequence[_Curve]) -> float:
    """Return the highest loss of the starts and of runs that do not end above theirs.

    Infinite if all runs do.
    """
    tame = [curve.values for curve in curves if not ends_above_start(clip.limit_runs[curve.run])]
    starts = [curve.values[:1] for curve in curves]
    return float(np.nanmax(np.concatenate(tame + starts))) if tame else np.inf


def _lowest_known(clip: Clip, best: KnownMinimum | None) -> float:
    """Return the lower of `best` and the minima of linked videos' runs; NaN without any."""
    others = clip.limit_runs.values() if clip.linked_clips else ()
    bests = [best, *(run.problem.minimum for run in others)]
    return min((one.loss for one in bests if one is not None), default=np.nan)


def is_hidden(floor: float, least: float, high: float) -> bool:
    """Return whether a linear axis would show a loss far above the minimum as if it were at it."""
    return 0 < _FAR_ABOVE * floor < least and least - floor < _VISIBLE * (high - floor)


def _room_below(ax: Axes, text: float) -> float:
    """Return the room that the minimum's name of `text` points needs, in heights of the curve."""
    # The layout is not settled yet; the panel will be about this high.
    share = min(1.7 * text / (0.85 * float(size_in_points(ax)[1])), 0.4)
    return max(_BELOW, share * (1 + _ABOVE) / (1 - share))


@dataclass(frozen=True, eq=False)
class _LossRange:
    """What the loss axis has to show.

    Fields: all losses, including validation losses; the lowest known loss (NaN if unknown); the
    highest loss of the runs that do not diverge (infinite without such a run); and the room below
    the curve, in heights of the curve. A run that diverges leaves the panel rather than flatten the
    others.
    """

    losses: Floats
    floor: float
    tame: float
    room: float

    @property
    def _low(self) -> float:
        return float(np.fmin(np.nanmin(self.losses), self.floor))

    @property
    def _high(self) -> float:
        return float(np.fmax(np.nanmax(self.losses), self.floor))

    @property
    def _rounding(self) -> float:
        return ROUNDING * float(self.losses[0])

    @property
    def _least(self) -> float:
        """The smallest loss above 0, but no rounding error, as that would stretch the axis."""
        positive = self.losses[self.losses > 0]
        return max(float(positive.min(initial=np.inf)), self._rounding)

    def is_logarithmic(self, scale: str) -> bool:
        """Return whether the axis is logarithmic; GdanimError where it cannot be."""
        low, high, least = self._low, self._high, self._least
        # The value of a function can be negative.
        if scale == "log" and (low < 0 or not np.isfinite(least) or least == 0):
            raise GdanimError(
                f"LossCurve: scale: losses down to {low:.3g} cannot be shown on a logarithmic "
                f"axis; use scale='auto'"
            )
        wide = LINEAR_SPAN * least < high < np.inf or is_hidden(self.floor, least, high)
        return scale == "log" or (scale == "auto" and low >= 0 and wide)

    def decades(self) -> YLimits:
        """Return the limits of a logarithmic axis, as powers of ten."""
        least = min(self._least, self.floor) if self.floor > self._rounding else self._least
        low = np.log10(least)
        high = max(np.log10(self._high), low + 0.1)
        tame = max(np.log10(self.tame), low + 0.1)
        return YLimits(low, min(high, _spared(low, tame)), self.room, _ABOVE)

    def linear(self) -> YLimits:
        """Return the limits of a linear axis; beyond LARGEST matplotlib finds no ticks."""
        low = max(self._low, -LARGEST)
        return YLimits(low, min(self._high, LARGEST, _spared(low, self.tame)), self.room, _ABOVE)


def _spared(low: float, tame: float) -> float:
    """Return the upper limit of the axis if the runs that do not diverge span `low` to `tame`."""
    return tame + DIVERGING_HEIGHTS * (tame - low) if tame > low else np.inf
