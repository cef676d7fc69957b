"""The accuracy over the steps, over a loss curve: the height of its panel is 100 %."""

from __future__ import annotations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.core.arrays import Floats
from gdanim.descent.run import Run
from gdanim.errors import GdanimError
from gdanim.problems.accuracy import accuracies, predicts_classes
from gdanim.views._drawing.trace import VERTICES, draw_trace
from gdanim.views.base import Clip, Update, chain_updates

# The panel reaches a little beyond 0 and 100 %, so that a line there is whole.
_LIMITS = (-0.03, 1.06)


def draw_accuracy(ax: Axes, clip: Clip) -> Update:
    """Draw the accuracy of each run: a thin line, dotted for several runs, in their colours."""
    theme = clip.theme
    over = ax.inset_axes((0, 0, 1, 1), facecolor="none", zorder=2)
    over.set(xlim=ax.get_xlim(), ylim=_LIMITS, xticks=[])
    for spine in over.spines.values():
        spine.set_visible(False)
    over.set_yticks([])
    # In the middle, as losses end low and accuracies high.
    over.text(
        0.97,
        0.5,
        "accuracy\n0 to 100%",
        ha="right",
        va="center",
        transform=over.transAxes,
        color=theme.text(theme.prediction) if len(clip.drawn_runs) == 1 else theme.muted,
        fontsize=theme.tick_size,
        linespacing=1.4,
        in_layout=False,
        gid="accuracy",
    )
    return chain_updates([_draw_run(over, clip, label) for label in clip.drawn_runs])


def _draw_run(over: Axes, clip: Clip, label: str) -> Update:
    style = "-" if len(clip.drawn_runs) == 1 else ":"
    show = draw_trace(
        over,
        clip.theme,
        accuracy_of(clip.runs[label]),
        clip.colour(label, clip.theme.prediction),
        style,
    )

    def update(frame: int) -> list[Artist]:
        return [*show(clip.position(label, frame))]

    return update


def accuracy_of(run: Run) -> Floats:
    """Return the accuracy `[S+1]` after each step; of a long run it is held between some steps."""
    problem = run.problem
    if not predicts_classes(problem):
        raise GdanimError(
            "LossCurve: accuracy needs a model that predicts the probabilities of classes, such as "
            "Logistic() or Softmax(); leave accuracy out"
        )
    every = np.arange(run.steps + 1)
    chosen = np.unique(np.linspace(0, run.steps, min(run.steps + 1, VERTICES)).astype(np.int64))
    found = accuracies(problem, run.params[chosen])
    return np.asarray(found[np.searchsorted(chosen, every, side="right") - 1])
