"""The view that repeats another one for each run."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, replace

from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.core.numbers import quantity
from gdanim.core.words import drawn
from gdanim.descent.run import Run
from gdanim.descent.verdict import verdict
from gdanim.errors import GdanimError, expect
from gdanim.views._drawing.units import points_up
from gdanim.views.base import Clip, Update, View, chain_updates

# The two lines below a panel: the widest text of each, which the layout makes room for, and how far
# below the panel it stands, in heights of its letters.
_LINES = (("MSE 00000.00", 1.05), ("still falling", 2.45))
# The heights of the panel and of the axes below it, from which the two lines hang: nearly none.
_HEIGHTS = (1.0, 0.001)
# Panels side by side have at least so many inches of the figure each; others begin another row.
NARROWEST = 1.5


@dataclass(frozen=True)
class Each(View):
    """A panel for each run, with its label above and its loss and verdict below.

    The panels are side by side, in several rows where they would be too narrow, and have the same
    limits. The loss is that of the frame's step. The
    verdict appears at the run's last step: how it ends, such as converged, local minimum, still
    falling, hardly moving, oscillating or diverged, or that it overfits.

    Parameters
    ----------
    view : View
        What each panel shows.

    Raises
    ------
    GdanimError
        When drawn in an inset.

    See Also
    --------
    Scene : Compares the runs in a mapping.

    Examples
    --------
    >>> from gdanim import views
    >>> views.Each(views.Boundary())
    Each(view=Boundary(units='measured'))
    """

    view: View

    def __post_init__(self) -> None:
        expect("Each: view", self.view, View, "views.Fit()")

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Divide the place of `ax` among the runs, and draw the view in each part."""
        labels = list(clip.drawn_runs)
        columns, places = _divided(ax, len(labels))
        movers = []
        for place, (panel, below) in zip(labels, places, strict=True):
            alone = replace(clip, selected=place)
            movers.append(self.view.draw(panel, alone))
            _title(panel, alone, place)
            movers.append(_draw_verdict(below, alone, place))
        for first in range(0, len(places), columns):
            _share([panel for panel, _ in places[first : first + columns]])
        return chain_updates(movers)

    def frame_key(self, clip: Clip, frame: int) -> Hashable:
        """Return the step, and the view's key for each run."""
        alone = [replace(clip, selected=label) for label in clip.drawn_runs]
        return int(clip.timeline.steps[frame]), *(self.view.frame_key(one, frame) for one in alone)

    def describe(self, clip: Clip) -> str:
        """Describe the view, and say that it is there for each run."""
        one = replace(clip, selected=next(iter(clip.drawn_runs)))
        return f"{self.view.describe(one)}, once for each run"

    def describe_step(self, run: Run, step: int) -> str:
        """Describe the step as the view does."""
        return self.view.describe_step(run, step)


def _divided(ax: Axes, panels: int) -> tuple[int, list[tuple[Axes, Axes]]]:
    """Replace `ax` by panels in rows, each with a place for text below; and how many in a row."""
    place = ax.get_subplotspec()
    if place is None:
        raise GdanimError(
            "Each: an inset has no room for several panels; give it a panel of its own"
        )
    figure = ax.get_figure(root=True)
    assert figure is not None
    ax.remove()
    width = float(place.get_position(figure).width * figure.get_figwidth())
    rows = math.ceil(panels / max(1, int(width / NARROWEST)))
    columns = math.ceil(panels / rows)
    grid = place.subgridspec(2 * rows, columns, height_ratios=_HEIGHTS * rows)
    pairs = []
    for number in range(panels):
        row, column = divmod(number, columns)
        below = figure.add_subplot(grid[2 * row + 1, column])
        below.set_axis_off()
        pairs.append((figure.add_subplot(grid[2 * row, column]), below))
    return columns, pairs


def _title(ax: Axes, clip: Clip, label: str) -> None:
    """Write the run's label above its panel, in its colour."""
    theme = clip.theme
    ax.set_title(
        drawn(label),
        loc="left",
        color=clip.colour(label),
        fontsize=theme.label_size,
        weight="bold",
        pad=6,
    )


def _draw_verdict(ax: Axes, clip: Clip, label: str) -> Update:
    """Draw two lines of text: the loss, and the verdict once the run has ended."""
    run, theme = clip.runs[label], clip.theme
    # One text of two lines would move up and down with the letters in it.
    texts = [
        ax.text(
            0.5,
            0,
            longest,
            transform=ax.transAxes + points_up(ax, -down * theme.label_size),
            ha="center",
            va="baseline",
            color=theme.ink,
            fontsize=theme.label_size,
        )
        for longest, down in _LINES
    ]

    def update(frame: int) -> list[Artist]:
        for text, words in zip(texts, _below_panel(run, clip.step(label, frame)), strict=True):
            text.set_text(words)
        return [*texts]

    return update


def _below_panel(run: Run, step: int) -> tuple[str, str]:
    """Return the lines below a panel: `MSE 3.947`, and the verdict at the run's last step."""
    loss = f"{run.problem.loss_symbol} {quantity(float(run.losses[step]))}"
    return loss, verdict(run) if step == run.steps else ""


def _share(panels: list[Axes]) -> None:
    """Remove the inner panels' tick labels and names where the limits are the same."""
    first, *others = panels
    for ax in others:
        if ax.get_ylim() == first.get_ylim() and ax.get_yscale() == first.get_yscale():
            ax.tick_params(labelleft=False)
            ax.set_ylabel("")
