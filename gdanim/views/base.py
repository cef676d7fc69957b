"""The base classes of views, and what a view is given to draw.

Over 300 lines, as more than half of them document what a view of your own has to do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes

from gdanim.core.arrays import Floats, Ints, between
from gdanim.descent.run import DIVERGED, Run
from gdanim.errors import GdanimError
from gdanim.pacing.timeline import Timeline
from gdanim.views.theme import Theme

Update = Callable[[int], Sequence[Artist]]
"""`update(frame)`: changes the artists to what a frame shows, and returns those that move."""


@dataclass(frozen=True, eq=False)
class Clip:
    """What a view is given to draw: runs by label, the step of each frame, and the look.

    A view draws the runs in `drawn_runs` and takes its limits from those in `limit_runs`, so that
    the panels of a comparison share them.

    Parameters
    ----------
    runs : mapping of str to Run
        The runs by label, at least one. A run shorter than the timeline stays at its own last step.
    timeline : Timeline
        The step that each frame shows.
    theme : Theme
        Colours and sizes.
    title : str, optional
        The title of the video; `Mathtext` for mathematics.
    selected : str, optional
        The label of the only run to draw; by default all runs are drawn.
    captions : bool, default True
        Whether the runs' events are shown on screen.
    notes : mapping of int to str, optional
        Words of the author's own, by the step at which they are shown.
    chapters : mapping of int to str, optional
        Titles of the video's parts, by the step at which each begins.
    linked_clips : sequence of Clip, optional
        The clips of videos that replace each other on a page, this one included: they all get the
        same limits and layout.

    Raises
    ------
    GdanimError
        If there are no runs, if a Run holds several runs side by side, or if `selected` is not one
        of the labels.

    See Also
    --------
    View : Draws a clip.

    Examples
    --------
    >>> from gdanim import GradientDescent, Linear, Problem, Scene, datasets
    >>> problem = Problem(datasets.linear(points=20), Linear())
    >>> rates = {"slow": GradientDescent(0.001), "fast": GradientDescent(0.02)}
    >>> scene = Scene(problem, rates, start=(0, 5), steps=25)
    >>> clip = scene.clip(scene.runs())
    >>> list(clip.drawn_runs), clip.colour("slow")
    (['slow', 'fast'], '#2563c9')
    >>> clip.step("slow", frame=len(clip.timeline) - 1)
    25
    >>> clip.params("slow", frame=0)
    array([0., 5.])
    """

    runs: Mapping[str, Run]
    timeline: Timeline
    theme: Theme
    title: str = ""
    selected: str | None = None
    captions: bool = True
    notes: Mapping[int, str] = field(default_factory=dict)
    chapters: Mapping[int, str] = field(default_factory=dict)
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
        """The runs that limits are taken from, by label.

        Those in `runs`, and those of `linked_clips`, in the same order in each of these clips.
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
        """The only run to draw; GdanimError when there are several."""
        if len(self.drawn_runs) > 1:
            raise GdanimError(
                f"this panel shows one run and the scene has {len(self.drawn_runs)} "
                f"({', '.join(self.drawn_runs)}); show it for each with views.Each(...)"
            )
        (run,) = self.drawn_runs.values()
        return run

    def steps(self, label: str) -> Ints:
        """Return the step that each of F frames shows of a run in `limit_runs`, `(F,)`."""
        return np.minimum(self.timeline.steps, self.limit_runs[label].steps)

    def step(self, label: str, frame: int) -> int:
        """Return the step that `frame` shows of the run called `label`."""
        return min(int(self.timeline.steps[frame]), self.runs[label].steps)

    def positions(self, label: str) -> Floats | Ints:
        """Return where the picture of a run in `limit_runs` is at each of F frames, `(F,)`.

        It is the step, or a number between two steps while the picture glides.
        """
        return np.minimum(self.timeline.positions, self.limit_runs[label].steps)

    def position(self, label: str, frame: int) -> float:
        """Return where the picture of the run called `label` is at `frame`, in steps."""
        return min(float(self.timeline.positions[frame]), float(self.runs[label].steps))

    def params(self, label: str, frame: int) -> Floats:
        """Return the parameters of the run called `label` at `frame`, `(P,)`.

        They are those of the step, or between those of two steps while the picture glides.
        """
        return between(self.runs[label].params, self.position(label, frame))

    def colour(self, label: str, alone: str | None = None) -> str:
        """Return a run's colour, which is the same in all panels.

        If the clip has only one run, it is `alone`, or by default the colour of predictions.
        """
        if len(self.runs) == 1:
            return self.theme.prediction if alone is None else alone
        return self.theme.series(len(self.runs))[list(self.runs).index(label)]


def ends_above_start(run: Run) -> bool:
    """Return whether a run's loss ends higher than it began, so that it must not set the limits."""
    return run.outcome.kind == DIVERGED or bool(run.losses[-1] > run.losses[0])


