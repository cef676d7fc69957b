"""Limits of the y axis: margins, diverging runs, and how far outside a line is still drawn."""

from __future__ import annotations

from dataclasses import dataclass

from matplotlib.axes import Axes

from gdanim.views._drawing import axes

# Lines are cut off this many heights outside the panel: the renderer needs finite numbers.
CUT_OFF_HEIGHTS = 100.0
# A diverging run may stretch the axis by this many heights of what the other runs need.
DIVERGING_HEIGHTS = 1.0
# Values below this fraction of the largest are rounding errors, and do not stretch a log axis.
ROUNDING = 1e-9
# Values that span more than this factor are shown on a logarithmic axis.
LINEAR_SPAN = 100.0


@dataclass(frozen=True)
class YLimits:
    """The range that a y axis has to show, with margins in heights of that range.

    `low` and `high` are values for a linear axis, and powers of ten for a logarithmic one.
    """

    low: float
    high: float
    below: float
    above: float

    def linear(self, ax: Axes) -> None:
        """Fix the limits of a linear axis."""
        height = self.high - self.low or abs(self.high) or 1.0
        ax.set_ylim(self.low - self.below * height, self.high + self.above * height)

    def log(self, ax: Axes, ticks: int, least_decades: float = 0.0) -> None:
        """Fix the limits of a logarithmic axis with at most `ticks` labels."""
        height = max(self.high - self.low, least_decades)
        axes.set_log_scale(
            ax, self.low - self.below * height, self.high + self.above * height, ticks
        )


def drawable_range(ax: Axes) -> tuple[float, float]:
    """Return the lowest and the highest value that is drawn, inside the panel or out of view."""
    low, high = ax.get_ylim()
    return low - CUT_OFF_HEIGHTS * (high - low), high + CUT_OFF_HEIGHTS * (high - low)
