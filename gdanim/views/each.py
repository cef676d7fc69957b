"""The same panel once for each run."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.text import Text

from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.numbers import quantity
from gdanim.views.axes import ROOM
from gdanim.views.base import Clip, Update, View, together

# The words for an event; of several, the first of these counts.
VERDICTS = {
    "stuck": "stuck",
    "converged": "converged",
    "overfitting": "overfits",
    "oscillation": "oscillates",
    "plateau": "hardly falls",
}
FALLING = 0.01
# As wide and high as a verdict may be; the layout makes room for it.
LONGEST = "MSE 00000.00\nstill falling"
# The verdict hangs below axes of nearly no height.
HEIGHTS = (1.0, 0.001)


@dataclass(frozen=True)
class Each(View):
    """A panel for every run, side by side with shared axes, its label above, how it goes below.

    Below stand the loss of the frame's step and, when the run is over, the verdict: whether it
    diverges, is stuck, converged, overfits, oscillates, hardly falls or is still falling.
    """

    view: View

    def draw(self, ax: Axes, clip: Clip) -> Update:
        """The place of `ax` is divided among the runs."""
        labels = list(clip.shown)
        columns = divided(ax, len(labels))
        movers = []
        for place, (panel, below) in zip(labels, columns, strict=True):
            alone = replace(clip, focus=place)
            movers.append(self.view.draw(panel, alone))
            title(panel, alone, place)
            movers.append(draw_verdict(below, alone, place))
        share([panel for panel, _ in columns])
        return together(movers)

    def sees(self, clip: Clip, frame: int) -> Hashable:
        """The step, and what the view sees of each run."""
        alone = [replace(clip, focus=label) for label in clip.shown]
        return int(clip.timeline.steps[frame]), *(self.view.sees(one, frame) for one in alone)


def divided(ax: Axes, columns: int) -> list[tuple[Axes, Axes]]:
    """In the place of `ax` so many panels, and under each a place for text."""
    place = ax.get_subplotspec()
    if place is None:
        raise GdanimError("Each: needs a place in the layout, an inset has none to divide")
    figure = ax.get_figure(root=True)
    assert figure is not None
    ax.remove()
    grid = place.subgridspec(2, columns, height_ratios=HEIGHTS)
    pairs = []
    for column in range(columns):
        below = figure.add_subplot(grid[1, column])
        below.set_axis_off()
        pairs.append((figure.add_subplot(grid[0, column]), below))
    return pairs


def title(ax: Axes, clip: Clip, label: str) -> None:
    """The run's label above its panel, in its colour."""
    theme = clip.theme
    ax.set_title(
        label, loc="left", color=clip.colour(label), fontsize=theme.label_size, weight="bold", pad=6
    )


def draw_verdict(ax: Axes, clip: Clip, label: str) -> Update:
    """A line of text: the loss, and how the run ended once it has."""
    run, theme = clip.runs[label], clip.theme
    text: Text = ax.text(
        0.5, 0, LONGEST, ha="center", va="top", color=theme.ink, fontsize=theme.label_size,
        linespacing=1.4, transform=ax.transAxes, gid=ROOM,
    )  # fmt: skip

    def update(frame: int) -> list[Artist]:
        text.set_text(verdict(run, clip.step(label, frame)))
        return [text]

    return update


def verdict(run: Run, step: int) -> str:
    """`MSE 3.947`, and below it, at the run's last step, how it went."""
    loss = f"{run.problem.loss_symbol} {quantity(float(run.losses[step]))}"
    return f"{loss}\n{how_it_went(run) if step == run.steps else ''}"


def how_it_went(run: Run) -> str:
    """The gravest of the run's events in a word, or whether its loss still falls.

    It does when the last tenth of the steps took more than a hundredth of what was left above the
    lowest loss that is known.
    """
    kinds = {event.kind for event in run.events}
    if kinds & {"divergence", "oscillation"} and run.losses[-1] > run.losses[0]:
        return "diverges"
    for kind, words in VERDICTS.items():
        if kind in kinds:
            return words
    before, best = float(run.losses[-1 - run.steps // 10]), run.problem.best()
    left = before - (0.0 if best is None else best.loss)
    return "still falling" if before - float(run.losses[-1]) > FALLING * left > 0 else ""


def share(panels: list[Axes]) -> None:
    """Leave out the inner panels' tick labels and names where the limits are the same."""
    first, *others = panels
    for ax in others:
        if ax.get_ylim() == first.get_ylim() and ax.get_yscale() == first.get_yscale():
            ax.tick_params(labelleft=False)
            ax.set_ylabel("")
