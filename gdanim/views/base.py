"""The contract of a view."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.core.arrays import Ints
from gdanim.descent.run import DIVERGED, Run
from gdanim.errors import GdanimError
from gdanim.pacing.timeline import Timeline
from gdanim.views.theme import Theme

Update = Callable[[int], Sequence[Artist]]


@dataclass(frozen=True, eq=False)
class Clip:
    """What there is to show: runs by their labels, the step of each frame, and the look.

    A view draws `drawn_runs`: all runs, or the one that `selected` names. It takes its limits from
    `limit_runs`, so that the panels of a comparison share them. A run shorter than the timeline
    stays at its own last step. `captions` says whether events are shown on screen. `linked_clips`
    are the clips of videos that replace each other on a page, this one included: limits and layout
    are the same in all of them. Raises GdanimError for no runs, for a Run with run axes, and for a
    `selected` that is not a label.
    """

    runs: Mapping[str, Run]
    timeline: Timeline
    theme: Theme
    title: str = ""
    selected: str | None = None
    captions: bool = True
    linked_clips: Sequence[Clip] = ()

    def __post_init__(self) -> None:
        if not self.runs:
            raise GdanimError("runs: a clip needs at least one")
        for label, run in self.runs.items():
            if run.runs:
                raise GdanimError(f"runs: {label!r} holds {run.runs} runs; give each its own label")
        if self.selected is not None and self.selected not in self.runs:
            raise GdanimError(
                f"selected: must be one of {', '.join(self.runs)}, got {self.selected!r}"
            )

    @property
    def drawn_runs(self) -> Mapping[str, Run]:
        """The runs that a view draws, by label."""
        return self.runs if self.selected is None else {self.selected: self.runs[self.selected]}

    @cached_property
    def limit_runs(self) -> Mapping[str, Run]:
        """The runs that limits are taken from: `runs` by label and those of `linked_clips`, in the
        same order in each of these clips.
        """
        every: dict[str, Run] = {}
        for number, clip in enumerate(self.linked_clips):
            own = clip.runs is self.runs
            every |= {
                label if own else f"{number}: {label}": clip.runs[label] for label in clip.runs
            }
        return every | dict(self.runs)

    @property
    def run(self) -> Run:
        """The run of a view that can draw only one; GdanimError when there are several."""
        if len(self.drawn_runs) > 1:
            raise GdanimError(
                f"this panel shows one run and the scene has {len(self.drawn_runs)} "
                f"({', '.join(self.drawn_runs)}); show it for each with views.Each(...)"
            )
        (run,) = self.drawn_runs.values()
        return run

    def steps(self, label: str) -> Ints:
        """The step of the compared run called `label` that each frame shows, `[F]`."""
        return np.minimum(self.timeline.steps, self.limit_runs[label].steps)

    def step(self, label: str, frame: int) -> int:
        """The step of the run called `label` that `frame` shows."""
        return min(int(self.timeline.steps[frame]), self.runs[label].steps)

    def colour(self, label: str, alone: str | None = None) -> str:
        """The run's colour, the same in all panels; of an only run `alone`, or the prediction's."""
        if len(self.runs) == 1:
            return self.theme.prediction if alone is None else alone
        return self.theme.series(len(self.runs))[list(self.runs).index(label)]


def ends_above_start(run: Run) -> bool:
    """Whether the run ends higher than it began; it may not flatten the others beside it."""
    return run.outcome.kind == DIVERGED or bool(run.losses[-1] > run.losses[0])


class View(ABC):
    """How a panel looks: configuration only, no artists inside.

    `draw` fixes the limits once, creates all artists, and returns `update`. `update(frame)` sets
    what that frame shows and returns the artists that move, always the same ones. It depends on
    the clip and the frame's number alone, so frames can be drawn in any order. What never moves
    has a lower zorder than what moves, unless it has to lie above it. What moves keeps its zorder
    and its clip box: a narrow one lets what lies above it be drawn once for all frames.
    """

    @abstractmethod
    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Create the panel's artists on `ax`."""

    def frame_key(self, clip: Clip, frame: int) -> Hashable:
        """All of the frame that `update` depends on: frames that see the same look the same, and of
        several in a row the first alone is drawn. Its number, where a view does not say less.
        """
        return frame

    def describe(self, clip: Clip) -> str:
        """Say what the panel shows, as a noun phrase of the alternative text: `the loss at every
        step`. A view that does not say it is named by its class.
        """
        return f"a view called {type(self).__name__}"

    def describe_step(self, run: Run, step: int) -> str:
        """Say how things stand at a step, in words that follow `it starts` and `it ends`: `with the
        curve across the points`. Empty where only the parameters tell.
        """
        return ""


def chain_updates(updates: Sequence[Update]) -> Update:
    """All of them, one after the other."""
    return lambda frame: [artist for update in updates for artist in update(frame)]


class StepView(View):
    """A view that looks the same in all frames of a step; so must the views derived from it, or say
    what they see.
    """

    def frame_key(self, clip: Clip, frame: int) -> Hashable:
        """The step."""
        return int(clip.timeline.steps[frame])
