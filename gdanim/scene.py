"""A scene: everything that a video needs, as a value."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from gdanim.core.arrays import check_int, set_fields
from gdanim.core.numbers import counted, setting
from gdanim.descent.descent import Descent as Descent
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run, singles
from gdanim.descent.same_objective import share_objectives
from gdanim.descent.shorthand import ONLY as ONLY
from gdanim.descent.shorthand import descents_by_label
from gdanim.descent.stopping import Stop
from gdanim.errors import GdanimError, expect, listed
from gdanim.film.defaults import FPS, SIZE, Size, check_fps, check_size
from gdanim.film.film import Film
from gdanim.film.filmstrip import filmstrip
from gdanim.film.notebook import picture, still_html
from gdanim.pacing.timeline import Even, Pace, Timeline
from gdanim.problems.objective import Objective
from gdanim.views.base import Clip, View
from gdanim.views.default_panels import default_panels
from gdanim.views.theme import LIGHT, Theme

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation
    from PIL.Image import Image

Shown = Descent | Run | Objective


@dataclass(frozen=True, eq=False, init=False)
class Scene:
    """What a video shows and how: one descent or run, or several compared, and the panels.

    A scene is an immutable value: creating one runs no optimizer and draws nothing. Change one
    with `dataclasses.replace(scene, size=(640, 360))`.

    Parameters
    ----------
    descents : Descent, Run, or mapping of str to Descent or Run
        What the video shows; a mapping compares several by their labels. The arguments of one
        Descent can take its place: a problem, here or as `problem`, with `optimizer`, `start`,
        `steps`, `seed`, `batch_size`, `epochs` and `stop`. Problem, optimizer and start can then
        be mappings from the same labels.
    optimizer : Optimizer, Run, or mapping of str to Optimizer or Run, optional
        Only with a problem. A Run must have been recorded of this problem, for example by
        `Recorder` in a training loop of your own.
    start : array_like or mapping of str to array_like, optional
        Only with a problem: the initial parameters, `(P,)`, or those of R runs, `(R, P)`.
    steps : int, optional
        Only with a problem; 300 if neither steps nor epochs are given.
    problem : Objective or mapping of str to Objective, optional
        The problem by keyword, instead of `descents`.
    title : str, optional
        The first line of every frame; `Mathtext` for mathematics.
    panels : mapping of str to View, optional
        Views by name. By default what fits the first problem: `Fit` for data with one feature,
        `Boundary` for classes and up to two; `LossSlice` or `Contour` for a function of one or two
        parameters; else `LossCurve` and `Parameters`.
    layout : str, optional
        Places the panels like matplotlib's mosaics: `"fit bowl; fit loss"`. Side by side by
        default, one below the other in square and upright frames.
    pace : Pace, optional
        Decides which steps the frames show; `Even()` by default.
    size : tuple of int, default (1280, 720)
        Width and height in pixels.
    fps : int, optional
        Frames per second, at least 1. By default the quality of the render decides.
    theme : Theme, optional
        Colours and sizes. By default views.LIGHT, or on the command line the theme in
        pyproject.toml.
    captions : bool, default True
        Whether the runs' events are shown on screen.
    notes : mapping of int to str, optional
        Words of your own, by the step at which they appear: `{0: "a random start"}`. They take
        precedence over the runs' events, and are shown with `captions=False` too.
    chapters : mapping of int to str, optional
        Titles of the video's parts, by the step at which each begins: for players of MP4 and WebM,
        and for slides, which pause at each until a key is pressed.
    seed, batch_size, epochs, stop : optional
        Only with a problem; as in Descent.

    Raises
    ------
    GdanimError
        For arguments of the wrong type, labels that differ, a run of another problem, and
        arguments that would have no effect, such as `steps` for a recorded run.

    See Also
    --------
    Descent : A problem with its optimizer, start and number of steps.
    render : Makes a video of a scene.

    Notes
    -----
    If a recorded run is given with a problem that is not the run's own object, both losses are
    evaluated at a few recorded parameters, once, when the scene is created.

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
    theme: Theme | None
    captions: bool
    notes: Mapping[int, str]
    chapters: Mapping[int, str]

    def __init__(
        self,
        descents: Shown | Mapping[str, Shown] | None = None,
        optimizer: Optimizer | Run | Mapping[str, Optimizer | Run] | None = None,
        start: ArrayLike | Mapping[str, ArrayLike | None] | None = None,
        steps: int | None = None,
        *,
        problem: Objective | Mapping[str, Objective] | None = None,
        title: str = "",
        panels: Mapping[str, View] | None = None,
        layout: str | None = None,
        pace: Pace | None = None,
        size: tuple[int, int] = SIZE,
        fps: int | None = None,
        theme: Theme | None = None,
        captions: bool = True,
        notes: Mapping[int, str] | None = None,
        chapters: Mapping[int, str] | None = None,
        seed: int | None = None,
        batch_size: int | None = None,
        epochs: int | None = None,
        stop: Stop | Sequence[Stop] | None = None,
    ) -> None:
        """Check and keep the arguments. Long because every field is named twice."""
        given = _given(steps=steps, seed=seed, batch_size=batch_size, epochs=epochs, stop=stop)
        shown = descents_by_label(descents, problem, optimizer, start, given)
        panels = default_panels(next(iter(shown.values())).problem) if panels is None else panels
        pace = Even() if pace is None else pace
        expect("title", title, str, "'A line through four points'")
        expect("captions", captions, bool, "False")
        _check_look(panels, pace, size, fps, theme)
        if layout is not None:
            expect("layout", layout, str, "'fit loss'")
        set_fields(
            self,
            descents=shown,
            title=title,
            panels=panels,
            layout=layout,
            pace=pace,
            size=size,
            fps=fps,
            theme=theme,
            captions=captions,
            notes=_by_step("notes", notes),
            chapters=_by_step("chapters", chapters),
        )

    def __repr__(self) -> str:
        """Say what it shows in one line, without running anything."""
        only = next(iter(self.descents.values())) if len(self.descents) == 1 else None
        shown = listed(self.descents) if only is None else "a recorded run"
        if isinstance(only, Descent):
            shown = only.optimizer.name
        steps = "" if self.max_steps is None else f"; {counted(self.max_steps, 'step')}"
        title = f"{str(self.title)!r}: " if self.title else ""
        width, height = self.size
        return f"Scene({title}{shown}{steps}; panels {listed(self.panels)}; {width}x{height})"

    def _repr_html_(self) -> str:
        """Show the last frame and a table of outcomes in a notebook."""
        return still_html(self.film())

    @property
    def look(self) -> Theme:
        """The theme of its frames: its own, or views.LIGHT."""
        return LIGHT if self.theme is None else self.theme

    @property
    def max_steps(self) -> int | None:
        """Steps of the longest run; None if not known before the descents have run."""
        steps = [
            each.steps if isinstance(each, Run) else each.max_steps
            for each in self.descents.values()
        ]
        known = [number for number in steps if number is not None]
        return max(known) if len(known) == len(steps) else None

    @property
    def seed(self) -> int:
        """The seed of the first descent; 0 if all runs are recorded already."""
        seeds = (each.seed for each in self.descents.values() if isinstance(each, Descent))
        return next(seeds, 0)

    def runs(self, record: Callable[[Descent], Run] = Descent.run) -> dict[str, Run]:
        """Compute the runs that the video shows.

        Parameters
        ----------
        record : callable, optional
            Computes the run of a Descent, for example from a cache; `Descent.run` by default.

        Returns
        -------
        dict of str to Run
            The runs by label. A single run is called `run`; those of a run axis are called by
            their learning rates, or numbered. Runs of equal problems share one.

        Raises
        ------
        GdanimError
            If a descent cannot start, for example for a `start` of the wrong shape.
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
            If the scene compares several runs.
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
        """Gather what the panels need to draw recorded runs.

        Parameters
        ----------
        runs : mapping of str to Run
            The runs by label, as from `runs`.
        linked_clips : sequence of Clip, optional
            Clips of all videos that replace one another, such as behind a slider, including this
            one; they share axis limits.
        timeline : Timeline, optional
            The step that each frame shows; by default from the scene's pace and frame rate.

        Returns
        -------
        Clip
            The runs with their timeline, theme and title.

        Raises
        ------
        GdanimError
            If the pace cannot make a timeline of these runs.
        """
        return Clip(
            runs,
            timeline or self.timeline(runs),
            self.look,
            self.title,
            captions=self.captions,
            notes=self.notes,
            chapters=self.chapters,
            linked_clips=tuple(linked_clips),
        )

    def film(
        self,
        runs: Run | Mapping[str, Run] | None = None,
        linked_clips: Sequence[Clip] = (),
        timeline: Timeline | None = None,
    ) -> Film:
        """Prepare the frames, which can then be drawn in any order.

        Parameters
        ----------
        runs : Run or mapping of str to Run, optional
            Runs that were computed already; by default those of `runs`.
        linked_clips : sequence of Clip, optional
            Clips of all videos that replace one another, such as behind a slider, including this
            one; they share axis limits.
        timeline : Timeline, optional
            The step that each frame shows; by default from the scene's pace and frame rate.

        Returns
        -------
        Film
            The figure, and what each frame shows on it.

        Raises
        ------
        GdanimError
            If a panel cannot show these runs, or the layout does not fit the panels.
        """
        if isinstance(runs, Run):
            runs = labelled(runs)
        runs = self.runs() if runs is None else runs
        clip = self.clip(runs, linked_clips, timeline)
        return Film(clip, self.panels, self.layout, self.size)

    def timeline(self, runs: Mapping[Any, Run]) -> Timeline:
        """Choose the step that each frame shows.

        Parameters
        ----------
        runs : mapping of str to Run
            The runs by label, as from `runs`.

        Returns
        -------
        Timeline
            Made by the scene's pace, at its frame rate or 30 frames per second.

        Raises
        ------
        GdanimError
            If the pace cannot make a timeline of these runs.
        """
        fps = FPS if self.fps is None else self.fps
        return self.pace.timeline(list(runs.values()), fps)

    def preview(self, step: int | None = None) -> Image:
        """Draw six frames in one picture, or the frame at one step.

        Parameters
        ----------
        step : int, optional
            The step to show in full size; by default six frames from the first step to the last
            are shown at half their size.

        Returns
        -------
        PIL.Image.Image
            The picture, which a notebook shows; `save(path)` writes it.

        Raises
        ------
        GdanimError
            If no run reaches the step, and as from `film`.

        See Also
        --------
        animation : The whole video in a notebook.

        Examples
        --------
        >>> from gdanim import Even, GradientDescent, Linear, Problem, Scene, datasets
        >>> problem = Problem(datasets.linear(points=20), Linear())
        >>> scene = Scene(problem, GradientDescent(0.02), steps=25, size=(320, 180))
        >>> scene.preview(step=25).size
        (320, 180)
        """
        film = self.film()
        if film.notice:
            warnings.warn(film.notice, stacklevel=2)
        if step is None:
            return filmstrip(film)
        check_int("step", step)
        last = longest(film.clip.runs).steps
        if step > last:
            raise GdanimError(f"step: {step} was not reached; steps are 0 to {last}")
        film = film.showing(step)
        return picture(film, film.timeline.frame(step))

    def animation(self) -> FuncAnimation:
        """Make a matplotlib animation, for `to_jshtml`, a window, or a writer of your own.

        Returns
        -------
        FuncAnimation
            The animation. Keep a reference to it: it stops when it is deleted.

        Raises
        ------
        GdanimError
            As from `film`.

        Notes
        -----
        For a window, first give the figure of a film to pyplot (matplotlib 3.11):
        `film = scene.film(); plt.figure(film.figure); moving = film.animation(); plt.show()`.
        """
        film = self.film()
        if film.notice:
            warnings.warn(film.notice, stacklevel=2)
        return film.animation()


def _check_look(panels: object, pace: object, size: Size, fps: int | None, theme: object) -> None:
    """Raise GdanimError for an argument of the wrong type, such as a string for a theme."""
    expect("panels", panels, Mapping, "{'fit': views.Fit()}")
    expect("pace", pace, Pace, "Even(seconds=10)")
    if theme is not None:
        expect("theme", theme, Theme, "views.DARK")
    assert isinstance(panels, Mapping)
    for name, view in panels.items():
        expect("panels: name", name, str, "'fit'")
        expect("panels", view, View, "views.Fit()")
    if not panels:
        raise GdanimError("panels: a scene needs at least one, such as {'fit': views.Fit()}")
    check_size(size)
    if fps is not None:
        check_fps(fps)


def _by_step(name: str, texts: object) -> dict[int, str]:
    """Return texts by step in the order of the steps; GdanimError for anything else."""
    if texts is None:
        return {}
    example = '{0: "a random start", 40: "it turns here"}'
    expect(name, texts, Mapping, example)
    assert isinstance(texts, Mapping)
    for step, text in texts.items():
        check_int(f"{name}: step", step, 0)
        if not isinstance(text, str) or not text.strip():
            raise GdanimError(f"{name}: step {step} needs words, got {text!r}; write {example}")
    return dict(sorted(texts.items()))


def _given(**arguments: Any) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


def hint_for(value: object) -> str:
    """Suggest what to write if `value` was given instead of a scene."""
    if isinstance(value, Run):
        return "show it with Scene(run)"
    if isinstance(value, Film):
        return "pass the Scene that the film was made from"
    if callable(value):
        return "call it: scene()"
    return "give a Scene(problem, optimizer)"


def labelled(run: Run, name: str = ONLY) -> dict[str, Run]:
    """Split a run along its run axes into single runs with labels, which begin with `name`.

    The label is the learning rate if these differ (`η = 0.1`), otherwise a number (`run 1`).
    """
    if not run.runs:
        return {name: run}
    every = singles(run)
    first = [] if run.rates is None else [one.rate(0) for one in every]
    own = [f"η = {setting(float(rate))}" for rate in first if not rate.ndim]
    if len(set(own)) < len(every):
        own = [f"run {number}" for number in range(1, len(every) + 1)]
    labels = own if name == ONLY else [f"{name}, {label}" for label in own]
    return dict(zip(labels, every, strict=True))


def longest(runs: Mapping[str, Run]) -> Run:
    """Return the run with the most steps, the first if there are several."""
    return max(runs.values(), key=lambda run: run.steps)
