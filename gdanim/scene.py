"""A scene: all that a video needs, as a value."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from numpy.typing import ArrayLike

from gdanim.core.arrays import check_int
from gdanim.core.numbers import setting
from gdanim.descent._same_objective import minimise_same_objective, share_objectives
from gdanim.descent.loop import descend
from gdanim.descent.optimizer import Optimizer
from gdanim.descent.run import Run
from gdanim.descent.stopping import Stop
from gdanim.errors import GdanimError, expect
from gdanim.film.film import Film
from gdanim.pacing.timeline import Even, Pace, Timeline
from gdanim.problems.objective import Objective
from gdanim.views.base import Clip, View
from gdanim.views.fit import Fit
from gdanim.views.theme import LIGHT, Theme

if TYPE_CHECKING:
    from matplotlib.animation import FuncAnimation

SIZE = (1280, 720)
FPS = 30
# The label of a run that is compared with none.
ONLY = "run"
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Descent:
    """The arguments of one `descend`, as a value."""

    problem: Objective
    optimizer: Optimizer
    start: ArrayLike | None
    steps: int | None
    seed: int
    batch_size: int | None
    epochs: int | None
    stop: Stop | Sequence[Stop]

    def run(self) -> Run:
        """Descend."""
        return descend(
            self.problem,
            self.optimizer,
            self.start,
            self.steps,
            self.seed,
            batch_size=self.batch_size,
            epochs=self.epochs,
            stop=self.stop,
        )


@dataclass(frozen=True, eq=False)
class Scene:
    """Problem, optimizer, start, number of steps, and how they are shown.

    `start` is `[P]`; None draws one from `seed` as the model suggests. In the optimizer's place
    stands a Run where the problem was descended already, as by a training loop of the user's own
    (`Recorder`); start, steps, batches and stopping are then the loop's. To compare runs, give
    `problem`, `optimizer` or `start` as a mapping from labels (several mappings have the same
    labels), a `start [R, P]`, or a learning rate of shape `[R, 1]`. `panels` are views by name,
    `layout` places them as matplotlib's mosaics do (`"fit bowl; fit loss"`; side by side when
    None). `batch_size`, `epochs` (instead of `steps`) and `stop` are those of `descend`. `size` is
    width and height in pixels, `fps` the frames per second (None leaves it to the render's
    quality), `pace` says which steps the frames show, and `captions` whether the runs' events are
    said on screen. A Scene is a value: making one computes nothing.
    """

    problem: Objective | Mapping[str, Objective]
    optimizer: Optimizer | Run | Mapping[str, Optimizer | Run]
    start: ArrayLike | Mapping[str, ArrayLike | None] | None = None
    steps: int = 300
    title: str = ""
    panels: Mapping[str, View] = field(default_factory=lambda: {"fit": Fit()})
    layout: str | None = None
    pace: Pace = field(default_factory=Even)
    size: tuple[int, int] = SIZE
    fps: int | None = None
    theme: Theme = LIGHT
    seed: int = 0
    batch_size: int | None = None
    epochs: int | None = None
    stop: Stop | Sequence[Stop] = ()
    captions: bool = True

    def __post_init__(self) -> None:
        check_int("steps", self.steps)
        if self.fps is not None:
            check_int("fps", self.fps, 1)
        _check_kinds(self)
        if not self.panels:
            raise GdanimError("panels: a scene needs at least one, such as {'fit': views.Fit()}")
        labels = self._labels()
        for name in ("problem", "optimizer", "start"):
            value = getattr(self, name)
            if isinstance(value, Mapping) and not value:
                raise GdanimError(f"{name}: give one, or several by their labels, got {value!r}")
            if isinstance(value, Mapping) and set(value) != set(labels):
                raise GdanimError(
                    f"{name}: needs a value for each of the labels {', '.join(labels)}, "
                    f"got {', '.join(map(str, value))}"
                )
        for label in labels:
            _check_recorded(self, label)

    def descents(self) -> dict[str, Descent | Run]:
        """What is to be descended, or is already, by label: all that the scene's runs depend on."""
        return {label: self._descent(label) for label in self._labels()}

    def given(self, label: str) -> tuple[Objective, Optimizer | Run, ArrayLike | None]:
        """Problem, optimizer and start of the run of this label."""
        # For mypy the common type of an optimizer and a run is object.
        each = self.optimizer
        optimizer = each[label] if isinstance(each, Mapping) else each
        return _choice(self.problem, label), optimizer, _choice(self.start, label)

    @property
    def most_steps(self) -> int | None:
        """How many steps its longest run can have; None where only descending shows that."""
        recorded = [run.steps for run in self.descents().values() if isinstance(run, Run)]
        if len(recorded) == len(self._labels()):
            return max(recorded)
        return None if self.epochs is not None else max([self.steps, *recorded])

    def runs(self, record: Callable[[Descent], Run] = Descent.run) -> dict[str, Run]:
        """Descend: the recorded runs that the video shows, by label.

        A single run is called `run`; those of a run axis by their learning rates, or numbers.
        `record` does each descent that is not recorded already, or knows how it went. Runs that
        minimise the same have one problem.
        """
        runs: dict[str, Run] = {}
        for label, each in self.descents().items():
            runs |= labelled(each if isinstance(each, Run) else record(each), label)
        return share_objectives(runs)

    def run(self) -> Run:
        """Descend: the one recorded run; GdanimError for a scene that compares several."""
        runs = self.runs()
        if len(runs) > 1:
            raise GdanimError(
                f"run: this scene compares {len(runs)} runs ({', '.join(runs)}); runs() gives all"
            )
        (run,) = runs.values()
        return run

    def clip(self, runs: Mapping[str, Run], linked_clips: Sequence[Clip] = ()) -> Clip:
        """What the panels are given to show the recorded `runs`."""
        timeline = self.timeline(runs)
        return Clip(
            runs,
            timeline,
            self.theme,
            self.title,
            captions=self.captions,
            linked_clips=tuple(linked_clips),
        )

    def film(
        self, runs: Run | Mapping[str, Run] | None = None, linked_clips: Sequence[Clip] = ()
    ) -> Film:
        """The frames, ready to be drawn in any order; of `runs` where that is done already.

        `linked_clips` are the clips of videos that take each other's place, these runs' among them.
        """
        if isinstance(runs, Run):
            runs = labelled(runs)
        runs = self.runs() if runs is None else runs
        return Film(self.clip(runs, linked_clips), self.panels, self.layout, self.size)

    def timeline(self, runs: Mapping[str, Run]) -> Timeline:
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

    def _descent(self, label: str) -> Descent | Run:
        problem, optimizer, start = self.given(label)
        if isinstance(optimizer, Run):
            return optimizer
        return Descent(
            problem,
            optimizer,
            start,
            self.steps if self.epochs is None else None,
            self.seed,
            self.batch_size,
            self.epochs,
            self.stop,
        )

    def _labels(self) -> tuple[str, ...]:
        for value in (self.problem, self.optimizer, self.start):
            if isinstance(value, Mapping):
                return tuple(value)
        return (ONLY,)


