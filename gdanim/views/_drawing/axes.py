"""The look of every panel's axes: few ticks, a quiet grid below everything, two spines."""

from __future__ import annotations

import math

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullLocator
from matplotlib.transforms import BboxBase

from gdanim.core.arrays import Floats
from gdanim.core.numbers import count
from gdanim.core.words import drawn
from gdanim.views._drawing.ticks import LETTER, FewOf, FewTicks, TickNumbers
from gdanim.views._drawing.units import dpi
from gdanim.views.theme import Theme

# The name of a y axis is upright up to this many letters; a longer one is turned along its axis.
_SHORT = 2
# Roughly the most ticks on an axis.
TICKS = 6
# The largest power of ten that a float holds.
_MOST_DECADES = 308
# An axis of more decades has ticks at round powers only, such as 10^100.
_MANY = 40
# The largest number that a linear axis may end at: beyond it matplotlib finds no ticks.
LARGEST = 1e300


def style_axes(ax: Axes, theme: Theme, ticks: int = TICKS) -> None:
    """Give a panel the look of the theme: background, spines, grid and few ticks.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The panel.
    theme : Theme
        Its colours and the size of its tick labels.
    ticks : int, default 6
        Roughly the largest number of ticks on each axis; fewer where their labels would collide.

    See Also
    --------
    label_axes : Adds the names of the axes and a title.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from gdanim.views import LIGHT, style_axes
    >>> ax = Figure().add_subplot()
    >>> style_axes(ax, LIGHT)
    >>> ax.spines["top"].get_visible()
    False
    """
    ax.set_facecolor("none")
    ax.set_axisbelow(True)
    ax.grid(True, color=theme.grid, linewidth=1.0)
    ax.tick_params(which="both", length=0, pad=6, labelsize=theme.tick_size, labelcolor=theme.muted)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set(color=theme.spine, linewidth=1.0, zorder=1)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(FewTicks(ticks))
        axis.set_major_formatter(TickNumbers())
        axis.get_offset_text().set(color=theme.muted, fontsize=theme.tick_size)


def label_axes(ax: Axes, theme: Theme, x: str = "", y: str = "", title: str = "") -> None:
    """Set the names of a panel's axes and its title, in the theme's colour and size.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The panel.
    theme : Theme
        The colour and the size of the text.
    x : str, optional
        The name of the x axis; `Mathtext` for mathematics, as in all three.
    y : str, optional
        The name of the y axis: upright if it has at most two letters, else turned by 90 degrees.
    title : str, optional
        The title, above the left end of the panel.

    See Also
    --------
    style_axes : Sets everything else about the look of the axes.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from gdanim.views import LIGHT, label_axes
    >>> ax = Figure().add_subplot()
    >>> label_axes(ax, LIGHT, x="step", title="gradient norm")
    >>> ax.get_xlabel(), ax.get_title(loc="left")
    ('step', 'gradient norm')
    """
    ax.set_xlabel(drawn(x), color=theme.ink, fontsize=theme.label_size)
    ax.set_ylabel(drawn(y), color=theme.ink, fontsize=theme.label_size)
    if len(y) <= _SHORT:
        ax.yaxis.label.set(rotation="horizontal", ha="right")
    ax.set_title(drawn(title), loc="left", color=theme.ink, fontsize=theme.label_size, pad=6)


def count_steps(ax: Axes, steps: int, ticks: int = 5) -> None:
    """Make the x axis count steps from 0 to `steps`."""
    ax.set_xlim(0, max(steps, 1))
    ax.xaxis.set_major_locator(FewTicks(ticks, 1.5 + LETTER * len(count(steps)), integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: count(value)))


def set_log_scale(ax: Axes, low: float, high: float, ticks: int = 4) -> None:
    """Make the y axis logarithmic, from 10^low to 10^high, with evenly spaced whole decades."""
    ax.set_yscale("log")
    ax.set_ylim(10.0**low, 10.0 ** min(high, _MOST_DECADES))
    # matplotlib's LogLocator looks beyond the limits, and overflows near the largest float.
    every = _round_step(min(high, _MOST_DECADES) - low, ticks)
    decades = range(math.ceil(low / every) * every, math.floor(min(high, _MOST_DECADES)) + 1, every)
    ax.yaxis.set_major_locator(FewOf([10.0**decade for decade in decades], ticks))
    ax.yaxis.set_minor_locator(NullLocator())


def _round_step(decades: float, ticks: int) -> int:
    """Return the distance of ticks over very many decades, 1, 2 or 5 times a power of ten."""
    steps = [digit * power for power in (1, 10, 100) for digit in (1, 2, 5)]
    return next(step for step in steps if (step == 1 and decades < _MANY) or decades < ticks * step)


class _Around(BboxBase):
    """A box that follows another one and reaches some pixels further on every side."""

    def __init__(self, box: BboxBase, pixels: float) -> None:
        super().__init__()
        self.set_children(box)
        self._box, self._pixels = box, pixels

    def get_points(self) -> Floats:
        """Return the lower left and the upper right corner, `[2, 2]`."""
        corners: Floats = self._box.get_points() + [[-self._pixels], [self._pixels]]
        return corners


def clip_near(artist: Artist, ax: Axes, points: float) -> None:
    """Let a moving artist reach this many points beyond the axes' edges, and no further.

    Without clipping it might lie anywhere, and all that lies on top would have to be drawn again at
    every frame.
    """
    artist.set_clip_box(_Around(ax.bbox, points * dpi(ax) / 72))
    artist.set_clip_on(True)
