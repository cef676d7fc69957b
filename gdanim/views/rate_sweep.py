"""The view of the loss that every learning rate has reached by a step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator

from gdanim.core.arrays import Floats, check_int, check_interval
from gdanim.core.numbers import setting
from gdanim.descent.rate_sweep import losses_at_rates
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.views._drawing import axes, marks
from gdanim.views._drawing.axes import LARGEST
from gdanim.views._drawing.limits import LINEAR_SPAN, ROUNDING, YLimits, drawable_range
from gdanim.views._drawing.rates import largest_stable_rate, own_rate, round_rates
from gdanim.views._drawing.ticks import FewOf
from gdanim.views.base import Clip, StepView, Update, chain_updates

# How far the axis reaches below the run's own rate, above the largest stable one, and above the
# run's own where no other is known.
_BELOW, _ABOVE, _ABOVE_OWN = 50.0, 4.0, 20.0
# The most numbers that a sweep may record, and the fewest rates that make a curve.
_BUDGET, _FEWEST = 2e7, 16
# The part of the panel's height above the loss at the start, where curves of large rates rise.
_RISE = 0.3
# Where the loss has no known minimum, the axis reaches down this many times as far as the run.
_FAR = 10.0


@dataclass(frozen=True)
class RateSweep(StepView):
    """The loss that every learning rate has reached by the frame's step, as a curve.

    The curve starts level, as no rate has made a step yet. Its ball is the run, at its own rate; a
    star marks the rate with the lowest loss so far. A dashed line marks the largest stable rate at
    the minimum, where it is known: beyond it the curve rises, step by step.

    Parameters
    ----------
    rates : pair of float, optional
        The limits of the axis of learning rates, the lower one first, above 0. By default they are
        chosen for the run's own rate and the largest stable one.
    count : int, default 121
        The number of learning rates, at least 16. Fewer are used for very long runs.

    Raises
    ------
    GdanimError
        If `rates` or `count` is not valid; when drawn for a run whose learning rate is unknown,
        changes, or differs between the parameters, or for a run too long for 16 others.

    See Also
    --------
    LearningRate : The learning rate over the steps.

    Notes
    -----
    Each point of the curve is a descent of its own, with the run's start, optimizer, mini-batches
    and noise. The largest stable rate is the rule's own for the largest curvature at the minimum:
    for gradient descent 2 over the largest eigenvalue of the Hessian (Polyak, "Introduction to
    Optimization", 1987, section 1.4). It holds for steps that use all points.

    Examples
    --------
    >>> from gdanim import GradientDescent, Scene, objectives, views
    >>> panels = {"map": views.Contour(), "rates": views.RateSweep()}
    >>> scene = Scene(objectives.bowl(), GradientDescent(0.05), steps=20, panels=panels)
    >>> panels["rates"].describe(scene.clip(scene.runs()))
    'the loss that every learning rate from 0.001 to 0.8 has reached'
    """

    rates: tuple[float, float] | None = None
    count: int = 121

    def __post_init__(self) -> None:
        check_int("RateSweep: count", self.count, least=_FEWEST)
        if self.rates is not None:
            check_interval("RateSweep: rates", self.rates)
            if not self.rates[0] > 0:
                raise GdanimError(f"RateSweep: rates must be above 0, got {self.rates}")

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Draw a curve for each run, with its ball and star, and the largest stable rate."""
        theme = clip.theme
        low, high = self._limits(clip)
        sweeps = {
            label: _sweep(run, low, high, self.count) for label, run in clip.limit_runs.items()
        }
        axes.style_axes(ax, theme, 4)
        symbol = clip.run.problem.loss_symbol if len(clip.drawn_runs) == 1 else "L"
        axes.label_axes(ax, theme, "learning rate", title=f"loss ({symbol}) by learning rate")
        ax.set_xscale("log")
        ax.set_xlim(low, high)
        ax.xaxis.set_major_locator(FewOf(round_rates(low, high), 6))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: setting(value)))
        ax.xaxis.set_minor_locator(NullLocator())
        lows = [_lowest(clip.limit_runs[label], sweep) for label, sweep in sweeps.items()]
        start = max(float(run.losses[0]) for run in clip.limit_runs.values())
        _set_loss_axis(ax, min(lows), start)
        for label, run in clip.drawn_runs.items():
            if (edge := largest_stable_rate(run)) is not None:
                _mark_edge(ax, clip, edge, clip.colour(label, theme.muted))
        movers = [_draw_sweep(ax, clip, label, sweeps[label]) for label in clip.drawn_runs]
        marks.run_legend(ax, clip, [_final(ax, sweeps[label]) for label in clip.drawn_runs])
        return chain_updates(movers)

    def describe(self, clip: Clip) -> str:
        """Name the range of rates."""
        low, high = map(setting, self._limits(clip))
        return f"the loss that every learning rate from {low} to {high} has reached"

    def _limits(self, clip: Clip) -> tuple[float, float]:
        if self.rates is not None:
            return self.rates
        own = [own_rate("RateSweep", run) for run in clip.limit_runs.values()]
        edges = [
            edge
            for run in clip.limit_runs.values()
            if (edge := largest_stable_rate(run)) is not None
        ]
        high = _ABOVE * max(own + edges) if edges else _ABOVE_OWN * max(own)
        return min(own + edges) / _BELOW, high


