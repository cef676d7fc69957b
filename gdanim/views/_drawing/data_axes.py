"""Axes of data: names with units, and ticks at round numbers or dates of what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, num2date
from matplotlib.ticker import Formatter, Locator

from gdanim.core.arrays import Floats, floats
from gdanim.errors import GdanimError
from gdanim.problems.objective import Objective
from gdanim.problems.problem import Problem
from gdanim.problems.unit import Unit
from gdanim.views._drawing.axes import label_axes
from gdanim.views._drawing.ticks import FewTicks, TickNumbers, label_room
from gdanim.views.theme import Theme

# The name of a column, and its unit.
Column = tuple[str, Unit]
Units = Literal["measured", "standardised"]
UNITS = ("measured", "standardised")
# The width of a date on an axis, in heights of the text: as wide as 12:00.
_DATE = 3.0


def check_units(view: str, units: str) -> None:
    """Raise GdanimError unless `units` is one of those allowed."""
    if units not in UNITS:
        raise GdanimError(f"{view}: units must be {' or '.join(UNITS)}, got {units!r}")


def name_axes(
    ax: Axes, theme: Theme, units: Units, ticks: int, x: Column, y: Column, title: str = ""
) -> None:
    """Name the axes, with their units, and put the ticks at round numbers or dates of these.

    Without units, the ticks stay those of `style_axes`.
    """
    label_axes(ax, theme, _label(*x, units), _label(*y, units), title)
    for axis, (_, unit) in ((ax.xaxis, x), (ax.yaxis, y)):
        if units == "standardised" and unit.standardised:
            continue
        if unit.first is not None:
            dates = _Dates(ticks)
            unit = replace(unit, offset=unit.offset + unit.first)
            axis.set_major_locator(_MeasuredTicks(unit, dates))
            texts = ConciseDateFormatter(dates)  # type: ignore[no-untyped-call]
            axis.set_major_formatter(_MeasuredTexts(unit, texts))
        elif unit.standardised:
            axis.set_major_locator(_MeasuredTicks(unit, FewTicks(ticks)))
            axis.set_major_formatter(_MeasuredTexts(unit, TickNumbers()))


def _label(name: str, unit: Unit, units: Units) -> str:
    """Return a column's name, with its unit, or with the word that it is standardised."""
    if units == "standardised" and unit.standardised:
        return f"{name} (standardised)"
    return unit.label(name)


def shown_params(problem: Objective, params: Floats, units: Units) -> tuple[Floats, str]:
    """Return the parameters in the units asked for, and a word for those that are in others."""
    if not isinstance(problem, Problem) or not any(u.standardised for u in problem.data.units):
        return params, ""
    measured = problem.measured(params) if units == "measured" else None
    return (params, "standardised") if measured is None else (measured, "")


def descent_name(problem: Objective, name: str) -> str:
    """Return a parameter's name on an axis of the descent, which may be over standardised data."""
    _, other = shown_params(problem, np.empty(0), "standardised")
    return f"{name} ({other})" if other else name


class _MeasuredTicks(Locator):
    """Ticks where another locator has them for what was measured."""

    def __init__(self, unit: Unit, inner: Locator) -> None:
        self._unit, self._inner = unit, inner

    def set_axis(self, axis: Any) -> None:
        """Use the axis for both locators."""
        super().set_axis(axis)
        self._inner.set_axis(axis)

    def __call__(self) -> Sequence[float]:
        """Return the ticks of the axis."""
        assert self.axis is not None
        return self.tick_values(*self.axis.get_view_interval())

    def tick_values(self, vmin: float, vmax: float) -> Sequence[float]:
        """Return the ticks between the limits."""
        low, high = self._unit.measured(floats("limits", [vmin, vmax])).tolist()
        ticks = self._inner.tick_values(low, high)
        return list(self._unit.numbers(floats("ticks", list(ticks))))


class _Dates(AutoDateLocator):
    """matplotlib's own ticks for dates, as many as there is room for."""

    def __init__(self, most: int) -> None:
        super().__init__(minticks=2, maxticks=most)  # type: ignore[no-untyped-call]
        self._most = most

    def tick_values(self, vmin: Any, vmax: Any) -> Sequence[float]:
        """Return the ticks between two numbers of days since 1970."""
        most = max(2, min(self._most, label_room(self.axis, _DATE)))
        self.maxticks = dict.fromkeys(self.maxticks, most)
        # Two years alone would be two ticks, where half years have room.
        self.minticks = min(3, most)
        found: Any = super()
        return list(found.tick_values(*num2date([vmin, vmax])))  # type: ignore[no-untyped-call]


class _MeasuredTexts(Formatter):
    """Texts of another formatter for what was measured."""

    def __init__(self, unit: Unit, inner: Formatter) -> None:
        self._unit, self._inner = unit, inner

    def format_ticks(self, values: Any) -> list[str]:
        """Return the texts of all ticks."""
        assert self.axis is not None
        self._inner.create_dummy_axis()
        limits = floats("limits", list(self.axis.get_view_interval()))
        self._inner.axis.set_view_interval(*self._unit.measured(limits))  # type: ignore[union-attr]
        return self._inner.format_ticks(list(self._unit.measured(floats("ticks", list(values)))))

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the text of one value."""
        return self._inner(float(self._unit.measured(floats("tick", x))), pos)

    def get_offset(self) -> str:
        """Return the text at the end of the axis."""
        return self._inner.get_offset()