def _check_kinds(scene: Scene) -> None:
    """GdanimError for a field that is no such thing at all: what a script mistook for another."""
    expect("panels", scene.panels, Mapping, "{'fit': views.Fit()}")
    expect("pace", scene.pace, Pace, "Even(seconds=10)")
    expect("theme", scene.theme, Theme, "views.DARK")
    fields: tuple[tuple[str, object, type, str], ...] = (
        ("problem", scene.problem, Objective, "Problem(datasets.linear(), Linear())"),
        ("panels", scene.panels, View, "views.Fit()"),
    )
    for name, value, kind, example in fields:
        for one in value.values() if isinstance(value, Mapping) else (value,):
            expect(name, one, kind, example)
    optimizers = scene.optimizer
    for one in optimizers.values() if isinstance(optimizers, Mapping) else (optimizers,):
        if not isinstance(one, Run):
            like = "GradientDescent(0.01), or a Run, such as recorder.run()"
            expect("optimizer", one, Optimizer, like)


def _check_recorded(scene: Scene, label: str) -> None:
    """GdanimError where the run of this label was recorded of another problem than the scene's."""
    problem, run, _ = scene.given(label)
    if isinstance(run, Run) and not minimise_same_objective(run, replace(run, problem=problem)):
        which = "the run" if label == ONLY else f"the run {label!r}"
        raise GdanimError(
            f"optimizer: {which} was recorded of another problem than the scene's; give the scene "
            "the problem that the Recorder was given: Scene(run.problem, run)"
        )


def hint_for(value: object) -> str:
    """What to write where `value` was given instead of a scene."""
    if isinstance(value, Run):
        return "show it with Scene(run.problem, run)"
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


def _choice(value: T | Mapping[str, T], label: str) -> T:
    return value[label] if isinstance(value, Mapping) else value
