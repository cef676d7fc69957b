"""A scene: everything that a video needs, as a value."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from gdanim.core.arrays import check_int, set_fields
from gdanim.core.numbers import setting
from gdanim.descent._same_objective import share_objectives
from gdanim.descent.descent import Descent as Descent
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run
from gdanim.descent.shorthand import ONLY as ONLY
from gdanim.descent.shorthand import descents_by_label
from gdanim.descent.stopping import Stop
from gdanim.errors import GdanimError, expect
from gdanim.film.defaults import FPS, SIZE
from gdanim.film.film import Film
from gdanim.pacing.timeline import Even, Pace, Timeline
from gdanim.problems.objective import Objective
from gdanim.views.base import Clip, View
from gdanim.views.fit import Fit
from gdanim.views.theme import LIGHT, Theme

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation

Shown = Descent | Run | Objective


@dataclass(frozen=True, eq=False, init=False)
class Scene:
    """What a video shows and how: one descent or run, or several compared, and the panels.

    A scene is an immutable value: making one descends nothing and draws nothing. Change one with
    `dataclasses.replace(scene, size=(640, 360))`.

    Parameters
    ----------
    descents : Descent, Run, or mapping of str to Descent or Run
        What the video shows; a mapping compares several by their labels. In its place the
        arguments of one Descent can stand: a problem and, after it or by name, `optimizer`,
        `start`, `steps`, `seed`, `batch_size`, `epochs` and `stop`. Problem, optimizer and start
        can then be mappings from the same labels.
    optimizer : Optimizer, Run, or mapping of str to Optimizer or Run, optional
        Only after a problem. A Run stands for itself: it was recorded of this problem, such as by
        `Recorder` in a training loop of your own.
    start : array_like or mapping of str to array_like, optional
        Only after a problem; the first parameters, `(P,)`, or those of R runs, `(R, P)`.
    steps : int, optional
        Only after a problem; 300 when neither steps nor epochs are given.
    title : str, optional
        The first line of every frame; mathtext between dollar signs.
    panels : mapping of str to View, optional
        Views by name; by default `{"fit": views.Fit()}`.
    layout : str, optional
        Places the panels like matplotlib's mosaics: `"fit bowl; fit loss"`. Side by side by
        default, one below the other in square and upright frames.
    pace : Pace, optional
        Decides which steps the frames show; `Even()` by default.
    size : tuple of int, default (1280, 720)
        Width and height in pixels.
    fps : int, optional
        Frames per second, at least 1. By default the quality of the render decides.
    theme : Theme, default views.LIGHT
        Colours and sizes.
    captions : bool, default True
        Whether the runs' events are shown on screen.
    seed, batch_size, epochs, stop : optional
        Only after a problem; as in Descent.

    Raises
    ------
    GdanimError
        For arguments of another type, labels that differ, a run of another problem, and
        arguments that nothing would use, such as `steps` of a recorded run.

    See Also
    --------
    Descent : What a problem and the arguments after it stand for.
    render : Makes a video of a scene.

    Notes
    -----
    A recorded run after a problem that is not the same object is compared with it: both losses are
    evaluated at a few recorded parameters, once, as the scene is made.

    Examples
    --------
    >>> from gdanim import Descent, GradientDescent, Linear, Problem, Scene, datasets
    >>> problem = Problem(datasets.linear(points=20), Linear())
    >>> scene = Scene(problem, GradientDescent(0.02), start=(0, 5), steps=25, title="A line")
    >>> scene.run().steps
    25
    >>> rates = {"slow": 0.001, "fast": 0.02}
    >>> both = Scene({name: Descent(problem, GradientDescent(lr)) for name, lr in rates.items()})
    >>> list(both.runs())
    ['slow', 'fast']
    """

    descents: Mapping[str, Descent | Run]
    title: str
    panels: Mapping[str, View]
    layout: str | None
    pace: Pace
    size: tuple[int, int]
    fps: int | None
    theme: Theme
    captions: bool

    def __init__(
        self,
        descents: Shown | Mapping[str, Shown],
        optimizer: Optimizer | Run | Mapping[str, Optimizer | Run] | None = None,
        start: ArrayLike | Mapping[str, ArrayLike | None] | None = None,
        steps: int | None = None,
        *,
        title: str = "",
        panels: Mapping[str, View] | None = None,
        layout: str | None = None,
        pace: Pace | None = None,
        size: tuple[int, int] = SIZE,
        fps: int | None = None,
        theme: Theme = LIGHT,
        captions: bool = True,
        seed: int | None = None,
        batch_size: int | None = None,
        epochs: int | None = None,
        stop: Stop | Sequence[Stop] | None = None,
    ) -> None:
        panels = {"fit": Fit()} if panels is None else panels
        pace = Even() if pace is None else pace
        _check_look(panels, pace, fps, theme)
        settings = {
            "steps": steps,
            "seed": seed,
            "batch_size": batch_size,
            "epochs": epochs,
            "stop": stop,
        }
        given = {name: value for name, value in settings.items() if value is not None}
        set_fields(
            self,
            descents=descents_by_label(descents, optimizer, start, given),
            title=title,
            panels=panels,
            layout=layout,
            pace=pace,
            size=size,
            fps=fps,
            theme=theme,
            captions=captions,
        )

    @property
    def max_steps(self) -> int | None:
        """The largest number of steps of its runs; None where only descending shows that."""
        steps = [
            each.steps if isinstance(each, Run) else each.max_steps
            for each in self.descents.values()
        ]
        known = [number for number in steps if number is not None]
        return max(known) if len(known) == len(steps) else None

    @property
    def seed(self) -> int:
        """The seed of its first descent; 0 where all runs are recorded."""
        seeds = (each.seed for each in self.descents.values() if isinstance(each, Descent))
        return next(seeds, 0)

    def runs(self, record: Callable[[Descent], Run] = Descent.run) -> dict[str, Run]:
        """Compute the runs that the video shows.

        Parameters
        ----------
        record : callable, optional
            Computes the run of a Descent; `Descent.run` by default.

        Returns
        -------
        dict of str to Run
            The runs by label. A single run is called `run`; those of a run axis are called by
            their learning rates, or numbered. Runs of equal problems share one.
        """
        runs: dict[str, Run] = {}
        for label, each in self.descents.items():
            runs |= labelled(each if isinstance(each, Run) else record(each), label)
        return share_objectives(runs)

    def run(self) -> Run:
        """Compute the only run.

        Returns
        -------
        Run
            The run.

        Raises
        ------
        GdanimError
            For a scene that compares several.
        """
        runs = self.runs()
        if len(runs) > 1:
            raise GdanimError(
                f"run: this scene compares {len(runs)} runs ({', '.join(runs)}); runs() gives all"
            )
        (run,) = runs.values()
        return run

    def clip(
        self,
        runs: Mapping[str, Run],
        linked_clips: Sequence[Clip] = (),
        timeline: Timeline | None = None,
    ) -> Clip:
        """What the panels are given to show the recorded `runs`."""
        return Clip(
            runs,
            timeline or self.timeline(runs),
            self.theme,
            self.title,
            captions=self.captions,
            linked_clips=tuple(linked_clips),
        )

    def film(
        self,
        runs: Run | Mapping[str, Run] | None = None,
        linked_clips: Sequence[Clip] = (),
        timeline: Timeline | None = None,
    ) -> Film:
        """The frames, ready to be drawn in any order; of `runs` where that is done already.

        `linked_clips` are the clips of videos that take each other's place, these runs' among them.
        `timeline` replaces the one of the scene's pace and frame rate.
        """
        if isinstance(runs, Run):
            runs = labelled(runs)
        runs = self.runs() if runs is None else runs
        clip = self.clip(runs, linked_clips, timeline)
        return Film(clip, self.panels, self.layout, self.size)

    def timeline(self, runs: Mapping[Any, Run]) -> Timeline:
        """Which step each frame of the film of these runs shows."""
        fps = FPS if self.fps is None else self.fps
        return self.pace.timeline(list(runs.values()), fps)

    def animation(self) -> FuncAnimation:
        """matplotlib's animation of the scene: for `to_jshtml`, a window, a writer of your own.

        For a window, take a film's, whose figure pyplot has been given before:
        `film = scene.film(); plt.figure(film.figure); moving = film.animation(); plt.show()`
        (matplotlib 3.11). Keep a name for the animation; it moves for as long as it lives.
        """
        film = self.film()
        if film.notice:
            warnings.warn(film.notice, stacklevel=2)
        return film.animation()


def _check_look(panels: object, pace: object, fps: int | None, theme: object) -> None:
    """Raise GdanimError for an argument of the wrong type, such as a string for a theme."""
    expect("panels", panels, Mapping, "{'fit': views.Fit()}")
    expect("pace", pace, Pace, "Even(seconds=10)")
    expect("theme", theme, Theme, "views.DARK")
    assert isinstance(panels, Mapping)
    for view in panels.values():
        expect("panels", view, View, "views.Fit()")
    if not panels:
        raise GdanimError("panels: a scene needs at least one, such as {'fit': views.Fit()}")
    if fps is not None:
        check_int("fps", fps, 1)


def hint_for(value: object) -> str:
    """What to write where `value` was given instead of a scene."""
    if isinstance(value, Run):
        return "show it with Scene(run)"
    if isinstance(value, Film):
        return "give the Scene that the film is of"
    if callable(value):
        return "call it: scene()"
    return "give a Scene(problem, optimizer)"


def labelled(run: Run, name: str = ONLY) -> dict[str, Run]:
    """Every single run of `run`'s axes by its label: what sets it apart, after `name` if given.

    That is its learning rate where these differ (`η = 0.1`), else its number (`run 1`).
    """
    if not run.runs:
        return {name: run}
    singles = [run]
    for _ in run.runs:
        singles = [one[i] for one in singles for i in range(one.runs[0])]
    first = [] if run.rates is None else [one.rate(0) for one in singles]
    own = [f"η = {setting(float(rate))}" for rate in first if not rate.ndim]
    if len(set(own)) < len(singles):
        own = [f"run {number}" for number in range(1, len(singles) + 1)]
    labels = own if name == ONLY else [f"{name}, {label}" for label in own]
    return dict(zip(labels, singles, strict=True))


def longest(runs: Mapping[str, Run]) -> Run:
    """The run of the most steps, the first of several."""
    return max(runs.values(), key=lambda run: run.steps)