@dataclass(frozen=True, eq=False)
class _Sweep:
    """The losses `[S+1, K]` of rates `[K]`, among them the run's own, the one of number `own`."""

    rates: Floats
    losses: Floats
    own: int


def _sweep(run: Run, low: float, high: float, count: int) -> _Sweep:
    """Return the sweep of a run, over fewer rates if it is long."""
    most = int(_BUDGET / max(run.params.size, 1))
    if most < _FEWEST:
        raise GdanimError(
            f"RateSweep: {run.steps:,} steps of {len(run.problem.names)} parameters are too many "
            "to be repeated for every learning rate; show fewer steps"
        )
    own = own_rate("RateSweep", run)
    rates = np.union1d(np.geomspace(low, high, min(count, most)), own)
    return _Sweep(rates, losses_at_rates(run, rates), int(np.searchsorted(rates, own)))


def _lowest(run: Run, sweep: _Sweep) -> float:
    """Return the lowest loss to show; without a minimum, other rates may fall far below the run."""
    lowest, start = float(sweep.losses.min()), float(run.losses[0])
    if run.problem.minimum is None and (way := start - float(run.losses.min())) > 0:
        lowest = max(lowest, start - _FAR * way)
    return max(lowest, -LARGEST)


def _set_loss_axis(ax: Axes, lowest: float, start: float) -> None:
    """Set limits for all losses from the start downwards, and some room above."""
    least = max(lowest, ROUNDING * start)
    if lowest >= 0 and least * LINEAR_SPAN < start:
        YLimits(np.log10(least), np.log10(start), 0.06, _RISE).log(ax, 4)
    else:
        YLimits(lowest, start, 0.06, _RISE).linear(ax)


def _mark_edge(ax: Axes, clip: Clip, edge: float, colour: str) -> None:
    """Draw a dashed line at the largest stable rate, with its name if there is one line alone."""
    theme = clip.theme
    ax.axvline(edge, color=colour, linewidth=1.3, dashes=(5, 3), zorder=1.5, gid="edge")
    if len(clip.drawn_runs) > 1:
        return
    ax.annotate(
        "largest stable",
        ((edge, 1)),
        xycoords=("data", "axes fraction"),
        xytext=(-4, -2),
        textcoords="offset points",
        ha="right",
        va="top",
        color=theme.muted,
        fontsize=0.95 * theme.tick_size,
        zorder=1.5,
        in_layout=False,
    )


def _draw_sweep(ax: Axes, clip: Clip, label: str, sweep: _Sweep) -> Update:
    """Draw the curve, the run's ball on it, and a star at its lowest point."""
    theme, top = clip.theme, drawable_range(ax)[1]
    colour = clip.colour(label, theme.loss)
    least = ax.get_ylim()[0] / 10 if ax.get_yscale() == "log" else -np.inf
    losses = np.clip(sweep.losses, least, top)
    (curve,) = ax.plot(
        [],
        [],
        color=colour,
        linewidth=theme.line_width,
        zorder=3.5,
        gid="curve",
        solid_joinstyle="round",
    )
    star = marks.star(ax, theme, np.empty((0, 2)))
    star.set_zorder(4)
    ball, outside = marks.ball(ax, theme, colour), marks.EdgeMark(ax, theme, colour)

    def update(frame: int) -> list[Artist]:
        step = clip.step(label, frame)
        now = losses[step]
        curve.set_data(sweep.rates, now)
        best = int(now.argmin())
        # Before the first step, all rates are as good.
        star.set_data(*(([sweep.rates[best]], [now[best]]) if np.ptp(now) > 0 else ([], [])))
        ball.set_data([sweep.rates[sweep.own]], [now[sweep.own]])
        return [curve, star, ball, outside.show(sweep.rates[sweep.own], now[sweep.own])]

    return update


def _final(ax: Axes, sweep: _Sweep) -> Floats:
    """Return the last curve within the panel, `[K, 2]`."""
    return np.column_stack([sweep.rates, np.clip(sweep.losses[-1], *ax.get_ylim())])