class View(ABC):
    """The base class of views, which are values that say what a panel shows and how it looks.

    A subclass gives `draw`, and should give `describe`. Make it a frozen dataclass whose fields are
    its options.

    See Also
    --------
    StepView : The base class for a view that only depends on the step.
    Clip : What a view is given to draw.
    style_axes, label_axes : Give the axes the look of the other panels.

    Notes
    -----
    `draw(ax, clip)` is called once. It fixes the limits for the whole video, creates all artists,
    and returns a function `update`, which is called with the number of a frame, sets what that
    frame shows, and returns the artists that move: the same ones every time.

    - What a frame shows depends on the clip and on the frame's number alone, because frames are
      drawn in any order and by several processes.
    - A moving artist keeps its zorder and its clip box. What lies below the moving artists is drawn
      once, so give what never moves a lower zorder, unless it has to lie on top. A small clip box
      also lets what lies on top be drawn once.
    - `frame_key` says which frames look the same: of several in a row with equal keys, only the
      first is drawn.
    - `describe` gives the panel's part of the alternative text, for those who cannot see the video.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from gdanim import GradientDescent, Linear, Problem, Scene, View, datasets
    >>> from gdanim.views import label_axes, style_axes
    >>> @dataclass(frozen=True)
    ... class GradientNorm(View):
    ...     ticks: int = 4
    ...
    ...     def draw(self, ax, clip):
    ...         run, (label,) = clip.run, clip.drawn_runs
    ...         norms = np.linalg.norm(run.problem.gradient(run.params), axis=-1)
    ...         style_axes(ax, clip.theme, self.ticks)
    ...         label_axes(ax, clip.theme, x="step", title="gradient norm")
    ...         ax.set(xlim=(0, run.steps), ylim=(0, 1.05 * norms.max()))
    ...         colour, width = clip.theme.loss, clip.theme.line_width
    ...         (line,) = ax.plot([], [], color=colour, linewidth=width, zorder=3)
    ...
    ...         def update(frame):
    ...             step = clip.step(label, frame)
    ...             line.set_data(np.arange(step + 1), norms[: step + 1])
    ...             return [line]
    ...
    ...         return update
    ...
    ...     def frame_key(self, clip, frame):
    ...         return int(clip.timeline.steps[frame])
    ...
    ...     def describe(self, clip):
    ...         return "the norm of the gradient at every step"
    >>> problem = Problem(datasets.linear(points=20), Linear())
    >>> panels = {"norm": GradientNorm()}
    >>> film = Scene(problem, GradientDescent(0.02), steps=25, panels=panels).film()
    >>> pixels = film.draw(len(film) - 1)
    >>> int(film.figure.axes[0].lines[0].get_xdata()[-1])
    25
    """

    @abstractmethod
    def draw(self, ax: Axes, clip: Clip) -> Update:
        """Create the panel's artists and fix its limits.

        Parameters
        ----------
        ax : matplotlib.axes.Axes
            The panel.
        clip : Clip
            What to draw.

        Returns
        -------
        callable
            `update(frame)`, which sets what the frame shows and returns the artists that move, the
            same ones every time.
        """

    def frame_key(self, clip: Clip, frame: int) -> Hashable:
        """Return a value that is equal for two frames only if they look the same.

        By default the frame's number: no two frames are taken to look the same.

        Parameters
        ----------
        clip : Clip
            What is drawn.
        frame : int
            The number of the frame, from 0.

        Returns
        -------
        hashable
            Everything that `update` depends on.
        """
        return frame

    def describe(self, clip: Clip) -> str:
        """Return a noun phrase for the alternative text, such as `the loss at every step`.

        By default it names the class.

        Parameters
        ----------
        clip : Clip
            What is drawn.

        Returns
        -------
        str
            What the panel shows.
        """
        return f"a view called {type(self).__name__}"

    def describe_step(self, run: Run, step: int) -> str:
        """Return how things stand at a step, in words that follow `it starts` or `it ends`.

        Parameters
        ----------
        run : Run
            A run that is drawn.
        step : int
            A step of that run.

        Returns
        -------
        str
            Such as `with the curve across the points`; empty, as by default, if the values of the
            parameters say enough.
        """
        return ""


def chain_updates(updates: Sequence[Update]) -> Update:
    """Return an update that makes all of `updates`, one after the other."""
    return lambda frame: [artist for update in updates for artist in update(frame)]


class StepView(View):
    """The base class of views that depend on nothing but the step, or the place between two steps.

    A subclass that also depends on something else, such as on earlier frames, has to give a
    `frame_key` of its own.

    See Also
    --------
    View : What a view has to do.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from gdanim import StepView
    >>> from gdanim.views import style_axes
    >>> @dataclass(frozen=True)
    ... class Counter(StepView):
    ...     def draw(self, ax, clip):
    ...         style_axes(ax, clip.theme)
    ...         ax.set(xlim=(0, max(clip.timeline.steps.max(), 1)), yticks=[])
    ...         (bar,) = ax.barh(0, 0, color=clip.theme.points)
    ...
    ...         def update(frame):
    ...             bar.set_width(clip.timeline.steps[frame])
    ...             return [bar]
    ...
    ...         return update
    >>> Counter()
    Counter()
    """

    def frame_key(self, clip: Clip, frame: int) -> Hashable:
        """Return the step, or the position between two steps while the picture glides."""
        return float(clip.timeline.positions[frame])
